"""The two parents, and the connections over which a host reaches both."""
import http.client
import os
import sys
import socket
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [f"{TOP}/Benchmarks", f"{TOP}/Tests/Fleet"]
import protocol  # noqa: E402
from servers import KEY, Ndstream, Netdata  # noqa: E402

BINARY = os.path.abspath(os.environ.get("NDSTREAM_BINARY", f"{TOP}/.build/release/ndstream"))
# Points that a chart in ram keeps: less than it is given, so that the first ones, which 1.37.1 has at other times, are gone.
RING = 1024
# How long a parent may take for what it is sent.
PATIENCE = 120
# Everything but LZ4.
VERSION = protocol.CHILD & ~protocol.LZ4


def start(mode, scrape):
    """1.37.1 and ndstream, both with health, without which 1.37.1 has no variables of charts, and without alarms. `scrape`: what stands in
    `[prometheus:exporter]`."""
    exporting = f"[prometheus:exporter]\n{scrape}"
    no_alarms = "[directories]\n    health config = /var/empty\n    stock health config = /var/empty\n"
    original = Netdata(mode=mode, retention=RING, pin=False, replicate=86400, hostname="bench", compression="no", health="yes",
                       settings=no_alarms, exporting=exporting)
    try:
        ours = Ndstream(BINARY, mode=mode, retention=RING, pin=False, compression="no", health=True,
                        extra="[db]\n    storage tiers = 1\n[plugins]\n    timex = no\n" + no_alarms, exporting=exporting)
    except BaseException:
        original.stop()
        raise
    return [Side(original), Side(ours)]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def key(self):
        return self.status, self.headers, self.body

    def __eq__(self, other):
        return self.key() == other.key()


class Side:
    """One parent, asked on a connection that stays."""

    # What of the head is compared.
    HEADERS = ("Content-Type", "Cache-Control", "Content-Disposition", "Refresh")

    def __init__(self, server):
        self.server, self.name, self.port = server, server.name, server.port
        self.connection = None

    def get(self, path):
        for is_last in (False, True):
            if not self.connection:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.connection.request("GET", path, headers={"Connection": "keep-alive"})
                answer = self.connection.getresponse()
                body = answer.read()
                headers = tuple((name, answer.headers[name]) for name in self.HEADERS if answer.headers[name])
                if answer.will_close:
                    self.close()
                return Answer(answer.status, headers, body.decode(errors="replace"))
            except (OSError, http.client.HTTPException):
                self.close()
                if is_last:
                    raise

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def stop(self, keep=False):
        self.close()
        self.server.stop(keep=keep)


class Connection(threading.Thread):
    """A host's connection to one parent; answers what the parent asks of the past."""

    def __init__(self, host, side):
        super().__init__(daemon=True)
        self.host, self.side, self.lock, self.done, self.failure = host, side, threading.Lock(), threading.Event(), None
        self.socket = socket.create_connection(("127.0.0.1", side.port), 10)
        self.socket.sendall(protocol.request(key=KEY, hostname=host.name, guid=host.guid, version=VERSION))
        if not self.socket.recv(4096).startswith(b"Hit me baby"):
            raise SystemExit(f"{side.name} refuses {host.name}")
        self.socket.settimeout(None)
        self.left = {chart.id: chart for chart in host.charts}
        self.start()
        self.say(host.head())
        wall = int(time.time())
        for chart in host.charts:
            self.say(f"{chart.definition()}CHART_DEFINITION_END {chart.points[0][1]} {chart.points[-1][1]} {wall}\n")

    def say(self, text):
        with self.lock:
            self.socket.sendall(text.encode())

    def run(self):
        rest = b""
        while data := self.read():
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            for line in lines:
                words = [word.strip('"') for word in line.decode().split()]
                if words[:1] == ["REPLAY_CHART"]:
                    self.answer(words[1], words[2] == "true", int(words[3]), int(words[4]))

    def read(self):
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def answer(self, id, starts, after, before):
        chart, wall = self.host[id], int(time.time())
        first, last = chart.points[0][1], chart.points[-1][1]
        ends = starts or before >= last
        lines = [f'RBEGIN "{id}"\n']
        for begin, end, sets in chart.points:
            if after < end <= before or len(chart.points) == 1:
                lines += [f"RBEGIN '' {begin} {end} {wall}\n", *sets]
        if ends:
            lines += chart.state()
        lines.append(f"REND {chart.every} {first} {last} {'true' if ends else 'false'} {after} {before} {wall}\n")
        self.say("".join(lines))
        if ends:
            self.left.pop(id, None)
            if not self.left:
                self.done.set()


class Feeder(threading.Thread):
    """Gives every host to every side: the past at once, then what was collected in each second, when it has come."""

    # The part of a second at which the collections of the second are sent, and from when to when it is quiet.
    PHASE, QUIET = 0.1, (0.4, 0.97)

    def __init__(self, hosts, sides):
        super().__init__(daemon=True)
        self.hosts, self.next, self.ends = hosts, {host.name: 0 for host in hosts}, threading.Event()
        self.connections = [(host, [Connection(host, side) for side in sides]) for host in hosts]
        for host, ends in self.connections:
            for one in ends:
                if not one.done.wait(PATIENCE):
                    raise SystemExit(f"{one.side.name} has not asked for the past of {len(one.left)} charts of {host.name}")
        self.tick()

    def tick(self):
        """Everything up to now that was not sent yet."""
        for host, ends in self.connections:
            through = int(time.time()) - host.start
            text = "".join(host.ticks(second) for second in range(self.next[host.name], through + 1))
            self.next[host.name] = through + 1
            for one in ends if text else []:
                one.say(text)

    def run(self):
        while not self.ends.is_set():
            self.ends.wait(1 - (time.time() - self.PHASE) % 1)
            self.tick()


def wait_until_quiet():
    """Nothing is on its way, and the second is not over soon."""
    begin, end = Feeder.QUIET
    part = time.time() % 1
    if not begin <= part < end:
        time.sleep((begin - part) % 1)
