// What `keygen --check` says of one key.

extension Catalogue {
    static let keys: [Condition] = [
        .keyUnreadable, .keyGuessable, .keyNotRandom, .keyInUse, .keyNowhere, .keyNearAnother, .keySwitchedOff,
    ]
}

extension Condition {
    public static let keyUnreadable = Condition(
        "ND-K91",
        .error,
        "'{value}' is no API key: {reason}",
        sentence: "API keys are GUIDs: 32 hexadecimal digits in five groups, 8-4-4-4-12.",
        causes: ["the key was made up", "something was lost or added when it was copied"],
        fix: ["make one: ndstream keygen"]
    )
    public static let keyGuessable = Condition(
        "ND-K92",
        .error,
        "{key} is no secret: {reason}",
        sentence: "Nodes accept this key, but it is among the first that come to the mind of somebody who has none.",
        causes: ["an example was taken as it is, or the key was typed"],
        fix: ["make one of your own: ndstream keygen"]
    )
    public static let keyNotRandom = Condition(
        "ND-K93",
        .info,
        "{key} is a GUID of {kind}, which is accepted: {reason}",
        sentence: "Only GUIDs of version 4 are random numbers; the others are made so that none comes twice.",
        fix: ["where the key is to be a secret, make one: ndstream keygen"]
    )
    public static let keyInUse = Condition(
        "ND-K94",
        .info,
        "{key} stands here: {use}",
        sentence: "A configuration of this machine knows the key."
    )
    public static let keyNowhere = Condition(
        "ND-K95",
        .info,
        "{key} stands in none of these files: {files}",
        sentence: "No configuration of this machine knows the key."
    )
    public static let keyNearAnother = Condition(
        "ND-K96",
        .warning,
        "{key} is not the key that stands here, but nearly: {difference}",
        sentence: "The key is unknown, and so like a known one that it is probably that one with a mistake.",
        causes: ["the key was typed, or a digit got lost when it was copied"],
        fix: ["copy the whole key again"]
    )
    public static let keySwitchedOff = Condition(
        "ND-K97",
        .warning,
        "{key} is refused here: its section is not enabled",
        sentence: "Keys are disabled unless they say otherwise.",
        causes: ["enabled = yes is missing, or the key was switched off on purpose"],
        fix: ["add enabled = yes to the section, then tell the parent: kill -HUP its process"]
    )
}
