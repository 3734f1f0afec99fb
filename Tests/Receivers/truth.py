"""What must be at a receiver: the parent's own points over the windows of each batch, compared value by value."""
import bisect
import collections
import itertools


# Seconds that the slowest window of a batch, three steps of ten seconds, and its receiver lie behind.
LAG = 40


class Chart:
    def __init__(self, name, every, dimensions):
        """dimensions: {name: {second: value}}, gaps left out."""
        self.name, self.every, self.dimensions = name, every, dimensions


class Truth:
    """What a parent has stored of a host in since <= t <= until, hidden dimensions too."""

    def __init__(self, parent, host, since, until):
        self.host, self.charts = host, []
        for chart, said in parent.charts(host).items():
            rows, names = parent.points(host, chart, since - 1, until, dimensions="*")
            columns = {name: {at: row[index] for at, row in rows.items() if row[index] is not None}
                       for index, name in enumerate(names)}
            self.charts.append(Chart(said["name"], int(said["update_every"]), columns))

    def series(self):
        for chart in self.charts:
            for name, stored in chart.dimensions.items():
                yield chart, name, stored


def through(before, every):
    """The last second of the window of a batch (exporting: values are two steps old, and the newest step is left out)."""
    last = before - 2 * every
    return last - last % every - every


def is_equal(one, other):
    """Equal in the seven decimals that are written."""
    return abs(one - other) <= 1.1e-7 + 1e-12 * abs(other)


class Verdict:
    def __init__(self):
        self.batches = self.series = self.points = self.expected = self.early = self.alike = 0
        # (key, second, what is there, what should be)
        self.missing, self.different, self.twice, self.unknown = [], [], [], []
        self.more = []

    @property
    def failures(self):
        lines = [f"{what} {len(found)} values, first {found[0]}" for what, found in [
            ("misses", self.missing), ("has different", self.different), ("has twice", self.twice)] if found]
        if self.unknown:
            lines.append(f"has {len(self.unknown)} series that the parent has not: {self.unknown[:3]}")
        return lines + self.more + ([] if self.points else ["has nothing"])


def all_keys(connector, truth):
    """{(chart, dimension): key}"""
    return {(chart.name, name): connector.key(truth.host, chart.name, name) for chart, name, _ in truth.series()}


def batch_times(connector, received, truth):
    """When its batches were made: it shows in the times of charts with a point each second."""
    keys = all_keys(connector, truth)
    seconds = {at for chart, name, _ in truth.series() if chart.every == 1
               for at, _ in received.get(keys[chart.name, name], [])}
    if connector.receiver.step == 1:
        return sorted(at + 3 for at in seconds)
    # The receiver has rounded them. They are made in the last second of a period, or, where the machine was busy, in the next.
    before = []
    for slot in sorted(seconds):
        lags = (connector.every - 1, connector.every)
        before.append(slot + max(lags, key=lambda lag: matches(received, truth, keys, before, slot, slot + lag)))
    return before


def matches(received, truth, keys, before, slot, at):
    if not before:
        return 0
    found = 0
    for chart, name, stored in truth.series():
        if chart.every == 1:
            points = [stored[t] for t in range(before[-1] - 2, at - 2) if t in stored]
            got = dict(received.get(keys[chart.name, name], [])).get(slot)
            found += bool(points) and got is not None and is_equal(got, sum(points) / len(points))
    return found


def compare_connector(connector, node, host, since, until):
    """Of the batches that a node made in since <= t < until, what the receiver has of a host, and what it should have."""
    truth = Truth(node, host, since - 2 * LAG, until)
    received = connector.receiver.read(connector, host, all_keys(connector, truth).values(), since - LAG, until)
    # The newest times are three seconds older than their batch.
    before = [at for at in batch_times(connector, received, truth) if since <= at < until - 3]
    verdict = compare(connector, received, truth, before)
    verdict.more += missing_batches(connector, before, since, until - 3) + blindness(connector, received, truth, before)
    return verdict


def compare(connector, received, truth, before):
    """received: {key: [(second, value)]}; before: when the batches were made. The first one is where the second begins."""
    verdict = Verdict()
    keys = all_keys(connector, truth)
    times = collections.Counter(keys.values())
    verdict.batches = max(0, len(before) - 1)
    verdict.unknown = sorted(set(received) - set(keys.values()))
    for chart, name, stored in truth.series():
        key = keys[chart.name, name]
        if times[key] > 1:
            # Two dimensions that are one where only letters and digits count.
            verdict.alike += 1
            continue
        verdict.series += key in received
        compare_series(verdict, connector, key, received.get(key, []), chart, stored, before)
    return verdict


def missing_batches(connector, before, since, until):
    """Each period has to have one."""
    periods = {(at + 1) // connector.every for at in before}
    wanted = range((since + 1) // connector.every + 1, (until + 1) // connector.every)
    missing = [period * connector.every - 1 for period in wanted if period not in periods]
    return [f"misses {len(missing)} whole batches, first that of {missing[0]}"] if missing else []


def between(times, first, last):
    """Those of sorted times that lie in first <= t <= last."""
    return times[bisect.bisect_left(times, first):bisect.bisect_right(times, last)]


def compare_series(verdict, connector, key, points, chart, stored, before):
    step = connector.receiver.step
    got = collections.defaultdict(list)
    for at, value in points:
        got[at].append(value)
    times = sorted(got)
    for previous, now in itertools.pairwise(before):
        first, last = through(previous, chart.every) + chart.every, through(now, chart.every)
        inside = {at: stored[at] for at in range(first, last + 1) if at in stored}
        found = between(times, first, last) if step == 1 else between(times, last - last % step, last - last % step)
        verdict.expected += bool(inside)
        verdict.points += len(found)
        # The newest point of a chart that is slower than the connector is sent each time, until there is another one.
        repeats = chart.every > connector.every and all(len(set(got[at])) == 1 for at in found)
        if len(found) > 1 or any(len(got[at]) > 1 for at in found) and not repeats:
            verdict.twice.append((key, found))
        if not inside:
            verdict.different += [(key, at, got[at][0], None) for at in found]
        elif not found:
            verdict.missing.append((key, last))
        else:
            # A chart that is late is sent up to its newest point then.
            at = found[0] if step == 1 else last
            verdict.early += at < last
            values = [value for t, value in inside.items() if t <= at]
            should = sum(values) if connector.source == "sum" else sum(values) / len(values) if values else None
            if should is None or not is_equal(got[found[0]][0], should):
                verdict.different.append((key, at, got[found[0]][0], should))


def blindness(connector, received, truth, before):
    """Whether a value that is missing, one that is wrong and one that is there twice would be seen; sentences where not. Runs of
    a minute have too few batches for this."""
    if len(before) < 4:
        return []
    first, last = through(before[0], 1), through(before[-1], 1)
    every_second = {connector.key(truth.host, chart.name, name) for chart, name, _ in truth.series() if chart.every == 1}
    usable = [key for key in sorted(every_second & set(received))
              if sum(first < at - at % connector.receiver.step <= last - 10 for at, _ in received[key]) > 1][:3]
    if len(usable) < 3:
        return ["there are too few series to compare"]
    spoiled = dict(received)
    for key, change in zip(usable, (lambda point: [], lambda point: [(point[0], point[1] + 1)], lambda point: [point, point])):
        points = spoiled[key]
        index = max(i for i, (at, _) in enumerate(points) if first < at - at % connector.receiver.step <= last - 10)
        spoiled[key] = points[:index] + change(points[index]) + points[index + 1:]
    one, other = compare(connector, received, truth, before), compare(connector, spoiled, truth, before)
    found = [(len(getattr(one, what)), len(getattr(other, what))) for what in ("missing", "different", "twice")]
    return [] if all(after == count + 1 for count, after in found) else [f"the comparison is blind: {found}"]


HEADER = "| connector | host | type | source | receiver | batches | series | points | expected | missing | different | twice | early |"


def header():
    print(HEADER)
    print("|" + "---|" * HEADER.count(" | ") + "---|", flush=True)


def row(connector, verdict, host):
    print(f"| {connector.name} | {host} | {connector.type} | {connector.source}, {connector.every} s | {connector.receiver.name} "
          f"| {verdict.batches} | {verdict.series} | {verdict.points} | {verdict.expected} | {len(verdict.missing)} "
          f"| {len(verdict.different)} | {len(verdict.twice)} | {verdict.early} |", flush=True)
