"""Two witnesses of the same stream: where they differ by more than the moment at which each looked."""
import difflib
import math
import re

# What two parents cannot have in common.
IDS = {"id", "config_hash_id", "unique_id", "alarm_id", "alarm_event_id", "updated_by_id", "updates_id"}
# Fields of `alarms?all` that depend on the second at which one looks; they are checked through the series and the log.
MOVING = {"last_status_change", "last_updated", "next_update", "delay_up_to_timestamp", "value", "value_string", "db_after", "db_before",
          "last_repeat", "times_repeat", "status", "delay"}
# Of the value itself, and of all that the alarm's value was: a point is interpolated by each parent's own clock,
# which hears of it some milliseconds later than the other's.
ROUNDING, CLOCKS = 1e-4, 0.01
# Share of the values of a recorded chart's alarm that only one parent may have seen.
SPIKES = 0.15
# Each parent evaluates at its own moment of a second, and 1.37.1's moves. A value that is there for one evaluation only
# may be seen by one of them, and then that alarm has been raised once more there: for no longer than an evaluation, but
# its delays, which grow with each change, and what is told are others from then on. Two 1.37.1 differ so too. This share
# of the alarms may have such a moment.
GLIMPSED = 0.05
CONSEQUENCES = {"delay", "delay_up_to_timestamp", "duration", "non_clear_duration", "exec_run", "processed", "updated", "last_repeat"}
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")


# Another value for every second by which a window is shifted over a ramp with steps, far from those beside it.
RESTLESS = ["test.ramp.look_stddev", "test.ramp.look_incremental_sum"]


class Comparison:
    def __init__(self, one, other):
        self.one, self.other = one, other
        self.differences, self.checked, self.shifted, self.slacks = [], {}, 0, {}
        # alarm → the first moment that only one has seen, and how many there are.
        self.glimpsed, self.glimpses = {}, {}

    def differ(self, kind, name, what, left, right):
        self.differences.append((kind, name, what, left, right))

    def count(self, kind, number=1):
        self.checked[kind] = self.checked.get(kind, 0) + number

    def all(self):
        self.documents()
        self.log()
        self.every_value()
        self.calls()
        self.summaries()
        return self.differences

    # MARK: alarms?all

    def documents(self):
        left, right = self.one.final, self.other.final
        self.order(left, right)
        for name in sorted(set(left) | set(right)):
            if name not in left or name not in right:
                self.differ("alarms", name, "is listed", name in left, name in right)
                continue
            a, b = left[name], right[name]
            if list(a) != list(b):
                self.differ("alarms", name, "fields", *[[f for f in x if f not in y] or "(order)" for x, y in ((a, b), (b, a))])
            for field in sorted((set(a) & set(b)) - IDS - MOVING):
                self.count("fields of alarms")
                if self.one.plain(a[field]) != self.other.plain(b[field]):
                    self.differ("alarms", name, field, self.one.plain(a[field]), self.other.plain(b[field]))
            for field in ("last_repeat", "last_updated", "value_string", "status", "times_repeat", "value"):
                if type(a[field]) is not type(b[field]) and None not in (a[field], b[field]) and not (
                        isinstance(a[field], (int, float)) and isinstance(b[field], (int, float))):
                    self.differ("alarms", name, f"type of {field}", type(a[field]).__name__, type(b[field]).__name__)

    def order(self, left, right):
        """Alarms of one file come in the same order; which file is first is up to the file system for 1.37.1."""
        def by_file(alarms):
            found = {}
            for name, alarm in alarms.items():
                if name in left and name in right:
                    found.setdefault(alarm["source"].rpartition("/")[2], []).append(name)
            return found
        ours, theirs = by_file(left), by_file(right)
        for file in sorted(set(ours) & set(theirs)):
            self.count("files in order")
            if ours[file] != theirs[file]:
                self.differ("alarms", file, "order", *next((a, b) for a, b in zip(ours[file], theirs[file]) if a != b))

    def every(self, name):
        alarm = self.one.alarms.get(name) or self.other.alarms.get(name) or {}
        return alarm.get("update_every", 10)

    # MARK: values

    def every_value(self):
        """Each value that one has shown is one that the other has had within an evaluation."""
        for name in sorted(set(self.one.series) & set(self.other.series)):
            for mine, theirs, swap in ((self.one, self.other, False), (self.other, self.one, True)):
                wrong = []
                for at, (value, status) in mine.series[name].items():
                    near = self.near(theirs, name, at)
                    # At the edges one has looked longer than the other.
                    if len(near) < 2 or not min(theirs.series[name]) <= at <= max(theirs.series[name]):
                        continue
                    self.count("values")
                    if not within(value, [one for one, _ in near], self.slack(name)):
                        wrong.append((at, value, near))
                    elif status not in [one for _, one in near]:
                        wrong.append((at, status, near))
                # What was recorded has values of one second that only one of them sees.
                spikes = 0 if name.startswith("test.") else max(2, len(mine.series[name]) * SPIKES)
                if len(wrong) > max(spikes, self.glimpses.get(name, 0)):
                    at, value, near = wrong[0]
                    sides = (f"{value} at {at}", f"{near} ({len(wrong)} such of {len(mine.series[name])})")
                    self.differ("values", name, "value or status", *(reversed(sides) if swap else sides))

    def slack(self, name):
        """What two values of an alarm may differ by besides rounding."""
        if name not in self.slacks:
            values = [value for one in (self.one, self.other) for value, _ in one.series.get(name, {}).values() if value is not None]
            # Seconds since something turn when the second does.
            by_clock = self.every(name) + 1 if "$now" in str(self.one.alarms.get(name, {}).get("calc")) else 0
            by_range = (1 if name in RESTLESS else CLOCKS) * (max(values) - min(values)) if values else 0
            self.slacks[name] = max(by_clock, by_range) + self.pace(name)
        return self.slacks[name]

    def pace(self, name):
        """How much a value changes from one evaluation to the next, as it does mostly: nothing where it is held, a step
        of a ramp."""
        changes = []
        for one in (self.one, self.other):
            values = [value for _, (value, _) in sorted(one.series.get(name, {}).items()) if value is not None]
            changes += [abs(b - a) for a, b in zip(values, values[1:])]
        return sorted(changes)[len(changes) // 2] if changes else 0

    def near(self, witness, name, at, spans=1):
        """What a witness has seen of an alarm from one evaluation before a moment to one after it."""
        span = spans * (self.every(name) + 1)
        return [witness.series.get(name, {})[one] for one in range(at - span, at + span + 1) if one in witness.series.get(name, {})]

    # MARK: the log

    def log(self):
        left, right = self.by_alarm(self.one.entries), self.by_alarm(self.other.entries)
        for name in sorted(set(left) | set(right)):
            a, b = left.get(name, []), right.get(name, [])
            transition, when = lambda one: (one["old_status"], one["status"]), lambda one: one["when"]
            span = self.every(self.named(name)) + 1
            pairs, alone = by_time(a, b, transition, when, span)
            if alone and self.is_glimpsed(name, a, b, span):
                self.glimpsed[name] = min(when(one) for one in alone)
                self.glimpses[name] = len(alone) // 2 + len(alone) % 2
            elif alone:
                pairs = self.pairs("log", name, a, b, transition, when)
            for mine, theirs in pairs:
                self.entry(name, mine, theirs)
        if len(self.glimpsed) > max(2, GLIMPSED * len(set(left) | set(right))):
            self.differ("log", "*", "alarms with a value that only one has seen", *[sorted(self.glimpsed)] * 2)

    def is_glimpsed(self, name, a, b, span):
        """Whether the two have another status never for longer than an evaluation."""
        if not a or not b:
            return False
        since = None
        for moment in sorted({one["when"] for one in a + b}):
            if since is not None and moment - since > span:
                return False
            if status_at(a, moment) == status_at(b, moment):
                since = None
            elif since is None:
                since = moment
        return since is None

    def is_consequence(self, name, when):
        return when >= self.glimpsed.get(name, float("inf"))

    def by_alarm(self, entries):
        found = {}
        for one in entries:
            found.setdefault(f'{one["chart"]}.{one["name"]}', []).append(one)
        return found

    def pairs(self, kind, name, a, b, key, when):
        """What belongs together in two sequences; what is in one only is a difference."""
        blocks = difflib.SequenceMatcher(None, [key(one) for one in a], [key(one) for one in b], autojunk=False).get_opcodes()
        for what, a0, a1, b0, b1 in blocks:
            if what == "equal":
                yield from zip(a[a0:a1], b[b0:b1])
            else:
                self.differ(kind, name, "sequence", [(*key(one), when(one)) for one in a[a0:a1]], [(*key(one), when(one)) for one in b[b0:b1]])

    def entry(self, name, mine, theirs):
        kind = "log"
        what = f'{mine["old_status"]}>{mine["status"]} at {mine["when"]}'
        alarm = self.named(name)
        span = self.every(alarm) + 1
        self.shifted += mine["when"] != theirs["when"]
        follows = self.is_consequence(name, min(mine["when"], theirs["when"]))
        if set(mine) != set(theirs):
            self.differ(kind, name, f"{what}: fields", sorted(set(mine) - set(theirs)), sorted(set(theirs) - set(mine)))
        for field in sorted((set(mine) & set(theirs)) - IDS):
            a, b = self.one.plain(mine[field]), self.other.plain(theirs[field])
            self.count("fields of the log")
            if field in ("hostname", "value_string", "old_value_string") or follows and field in CONSEQUENCES:
                continue
            if field in ("when", "delay_up_to_timestamp", "exec_run"):
                same = bool(a) == bool(b) and abs(a - b) <= span
            elif field in ("duration", "non_clear_duration"):
                same = abs(a - b) <= 2 * span
            elif field in ("value", "old_value"):
                # A first value is of as much of the window as was there.
                is_first = mine["old_status"] == "UNINITIALIZED" and mine["when"] != theirs["when"]
                # Of a recorded chart another second may have another value; every_value looks at those.
                is_other = mine["when"] != theirs["when"] and not name.startswith("test.")
                same = is_first or is_other or within(a, [b], self.slack(alarm)) or self.moved(alarm, mine, theirs, a, b)
            elif field == "last_repeat":
                same = abs(int(a) - int(b)) <= span
            elif field == "processed" and mine["updated"] and mine["status"] in ("UNINITIALIZED", "REMOVED"):
                # Whether the next entry was made in the same pass.
                same = True
            else:
                same = a == b
            if not same:
                self.differ(kind, name, f"{what}: {field}", a, b)
        for field in ("value", "old_value"):
            if mine[field] == theirs[field] and mine[f"{field}_string"] != theirs[f"{field}_string"]:
                self.differ(kind, name, f"{what}: {field}_string", mine[f"{field}_string"], theirs[f"{field}_string"])

    def named(self, name):
        """The name in `alarms?all` of an alarm of the log: an alarm's `on` may be a chart's name."""
        if name in self.one.alarms:
            return name
        return next((one for one in self.one.alarms if one.endswith("." + name.rpartition(".")[2])), name)

    def moved(self, name, mine, theirs, a, b):
        """Whether each parent has had the other's value too, or values around it, at most two evaluations from the
        entries."""
        moments = (mine["when"], theirs["when"])
        there = [value for when in moments for value, _ in self.near(self.other, name, when, 2)]
        here = [value for when in moments for value, _ in self.near(self.one, name, when, 2)]
        return within(a, [b, *there], self.slack(name)) and within(b, [a, *here], self.slack(name))

    # MARK: the handler

    def calls(self):
        def sorted_by_alarm(witness):
            found = {}
            for at, words in witness.called:
                found.setdefault(f"{words[8]}.{words[7]}", []).append((at, words))
            return found
        left, right = sorted_by_alarm(self.one), sorted_by_alarm(self.other)
        for name in sorted(set(left) | set(right)):
            if self.repeats(name):
                self.repeated(name, left, right)
            a, b = left.get(name, []), right.get(name, [])
            transition, when = lambda one: (one[1][11], one[1][10]), lambda one: round(one[0], 1)
            if name in self.glimpsed:
                span = self.every(self.named(name)) + 2 + self.repeats(name)
                pairs, alone = by_time(a, b, transition, when, span)
                for one in alone:
                    if not self.is_consequence(name, when(one) + 1):
                        self.differ("handler", name, "called by one only", *[(*transition(one), when(one))] * 2)
            else:
                pairs = self.pairs("handler", name, a, b, transition, when)
            for mine, theirs in pairs:
                self.call(name, mine, theirs)

    def repeats(self, name):
        alarm = self.one.alarms.get(self.named(name), {})
        return int(alarm.get("warn_repeat_every", 0)) or int(alarm.get("crit_repeat_every", 0))

    def repeated(self, name, left, right):
        """Leaves of each series of the same call the first. The numbers are about the same; 1.37.1 loses a CLEAR that
        follows a repetition."""
        numbers = []
        for calls in (left, right):
            mine = [one for one in calls.get(name, []) if one[1][10] != "CLEAR"]
            numbers.append(len(mine))
            calls[name] = [one for before, one in zip([None, *mine], mine) if not before or before[1][10:12] != one[1][10:12]]
        if abs(numbers[0] - numbers[1]) > 2 + 0.1 * max(numbers):
            self.differ("handler", name, "number of repetitions", *numbers)

    def call(self, name, mine, theirs):
        from parents import ARGUMENTS
        (at, a), (also, b) = mine, theirs
        alarm = self.named(name)
        span = self.every(alarm) + 1 + self.repeats(name)
        what = f"{a[11]}>{a[10]} at {a[6]}"
        if abs(at - also) > span + 1:
            self.differ("handler", name, f"{what}: moment of the run", at, also)
        self.among_others(self.one, name, what, at, a)
        self.among_others(self.other, name, what, also, b)
        slack = self.slack(alarm)
        for n in range(1, max(len(a), len(b))):
            self.count("arguments")
            left, right = (self.one.plain(a[n]) if n < len(a) else None), (self.other.plain(b[n]) if n < len(b) else None)
            if n in (3, 4, 5, 23, 24, 25, 26) or n in (15, 16) and self.is_consequence(name, max(at, also)):
                continue
            if n == 6:
                same = abs(int(left) - int(right)) <= span
            elif n in (15, 16):
                same = abs(int(left) - int(right)) <= 2 * span
            elif n in (12, 13):
                same = left == right or "nan" not in (left, right) and (
                    abs(float(left) - float(right)) <= 1 + slack or self.moved_call(alarm, a, b, left, right))
            elif n in (19, 20, 22):
                # Texts of the values, which are compared by themselves.
                same = left == right or a[n - 7 if n < 22 else 12] != b[n - 7 if n < 22 else 12] or alike(left, right, slack)
            else:
                same = left == right
            if not same:
                self.differ("handler", name, f"{what}: ${n} {ARGUMENTS[n]}", left, right)

    def moved_call(self, name, a, b, left, right):
        return self.moved(name, {"when": int(a[6])}, {"when": int(b[6])}, float(left), float(right))

    def among_others(self, side, name, what, at, words):
        """Arguments 23 to 26 are what this side's own log says of its other alarms, at this moment or a second or two
        from it."""
        for status, number, names in (("WARNING", 23, 25), ("CRITICAL", 24, 26)):
            surely, perhaps = side.others_in(status, name, at)
            self.count("numbers of other alarms")
            if not surely <= int(words[number]) <= len(perhaps):
                self.differ("handler", name, f"{what}: ${number} others in {status}, against its own log", f"{side.parent.name}: {words[number]}",
                            f"{surely} to {len(perhaps)}")
            strangers = others(words[names]) - {one.rpartition(".")[2] for one in perhaps}
            if strangers:
                self.differ("handler", name, f"{what}: ${names}, against its own log", f"{side.parent.name}: {words[names]}", sorted(strangers))

    # MARK: what is left

    def summaries(self):
        for text in sorted(set(self.one.lines) | set(self.other.lines)):
            self.count("lines of health.log", self.one.lines[text])
            name = re.sub(r".*?[\['](.*?)[\]'].*", r"\1", text)
            # Those are compared with the handler's calls.
            if text.startswith("Sending") and self.repeats(name) or name in self.glimpsed:
                continue
            if self.one.lines[text] != self.other.lines[text]:
                self.differ("health.log", "*", text, f"{self.one.lines[text]} times", f"{self.other.lines[text]} times")
        for chart in self.one.variables:
            self.variables(chart, self.one.variables[chart], self.other.variables[chart])
        for name in sorted(set(self.one.raised) ^ set(self.other.raised)):
            self.differ("alarms", name, "is among the raised", name in self.one.raised, name in self.other.raised)
        for status, count in self.one.counts.items():
            self.count("counts")
            if count != self.other.counts[status]:
                self.differ("alarm_count", status, "number", count, self.other.counts[status])


    def variables(self, chart, left, right):
        """The names of the variables, and which of them have no value."""
        if list(left) != list(right):
            self.differ("alarm_variables", chart, "fields", list(left), list(right))
        for group in ("chart_variables", "family_variables", "host_variables"):
            a, b = left.get(group, {}), right.get(group, {})
            self.count("variables", len(a))
            if set(a) != set(b):
                self.differ("alarm_variables", chart, group, sorted(set(a) - set(b))[:20], sorted(set(b) - set(a))[:20])
            empty = sorted(name for name in set(a) & set(b) if (a[name] is None) != (b[name] is None))
            if empty:
                self.differ("alarm_variables", chart, f"{group}: only one side has a value", *[{n: x[n] for n in empty[:10]} for x in (a, b)])


def by_time(a, b, key, when, span):
    """Two sequences in order of time: what is the same in both, at most `span` seconds apart, and what only one has."""
    pairs, alone, i, j = [], [], 0, 0
    while i < len(a) and j < len(b):
        if key(a[i]) == key(b[j]) and abs(when(a[i]) - when(b[j])) <= span:
            pairs.append((a[i], b[j]))
            i, j = i + 1, j + 1
        elif when(a[i]) <= when(b[j]):
            alone.append(a[i])
            i += 1
        else:
            alone.append(b[j])
            j += 1
    return pairs, alone + a[i:] + b[j:]


def status_at(entries, moment):
    before = [one for one in entries if one["when"] <= moment]
    return before[-1]["status"] if before else entries[0]["old_status"]


def others(text):
    """The names of arguments 25 and 26."""
    return {one.partition("=")[0] for one in text.split(",") if one}


def alike(left, right, slack=0):
    """Whether two texts are the same but for rounding and slack of the numbers in them."""
    if left is None or right is None:
        return left is right
    return NUMBER.sub("#", left) == NUMBER.sub("#", right) and all(
        within(float(a), [float(b)], slack) for a, b in zip(NUMBER.findall(left), NUMBER.findall(right)))


def within(value, values, slack=0):
    """Whether a value is one of others, or between them, within rounding and slack; null is null only."""
    if value is None:
        return None in values
    known = [one for one in values if one is not None]
    if not known:
        return False
    slack += ROUNDING * max(1e-3, abs(value), *(abs(one) for one in known))
    return math.isfinite(value) and min(known) - slack <= value <= max(known) + slack
