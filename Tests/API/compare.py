"""Whether two answers say the same, and where ndstream is known not to say what 1.37.1 says, on purpose."""
import html
import json
import re
import time


class Exemption:
    """`applies(question)`: where it may count. `level(question, answer body)`: the body without what differs; or `both`, which gets the
    answer of 1.37.1 and that of ndstream and returns them so."""

    def __init__(self, name, why, applies, level=None, both=None):
        self.name, self.why, self.applies, self.level, self.both = name, why, applies, level, both
        # Answers that it made equal, and corrupted ones that it hid.
        self.count, self.hidden = 0, 0


def is_data(question):
    return question.command == "data"


def is_as_collected(question):
    return question.command == "allmetrics" and any(
        name.startswith("data") or name == "source" for name, value in question.parameters if value in ("as collected", "as-collected", "raw"))


def without(pattern, replacement=""):
    compiled = re.compile(pattern, re.S)
    return lambda question, body: compiled.sub(replacement, body)


def is_single(question):
    """Whether it names one chart, by its id or name."""
    return not question.get("context") and any(question.get("chart") in (chart.id, chart.name) for chart in question.charts)


def is_deadly(question):
    """1.37.1 crashes over a `datasource` of several charts."""
    return is_data(question) and not is_single(question) and (question.get("format") == "datasource" or "out:json" in question.get("tqx"))


def matches(pattern, text):
    """Whether the first word of a pattern that matches says yes."""
    for word in re.split("[,|]", pattern):
        literals = word.strip().removeprefix("!").split("*")
        if re.fullmatch(".*".join(map(re.escape, literals)), text):
            return not word.strip().startswith("!")
    return False


def meant(question):
    """The charts that are meant, whatever their labels."""
    name, context = question.get("chart"), question.get("context")
    if is_single(question):
        return [chart for chart in question.charts if name in (chart.id, chart.name)]
    return [chart for chart in question.charts if (not context or matches(context, chart.context))
            and (not name or matches(name, chart.id) or matches(name, chart.name))]


def may_mean_longer_points(question):
    """Whether a chart with more than a second between two points may be meant."""
    return any(chart.every > 1 for chart in meant(question))


def loses_points(question):
    """Whether a chart may be meant that still has its first points, in ram: it keeps so many that it never loses any."""
    return any(chart.keeps_all for chart in meant(question))


def may_begin_early(question, only_unlost=True):
    """Whether the window may reach back to the replicated points with which a chart begins, and which it still has."""
    def number(name, standard):
        text = question.get(name, str(standard))
        return int(text) if text.lstrip("-").isdigit() else 0
    now = int(time.time())
    before, after = number("before", 0), number("after", -600)
    before = now - abs(before) if abs(before) <= 94_608_000 else before
    after = before - abs(after or 600) if abs(after) <= 94_608_000 else after
    begin, end = min(after, before), max(after, before)
    if question.get("after", "1").lstrip("-").strip("0") == "" or not question.get("after", "1").lstrip("-").isdigit():
        # From the first point on.
        begin = 0
    # Aligned to the length of a row, which may be all of the window, it ends as much earlier.
    begin -= max(0, end - now) + end - begin + number("gtime", 0) * (2 + (number("points", 0) or end - begin))
    return any(begin < chart.points[-1][1] + 5 * chart.every + 5 for chart in meant(question) if chart.keeps_all or not only_unlost)


def has_finer_rows(question):
    """Whether rows may be shorter than points."""
    def is_relative(name, standard):
        text = question.get(name, standard)
        return not text.lstrip("-").isdigit() or abs(int(text)) <= 94_608_000
    if "virtual-points" in question.options or not is_single(question):
        return True
    is_natural = "natural-points" in question.options or is_relative("after", "-600") or is_relative("before", "0")
    return not is_natural and question.get("points", "1" if question.command == "badge.svg" else "0") != "0"


def is_contexts(question):
    return question.command in ("context", "contexts")


def with_short_id(question, body):
    """With no more of `id` and `name` than 1.37.1 prints."""
    return re.sub(r'(\n   "?(?:id|name)"?: (["\'])).*', lambda m: m[0][:len(m[1]) + 254], body)


def without_uncollected(question, body):
    """Contexts, without what they say of the state of charts that are not collected any more."""
    head, _, text = body.partition("\n{")
    if not text:
        return body
    def blank(value):
        if isinstance(value, dict):
            return {name: None if name in ("last_time_t", "collected", "flags") else blank(one) for name, one in value.items()}
        return value
    def walk(value):
        if not isinstance(value, dict):
            return value
        return {name: blank(one) if name in question.silent else walk(one) for name, one in value.items()}
    try:
        value = json.loads("{" + text)
    except ValueError:
        return body
    value = blank(value) if question.get("context", question.get("ctx")) in question.silent else walk(value)
    return f"{head}\n{json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)}"


def without_late_contexts(a, b):
    """Only the contexts, and their charts, that 1.37.1 has found."""
    def common(one, other):
        return {name: value if name not in ("charts", "contexts") or not isinstance(value, dict)
                else {id: common(inner, other.get(name, {}).get(id, {})) for id, inner in value.items() if id in other.get(name, {})}
                for name, value in one.items()}
    if not (texts := [text.partition("\n{")[2] for text in (a, b)])[0]:
        # None of them, and so it has no answer at all.
        return ("", "") if a.startswith("404") and texts[1] else (a, b)
    try:
        original, ours = (json.loads("{" + text) for text in texts)
    except ValueError:
        return a, b
    heads = [text.partition("\n{")[0] for text in (a, b)]
    return tuple(f"{head}\n{json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)}"
                 for head, value in zip(heads, (original, common(ours, original))))


def with_near_numbers(a, b):
    """With the numbers of 1.37.1 in place of those that differ from them by the last bit of a double."""
    number = re.compile(r"-?\d+(?:\.\d+)?")
    originals = number.findall(a)
    if number.split(a) != number.split(b):
        return a, b
    ones = iter(originals)
    def nearer(match):
        one = next(ones)
        return one if abs(float(one) - float(match[0])) <= 1e-15 * abs(float(one)) else match[0]
    return a, number.sub(nearer, b)


def without_told_again(a, b):
    """Without values and types; and of ndstream without the dimensions of which the newest point has none."""
    a, b = (re.sub(r"(?m)(?<=\} )\S+|^# TYPE .*\n", "", text).split("\n") for text in (a, b))
    known = set(a)
    return "\n".join(a), "\n".join(line for line in b if line in known or not re.search('dimension="|: dimension "', line))


def without_nothing(a, b):
    """Neither of them, where there is nothing in ndstream's."""
    is_empty = b.endswith("[]") or not b.split("\n", 2)[2].strip()
    return ("", "") if is_empty or "no data" in a + b else (a, b)


UNITS_OF_TIME = ("seconds", "minutes", "hours")


def has_units_of_time(question):
    units = question.get("units") or next((chart.units for chart in meant(question)), "")
    return units.split(" ")[0] in UNITS_OF_TIME


def with_plain_times(question, body):
    """A badge whose negative time is not one of half of all time, and whose impossible one is none."""
    def replaced(match):
        text, ago = match[1], match[2] or ""
        numbers = [int(one) for one in re.findall(r"\d+", text)]
        if ":" in text:
            numbers, sizes = ([0] if "day" not in text else []) + numbers, (86_400, 3600, 60, 1)
        elif "m" in text:
            numbers, sizes = ([0] if "d" not in text else []) + numbers, (1440, 60, 1)
        else:
            numbers, sizes = ([0] if "d" not in text else []) + numbers, (24, 1)
        total = sum(number * size for number, size in zip(numbers, sizes))
        if total in (0, 1 << 63):
            return f">undefined{ago}<"
        return f">{min(total, (1 << 64) - total)}{ago}<"
    body = re.sub(r'(width|x)="[\d.]+"', "", body)
    return re.sub(r">((?:\d+ days? )?\d\d:\d\d:\d\d|(?:\d+d )?\d+h \d+m|(?:\d+d )?\d+h)( ago)?<", replaced, body).replace(
        ">undefined ago<", ">undefined<")


EXEMPTIONS = [
    Exemption("begin in ram", "1.37.1 begins a host's charts in ram as many points earlier as it has lost to replication",
              lambda q: q.mode == "ram" and (q.command in ("chart", "charts") or is_data(q) or is_contexts(q)),
              without(r'("?(first_entry|duration|first_time_t)"?: )\d+', r"\g<1>0")),
    Exemption("points of the begin in ram", "the same, of charts that keep all their points: the lost ones are read too",
              lambda q: q.mode == "ram" and is_data(q) and loses_points(q), without(r'"?db_points_per_tier"?: \[ \d+ \]')),
    Exemption("rows of the begin in ram", "the same, where the window reaches back to them",
              lambda q: q.mode == "ram" and q.command in ("data", "badge.svg") and may_begin_early(q), lambda q, body: ""),
    Exemption("anomalous replication", "replicated points without a mark are anomalous for 1.37.1",
              lambda q: is_data(q) and "anomaly-bit" in q.options and may_begin_early(q, False), lambda q, body: ""),
    Exemption("rates of anomalous replication", "the same, beside the values",
              lambda q: is_data(q) and "jw-anomaly-rates" in q.options and may_begin_early(q, False),
              without(r'\n   "?anomaly_rates"?: .*?\n\}(?=,\n "?min"?:)')),
    Exemption("longer points in ram", "1.37.1 places points of more than a second by where the window begins (web API §7.4)",
              lambda q: q.mode == "ram" and q.command in ("data", "badge.svg") and may_mean_longer_points(q) and has_finer_rows(q),
              lambda q, body: ""),
    Exemption("tab in a string", "a tab within a JSON string is escaped here, so that it is JSON",
              lambda q: is_data(q) and "jsonwrap" in q.options and (q.get("format").startswith("tsv") or "tsv" in q.get("tqx")),
              lambda q, body: body.replace("\t", "\\t")),
    Exemption("extremes of percentages", "1.37.1 has the smallest and largest percentage of the last row that it prints, here they are of all (§7.5)",
              lambda q: is_data(q) and {"percentage", "jsonwrap"} <= q.options, without(r'"?(min|max)"?: -?[\d.]+')),
    Exemption("percentages of nothing", "where no dimension matches, 1.37.1 has a row and a value without anything",
              lambda q: is_data(q) and "percentage" in q.options and any(name.startswith("dim") for name, _ in q.parameters),
              both=without_nothing),
    Exemption("google quotes", "a quote in a name is escaped here, so that it is JavaScript",
              lambda q: is_data(q) and q.options & {"google_json", "google-json"}, lambda q, body: body.replace("\\'", "'")),
    Exemption("long ids", "1.37.1 cuts what was asked for at 254 bytes, so that two questions may look like one", is_data, with_short_id),
    Exemption("uncollected charts", "contexts of 1.37.1 say of an obsolete chart that it is collected, of one with replicated points only "
              "that it is not, and of one that has stopped what was so when they were looked up", is_contexts, without_uncollected),
    Exemption("contexts of a window", "1.37.1 leaves out of a window what had not come yet when it looked last, some minutes ago",
              lambda q: is_contexts(q) and (q.get("after") or q.get("before")), both=without_late_contexts),
    Exemption("contexts of an early window in ram", "in 1.37.1 a context begins in ram where its points began that are long gone",
              lambda q: q.mode == "ram" and is_contexts(q) and q.get("before"), both=lambda a, b: without_late_contexts(b, a)[::-1]),
    Exemption("points told again", "1.37.1 tells the newest point alone when it is scraped again, here it is what it was",
              lambda q: q.command == "allmetrics" and q.is_told_again and not is_as_collected(q), both=without_told_again),
    Exemption("impossible times", "a negative time is one of half of all time in 1.37.1, and one of more than 64 bits is 0",
              lambda q: q.command == "badge.svg" and has_units_of_time(q),
              with_plain_times),
    Exemption("long labels", "1.37.1 makes room for all of a label and shows 200 bytes of it",
              lambda q: q.command == "badge.svg" and len(q.get("label") or "|".join(
                  value for name, value in q.parameters if name in ("dim", "dims", "dimension", "dimensions") and value)) > 200,
              without(r'(width|x)="[\d.]+"')),
    Exemption("last bits of smoothed values", "one of thousands of large smoothed values is rounded the other way; how 1.37.1 adds is not known",
              lambda q: is_data(q) and q.get("group") in ("ses", "ema", "ewma", "des"), both=with_near_numbers),
    Exemption("large numbers", "1.37.1 prints numbers that need more than 64 bits as 0", is_data, without(r"\d{19,}(\.\d+)?", "0")),
    Exemption("resets", "1.37.1 never says where a counter was reset, whatever its data table has columns for", is_data,
              lambda q, body: re.sub("RESET OR OVERFLOW|The counters have been wrapped.", "null", body).replace("'null'", "null").replace('"null"', "null")),
    Exemption("names in HTML", "names are escaped here, so that they are text", lambda q: is_data(q) and ("html" in (q.get("format"), "") or "html" in q.get("tqx")),
              lambda q, body: html.unescape(body)),
    Exemption("patterns of label keys", "1.37.1 shows the labels that are called like the words of the pattern, here they are those that match it",
              lambda q: is_data(q) and re.search(r"[*!]", q.get("chart_label_key")), without(r'   "?chart_labels"?: \{.*?\},\n')),
    Exemption("zeros", "a zero has no sign here", lambda q: q.command == "allmetrics", lambda q, body: body.replace('="-0"', '="0"')),
    Exemption("zeros of a badge", "the same", lambda q: q.command == "badge.svg" and "-" in q.get("multiply") + q.get("divide"),
              lambda q, body: re.sub(r'(width|x)="[\d.]+"', "", body).replace(">-0", ">0")),
]


def plain(question, answer):
    """What of an answer must be equal, as one text: without the moment at which it was made and what is each parent's own."""
    body = answer.body
    if question.command == "allmetrics" and question.get("format").startswith("prometheus"):
        # The milliseconds at which each was asked.
        body = re.sub(r"(?m)^(netdata_info\{.*\} 1)( \d+)?$", lambda m: m[1] + (" now" if m[2] else ""), body)
        if is_as_collected(question):
            # Also those at which a collection came.
            body = re.sub(r"(?m)( \d{10})\d{3}$", r"\1", body)
        if question.get("format") == "prometheus_all_hosts":
            body = "\n".join(sorted(without_own_host(body.split("\n"))))
        elif question.get("variables"):
            body = with_sorted_variables(body)
    elif answer.status == 200 and question.command in DOCUMENTS or question.get("format") == "json" and question.command == "allmetrics":
        body = document(question, body)
    elif question.command == "alarms":
        # Entries of a log are numbered from the start on in 1.37.1, by the clock.
        body = re.sub(r'"latest_alarm_log_unique_id": \d+', "", body)
    elif question.command == "badge.svg":
        body = re.sub(r"<script.*?</script>", "", body, flags=re.S)
        # Sums of widths are rounded to hundredths of a pixel.
        body = re.sub(r'="(\d+\.\d\d)"', lambda m: f'="{float(m[1]):.1f}"', body)
    return f"{answer.status}\n{answer.headers}\n{body}"


QUEUE = ("queued_reasons", "last_queued", "scheduled_dispatch", "last_dequeued", "dispatches", "hub_version", "version", "pp_reasons",
         "pp_last_queued", "pp_last_dequeued", "pp_executed")


def without_own_host(lines):
    """The parent itself has charts in the one and none in the other; what comments say of them does not say whose they are."""
    return [line for line in lines if line and not line.startswith("#") and 'instance="bench"' not in line]


def with_sorted_variables(body):
    """Variables stand in no order."""
    lines = body.split("\n")
    is_variable = lambda line: line and not line.startswith("#") and "{" not in line
    variables = iter(sorted(filter(is_variable, lines)))
    return "\n".join(next(variables) if is_variable(line) else line for line in lines)


# What `info` says of the host that is asked about.
OF_A_HOST = ("version", "uid", "alarms", "host_labels", "functions", "collectors")
DOCUMENTS = ("chart", "charts", "context", "contexts", "alarm_variables", "info")


def document(question, body):
    """JSON whose order means nothing."""
    if is_contexts(question):
        # There is no queue to a cloud, and who is called how by a number of his own is random in 1.37.1.
        body = re.sub(r'"uuid":"[0-9a-f-]{36}"', '"uuid":""', body).replace('"flags":"QUEUED ', '"flags":"')
        body = re.sub(rf'"({"|".join(QUEUE)})":("[^"]*"|\d+)', r'"\1":0', body)
    try:
        value = levelled_document(question, json.loads(body))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return f"no {question.command} ({error!r}): {body}"
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def levelled_document(question, value):
    if question.command == "charts":
        # Each takes what it takes, and shows hosts in the order in which they came to it.
        value.pop("rrd_memory_bytes", None)
        value["hosts"].sort(key=lambda host: host["hostname"])
    if question.command == "info":
        # The rest is about the parent, or 1.37.1 does not know it until a while after its start.
        value = {name: one if name in OF_A_HOST else None for name, one in value.items() if not name.startswith("ndstream")}
        value["collectors"].sort(key=lambda one: (one["plugin"], one["module"]))
    if question.command == "alarm_variables":
        # Of what was told all at once each knows when it has read it.
        for scope in (one for one in value.values() if isinstance(one, dict)):
            for name, time in scope.items():
                if name.endswith("_last_collected_t") and question.told[0] <= (time or 0) <= question.told[1]:
                    scope[name] = "when the past was told"
    return value


def difference(question, one, other):
    """None, or the two texts that are not equal. Counts the exemptions that it took."""
    texts, used = levelled(question, one, other)
    for exemption in used if not texts else []:
        exemption.count += 1
    return texts


def levelled(question, one, other):
    """None, or the two texts that are not equal, and the exemptions that it took until they were, or were not."""
    a, b = plain(question, one), plain(question, other)
    used = []
    for exemption in EXEMPTIONS:
        if a == b:
            break
        if exemption.applies(question):
            if exemption.both:
                level = exemption.both(a, b)
            else:
                level = exemption.level(question, a), exemption.level(question, b)
            if level != (a, b):
                used.append(exemption)
                a, b = level
    return (None if a == b else (a, b)), used
