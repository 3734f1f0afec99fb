// What can be wrong with the directories of health.d, and with what stands in their files without being wrong by itself.

extension Condition {
    public static let healthUnreadable = Condition(
        "ND-A15",
        .error,
        "Health configuration cannot read '{file}': {reason}",
        recognised: ["Health configuration cannot read file '{file}'."],
        sentence: "A file or directory of alarms cannot be read; its alarms do not exist.",
        causes: ["permissions", "a link to a file that is gone", "a file that is too long or no file"],
        fix: ["make it readable for the node's user, or take it away"]
    )

    public static let healthLinkOutside = Condition(
        "ND-A16",
        .warning,
        "Health configuration '{file}' is a link to '{target}', outside of its directory. Ignoring it.",
        sentence: "Links out of health.d are not followed. A stock file of the same name is replaced all the same.",
        causes: ["a file that is kept elsewhere and was linked"],
        fix: ["copy it into the directory, or set [directories] health config to where the files are"]
    )

    public static let healthTooMany = Condition(
        "ND-A17",
        .error,
        "Health configuration has more than {limit} {what}: those from '{file}' on are ignored.",
        sentence: "There are more files or alarms than a node reads.",
        causes: ["a directory of something else is taken for health.d"],
        fix: ["set [directories] health config to the directory of the alarms"]
    )

    public static let healthTooDeep = Condition(
        "ND-A18",
        .warning,
        "Health configuration directory '{file}' lies more than {limit} directories deep. Ignoring it.",
        sentence: "Directories of alarms are looked into, but not without end.",
        causes: ["a directory of something else is taken for health.d"],
        fix: ["move its files up"]
    )

    public static let healthNeverTrue = Condition(
        "ND-A20",
        .warning,
        "Health configuration at line {line} of file '{file}': {key} of alarm '{alarm}' can never be true: {expression}",
        sentence: "An alarm can never be raised by this expression, whatever its variables are.",
        causes: [
            "bounds that exclude each other", "a comparison with nan, which only == and != can make",
            "`? :` binds more tightly than comparisons: `$this > 3 ? 1 : 2` is `$this > (3 ? 1 : 2)`",
        ],
        fix: ["put comparisons into parentheses: `($this > 3) ? (1) : (2)`; it was understood as {parsed}"]
    )

    public static let healthAlwaysTrue = Condition(
        "ND-A21",
        .info,
        "Health configuration at line {line} of file '{file}': {key} of alarm '{alarm}' is always true: {expression}",
        sentence: "An alarm is raised from its first evaluation on and stays so."
    )

    public static let healthUnknownVariable = Condition(
        "ND-A22",
        .warning,
        "Health configuration at line {line} of file '{file}': {key} of alarm '{alarm}' uses ${variable}, which no chart has that it matches",
        sentence: "A variable is none of the alarm, nor of the charts, families and hosts that are known here.",
        causes: [
            "a spelling mistake", "a dimension that has another id and name",
            "a variable that a plugin sets while it runs, which nobody can know before",
        ],
        fix: ["/api/v1/alarm_variables?chart=CHART lists what there is"]
    )

    public static let healthMatchesNothing = Condition(
        "ND-A23",
        .warning,
        "Health configuration at line {line} of file '{file}': {kind} '{alarm}' matches no chart of the {hosts} known here",
        sentence: "An alarm of the node's own files watches nothing that was ever collected.",
        causes: [
            "a spelling mistake in `on:`", "`on:` of a template is a context, of an alarm a chart's id or name",
            "families, charts, plugin, module or hosts exclude all of them", "the chart has not been collected yet",
        ],
        fix: ["/api/v1/charts lists all charts with their contexts"]
    )

    public static let healthStockUnused = Condition(
        "ND-A24",
        .info,
        "{count} of {all} stock alarms match no chart of the {hosts} known here",
        sentence: "The alarms that come with the program are for everything that can be collected."
    )

    public static let healthNoDimension = Condition(
        "ND-A25",
        .warning,
        "Health configuration at line {line} of file '{file}': lookup of alarm '{alarm}' is {word} '{patterns}', which matches no dimension of its charts",
        sentence: "A lookup asks for dimensions that the charts don't have; its value is nan.",
        causes: ["a spelling mistake", "words behind `of` have commas between them, no blanks"],
        fix: ["/api/v1/chart?chart=CHART lists the dimensions"]
    )

    public static let healthNothingKnown = Condition(
        "ND-A26",
        .info,
        "no chart of any host is known here: whether alarms match, and their variables, cannot be checked",
        sentence: "Charts are known from the database's files, so only of a node that has run with one."
    )
}

extension Catalogue {
    static let healthChecks: [Condition] = [
        .healthUnreadable, .healthLinkOutside, .healthTooMany, .healthTooDeep, .healthNeverTrue, .healthAlwaysTrue,
        .healthUnknownVariable, .healthMatchesNothing, .healthStockUnused, .healthNoDimension, .healthNothingKnown,
    ]
}
