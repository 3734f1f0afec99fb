"""Nodes on loopback, what they answer, and what must be in them: shared by run.py and outages.py."""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("NDSTREAM_BINARY", f"{TOP}/.build/release/ndstream")
KEY = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"
RETENTION = 7200
# The modules of proc whose charts are the same on every machine; `--charts all` collects everything.
FEW = ["/proc/stat", "/proc/loadavg", "/proc/meminfo", "/proc/vmstat", "/proc/uptime", "/proc/interrupts"]
ALL = FEW + ["/proc/net/dev", "/proc/net/netstat", "/proc/net/snmp", "/proc/net/snmp6", "/proc/net/sockstat",
             "/proc/net/sockstat6", "/proc/net/softnet_stat", "/proc/net/stat/conntrack", "/proc/net/stat/synproxy", "/proc/softirqs",
             "/proc/diskstats", "/proc/pressure", "/sys/devices/system/node", "/proc/sys/kernel/random/entropy_avail",
             "ipc", "/sys/kernel/mm/ksm", "/sys/block/zram"]
# A process that was asked to end, and one that was asked to start, are given so long.
PATIENCE = 60


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Node:
    """One ndstream process with a directory of its own. It can be killed and started again."""

    def __init__(self, directory, name, *, role="agent", mode="ram", web=True, to=None, takes=None, exporting="",
                 charts="few", replication=True, db="", stream="", key="", more="", certificate=None, authority=None):
        """to: address of the parent; takes: memory mode of the hosts it receives, None where it takes none; more: further
        sections of netdata.conf; certificate: its own, with its key, both files; authority: a file with whom it trusts."""
        self.certificate, self.authority = certificate, authority
        self.name, self.role, self.mode, self.web = name, role, mode, web
        self.directory = f"{directory}/{name}"
        self.port = free_port() if web else None
        self.process = None
        # When it was sent its last signal, and when it was started again: (from, to) in Unix seconds.
        self.downtimes = []
        os.makedirs(f"{self.directory}/etc")
        replicates = "yes" if replication else "no"
        off = [] if charts == "all" else [f"    {module} = no" for module in ALL if module not in FEW]
        self.write("netdata.conf", f"""
[global]
    hostname = {name}
[db]
    mode = {mode}
    retention = {RETENTION}
    enable replication = {replicates}
    {db}
[web]
    mode = {"static-threaded" if web else "none"}
    bind to = 127.0.0.1:{self.port or 1}
    {f"ssl certificate = {certificate[0]}" if certificate else ""}
    {f"ssl key = {certificate[1]}" if certificate else ""}
[health]
    enabled = no
[plugins]
    diskspace = {"yes" if charts == "all" else "no"}
    idlejitter = no
    timex = no
    enable running new plugins = no
[plugin:proc]
""" + "\n".join(off) + f"\n{more}\n")
        self.write("stream.conf", f"""
[stream]
    enabled = {"yes" if to else "no"}
    destination = {to or ""}
    api key = {KEY}
    reconnect delay seconds = 1
    {f"CAfile = {authority}" if authority else ""}
    {stream}
""" + (f"""
[{KEY}]
    enabled = yes
    default memory mode = {takes}
    default history = {RETENTION}
    health enabled by default = no
    enable replication = {replicates}
    {key}
""" if takes else ""))
        if exporting:
            self.write("exporting.conf", exporting)

    def write(self, name, text):
        with open(f"{self.directory}/etc/{name}", "w") as f:
            f.write(text)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def log(self):
        try:
            with open(f"{self.directory}/state/log/error.log", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    # MARK: its life

    def start(self):
        output = open(f"{self.directory}/output", "ab")
        self.process = subprocess.Popen(
            [BINARY, self.role, "--config-dir", f"{self.directory}/etc", "--state-dir", f"{self.directory}/state",
             "--quiet"],
            env={name: value for name, value in os.environ.items() if not name.startswith("NDSTREAM_")},
            stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        output.close()
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None:
                with open(f"{self.directory}/output") as f:
                    raise SystemExit(f"{self.name} has ended with {self.process.returncode}:\n{f.read()}\n{self.log}")
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.name} does not answer")
            time.sleep(0.05)
        if self.downtimes and self.downtimes[-1][1] is None:
            self.downtimes[-1] = (self.downtimes[-1][0], time.time())
        return self

    def kill(self, number=signal.SIGTERM):
        self.downtimes.append((time.time(), None))
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SystemExit(f"{self.name} does not end")
        if number == signal.SIGTERM and self.process.returncode != 0:
            raise SystemExit(f"{self.name} has ended with {self.process.returncode}\n{self.log[-2000:]}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    # MARK: what it answers

    def answers(self):
        try:
            return self.status() is not None
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def status(self):
        """The status document, from the admin socket."""
        connection = Admin(f"{self.directory}/state/run/{self.role}.sock")
        try:
            connection.request("GET", "/")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def states(self):
        """State by hostname."""
        return {host["hostname"]: host["state"] for host in self.status()["hosts"]}

    def gaps(self, hostname):
        """The ledger of a host: [(from, to, cause, filled)]."""
        for host in self.status()["hosts"]:
            if host["hostname"] == hostname:
                return [(gap["from_at"], gap["to_at"], gap.get("cause"), gap.get("filled"))
                        for gap in host.get("gaps") or []]
        return []

    def get(self, path):
        if self.certificate:
            trust = ssl.create_default_context(cafile=self.authority)
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=trust)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        return fetched(connection, path)

    def charts(self, hostname):
        """Charts of a host by id; nothing for a host that is not known."""
        return ((self.get(f"/host/{hostname}/api/v1/charts") or {}).get("charts")) or {}

    def points(self, hostname, chart, after, before, dimensions=""):
        """Stored rows by time, `after` excluded: {time: [value or None of each dimension]}, and the dimensions: those that
        the pattern `dimensions` means, else all that are not hidden."""
        reply = self.get(f"/host/{hostname}/api/v1/data?chart={chart}&after={after}&before={before}"
                         f"&format=json&options=seconds,unaligned&group=average&dimensions={dimensions}")
        if not reply or not reply.get("labels"):
            return {}, []
        times = [row[0] for row in reply["data"]]
        if len(times) != len(set(times)):
            raise SystemExit(f"{self.name}: {hostname}: {chart} has seconds twice: {times}")
        return {row[0]: row[1:] for row in reply["data"] if after < row[0] <= before}, reply["labels"][1:]


def fetched(connection, path):
    """What the API says at a path, None where it refuses; the connection is closed then."""
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read()
        return json.loads(body) if reply.status == 200 else None
    finally:
        connection.close()


class Admin(http.client.HTTPConnection):
    """HTTP over the admin socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Place:
    """A directory and the nodes in it: both go at the end, the directory stays where something has failed."""

    def __init__(self, keep=False):
        self.directory = tempfile.mkdtemp(prefix="ndstream-example.")
        self.keep = keep
        self.nodes = []
        signal.signal(signal.SIGTERM, lambda *_: exit(143))

    def __enter__(self):
        return self

    def node(self, name, **how):
        node = Node(self.directory, name, **how)
        self.nodes.append(node)
        return node

    def __exit__(self, kind, *_):
        for node in reversed(self.nodes):
            node.stop()
        if self.keep or kind is not None:
            print(f"Logs and configurations: {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)


def wait_for(what, condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {seconds} s: {what}")
        time.sleep(0.2)


# MARK: what must be where

class Verdict:
    """What was compared, and every second that is wrong."""

    def __init__(self):
        self.charts = self.points = self.compared = self.down = self.ledger = self.uncollected = 0
        self.missing = []     # (chart, seconds)
        self.different = []   # (chart, second, dimension, there, here)

    @property
    def is_good(self):
        return not self.missing and not self.different


def is_same(one, other):
    """Equal to the last digit: what is replicated and where counters go on from there lose nothing."""
    return one == other


def filled(rows):
    """Without those that are nothing but a gap."""
    return {at: row for at, row in rows.items() if any(value is not None for value in row)}


def inside(second, step, spans):
    """Whether a point's time, or the step that it stands for, touches one of the spans."""
    return any(start - step < second < end + step for start, end in spans)


def verify(parent, hostname, child, since, until, *, down=(), ledger=(), known=None, values=True):
    """Compares a host at its parent with its own node, in the seconds since < t <= until.

    values: whether they must be equal. Without replication a parent's clock begins wherever it is in a second, and what a
    counter has done between two seconds is divided at another point.

    child: its own node where that has a database; None for a headless one, of which every second is expected.
    down: spans in which the host itself collected nothing. ledger: spans that the parent's gap ledger names.
    known: charts that were there before; others count from their first point on.
    """
    verdict = Verdict()
    there = parent.charts(hostname)
    own = child.charts(hostname) if child else {}
    for chart in sorted(set(own) or set(there)):
        step = int((own.get(chart) or there.get(chart))["update_every"])
        rows, dimensions = parent.points(hostname, chart, since, until) if chart in there else ({}, [])
        ours, names = child.points(hostname, chart, since, until) if child else ({}, [])
        rows, ours = filled(rows), filled(ours)
        if not rows and not ours:
            continue
        verdict.charts += 1
        first = min(rows, default=until)
        begins = since if known is None or chart in known else first - 1
        own_first = min(ours, default=None)
        missing = []
        for second in range(begins - begins % step + step, until - until % step + 1, step):
            row = rows.get(second)
            mine = ours.get(second)
            if mine is not None and row is not None:
                verdict.compared += 1
                here = dict(zip(names, mine))
                for name, value in zip(dimensions, row):
                    if values and name in here and not is_same(value, here[name]):
                        verdict.different.append((chart, second, name, value, here[name]))
            if row is not None:
                verdict.points += 1
            elif own_first is not None and second >= own_first and mine is None:
                verdict.uncollected += 1
            elif inside(second, step, down):
                verdict.down += 1
            elif inside(second, step, ledger):
                verdict.ledger += 1
            else:
                missing.append(second)
        if missing:
            verdict.missing.append((chart, missing))
    return verdict


def spans(seconds):
    """1795339831-1795339835 1795339840"""
    runs = []
    for second in seconds:
        if runs and second - runs[-1][1] <= 1:
            runs[-1][1] = second
        else:
            runs.append([second, second])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


HEADER = "| what | host | compared with | charts | points | equal to its own | own downtime | in the ledger | missing | different |"


def row(what, hostname, child, verdict):
    print(f"| {what} | {hostname} | {'its database' if child else 'every second'} | {verdict.charts} | {verdict.points} "
          f"| {verdict.compared} | {verdict.down} | {verdict.ledger} | {sum(len(s) for _, s in verdict.missing)} "
          f"| {len(verdict.different)} |", flush=True)


def failures(what, hostname, verdict, most=8):
    """Every missing second and every different value, as lines."""
    lines = []
    by_seconds = {}
    for chart, seconds in verdict.missing:
        by_seconds.setdefault(spans(seconds), []).append(chart)
    for text, charts in list(by_seconds.items())[:most]:
        shown = ", ".join(charts[:3]) + (f" and {len(charts) - 3} more" if len(charts) > 3 else "")
        lines.append(f"{what}: {hostname}: missing {text} of {shown}")
    by_name = {}
    for chart, second, name, value, own in verdict.different:
        by_name.setdefault((chart, name), []).append((second, value, own))
    for (chart, name), found in list(by_name.items())[:most]:
        second, value, own = found[0]
        lines.append(f"{what}: {hostname}: {chart} {name} differs in {len(found)} seconds: at {second} it is {value}, "
                     f"its own is {own}")
    hidden = max(0, len(by_seconds) - most) + max(0, len(by_name) - most)
    return lines + ([f"{what}: {hostname}: and {hidden} more lines"] if hidden else [])


def header():
    print(HEADER)
    print("|" + "---|" * HEADER.count(" | ") + "---|", flush=True)
