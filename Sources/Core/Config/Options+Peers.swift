/// What is said of one API key, and what is said of one machine: the same things under two names.
private struct Pair {
    let key: String?
    let machine: String?
    let kind: Option.Kind
    let keyDefault: Option.Default
    let machineDefault: Option.Default
    /// Names that mean it in a key's section, and in a machine's.
    let keyAliases: [String]
    let machineAliases: [String]
    let sentence: String

    init(
        _ key: String?,
        _ machine: String?,
        _ kind: Option.Kind,
        _ keyDefault: Option.Default,
        machineDefault: Option.Default = .none,
        also both: [String] = [],
        alsoForKey forKey: [String] = [],
        _ sentence: String
    ) {
        self.key = key
        self.machine = machine
        self.kind = kind
        self.keyDefault = keyDefault
        self.machineDefault = machineDefault
        keyAliases = both + forKey
        machineAliases = both
        self.sentence = sentence
    }
}

private func same(_ section: String, _ name: String) -> Option.Default { .option(Option.Name(section, name)) }

extension Option {
    private static let pairs = [
        Pair("type", "type", .words(["api", "machine"]), .none, "Whether the section is a key's or a machine's."),
        Pair(
            "enabled",
            "enabled",
            .boolean,
            .text("no"),
            machineDefault: .text("yes"),
            "Whether children may connect with it."
        ),
        Pair("allow from", "allow from", .access, .text("*"), machineDefault: .text("*"), "Where they may come from."),
        Pair(
            "default history",
            "history",
            .entries(5 ... .max),
            same("db", "retention"),
            also: ["retention"],
            "How many points each dimension keeps."
        ),
        Pair(
            "default memory mode",
            "memory mode",
            .mode,
            same("db", "mode"),
            also: ["db"],
            alsoForKey: ["default memory"],
            "Where their samples are kept."
        ),
        Pair(
            "health enabled by default",
            "health enabled",
            .triState,
            same("health", "enabled"),
            alsoForKey: ["health enabled"],
            "Whether their alarms are evaluated; auto does so while they are connected."
        ),
        Pair(
            "default postpone alarms on connect seconds",
            "postpone alarms on connect seconds",
            .seconds(0 ... .max),
            .text("60"),
            also: ["postpone alerts on connect", "postpone alarms on connect"],
            "How long alarms wait after they connect."
        ),
        Pair(
            "default proxy enabled",
            "proxy enabled",
            .boolean,
            same("stream", "enabled"),
            alsoForKey: ["proxy enabled"],
            "Whether their metrics are streamed on."
        ),
        Pair(
            "default proxy destination",
            "proxy destination",
            .destinations,
            same("stream", "destination"),
            alsoForKey: ["proxy destination"],
            "Where their metrics are streamed on to."
        ),
        Pair(
            "default proxy api key",
            "proxy api key",
            .guid,
            same("stream", "api key"),
            alsoForKey: ["proxy api key"],
            "The key with which they are streamed on."
        ),
        Pair(
            "default proxy send charts matching",
            "proxy send charts matching",
            .pattern,
            same("stream", "send charts matching"),
            alsoForKey: ["proxy send charts matching"],
            "Which of their charts are streamed on."
        ),
        Pair(
            "enable compression",
            "enable compression",
            .boolean,
            same("stream", "enable compression"),
            "Whether their streams may be compressed; [stream] enable compression must say so too."
        ),
        Pair(
            "enable replication",
            "enable replication",
            .boolean,
            same("db", "enable replication"),
            "Whether they may fill the gap since their last connection."
        ),
        Pair(
            "seconds to replicate",
            "seconds to replicate",
            .seconds(0 ... .max),
            same("db", "seconds to replicate"),
            also: ["replication period"],
            "How far back a gap is filled."
        ),
        Pair(
            "seconds per replication step",
            "seconds per replication step",
            .seconds(1 ... .max),
            same("db", "seconds per replication step"),
            also: ["replication step"],
            "How much of a gap is asked for at once."
        ),
        Pair(
            "compression algorithms order",
            "compression algorithms order",
            .text,
            same("stream", "compression algorithms order"),
            "Which compressions are preferred; this version speaks lz4."
        ),
        Pair(
            "is ephemeral node",
            "is ephemeral node",
            .boolean,
            .text("no"),
            "Whether nobody need wonder when they go."
        ),
        Pair(
            nil,
            "update every",
            .seconds(1...600),
            .none,
            "How often the machine is expected to collect; without it what it says itself."
        ),
        Pair(nil, "host tags", .text, .none, "The machine's tags; without them what it says itself."),
    ]

    static let apiKey = pairs.compactMap { pair in
        pair.key.map { name in
            Option(
                "API_KEY",
                name,
                pair.kind,
                pair.keyDefault,
                file: .stream,
                also: pair.keyAliases.filter { $0 != name }.map { Name("API_KEY", $0) },
                pair.sentence
            )
        }
    }

    /// What a machine's section leaves out is taken from its key's.
    static let machine = pairs.compactMap { pair in
        pair.machine.map { name in
            Option(
                "MACHINE_GUID",
                name,
                pair.kind,
                pair.machineDefault,
                file: .stream,
                also: pair.machineAliases.filter { $0 != name }.map { Name("MACHINE_GUID", $0) },
                pair.sentence
            )
        }
    }

    /// What an option of the one kind of section is called in the other.
    static func partner(of name: String, in section: String) -> String? {
        let pair = pairs.first { section == "API_KEY" ? $0.machine == name : $0.key == name }
        return section == "API_KEY" ? pair?.key : pair?.machine
    }
}
