"""What a child says (PROTOCOL.md §2, §8, §10), as text."""
import math
import urllib.parse

# Bits of the capability mask (PROTOCOL.md §5.2).
LZ4, REPLICATION = 1024, 4096
CHILD = 14328

# id, family, units, type, plugin, dimensions
CHARTS = [
    ("system.cpu", "cpu", "percentage", "stacked", "/proc/stat", ["user", "system", "iowait", "softirq", "steal", "nice"]),
    ("system.load", "load", "load", "line", "/proc/loadavg", ["load1", "load5", "load15"]),
    ("system.ram", "ram", "MiB", "stacked", "/proc/meminfo", ["free", "used", "cached", "buffers"]),
    ("net.eth0", "eth0", "kilobits/s", "area", "/proc/net/dev", ["received", "sent"]),
    ("disk.sda", "sda", "KiB/s", "area", "/proc/diskstats", ["reads", "writes"]),
    ("disk_space._", "/", "GiB", "stacked", "diskspace", ["avail", "used", "reserved_for_root"]),
    ("system.processes", "processes", "processes", "line", "/proc/stat", ["running", "blocked"]),
    ("mysql_local.queries", "queries", "queries/s", "line", "mysql", ["queries", "questions", "slow_queries"]),
]


def request(*, key=None, hostname=None, guid=None, hops="1", version=CHILD, every=1):
    """The request; what is None is left out."""
    values = [
        ("key", key), ("hostname", hostname), ("registry_hostname", hostname), ("machine_guid", guid),
        ("update_every", every), ("os", "linux"), ("timezone", "Etc/UTC"), ("abbrev_timezone", "UTC"),
        ("utc_offset", 0), ("hops", hops), ("ver", version), ("NETDATA_PROTOCOL_VERSION", "1.1"),
    ]
    words = "&".join(f"{name}={urllib.parse.quote_plus(str(value))}" for name, value in values if value is not None)
    return f"STREAM {words} HTTP/1.1\r\nUser-Agent: netdata/v1.37.1\r\nAccept: */*\r\n\r\n".encode()


def labels(**values):
    """Each a value, or one and its source."""
    sourced = {name: value if isinstance(value, tuple) else (value, 1) for name, value in values.items()}
    return "".join(f'LABEL "{name}" = {source} "{value}"\n' for name, (value, source) in sourced.items()) + "OVERWRITE labels\n"


def definition(chart):
    name, family, units, kind, module, dimensions = chart
    head = (f'CHART "{name}" "" "{family} of this machine" "{units}" "{family}" "{name}" "{kind}" 1000 1 "   " '
            f'"proc.plugin" "{module}"\n')
    return head + "".join(f'DIMENSION "{one}" "{one}" "absolute" 1 1 "  "\n' for one in dimensions)


def value(seed, number, second):
    """What a dimension has at a second: a wave of its own, and no chance."""
    return round(400 + 300 * math.sin((second + 97 * seed) / (7 + 3 * number)) + (second * (number + 1) + seed) % 17)


def collection(chart, seed, second, microseconds, levels=None):
    """levels: dimensions that have a value which stays."""
    values = {one: value(seed, n, second) for n, one in enumerate(chart[5])} | (levels or {})
    sets = "".join(f'SET "{one}" = {number}\n' for one, number in values.items())
    return f'BEGIN "{chart[0]}" {microseconds}\n{sets}END\n'


def past(chart, seed, after, before, wall, *, first, last, goes_on):
    """The answer to REPLAY_CHART: the points in after < t <= before."""
    lines = [f'RBEGIN "{chart[0]}"\n']
    for second in range(after + 1, before + 1):
        lines.append(f"RBEGIN '' {second - 1} {second} {wall}\n")
        lines += [f'RSET "{one}" {value(seed, n, second):.7f} ""\n' for n, one in enumerate(chart[5])]
    if goes_on:
        at = last * 1_000_000
        lines += [f'RDSTATE "{one}" {at} {value(seed, n, last)} {value(seed, n, last)} {value(seed, n, last)}\n'
                  for n, one in enumerate(chart[5])]
        lines.append(f"RSSTATE {at} {at}\n")
    lines.append(f"REND 1 {first} {last} {'true' if goes_on else 'false'} {after} {before} {wall}\n")
    return "".join(lines)
