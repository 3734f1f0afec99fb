#!/usr/bin/env python3
"""How children may go, and what the parent's handler is called for: each way with health `auto` and `yes`.

  departures.py [--side ours] [--fold yes] [--keep DIRECTORY] [WAY …]

--side  ours or original; --fold yes or no ([health] fold alarms of a lost child; the original knows none). Expected is what the table says;
exit code 1 when something else was called. Takes about four minutes: all ways at once, each with a host of its own. Every host has CHARTS charts
whose alarm watches the collection (warning after 10 s, critical after 25), and one whose alarm is a WARNING of its own from the beginning.
"""
import argparse
import collections
import os
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
OWN = {"level CLEAR": 1}
ONE = {f"last_collected {status}": 1 for status in ("WARNING", "CRITICAL", "CLEAR")}
# (way, health) → (calls when folded, calls when not)
EXPECTED = {
    # auto: health goes with the connection; that a child has vanished is told all the same where it is one event.
    ("clean", "auto"): (NOTHING, NOTHING),
    ("broken", "auto"): (LOST, NOTHING),
    ("stopped", "auto"): (LOST, EACH),
    ("power", "auto"): (LOST, EACH),
    ("blip", "auto"): (NOTHING, NOTHING),
    ("storm", "auto"): (NOTHING, NOTHING),
    ("flapping", "auto"): (FLAPS, NOTHING),
    ("ephemeral", "auto"): (NOTHING, NOTHING),
    ("ephemeral_vanishes", "auto"): ({"child_lost WARNING": 1, "child_lost CRITICAL": 1}, NOTHING),
    ("plugin", "auto"): (ONE, ONE),
    ("changed", "auto"): (OWN, OWN),
    # yes: it goes on without.
    ("clean", "yes"): (LOST, EACH),
    ("broken", "yes"): (LOST, EACH),
    ("stopped", "yes"): (LOST, EACH),
    ("power", "yes"): (LOST, EACH),
    ("blip", "yes"): (NOTHING, NOTHING),
    ("storm", "yes"): (NOTHING, NOTHING),
    ("flapping", "yes"): (FLAPS, {"last_collected WARNING": 4 * CHARTS, "last_collected CLEAR": 4 * CHARTS}),
    ("ephemeral", "yes"): (NOTHING, {"last_collected WARNING": CHARTS, "last_collected CRITICAL": CHARTS}),
    ("ephemeral_vanishes", "yes"): ({"child_lost WARNING": 1, "child_lost CRITICAL": 1},
                                    {"last_collected WARNING": CHARTS, "last_collected CRITICAL": CHARTS}),
    ("plugin", "yes"): (ONE, ONE),
    ("changed", "yes"): (LOST | OWN, EACH | OWN),
}
# Seconds from the departure at which the one event may come, where the child is away for AWAY: when the first alarm
# rises, when it is critical, and when the child has stayed for the hysteresis of 60 s (connections, housekeeping and
# passes add some).
MOMENTS = {"child_lost WARNING": (9, 18), "child_lost CRITICAL": (24, 33), "child_lost CLEAR": (AWAY + 59, AWAY + 85)}
# A health thread of 1.37.1 that starts with a connection may look at the alarms before it hears that it has to wait.
RACES = {("flapping", "auto"), ("clean", "auto"), ("broken", "auto"), ("storm", "auto"), ("blip", "auto"), ("changed", "auto")}


def host_of(way, health):
    charts = [Chart(f"test.watched{n}", context="test.watched") for n in range(CHARTS)] + [Chart("test.level")]
    charts[-1].values["v"] = 20
    labels = {"_is_ephemeral": "true"} if way.__name__.startswith("ephemeral") else {"_is_ephemeral": "false"}
    return Host(f"{way.__name__}-{health}", charts, KEYS[health], labels=labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", choices=["ours", "original"], default="ours")
    parser.add_argument("--fold", choices=["yes", "no"], default="yes")
    parser.add_argument("--keep", metavar="DIRECTORY")
    parser.add_argument("ways", nargs="*", metavar="WAY")
    options = parser.parse_args()
    folded = options.fold == "yes" and options.side == "ours"
    directory = os.path.abspath(options.keep) if options.keep else tempfile.mkdtemp(prefix="health-")
    os.makedirs(directory, exist_ok=True)
    make = {"ours": Ours, "original": Original}[options.side]
    parent = make(directory, "parent", RULES, "".join(key(guid, health) for health, guid in KEYS.items()),
                  ["enable stock health configuration = no", f"fold alarms of a lost child = {options.fold}"]).start()
    ways = [way for way in WAYS if not options.ways or way.__name__ in options.ways]
    hosts = [(way, health, host_of(way, health)) for way in ways for health in KEYS]
    try:
        for way, _, host in hosts:
            host.stream(parent.port)
        time.sleep(BEFORE)
        began = time.time()
        threads = [threading.Thread(target=way, args=(host,)) for way, _, host in hosts]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        time.sleep(AFTER)
        calls = parent.calls()
    finally:
        for _, _, host in hosts:
            host.ends.set()
        parent.end()
    wrong = sum(not judged(way.__name__, health, host.name, calls, began, folded, options.side == "original") for way, health, host in hosts)
    print(f"{len(hosts)} departures, {wrong} not as expected; what was written: {directory}")
    sys.exit(1 if wrong else 0)


def judged(way, health, name, calls, began, folded, original):
    """Prints one row; whether it is as expected."""
    mine = [(at, words) for at, words in calls if words[2] == name]
    first = collections.Counter(f"{words[7]} {words[10]}" for at, words in mine if at < began)
    after = collections.Counter(f"{words[7]} {words[10]}" for at, words in mine if at >= began)
    expected = EXPECTED[way, health][0 if folded else 1]
    good = first == {"level WARNING": 1} and after == expected
    for at, words in mine if way != "flapping" else []:
        begin, end = MOMENTS.get(f"{words[7]} {words[10]}", (None, None))
        if begin is not None and not begin <= at - began <= end:
            good = False
            print(f"{'':38}too early or too late, not in {begin} to {end} s: {at - began:.1f} s")
    if not good and original and (way, health) in RACES and first == {"level WARNING": 1}:
        print(f"{'race':12}{way:20}{health:6}{dict(after)}, of the original's own")
        return True
    print(f"{'as expected' if good else 'WRONG':12}{way:20}{health:6}{dict(after)}" + ("" if good else f"\n{'':38}expected {expected}, before {dict(first)}"))
    if not good:
        for at, words in mine:
            print(f"{'':38}{at - began:7.1f} s  {words[7]} of {words[8]}: {words[11]} > {words[10]}, {words[19]}, since {words[15]} s")
    return good


if __name__ == "__main__":
    main()
