"""Questions to a parent, made up from a seed: everything that the web API's table of parameters has, in every shape that is likely to matter."""
import time
import urllib.parse

FORMATS = ["json", "jsonp", "csv", "tsv", "tsv-excel", "ssv", "ssvcomma", "array", "html", "datatable", "datasource", "markdown",
           "csvjsonarray", "unknown"]
OPTIONS = ["nonzero", "flip", "reversed", "reverse", "jsonwrap", "min2max", "ms", "milliseconds", "seconds", "abs", "absolute",
           "absolute_sum", "absolute-sum", "null2zero", "objectrows", "google_json", "google-json", "percentage", "unaligned", "match_ids",
           "match-ids", "match_names", "match-names", "natural-points", "virtual-points", "selected-tier", "all-dimensions",
           "jw-anomaly-rates", "anomaly-bit", "raw", "display_absolute", "display-absolute", "nosuchoption"]
GROUPS = ["average", "mean", "sum", "min", "max", "median", "trimmed-median", "trimmed-median1", "trimmed-median25", "trimmed-mean",
          "trimmed-mean2", "trimmed-mean20", "percentile", "percentile25", "percentile50", "percentile99", "incremental-sum",
          "incremental_sum", "stddev", "cv", "rsd", "ses", "ema", "ewma", "des", "countif", "nosuchgroup"]
GROUP_OPTIONS = {
    "countif": [">0", ">=10", "<5", "<=:0", "!=0", "!:5", "<>3", "=0", ":7", "=", "0", "abc", "! 1", ">-100.5"],
    "percentile": ["10", "0", "100", "33.3", "200", "-5", "abc"],
    "trimmed": ["10", "0", "50", "60", "12.5", "abc"],
}
SERVERS = ["one", "two", "three", *map(str, range(100))]
BADGE_UNITS = ["things", "%", "percentage", "seconds", "seconds ago", "minutes", "minutes ago", "hours", "hours ago", "on/off", "up/down",
               "ok/error", "ok/failed", "KiB/s", "empty", "null", "/s"]
CONTEXT_OPTIONS = ["full", "all", "charts", "instances", "dimensions", "metrics", "labels", "queue", "flags", "uuids", "deleted", "hidden",
                   "deepscan", "nosuch"]


class Question:
    """A path and its parameters, in their order."""

    def __init__(self, host, command, parameters=()):
        self.host, self.command, self.parameters = host, command, list(parameters)

    @property
    def path(self):
        place = f"/host/{self.host}" if self.host else ""
        query = "&".join(
            urllib.parse.quote(name, safe="") + ("" if value is None else "=" + urllib.parse.quote(value, safe=""))
            for name, value in self.parameters)
        return f"{place}/api/v1/{self.command}" + (f"?{query}" if query else "")

    def get(self, name, standard=""):
        return next((value for key, value in reversed(self.parameters) if key == name and value), standard)

    @property
    def options(self):
        words = " ".join(value for name, value in self.parameters if name == "options" and value)
        return set(words.replace(",", " ").replace("|", " ").split())

    def without(self, place):
        return Question(self.host, self.command, self.parameters[:place] + self.parameters[place + 1:])

    def with_value(self, place, value):
        name = self.parameters[place][0]
        return Question(self.host, self.command, self.parameters[:place] + [(name, value)] + self.parameters[place + 1:])

    def simpler(self):
        """The same with a little less: what a difference is looked for in."""
        for place in reversed(range(len(self.parameters))):
            yield self.without(place)
        for place, (name, value) in enumerate(self.parameters):
            separator = {"options": ",", "dimensions": "|", "chart": "|", "context": "|"}.get(name)
            words = value.split(separator) if separator and value else []
            for word in range(len(words) if len(words) > 1 else 0):
                yield self.with_value(place, separator.join(words[:word] + words[word + 1:]))
            if name == "points" and value and value.isdigit() and int(value) > 1:
                yield self.with_value(place, str(int(value) // 2))
            if name == "after" and value and value.startswith("-") and value[1:].isdigit() and int(value) < -3:
                yield self.with_value(place, str(int(value) // 2))
            if name == "after" and (before := self.get("before")).isdigit() and value and value.isdigit() and 3 < int(before) - int(value) < 10**6:
                yield self.with_value(place, str((int(value) + int(before)) // 2))


class Questions:
    """`has_ends`: whether windows may begin with a chart's first point, wherever that is."""

    def __init__(self, rng, hosts, has_ends):
        self.random, self.hosts, self.has_ends = rng, hosts, has_ends
        self.kinds = [(self.data, 70), (self.badge, 9), (self.metrics, 8), (self.chart, 4), (self.context, 6), (self.variables, 1), (self.odd, 2)]

    def next(self):
        kinds, weights = zip(*self.kinds)
        return self.random.choices(kinds, weights)[0]()

    def chance(self, share):
        return self.random.random() < share

    def host(self):
        return self.random.choices(self.hosts, [3 if host.name == "synthetic" else 1 for host in self.hosts])[0]

    # MARK: data

    def data(self):
        host = self.host()
        chart = self.random.choice(host.charts)
        parameters = []
        several = self.chance(0.2)
        if several:
            parameters += self.several(host, chart)
        elif self.chance(0.99):
            parameters.append(("chart", self.random.choice([chart.id, chart.name])))
        parameters += self.window(host, chart, several)
        parameters += self.dimensions(host, chart)
        group = self.random.choice(GROUPS)
        if self.chance(0.6):
            parameters.append(("group", group))
            kind = next((one for one in GROUP_OPTIONS if group.startswith(one)), None)
            if kind and self.chance(0.6) or self.chance(0.03):
                parameters.append(("group_options", self.random.choice(GROUP_OPTIONS[kind or "countif"])))
        if self.chance(0.85):
            parameters.append(("format", self.random.choice(FORMATS)))
        words = self.random.sample(OPTIONS, self.random.randrange(0, 5))
        if self.chance(0.35):
            words.append("jsonwrap")
        if words:
            parameters.append(("options", self.random.choice([",", "|", " "]).join(words)))
        parameters += self.rest()
        if self.chance(0.1):
            self.random.shuffle(parameters)
        return Question(host.name, "data", parameters)

    def several(self, host, chart):
        others = [chart, *self.random.sample(host.charts, min(2, len(host.charts)))]
        prefix = chart.id.split(".")[0]
        patterns = ["|".join(one.id for one in others), ",".join(one.name for one in others), f"{chart.id[:-1]}*", f"!{chart.id}|{prefix}.*",
                    f"*{chart.id[-4:]}", "nosuch.chart", "*nosuch*"]
        result = []
        if self.chance(0.5):
            contexts = [chart.context, f"{chart.context}|{others[1].context}", f"{chart.context[:-1]}*", f"!{chart.context},{prefix}.*", "nosuch"]
            result.append(("context", self.random.choice(contexts)))
            if self.chance(0.3):
                result.append(("chart", self.random.choice([*patterns, chart.id])))
        else:
            result.append(("chart", self.random.choice(patterns)))
        return result + self.labels()

    def labels(self):
        result = []
        if self.chance(0.3):
            result.append(("chart_label_key", self.random.choice(["color", "number|color", "nosuch", "*", "!color|*", "_collect_plugin", "some_key"])))
        if self.chance(0.3):
            result.append(("chart_labels_filter", self.random.choice(
                ["color:red", "color:blue|color:red", "color:*", "some_key:b:c*", "number:n1,color:blue", "site:athens lab", "nosuch:x", "!color:red|*"])))
        return result

    def window(self, host, chart, several):
        now, first = int(time.time()), host.start
        end = chart.points[-1][1] if len(chart.points) > 1 else now
        span = self.random.choice([1, 2, 5, 10, 59, 60, 61, 100, 300, 600] + ([] if several else [899, 1000]))
        at = self.random.randrange(first - 20, end + 1)
        shape = self.random.randrange(14)
        after, before = {
            0: (-span, None), 1: (-span, -self.random.randrange(0, 300)), 2: (at - span, at), 3: (at, at + span), 4: (at + span, at),
            5: (end - span, end), 6: (now - 5, now + span), 7: (now + 20, now + 20 + span), 8: (first - 5000, first - 5000 + span),
            9: (first - span, first + span), 10: (at, at), 11: (-span, at), 12: (at - span, None), 13: (at - span, at - self.random.randrange(0, 7)),
        }[shape]
        result = [(name, str(value)) for name, value in (("after", after), ("before", before)) if value is not None]
        if self.chance(0.04):
            first = [[("after", "0")], [("before", "0"), ("after", "0")], [("after", "abc")]] if self.has_ends else []
            result = self.random.choice([[], *first, [("after", "-2"), ("before", "0")], [("before", str(at))], [("after", str(10**12)), ("before", str(10**12 + 60))],
                                         [("after", "-94608000")], [("after", "-94608001")], [("after", "60"), ("before", str(at))]])
            result.append(("points", str(self.random.randrange(1, 50))))
        elif self.chance(0.75):
            result.append(("points", str(self.random.choice(
                [0, 1, 1, 2, 3, 4, 7, 10, max(1, span // 2), max(1, span // 7), span, span + 1, 2 * span, self.random.randrange(1, 700)]))))
        if self.chance(0.15):
            result.append(("gtime", str(self.random.choice([0, 1, 2, 5, 7, 10, 60, 100, 3600]))))
        return result

    def dimensions(self, host, chart):
        if self.chance(0.65):
            return []
        texts = [text for one in chart.dims for text in (one[0], one[1] or one[0])]
        one, other = self.random.choice(texts), self.random.choice(texts)
        patterns = [one, f"{one}|{other}", f"{one},{other}", f"{one[:1]}*", f"*{one[-1:]}", f"!{one}|*", f"!{one}", "nosuch", "*", f"{one}|nosuch",
                    one.upper(), f"*{one[1:2]}*", f" {one} "]
        if self.chance(0.03):
            patterns = ["|".join([one, *(f"nosuch{number}" for number in range(self.random.randrange(10, 100)))])]
        name = self.random.choice(["dimensions", "dimensions", "dimension", "dim", "dims"])
        result = [(name, self.random.choice(patterns))]
        if self.chance(0.15):
            result.append(("dim", self.random.choice(patterns)))
        return result

    def rest(self):
        odds = [(0.05, ("tier", ["0", "1", "9", "-1", "x"])), (0.05, ("show_dimensions", ["1", "no"])), (0.04, ("callback", ["call.me", "a b(c)"])),
                (0.04, ("filename", ["a b.csv", "x.json"])), (0.03, ("timeout", ["10000", "0"])), (0.05, ("_", ["1795338000123"])),
                (0.05, ("tqx", ["version:0.5;reqId:7;sig:1;out:json", "out:csv", "out:html;outFileName:x.html", "out:tsv-excel;reqId:3",
                                "sig:99999999999", "responseHandler:handle;reqId:2", "reqId:1;out:what"])),
                (0.02, ("nosuchparameter", ["1"])), (0.02, ("format", [""])), (0.02, ("group", [""]))]
        return [(name, self.random.choice(values)) for share, (name, values) in odds if self.chance(share)]

    # MARK: the other endpoints

    def badge(self):
        host = self.host()
        chart = self.random.choice(host.charts)
        parameters = [("chart", self.random.choice([chart.id, chart.name, "nosuch.chart"] if self.chance(0.1) else [chart.id, chart.name]))]
        if self.chance(0.5):
            parameters += [(name, value) for name, value in self.window(host, chart, False) if name != "gtime"]
        parameters += self.dimensions(host, chart)
        choices = {
            "group": GROUPS, "options": ["abs", "percentage", "null2zero", "display_absolute", "display-absolute", "abs|display_absolute",
                                         "unaligned", "min2max", "nonzero"],
            "label": ["some label", "a<b>\"c\"", "x"], "units": BADGE_UNITS,
            "label_color": ["red", "0af", "00aaff", "nosuch"], "value_color": ["green<10|red", "orange>=100|blue", "red:null|green", "f00"],
            "multiply": ["10", "-3", "0", "1000000", "-86399", "1000000000000"], "divide": ["7", "100", "0", "-10000", "3600"],
            "precision": ["0", "2", "5", "-1"], "scale": ["100", "150", "50"], "refresh": ["auto", "10", "-5", "0", "soon"], "text_color_lbl": ["black", "0f0"], "text_color_val": ["yellow"], "alarm": ["nosuch"],
        }
        for name in self.random.sample(sorted(choices), self.random.randrange(0, 5)):
            parameters.append((name, self.random.choice(choices[name])))
        if self.chance(0.05):
            parameters += [("fixed_width_lbl", "100"), ("fixed_width_val", "80")]
        return Question(host.name, "badge.svg", parameters)

    def metrics(self):
        host = self.host()
        chart = self.random.choice(host.charts)
        kind = self.random.choice(["shell", "json", "prometheus", "prometheus", "prometheus_all_hosts", "nosuch", None])
        parameters = [("format", kind)] if kind else []
        if self.chance(0.9):
            prefix = chart.id.split(".")[0]
            parameters.append(("filter", self.random.choice([chart.id, chart.name, f"{prefix}.*", f"!{chart.id} {prefix}.*", "*.c*", "nosuch"])))
        if kind and kind.startswith("prometheus"):
            choices = {
                "server": SERVERS, "prefix": ["own", ""], "help": ["yes", "1", "no"], "types": ["yes", "true", "no"],
                "names": ["yes", "no"], "timestamps": ["yes", "no"], "variables": ["yes", "no"], "oldunits": ["yes", "no"],
                "hideunits": ["yes", "no"],
            }
            for name in self.random.sample(sorted(choices), self.random.randrange(0, 6)):
                parameters.append((name, self.random.choice(choices[name])))
            if self.chance(0.6):
                source = self.random.choice(["average", "sum", "volume", "as collected", "as-collected", "raw", "nosuch"])
                parameters.append((self.random.choice(["source", "data", "data source", "data-source", "datasource"]), source))
                if source in ("as collected", "as-collected", "raw"):
                    # Somebody who was never here: the last ten seconds count.
                    parameters.append(("server", f"new{self.random.randrange(1 << 32)}"))
        # The host whose page it is has charts of its own in the one, and none in the other.
        return Question(host.name, "allmetrics", parameters)

    def chart(self):
        host = self.host()
        if self.chance(0.15):
            return Question(host.name, "charts")
        chart = self.random.choice(host.charts)
        return Question(host.name, "chart", [("chart", self.random.choice([chart.id, chart.name, chart.id, "nosuch.chart", "no<b>\"such"]))])

    def context(self):
        host = self.host()
        chart = self.random.choice(host.charts)
        parameters = []
        if one := self.chance(0.6):
            parameters.append((self.random.choice(["context", "context", "ctx"]), self.random.choice([chart.context] * 9 + ["nosuch"])))
        if self.chance(0.8):
            words = self.random.sample(CONTEXT_OPTIONS, self.random.randrange(1, 4))
            parameters.append(("options", self.random.choice([",", "|", " "]).join(words)))
        if self.chance(0.3):
            parameters += [(name, value) for name, value in self.window(host, chart, True) if name in ("after", "before")]
        if self.chance(0.3):
            parameters += self.dimensions(host, chart)
        if self.chance(0.2):
            parameters += self.labels()
        return Question(host.name, "context" if one else "contexts", parameters)

    def variables(self):
        host = self.host()
        chart = self.random.choice(host.charts)
        return Question(host.name, "alarm_variables", [("chart", self.random.choice([chart.id, chart.name]))])

    def odd(self):
        host = self.host()
        chart = self.random.choice(host.charts).id
        return Question(host.name, *self.random.choice([
            ("data", []), ("data", [("chart", "")]), ("data", [("chart", chart), ("points", "abc"), ("after", "-5")]), ("chart", []),
            ("badge.svg", []), ("alarm_variables", []), ("alarm_variables", [("chart", "nosuch")]), ("nosuch", []), ("info", []),
            ("data", [("after", "-5"), ("chart", chart), ("chart", "nosuch")]), ("allmetrics", [("format", "")]), ("data/", [("chart", chart)]),
            ("data", [("chart", chart), ("after", "-10"), ("points", "-5")]), ("data", [("chart", chart), ("after", "-10"), ("gtime", "-60")]),
            ("alarm_count", []), ("alarms", [("all", None)]), ("data", [("chart", chart.upper()), ("after", "-5")]), ("alarms", []),
        ]))
