import Transport

private typealias Parameter = APIOperation.Parameter

private let chart = Parameter("chart", isRequired: true, "The id or the name of a chart.")
private let noChart = (status: 400, reason: "No chart is named.")
private let unknownChart = (status: 404, reason: "There is no such chart.")

/// The window of a query.
private let window = [
    Parameter("after", .integer, "Where it begins: Unix seconds, or seconds before its end when negative."),
    Parameter("before", .integer, "Where it ends: Unix seconds, or seconds before now when negative; 0 is now."),
]

/// What is made of the points in a window.
private let grouping = [
    Parameter("points", .integer, "How many rows; 0 is all there are."),
    Parameter(
        "group",
        .words([
            "average", "sum", "min", "max", "median", "trimmed-median", "trimmed-mean", "percentile",
            "incremental-sum", "stddev", "cv", "ses", "des", "countif",
        ]),
        "How points become one row."
    ),
    Parameter("group_options", "What percentile, trimmed-mean, trimmed-median and countif take."),
    Parameter("gtime", .integer, "Seconds that rates are converted to."),
    Parameter(
        "options",
        "Words with commas or | between them: nonzero, flip, jsonwrap, min2max, ms, seconds, abs, null2zero, objectrows, "
            + "google_json, percentage, unaligned, match-ids, match-names, natural-points, virtual-points, all-dimensions."
    ),
]

private let labels = [
    Parameter("chart_label_key", "A pattern for the keys of labels that a chart must have."),
    Parameter("chart_labels_filter", "Patterns key:value, one of which a chart's labels must fit."),
]

private let dimensions = Parameter(
    "dimensions",
    "Patterns for ids or names of dimensions, with commas or | between them."
)

private let contextParameters =
    [
        Parameter(
            "options",
            "Words with commas or | between them: full, charts, dimensions, labels, queue, flags, uuids, deleted, hidden, "
                + "deepscan."
        ),
        dimensions,
    ] + window + labels

private let alarmMarks = [
    Parameter("all", .mark, "All alarms, not only those that are raised."),
    Parameter("active", .mark, "Those that are raised."),
]

extension APIOperation {
    /// Every address below `/api/` (web API §4), in the order of the alphabet.
    static let table: [APIOperation] = [
        APIOperation("v1/aclk", "Whether the node is claimed; none is."),
        APIOperation(
            "v1/alarm_count",
            "How many alarms have a status.",
            [
                Parameter(
                    "status",
                    .words(["RAISED", "REMOVED", "UNDEFINED", "UNINITIALIZED", "CLEAR", "WARNING", "CRITICAL"]),
                    "Which one."
                ), Parameter("context", "Only of charts of this context; may be repeated."),
            ]
        ),
        APIOperation(
            "v1/alarm_log",
            "What has become of alarms, the latest first.",
            [
                Parameter("after", .integer, "Only entries with a higher unique id."),
                Parameter("chart", "Only those of this chart."),
            ]
        ),
        APIOperation(
            "v1/alarm_variables",
            "What expressions of alarms may name on a chart.",
            [chart],
            refusals: [noChart, unknownChart]
        ),
        APIOperation("v1/alarms", "The alarms of a host.", alarmMarks),
        APIOperation("v1/alarms_values", "What changes of the alarms of a host.", alarmMarks),
        APIOperation(
            "v1/allmetrics",
            "The latest values of all charts.",
            [
                Parameter("format", .words(["shell", "json", "prometheus", "prometheus_all_hosts"]), "In which form."),
                Parameter("filter", "A simple pattern for charts."),
                Parameter("server", "Who asks: average and sum are those since it asked before."),
                Parameter("prefix", "What metrics' names begin with."),
                Parameter("source", .words(["average", "sum", "as-collected"]), "Which values."),
                Parameter("help", .words(["no", "yes"]), "Whether metrics are described."),
                Parameter("types", .words(["no", "yes"]), "Whether the types of metrics are told."),
                Parameter("names", .words(["yes", "no"]), "Whether names are used in place of ids."),
                Parameter("timestamps", .words(["yes", "no"]), "Whether values have their time."),
                Parameter("variables", .words(["no", "yes"]), "Whether variables are metrics too."),
                Parameter("oldunits", .words(["no", "yes"]), "Whether units have their old names."),
                Parameter("hideunits", .words(["no", "yes"]), "Whether units are left out of names."),
            ],
            types: ["text/plain", "application/json"],
            refusals: [(400, "There is no such format.")]
        ),
        APIOperation("v1/archivedcharts", "Charts of which only stored points are left."),
        APIOperation(
            "v1/badge.svg",
            "A value as a picture.",
            [
                chart, Parameter("alarm", "The value of this alarm."), dimensions,
                Parameter("label", "The text on the left."), Parameter("units", "What follows the value."),
                Parameter("label_color", "A colour's name, or RGB."),
                Parameter("value_color", "A colour, or conditions such as green<10|red."),
                Parameter("text_color_lbl", "Of the text on the left."),
                Parameter("text_color_val", "Of the value."), Parameter("multiply", .integer, "Makes it larger."),
                Parameter("divide", .integer, "Makes it smaller."), Parameter("precision", .integer, "Decimals."),
                Parameter("scale", .integer, "Percent of its usual size."),
                Parameter("fixed_width_lbl", .integer, "Pixels of the left part."),
                Parameter("fixed_width_val", .integer, "Pixels of the right part."),
                Parameter("refresh", "Seconds until a browser asks again, or auto."),
            ] + window + grouping,
            types: ["image/svg+xml"],
            refusals: [noChart, (503, "The query took longer than it may.")]
        ),
        APIOperation("v1/chart", "One chart.", [chart], refusals: [noChart, unknownChart]),
        APIOperation("v1/charts", "All charts of a host."),
        APIOperation(
            "v1/conditions",
            "What codes mean, their usual causes and what to do.",
            [Parameter("code", "One or several, between `,` or `|`; without it all are told.")]
        ),
        APIOperation(
            "v1/context",
            "One context.",
            [Parameter("context", isRequired: true, "Its name.")] + contextParameters,
            refusals: [(400, "No context is named."), (404, "There is no such context.")]
        ),
        APIOperation("v1/contexts", "The contexts of all charts.", contextParameters),
        APIOperation(
            "v1/data",
            "Values of a chart, or of all charts of a context.",
            [
                Parameter("chart", "The id or the name of a chart, or a pattern for some."),
                Parameter("context", "A pattern for contexts, in place of a chart."), dimensions,
            ] + window + grouping + [
                Parameter(
                    "format",
                    .words([
                        "json", "jsonp", "ssv", "ssvcomma", "array", "csv", "csvjsonarray", "tsv", "tsv-excel",
                        "markdown", "html", "datatable", "datasource",
                    ]),
                    "In which form."
                ), Parameter("callback", "The function that jsonp calls."),
                Parameter("filename", "The name under which a browser saves it."),
                Parameter("tqx", "What Google's charts send."),
                Parameter("timeout", .integer, "Milliseconds after which it is given up; 0 is never."),
                Parameter("tier", .integer, "The tier of the database to read."),
                Parameter("show_dimensions", "Anything: lists all dimensions of the charts."),
            ] + labels,
            types: [
                "application/json", "text/plain", "text/html", "application/x-javascript",
            ],
            refusals: [
                (400, "Neither chart nor context is named, or the answer would be too large."),
                (404, "Nothing is stored of it at that time."), (503, "It took longer than it may."),
            ]
        ),
        APIOperation(
            "v1/dbengine_stats",
            "What the database on disk holds.",
            refusals: [(404, "The host's database is none on disk.")]
        ),
        APIOperation(
            "v1/function",
            "Functions of plugins; none is served.",
            [Parameter("function", "Its name."), Parameter("timeout", .integer, "Seconds.")]
        ),
        APIOperation("v1/functions", "Functions of plugins; none is served."),
        APIOperation("v1/info", "What the node is and whom it mirrors."),
        APIOperation(
            "v1/manage/health",
            "Silences alarms, or switches them off.",
            [
                Parameter(
                    "cmd",
                    .words(["LIST", "SILENCE ALL", "DISABLE ALL", "SILENCE", "DISABLE", "RESET"]),
                    "What to do."
                ),
                Parameter("alarm", "A pattern for names of alarms."), Parameter("chart", "A pattern for charts."),
                Parameter("context", "A pattern for contexts."), Parameter("hosts", "A pattern for hosts."),
                Parameter("families", "A pattern for families."),
            ],
            types: ["text/plain", "application/json"],
            needsKey: true
        ),
        APIOperation(
            "v1/manage/host",
            "Forgets a host that is not connected.",
            [Parameter("forget", isRequired: true, "Its machine GUID.")],
            method: .post,
            types: ["text/plain"],
            refusals: [
                (400, "No machine GUID."), (404, "There is no such host."), (409, "The host is connected."),
            ],
            needsKey: true
        ),
        APIOperation("v1/openapi.json", "This description."),
        APIOperation(
            "v1/registry",
            "Which dashboards a browser has seen.",
            [
                Parameter("action", .words(["hello", "access", "delete", "search", "switch"]), "What to do."),
                Parameter("machine", "The machine GUID of the dashboard that asks."),
                Parameter("name", "What it is called."), Parameter("url", "Where it is."),
                Parameter("delete_url", "What is forgotten."), Parameter("for", "The machine that is searched for."),
                Parameter("to", "The person that the browser becomes."),
            ],
            refusals: [
                (400, "Something is missing."), (404, "Nothing is known of it."), (412, "It is no GUID or no URL."),
                (430, "Nobody known asks."), (431, "Nobody known is meant."), (432, "The machine is not known."),
                (433, "Who asks does not know the machine."), (434, "Who is meant does not know the machine."),
            ]
        ),
        APIOperation("v1/streaming", "The status document: hosts, their connections, problems, refusals, links."),
        APIOperation(
            "v3/stream_info",
            "What children ask before they connect.",
            [Parameter("machine_guid", "Of the child.")]
        ),
    ]
}
