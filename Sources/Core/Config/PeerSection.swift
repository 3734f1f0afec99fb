public import Basics

/// What stream.conf says of one API key or of one machine (streaming protocol §15.3); `nil` where it says nothing.
public struct PeerSection: Sendable {
    public enum Kind: Sendable, Equatable {
        /// An API key: defaults for whoever comes with it.
        case key
        /// One machine, by its GUID.
        case machine
        /// Neither its type nor its options tell: a key, unless a machine of this GUID is known.
        case undecided
        /// `type` is something that doesn't exist: good for nothing.
        case other(String)

        /// The word that a refusal calls it by.
        public var word: String {
            switch self {
            case .key, .undecided: "api"
            case .machine: "machine"
            case .other(let word): word
            }
        }
    }

    public let guid: GUID
    public let kind: Kind
    /// The line of the section, or the option that made it.
    public let origin: Origin

    public var isEnabled: Sourced<Bool>?
    public var allowFrom: Sourced<AccessList>?
    /// Points per dimension.
    public var history: Sourced<Int>?
    public var mode: Sourced<DatabaseMode>?
    public var health: Sourced<TriState>?
    public var postponeAlarmsSeconds: Sourced<Int>?
    public var proxyEnabled: Sourced<Bool>?
    public var proxyDestination: Sourced<String>?
    public var proxyKey: Sourced<String>?
    public var proxySendChartsMatching: Sourced<String>?
    public var enableCompression: Sourced<Bool>?
    public var enableReplication: Sourced<Bool>?
    public var secondsToReplicate: Sourced<Int>?
    public var secondsPerReplicationStep: Sourced<Int>?
    /// Only of a machine.
    public var updateEvery: Sourced<Int>?
    /// Only of a machine.
    public var hostTags: Sourced<String>?
    public var isEphemeral: Sourced<Bool>?

    /// Whether it can be an API key.
    ///
    /// - Parameter known: whether a machine of this GUID is known, which decides where nothing else does.
    public func isKey(known: Bool) -> Bool { kind == .key || kind == .undecided && !known }

    /// Whether it can be a machine's.
    public var isMachine: Bool { kind == .machine || kind == .undecided }

    init(_ declaration: PeerDeclaration, _ settings: Settings) {
        guid = declaration.guid
        kind = declaration.kind
        origin = declaration.origin
        let reader = PeerReader(section: guid.description, template: declaration.template, settings: settings)
        isEnabled = reader.boolean("enabled")
        allowFrom = reader.text("allow from")?.map { AccessList($0) }
        history = reader.number("default history", "history")
        mode = reader.text("default memory mode", "memory mode")?.map(Values.mode)
        health = reader.health("health enabled by default", "health enabled")
        postponeAlarmsSeconds = reader.number(
            "default postpone alarms on connect seconds",
            "postpone alarms on connect seconds"
        )
        proxyEnabled = reader.boolean("default proxy enabled", "proxy enabled")
        proxyDestination = reader.text("default proxy destination", "proxy destination")
        proxyKey = reader.text("default proxy api key", "proxy api key")
        proxySendChartsMatching = reader.text("default proxy send charts matching", "proxy send charts matching")
        enableCompression = reader.boolean("enable compression")
        enableReplication = reader.boolean("enable replication")
        secondsToReplicate = reader.number("seconds to replicate")
        secondsPerReplicationStep = reader.number("seconds per replication step")
        updateEvery = reader.number("update every")
        hostTags = reader.text("host tags")
        isEphemeral = reader.boolean("is ephemeral node")
    }
}

/// Reads the values of one GUID's section under the names of its kind.
private struct PeerReader {
    let section: String
    let template: String
    let settings: Settings

    func text(_ key: String, _ machine: String? = nil) -> Sourced<String>? {
        settings.explicit(section, name(key, machine))
    }

    func boolean(_ key: String, _ machine: String? = nil) -> Sourced<Bool>? { text(key, machine)?.map(Values.boolean) }

    func number(_ key: String, _ machine: String? = nil) -> Sourced<Int>? {
        guard let value = text(key, machine), let option = Option.named(template, name(key, machine)) else {
            return nil
        }
        return value.map { Int(Reading($0, of: option, in: settings).number) }
    }

    /// A word that is none of the three is as if it weren't there.
    func health(_ key: String, _ machine: String) -> Sourced<TriState>? {
        guard let value = text(key, machine), let health = Values.health(value.value) else { return nil }
        return Sourced(health, value.origin)
    }

    private func name(_ key: String, _ machine: String?) -> String {
        template == "MACHINE_GUID" ? machine ?? key : key
    }
}
