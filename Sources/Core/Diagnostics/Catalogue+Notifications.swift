// What can go wrong between an alarm's change and whoever should hear of it (health §5.5, §6).

extension Condition {
    public static let handlerNotStarted = Condition(
        "ND-N1",
        .error,
        "Failed to execute alarm handler '{path}': {reason}",
        sentence: "The program that sends notifications could not be started, so nobody is told.",
        causes: [
            "the file is not there, or not executable",
            "`script to execute on alarm` or an alarm's `exec` names something else than a program",
            "the limit of processes or open files is reached",
        ],
        fix: [
            "ls -l {path}", "or name the right one in netdata.conf:", "[health]",
            "    script to execute on alarm = PATH",
        ]
    )

    public static let handlerSays = Condition(
        "ND-N2",
        .info,
        "alarm handler '{path}': {line}",
        sentence: "The words of a program that sends notifications, from its standard error."
    )

    public static let handlerSaysTooMuch = Condition(
        "ND-N3",
        .warning,
        "alarm handlers wrote {count} more lines to their standard error, which are not logged.",
        sentence: "Programs that send notifications say more than the log takes.",
        causes: ["a handler that runs with tracing on", "a handler that fails for each of many alarms"],
        fix: ["run it by hand and read what it prints: sudo -u USER PATH test"]
    )

    public static let handlerTooSlow = Condition(
        "ND-N4",
        .error,
        "alarm handler '{path}' was ended: it ran for more than {seconds} seconds (alarm event {entry} of {host}).",
        sentence: "A program that sends notifications did not come to an end and was killed.",
        causes: ["it waits for a mail server or a web service that does not answer"],
        fix: ["run it by hand and see where it hangs: sudo -u USER PATH test"]
    )

    public static let notificationsDropped = Condition(
        "ND-N5",
        .error,
        "{count} notifications were not sent: more of them came than may be sent or wait ({path}, host {host} and others).",
        sentence: "So many alarms changed at once that not all could be notified; all of them are in the alarm log.",
        causes: [
            "an alarm whose status changes all the time", "a failure that many hosts see at once",
            "a handler that takes long for each notification",
        ],
        fix: [
            "give alarms that change often a longer delay in their health.d file:",
            "delay: up 1m down 15m multiplier 2 max 1h",
        ]
    )

    public static let notificationTooLong = Condition(
        "ND-N6",
        .error,
        "Failed to format command arguments: argument {number} of '{alarm}' of {host} has {bytes} bytes.",
        recognised: ["Failed to format command arguments"],
        sentence: "A notification was not sent, because one of its texts is too long.",
        causes: ["a very long `info`, expression or list of recipients of the alarm"],
        fix: ["shorten it in the alarm's health.d file"]
    )

    public static let alarmLogNotWritten = Condition(
        "ND-N7",
        .error,
        "cannot write the alarm log '{path}': {reason}. Alarms go on; it is tried again.",
        recognised: ["Cannot open health log file '{path}'.", "failed to save alarm log entry to '{path}'."],
        sentence: "What alarms do now is in memory only; a restart would forget it.",
        causes: ["the disk is full", "the node's user may not write there", "something else has the directory's name"],
        fix: ["ls -ld {directory}; df {directory}"]
    )

    public static let alarmLogWritten = Condition(
        "ND-N8",
        .info,
        "the alarm log '{path}' is written again; what was missing has been added.",
        sentence: "The alarm log could not be written for a while and is complete again."
    )

    public static let alarmLogDamaged = Condition(
        "ND-N9",
        .warning,
        "the alarm log '{path}' has {count} lines that are none and are skipped; {entries} entries were read.",
        sentence: "Parts of an alarm log could not be read; all others were.",
        causes: ["the machine lost power while it was written", "somebody edited it"],
        fix: ["nothing has to be done: it is written anew when it is rotated"]
    )

    public static let alarmLogNotRead = Condition(
        "ND-N12",
        .error,
        "cannot read the alarm log '{path}': {reason}. Its host's alarms begin anew.",
        sentence: "What the alarms of a host did before is not known, and they get new numbers.",
        causes: ["the node's user may not read it", "it is a directory or a link", "the disk is broken"],
        fix: ["ls -l {path}"]
    )

    public static let childLost = Condition(
        "ND-N10",
        .warning,
        "child {host} is lost: {how} at {since} ({seconds} seconds ago). "
            + "{status} is sent once for all alarms that watch its collection, {count} so far.",
        sentence: "A child is gone; instead of a notification for each of its charts one is sent.",
        causes: [
            "the machine or its node was stopped", "the network between is down",
            "the process is stopped or the machine hangs: then its connection stays open",
        ],
        fix: [
            "look at the child: systemctl status netdata",
            "if it comes and goes as it should, say so in stream.conf:", "[MACHINE_GUID]",
            "    is ephemeral node = yes",
            "to have a notification of each alarm, in netdata.conf:", "[health]",
            "    fold alarms of a lost child = no",
        ]
    )

    public static let childBack = Condition(
        "ND-N11",
        .info,
        "the loss of child {host} is over, which had begun at {since}. Notifications that were folded: {count}.",
        sentence: "A child whose loss was told is back and has stayed, or has left for good."
    )
}

extension Catalogue {
    static let notifications: [Condition] = [
        .handlerNotStarted, .handlerSays, .handlerSaysTooMuch, .handlerTooSlow, .notificationsDropped,
        .notificationTooLong, .alarmLogNotWritten, .alarmLogWritten, .alarmLogDamaged, .alarmLogNotRead, .childLost,
        .childBack,
    ]
}
