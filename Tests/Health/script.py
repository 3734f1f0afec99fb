"""What the charts test.* of the differential test do, second by second, all from a seed: steps, ramps, spikes, gaps, counter resets,
obsolete charts, new charts and dimensions, new names, variables, labels.

Two parents look at different moments, up to one evaluation apart. So that both must see the same, whatever stays does so for longer than any
alarm's `every`, changes of one moment come together, and nothing changes shortly before and after a moment at which all is compared (`calm`).
"""
import random

import protocol
from hosts import Chart

# Seconds between two moments of change; of calm before a moment at which all is compared, and after it. Before: the
# longest lookup of test.* and an evaluation.
GRID, BEFORE, AFTER = 10, 26, 12


class Script:
    """`calm`: moments, in seconds, around which nothing happens; the run's `length` is one."""

    def __init__(self, seed, length, calm=()):
        self.random, self.length, self.calm = random.Random(seed), length, [*calm, length]
        self.levels, self.until, self.gap = {}, {}, (0, 0)
        # Goes on only where it is not calm.
        self.clock = 0
        self.counter = 1000
        self.charts = [
            Chart("test.step", ["low", "mid", "high"], labels={"inst": "one"}),
            Chart("test.ramp", ["up", "down"], family="ramps"),
            Chart("test.spike"),
            Chart("test.gap", family="gaps"),
            Chart("test.counter", ["c"], algorithm="incremental"),
            Chart("test.whole"),
            Chart("test.five", every=5),
            Chart("test.dims", [("d1", "first"), ("d2", "second"), ("x3", "d third")]),
            Chart("test.renamed", name="before"),
            Chart("test.var", ["v"], variables={"limit": 50}),
            Chart("test.only", ["only"]),
        ]
        self.spikes = [at for at in range(20, length, 60) if self.random.random() < 0.7]
        self.plan = sorted([
            (0.12, self.new_dimension), (0.2, self.vanish), (0.25, self.late), (0.33, self.rename), (0.45, self.labels),
            (0.8, self.appear)], key=lambda one: one[0])

    def is_calm(self, second):
        return any(at - BEFORE <= second < at + AFTER for at in self.calm)

    def level(self, key, levels):
        """A value that stays for a while."""
        if self.clock >= self.until.get(key, 0):
            self.levels[key] = self.random.choice([one for one in levels if one != self.levels.get(key)])
            self.until[key] = self.clock - self.clock % GRID + GRID * self.random.randrange(2, 5)
        return self.levels[key]

    def __call__(self, host, second):
        if not self.is_calm(second):
            self.clock += 1
        chart = {one.id: one for one in host.charts}
        for name in ("low", "mid", "high"):
            chart["test.step"].values[name] = self.level(name, [1, 20, 200])
        ramp = abs(self.clock % 120 - 60) * 2
        chart["test.ramp"].values.update(up=ramp, down=-ramp)
        chart["test.spike"].values["v"] = 500 if any(at <= self.clock < at + 3 for at in self.spikes) else 1
        self.gaps(chart["test.gap"])
        self.count(chart["test.counter"])
        for name in ("test.whole", "test.five", "test.renamed", "test.only"):
            chart[name].values[chart[name].dims[0][0]] = self.level(name, [1, 5, 20, 40])
        for name, _ in chart["test.dims"].dims:
            chart["test.dims"].values[name] = self.level("d" + name, [1, 30])
        chart["test.var"].values["v"] = self.level("var", [10, 30, 45])
        for name, words in (("test.late", ["v"]), ("test.step2", ["low", "mid", "high"])):
            for one in words if name in chart else []:
                chart[name].values[one] = self.level(name + one, [0, 5, 3700, 90061] if name == "test.late" else [1, 20, 200])
        while self.plan and second >= self.plan[0][0] * self.length:
            self.plan.pop(0)[1](host, chart)
        if self.clock % 60 == 50 and not self.is_calm(second):
            self.variables(host, chart)

    def gaps(self, chart):
        begin, end = self.gap
        if self.clock >= end:
            begin = self.clock - self.clock % GRID + GRID * self.random.randrange(3, 6)
            self.gap = begin, end = begin, begin + self.random.choice([13, 30])
        chart.sends = not begin <= self.clock < end
        chart.values["v"] = 10

    def count(self, chart):
        rate = self.level("rate", [20, 100, 1000])
        self.counter = 0 if self.clock % 97 == 96 else self.counter + rate
        chart.values["c"] = self.counter

    # MARK: what happens once; a chart has to be obsolete for more than a minute to be removed

    def new_dimension(self, host, chart):
        chart["test.dims"].dims.append(("d4", "fourth"))
        host.define(chart["test.dims"])

    def vanish(self, host, chart):
        chart["test.whole"].obsolete, chart["test.whole"].sends = True, False
        host.define(chart["test.whole"])

    def appear(self, host, chart):
        chart["test.whole"].obsolete, chart["test.whole"].sends = False, True
        host.define(chart["test.whole"])

    def late(self, host, chart):
        host.define(Chart("test.late", family="late"))
        host.define(Chart("test.step2", ["low", "mid", "high"], context="test.step", family="family two", labels={"inst": "two"}))

    def rename(self, host, chart):
        chart["test.renamed"].name = "another"
        host.define(chart["test.renamed"])

    def variables(self, host, chart):
        host.say(f"VARIABLE HOST ceiling = {self.random.choice([5, 15, 25])}.0000000\n")
        chart["test.var"].variables["limit"] = self.random.choice([20, 50, 80])
        host.define(chart["test.var"])

    def labels(self, host, chart):
        chart["test.step"].labels["inst"] = "now two words"
        host.define(chart["test.step"])
        host.labels["role"] = "database"
        host.say(protocol.labels(**host.labels))
