#!/usr/bin/env python3
"""Outages between a child and its parent, and what is missing afterwards.

  outages.py [--seconds 5,60,540] [--manners LIST] [--children ram,none] [--replication yes,no] [--jobs 8]

Each case has a child, a link (link.py) and a parent of its own. After the outage and a while to catch up:

  with replication   no second is missing at the parent but those in which the child itself did not run, none is there
                     twice, and every value is that of the child's own database, where it has one
  without            what is missing is the outage, and the parent's ledger of gaps names it, with its cause

Manners: of the link stall (no byte passes), drop (half-open: both ends go on, nothing arrives), cut (RST), close (FIN) and
delay (two seconds, nothing may be missing); of the parent and of the child, TERM and KILL.
"""
import argparse
import concurrent.futures
import signal
import threading
import time

from link import Link
from nodes import Place, failures, filled, header, row, verify, wait_for

LINK = ["stall", "drop", "cut", "close", "delay"]
MANNERS = LINK + ["parent-TERM", "parent-KILL", "child-TERM", "child-KILL"]
BEFORE = 10
# A dead link is found within a minute, the next try comes within another, and a child may have as much to send again.
RECOVERY = 150
# New samples only start the counters of a process, and a connection begins between two seconds.
EDGE = 3
printing = threading.Lock()


class Case:
    def __init__(self, manner, seconds, child, replication):
        self.manner, self.seconds, self.mode, self.replication = manner, seconds, child, replication
        self.what = f"{manner} {seconds} s, {'headless' if child == 'none' else child}" + (
            "" if replication else ", no replication")

    def run(self, directory_of):
        name = self.what.replace(" ", "-").replace(",", "")
        self.parent = directory_of.node(f"{name}-parent", role="parent", takes="ram", replication=self.replication)
        self.parent.start()
        self.link = Link("127.0.0.1", self.parent.port)
        self.child = directory_of.node(f"{name}-child", mode=self.mode, web=self.mode != "none",
                                       to=f"127.0.0.1:{self.link.port}", replication=self.replication)
        try:
            self.child.start()
            self.wait_until_live(60)
            return self.measure()
        finally:
            self.child.stop()
            self.link.stop()
            self.parent.stop()

    def wait_until_live(self, seconds):
        def newest():
            for host in self.parent.status()["hosts"]:
                if host["hostname"] == self.child.name:
                    return host["state"] == "live" and time.time() - (host.get("last_data_at") or 0) < 5
            return False
        wait_for(f"{self.what}: the child is live at its parent", newest, seconds)

    def measure(self):
        time.sleep(BEFORE)
        name = self.child.name
        known = before = set(self.parent.charts(name))
        since = int(time.time()) - BEFORE + EDGE + 1
        began = time.time()
        self.break_it()
        self.wait_until_live(RECOVERY)
        time.sleep(15 + self.seconds / 20)
        until = int(time.time()) - 4
        down = [(start - 1, end + EDGE) for start, end in self.child.downtimes]
        ledger = [(start, end) for start, end, cause, filled in self.parent.gaps(name) if cause and not filled]
        if self.replication:
            # Nothing is excused by the ledger but what nobody can know: that the child itself was stopped.
            ledger = []
        elif self.manner.startswith("parent"):
            # Its memory went with it, and nobody sends it again.
            since = int(self.parent.downtimes[-1][1])
            known = set()
        verdict = verify(self.parent, name, self.child if self.mode != "none" else None, since, until,
                         down=down, ledger=ledger, known=known or None, values=self.replication)
        with printing:
            row(self.what, "child", self.mode != "none", verdict)
        wrong = failures(self.what, "child", verdict)
        wrong += self.check_ledger(began, before)
        if not verdict.charts:
            wrong.append(f"{self.what}: the parent has nothing")
        return wrong

    def break_it(self):
        target, _, number = self.manner.partition("-")
        if target in ("parent", "child"):
            node = getattr(self, target)
            node.kill(signal.SIGTERM if number == "TERM" else signal.SIGKILL)
            time.sleep(self.seconds)
            node.start()
            return
        if self.manner == "delay":
            self.link.delay(2000)
        else:
            if self.manner in ("cut", "close"):
                # First, or the child is back at once.
                self.link.refuse()
            getattr(self.link, self.manner)()
        time.sleep(self.seconds)
        self.link.heal()

    def check_ledger(self, began, known):
        """The gaps in the ledger are those of the data, to a second, with their cause; and there are no others."""
        ledger = [gap for gap in self.parent.gaps(self.child.name) if not gap[3]]
        missing = self.missing_spans(int(began) - BEFORE + EDGE, known)
        with printing:
            print(f"  {self.what}: missing {text(missing)}, ledger {text(ledger)}", flush=True)
        wrong = []
        for start, end, cause, _ in ledger:
            if cause not in self.causes():
                wrong.append(f"{self.what}: the gap {start:.0f}-{end:.0f} has the cause '{cause}' in the ledger")
            if not any(self.is_same_gap((start, end), gap) for gap in missing):
                wrong.append(f"{self.what}: the ledger's gap {start:.0f}-{end:.0f} is none, missing is {text(missing)}")
        for first, last in missing:
            if not any(self.is_same_gap(gap, (first, last)) for gap in ledger):
                wrong.append(f"{self.what}: missing {first}-{last} is not in the ledger, which has {text(ledger)}")
        return wrong

    def is_same_gap(self, gap, missing):
        # A node that was killed knows to five seconds when it had data, of which nothing is left.
        early = 6 if self.manner == "parent-KILL" else 1
        return -early <= gap[0] - missing[0] <= 1 and abs(gap[1] - missing[1]) <= 1

    def causes(self):
        """What the ledger may say: a child whose link ends in good order has left as far as its parent can know."""
        return {"close": {"child stopped"}, "child-TERM": {"child stopped"}, "child-KILL": {"child stopped"},
                "parent-TERM": {"node stopped"}, "parent-KILL": {"node stopped"}}.get(self.manner, {"link"})

    def missing_spans(self, since, known):
        """The times in which the parent has nothing of the host: (last second before, first one after)."""
        seconds = set()
        for chart, about in self.parent.charts(self.child.name).items():
            if about["update_every"] == 1 and chart in known:
                rows, _ = self.parent.points(self.child.name, chart, since, int(time.time()))
                seconds.update(filled(rows))
        times = sorted(seconds)
        found = [(one, next) for one, next in zip(times, times[1:]) if next - one > 2]
        if self.manner.startswith("parent") and not self.replication and times:
            # Nothing is left of before: then it lasted until the parent was asked to end, which the host had data for.
            found.insert(0, (int(self.parent.downtimes[-1][0]), times[0]))
        return found


def text(gaps):
    return ", ".join(f"{gap[0]:.0f}-{gap[1]:.0f}" + (f" {gap[2]}" if len(gap) > 2 else "") for gap in gaps) or "nothing"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", default="5,60,540", help="how long, in seconds")
    parser.add_argument("--manners", default=",".join(MANNERS))
    parser.add_argument("--children", default="ram,none", help="memory modes of the child; none is headless")
    parser.add_argument("--replication", default="yes,no")
    parser.add_argument("--jobs", type=int, default=8, help="cases at once")
    parser.add_argument("--keep", action="store_true", help="keep logs and configurations")
    options = parser.parse_args()
    cases = [Case(manner, seconds, child, replication == "yes")
             for seconds in sorted(map(int, options.seconds.split(",")), reverse=True)
             for replication in options.replication.split(",")
             for child in options.children.split(",")
             for manner in options.manners.split(",")
             # A new connection's charts follow the parent's clock for a minute: what is late is at another second.
             if manner != "delay" or replication == "yes"]
    wrong = []
    with Place(options.keep) as place:
        header()
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            def run(case):
                try:
                    return case.run(place)
                except SystemExit as failure:
                    return [str(failure)]
            for found in pool.map(run, cases):
                wrong += found
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong))
            raise SystemExit(1)
        print(f"\nAll {len(cases)} outages are as they should be.")


if __name__ == "__main__":
    main()
