// What a configuration may ask for and this version cannot do.

extension Condition {
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
        .configFeatureMissing, .configFeatureNoted,
    ]
}
