#!/usr/bin/env python3
"""The real 1.37.1 and ndstream side by side, parents of the same hosts, and some thousand questions to both: the same answers, to the last
byte that a client may read?

  differential.py [--queries 5000] [--seed N] [--modes ram,dbengine] [--minutes M] [--keep] [--only PATH]

Each difference is printed as the smallest question that shows it, with both answers; exit code 1 when there is one. What differs on
purpose is in compare.py, each with its reason. The binary is NDSTREAM_BINARY, or .build/release/ndstream.
"""
import argparse
import collections
import difflib
import json
import random
import sys
import time

import compare
import corruption
import hosts as past
import sides as parents
from questions import Question, Questions

# Seconds that both are given when they begin: a little less than a chart in ram keeps, since older points are not asked for. The first
# question waits until it is a little more.
PAST, AGE = 1000, parents.RING + 5
# The share of corrupted answers that need not be found: hundredths of pixels, and what is each parent's own.
BLIND = 0.03
# Seconds after which contexts are asked for.
CONTEXTS_AGE = 150
# So many different questions that show a difference are enough to read.
ENOUGH = 25
LINES, MANY = 12, 500
# What a run has for the scrapes that say nothing of it: each seed another, and each mode. Charts are not chosen here: 1.37.1 tells some
# of these hosts that are to be left out, where of a host with two charts it does not; why is not known.
SCRAPES = [
    "", "    send names instead of ids = no\n", "    prefix = own\n",
    "    data source = sum\n    update every = 3\n    send automatic labels = yes\n",
    "    send configured labels = no\n",
    "    send names instead of ids = no\n    send configured labels = no\n    send automatic labels = yes\n",
]


class Run:
    def __init__(self, mode, seed, options):
        self.mode, self.options, self.random = mode, options, random.Random(seed)
        self.asked, self.statuses, self.kinds, self.found, self.rows, self.last = 0, collections.Counter(), collections.Counter(), {}, 0, []
        self.once = 0
        # Corrupted answers that were found, and those that nothing known hides.
        self.faults, self.missed, self.chaos = 0, [], random.Random(seed)
        start = (int(time.time()) - PAST) // 10 * 10
        offset = int(time.time()) - start
        self.hosts = [past.Synthetic(seed, start, offset, mode == "dbengine").host(), past.recorded(start, offset, mode == "dbengine")]
        # 1.37.1 keeps replicated points of a host in ram one step late, so there only what was collected can be compared: the first
        # points, which have to be replicated, are gaps, and the golden data set is left out.
        if mode == "dbengine":
            self.hosts.append(past.golden(start + 300))
        self.sides = parents.start(mode, SCRAPES[(seed + (mode == "dbengine")) % len(SCRAPES)])
        self.began, self.later = time.monotonic(), []
        # Who has scraped → when.
        self.visits = {}

    def go(self):
        begin = int(time.time())
        feeder = parents.Feeder(self.hosts, self.sides)
        feeder.start()
        try:
            self.told = begin, int(time.time()) + 2
            self.wait()
            if self.options.only:
                host, _, rest = self.options.only.partition("/api/v1/")
                command, _, query = rest.partition("?")
                pairs = [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]
                self.check(Question(host.removeprefix("/host/"), command, pairs))
            questions = Questions(self.random, self.hosts, self.mode == "dbengine")
            until = time.monotonic() + self.options.minutes * 60 if self.options.minutes else float("inf")
            while not self.options.only and self.asked < self.options.queries and len(self.found) < ENOUGH and time.monotonic() < until:
                self.check(questions.next())
            if self.later:
                time.sleep(max(0, self.began + CONTEXTS_AGE - time.monotonic()))
            while self.later and len(self.found) < ENOUGH:
                self.check(self.later.pop())
        finally:
            feeder.ends.set()
            for side in self.sides:
                if self.options.keep:
                    print(f"{side.name}: {side.server.directory}")
                side.stop(keep=self.options.keep)
        return self.found

    def wait(self):
        """Until both have read all that was sent: the last charts of each host say so. What 1.37.1 has looked up of charts that rest before
        it had read them it looks up again after a while only. Variables of alarms it makes ten seconds after a chart has come."""
        deadline = time.monotonic() + parents.PATIENCE
        resting = [f"{host.name}/api/v1/data?chart={chart}*&after={host.start + 500}&before={host.start + 510}"
                   for host in self.hosts for chart in host.resting]
        newest = [f"{host.name}/api/v1/data?chart={host.witness}&after=-1200&options=jsonwrap&points=1" for host in self.hosts]
        variables = [f"{host.name}/api/v1/alarm_variables?chart={host.witness}" for host in self.hosts]
        for path in newest + resting + variables:
            while True:
                answers = [side.get(f"/host/{path}") for side in self.sides]
                if all(answer.status == 200 and (path not in variables or json.loads(answer.body)["chart_variables"]) for answer in answers):
                    break
                if time.monotonic() > deadline:
                    sys.exit(f"{path} has not come: {[answer.body[:200] for answer in answers]}")
                time.sleep(0.5)
        time.sleep(max(3, self.hosts[0].start + AGE - time.time()))

    def both(self, question):
        """Both answers, of the same second, while nothing is on its way."""
        # Who scrapes is remembered with the second: after a round in two of them comes one more, from which both go on alike once
        # every chart has a new point.
        left = 1
        while True:
            parents.wait_until_quiet()
            second = int(time.time())
            server = question.get("server")
            question.is_told_again = time.time() - self.visits.get(server, 0) < past.LONGEST_STEP + 1
            if question.command == "allmetrics":
                self.visits[server] = time.time()
            answers = []
            self.last = [*self.last[-5:], question.path]
            for side in self.sides:
                try:
                    answers.append(side.get(question.path))
                except OSError as error:
                    sys.exit(f"{side.name} does not answer any more ({error}): the last questions were\n    "
                             + "\n    ".join(self.last) + f"\nits directory: {side.server.directory}")
            left = left - 1 if int(time.time()) == second else 2 if question.command == "allmetrics" else 1
            if left == 0:
                return answers
            if question.command == "allmetrics" and int(time.time()) == second:
                time.sleep(past.LONGEST_STEP + 1)

    def check(self, question):
        if compare.is_deadly(self.complete(question)):
            return
        # Until then 1.37.1 has not looked up what its contexts are about.
        if compare.is_contexts(question) and time.monotonic() < self.began + CONTEXTS_AGE:
            self.later.append(question)
            return
        answers = self.both(question)
        self.asked += 1
        self.kinds[question.command] += 1
        self.statuses[answers[0].status] += 1
        self.rows += answers[0].body.count("\n")
        if not compare.difference(question, *answers):
            self.corrupt(question, *answers)
        else:
            # Once more: what does not come again was a parent that had not read everything yet.
            if not self.difference(question):
                print(f"only once: {question.path}")
                self.once += 1
                return
            smallest = self.shrink(question)
            key = (smallest.command, tuple(sorted((name, value if name in ("format", "options", "group") else "") for name, value in smallest.parameters)))
            if key not in self.found:
                self.found[key] = smallest
                self.show(smallest, question)

    def corrupt(self, question, original, ours):
        """Whether a fault in the answer would have been found."""
        fault, wrong = corruption.corrupted(self.chaos, ours)
        texts, hidden_by = compare.levelled(question, original, wrong)
        if texts:
            self.faults += 1
        elif hidden_by:
            hidden_by[-1].hidden += 1
        else:
            self.missed.append(f"{fault} of {question.path}")

    def difference(self, question):
        """Asks both; None where they say the same."""
        self.complete(question)
        return None if compare.is_deadly(question) else compare.difference(question, *self.both(question))

    def complete(self, question):
        """What an exemption may depend on."""
        host = next(host for host in self.hosts if host.name == question.host)
        question.mode, question.charts, question.silent, question.told = self.mode, host.charts, host.silent, self.told
        return question

    def shrink(self, question):
        """Leaves out what is not needed for the difference."""
        while True:
            for candidate in question.simpler():
                if self.difference(candidate):
                    question = candidate
                    break
            else:
                return question

    @staticmethod
    def first_change(lines):
        """Where two long lines begin to differ."""
        pairs = [(a, b) for a, b in zip([one for one in lines[2:] if one.startswith("-")], [one for one in lines[2:] if one.startswith("+")])]
        return next((place for a, b in pairs for place in range(1, min(len(a), len(b))) if a[place] != b[place]), 0)

    def show(self, question, first):
        answers = self.both(question)
        texts = compare.difference(question, *answers) or [compare.plain(question, one) for one in answers]
        print(f"\n{self.mode}: {question.path}   (out of {first.path})")
        lines = list(difflib.unified_diff(texts[0].split("\n"), texts[1].split("\n"), "1.37.1", "ndstream", lineterm="", n=1))
        if len(lines) > MANY:
            # A comparison in order may have got lost.
            one, other = (collections.Counter(text.split("\n")) for text in texts)
            lines = [f"-{line}" for line in (one - other).elements()] + [f"+{line}" for line in (other - one).elements()]
        changed = self.first_change(lines)
        for line in lines[:LINES * 2]:
            print("    " + (line if len(line) < 200 else f"{line[0]}…{line[max(1, changed - 60):changed + 100]}…"))
        if len(lines) > LINES * 2:
            print(f"    … {len(lines) - LINES * 2} more")
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=5000, help="of each mode")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--modes", default="ram,dbengine")
    parser.add_argument("--minutes", type=float, default=0, help="of each mode, at most")
    parser.add_argument("--only", metavar="PATH", help="one question")
    parser.add_argument("--keep", action="store_true", help="leaves the parents' directories")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1 << 32)
    differences = 0
    for mode in options.modes.split(","):
        print(f"{mode}: seed {seed}")
        run = Run(mode, seed, options)
        started = time.monotonic()
        differences += len(run.go())
        print(f"{mode}: {run.asked} questions in {time.monotonic() - started:.0f} s, {run.rows} lines of answers; "
              + ", ".join(f"{number} {name}" for name, number in run.kinds.most_common())
              + "; status " + ", ".join(f"{code}: {number}" for code, number in sorted(run.statuses.items()))
              + f"; {len(run.found)} differences, {run.once} that did not come again (seed {seed})")
        hidden = sum(exemption.hidden for exemption in compare.EXEMPTIONS)
        print(f"{mode}: of {run.faults + hidden + len(run.missed)} corrupted answers {run.faults} were found, "
              f"{hidden} hidden by what is known to differ, {len(run.missed)} not found")
        for missed in run.missed:
            print(f"    not found: {missed}")
        for exemption in compare.EXEMPTIONS:
            print(f"    {exemption.count} answers differ by: {exemption.name} ({exemption.why}); it hid {exemption.hidden} corrupted ones")
            exemption.count = exemption.hidden = 0
        if len(run.missed) > run.asked * BLIND:
            sys.exit("too many corrupted answers were not found")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
