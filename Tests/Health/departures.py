#!/usr/bin/env python3
"""How children may go, and what the parent's handler is called for: each way with health `auto` and `yes`.

  departures.py [--side ours] [--fold yes] [--keep DIRECTORY] [WAY …]

--side  ours or original: NDSTREAM_BINARY or .build/release/ndstream, or the real 1.37.1
--fold  yes or no ([health] fold alarms of a lost child): one of them; both, of the same streams, unless given. The
        original knows none

Expected is what the table says; exit code 1 when something else was called. Takes about four minutes: all ways at once,
each with a host of its own. Every host has CHARTS charts whose alarm watches the collection (warning after 10 s,
critical after 25), and one whose alarm is a WARNING of its own from the beginning.
"""
import argparse
import collections
import os
import shutil
import sys
import tempfile
import threading
import time

from hosts import Chart, Host
from parents import Original, Ours, key

KEYS = {"auto": "5d1f0c3e-7a6b-4c2d-8e9f-0000000000a0", "yes": "5d1f0c3e-7a6b-4c2d-8e9f-0000000000a1"}
CHARTS = 5
# Seconds: until all is settled, that a child is away, and from the last return to the end (longer than the hysteresis
# of a loss, 60).
BEFORE, AWAY, AFTER = 25, 45, 95

SETTINGS = ["enable stock health configuration = no"]
RULES = {"departures.conf": """template: last_collected
      on: test.watched
    calc: $now - $last_collected_t
   units: seconds ago
   every: 2s
    warn: $this > 10
    crit: $this > 25
      to: somebody

template: level
      on: test.level
    calc: $v
   every: 2s
    warn: $this > 10
      to: somebody
"""}


# MARK: ways to go

def clean(host):
    """Closes the connection, and is back."""
    host.up(False)
    time.sleep(AWAY)
    host.up(True)


def broken(host):
    """The connection is reset, and it is back after as long."""
    for one in host.connections:
        one.opens = False
        one.reset()
    time.sleep(AWAY)
    host.up(True)


def stopped(host):
    """SIGSTOP, SIGCONT: the connection stays."""
    host.freeze(True)
    time.sleep(AWAY)
    host.freeze(False)


def power(host):
    """The machine is gone without a word; it comes back with a new connection."""
    for one in host.connections:
        one.opens = False
        one.abandon()
    time.sleep(AWAY)
    host.up(True)


def blip(host):
    """Away for three seconds."""
    host.up(False)
    time.sleep(3)
    host.up(True)


def storm(host):
    """Twelve reconnections in twelve seconds."""
    for _ in range(12):
        host.each("drop")
        time.sleep(1)


def flapping(host):
    """A link that is up and down for 15 seconds each, four times."""
    for _ in range(4):
        for one in host.connections:
            one.opens = False
            one.reset()
        time.sleep(15)
        host.up(True)
        time.sleep(15)


def ephemeral(host):
    """A child that says so leaves in order, for good."""
    host.up(False)


def ephemeral_vanishes(host):
    """A child that says so breaks off, for good."""
    for one in host.connections:
        one.opens = False
        one.reset()


def plugin(host):
    """The child stays; one of its collectors dies, and works again."""
    host["test.watched0"].sends = False
    time.sleep(AWAY)
    host["test.watched0"].sends = True


def changed(host):
    """Closes the connection, and what its own alarm watched is well again when it is back."""
    host.up(False)
    host["test.level"].values["v"] = 1
    time.sleep(AWAY)
    host.up(True)


WAYS = [clean, broken, stopped, power, blip, storm, flapping, ephemeral, ephemeral_vanishes, plugin, changed]

NOTHING = {}
LOST = {"child_lost WARNING": 1, "child_lost CRITICAL": 1, "child_lost CLEAR": 1}
EACH = {f"last_collected {status}": CHARTS for status in ("WARNING", "CRITICAL", "CLEAR")}
FLAPS = {"child_lost WARNING": 1, "child_lost CLEAR": 1}
EACH_FLAP = {f"last_collected {status}": 4 * CHARTS for status in ("WARNING", "CLEAR")}
# For good.
GONE = {"child_lost WARNING": 1, "child_lost CRITICAL": 1}
EACH_GONE = {f"last_collected {status}": CHARTS for status in ("WARNING", "CRITICAL")}
OWN = {"level CLEAR": 1}
ONE = {f"last_collected {status}": 1 for status in ("WARNING", "CRITICAL", "CLEAR")}
# (way, health) → (calls when folded, calls when not)
EXPECTED = {
    # auto: who leaves in order freezes its alarms; of a child that breaks off or falls silent they are evaluated until
    # those that watch the collection have risen, as Netdata's document promises and 1.37.1 does not keep.
    ("clean", "auto"): (NOTHING, NOTHING),
    ("broken", "auto"): (LOST, EACH),
    ("stopped", "auto"): (LOST, EACH),
    ("power", "auto"): (LOST, EACH),
    ("blip", "auto"): (NOTHING, NOTHING),
    ("storm", "auto"): (NOTHING, NOTHING),
    ("flapping", "auto"): (FLAPS, EACH_FLAP),
    ("ephemeral", "auto"): (NOTHING, NOTHING),
    ("ephemeral_vanishes", "auto"): (GONE, EACH_GONE),
    ("plugin", "auto"): (ONE, ONE),
    ("changed", "auto"): (OWN, OWN),
    # yes: it goes on without.
    ("clean", "yes"): (LOST, EACH),
    ("broken", "yes"): (LOST, EACH),
    ("stopped", "yes"): (LOST, EACH),
    ("power", "yes"): (LOST, EACH),
    ("blip", "yes"): (NOTHING, NOTHING),
    ("storm", "yes"): (NOTHING, NOTHING),
    ("flapping", "yes"): (FLAPS, EACH_FLAP),
    ("ephemeral", "yes"): (NOTHING, EACH_GONE),
    ("ephemeral_vanishes", "yes"): (GONE, EACH_GONE),
    ("plugin", "yes"): (ONE, ONE),
    ("changed", "yes"): (LOST | OWN, EACH | OWN),
}
# 1.37.1 ends health with every connection, however it ended.
ORIGINAL = {("broken", "auto"): NOTHING, ("flapping", "auto"): NOTHING, ("ephemeral_vanishes", "auto"): NOTHING}
# Seconds from the departure at which the one event may come, where the child is away for AWAY: when the first alarm
# rises, when it is critical, and when the child has stayed for the hysteresis of 60 s (connections, housekeeping and
# passes add some).
MOMENTS = {"child_lost WARNING": (9, 18), "child_lost CRITICAL": (24, 33), "child_lost CLEAR": (AWAY + 59, AWAY + 85)}
# A health thread of 1.37.1 that starts with a connection may look at the alarms before it hears that it has to wait.
RACES = {(way, "auto") for way in ("flapping", "clean", "broken", "storm", "blip", "changed")}


def host_of(way, health):
    charts = [Chart(f"test.watched{n}", context="test.watched") for n in range(CHARTS)] + [Chart("test.level")]
    charts[-1].values["v"] = 20
    labels = {"_is_ephemeral": "true"} if way.__name__.startswith("ephemeral") else {"_is_ephemeral": "false"}
    return Host(f"{way.__name__}-{health}", charts, KEYS[health], labels=labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", choices=["ours", "original"], default="ours")
    parser.add_argument("--fold", choices=["yes", "no"])
    parser.add_argument("--keep", metavar="DIRECTORY")
    parser.add_argument("ways", nargs="*", metavar="WAY")
    options = parser.parse_args()
    directory = os.path.abspath(options.keep) if options.keep else tempfile.mkdtemp(prefix="health-")
    os.makedirs(directory, exist_ok=True)
    ways = [way for way in WAYS if not options.ways or way.__name__ in options.ways]
    hosts = [(way, health, host_of(way, health)) for way in ways for health in KEYS]
    looked = wrong = 0
    for parent, expected, calls, began in observed(options, directory, hosts):
        print(parent.name)
        for way, health, host in hosts:
            mine = [(at, words) for at, words in calls if words[2] == host.name]
            wrong += not judged(way.__name__, health, expected[way.__name__, health], mine, began, parent.kind)
        looked += len(hosts)
    print(f"{looked} departures seen, {wrong} not as expected" + (f"; what was written: {directory}" if wrong else ""))
    if not wrong and not options.keep:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if wrong else 0)


def observed(options, directory, hosts):
    """Lets all hosts go: for each parent what is expected of it, how its handler was called, and since when they go."""
    keys = "".join(key(guid, health) for health, guid in KEYS.items())
    made = []
    if options.side == "original":
        expected = {case: unfolded for case, (_, unfolded) in EXPECTED.items()} | ORIGINAL
        made.append((Original(directory, "original", RULES, keys, SETTINGS), expected))
    for fold in (options.fold or "yes no").split() if options.side == "ours" else []:
        settings = [*SETTINGS, f"fold alarms of a lost child = {fold}"]
        expected = {case: calls[fold == "no"] for case, calls in EXPECTED.items()}
        made.append((Ours(directory, f"folds-{fold}", RULES, keys, settings), expected))
    try:
        for parent, _ in made:
            parent.start()
        for _, _, host in hosts:
            host.stream(*[parent.port for parent, _ in made])
        time.sleep(BEFORE)
        began = time.time()
        threads = [threading.Thread(target=way, args=(host,)) for way, _, host in hosts]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        time.sleep(AFTER)
        return [(parent, expected, parent.calls(), began) for parent, expected in made]
    finally:
        for _, _, host in hosts:
            host.ends.set()
        for parent, _ in made:
            parent.end()


def judged(way, health, expected, calls, began, kind):
    """Prints one row; whether it is as expected."""
    first = collections.Counter(f"{words[7]} {words[10]}" for at, words in calls if at < began)
    after = collections.Counter(f"{words[7]} {words[10]}" for at, words in calls if at >= began)
    good = first == {"level WARNING": 1} and after == expected
    for at, words in calls if way != "flapping" else []:
        begin, end = MOMENTS.get(f"{words[7]} {words[10]}", (None, None))
        if begin is not None and not begin <= at - began <= end:
            good = False
            print(f"{'':38}too early or too late, not in {begin} to {end} s: {at - began:.1f} s")
    if not good and kind == Original.kind and (way, health) in RACES and first == {"level WARNING": 1}:
        print(f"{'race':12}{way:20}{health:6}{dict(after)}, of the original's own")
        return True
    print(f"{'as expected' if good else 'WRONG':12}{way:20}{health:6}{dict(after)}")
    if not good:
        print(f"{'':38}expected {expected}, before {dict(first)}")
        for at, words in calls:
            print(f"{'':38}{at - began:7.1f} s  {words[7]} of {words[8]}: {words[11]} > {words[10]}, {words[19]}, "
                  f"since {words[15]} s")
    return good


if __name__ == "__main__":
    main()
