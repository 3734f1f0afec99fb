#!/usr/bin/env python3
"""A fleet in bad weather: links that are cut at random, a clock that steps, for an hour.

  weather.py [--minutes 60] [--children 20] [--seed N]

Twenty children stream to one parent, each through a link of its own (link.py); every second one is headless, the others keep
a database. Every few seconds one link, chosen at random, is cut. One more child, of our own, has a clock that steps to and
fro by minutes, and says so wherever the wire has a time. Every ten minutes, and at the end:

  data     no second is missing at the parent, and every value is the child's own
  ledger   every gap that is not filled has a cause, and nothing that is stored lies in it
  memory   once the databases are full, which takes 22 minutes, the parent's resident memory grows by less than 5 %, and it
           has no more open files than then
"""
import argparse
import os
import random
import socket
import threading
import time

import nodes
from link import Link
from nodes import Place, failures, header, row, verify, wait_for

WINDOW = 600
# A database of 1,024 points is full when its newest block is, too.
FULL = 1024 + 256 + 40
# What is on its way, and what a cut just now has taken, is not looked at.
MARGIN = 75


class Weather(threading.Thread):
    """Cuts one link every few seconds, and moves one clock."""

    def __init__(self, links, clock, seed):
        super().__init__(daemon=True)
        self.links, self.clock = links, clock
        self.random = random.Random(seed)
        self.pause = threading.Event()
        self.over = threading.Event()
        self.cuts = self.steps = 0

    def run(self):
        step_at = time.monotonic() + 60
        while not self.over.wait(self.random.uniform(2, 6)):
            if self.pause.is_set():
                continue
            link = self.random.choice(self.links)
            self.random.choice([link.cut, link.close])()
            self.cuts += 1
            if time.monotonic() > step_at:
                step_at = time.monotonic() + self.random.uniform(60, 180)
                self.clock(self.random.choice([-300, -90, -5, 0, 5, 90, 300]))
                self.steps += 1


class SteppingChild(threading.Thread):
    """A child of our own whose clock steps: it says so in its definitions, its answers and its microseconds."""

    GUID = "cccccccc-0000-4000-8000-00000000c10c"

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.offset, self.over = port, 0, False
        self.connections = 0

    def step(self, seconds):
        self.offset = seconds

    def run(self):
        while not self.over:
            try:
                self.stream()
            except OSError:
                pass
            time.sleep(1)

    def stream(self):
        with socket.create_connection(("127.0.0.1", self.port), 5) as parent:
            parent.settimeout(0.2)
            parent.sendall((f"STREAM key={nodes.KEY}&hostname=stepping&machine_guid={self.GUID}&update_every=1&hops=1"
                            "&ver=13304&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\nUser-Agent: weather/1\r\n\r\n").encode())
            time.sleep(0.5)
            if not parent.recv(4096).startswith(b"Hit me"):
                return
            self.connections += 1
            known = self.offset
            now = int(time.time()) + known
            parent.sendall((f'CHART "step.clock" "" "" "s" "f" "c" "line" 1 1 "" "weather" ""\n'
                            f'DIMENSION "now" "now" "absolute" 1 1 ""\nCHART_DEFINITION_END {now - 60} {now} {now}\n').encode())
            while not self.over:
                self.answer(parent)
                # A clock that was set shows in the next collection's microseconds, once.
                microseconds = max(1, 1000000 + 1000000 * (self.offset - known))
                known = self.offset
                parent.sendall(f'BEGIN "step.clock" {microseconds}\nSET "now" = {int(time.time())}\nEND\n'.encode())
                time.sleep(1)

    def answer(self, parent):
        try:
            asked = parent.recv(65536).decode()
        except TimeoutError:
            return
        if not asked:
            raise OSError
        for words in (line.split() for line in asked.splitlines()):
            if words[:1] != ["REPLAY_CHART"]:
                continue
            after, before, now = int(words[3]), int(words[4]), int(time.time()) + self.offset
            lines = ['RBEGIN "step.clock"']
            for end in range(after + 1, min(before, after + 600) + 1) if after else ():
                lines += [f"RBEGIN '' {end - 1} {end} {now}", f'RSET "now" {end}.0000000 ""']
            lines.append(f"REND 1 {now - 60} {now} true {after} {before} {now}")
            parent.sendall(("\n".join(lines) + "\n").encode())


def resident(node):
    """KiB and open files of a node."""
    with open(f"/proc/{node.process.pid}/status") as f:
        kib = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
    return kib, len(os.listdir(f"/proc/{node.process.pid}/fd"))


def check(parent, children, until, begun):
    """The last ten minutes of every child whose clock can be trusted."""
    wrong = []
    for child in children:
        since = max(until - WINDOW, begun[child.name])
        gaps = [(start, end, cause) for start, end, cause, filled in parent.gaps(child.name) if not filled]
        for start, end, cause in gaps:
            if not cause:
                wrong.append(f"{child.name}: the gap {start:.0f}-{end:.0f} has no cause")
        verdict = verify(parent, child.name, child if child.mode != "none" else None, since, until)
        row(f"until {time.strftime('%H:%M:%S', time.localtime(until))}", child.name, child.mode != "none", verdict)
        wrong += failures("soak", child.name, verdict)
        wrong += in_the_ledger(parent, child, gaps, since, until)
    return wrong


def in_the_ledger(parent, child, gaps, since, until):
    """A gap of the ledger in which something is stored after all."""
    for start, end, cause in gaps:
        for chart in list(parent.charts(child.name))[:5]:
            rows, _ = parent.points(child.name, chart, since, until)
            stored = [at for at, values in rows.items() if start < at < end and any(v is not None for v in values)]
            if stored:
                return [f"{child.name}: {chart} has {len(stored)} points in the gap {start:.0f}-{end:.0f} ({cause})"]
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--children", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    nodes.RETENTION = 1024
    wrong, samples = [], []
    with Place(options.keep) as place:
        parent = place.node("parent", role="parent", takes="ram")
        parent.start()
        links, children = [], []
        for number in range(options.children):
            link = Link("127.0.0.1", parent.port)
            child = place.node(f"child{number:02}", mode="none" if number % 2 else "ram", web=number % 2 == 0,
                               to=f"127.0.0.1:{link.port}")
            child.start()
            links.append(link)
            children.append(child)
        stepping = SteppingChild(parent.port)
        stepping.start()
        wait_for("all children are live", lambda: sum(
            host["state"] == "live" for host in parent.status()["hosts"]) >= len(children), 120)
        time.sleep(5)
        begun = {child.name: int(time.time()) for child in children}
        weather = Weather(links, stepping.step, options.seed)
        weather.start()
        start = time.time()
        checked = start
        header()
        while time.time() < start + options.minutes * 60:
            time.sleep(min(30, max(1, start + options.minutes * 60 - time.time())))
            samples.append((time.time() - start, *resident(parent)))
            if len(samples) % 10 == 0:
                print(f"parent after {samples[-1][0] / 60:.0f} min: {samples[-1][1] / 1024:.1f} MiB", flush=True)
            if time.time() - checked >= WINDOW:
                checked = time.time()
                wrong += check(parent, children, int(checked) - MARGIN, begun)
        weather.pause.set()
        time.sleep(MARGIN)
        wrong += check(parent, children, int(time.time()) - 5, begun)
        weather.over.set()
        stepping.over = True
        print(f"\n{weather.cuts} cuts, {weather.steps} steps of the clock, whose child connected {stepping.connections} times; seed {options.seed}")
        if parent.process.poll() is not None:
            wrong.append(f"the parent has ended with {parent.process.returncode}")
        after = [sample for sample in samples if sample[0] >= FULL]
        if len(after) >= 2:
            (_, first, files), (_, last, files_last) = after[0], after[-1]
            print(f"memory of the parent: {first / 1024:.1f} MiB with full databases, {last / 1024:.1f} at the end; open files "
                  f"{files}, then {files_last}")
            if last > first * 1.05 + 1024:
                wrong.append("the parent's memory grows")
            if files_last > files + 16:
                wrong.append("the parent's open files grow")
        for link in links:
            link.stop()
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong[:100]))
            raise SystemExit(1)
    print("\nNothing is missing.")


if __name__ == "__main__":
    main()
