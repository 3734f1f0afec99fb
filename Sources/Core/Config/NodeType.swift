import Diagnostics

/// What kind of node a configuration makes: the document's table of memory mode, web mode and stream enabled, and what
/// follows from them. A pure function of the configuration.
public struct NodeType: Sendable, Equatable {
    /// A row of the table; the last four are the combinations that it leaves out.
    public enum Row: String, Sendable, CaseIterable {
        case headlessCollector = "headless collector"
        case headlessProxy = "headless proxy"
        case proxyWithDatabase = "proxy with db"
        case central = "central netdata"
        /// It keeps and streams, and nobody can look at it here.
        case collectorWithDatabase = "collector with db"
        /// It keeps, and only the admin socket tells of it.
        case closedDatabase = "database without a port"
        /// It shows what comes in now, and nothing of it stays or goes on.
        case liveView = "node without a database"
        /// What it collects is for nobody.
        case idle = "collector without a parent"
    }

    /// What may be exported to other databases.
    public enum Exporting: String, Sendable {
        case possible
        case onlyAsCollected = "only for data source = as collected"
    }

    /// What a node is to its neighbours now, as the status document says it.
    public enum Position: String, Sendable {
        case agent
        case parent
        case proxy
    }

    /// `[db] mode` is not none.
    public let keeps: Bool
    /// `[web] mode` is not none.
    public let listens: Bool
    /// `[stream] enabled`, and nothing is missing for it.
    public let streams: Bool

    public init(keeps: Bool, listens: Bool, streams: Bool) {
        self.keeps = keeps
        self.listens = listens
        self.streams = streams
    }

    public init(_ configuration: Configuration) {
        self.init(
            keeps: configuration.database.mode != .none,
            listens: configuration.web.isEnabled,
            streams: configuration.stream.isActive
        )
    }

    public var row: Row {
        switch (keeps, listens, streams) {
        case (false, false, true): .headlessCollector
        case (false, true, true): .headlessProxy
        case (true, true, true): .proxyWithDatabase
        case (true, true, false): .central
        case (true, false, true): .collectorWithDatabase
        case (true, false, false): .closedDatabase
        case (false, true, false): .liveView
        case (false, false, false): .idle
        }
    }

    /// Averages and sums are made of stored samples.
    public var exporting: Exporting { keeps ? .possible : .onlyAsCollected }

    /// A node can't have health monitoring without a database.
    public var canHaveAlarms: Bool { keeps }

    /// A dashboard needs samples to show and a port to show them on.
    public var hasDashboard: Bool { keeps && listens }

    /// There cannot be a registry without an API.
    public var canHaveRegistry: Bool { listens }
}

extension Configuration {
    public var nodeType: NodeType { NodeType(self) }

    /// What this node is to its neighbours: a proxy where it takes children and streams any of them on.
    public func position(of role: Role) -> NodeType.Position {
        guard takesChildren else { return role == .agent ? .agent : .parent }
        return stream.isActive || peers.contains { streamsOn($0) } ? .proxy : .parent
    }

    /// Whether there is a port, and a key that somebody may come with.
    private var takesChildren: Bool { web.isEnabled && enabledKeys > 0 }

    private var enabledKeys: Int { peers.count { $0.isKey(known: false) && $0.isEnabled?.value == true } }

    private func streamsOn(_ peer: PeerSection) -> Bool {
        guard peer.isEnabled?.value ?? (peer.kind == .machine) else { return false }
        let isMachine = peer.kind == .machine
        return ReceiverSettings(machine: isMachine ? peer : nil, key: isMachine ? nil : peer, configuration: self).proxy
            .isActive
    }
}

// MARK: What is said of it

extension Configuration {
    /// What a starting node says of itself: its kind, and what is forced off by it although it was asked for or is on by
    /// default.
    public var nodeTypeFindings: [Finding] {
        let type = nodeType
        var findings = [Finding(.nodeType, at: .builtIn, nodeTypeValues)]
        let health = settings.value("health", "enabled")
        if let health, !type.canHaveAlarms, Values.boolean(health.value) {
            findings.append(Finding(.configHealthWithoutDatabase, at: settings.origin("db", "mode")))
        }
        if !type.canHaveRegistry { findings.append(Finding(.webForcesOff, at: settings.origin("web", "mode"))) }
        return findings
    }

    /// The same for people who print the configuration, as comments.
    var nodeTypeHeader: String {
        let type = nodeType
        return """
            # This node is a \(type.row.rawValue): memory mode \(database.mode.rawValue), web mode \(webMode), \
            stream enabled \(yesNo(type.streams)).
            # Exporting is \(type.exporting.rawValue), alarms are \(alarms(type)), dashboard: \(yesNo(type.hasDashboard)).

            """
    }

    private var nodeTypeValues: [String: String] {
        let type = nodeType
        let count = enabledKeys
        let children =
            !type.listens
            ? "no child can connect"
            : count == 0 ? "no key is enabled, so no child can connect" : "keys enabled: \(count)"
        return [
            "type": type.row.rawValue, "mode": database.mode.rawValue, "web": webMode, "stream": yesNo(type.streams),
            "exporting": type.exporting.rawValue, "alarms": alarms(type), "dashboard": yesNo(type.hasDashboard),
            "children": children,
        ]
    }

    private var webMode: String { settings.word("web", "mode") }

    private func alarms(_ type: NodeType) -> String { type.canHaveAlarms ? "possible" : "not possible" }

    private func yesNo(_ flag: Bool) -> String { flag ? "yes" : "no" }
}
