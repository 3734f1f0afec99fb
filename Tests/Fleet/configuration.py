"""netdata.conf and stream.conf of the fleet's nodes."""

# What every node leaves out, so that thirty of them fit on a small machine.
QUIET = """[plugins]
    diskspace = no
    idlejitter = no
    timex = no
    enable running new plugins = no
"""
# The modules of proc that a small agent does without.
REST = ["/proc/vmstat", "/proc/interrupts", "/proc/net/dev", "/proc/net/netstat", "/proc/net/snmp", "/proc/net/snmp6",
        "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/net/softnet_stat", "/proc/net/stat/conntrack",
        "/proc/net/stat/synproxy", "/proc/softirqs", "/proc/diskstats", "/proc/pressure", "/sys/devices/system/node",
        "/proc/sys/kernel/random/entropy_avail", "ipc", "/sys/kernel/mm/ksm", "/sys/block/zram", "/proc/meminfo"]


def modules(collects):
    """collects: "few" or "all" modules of proc."""
    return "" if collects == "all" else "[plugin:proc]\n" + "".join(f"    {module} = no\n" for module in REST)


def netdata_conf(name, *, binds, certificate=None, mode="ram", db="", collects="few", health="    enabled = no\n"):
    """binds: entries of `bind to`; none has no web server. certificate: its file and its key's. health: lines of it."""
    web = f"    bind to = {' '.join(binds)}\n" if binds else "    mode = none\n"
    if certificate:
        web += f"    ssl certificate = {certificate[0]}\n    ssl key = {certificate[1]}\n"
    return f"""[global]
    hostname = {name}
[db]
    mode = {mode}
    retention = 3600
{db}
[web]
{web}[health]
{health}{QUIET}{modules(collects)}"""


def stream_section(destination, key, more=""):
    return f"""[stream]
    enabled = yes
    destination = {destination}
    api key = {key}
    reconnect delay seconds = 2
{more}
"""


def key_section(key, more="", health="no"):
    return f"""[{key}]
    enabled = yes
    default memory mode = ram
    default history = 3600
    health enabled by default = {health}
    default postpone alarms on connect seconds = 0
{more}
"""
