/// `[global]`: what this node calls itself.
public struct GlobalSettings: Sendable {
    public var hostname: String
    public var registryHostname: String
    /// Empty: the system's.
    public var timezone: String
    /// In front of /proc, /sys and /dev.
    public var hostPrefix: String

    init(_ settings: Settings) {
        hostname = settings.text("global", "hostname")
        registryHostname = settings.text("registry", "registry hostname")
        timezone = settings.text("global", "timezone")
        hostPrefix = settings.text("global", "host access prefix")
    }
}

/// `[db]`: what is kept, and for how long (storage §1).
public struct DatabaseSettings: Sendable {
    public var mode: DatabaseMode
    /// Points per dimension.
    public var retention: Int
    /// Seconds.
    public var updateEvery: Int
    public var gapWhenLostIterationsAbove: Int
    /// Seconds; 0 is no limit.
    public var futureLimitSeconds: Int
    public var cleanupObsoleteChartsAfterSeconds: Int
    public var cleanupOrphanHostsAfterSeconds: Int
    public var cleanupEphemeralHostsAfterSeconds: Int
    public var deleteObsoleteChartsFiles: Bool
    public var deleteOrphanHostsFiles: Bool
    public var enableZeroMetrics: Bool
    public var enableReplication: Bool
    public var secondsToReplicate: Int
    public var secondsPerReplicationStep: Int
    /// Kept in mode none for a parent that was away; 0 is nothing.
    public var replicationRingSeconds: Int
    /// What mode dbengine has to live on.
    public var diskEngine: DiskEngineSettings

    init(_ settings: Settings) {
        mode = settings.mode("db", "mode")
        retention = settings.integer("db", "retention")
        updateEvery = settings.integer("db", "update every")
        gapWhenLostIterationsAbove = settings.integer("db", "gap when lost iterations above")
        futureLimitSeconds = settings.integer("db", "future limit")
        cleanupObsoleteChartsAfterSeconds = settings.integer("db", "cleanup obsolete charts after secs")
        cleanupOrphanHostsAfterSeconds = settings.integer("db", "cleanup orphan hosts after secs")
        cleanupEphemeralHostsAfterSeconds = settings.integer("db", "cleanup ephemeral hosts after secs")
        deleteObsoleteChartsFiles = settings.boolean("db", "delete obsolete charts files")
        deleteOrphanHostsFiles = settings.boolean("db", "delete orphan hosts files")
        enableZeroMetrics = settings.boolean("db", "enable zero metrics")
        enableReplication = settings.boolean("db", "enable replication")
        secondsToReplicate = settings.integer("db", "seconds to replicate")
        secondsPerReplicationStep = settings.integer("db", "seconds per replication step")
        replicationRingSeconds = settings.integer("db", "replication ring secs")
        diskEngine = DiskEngineSettings(settings)
    }

    /// How many tiers hosts may have here: one where nothing is kept on a disk by default.
    public var storageTiers: Int { mode == .dbengine ? diskEngine.tiers.count : 1 }
}

/// `[plugins]`: which external plugins run. Each one's own section is in ``Settings``.
public struct PluginSettings: Sendable {
    public var enableNew: Bool
    public var checkEverySeconds: Int
    private let settings: Settings

    init(_ settings: Settings) {
        enableNew = settings.boolean("plugins", "enable running new plugins")
        checkEverySeconds = settings.integer("plugins", "check for new plugins every")
        self.settings = settings
    }

    /// `[plugins] netdata monitoring`: whether the node and its plugins chart what they cost themselves.
    public var monitorsItself: Bool { settings.boolean("plugins", "netdata monitoring", default: true) }

    /// Whether a plugin runs: what is said of it, or what is said of new ones. `slabinfo` only on request
    /// (collectors §1).
    public func isEnabled(_ name: String) -> Bool {
        settings.boolean("plugins", name, default: enableNew && name != "slabinfo")
    }

    /// Seconds between two collections of a plugin.
    public func updateEvery(_ name: String) -> Int {
        let collection = settings.integer("db", "update every")
        return min(600, max(1, settings.seconds("plugin:\(name)", "update every", default: collection)))
    }

    /// What a plugin is told besides.
    public func commandOptions(_ name: String) -> String {
        settings.text("plugin:\(name)", "command options", default: "")
    }
}
