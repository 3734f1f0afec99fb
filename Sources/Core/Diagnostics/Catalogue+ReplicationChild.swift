// What a child says of its parent's requests for the past (streaming protocol §10).

extension Condition {
    private static let send = "STREAM {host} [send to {destination}]: "

    public static let replayMalformed = Condition(
        "ND-R20",
        .warning,
        level: .error,
        send + "malformed REPLAY_CHART command: {line}",
        sentence: "The parent asked for a chart's past in words that cannot be understood, and gets no answer.",
        causes: ["the parent is of a version that speaks otherwise than it agreed to", "the far end is no Netdata"],
        fix: ["switch replication off until it is clear who is wrong:", "[db]", "    enable replication = no"]
    )

    public static let replayRefused = Condition(
        "ND-R21",
        .warning,
        level: .error,
        send + "request for the past of '{line}' refused: no chart of this host, or too many requests wait.",
        sentence: "The parent asked for the past of more charts than a host can have, or of one that cannot be here.",
        causes: ["the far end is no Netdata", "a fault in the parent"],
        fix: ["look at the parent's error.log; this node goes on with everything else"]
    )

    public static let parentLineTooLong = Condition(
        "ND-R22",
        .warning,
        level: .error,
        send + "line of the parent is too long, ignoring it: {line}",
        sentence: "The parent sent a line longer than any command is, and it was left out.",
        causes: ["the far end is no Netdata", "a fault in the parent"],
        fix: ["look at the parent's error.log; this node goes on with everything else"]
    )
}

extension Catalogue {
    static let replicationChild: [Condition] = [.replayMalformed, .replayRefused, .parentLineTooLong]
}
