"""Half an hour that was recorded of a real host, as a child that goes on now: a slice of the stream a second, with
faults put into it."""
import lzma
import re

from hosts import Host
from parents import TOP

FILE = f"{TOP}/Benchmarks/host-30min.stream.xz"
# One collection of this chart a second: where the slices begin.
CLOCK = b'BEGIN "system.cpu" '

# chart, dimension (or None: all): what its values become, from when to when of each period of 240 s.
FAULTS = [
    ("system.load", None, lambda value: value * 60, 30, 100),
    ("system.cpu", "user", lambda value: value * 100, 60, 140),
    ("system.cpu", "iowait", lambda value: value * 10_000 + 7, 150, 200),
    ("system.cpu", "steal", lambda value: value * 10_000, 200, 230),
    ("system.ram", "used", lambda value: value * 100, 90, 170),
    ("mem.available", "avail", lambda value: value // 1000, 90, 170),
    ("disk_space._", "avail", lambda value: value // 500, 20, 120),
    ("disk_space._", "used", lambda value: value * 20, 20, 120),
    ("disk_inodes._", "avail", lambda value: value // 500, 150, 220),
    ("system.active_processes", "active", lambda value: value + 31_000, 100, 150),
    ("ipv4.tcpsock", "connections", lambda value: value + 10_000_000, 40, 90),
    ("ipv4.sockstat_tcp_sockets", "orphan", lambda value: value + 10_000_000, 70, 110),
    ("ipv4.sockstat_tcp_mem", "mem", lambda value: value * 1_000_000, 110, 160),
    ("system.ipc_semaphores", "semaphores", lambda value: value + 2_000_000_000, 35, 75),
    ("netfilter.conntrack_sockets", "connections", lambda value: value + 10_000_000, 45, 95),
    ("system.entropy", "entropy", lambda value: value // 100, 120, 180),
    ("system.softnet_stat", "squeezed", lambda value: value * 10_000 + 100_000, 25, 45),
    ("system.clock_sync_state", "state", lambda value: 0, 130, 190),
    ("ipv4.tcphandshake", "OutRsts", lambda value: value * 10_000, 95, 125),
    ("net_packets.eth0", "received", lambda value: value * 100_000, 160, 175),
]
PERIOD = 240


def slices(end):
    """The definitions of the host, and then its collections second by second: (head, [bytes])."""
    with lzma.open(FILE, "rb") as file:
        data = b""
        while data.count(CLOCK) < end and (more := file.read(1 << 20)):
            data += more
    starts = [found.start() for found in re.finditer(CLOCK, data)]
    head_end = data.index(b"OVERWRITE labels\n") + len(b"OVERWRITE labels\n")
    cuts = [head_end, *starts[1:], len(data)]
    return data[:head_end], [data[a:b] for a, b in zip(cuts, cuts[1:])]


class Recorded(Host):
    """A Host that also plays the recording."""

    def __init__(self, name, charts, key, script, seconds):
        super().__init__(name, charts, key, script)
        _, self.slices = slices(seconds + 2)
        self.every = {}

    def more(self, second):
        """What the recording says in this second, ready to be sent to everybody."""
        if second >= len(self.slices):
            return ""
        out, chart, faults = [], None, []
        for line in self.slices[second].decode(errors="replace").splitlines(keepends=True):
            word, _, rest = line.partition(" ")
            if word == "CHART":
                words = re.findall(r'"([^"]*)"|(\S+)', rest)
                self.every[words[0][0]] = int(words[8][1])
            elif word == "BEGIN":
                chart, microseconds = rest.split()
                chart = chart.strip('"')
                faults = [one for one in FAULTS if one[0] == chart and one[3] <= second % PERIOD < one[4]]
                # Each parent would use its own clock for 0: too fine a difference to be compared.
                if microseconds == "0":
                    line = f'BEGIN "{chart}" {self.every.get(chart, 1) * 1_000_000}\n'
            elif word == "SET" and faults:
                name, _, value = rest.rpartition(" = ")
                for _, dimension, fault, *_ in faults:
                    if dimension in (None, name.strip('"')):
                        line = f"SET {name} = {fault(int(value))}\n"
            elif word in ("CLAIMED_ID", "LABEL", "OVERWRITE"):
                continue
            out.append(line)
        return "".join(out)
