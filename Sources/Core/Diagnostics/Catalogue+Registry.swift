/// The registry and what else the API says of the node itself (web API §4, §8.4, §10).
extension Condition {
    public static let registryNotRead = Condition(
        "ND-W35",
        .error,
        "REGISTRY: cannot read {file}: {reason}. It starts empty, and what it learns is not kept.",
        sentence: "The file with what the registry knew cannot be read, so nothing is written over it.",
        causes: ["the file belongs to another user", "its directory is not readable", "the disk is broken"],
        fix: ["ls -l {file}", "and restart the node when it can read the file"]
    )

    public static let registryDamaged = Condition(
        "ND-W36",
        .warning,
        "REGISTRY: {count} lines of {file} are no entries, the first is line {line}. They are left out.",
        sentence: "Part of what the registry knew is lost.",
        causes: ["the disk was full or lost power while it was written", "somebody has edited the file"],
        fix: ["nothing needs to be done: whoever visits a dashboard again is known again"]
    )

    public static let registryNotWritten = Condition(
        "ND-W37",
        .error,
        "REGISTRY: cannot write {file}: {reason}. What it learns is in memory until this works again.",
        sentence: "What the registry learns would be lost if the node ended now.",
        causes: ["the disk is full", "the directory is not writable", "the disk is broken"],
        fix: ["df -h {file}", "ls -ld $(dirname {file})"]
    )

    public static let registryWrittenAgain = Condition(
        "ND-W38",
        .info,
        "REGISTRY: {file} is written again, nothing was lost.",
        sentence: "The registry's files can be written again."
    )

    public static let registryFull = Condition(
        "ND-W39",
        .warning,
        "REGISTRY: it knows {limit} people or all that fits, so {count} of them are forgotten: those who came once only, then "
            + "those away longest.",
        sentence: "More browsers come to the registry than it remembers.",
        causes: ["somebody asks again and again without keeping cookies", "the registry serves very many people"],
        fix: [
            "set [registry] allow from to the addresses that may use it",
            "and keep [registry] verify browser cookies support = yes",
        ]
    )

    public static let engineNotEnabled = Condition(
        "ND-W40",
        .warning,
        "dbengine is not enabled",
        sentence: "Somebody asked for figures of the disk engine, and no host of this node is kept by it.",
        causes: ["[db] mode is not dbengine"],
        fix: ["set [db] mode = dbengine in netdata.conf, and restart"]
    )

    public static let noContextGiven = Condition(
        "ND-W41",
        .warning,
        "No context is given at the request.",
        sentence: "Somebody asked for a context without saying which.",
        causes: ["the parameter context= is missing or empty"],
        fix: ["curl -s http://localhost:19999/api/v1/contexts", "and take a name of contexts"]
    )
}

extension Catalogue {
    static let registry: [Condition] = [
        .registryNotRead, .registryDamaged, .registryNotWritten, .registryWrittenAgain, .registryFull,
        .engineNotEnabled,
        .noContextGiven,
    ]
}
