"""What the fleet's parent watches: a few alarms that children raise with what they send, one that is silenced, one that
froze, and a lost child, whose alarms are told as one.
"""
import json

import protocol

# Charts that some children have besides the others, or with these values: host → chart id → dimension → value.
LEVELS = {
    "db-primary": {"disk_space._var_lib_mysql": {"avail": 6, "used": 488, "reserved_for_root": 0}},
    "edge-nyc-7": {"system.cpu": {"user": 71, "system": 16, "iowait": 2, "softirq": 1, "steal": 0, "nice": 0}},
    "web-03": {"system.load": {"load1": 8, "load5": 9, "load15": 9}},
    "mail-1": {"postfix_local.qemails": {"emails": 412}},
    "left": {"system.ram": {"free": 260, "used": 15740, "cached": 0, "buffers": 0}},
}
CHARTS = [
    ("disk_space._var_lib_mysql", "/var/lib/mysql", "GiB", "stacked", "diskspace",
     ["avail", "used", "reserved_for_root"]),
    ("postfix_local.qemails", "queue", "emails", "line", "postfix", ["emails"]),
]

RULES = """\
alarm: disk_space_usage
   on: disk_space._var_lib_mysql
hosts: db-*
class: Utilization
 calc: $used * 100 / ($avail + $used)
units: %
every: 1s
 warn: $this > (($status >= $WARNING ) ? (80) : (90))
 crit: $this > (($status == $CRITICAL) ? (90) : (98))
   to: dba
 info: disk $family space utilization

 alarm: 10s_cpu_usage
    on: system.cpu
 hosts: edge-*
 class: Utilization
lookup: average -10s unaligned of user,system,softirq
 units: %
 every: 1s
  warn: $this > (($status >= $WARNING ) ? (75) : (85))
  crit: $this > (($status == $CRITICAL) ? (85) : (95))
    to: sysadmin
  info: average CPU utilization over the last 10 seconds (excluding iowait, nice and steal)

alarm: load_average_15
   on: system.load
hosts: web-03
class: Utilization
 calc: $load15
units: load
every: 1s
 warn: $this > 8
   to: sysadmin
 info: system fifteen-minute load average

alarm: mail_queue
   on: postfix_local.qemails
class: Latency
 calc: $emails
units: emails
every: 1s
 warn: $this > 100
   to: sysadmin
 info: mails that wait for delivery

alarm: ram_in_use
   on: system.ram
hosts: left
class: Utilization
 calc: $used * 100 / ($used + $cached + $free + $buffers)
units: %
every: 1s
 warn: $this > (($status >= $WARNING ) ? (80) : (90))
 crit: $this > (($status == $CRITICAL) ? (90) : (98))
   to: sysadmin
 info: system memory utilization
"""

# Of every chart. Those whose clock is behind, or whose link is, are late by their own fault.
COLLECTION = """
template: last_collected_secs
      on: {context}
   hosts: !clock-* !slow-link *
   class: Latency
    calc: $now - $last_collected_t
   units: seconds ago
   every: 1s
    warn: $this > (($status >= $WARNING ) ? ($update_every) : (10 * $update_every))
    crit: $this > (($status == $CRITICAL) ? ($update_every) : (20 * $update_every))
      to: sysadmin
    info: number of seconds since the last successful data collection
"""

SILENCED = {"all": False, "type": "SILENCE", "silencers": [{"alarm": "load_average_15", "hosts": "web-03"}]}

# Lines of [health]: nobody is told anything.
SETTINGS = """\
    enabled = yes
    enable stock health configuration = no
    script to execute on alarm = /bin/true
"""


def prepare(daemon):
    """Writes health.d and the silencers of a node that has not been started."""
    contexts = [one[0] for one in protocol.CHARTS + CHARTS]
    daemon.write("etc/health.d/fleet.conf", RULES + "".join(COLLECTION.format(context=one) for one in contexts))
    daemon.write("state/lib/health.silencers.json", json.dumps(SILENCED))


def charts(hostname, some):
    """The charts of a child, with those that an alarm of it needs."""
    needed = [one for one in protocol.CHARTS + CHARTS if one[0] in LEVELS.get(hostname, {})]
    return needed + [one for one in some if one not in needed]
