#!/usr/bin/env python3
"""Kills a parent at random moments, again and again, and looks whether its database kept what it promised.

A parent in mode dbengine, and then one in mode map, takes the streams of children whose values are a known function of host,
chart, dimension and second. They do not replicate, so nothing is healed from their side. The parent is killed at random moments;
every eighth time it is asked to end instead. Each time it is started again, and before a child may come back:

* it knows its hosts, and serves what they had;
* of each host at most the last two seconds before the kill are missing, and nothing after a SIGTERM;
* every value that is served is the function's, and rows are whole;
* its log says nothing worse than that a journal was taken over and half written ends were cut.

From time to time, and at the end, everything since the beginning is compared, and `ndstream parent --check` has to find no damage,
also while the parent runs.

    Tests/Example/kills.py                          200 kills in each mode
    Tests/Example/kills.py --short                  5 kills of a smaller one in each mode, half a minute: in `make test`
"""
import argparse
import http.client
import json
import math
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nodes

# The promise: seconds before a kill of which the disk need not have anything yet.
PROMISE = 2.0
# What is under way between a child's send and the parent's store, in seconds.
UNDER_WAY = 0.25
# So long a host has to be there before it is known after a kill: its record is written some seconds after it came.
WARM_UP = 18
# What a restarted parent may say of its database; all other warnings and errors of it are failures.
ALLOWED = [
    "had [0-9]+ rows of [0-9]+ charts that no file had yet",  # ND-D04
    "the end of the journal '.*' is not whole",               # ND-D05
    "the end of '.*' was not complete: [0-9]+ bytes were cut",  # ND-D10
]


def mixed(*numbers):
    """Any number of 32 bits, always the same for the same numbers."""
    x = 0x9E3779B9
    for number in numbers:
        x = ((x ^ number) * 0x85EBCA6B + 0xC2B2AE35) & 0xFFFFFFFF
        x ^= x >> 15
    return x


class Model:
    """What children collect. Dimension 0 of each chart is the second itself, so that each row says what it has to be."""

    def __init__(self, hosts, charts, dimensions, base):
        self.hosts, self.charts, self.dimensions, self.base = hosts, charts, dimensions, base

    def value(self, host, chart, dimension, second):
        """An integer; what is served of it is a hundredth for the dimensions whose number is a multiple of 4."""
        if dimension == 0:
            return second
        kind = dimension % 5
        seed = mixed(host, chart, dimension)
        if kind == 1:
            return mixed(seed, second) % 1_000_000
        if kind == 2:
            return seed % 1000
        if kind == 3:
            return 0
        if kind == 4:
            return 5000 + int(1000 * math.sin((second + seed) / 60))
        return second // 10 * (1 + seed % 5)

    def divisor(self, dimension):
        return 100 if dimension and dimension % 4 == 0 else 1

    def row(self, host, chart, second):
        return [self.value(host, chart, dimension, second) / self.divisor(dimension)
                for dimension in range(self.dimensions)]

    def name(self, host):
        return f"child{host:02d}"

    def guid(self, host):
        return f"{host + 1:08x}-0000-4000-8000-{self.base & 0xffffffff:012x}"

    def definitions(self):
        text = ""
        for chart in range(self.charts):
            text += f"CHART 'kill.c{chart}' '' 'chart {chart}' 'units' 'family' 'kill.c' line {chart + 1} 1 '' 'plugin' 'module'\n"
            for dimension in range(self.dimensions):
                text += f"DIMENSION 'd{dimension}' '' absolute 1 {self.divisor(dimension)} ''\n"
        return text.encode()

    def collection(self, host, second, is_first):
        text = []
        for chart in range(self.charts):
            text.append(f"BEGIN 'kill.c{chart}' {0 if is_first else 1000000}\n")
            text += [f"SET 'd{dimension}' = {self.value(host, chart, dimension, second)}\n"
                     for dimension in range(self.dimensions)]
            text.append("END\n")
        return "".join(text).encode()


class Child:
    """One connection after the other of one host. `sent` has of each second when it was handed over, for the current one."""

    def __init__(self, feeder, number):
        self.feeder, self.number = feeder, number
        self.socket = None
        self.sent = []          # (second, when), the first of a connection left out: no point comes of it
        self.ready = False
        self.retry = 0
        self.collections = 0
        # Where in a second it collects.
        self.phase = 0.05 + 0.6 * number / feeder.model.hosts
        self.due = 0

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket, self.ready = None, False
        self.retry = time.time() + 0.1

    def step(self, now):
        try:
            if self.socket is None:
                if now >= self.retry:
                    self.connect()
            elif not self.ready:
                self.greet()
            elif now >= self.due:
                self.collect(now)
        except OSError:
            self.close()

    def connect(self):
        model = self.feeder.model
        self.socket = socket.create_connection(("127.0.0.1", self.feeder.port), timeout=5)
        self.socket.sendall(
            (f"STREAM key={nodes.KEY}&hostname={model.name(self.number)}&machine_guid={model.guid(self.number)}"
             "&update_every=1&os=linux&ver=4 HTTP/1.1\r\nUser-Agent: kills\r\nAccept: */*\r\n\r\n").encode())
        self.socket.setblocking(False)

    def greet(self):
        try:
            reply = self.socket.recv(4096)
        except BlockingIOError:
            return
        if not reply.startswith(b"Hit me baby"):
            raise OSError("refused")
        self.socket.setblocking(True)
        self.socket.settimeout(5)
        self.socket.sendall(self.feeder.definitions)
        self.ready, self.collections, self.sent = True, 0, []
        now = time.time()
        self.due = math.floor(now) + self.phase
        if self.due < now:
            self.due += 1

    def collect(self, now):
        second = int(self.due) - self.feeder.model.base
        self.socket.sendall(self.feeder.model.collection(self.number, second, self.collections == 0))
        if self.collections:
            self.sent.append((second, time.time()))
            self.feeder.samples += self.feeder.model.charts * self.feeder.model.dimensions
        self.collections += 1
        self.due += 1


class Feeder(threading.Thread):
    """All children, in one thread. They connect while `port` is set."""

    def __init__(self, model):
        super().__init__(daemon=True)
        self.model, self.port, self.samples = model, None, 0
        self.definitions = model.definitions()
        self.children = [Child(self, number) for number in range(model.hosts)]
        self.lock = threading.Lock()
        self.is_over = False

    def run(self):
        while not self.is_over:
            with self.lock:
                if self.port:
                    now = time.time()
                    for child in self.children:
                        child.step(now)
            time.sleep(0.004)

    def let_in(self, port):
        with self.lock:
            self.port = port

    def hold(self):
        """Nobody sends any more. What each child has sent in its last connection: [(second, when)] by number."""
        with self.lock:
            self.port = None
            sent = [child.sent for child in self.children]
            for child in self.children:
                child.sent = []
                child.close()
            return sent


class Reader:
    """Queries over one connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path):
        self.connection.request("GET", path)
        reply = self.connection.getresponse()
        body = reply.read()
        return (json.loads(body) if reply.status == 200 else None), reply.status

    def rows(self, host, chart, after, before):
        """{second: values}: without what is nothing but a gap, Unix seconds, after < second <= before."""
        reply, status = self.get(f"/host/{host}/api/v1/data?chart={chart}&after={after}&before={before}"
                                 f"&points={before - after}&format=json&options=seconds,unaligned&group=average")
        if reply is None:
            return None, f"status {status}"
        rows = {row[0]: row[1:] for row in reply.get("data", []) if after < row[0] <= before}
        return {at: row for at, row in rows.items() if any(value is not None for value in row)}, ""


class Trial:
    """One parent in one mode, killed again and again."""

    def __init__(self, place, mode, options, random):
        self.mode, self.options, self.random = mode, options, random
        self.model = Model(options.hosts, options.charts, options.dimensions, int(time.time()) - 1)
        self.parent = place.node(f"parent-{mode}", role="parent", mode=mode, takes=mode, replication=False, db=(
            "\n[plugins]\n    proc = no\n    netdata monitoring = no\n[db]\n    dbengine multihost disk space MB = 256\n"))
        self.feeder = Feeder(self.model)
        self.seen_log = 0
        self.wrong = []
        self.expected = [set() for _ in range(options.hosts)]   # seconds that were served once: they must stay
        self.losses, self.counts, self.startups = [], [], []
        self.kills = self.ends = self.values = self.rows = self.smeared = 0
        self.log_counts = {}

    def say(self, text):
        self.wrong.append(f"{self.mode}: {text}")
        print(f"  WRONG {self.mode}, after {self.kills} kills and {self.ends} ends: {text}", flush=True)

    # MARK: its course

    def run(self):
        began = time.monotonic()
        self.parent.start()
        self.feeder.start()
        self.feeder.let_in(self.parent.port)
        if self.options.short:
            # Its hosts' records are written at once by a parent that is asked to end.
            time.sleep(2.5)
            self.interrupt(signal.SIGTERM)
        else:
            time.sleep(WARM_UP)
        for number in range(self.options.kills + self.options.kills // 7):
            is_end = number % 8 == 7
            # Now and then in the first moments after a start, sometimes long enough for a segment's block.
            time.sleep(self.random.choice([0.3, 1.5, 3, 3, 4]) * self.random.random() + (0 if is_end else 0.01))
            self.interrupt(signal.SIGTERM if is_end else signal.SIGKILL)
            if number % 25 == 24:
                self.compare_all()
                self.check("while it runs")
            if len(self.wrong) > 20:
                break
            if number % 20 == 19:
                print(f"  {self.mode}: {self.kills} kills, {self.ends} ends, worst loss {max(self.losses, default=0):.2f} s, "
                      f"{time.monotonic() - began:.0f} s", flush=True)
        self.compare_all()
        self.check("while it runs")
        self.feeder.hold()
        self.parent.kill(signal.SIGTERM)
        self.check("afterwards")
        self.feeder.is_over = True
        self.seconds = time.monotonic() - began

    def interrupt(self, how):
        if how == signal.SIGKILL:
            self.kills += 1
        else:
            self.ends += 1
        at = time.time()
        self.parent.kill(how)
        sent = self.feeder.hold()
        started = time.monotonic()
        self.parent.start()
        # The admin socket is there a moment before the port.
        nodes.wait_for("the port", lambda: Reader(self.parent.port).get("/api/v1/info")[1] == 200)
        self.startups.append(time.monotonic() - started)
        # The second that is now is never served (docs/contracts/web-api.md §7).
        newest = max((second for seconds in sent for second, _ in seconds), default=0) + self.model.base
        time.sleep(max(0, newest + 1.02 - time.time()))
        self.look(how, at, sent)
        self.look_at_log()
        self.feeder.let_in(self.parent.port)

    # MARK: what must be there

    def look(self, how, at, sent):
        """Nobody is back yet: what is served came from the disk."""
        reader = Reader(self.parent.port)
        known = (reader.get("/api/v1/info")[0] or {}).get("mirrored_hosts") or []
        missing = [self.model.name(host) for host in range(self.model.hosts) if self.model.name(host) not in known]
        if missing:
            self.say(f"{len(missing)} hosts are not known after the start: {missing[0]} …")
            return
        for host in range(self.model.hosts):
            seconds = [second for second, _ in sent[host]]
            # So that there is something that was served before: of a window without points nobody says that it has none.
            since = min(seconds + [max(self.expected[host], default=int(at) - self.model.base)]) - 3
            charts = range(self.model.charts) if host % 5 == self.kills % 5 else [self.random.randrange(self.model.charts)]
            for chart in charts:
                self.look_at_chart(reader, how, at, host, chart, since, sent[host])

    def look_at_chart(self, reader, how, at, host, chart, since, sent):
        there = self.compare(reader, host, chart, since, int(at) + 2 - self.model.base)
        if there is None:
            return
        lost = [(second, when) for second, when in sent if second not in there]
        what = f"{self.model.name(host)} kill.c{chart}"
        if how == signal.SIGTERM:
            gone = [second for second, when in lost if when < at - UNDER_WAY]
            if gone:
                self.say(f"{what}: {gone} are missing after SIGTERM, {at - lost[0][1]:.2f} s before it")
        elif lost:
            # So old is the oldest that is missing.
            age = at - lost[0][1]
            self.losses.append(age)
            self.counts.append(len([second for second, when in lost if when < at]))
            if age > PROMISE + UNDER_WAY:
                self.say(f"{what}: the {len(lost)} collections from {age:.2f} s before the kill on are missing")
            if [second for second, _ in lost] != [second for second, _ in sent][-len(lost):]:
                self.say(f"{what}: of {sent} only {lost} are missing: not the newest")
        gone = [second for second in self.expected[host] if since < second and second not in there]
        if gone:
            self.say(f"{what}: {gone} were there before")
        if chart == 0:
            self.expected[host].update(there)

    def compare(self, reader, host, chart, after, before):
        """The seconds (since the base) that are served, each compared with what it has to be."""
        base = self.model.base
        rows, problem = reader.rows(self.model.name(host), f"kill.c{chart}", base + after, base + before)
        what = f"{self.model.name(host)} kill.c{chart}"
        if rows is None:
            self.say(f"{what}: no answer, {problem}")
            return None
        there = set()
        for at, row in rows.items():
            self.rows += 1
            if any(value is None for value in row) or len(row) != self.model.dimensions:
                self.say(f"{what} at {at - base}: half a row: {row}")
                continue
            if row[0] != int(row[0]):
                # A late second collection: the parent divides what came over two seconds (web API §5.3).
                self.smeared += 1
                there.update((int(row[0]), int(row[0]) + 1))
                continue
            second = int(row[0])
            if abs(at - base - second) > 1:
                self.say(f"{what}: at {at - base} stands what was sent as {second}")
            expected = self.model.row(host, chart, second)
            self.values += len(row)
            if any(abs(one - other) > 1e-6 * max(1, abs(other)) for one, other in zip(row, expected)):
                self.say(f"{what} at {at - base}: {row} instead of {expected}")
            there.add(second)
        return there

    def compare_all(self):
        """All charts since the beginning."""
        reader = Reader(self.parent.port)
        until = int(time.time()) - self.model.base
        for host in range(self.model.hosts):
            for chart in range(self.model.charts):
                there = self.compare(reader, host, chart, 0, until)
                gone = self.expected[host] - (there or set())
                if chart == 0 and gone:
                    self.say(f"{self.model.name(host)}: {len(gone)} seconds were there once: {nodes.spans(sorted(gone))}")

    def look_at_log(self):
        log = self.parent.log
        new, self.seen_log = log[self.seen_log:], len(log)
        for line in new.splitlines():
            for number, pattern in enumerate(ALLOWED):
                if re.search(pattern, line):
                    self.log_counts[number] = self.log_counts.get(number, 0) + 1
                    break
            else:
                if "DBENGINE" in line or re.search("host's file|damaged", line):
                    self.say(f"its log says: {line}")

    def check(self, when):
        result = subprocess.run(
            [nodes.BINARY, "parent", "--check", "--config-dir", f"{self.parent.directory}/etc",
             "--state-dir", f"{self.parent.directory}/state"], capture_output=True, text=True, timeout=120,
            env={name: value for name, value in os.environ.items() if not name.startswith("NDSTREAM_")})
        if result.returncode != 0 or "no damage found" not in result.stdout:
            self.say(f"--check {when} ends with {result.returncode}:\n{result.stdout}{result.stderr}")

    def report(self):
        losses = sorted(self.losses)
        middle = losses[len(losses) // 2] if losses else 0
        print(f"| {self.mode} | {self.kills} | {self.ends} | {self.feeder.samples / 1e6:.1f} M | {self.values / 1e6:.1f} M "
              f"| {middle:.2f} s | {max(losses, default=0):.2f} s | {max(self.counts, default=0)} "
              f"| {max(self.startups, default=0):.2f} s | {self.log_counts.get(0, 0)} | {self.log_counts.get(1, 0)} "
              f"| {self.log_counts.get(2, 0)} | {self.smeared} | {len(self.wrong)} | {self.seconds:.0f} s |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="in each mode")
    parser.add_argument("--modes", default="dbengine,map")
    parser.add_argument("--hosts", type=int, default=25)
    parser.add_argument("--charts", type=int, default=12)
    parser.add_argument("--dimensions", type=int, default=10)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--short", action="store_true", help="few kills, few hosts, the first one sooner")
    parser.add_argument("--keep", action="store_true", help="keep logs and databases")
    options = parser.parse_args()
    if options.short:
        options.kills, options.hosts, options.charts = 5, 8, 4
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"{options.hosts} children of {options.charts} charts with {options.dimensions} dimensions: "
          f"{options.hosts * options.charts * options.dimensions} samples a second; seed {seed}", flush=True)
    trials = []
    with nodes.Place(options.keep) as place:
        for mode in options.modes.split(","):
            trials.append(Trial(place, mode, options, random.Random(seed)))
            trials[-1].run()
        wrong = [line for trial in trials for line in trial.wrong]
        print("\n| mode | kills | SIGTERMs | sent | compared | median loss | worst loss | most collections | slowest start "
              "| journals | cut | segments cut | smeared | wrong | took |")
        print("|" + "---|" * 15)
        for trial in trials:
            trial.report()
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong[:40]))
            raise SystemExit(1)
        worst = max((loss for trial in trials for loss in trial.losses), default=0)
        print(f"\nNothing is missing but what came at most {worst:.2f} s before a kill; every value is what was collected.")


if __name__ == "__main__":
    main()
