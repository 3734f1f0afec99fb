internal import Status

/// The columns of the table of hosts, from left to right.
public enum HostColumn: String, Sendable, CaseIterable {
    case host
    case state
    case age
    case lag
    case critical
    case warning
    case samples
    case wire
    case raw
    case compression
    case ratio
    case history
    case replication
    case clock
    case hops
    case tls
    case via
    case version

    /// The first to go when the screen is narrow. Host and state always stay.
    static let leastImportantFirst: [HostColumn] = [
        .version, .via, .raw, .replication, .tls, .hops, .clock, .history, .ratio, .warning, .compression, .samples,
        .wire, .critical, .age, .lag,
    ]

    /// Without blanks, so that a batch frame can be taken apart by them.
    var heading: String {
        switch self {
        case .host: "HOST"
        case .state: "STATE"
        case .age: "AGE"
        case .lag: "LAG"
        case .critical: "CRIT"
        case .warning: "WARN"
        case .samples: "SAMPLE/s"
        case .wire: "kB/s"
        case .raw: "RAW-kB/s"
        case .compression: "COMPR"
        case .ratio: "RATIO"
        case .history: "LAST-60s"
        case .replication: "REPL"
        case .tls: "TLS"
        case .via: "VIA"
        case .clock: "CLOCK"
        case .hops: "HOP"
        case .version: "VERSION"
        }
    }

    /// What it is called where it is chosen.
    var name: String {
        switch self {
        case .critical: "critical"
        case .warning: "warnings"
        case .samples: "samples/s"
        case .wire: "kB/s in"
        case .raw: "raw kB/s"
        case .history: "last 60 s"
        case .replication: "replication"
        default: rawValue
        }
    }

    var width: Int {
        switch self {
        case .host: 14
        case .state: 9
        case .age: 4
        case .lag: 5
        case .critical: 4
        case .warning: 4
        case .samples: 8
        case .wire: 7
        case .raw: 8
        case .compression: 5
        case .ratio: 5
        case .history: 12
        case .replication: 5
        case .tls: 3
        case .via: 9
        case .clock: 6
        case .hops: 3
        case .version: 10
        }
    }

    /// How wide it may become where there is room.
    var widest: Int {
        switch self {
        case .host: 32
        case .history: 60
        case .via: 16
        case .version: 20
        default: width
        }
    }

    var isRightAligned: Bool {
        switch self {
        case .host, .state, .compression, .history, .tls, .via, .version: false
        default: true
        }
    }

    /// Whether the column tells of a connection, which the node's own host has not.
    private var isOfConnection: Bool {
        [.wire, .raw, .compression, .ratio, .history, .replication, .clock, .hops, .tls, .via].contains(self)
    }

    /// `-` is unknown, nothing is what there cannot be.
    func text(_ host: StatusDocument.Host, at now: Double, width: Int, _ appearance: Appearance) -> String {
        if host.state == .local, isOfConnection { return "" }
        switch self {
        case .host: return host.hostname
        case .state: return stateWord(host)
        case .age: return Figures.age(host.sinceAt.map { now - $0 })
        case .lag: return Figures.lag(host.lagSeconds)
        case .critical: return host.alarms.map { Figures.short(Double($0.critical)) } ?? "-"
        case .warning: return host.alarms.map { Figures.short(Double($0.warning)) } ?? "-"
        case .samples: return Figures.short(host.samplesPerSecond)
        case .wire: return Figures.kilobytes(host.inBytesPerSecond)
        case .raw: return Figures.kilobytes(host.inRawBytesPerSecond)
        case .compression:
            guard let compression = host.connection?.compression else { return "-" }
            return compression == "none" && host.connection?.compressionReason != nil ? "none!" : compression
        case .ratio: return host.connection?.ratioNow.map { Figures.decimal($0, 1) } ?? "-"
        case .history:
            return Sparkline.text(host.historyBytesPerSecond, width: width, unicode: appearance.unicode)
        case .replication:
            guard host.state.isConnected, host.connection != nil else { return "-" }
            return host.replication.map { Figures.decimal($0.percent, 0) + "%" } ?? "done"
        case .tls:
            guard host.connection != nil else { return "-" }
            // "TLSv1.3" is known by its number.
            return host.connection?.tls.map { String($0.version.drop { !$0.isNumber }) } ?? "no"
        case .via: return host.via ?? (host.hops ?? 1 > 1 ? "-" : "direct")
        case .clock: return Figures.signedSeconds(host.clockOffsetSeconds)
        case .hops: return host.hops.map(String.init) ?? "-"
        case .version: return host.version ?? "-"
        }
    }

    func role(_ host: StatusDocument.Host) -> Role {
        switch self {
        case .host: host.state.isConnected ? .plain : .quiet
        case .state: stateRole(host.state)
        case .lag:
            (host.lagSeconds ?? 0) > 60 ? .bad : (host.lagSeconds ?? 0) > Double(lagNotice(host)) ? .notice : .plain
        case .critical: (host.alarms?.critical ?? 0) > 0 ? .bad : .plain
        case .warning: (host.alarms?.warning ?? 0) > 0 ? .notice : .plain
        case .clock:
            (host.clockOffsetSeconds ?? 0).magnitude > 60
                ? .bad : (host.clockOffsetSeconds ?? 0).magnitude > 2 ? .notice : .plain
        case .compression:
            host.connection?.compression == "none" && host.connection?.compressionReason != nil ? .notice : .plain
        case .history: .good
        default: .plain
        }
    }

    /// `nil` sorts behind everything, whichever way the rest goes.
    func sortKey(_ host: StatusDocument.Host) -> SortKey? {
        switch self {
        case .host: .text(host.hostname)
        case .state: .number(Double(attentionRank(host)))
        case .age: host.sinceAt.map { .number(-$0) }
        case .lag: host.lagSeconds.map { .number($0) }
        case .critical: host.alarms.map { .number(Double($0.critical)) }
        case .warning: host.alarms.map { .number(Double($0.warning)) }
        case .samples: host.samplesPerSecond.map { .number($0) }
        case .wire, .history: host.inBytesPerSecond.map { .number($0) }
        case .raw: host.inRawBytesPerSecond.map { .number($0) }
        case .compression: host.connection?.compression.map { .text($0) }
        case .ratio: host.connection?.ratioNow.map { .number($0) }
        case .replication: host.replication.map { .number(100 - $0.percent) }
        case .clock: host.clockOffsetSeconds.map { .number($0.magnitude) }
        case .tls: host.connection.map { .text($0.tls?.version ?? "no") }
        case .via: host.via.map { .text($0) }
        case .hops: host.hops.map { .number(Double($0)) }
        case .version: host.version.map { .text($0) }
        }
    }

    /// Numbers are wanted with the largest first, words from A on.
    var descendsFirst: Bool {
        switch self {
        case .host, .compression, .tls, .via, .version: false
        default: true
        }
    }
}

enum SortKey: Comparable {
    case number(Double)
    case text(String)
}

/// Data older than this many seconds is worth a colour: three collections, and never under three seconds.
private func lagNotice(_ host: StatusDocument.Host) -> Int {
    max(3, 3 * min(host.updateEverySeconds ?? 1, 86_400))
}

func stateWord(_ host: StatusDocument.Host) -> String {
    switch host.state {
    case .local: "local"
    case .connecting: "connect"
    case .replicating: host.replication.map { "repl " + Figures.decimal($0.percent, 0) + "%" } ?? "repl"
    case .live: "live"
    case .stale: "STALE"
    case .down: "DOWN"
    case .conflict: "CONFLICT"
    case .archived: "archived"
    case .expiring: "expiring"
    case .rejected: "REJECTED"
    case .unknown: "?"
    }
}

func stateRole(_ state: HostState) -> Role {
    switch state {
    case .local, .live: .good
    case .connecting, .replicating: .accent
    case .stale: .notice
    case .down, .conflict, .rejected: .bad
    case .archived, .expiring, .unknown: .quiet
    }
}

/// Whether a person should look at the host.
func needsAttention(_ host: StatusDocument.Host) -> Bool {
    attentionRank(host.state) >= attentionRank(.stale) || !host.problems.isEmpty
}

/// How far up a host stands where the worst come first: who has problems goes before who has none.
private func attentionRank(_ host: StatusDocument.Host) -> Int {
    needsAttention(host) ? max(attentionRank(host.state), attentionRank(.stale)) : attentionRank(host.state)
}

private func attentionRank(_ state: HostState) -> Int {
    switch state {
    case .rejected: 10
    case .conflict: 9
    case .down: 8
    case .stale: 7
    case .local: 6
    case .connecting, .replicating, .live: 5
    case .expiring: 2
    case .archived: 1
    case .unknown: 0
    }
}
