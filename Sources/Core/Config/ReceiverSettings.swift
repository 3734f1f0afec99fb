public import Basics

/// What counts for one machine that streams to this node: its own section, else its key's, else the defaults
/// (streaming protocol §15.3).
public struct ReceiverSettings: Sendable {
    /// Points per dimension.
    public var history: Int
    public var mode: DatabaseMode
    /// Never anything but `no` where nothing is kept.
    public var health: TriState
    /// A section asks for health where nothing is kept.
    public var healthNeedsDatabase: Bool
    public var postponeAlarmsSeconds: Int
    /// Whether the parent would take a compressed stream: what the most specific section says AND what `[stream]` says
    /// (streaming protocol §6.1).
    public var enableCompression: Bool { compressionOff == nil }
    /// What switches it off; `nil` where it is on.
    public var compressionOff: CompressionOff?
    /// `nil`: what the request says.
    public var updateEvery: Int?
    /// `nil`: what the request says.
    public var hostTags: String?
    public var isEphemeral: Bool
    public var enableReplication: Bool
    public var secondsToReplicate: Int
    public var secondsPerReplicationStep: Int
    public var proxy: ProxySettings
    /// What let it in, for whoever wonders: `stream.conf:41`.
    public var decidedBy: String

    /// Which section says that a stream is not compressed, and the line of it.
    public enum CompressionOff: Sendable, Equatable {
        case machine(Origin)
        case key(Origin)
        /// `[stream]`.
        case everyone(Origin)
    }

    /// Where a received host's metrics go on to.
    public struct ProxySettings: Sendable {
        public var isEnabled: Bool
        public var destinationText: String
        public var destinations: [Destination]
        public var apiKey: GUID?
        public var sendChartsMatching: SimplePattern

        /// Enabled, and nothing is missing.
        public var isActive: Bool { isEnabled && !destinations.isEmpty && apiKey != nil }
    }
}

extension ReceiverSettings {
    init(machine: PeerSection?, key: PeerSection?, configuration: Configuration) {
        /// The machine's own value, else its key's.
        func most<Value>(_ field: KeyPath<PeerSection, Sourced<Value>?>) -> Value? {
            (machine?[keyPath: field] ?? key?[keyPath: field])?.value
        }
        let database = configuration.database
        let stream = configuration.stream
        history = most(\.history) ?? database.retention
        mode = most(\.mode) ?? database.mode
        let wanted = most(\.health) ?? (configuration.settings.boolean("health", "enabled") ? .yes : .no)
        health = mode == .none ? .no : wanted
        healthNeedsDatabase = mode == .none && most(\.health).map { $0 != .no } == true
        postponeAlarmsSeconds = most(\.postponeAlarmsSeconds) ?? 60
        if let own = machine?.enableCompression {
            compressionOff = own.value ? nil : .machine(own.origin)
        } else if let keys = key?.enableCompression {
            compressionOff = keys.value ? nil : .key(keys.origin)
        }
        if compressionOff == nil, !stream.enableCompression {
            compressionOff = .everyone(configuration.settings.origin("stream", "enable compression"))
        }
        updateEvery = most(\.updateEvery)
        hostTags = most(\.hostTags)
        isEphemeral = most(\.isEphemeral) ?? false
        enableReplication = most(\.enableReplication) ?? database.enableReplication
        secondsToReplicate = most(\.secondsToReplicate) ?? database.secondsToReplicate
        secondsPerReplicationStep = most(\.secondsPerReplicationStep) ?? database.secondsPerReplicationStep
        let destination = most(\.proxyDestination) ?? stream.destinationText
        proxy = ProxySettings(
            isEnabled: most(\.proxyEnabled) ?? stream.isEnabled,
            destinationText: destination,
            destinations: Destination.list(destination, defaultPort: stream.defaultPort).destinations,
            apiKey: most(\.proxyKey).map { GUID($0) } ?? stream.apiKey,
            sendChartsMatching: most(\.proxySendChartsMatching).map { SimplePattern($0) } ?? stream.sendChartsMatching
        )
        decidedBy = (machine?.origin ?? key?.origin ?? .builtIn).description
    }
}
