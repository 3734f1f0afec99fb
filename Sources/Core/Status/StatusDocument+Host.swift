/// What a host is to the node that shows it.
public enum HostState: String, Sendable, Decodable, CaseIterable {
    /// The node's own host.
    case local
    case connecting
    case replicating
    /// Connected, and its data is fresh.
    case live
    /// Connected, but without data for three times its update every.
    case stale
    /// It was connected and is not any more.
    case down
    /// A second machine claims the same GUID.
    case conflict
    /// Known from storage; not connected since this node started.
    case archived
    /// Ephemeral or orphaned: forgotten soon.
    case expiring
    /// Never let in: in no document, but what `top` calls those whom only the refusals know.
    case rejected
    /// A word of a newer version.
    case unknown

    public init(from decoder: any Decoder) throws {
        self = Self(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .unknown
    }

    /// Whether data is supposed to come in.
    public var isConnected: Bool {
        switch self {
        case .local, .connecting, .replicating, .live, .stale: true
        case .down, .conflict, .archived, .expiring, .rejected, .unknown: false
        }
    }
}

extension StatusDocument {
    /// One host that the node knows.
    public struct Host: Sendable, Equatable, Decodable {
        public var guid: String
        public var hostname: String
        /// The name it had before it was renamed.
        public var hostnameBefore: String?
        public var os: String?
        public var program: String?
        public var version: String?
        public var state: HostState
        /// Unix seconds since when it is in this state.
        public var sinceAt: Double?
        public var lastDataAt: Double?
        public var firstSeenAt: Double?
        public var expiresAt: Double?
        public var address: String?
        public var port: Int?
        public var hops: Int?
        /// The GUID of the neighbour it comes through.
        public var via: String?
        public var connection: Connection?
        public var inBytesPerSecond: Double?
        public var inRawBytesPerSecond: Double?
        public var samplesPerSecond: Double?
        /// Now minus the newest stored second.
        public var lagSeconds: Double?
        public var clockOffsetSeconds: Double?
        public var connects: Int?
        public var disconnects: Int?
        /// Bytes that came in during each of the last 60 seconds, oldest first.
        public var historyBytesPerSecond: [Int] = []
        public var lastDisconnect: Disconnect?
        public var replication: Replication?
        public var charts: Int?
        public var dimensions: Int?
        public var updateEverySeconds: Int?
        public var databaseMode: String?
        public var retentionSeconds: Int?
        public var storedBytes: Int?
        public var ephemeral: Bool?
        /// `on`, `off`, `auto-on` or `auto-off`.
        public var health: String?
        public var gaps: [Gap] = []
        /// What makes the host need attention, worst first.
        public var problems: [Problem] = []
        public var alarms: Alarms?
        public var dropped: [String: Int]?

        public init(guid: String, hostname: String, state: HostState) {
            self.guid = guid
            self.hostname = hostname
            self.state = state
        }

        enum CodingKeys: String, CodingKey {
            case guid, hostname, os, program, version, state, address, port, hops, via, connection, connects
            case disconnects, replication, charts, dimensions, ephemeral, health, gaps, problems, alarms, dropped
            case hostnameBefore = "hostname_before"
            case sinceAt = "since_at"
            case lastDataAt = "last_data_at"
            case firstSeenAt = "first_seen_at"
            case expiresAt = "expires_at"
            case inBytesPerSecond = "in_bps"
            case inRawBytesPerSecond = "in_raw_bps"
            case samplesPerSecond = "samples_ps"
            case lagSeconds = "lag_s"
            case clockOffsetSeconds = "clock_offset_s"
            case historyBytesPerSecond = "history_bps"
            case lastDisconnect = "last_disconnect"
            case updateEverySeconds = "update_every_s"
            case databaseMode = "db_mode"
            case retentionSeconds = "retention_s"
            case storedBytes = "stored_bytes"
        }
    }

    /// Why and when a child left.
    public struct Disconnect: Sendable, Equatable, Decodable {
        public var at: Double
        public var code: String
        public var text: String

        public init(at: Double, code: String, text: String) {
            self.at = at
            self.code = code
            self.text = text
        }
    }

    /// How far the filling of a gap is.
    public struct Replication: Sendable, Equatable, Decodable {
        public var percent: Double
        public var chartsLeft: Int?
        public var remainingSeconds: Double?
        public var fromAt: Double?
        public var toAt: Double?

        public init(percent: Double) {
            self.percent = percent
        }

        enum CodingKeys: String, CodingKey {
            case percent = "pct"
            case chartsLeft = "charts_left"
            case remainingSeconds = "eta_s"
            case fromAt = "from_at"
            case toAt = "to_at"
        }
    }

    /// A time without data.
    public struct Gap: Sendable, Equatable, Decodable {
        public var fromAt: Double
        public var toAt: Double
        /// `link`, `child stopped`, `node stopped`, `buffer dropped`, `unfillable` or `clock`.
        public var cause: String
        public var code: String?
        public var filled: Bool

        public init(fromAt: Double, toAt: Double, cause: String, code: String? = nil, filled: Bool = false) {
            self.fromAt = fromAt
            self.toAt = toAt
            self.cause = cause
            self.code = code
            self.filled = filled
        }

        enum CodingKeys: String, CodingKey {
            case cause, code, filled
            case fromAt = "from_at"
            case toAt = "to_at"
        }
    }

    /// One thing that is wrong with a host, with the way out.
    public struct Problem: Sendable, Equatable, Decodable {
        public var code: String
        /// `info`, `warning` or `error`.
        public var severity: String
        public var text: String
        public var fix: String?

        public init(code: String, severity: String, text: String, fix: String? = nil) {
            self.code = code
            self.severity = severity
            self.text = text
            self.fix = fix
        }
    }
}
