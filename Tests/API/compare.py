"""Whether two answers say the same, and where ndstream is known not to say what 1.37.1 says, on purpose."""
import html
import json
import re
import time


class Exemption:
    """`applies(question)`: where it may count. `level(question, answer body)`: the body without what differs."""

    def __init__(self, name, why, applies, level):
        self.name, self.why, self.applies, self.level, self.count = name, why, applies, level, 0


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


def may_mean_longer_points(question):
    """Whether a chart with more than a second between two points may be meant."""
    name = question.get("chart")
    return any(chart.every > 1 and (not is_single(question) or name in (chart.id, chart.name)) for chart in question.charts)


def loses_points(question):
    """Whether a chart may be meant that still has its first points, in ram: it keeps so many that it never loses any."""
    return any(chart.keeps_all and (not is_single(question) or question.get("chart") in (chart.id, chart.name)) for chart in question.charts)


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
    begin -= max(0, end - now) + (end - begin) // 2 + 2 * number("gtime", 0)
    name = question.get("chart")
    return any(begin < chart.points[-1][1] + 5 * chart.every + 5 for chart in question.charts
               if (chart.keeps_all or not only_unlost) and (not is_single(question) or name in (chart.id, chart.name)))


def has_finer_rows(question):
    """Whether rows may be shorter than points."""
    def is_relative(name, standard):
        text = question.get(name, standard)
        return not text.lstrip("-").isdigit() or abs(int(text)) <= 94_608_000
    if "virtual-points" in question.options or not is_single(question):
        return True
    is_natural = "natural-points" in question.options or is_relative("after", "-600") or is_relative("before", "0")
    return not is_natural and question.get("points", "1" if question.command == "badge.svg" else "0") != "0"


def without_unset(question, body):
    """The lines of a scrape, without those of dimensions that were not set lately."""
    def is_unset(line):
        found = re.search(r'chart="(.*?)",family=".*?",dimension="(.*?)"', line)
        return line.startswith("#") or found and (found[1], found[2]) in question.unset
    return "\n".join(line for line in body.split("\n") if not is_unset(line))


EXEMPTIONS = [
    Exemption("begin in ram", "1.37.1 begins a host's charts in ram as many points earlier as it has lost to replication",
              lambda q: q.mode == "ram" and (q.command in ("chart", "charts") or is_data(q)),
              without(r'"?(first_entry|duration)"?: \d+')),
    Exemption("points of the begin in ram", "the same, of charts that keep all their points: the lost ones are read too",
              lambda q: q.mode == "ram" and is_data(q) and loses_points(q), without(r'"?db_points_per_tier"?: \[ \d+ \]')),
    Exemption("rows of the begin in ram", "the same, where the window reaches back to them",
              lambda q: q.mode == "ram" and q.command in ("data", "badge.svg") and may_begin_early(q), lambda q, body: ""),
    Exemption("anomalous replication", "replicated points without a mark are anomalous for 1.37.1",
              lambda q: is_data(q) and q.options & {"anomaly-bit", "jw-anomaly-rates"} and may_begin_early(q, False), lambda q, body: ""),
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
              None),
    Exemption("google quotes", "a quote in a name is escaped here, so that it is JavaScript",
              lambda q: is_data(q) and q.options & {"google_json", "google-json"}, lambda q, body: body.replace("\\'", "'")),
    Exemption("dimensions not set", "1.37.1 scrapes as collected what was set since the last scrape, here it is what the chart has",
              is_as_collected, without_unset),
    Exemption("large numbers", "1.37.1 prints numbers that need more than 64 bits as 0", is_data, without(r"\d{19,}(\.\d+)?", "0")),
    Exemption("resets", "1.37.1 never says where a counter was reset, whatever its data table has columns for", is_data,
              lambda q, body: re.sub("RESET OR OVERFLOW|The counters have been wrapped.", "null", body).replace("'null'", "null").replace('"null"', "null")),
    Exemption("names in HTML", "names are escaped here, so that they are text", lambda q: is_data(q) and ("html" in (q.get("format"), "") or "html" in q.get("tqx")),
              lambda q, body: html.unescape(body)),
    Exemption("variables of charts", "1.37.1 has them only of hosts with health", lambda q: q.command in ("chart", "charts", "allmetrics"),
              lambda q, body: re.sub(r'"chart_variables": \{.*?\}|\n\w+_syn_gauge_limit[^\n]*', "", body, flags=re.S)),
    Exemption("patterns of label keys", "1.37.1 shows the labels that are called like the words of the pattern, here they are those that match it",
              lambda q: is_data(q) and re.search(r"[*!]", q.get("chart_label_key")), without(r'   "?chart_labels"?: \{.*?\},\n')),
    Exemption("zeros", "a zero has no sign here", lambda q: q.command == "allmetrics", lambda q, body: body.replace('="-0"', '="0"')),
    Exemption("precise badges", "numbers from 10^15 on have no decimals in them, whatever precision is asked for",
              lambda q: q.command == "badge.svg" and q.get("precision"),
              lambda q, body: re.sub(r'(width|x)="[\d.]+"', "", re.sub(r"(\d{15,})\.\d+", r"\1", body))),
    Exemption("zeros of a badge", "the same", lambda q: q.command == "badge.svg" and "-" in q.get("multiply"),
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
    elif answer.status == 200 and question.command in ("chart", "charts", "alarm_variables", "info") or question.get("format") == "json" and question.command == "allmetrics":
        body = document(question, body)
    elif question.command == "badge.svg":
        body = re.sub(r"<script.*?</script>", "", body, flags=re.S)
        # Sums of widths are rounded to hundredths of a pixel.
        body = re.sub(r'="(\d+\.\d\d)"', lambda m: f'="{float(m[1]):.1f}"', body)
    return f"{answer.status}\n{answer.headers}\n{body}"


def without_own_host(lines):
    """The parent itself has charts in the one and none in the other; what comments say of them does not say whose they are."""
    return [line for line in lines if line and not line.startswith("#") and 'instance="bench"' not in line]


def document(question, body):
    """JSON whose order means nothing."""
    try:
        value = json.loads(body)
    except ValueError:
        return "no JSON: " + body
    if question.command == "charts":
        for name in ("rrd_memory_bytes", "hosts", "hosts_count"):
            value.pop(name, None)
    if question.command == "info":
        # 1.37.1 does not know some of them until a while after its start.
        value = {name: None for name in value if not name.startswith("ndstream")}
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def difference(question, one, other):
    """None, or the two texts that are not equal. Counts the exemptions that it took."""
    a, b = plain(question, one), plain(question, other)
    used = []
    for exemption in EXEMPTIONS:
        if a == b:
            break
        if exemption.applies(question):
            if exemption.level:
                levelled = exemption.level(question, a), exemption.level(question, b)
            else:
                empty = b.endswith("[]") or not b.split("\n", 2)[2].strip()
                levelled = ("", "") if empty or "no data" in a + b else (a, b)
            if levelled != (a, b):
                used.append(exemption)
                a, b = levelled
    if a == b:
        for one in used:
            one.count += 1
        return None
    return a, b
