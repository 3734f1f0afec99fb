// What a configuration may ask for and this version cannot do.

extension Condition {
    public static let configModeOnDisk = Condition(
        "ND-K70",
        .info,
        "'{name} = {value}' is not part of this version: samples are kept in memory as in mode ram",
        sentence: "This version keeps nothing on a disk, so a restart begins with an empty database.",
        fix: ["say so: ram instead of {value}"]
    )

    public static let configDefaultModeOnDisk = Condition(
        "ND-K71",
        .info,
        "'{name}' is not set and its default, {value}, is not part of this version: as in mode ram",
        sentence: "This version keeps nothing on a disk, so a restart begins with an empty database."
    )

    public static let configFeatureMissing = Condition(
        "ND-K72",
        .warning,
        "this version has no {feature}: {instead}",
        sentence: "Something is asked for that this version cannot do.",
        causes: ["the file was written for Netdata"],
        fix: ["take it out of the file, or use a version that can do it"]
    )

    public static let configFeatureNoted = Condition(
        "ND-K73",
        .info,
        "{feature} does not exist in this version yet: {instead}",
        sentence: "Something is asked for that this version cannot do; everything else works without it."
    )
}

extension Catalogue {
    /// What a starting node says in its log even where it is only a note.
    public static let missing: [Condition] = [
        .configModeOnDisk, .configDefaultModeOnDisk, .configFeatureMissing, .configFeatureNoted,
    ]
}
