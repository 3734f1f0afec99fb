#!/usr/bin/env python3
"""The real 1.37.1 and ndstream side by side, parents of the same stream at the same time, with the same exporting.conf: does the
same go out, byte for byte?

  differential.py [--seconds 60] [--seed 1] [--keep DIRECTORY]

Each has one connector of every type and data source, to a sink of its own. Lines of the mirrored host are compared as sets: which
batch one is in depends on when a daemon looks. Of `as collected` also the second in which a value is looked at does: such
a line may differ in value and time, where both are of a collection that there was. Exit code 1 when there is a difference. `ndstream`
is NDSTREAM_BINARY, or .build/release/ndstream.
"""
import argparse
import os
import random
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "Health"))
from hosts import Chart, Host  # noqa: E402
from parents import Original, Ours, key  # noqa: E402
from sinks import Sink  # noqa: E402

KEY = "5d1f0c3e-7a6b-4c2d-8e9f-001122334466"
EVERY = 5
TYPES = ["graphite:plaintext", "graphite:http", "opentsdb:telnet", "opentsdb:http", "json:plaintext", "json:http"]
SOURCES = ["average", "sum", "as collected"]
MORE = {
    "named": ("graphite:plaintext", "average", "prefix = my.prefix\n    send names instead of ids = no"),
    "chosen": ("json:plaintext", "average", "send charts matching = !*.counter test.*\n    send configured labels = no"),
    "labelled": ("opentsdb:telnet", "average", "send automatic labels = yes"),
    "nobody": ("graphite:plaintext", "average", "send hosts matching = !child* *"),
    "signed": ("json:http", "average", "username = user\n    password = pass:word"),
    "automatic": ("graphite:plaintext", "average", "send automatic labels = yes\n    send configured labels = no"),
    "all-labels": ("json:plaintext", "average", "send automatic labels = yes"),
    # A chart whose name is not its id.
    "not-name": ("graphite:plaintext", "average", "send charts matching = !test.odd_name *"),
    "not-id": ("graphite:plaintext", "average", "send charts matching = !test.odd-name *"),
    "only-name": ("json:plaintext", "average", "send charts matching = test.odd_name"),
    "only-id": ("json:plaintext", "average", "send charts matching = test.odd-name"),
    "ids-not-name": ("graphite:plaintext", "average", "send charts matching = !test.odd_name *\n    send names instead of ids = no"),
    "ids-only-name": ("json:plaintext", "average", "send charts matching = test.odd_name\n    send names instead of ids = no"),
}
# name → value, and where it is from: automatic 1, configured 2, Kubernetes 4, and together.
LABELS = {"two": ("configured", 2), "three": ("both", 3), "four": ("of kubernetes alone", 4), "five": ("of kubernetes", 5), "none": ("of nowhere", 0)}


def connectors():
    """name → (type, source, further options)"""
    found = {f"c{number}": (kind, source, "") for number, (kind, source) in
             enumerate((kind, source) for kind in TYPES for source in SOURCES)}
    return {**found, **MORE}


class Side:
    def __init__(self, make, directory, name):
        self.sinks = {one: Sink(kind.endswith(":http")) for one, (kind, _, _) in connectors().items()}
        self.parent = make(directory, name, {}, key(KEY, health="no"), ["enable stock health configuration = no"])
        with open(f"{self.parent.directory}/etc/exporting.conf", "w") as file:
            file.write(f"[exporting:global]\n    enabled = yes\n    update every = {EVERY}\n")
            for one, (kind, source, more) in connectors().items():
                file.write(f"[{kind}:{one}]\n    enabled = yes\n    destination = 127.0.0.1:{self.sinks[one].port}\n"
                           f"    data source = {source}\n    {more}\n")
        self.parent.start()


class Script:
    """What the charts have. What is interpolated does not change its rate: each parent begins at a part of a second of its own. Names
    are those that JSON and 1.37.1 agree on: it escapes nothing, and has `_` for every byte that is not ASCII."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.charts = [
            Chart("test.gauge", [("val", "value"), ("two", "second value")], family="tfam"),
            Chart("test.counter", ["c"], algorithm="incremental"),
            Chart("test.five", every=5),
            Chart("test.odd-name", [("a b", "first one"), ("c~d", "e;f~g")], name="odd name", units="KiB/s", family="fam ily"),
            Chart("test.gap", family="gaps"),
            Chart("other.chart", labels={"inst": "one"}, variables={"limit": 50}),
        ]
        self.counter = 0

    def __call__(self, host, second):
        chart = {one.id: one for one in host.charts}
        self.counter += 700
        chart["test.gauge"].values.update(val=second, two=self.random.randrange(-1_000_000, 1_000_000))
        chart["test.counter"].values["c"] = self.counter
        chart["test.five"].values["v"] = second * 7
        chart["test.odd-name"].values.update({"a b": second * second, "c~d": -second})
        chart["test.gap"].sends = second % 20 < 13
        chart["test.gap"].values["v"] = 5
        chart["other.chart"].values["v"] = second % 10


def settled(lines, from_, until):
    """Those whose time lies between the two, whatever the format."""
    found = set()
    for line in lines:
        times = [int(one) for one in re.findall(r"(?<![\d.])(1[789]\d{8})(?![\d.])", line)]
        if times and from_ <= times[-1] < until:
            found.add(line)
    return found


def without_values(lines):
    """Numbers of five and more digits, decimals and what follows the words for values: as what a line of `as collected` is."""
    return {re.sub(r'(?<=[ :])-?\d+(?=[ ,}]|$)', "N", line) for line in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="DIRECTORY")
    options = parser.parse_args()
    directory = os.path.abspath(options.keep) if options.keep else tempfile.mkdtemp(prefix="exporting-")
    os.makedirs(directory, exist_ok=True)
    print(f"seed {options.seed}")
    script = Script(options.seed)
    host = Host("child-01", script.charts, KEY, script, labels=LABELS)
    sides = [Side(Original, directory, "original"), Side(Ours, directory, "ours")]
    try:
        host.stream(*[side.parent.port for side in sides])
        # The first period is cut where each has started.
        time.sleep(3 * EVERY)
        begin = int(time.time())
        time.sleep(options.seconds)
        end = int(time.time()) - 3 * EVERY
    finally:
        host.ends.set()
        for side in sides:
            side.parent.end()
    differences = compare(sides, begin, end)
    if not options.keep:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if differences else 0)


def compare(sides, begin, end):
    differences = compared = 0
    for one, (kind, source, _) in connectors().items():
        lines = [settled((line for line in side.sinks[one].lines() if "child-01" in line), begin, end)
                 for side in sides]
        if source == "as collected":
            lines = [without_values(found) for found in lines]
        heads = [side.sinks[one].heads() for side in sides]
        missing, added = lines[0] - lines[1], lines[1] - lines[0]
        compared += len(lines[0])
        print(f"{one} {kind} {source}: {len(lines[0])} lines, {len(missing)} missing, {len(added)} too many"
              + ("" if heads[0] == heads[1] else f"; heads differ: {heads}"))
        for line in sorted(missing)[:3]:
            print(f"    only 1.37.1:   {line}")
        for line in sorted(added)[:3]:
            print(f"    only ndstream: {line}")
        differences += len(missing) + len(added) + (heads[0] != heads[1])
        if not lines[0] and one != "nobody":
            print("    nothing came")
            differences += 1
    print(f"{compared} lines compared, {differences} differences")
    return differences


if __name__ == "__main__":
    main()
