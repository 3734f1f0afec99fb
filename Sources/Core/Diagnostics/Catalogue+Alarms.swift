// What health.log says of alarms (health §5, §7): the original's lines.

extension Condition {
    public static let healthRuns = Condition(
        "ND-A40",
        .info,
        "[{host}]: Health is running.",
        sentence: "Alarms of a host are evaluated from now on."
    )

    public static let healthPostponedHere = Condition(
        "ND-A41",
        .info,
        "[{host}]: Postponing health checks for {seconds} seconds, because it was just connected.",
        sentence: "Alarms of a host wait for a moment after its child has connected."
    )

    public static let healthResumes = Condition(
        "ND-A42",
        .info,
        "[{host}]: Resuming health checks after delay.",
        sentence: "The time that alarms had to wait is over."
    )

    public static let healthWaitsForCharts = Condition(
        "ND-A43",
        .info,
        "[{host}]: Waiting for chart obsoletion check.",
        sentence: "Alarms wait until a child that has connected has said what charts it has."
    )

    public static let healthEnds = Condition(
        "ND-A44",
        .info,
        "[{host}]: Health thread ended.",
        recognised: ["[{host}]: Created new thread for client."],
        sentence: "Alarms of a host stay as they are: its child is gone, or health was switched off for it."
    )

    public static let healthReloads = Condition(
        "ND-A45",
        .info,
        "[{host}]: Reloading health.",
        recognised: ["[{host}]: Read health configuration.", "[{host}]: Netdata will not load stock alarms."],
        sentence: "The files of health.d were read again; all alarms begin anew."
    )

    public static let healthHibernation = Condition(
        "ND-A46",
        .info,
        "[{host}]: Postponing alarm checks for {seconds} seconds, because it seems that the system was just resumed from suspension.",
        sentence: "The machine has slept; what was not collected meanwhile says nothing."
    )

    public static let alarmEvent = Condition(
        "ND-A47",
        .info,
        "[{host}]: Alert event for [{alarm}], value [{value}], status [{status}].",
        sentence: "An alarm has another status."
    )

    public static let alarmSending = Condition(
        "ND-A48",
        .info,
        "[{host}]: Sending notification for alarm '{alarm}' status {status}.",
        sentence: "Somebody is told of an alarm: its handler is run."
    )

    public static let alarmSentBefore = Condition(
        "ND-A49",
        .info,
        "[{host}]: Health not sending again notification for alarm '{alarm}' status {status}",
        sentence: "Nobody is told of an alarm: they were told the same last."
    )

    public static let alarmNoClear = Condition(
        "ND-A50",
        .info,
        "[{host}]: Health not sending notification for alarm '{alarm}' status {status} (it has no-clear-notification enabled)",
        sentence: "Nobody is told that an alarm is over: its definition says so."
    )

    public static let alarmSilenced = Condition(
        "ND-A51",
        .info,
        "[{host}]: Health not sending notification for alarm '{alarm}' status {status} (command API has disabled notifications)",
        sentence: "Nobody is told of an alarm: it is silenced."
    )

    public static let alarmFolded = Condition(
        "ND-A52",
        .info,
        "[{host}]: Health not sending notification for alarm '{alarm}' status {status} (it is part of the lost child's)",
        sentence: "Nobody is told of an alarm: its child is lost, and that is told once."
    )
}

extension Condition {
    public static let healthNotStarted = Condition(
        "ND-A53",
        .error,
        "cannot evaluate alarms: {reason}",
        sentence: "Alarms are not evaluated: no thread of theirs could be made.",
        causes: ["no file descriptor is left"],
        fix: ["raise the limit of open files: LimitNOFILE= in the unit, or ulimit -n"]
    )
}

extension Condition {
    public static let alarmsTooMany = Condition(
        "ND-A54",
        .warning,
        "host '{host}' has more than {limit} alarms: no more of them are made",
        sentence: "Some of a host's charts have no alarms: it has as many as a host may have.",
        causes: [
            "the host sends a great many charts or dimensions",
            "a template with foreach is for charts with thousands of dimensions",
        ],
        fix: [
            "narrow the templates of health.d with families, charts or foreach", "find out what makes so many charts",
        ]
    )
}

extension Catalogue {
    static let alarms: [Condition] = [
        .healthRuns, .healthPostponedHere, .healthResumes, .healthWaitsForCharts, .healthEnds, .healthReloads,
        .healthHibernation, .alarmEvent, .alarmSending, .alarmSentBefore, .alarmNoClear, .alarmSilenced, .alarmFolded,
        .healthNotStarted, .alarmsTooMany,
    ]
}
