#!/usr/bin/env python3
"""A real Prometheus scrapes two parents, and has to hold what they hold.

  scrape.py [--minutes 10] [--every 5] [--keep]

Two parents, each with a mirrored agent of this machine, and four jobs on both: `average` and `collected` of the mirrored
host, `all` (prometheus_all_hosts) and `sum` of the parent itself. In the middle one parent is restarted between two scrapes. Then:

  up        is 1 for every scrape
  samples   none was rejected by Prometheus: out of order, twice, out of bounds, too many, or not understood
  values    every scrape has a sample of each series of which the parent had points, equal to the average of its points since
            the scrape before; a collected number is the one that the parent had at that millisecond

Exit code 1 and every difference otherwise. What can't be had is named, and is a failure where CI=true.
"""
import argparse
import calendar
import itertools
import json
import time

from receivers import Missing, Prometheus
from recorder import UNSEEN, Recorder
from truth import LAG, Truth, Verdict, batch_times, between, blindness, compare

from nodes import Place, wait_for  # noqa: I001  (the way there is receivers')

# What may be wrong with a sample, by Prometheus' own counters.
REJECTIONS = ["prometheus_target_scrapes_sample_out_of_order_total", "prometheus_target_scrapes_sample_duplicate_timestamp_total",
              "prometheus_target_scrapes_sample_out_of_bounds_total", "prometheus_target_scrapes_exceeded_sample_limit_total",
              "prometheus_target_scrapes_exceeded_body_size_limit_total", "prometheus_tsdb_out_of_order_samples_total",
              "prometheus_tsdb_out_of_bound_samples_total", "prometheus_tsdb_too_old_samples_total"]
# Milliseconds within which a collection may or may not be in a scrape.
EDGE = 200
# Jobs: (name, of the mirrored host, parameters). Each has a name of its own as `server`: a parent remembers when that was
# here last, and all jobs come from one address.
JOBS = [("average", True, "format: [prometheus]"), ("collected", True, "format: [prometheus]\n      source: [as-collected]"),
        ("all", False, "format: [prometheus_all_hosts]\n      variables: ['yes']"),
        ("sum", False, "format: [prometheus]\n      source: [sum]\n      help: ['yes']\n      types: ['yes']")]

HEADER = "| job | host | scrapes | series | samples | expected | missing | different | twice | early |"


class Scraped:
    """A scrape as a connector that truth.py can compare: its keys, and that its values are averages in whole seconds."""

    step, source = 1, "average"

    @staticmethod
    def key(host, chart, dimension):
        return f"{chart}\n{dimension}"


Scraped.receiver = Scraped


def configuration(pairs, every):
    text = f"global:\n  scrape_interval: {every}s\n  scrape_timeout: {every}s\nscrape_configs:\n"
    for (parent, agent), (job, is_mirrored, parameters) in itertools.product(pairs, JOBS):
        path = f"/host/{agent.name}/api/v1/allmetrics" if is_mirrored else "/api/v1/allmetrics"
        text += f"""- job_name: {job}-{parent.name}
  honor_labels: true
  metrics_path: {path}
  params:
      {parameters}
      server: [{job}]
  static_configs:
  - targets: ['{parent.address}']
"""
    return text


class Scrapes:
    def __init__(self, place, every):
        self.every, self.wrong, self.pairs = every, [], []
        Scraped.every = every
        for name in ("one", "two"):
            parent = place.node(name, role="parent", mode="dbengine", takes="dbengine").start()
            agent = place.node(f"child-{name}", mode="ram", to=parent.address, charts="all").start()
            self.pairs.append((parent, agent))
        for parent, agent in self.pairs:
            wait_for(f"{agent.name} is live", lambda: parent.states().get(agent.name) == "live")
        self.prometheus = Prometheus(place.directory, configuration(self.pairs, every), "--storage.tsdb.retention.time=1d")
        self.recorders = {parent.name: Recorder(parent, agent.name) for parent, agent in self.pairs}
        self.restarts, self.restarted = [], None

    def targets(self):
        return json.loads(self.prometheus.get("/api/v1/targets?state=active").body)["data"]["activeTargets"]

    # MARK: a restart

    def restart(self, parent):
        """Ends a parent and starts it again in the longest pause between two scrapes of it."""
        ours = [one for one in self.targets() if one["labels"]["job"].endswith(f"-{parent.name}")]
        phases = sorted(seconds(one["lastScrape"]) % self.every for one in ours)
        pauses = [(after - before, before) for before, after in zip(phases, phases[1:] + [phases[0] + self.every])]
        length, begin = max(pauses)
        # The scrape that begins the pause is over soon.
        time.sleep((begin + 0.15 - time.time()) % self.every)
        started, self.restarted = time.time(), parent
        parent.kill()
        parent.start()
        took = time.time() - started
        self.restarts.append((started, started + took))
        print(f"{parent.name} was restarted within {took:.2f} s, in a pause of {length:.2f} s between scrapes.", flush=True)

    # MARK: what must hold

    def check(self, since, until):
        scrapes = self.check_up(since, until)
        self.check_counters()
        print(HEADER + "\n|" + "---|" * HEADER.count(" | ") + "---|")
        for parent, agent in self.pairs:
            truths = {host: Truth(parent, host, since - 3 * LAG, until) for host in (parent.name, agent.name)}
            for job, is_mirrored, _ in JOBS:
                name = f"{job}-{parent.name}"
                for host in (parent.name, agent.name) if job == "all" else [agent.name if is_mirrored else parent.name]:
                    received = self.received(name, host if job == "all" else None, since - LAG, until)
                    for times in self.between_restarts(parent, scrapes[name]):
                        if job == "collected":
                            verdict = self.compare_collected(parent, received, times)
                        else:
                            verdict = self.compare_stored(received, truths[host], times)
                        self.row(name, host, verdict)
        return self.wrong

    def check_up(self, since, until):
        """When each job has scraped: {job: [Unix seconds]}."""
        scrapes = {}
        for labels, samples in self.prometheus.samples("up", since, until):
            scrapes[labels["job"]] = [at for at, _ in samples]
            down = [at for at, value in samples if value != 1]
            if down:
                self.wrong.append(f"{labels['job']} was down at {down}; restarts: {self.restarts}")
            wanted = (until - since) / self.every
            if abs(len(samples) - wanted) > 1:
                self.wrong.append(f"{labels['job']}: {len(samples)} scrapes, not {wanted:g}")
        if len(scrapes) != len(self.pairs) * len(JOBS):
            raise SystemExit(f"Prometheus has scraped {sorted(scrapes)} only")
        print(f"up: {sum(map(len, scrapes.values()))} scrapes of {len(scrapes)} jobs.", flush=True)
        return scrapes

    def check_counters(self):
        counters = self.prometheus.counters()
        known = [name for name in REJECTIONS if name in counters]
        self.wrong += [f"Prometheus: {name} {counters[name]:g}" for name in known if counters[name]]
        if len(known) < 3:
            self.wrong.append("Prometheus has other counters than this script knows")
        lines = [line for line in self.prometheus.output().splitlines() if "level=warn" in line or "level=error" in line]
        self.wrong += [f"Prometheus says: {line}" for line in lines[:5]]
        print(f"Prometheus has {counters['prometheus_tsdb_head_samples_appended_total']:g} samples and rejected "
              f"{sum(counters[name] for name in known):g}, by {len(known)} counters.", flush=True)

    def received(self, job, instance, since, until):
        """{key: [(Unix seconds, value)]} of a job; of one host where the samples say whose they are."""
        of = f'job="{job}",chart!=""' + (f',instance="{instance}"' if instance else "")
        found = {}
        for labels, samples in self.prometheus.samples(f"{{{of}}}", since, until):
            found.setdefault(Scraped.key(None, labels["chart"], labels["dimension"]), []).extend(samples)
        return found

    def between_restarts(self, parent, times):
        """The scrapes up to a parent's restart, and those after it: the first one after it looks back as the very first."""
        restart = [end for start, end in self.restarts if parent is self.restarted]
        if not restart:
            return [times]
        return [[at for at in times if at < restart[0]], [at for at in times if at > restart[0]]]

    def compare_stored(self, received, truth, times):
        seconds = {key: [(int(at), value) for at, value in samples] for key, samples in received.items()}
        before = [at for at in batch_times(Scraped, seconds, truth) if int(times[0]) <= at <= times[-1] + 0.5]
        verdict = compare(Scraped, seconds, truth, before)
        verdict.more += blindness(Scraped, seconds, truth, before)
        # A sample's time says of each scrape in which second the parent has answered it.
        if abs(len(before) - len(times)) > 1:
            verdict.more.append(f"has samples of {len(before)} scrapes, not of {len(times)}")
        return verdict

    def compare_collected(self, parent, received, times):
        """Of each scrape the newest number, equal to what the parent had at that millisecond."""
        verdict, recorded, unseen, total = Verdict(), self.recorders[parent.name].samples, 0, 0
        verdict.batches = len(times) - 1
        for (chart, dimension), numbers in recorded.items():
            samples = {round(at * 1000): value for at, value in received.get(Scraped.key(None, chart, dimension), [])}
            verdict.series += bool(samples)
            sent, known = sorted(samples), sorted(numbers)
            for start, end in itertools.pairwise(round(at * 1000) for at in times):
                there = between(sent, start + EDGE + 1, end + EDGE)
                verdict.points += len(there)
                verdict.expected += (is_due := bool(between(known, start + EDGE + 1, end - EDGE)))
                if is_due and not there:
                    verdict.missing.append(((chart, dimension), start, end))
                elif len(surely := between(there, start + EDGE + 1, end - EDGE)) > 1:
                    # One of them was in neither of the two scrapes.
                    verdict.twice.append(((chart, dimension), surely))
                total += len(there)
                unseen += sum(at not in numbers for at in there)
                verdict.different += [((chart, dimension), at, samples[at], numbers[at])
                                      for at in there if at in numbers and float(numbers[at]) != samples[at]]
        if unseen * 100 > UNSEEN * total:
            verdict.more.append(f"has {unseen} numbers at times that nobody saw at the parent")
        return verdict

    def row(self, job, host, verdict):
        print(f"| {job} | {host} | {verdict.batches} | {verdict.series} | {verdict.points} | {verdict.expected} "
              f"| {len(verdict.missing)} | {len(verdict.different)} | {len(verdict.twice)} | {verdict.early} |", flush=True)
        self.wrong += [f"{job}: {host} {line}" for line in verdict.failures]

    def stop(self):
        self.prometheus.stop()


def seconds(text):
    """Unix seconds of a time as Prometheus' API writes it, in UTC and with up to nine decimals."""
    part = "".join(itertools.takewhile(str.isdigit, text[20:])) if text[19:20] == "." else ""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float(f"0.{part or 0}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=int, default=5, metavar="SECONDS", help="between two scrapes")
    parser.add_argument("--keep", action="store_true", help="keep logs, configurations and databases")
    options = parser.parse_args()
    missing = Missing()
    if not missing.has("prometheus"):
        raise SystemExit(1 if missing.failures() else 0)
    with Place(options.keep) as place:
        scrapes = Scrapes(place, options.every)
        try:
            scrapes.prometheus.start()
            print(f"{scrapes.prometheus.version}, every {options.every} s", flush=True)
            time.sleep(LAG)
            since = int(time.time())
            print(f"{options.minutes:g} minutes from {since} on.", flush=True)
            time.sleep(options.minutes * 30)
            scrapes.restart(scrapes.pairs[1][0])
            time.sleep(max(0, since + options.minutes * 60 - time.time()))
            until = int(time.time())
            for recorder in scrapes.recorders.values():
                recorder.stop()
            wrong = scrapes.check(since, until)
        finally:
            scrapes.stop()
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong))
            raise SystemExit(1)
        print("\nNothing was rejected, nothing is missing, and every value is the parent's.")


if __name__ == "__main__":
    main()
