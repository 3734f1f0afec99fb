/// What the web API refuses: the text is the answer's body (web API §2, §4, §7.1).
extension Condition {
    public static let unknownHostInURL = Condition(
        "ND-W20",
        .warning,
        "This netdata does not maintain a database for host: {host}",
        sentence: "Somebody asked for a host that this node does not know.",
        causes: [
            "the host has not connected since the node started", "it is gone so long that it was forgotten",
            "the name is another one than the host's hostname and machine GUID",
        ],
        fix: ["curl -s http://localhost:19999/api/v1/info", "and take a name or GUID of mirrored_hosts_status"]
    )

    public static let chartNotFound = Condition(
        "ND-W21",
        .warning,
        "Chart is not found: {chart}",
        sentence: "Somebody asked for a chart that the host does not have.",
        causes: ["nothing collects it on that host", "the name is neither a chart's id nor its name"],
        fix: ["curl -s http://localhost:19999/api/v1/charts"]
    )

    public static let nothingMatchesQuery = Condition(
        "ND-W22",
        .warning,
        "No metrics where matched to query.",
        sentence: "A query has no answer: no such chart, no such dimension, or nothing stored at that time.",
        causes: [
            "the chart or dimension is called otherwise", "the time lies before or after all that is stored",
            "the host keeps no history (mode none)",
        ],
        fix: ["curl -s 'http://localhost:19999/api/v1/chart?chart=CHART'", "and compare first_entry and last_entry"]
    )

    public static let queryTooLarge = Condition(
        "ND-W23",
        .warning,
        "The query asks for too much: {what}. Ask for fewer points, dimensions or charts.",
        sentence: "A query was refused because its answer would take too much memory or time.",
        causes: ["all points of many charts were asked for at once"],
        fix: ["give points=, or ask for one chart at a time"]
    )

    public static let queryTimedOut = Condition(
        "ND-W24",
        .warning,
        "Query timeout exceeded",
        sentence: "A query was given up because its client allowed it less time than it took.",
        causes: ["the node is busy", "the parameter timeout= is very small"],
        fix: ["ask for fewer points or charts, or leave timeout= out"]
    )

    // MARK: Files

    public static let noWebDirectory = Condition(
        "ND-W25",
        .warning,
        "The web files directory {path} has no page to show: {reason}.",
        sentence: "A dashboard was asked for that is not there: browsers are told that the file does not exist.",
        causes: [
            "the dashboard is not installed", "the path is another one", "the user of the node may not read it",
        ],
        fix: [
            "apt install netdata-web", "in netdata.conf:", "[directories]", "    web = /usr/share/netdata/web",
            "or leave that line out: then the built-in page is shown",
        ]
    )
}

extension Catalogue {
    static let web: [Condition] = [
        .unknownHostInURL, .chartNotFound, .nothingMatchesQuery, .queryTooLarge, .queryTimedOut, .noWebDirectory,
    ]
}
