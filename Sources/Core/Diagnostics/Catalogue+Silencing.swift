// What is kept of commands that silence alarms (health §8).

extension Condition {
    public static let silencersDamaged = Condition(
        "ND-V1",
        .error,
        "Health silencers of file '{file}' are not understood and none counts: {reason}.",
        sentence:
            "The file that keeps which alarms are silenced or disabled is damaged: all alarms are evaluated and notified.",
        causes: ["it was edited by hand", "the original wrote a quote in a pattern as it came"],
        fix: ["give the commands again (api/v1/manage/health): the next change writes the file anew", "or remove it"]
    )

    public static let silencersUnreadable = Condition(
        "ND-V2",
        .error,
        "Health silencers of file '{file}' cannot be read and none counts: {reason}.",
        sentence: "The file that keeps which alarms are silenced or disabled cannot be read.",
        causes: ["it belongs to another user", "it is no file, or larger than any that the node writes"],
        fix: ["give it to the user the node runs as, or remove it"]
    )

    public static let silencersNotSaved = Condition(
        "ND-V3",
        .error,
        "WARNING: Health silencers are in force but could not be saved: {reason}.",
        sentence: "Which alarms are silenced or disabled will be forgotten when the node ends.",
        causes: ["the disk is full", "the node's user may not write to its lib directory"],
        fix: ["make room, or make LIBDIR writable, and give the command again"]
    )
}

extension Catalogue {
    static let silencing: [Condition] = [.silencersDamaged, .silencersUnreadable, .silencersNotSaved]
}
