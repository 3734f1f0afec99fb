#!/usr/bin/env python3
"""The real 1.37.1 and ndstream side by side, parents of the same stream at the same time, with the same health.d: the
same alarms, the same statuses at the same times, the same log, the same calls of the handler?

  differential.py [--minutes 3] [--seed 1] [--sides original,ours] [--keep DIRECTORY] [--no-recording]

Each difference is printed with what both sides have; exit code 1 when there is one. `ours` is NDSTREAM_BINARY, or
.build/release/ndstream. `--sides original,original` compares two 1.37.1: what two originals have not in common (their
health threads keep the phase of their start) is what compare.py allows. The stream: half an hour of a real host, with
faults put into it, and charts `test.*` that follow a script (script.py). The rules: the stock health.d and rules.py.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

import rules
from compare import Comparison
from parents import TOP, Original, Ours, key
from recording import Recorded
from script import Script
from witness import Witness

KEY = "5d1f0c3e-7a6b-4c2d-8e9f-001122334455"
STOCK = f"{TOP}/.build/netdata/usr/lib/netdata/conf.d/health.d"
HOST = "real-01"
# Seconds from the connection, when the labels come, to the first chart; from there to the reload with which the
# comparison begins.
LABELS, WARMUP = 3, 30
# At this share of the run the rules change and are read again.
RELOAD = 0.6

# Where ndstream is other than the original on purpose: alarm, why.
DELIBERATE = [
    ("test.renamed.renamed", "an alarm `on` a chart's name: 1.37.1 looks for its id among the chart ids, "
                             "and gives it a new one at each reload"),
    ("test.dims.each_fourth", "in mode ram the past of a new dimension reads 0 in 1.37.1, and is empty here"),
]


def stock():
    """The stock files, given as user files to both, so that both read the same text from the same kind of place."""
    found = {}
    for name in sorted(os.listdir(STOCK)):
        if name.endswith(".conf"):
            with open(f"{STOCK}/{name}") as file:
                found[name] = file.read()
    return found


def start(kinds, directory):
    sides = []
    for number, kind in enumerate(kinds):
        make = {"original": Original, "ours": Ours}[kind]
        side = make(directory, f"{kind}-{number}", stock(), key(KEY), [
            "enable stock health configuration = no", "in memory max health log entries = 20000",
            "fold alarms of a lost child = no"])
        side.rules(rules.files(side.handler))
        sides.append(side.start())
    return sides


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sides", default="original,ours")
    parser.add_argument("--keep", metavar="DIRECTORY")
    parser.add_argument("--no-recording", action="store_true")
    parser.add_argument("--skew", type=float, default=0, metavar="SECONDS",
                        help="the second side's health thread starts so much later")
    options = parser.parse_args()
    directory = os.path.abspath(options.keep) if options.keep else tempfile.mkdtemp(prefix="health-")
    os.makedirs(directory, exist_ok=True)

    seconds = int(options.minutes * 60)
    script = Script(options.seed, WARMUP + seconds, [WARMUP, WARMUP + seconds * RELOAD])
    host = Recorded(HOST, script.charts, KEY, script, 0 if options.no_recording else WARMUP + seconds)
    if options.no_recording:
        host.slices = []
    sides = start(options.sides.split(","), directory)
    try:
        host.stream(*[side.port for side in sides], waits=LABELS, skew=options.skew)
        # 1.37.1 checks `host labels` once, when it reads the rules, and begins some twenty seconds later than the other: when
        # both run, a first reload sets them to work in the same second.
        time.sleep(LABELS + WARMUP + options.skew * len(sides))
        for side in sides:
            if f"[{HOST}]: Health is running." not in side.health_log():
                sys.exit(f"{side.name} does not look at {HOST} yet: see its health.log in {directory}")
        witnesses = [Witness(side, HOST) for side in sides]
        reload(sides)
        for one in witnesses:
            one.start()
        time.sleep(seconds * RELOAD)
        for side in sides:
            side.rules(rules.changed(side.handler))
        reload(sides)
        time.sleep(seconds * (1 - RELOAD))
        witnesses = [one.finish() for one in witnesses]
    finally:
        host.ends.set()
        for side in sides:
            side.end()
    for number, one in enumerate(witnesses):
        one.save(f"{directory}/side-{number}.json")
    comparison = Comparison(*witnesses)
    differences = comparison.all()
    if len({side.kind for side in sides}) == 2:
        differences = without_deliberate(differences)
    report(sides, witnesses, comparison, differences)
    if not options.keep:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if differences else 0)


def reload(sides):
    """Both read their rules at the beginning of a second, and so evaluate in the same ones from then on."""
    time.sleep(1 - time.time() % 1 + 0.05)
    for side in sides:
        side.reload()


def without_deliberate(differences):
    for name, why in DELIBERATE:
        print(f"left out: {sum(name in one[1] or name in one[2] for one in differences)} differences of {name}: {why}")
    return [one for one in differences if not any(name in one[1] or name in one[2] for name, _ in DELIBERATE)]


def report(sides, witnesses, comparison, differences):
    names = [f"{side.kind} ({side.name})" for side in sides]
    for kind, name, what, left, right in differences:
        print(f"{kind}: {name}: {what}\n    {names[0]}: {left}\n    {names[1]}: {right}")
    for side, one in zip(names, witnesses):
        raised = sum(entry["status"] in ("WARNING", "CRITICAL") for entry in one.entries)
        print(f"{side}: {len(one.final)} alarms, {len(one.entries)} entries ({raised} WARNING or CRITICAL), "
              f"{len(one.called)} calls of the handler"
              + (f", {len(one.failures)} questions unanswered, first {one.failures[0]}" if one.failures else ""))
    print("compared: " + ", ".join(f"{number} {what}" for what, number in comparison.checked.items())
          + f"; {comparison.shifted} entries at another second")
    for name, number in sorted(comparison.glimpses.items()):
        print(f"{name}: {number} times raised or clear for one evaluation of one side only")
    print(f"{len(differences)} differences")


if __name__ == "__main__":
    main()
