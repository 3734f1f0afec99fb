public import Basics

/// What `exporting.conf` asks for: the connectors that send this node's metrics to other databases (exporting §1).
public struct ExportingSettings: Sendable, Equatable {
    /// One section of the file that is switched on, and that this version can serve.
    public struct Connector: Sendable, Equatable {
        /// The instance: `a` of `[graphite:a]`.
        public var name: String
        public var format: Format
        public var delivery: Delivery
        /// The type as it was written: `graphite`, `opentsdb:telnet`.
        public var type: String
        /// The list as it was written, for the status document.
        public var destinationText: String
        /// Those of an `https` connector are all encrypted.
        public var destinations: [Destination]
        public var source: Source
        public var prefix: String
        /// What the own host is called there; `nil`: as it is called everywhere.
        public var hostname: String?
        /// Seconds between two batches.
        public var updateEvery: Int
        /// How many batches are kept while the destination is away.
        public var bufferedBatches: Int
        public var timeoutMilliseconds: Int
        public var sendsCharts: SimplePattern
        /// The own host is called `localhost` here.
        public var sendsHosts: SimplePattern
        /// Names of charts and dimensions, not their ids.
        public var usesNames: Bool
        public var sendsConfiguredLabels: Bool
        public var sendsAutomaticLabels: Bool
        /// Variables of hosts and charts, with ``Format/remoteWrite``.
        public var sendsVariables: Bool
        /// Of HTTP basic authentication; with both empty there is none.
        public var username: String
        public var password: String
        /// Where an HTTP connector posts: `/api/put`, or that of remote write.
        public var path: String
        public var encryption: Encryption
        /// `nil`: what finds no room in memory is lost.
        public var spill: Spill?
    }

    /// How a value becomes a line (exporting §4).
    public enum Format: String, Sendable, Equatable {
        case graphite
        case openTSDB
        case json
        /// Prometheus remote write (exporting §6).
        case remoteWrite
    }

    /// How a batch reaches its destination.
    public enum Delivery: String, Sendable, Equatable {
        /// Lines, and nobody answers.
        case plain
        case http
        case https

        public var isHTTP: Bool { self != .plain }
    }

    /// Whom a connector believes that encrypts: the options of `[stream]` under the same names.
    public struct Encryption: Sendable, Equatable {
        public var skipsCertificateVerification = false
        public var verifyHostname = TriState.auto
        public var certificateDirectory: String?
        public var certificateFile: String?

        public init() {}
    }

    /// Where batches go that find no room in memory.
    public struct Spill: Sendable, Equatable {
        /// Of this connector alone.
        public var directory: String
        public var megabytes: Int

        public init(directory: String, megabytes: Int) {
            self.directory = directory
            self.megabytes = megabytes
        }
    }

    /// What a line's value is (exporting §3).
    public enum Source: String, Sendable, Equatable {
        case asCollected = "as collected"
        case average
        case sum

        /// `nil` for a word that means none of them.
        public init?(word: String) {
            switch word {
            case "as collected", "as-collected", "as_collected", "ascollected", "raw": self = .asCollected
            case "average": self = .average
            case "sum", "volume": self = .sum
            default: return nil
            }
        }
    }

    /// What a scrape of `/api/v1/allmetrics` gets where its request says nothing: `[prometheus:exporter]`, which counts with
    /// the connectors off too (exporting §7).
    public struct Scrape: Sendable, Equatable {
        public var source = Source.average
        public var prefix = "netdata"
        public var sendsCharts = SimplePattern("*")
        /// Names of charts and dimensions, not their ids.
        public var usesNames = true
        public var sendsConfiguredLabels = true
        public var sendsAutomaticLabels = false
        /// Seconds that a server's first scrape looks back.
        public var updateEvery = 10

        public init() {}
    }

    /// `enabled` of `[exporting:global]`.
    public var isEnabled = false
    public var connectors: [Connector] = []
    public var scrape = Scrape()

    /// Nothing is exported.
    public init() {}

    /// Connectors that are served; each has a thread of its own.
    public static let mostConnectors = 64
    static let updateEverySeconds: ClosedRange<Int64> = 1...86_400
    static let bufferedBatches: ClosedRange<Int64> = 1...10_000
    static let timeoutMilliseconds: ClosedRange<Int64> = 1...3_600_000
    static let spillMegabytes: ClosedRange<Int64> = 1...1_048_576
}
