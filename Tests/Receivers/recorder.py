"""The numbers of a host as they were collected, read from its parent twice a second: what `as collected` has to send."""
import collections
import http.client
import re
import threading
import time

from truth import Verdict

LINE = re.compile(r'^([A-Za-z_]\w*){chart="((?:[^"\\]|\\.)*)",family="(?:[^"\\]|\\.)*",dimension="((?:[^"\\]|\\.)*)"} (-?\d+) (\d+)$')
# The part of a second in which the parent has what was collected in it.
PHASE = 0.1
# Of a hundred numbers that a receiver has, as many may be missing here: on a busy machine a poll may come late.
UNSEEN = 2


class Recorder(threading.Thread):
    """samples: {(chart, dimension): {milliseconds: number}}"""

    def __init__(self, parent, host=None):
        super().__init__(daemon=True)
        self.parent, self.over = parent, threading.Event()
        self.path = f"{f'/host/{host}' if host else ''}/api/v1/allmetrics?format=prometheus&source=as-collected&server=recorder"
        self.samples = collections.defaultdict(dict)
        self.start()

    def run(self):
        while not self.over.wait(0.5 - (time.time() - PHASE) % 0.5):
            try:
                self.poll()
            except (OSError, http.client.HTTPException):
                pass    # it is being restarted

    def poll(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.parent.port, timeout=10)
        try:
            connection.request("GET", self.path)
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        for line in text.splitlines():
            if match := LINE.match(line):
                _, chart, dimension, value, at = match.groups()
                self.samples[chart, dimension][int(at)] = int(value)

    def stop(self):
        self.over.set()
        self.join(15)


def compare_collected(connector, received, recorder, host, since, until):
    """received: {key: [(second, value)]}. One of each period, and equal to a number that was recorded in the same second."""
    verdict = Verdict()
    periods = range(since // connector.every + 1, until // connector.every)
    verdict.batches = len(periods)
    known, unseen = set(), 0
    for (chart, dimension), samples in list(recorder.samples.items()):
        key = connector.key(host, chart, dimension)
        known.add(key)
        # A collection that came late is in the second of the next one: two numbers of one second, of which either may be sent.
        seconds = collections.defaultdict(set)
        for at, value in samples.items():
            seconds[at // 1000].add(float(value))
        got = [(at, value) for at, value in received.get(key, []) if at >= min(seconds)]
        verdict.series += bool(got)
        for period in periods:
            begin = period * connector.every
            if begin < min(seconds) or not any(begin <= at < begin + connector.every for at in seconds):
                continue
            verdict.expected += 1
            there = [at for at, _ in got if begin <= at < begin + connector.every]
            verdict.points += len(there)
            if not there:
                verdict.missing.append((key, begin))
            elif len(there) > 1:
                verdict.twice.append((key, there))
        for at, value in got:
            if at not in seconds:
                unseen += 1
            elif value not in seconds[at]:
                verdict.different.append((key, at, value, sorted(seconds[at])))
    verdict.unknown = sorted(set(received) - known)
    if unseen * 100 > UNSEEN * sum(map(len, received.values())):
        verdict.more.append(f"has {unseen} numbers at times that nobody saw at the parent")
    return verdict
