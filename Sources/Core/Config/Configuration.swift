public import Basics
public import Diagnostics

/// Everything this node was told, typed: the effective values of all layers, and what is wrong with them.
public struct Configuration: Sendable {
    public let role: Role
    public let global: GlobalSettings
    public let directories: Directories
    public let database: DatabaseSettings
    public let web: WebSettings
    public let registry: RegistrySettings
    public let logs: LogSettings
    public let health: HealthSettings
    public let stream: StreamSettings
    public let plugins: PluginSettings
    /// `[host labels]`, by name.
    public let hostLabels: [(name: String, value: String)]
    /// `[environment variables]` for plugins, by name.
    public let environmentVariables: [(name: String, value: String)]
    /// All values by section and name, for collectors and plugins, and where each comes from.
    public let settings: Settings
    /// The sections of API keys and machines, in the order of the file.
    public let peers: [PeerSection]
    /// What `exporting.conf` asks for.
    public internal(set) var exporting = ExportingSettings()
    /// The same as it was written; `nil` where there is no such file.
    var exportingFile: ExportingFile?
    /// The files that were read.
    public internal(set) var files: [String] = []
    /// Where a Netdata on this machine keeps its GUID: taken over only if somebody asks for it.
    public internal(set) var adoptableGUIDFile = "/var/lib/netdata/registry/" + MachineIdentity.fileName
    /// Everything worth knowing about it, in the order of the files and their lines.
    public internal(set) var findings: [Finding] = []

    private let sections: [GUID: PeerSection]

    /// A node that nobody has told anything, for tests.
    public init(role: Role = .parent) {
        self.init(role: role, settings: Settings())
    }

    init(role: Role, settings: Settings) {
        self.role = role
        self.settings = settings
        global = GlobalSettings(settings)
        directories = Directories(settings)
        database = DatabaseSettings(settings)
        web = WebSettings(settings)
        registry = RegistrySettings(settings)
        logs = LogSettings(settings)
        health = HealthSettings(settings, directories, logs)
        stream = StreamSettings(settings)
        plugins = PluginSettings(settings)
        hostLabels = Self.pairs("host labels", settings)
        environmentVariables = Self.pairs("environment variables", settings)
        peers = settings.peers.order.compactMap { settings.peers.declarations[$0] }.map { PeerSection($0, settings) }
        sections = Dictionary(uniqueKeysWithValues: peers.map { ($0.guid, $0) })
    }

    private static func pairs(_ section: String, _ settings: Settings) -> [(name: String, value: String)] {
        settings.names(in: section).map { ($0, settings.text(section, $0, default: "")) }
    }
}

// MARK: Who may stream to this node

/// What decides whether somebody may stream to this node with an API key, or as a machine
/// (streaming protocol §3, checks 6–11).
public struct PeerAccess: Sendable {
    /// `api`, `machine`, or whatever its section says.
    public var type: String
    public var isEnabled: Bool
    public var allowFrom: AccessList
    /// Whether there is a section of it at all.
    public var isKnown: Bool
    /// What says so: `stream.conf:41`, or `default` where nobody says anything.
    public var typeBy: Origin
    public var enabledBy: Origin
    public var allowFromBy: Origin
}

extension Configuration {
    /// What counts for an API key: nobody may use one that is not enabled, and a machine's section is never a key.
    ///
    /// - Parameter known: whether a machine of this GUID is known here, which tells sections without type apart.
    public func access(key: GUID, known: Bool = false) -> PeerAccess {
        guard let section = sections[key] else {
            return PeerAccess(
                type: "api",
                isEnabled: false,
                allowFrom: .everyone,
                isKnown: false,
                typeBy: .builtIn,
                enabledBy: .builtIn,
                allowFromBy: .builtIn
            )
        }
        let type = section.kind == .undecided && known ? "machine" : section.kind.word
        return access(section, type: type, enabledByDefault: false)
    }

    /// What counts for a machine: everyone may come unless its section says otherwise.
    public func access(machine: GUID) -> PeerAccess {
        guard let section = sections[machine] else {
            return PeerAccess(
                type: "machine",
                isEnabled: true,
                allowFrom: .everyone,
                isKnown: false,
                typeBy: .builtIn,
                enabledBy: .builtIn,
                allowFromBy: .builtIn
            )
        }
        return access(section, type: section.isMachine ? "machine" : section.kind.word, enabledByDefault: true)
    }

    private func access(_ section: PeerSection, type: String, enabledByDefault: Bool) -> PeerAccess {
        PeerAccess(
            type: type,
            isEnabled: section.isEnabled?.value ?? enabledByDefault,
            allowFrom: section.allowFrom?.value ?? .everyone,
            isKnown: true,
            typeBy: settings.explicit(section.guid.description, "type")?.origin ?? section.origin,
            enabledBy: section.isEnabled?.origin ?? section.origin,
            allowFromBy: section.allowFrom?.origin ?? section.origin
        )
    }

    /// What counts for a machine that has come with a key.
    public func effective(key: GUID, machine: GUID) -> ReceiverSettings {
        let own = sections[machine].flatMap { $0.isMachine ? $0 : nil }
        return ReceiverSettings(machine: own, key: sections[key], configuration: self)
    }

    /// Whether a GUID is one of the API keys here.
    public func isKey(_ guid: GUID) -> Bool { sections[guid]?.kind == .key }
}

// MARK: The verdict

extension Configuration {
    /// The worst of the findings; `nil` where there are none.
    public var worst: Severity? { findings.map(\.severity).max() }
}
