public import Basics

/// What `exporting.conf` asks for: the connectors that send this node's metrics to other databases (exporting §1).
public struct ExportingSettings: Sendable, Equatable {
    /// One section of the file that is switched on, and that this version can serve.
    public struct Connector: Sendable, Equatable {
        /// The instance: `a` of `[graphite:a]`.
        public var name: String
        public var format: Format
        /// The type as it was written: `graphite`, `opentsdb:telnet`.
        public var type: String
        /// The list as it was written, for the status document.
        public var destinationText: String
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
    }

    /// How a value becomes a line (exporting §4).
    public enum Format: Sendable, Equatable {
        case graphite
        case openTSDB
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

    public var connectors: [Connector] = []

    /// Nothing is exported.
    public init() {}

    /// Connectors that are served; each has a thread of its own.
    public static let mostConnectors = 64
    static let updateEverySeconds = 1...86_400
    static let bufferedBatches = 1...10_000
    static let timeoutMilliseconds = 1...3_600_000
}
