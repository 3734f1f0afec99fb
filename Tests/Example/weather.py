#!/usr/bin/env python3
"""A fleet in bad weather: links that are cut at random, a clock that steps, for an hour.

  soak.py [--minutes 60] [--children 20] [--seed N] [--jobs …]

Twenty children stream to one parent, each through a link of its own (link.py); every second one is headless, the others keep
a database. Every few seconds one link, chosen at random, is cut. The clock of the last child steps to and fro by minutes
(libfaketime). Every ten minutes, and at the end:

  data     no second is missing at the parent, and every value is the child's own (the stepping child is left out)
  ledger   every gap that is not filled has a cause, and nothing that is stored lies in it
  memory   after the first ten minutes, in which the databases fill, the parent's resident memory grows by less than 5 %,
           and it has no more open files than at first
"""
import argparse
import os
import random
import subprocess
import threading
import time

import nodes
from link import Link
from nodes import Place, failures, header, row, verify, wait_for

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
WINDOW = 600
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
            if self.clock and time.monotonic() > step_at:
                step_at = time.monotonic() + self.random.uniform(60, 180)
                self.clock(self.random.choice([-300, -90, -5, 0, 5, 90, 300]))
                self.steps += 1


def stepping_clock(place):
    """A file that moves the clock of whoever is started with the environment."""
    if not os.path.exists(FAKETIME):
        raise SystemExit("libfaketime is missing: apt-get install faketime")
    path = f"{place.directory}/clock"

    def step(seconds):
        with open(path + ".new", "w") as f:
            f.write(f"{seconds:+d}")
        os.rename(path + ".new", path)

    step(0)
    return step, {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": path, "FAKETIME_NO_CACHE": "1",
                  "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


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
    parser.add_argument("--no-clock", action="store_true", help="without the stepping clock")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    nodes.RETENTION = 1024
    wrong, samples = [], []
    with Place(options.keep) as place:
        step, environment = (None, {}) if options.no_clock else stepping_clock(place)
        parent = place.node("parent", role="parent", takes="ram")
        parent.start()
        links, children = [], []
        for number in range(options.children):
            link = Link("127.0.0.1", parent.port)
            is_last = number == options.children - 1
            child = place.node(f"child{number:02}", mode="none" if number % 2 else "ram", web=number % 2 == 0,
                               to=f"127.0.0.1:{link.port}", environment=environment if is_last else None)
            child.start()
            links.append(link)
            children.append(child)
        trusted = children if options.no_clock else children[:-1]
        wait_for("all children are live", lambda: sum(
            host["state"] == "live" for host in parent.status()["hosts"]) >= len(children), 120)
        time.sleep(5)
        begun = {child.name: int(time.time()) for child in children}
        weather = Weather(links, step, options.seed)
        weather.start()
        start = time.time()
        checked = start
        header()
        while time.time() < start + options.minutes * 60:
            time.sleep(min(30, max(1, start + options.minutes * 60 - time.time())))
            samples.append((time.time() - start, *resident(parent)))
            if time.time() - checked >= WINDOW:
                checked = time.time()
                wrong += check(parent, trusted, int(checked) - MARGIN, begun)
        weather.pause.set()
        time.sleep(MARGIN)
        wrong += check(parent, trusted, int(time.time()) - 5, begun)
        weather.over.set()
        print(f"\n{weather.cuts} cuts, {weather.steps} steps of the clock; seed {options.seed}")
        if parent.process.poll() is not None:
            wrong.append(f"the parent has ended with {parent.process.returncode}")
        after = [sample for sample in samples if sample[0] >= WINDOW]
        if len(after) >= 2:
            (_, first, files), (_, last, files_last) = after[0], after[-1]
            print(f"memory of the parent: {first / 1024:.1f} MiB after ten minutes, {last / 1024:.1f} at the end; open files "
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
