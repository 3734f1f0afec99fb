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
from nodes import Place, failures, header, row, verify, wait_for

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
        known = set(self.parent.charts(name))
        since = int(time.time()) - BEFORE + EDGE + 1
        began = time.time()
        self.break_it()
        ended = time.time()
        self.wait_until_live(RECOVERY)
        again = time.time()
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
        verdict = verify(self.parent, name, self.child if self.mode != "none" else None, since, until,
                         down=down, ledger=ledger, known=known if since < began else None, values=self.replication)
        with printing:
            row(self.what, "child", self.mode != "none", verdict)
        wrong = failures(self.what, "child", verdict)
        if not verdict.charts:
            wrong.append(f"{self.what}: the parent has nothing")
        if not self.replication:
            wrong += self.check_ledger(began, ended, again)
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

    def check_ledger(self, began, ended, again):
        """Without replication: every gap in the ledger lies in the outage, and has a cause."""
        wrong = []
        for start, end, cause, filled in self.parent.gaps(self.child.name):
            if not cause:
                wrong.append(f"{self.what}: the gap {start}-{end} has no cause in the ledger")
            if start < began - EDGE or end > again + EDGE:
                wrong.append(f"{self.what}: the ledger's gap {start:.0f}-{end:.0f} is more than the outage "
                             f"{began:.0f}-{ended:.0f}, live again at {again:.0f}")
        return wrong


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
