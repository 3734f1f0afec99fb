/// `[health]`, and where alarms are defined, logged and silenced (health §1, §5, §8).
public struct HealthSettings: Sendable {
    /// For the node's own host; never where nothing is kept. Hosts that stream here have
    /// ``ReceiverSettings/health``, whose default this is.
    public var isEnabled: Bool
    /// The node's own alarms, `CONFIG/health.d`.
    public var userDirectory: String
    /// Those that came with the program; `nil` where they are not wanted.
    public var stockDirectory: String?
    /// Where `edit-config` is, for the command that an entry of the log names.
    public var configDirectory: String
    /// Beneath it is what survives a restart: `health` for the own host, `GUID/health` for others.
    public var stateDirectory: String
    public var silencersFile: String
    public var log: LogSettings.Target
    /// What somebody has said to run when an alarm changes; empty is nothing. `nil` where nobody says anything:
    /// ``handler(isThere:)``.
    public var ownHandler: String?
    /// Where the handler is that comes with the plugins, in the order of their directories.
    public var stockHandlers: [String]
    /// Seconds a handler may run before it is ended.
    public var notificationTimeout: Int
    /// Seconds between two notifications of a status that stays, where an alarm doesn't say; 0 is never.
    public var repeatWarning: Int
    public var repeatCritical: Int
    /// Entries of a host's log that are kept in memory.
    public var entriesInMemory: Int
    /// Lines of a host's log on the disk before a new file begins.
    public var linesPerLogFile: Int
    /// The longest sleep between two looks at a host's alarms, in seconds.
    public var evaluatesAtLeastEvery: Int
    /// Seconds that alarms wait after the machine has slept.
    public var postponesAfterHibernation: Int
    /// Whether a child that is lost raises one alarm, and not one for each of its charts.
    public var foldsLostChildren: Bool

    init(_ settings: Settings, _ directories: Directories, _ logs: LogSettings) {
        func integer(_ name: String) -> Int { settings.integer("health", name) }
        isEnabled = settings.boolean("health", "enabled") && settings.mode("db", "mode") != .none
        userDirectory = directories.healthConfig
        let wantsStock = settings.boolean("health", "enable stock health configuration")
        stockDirectory = wantsStock ? directories.stockHealthConfig : nil
        configDirectory = directories.config
        stateDirectory = directories.lib
        silencersFile = settings.text("health", "silencers file")
        log = logs.health
        ownHandler = settings.value("health", "script to execute on alarm")?.value
        stockHandlers = directories.plugins.map { $0 + "/alarm-notify.sh" }
        notificationTimeout = integer("notification timeout")
        repeatWarning = integer("default repeat warning")
        repeatCritical = integer("default repeat critical")
        entriesInMemory = integer("in memory max health log entries")
        linesPerLogFile = integer("rotate log every lines")
        evaluatesAtLeastEvery = integer("run at least every seconds")
        postponesAfterHibernation = integer("postpone alarms during hibernation for seconds")
        foldsLostChildren = settings.boolean("health", "fold alarms of a lost child")
    }

    /// What runs when an alarm changes that names no handler of its own; `nil` is nothing.
    ///
    /// - Parameter isThere: whether there is a file of this path.
    public func handler(isThere: (String) -> Bool) -> String? {
        if let ownHandler { return ownHandler.isEmpty ? nil : ownHandler }
        return stockHandlers.first(where: isThere)
    }
}

extension Configuration {
    /// Whether alarms of any host may be evaluated here: its own, or one of a key or machine that asks for it.
    public var mayHaveAlarms: Bool {
        health.isEnabled || database.mode != .none && peers.contains { $0.health.map { $0.value != .no } == true }
    }
}
