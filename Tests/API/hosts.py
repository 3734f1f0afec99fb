"""The hosts that both parents are given: what a child has stored before it came, and what it collects from then on, all of it known
beforehand. Two parents that get the same bytes have the same points, whenever each of them reads.

The past of a chart begins with one replicated point; what was collected after it follows at once, each collection with the microseconds
since the one before. So the arithmetic of half an hour is done in a second, and the times are everybody's.
"""
import lzma
import random
import re
import time
import uuid

from sides import TOP

RECORDING = f"{TOP}/Benchmarks/host-30min.stream.xz"
GOLDEN = f"{TOP}/Tests/Fixtures/Web/dataset-stream.txt"
# One collection of this chart a second: where a second of the recording begins.
CLOCK = 'BEGIN "system.cpu" '


class Chart:
    """What a chart says of itself, and its replicated points: [(begin, end, ["RSET …"])]."""

    def __init__(self, id, dims, *, name="", title="Title", units="things", family="fam", context=None, kind="line", priority=1000,
                 every=1, options="", plugin="test.plugin", module="test", labels=(), variables=None):
        self.id, self.given, self.title, self.units, self.family = id, name, title, units, family
        self.context, self.kind, self.priority, self.every, self.options = context or id, kind, priority, every, options
        self.plugin, self.module, self.labels, self.variables = plugin, module, list(labels), variables or {}
        # (id, name, algorithm, multiplier, divisor, options), the rest of which may be left out.
        self.dims = [tuple(one) + ("", "absolute", 1, 1, "")[len(one) - 1:] if isinstance(one, tuple) else (one, "", "absolute", 1, 1, "")
                     for one in dims]
        self.points = []
        # Whether it has fewer points than a ring in ram.
        self.keeps_all = every > 1

    @property
    def name(self):
        """As the API shows it."""
        return f'{self.id.split(".")[0]}.{self.given}' if self.given else self.id

    def definition(self):
        return "".join([
            f'CHART "{self.id}" "{self.given}" "{self.title}" "{self.units}" "{self.family}" "{self.context}" "{self.kind}" '
            f'{self.priority} {self.every} "{self.options}" "{self.plugin}" "{self.module}"\n',
            *(f'CLABEL "{key}" "{value}" 1\n' for key, value in self.labels), "CLABEL_COMMIT\n" if self.labels else "",
            *(f'DIMENSION "{id}" "{name}" "{algorithm}" {multiplier} {divisor} "{options}"\n'
              for id, name, algorithm, multiplier, divisor, options in self.dims),
            *(f"VARIABLE CHART {name} = {value}\n" for name, value in self.variables.items())])

    def state(self):
        """From what collections go on: the last replicated values, collected at the time of their point."""
        at = self.points[-1][1] * 1_000_000
        values = dict(re.match(r'RSET "(.*)" (\S+)', line).groups() for line in self.points[-1][2])
        lines = []
        for id, *_ in self.dims:
            value = float(values.get(id, 0))
            value = 0 if value != value else value
            lines.append(f'RDSTATE "{id}" {at} {int(value)} {value:.7f} {value:.7f}\n')
        return [*lines, f"RSSTATE {at} {at}\n"]

    def begin(self, second, values=None):
        """One replicated point, from which everything else goes on; without values it is a gap."""
        sets = [f'RSET "{one[0]}" ' + (f'{values.get(one[0], 0):.7f} ""' if values else 'nan "E"') + "\n" for one in self.dims]
        self.points = [(second - self.every, second, sets)]
        return self


class Host:
    """`ticks(second)`: what is collected in a second, counted from the start; `witness`: a chart that is there when all is."""

    def __init__(self, name, charts, start, ticks, labels=None, variables=None, witness=None, silent=(), resting=()):
        self.name, self.charts, self.start, self.ticks, self.witness = name, charts, start, ticks, witness or charts[-1].id
        self.guid = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"queries.{name}"))
        self.labels, self.variables = labels or {}, variables or {}
        # Charts, and their contexts, of which nothing is collected.
        self.silent = set(silent)
        # Charts that have been collected, and are not any more.
        self.resting = list(resting)

    def __getitem__(self, id):
        return next(chart for chart in self.charts if chart.id == id)

    def head(self):
        labels = "".join(f'LABEL "{key}" = {source} "{value}"\n' for key, (source, value) in self.labels.items())
        return labels + "OVERWRITE labels\n" + "".join(f"VARIABLE HOST {key} = {value}\n" for key, value in self.variables.items())


# MARK: a real host

def recorded(start, past, is_first_seen):
    """Half an hour that was recorded. Charts are defined at once with all dimensions they ever get; those that come late are left out.
    `is_first_seen`: whether the first points have values."""
    with lzma.open(RECORDING, "rt", errors="replace") as file:
        lines = file.readlines()
    # id → chart; id → second of its first collection; for each second [(id, line)].
    charts, firsts, seconds, chart = {}, {}, [[]], None
    for line in lines:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "CHART":
            id, name, title, units, family, context, kind, priority, every, _, plugin, module = words(rest)[:12]
            chart = charts.setdefault(id, Chart(id, [], name=name, title=title, units=units, family=family, context=context, kind=kind,
                                                priority=int(priority), every=int(every), plugin=plugin, module=module))
        elif word == "DIMENSION":
            id, name, algorithm, multiplier, divisor, options = words(rest)
            if id not in [one[0] for one in chart.dims]:
                chart.dims.append((id, name, algorithm, int(multiplier), int(divisor), "hidden" if "hidden" in options else ""))
        elif word == "BEGIN":
            id, microseconds = rest.replace('"', "").split()
            if line.startswith(CLOCK) and "system.cpu" in firsts:
                seconds.append([])
            chart, second = charts[id], len(seconds) - 1
            # The first step leads from the replicated point to here; a 0 would be each parent's own clock.
            if id not in firsts:
                firsts[id] = second
                microseconds = 1_000_000 * max(1, second)
            elif microseconds == "0":
                microseconds = 1_000_000 * chart.every
            seconds[-1].append((id, f'BEGIN "{id}" {microseconds}\n'))
        elif word in ("SET", "END"):
            seconds[-1].append((chart.id, line))
    kept = {id: one.begin(start, is_first_seen and {"user": 3.25}) for id, one in charts.items() if one.dims and firsts.get(id, past) < past - 60}
    texts = ["".join(line for id, line in second if id in kept) for second in seconds]
    return Host("recorded", list(kept.values()), start, lambda second: texts[second] if second < len(texts) else "", labels={
        "_os_name": (1, "unknown"), "_architecture": (1, "x86_64"), "_is_ephemeral": (2, "false"), "my role": (2, "a role")},
        witness="system.cpu")


def words(line):
    """Words between blanks; quotes hold a word together."""
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]


# MARK: the golden data set

def golden(start):
    """The data set of Tests/Fixtures/Web, `start` instead of its own time 0: replicated points, four charts that go on."""
    text = open(GOLDEN).read()
    base = 1_795_338_000
    charts, chart, collections = [], None, {}
    for line in text.splitlines():
        word, *rest = words(line)
        if word == "CHART":
            id, name, title, units, family, context, kind, priority, every, _, plugin, module = rest
            chart = Chart(id, [], name=name, title=title, units=units, family=family, context=context, kind=kind, priority=int(priority),
                          every=int(every), plugin=plugin, module=module)
            charts.append(chart)
        elif word == "DIMENSION":
            id, name, algorithm, multiplier, divisor, options = rest
            chart.dims.append((id, name, algorithm, int(multiplier), int(divisor), options))
        elif word == "CLABEL":
            chart.labels.append((rest[0], rest[1]))
        elif word == "RBEGIN" and len(rest) > 2:
            begin, end = (int(one) - base + start for one in re.findall(r"\d{6,}", line)[:2])
            chart.points.append((begin, end, []))
        elif word == "RSET":
            chart.points[-1][2].append(line + "\n")
        elif word in ("BEGIN", "SET", "END"):
            collections.setdefault(chart.id, []).append(line + "\n")
    ticks = "".join("".join(one) for one in collections.values())
    # Those that go on do so once: whether that was before or after 1.37.1 looked is anybody's guess.
    return Host("golden", charts, start, lambda second: ticks if second == 1 else "", labels={"role": (2, "golden")},
                variables={"g_hostvar": 42.5}, silent={name for chart in charts for name in (chart.id, chart.context)})


# MARK: every algorithm, every fault

ALGORITHMS = ["absolute", "incremental", "percentage-of-absolute-row", "percentage-of-incremental-row"]
# Seconds between two points of a chart, at most.
LONGEST_STEP = 10
# Seconds from one value of a dimension to the next.
RESTS = {"each": 1, "third": 3, "tenth": 10, "hundredth": 100}
WRAP = {"o": 1 << 32, "w": (1 << 63) - 1}


class Synthetic:
    """Charts whose collections follow a seed. `plan(chart, second)` gives the microseconds of a collection and its values, or None."""

    def __init__(self, seed, start, past, is_first_seen):
        self.random, self.start, self.past, self.state, self.times = random.Random(seed), start, past, {}, {}
        every = ALGORITHMS
        self.charts = [
            Chart("syn.gauge", [("a", "alpha"), ("b", "beta", every[0], -1, 10), ("c", "", every[0], 1, 1000), ("z", "zero"),
                                ("h", "hid", every[0], 1, 1, "hidden")], units="units/s", labels=[("color", "red"), ("site", "athens lab"), ("Some Key", " b=c;  [d], <e>")],
                  variables={"limit": 77.5}),
            Chart("syn.counter", [("i", "", every[1]), ("j", "", every[1], 8, 1000), ("o", "over", every[1]), ("w", "wide", every[1]),
                                  ("r", "resets", every[1]), ("n", "quiet", every[1], 1, 1, "noreset")], units="events/s", kind="area"),
            Chart("syn.row", [("r1", "", every[2]), ("r2", "", every[2]), ("r3", "", every[2], 1, 1, "hidden"), ("r4", "", every[2])],
                  units="percentage", kind="stacked"),
            Chart("syn.growth", [("s1", "", every[3]), ("s2", "", every[3]), ("s3", "", every[3])], units="%", kind="stacked"),
            Chart("syn.mixed", [(f"m{n}", "", one, n + 1, 10 * n + 1) for n, one in enumerate(every)], units="KiB/s"),
            Chart("syn.gaps", [("v", "value"), ("u", "", every[1]), ("part",)], units=""),
            Chart("syn.jitter", [("v",), ("u", "", every[1])]),
            Chart("syn.drift", [("v", "", every[1])]),
            Chart("syn.sparse", [("never",), ("nothing",), ("seldom",), ("always",)]),
            Chart("syn.rests", [("each",), ("third",), ("tenth", "", every[1]), ("hundredth",), ("once",)]),
            Chart("syn.wide", [("large",), ("small", "", every[0], 1, 10_000_000), ("minus", "", every[0], -1, 3), ("huge", "", every[0], 10**9, 1)]),
            Chart("syn.constant", [("one",), ("two",)], title="It never changes", family="still"),
            Chart("syn.id", [("d1", "first word"), ("d2", "d1"), ("x3", "third's <b>")], name="renamed", title="Names and <signs>",
                  units="a<b> 'c'", labels=[("color", "blue")]),
            *[Chart(f"inst.{n}", [("v", "value"), (f"only{n}",)], context="inst.all", family=f"family {n}", every=n if n < 3 else 1,
                    labels=[("color", ["red", "blue", "red"][n - 1]), ("number", f"n{n}")]) for n in (1, 2, 3)],
            *[Chart(f"syn.every{n}", [("a", "", every[0], 1, 7), ("i", "", every[1]), ("p", "", every[2]), ("q", "", every[3])], every=n)
              for n in (2, 5, 10)],
            Chart("syn.stale", [("v",)]), Chart("syn.late", [("v",), ("u", "", every[1])]), Chart("syn.short", [("v",)]),
            Chart("syn.unseen", [("v",)], options="hidden"), Chart("syn.gone", [("v",)]),
            *[Chart(f"many.c{n}", [(f"d{d}",) for d in range(12)], context=f"many.{n % 2}", units="MiB") for n in range(4)],
        ]
        for chart in self.charts:
            chart.keeps_all = chart.keeps_all or chart.id in ("syn.short", "syn.stale", "syn.gone")
            chart.begin(start + past - 60 if chart.id == "syn.short" else start, is_first_seen and {"a": 5.5, "v": 3})
        self.texts = []

    def host(self):
        return Host("synthetic", self.charts, self.start, self.ticks, labels={"_os_name": (1, "TestOS"), "role": (2, "synthetic")},
                    variables={"ceiling": 15.25}, silent={"syn.gone", "syn.stale"}, resting=["syn.stale", "syn.gone"])

    def ticks(self, second):
        while len(self.texts) <= second:
            self.texts.append("".join(self.collection(chart, len(self.texts)) for chart in self.charts))
        return self.texts[second]

    def collection(self, chart, second):
        if chart.id == "syn.gone" and second == self.past - 100:
            chart.options = "obsolete"
            return chart.definition()
        if not self.collects(chart, second):
            return ""
        microseconds = self.step(chart, second)
        sets = "".join(f'SET "{one[0]}" = {value}\n' for one in chart.dims if (value := self.value(chart, one, second)) is not None)
        return f'BEGIN "{chart.id}" {microseconds}\n{sets}END\n'

    def collects(self, chart, second):
        if second == 0 or second % chart.every:
            return False
        beginning = {"syn.late": 500, "syn.short": self.past - 59}.get(chart.id, 1)
        end = {"syn.stale": self.past - 300, "syn.gone": self.past - 100}.get(chart.id, 1 << 40)
        if chart.id == "syn.gaps" and second % 97 in (3, 20, 21, 50, 51, 52, 53, 54, 55):
            return False
        return beginning <= second < end

    def step(self, chart, second):
        """From the chart's own clock to where this collection is meant to be."""
        begin = (self.past - 60 if chart.id == "syn.short" else 0) * 1_000_000
        meant = second * 1_000_000
        if chart.id == "syn.jitter":
            meant -= self.random.randrange(0, 900_000)
        if chart.id == "syn.drift":
            meant -= 500_000 + second % 40 * 10_000
        before = self.times.get(chart.id, begin)
        self.times[chart.id] = meant
        return meant - before

    def value(self, chart, dim, second):
        id, _, algorithm, *_ = dim
        key, rng = (chart.id, id), self.random
        if chart.id == "syn.constant":
            return 42 if id == "one" else 0
        if chart.id == "syn.sparse":
            return {"never": None, "nothing": 0, "seldom": int(second % 211 == 0), "always": rng.randrange(1, 9)}[id]
        if chart.id == "syn.rests" and (second > 1 if id == "once" else second % RESTS[id]):
            return None
        if chart.id == "syn.gaps" and id == "part" and second % 7 == 0:
            return None
        if chart.id == "syn.wide":
            return {"large": rng.randrange(10**12), "small": rng.randrange(-10**9, 10**9), "minus": rng.randrange(10**6),
                    "huge": rng.randrange(10**7)}[id]
        if id == "z":
            return 0
        if algorithm in ("absolute", "percentage-of-absolute-row"):
            return rng.randrange(-500, 1500) if algorithm == "absolute" and rng.random() < 0.9 else rng.randrange(0, 3000)
        last = self.state.get(key, 0)
        grown = last + rng.randrange(0, 3000)
        if id in WRAP:
            grown = last + (WRAP[id] >> 6) + rng.randrange(0, 1000)
            grown = grown % WRAP[id]
        elif id in ("r", "n", "s2") and second % 89 == 0:
            grown = rng.randrange(0, 50)
        self.state[key] = grown
        return grown
