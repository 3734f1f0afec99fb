"""A host that streams what a script says, second by second, to several parents at once."""
import contextlib
import select
import socket
import struct
import threading
import time
import uuid

import parents  # noqa: F401  (the way to Tests/Fleet)
import protocol

VERSION = protocol.CHILD & ~protocol.REPLICATION & ~protocol.LZ4
# The parts of a second at which a collection is sent and at which a host connects first. A health thread of 1.37.1
# keeps the phase at which it has been started (and loses a millisecond a pass): its passes come between two
# collections.
PHASE, CONNECTS = 0.25, 0.7


class Chart:
    """A definition, and what it has now: `values` by dimension id; None leaves a dimension out; `sends` False: nothing
    at all."""

    def __init__(self, id, dims=("v",), *, name="", family="fam", context=None, units="things", every=1, algorithm="absolute",
                 labels=None, variables=None, plugin="test.plugin", module="test"):
        self.id, self.name, self.family, self.context, self.units, self.every = id, name, family, context or id, units, every
        self.dims = [one if isinstance(one, tuple) else (one, one) for one in dims]
        self.algorithm, self.labels, self.variables = algorithm, labels or {}, variables or {}
        self.plugin, self.module = plugin, module
        self.values = {id: 0 for id, _ in self.dims}
        self.obsolete, self.sends = False, True

    def definition(self):
        head = (f'CHART "{self.id}" "{self.name}" "Title" "{self.units}" "{self.family}" "{self.context}" "line" 1000 {self.every} '
                f'"{"obsolete" if self.obsolete else ""}   " "{self.plugin}" "{self.module}"\n')
        labels = "".join(f'CLABEL "{name}" "{value}" 1\n' for name, value in self.labels.items())
        return (head + labels + ("CLABEL_COMMIT\n" if labels else "")
                + "".join(f'DIMENSION "{id}" "{name}" "{self.algorithm}" 1 1 "  "\n' for id, name in self.dims)
                + "".join(f"VARIABLE CHART {name} = {value:.7f}\n" for name, value in self.variables.items()))

    def collection(self, microseconds):
        sets = "".join(f'SET "{id}" = {self.values[id]}\n' for id, _ in self.dims if self.values.get(id) is not None)
        return f'BEGIN "{self.id}" {microseconds}\n{sets}END\n'


class Connection:
    """One parent's end of a host."""

    def __init__(self, host, port, key):
        self.host, self.port, self.key, self.socket, self.known = host, port, key, None, set()
        # chart → second of its last collection on this connection
        self.sent = {}
        # Whether it may connect; whether nothing is said though it is open; what was left open without a word.
        self.opens, self.frozen, self.abandoned = True, False, []

    def say(self, text):
        try:
            self.socket.sendall(text.encode())
        except OSError:
            self.drop()

    def drop(self):
        if self.socket:
            self.socket.close()
        self.socket, self.known, self.sent = None, set(), {}

    def abandon(self):
        """What a machine does that loses its power: the connection stays open for the parent, and nothing comes any
        more."""
        self.abandoned.append(self.socket)
        self.socket, self.known, self.sent = None, set(), {}

    def reset(self):
        """Breaks off, as behind a router that has forgotten the connection."""
        if self.socket:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop()

    def tick(self, charts, more=""):
        if self.frozen:
            return
        if self.socket and select.select([self.socket], [], [], 0)[0]:
            with contextlib.suppress(OSError):
                if self.socket.recv(65536) == b"":
                    self.drop()
        if not self.socket:
            if not self.opens or not self.connect():
                return
        text, now = [], int(time.time())
        for chart in charts:
            if chart.id not in self.known:
                self.known.add(chart.id)
                text.append(chart.definition())
            if chart.sends and now % chart.every == 0:
                text.append(chart.collection((now - self.sent.get(chart.id, now - chart.every)) * 1_000_000))
                self.sent[chart.id] = now
        self.say("".join(text) + more)

    def connect(self):
        try:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            self.socket.sendall(protocol.request(key=self.key, hostname=self.host.name, guid=self.host.guid, version=VERSION))
            reply = self.socket.recv(4096)
            if not reply.startswith(b"Hit me baby"):
                raise OSError(reply)
            self.socket.sendall((protocol.labels(**self.host.labels)
                                 + "".join(f"VARIABLE HOST {n} = {v:.7f}\n" for n, v in self.host.variables.items())).encode())
            return True
        except OSError:
            if self.socket:
                self.socket.close()
            self.socket = None
            return False


class Host:
    """`script(host, second)` is called before each collection; seconds count from the start."""

    def __init__(self, name, charts, key, script=None, labels=None, variables=None):
        self.name, self.charts, self.key, self.script = name, charts, key, script
        self.guid = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
        self.labels = {"_os_name": "Debian GNU/Linux", "_is_k8s_node": "false", **(labels or {})}
        self.variables = variables or {}
        self.connections, self.second, self.ends = [], 0, threading.Event()

    def more(self, second):
        """What else is sent in this second."""
        return ""

    def __getitem__(self, id):
        return next(chart for chart in self.charts if chart.id == id)

    def define(self, chart):
        """Sends a chart's definition (again)."""
        if chart not in self.charts:
            self.charts.append(chart)
        for one in self.connections:
            one.known.discard(chart.id)

    def say(self, text):
        for one in self.connections:
            if one.socket:
                one.say(text)

    def stream(self, *ports, waits=0, skew=0):
        """`waits`: seconds from the connections to the first chart; `skew`: from one connection to the next."""
        self.waits, self.skew = waits, skew
        self.connections = [Connection(self, port, self.key) for port in ports]
        threading.Thread(target=self.go, daemon=True).start()
        return self

    def go(self):
        time.sleep(1 - (time.time() - CONNECTS) % 1)
        for one in self.connections:
            one.connect()
            self.ends.wait(self.skew)
        self.ends.wait(self.waits)
        while not self.ends.is_set():
            now = time.time()
            time.sleep(1 - (now - PHASE) % 1)
            if self.script:
                self.script(self, self.second)
            more = self.more(self.second)
            for one in self.connections:
                one.tick(self.charts, more)
            self.second += 1

    def each(self, what):
        """Calls a method of every connection."""
        for one in self.connections:
            getattr(one, what)()

    def freeze(self, yes):
        """As SIGSTOP and SIGCONT do."""
        for one in self.connections:
            one.frozen = yes

    def up(self, yes):
        """Connects, or closes the connection in good order."""
        for one in self.connections:
            one.opens = yes
            if not yes:
                one.drop()
