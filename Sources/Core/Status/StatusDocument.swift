/// What a node knows about its streaming, as one document: `GET /api/v1/streaming` and the admin socket give it, `top`
/// reads it (status document, version 1).
///
/// Units are in the JSON names. What is unknown is `nil` and written as `null`; a section that does not apply is absent.
/// Texts from peers are kept as they came: whoever shows them escapes them for its medium.
public struct StatusDocument: Sendable, Equatable, Decodable {
    /// The meaning of the keys; raised only when one changes, not when one is added.
    public static let currentSchema = 1

    public var schema = StatusDocument.currentSchema
    /// Unix seconds when it was made.
    public var at: Double
    public var node: Node
    public var totals: Totals?
    /// Every known host, the node's own first, then by hostname.
    public var hosts: [Host] = []
    /// The node's own senders: an agent has one, a proxy one per host.
    public var links: [Link] = []
    public var refusals: [Refusal] = []
    /// Newest first.
    public var events: [Event] = []
    public var store: Store?
    /// Present when health is on.
    public var alarms: Alarms?
    public var exporters: [Exporter]?
    /// How many entries of which list were left out to keep it bounded.
    public var dropped: [String: Int]?

    public init(at: Double, node: Node) {
        self.at = at
        self.node = node
    }

    enum CodingKeys: String, CodingKey {
        case schema, at, node, totals, hosts, links, refusals, events, store, alarms, exporters, dropped
    }
}

/// The most entries a list of the document has; what is beyond is counted in `dropped`.
public enum StatusLimits {
    public static let hosts = 10_000
    public static let links = 10_000
    public static let refusals = 200
    public static let events = 500
    public static let historySeconds = 60
    public static let gaps = 32
    public static let problems = 8
    /// Destinations of one link: as many as a configuration line can hold and a person can read.
    public static let candidates = 64
    public static let exporters = 200
    /// Raised alarms of all hosts.
    public static let raisedAlarms = 5_000
}

extension StatusDocument {
    /// The node that made the document.
    public struct Node: Sendable, Equatable, Decodable {
        public enum Role: String, Sendable, Decodable {
            case agent
            case parent
            case proxy
        }

        public enum TLS: String, Sendable, Decodable {
            case off
            case optional
            case force
            case mixed
        }

        public var hostname: String
        public var guid: String
        public var version: String
        public var program = "ndstream"
        public var role: Role
        public var startedAt: Double?
        public var cpuPercent: Double?
        public var residentBytes: Int?
        public var fileDescriptors: Int?
        public var fileDescriptorsMax: Int?
        public var threads: Int?
        public var configDirectory: String?
        /// Findings of the last load or reload.
        public var configProblems: Int?
        public var databaseMode: String?
        public var compression: Bool?
        public var tls: TLS?

        public init(hostname: String, guid: String, version: String, role: Role) {
            self.hostname = hostname
            self.guid = guid
            self.version = version
            self.role = role
        }

        enum CodingKeys: String, CodingKey {
            case hostname, guid, version, program, role, threads, compression, tls
            case startedAt = "started_at"
            case cpuPercent = "cpu_pct"
            case residentBytes = "rss_bytes"
            case fileDescriptors = "fds"
            case fileDescriptorsMax = "fds_max"
            case configDirectory = "config_dir"
            case configProblems = "config_problems"
            case databaseMode = "db_mode"
        }
    }

    /// Sums over all hosts, averaged over the last five seconds.
    public struct Totals: Sendable, Equatable, Decodable {
        /// Bytes a second from children, as they crossed the wire.
        public var inBytesPerSecond: Double?
        /// The same after decompression.
        public var inRawBytesPerSecond: Double?
        public var outBytesPerSecond: Double?
        public var samplesPerSecond: Double?

        public init() {}

        enum CodingKeys: String, CodingKey {
            case inBytesPerSecond = "in_bps"
            case inRawBytesPerSecond = "in_raw_bps"
            case outBytesPerSecond = "out_bps"
            case samplesPerSecond = "samples_ps"
        }
    }

    /// Where samples are kept.
    public struct Store: Sendable, Equatable, Decodable {
        public struct Degraded: Sendable, Equatable, Decodable {
            public var code: String
            public var sinceAt: Double
            public var text: String

            public init(code: String, sinceAt: Double, text: String) {
                self.code = code
                self.sinceAt = sinceAt
                self.text = text
            }

            enum CodingKeys: String, CodingKey {
                case code, text
                case sinceAt = "since_at"
            }
        }

        public var mode: String
        public var segments: Int?
        public var bytes: Int?
        public var quotaBytes: Int?
        public var oldestAt: Double?
        public var journalBytes: Int?
        /// Set while the store cannot do what it should, for example because the disk is full.
        public var degraded: Degraded?

        public init(mode: String) {
            self.mode = mode
        }

        enum CodingKeys: String, CodingKey {
            case mode, segments, bytes, degraded
            case quotaBytes = "quota_bytes"
            case oldestAt = "oldest_at"
            case journalBytes = "journal_bytes"
        }
    }
}
