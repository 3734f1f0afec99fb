public import Basics
public import Config
public import Store
import Synchronization
import Transport

/// What endpoints answer from. One for the life of a node.
public struct WebContext: Sendable {
    public var hosts: Hosts
    public var clock: any Clock
    /// What the node is right now; asked once for each request that needs it.
    public var facts: @Sendable () -> NodeFacts
    /// 32 random bits, for whoever must tell one answer from another.
    public var random: @Sendable () -> UInt32
    /// What bounds one query of `/api/v1/data`.
    public var queryLimits = QueryLimits()
    /// How many tiers the hosts in mode dbengine have: what `db_points_per_tier` lists and `tier` may ask for.
    public var storageTiers = 1
    /// Seconds east of UTC at a time: what the text formats of `/api/v1/data` print.
    public var localOffset: @Sendable (Int64) -> Int64 = LocalCalendar.systemOffset
    /// Who was at which dashboard; `nil` where this node is no registry for others.
    public var registry: RegistryKeeper?
    let recentAnswers = RecentAnswers()
    let bodyBuffers = BodyBuffers()
    let usage = Usage()
    let prometheusServers = PrometheusServers()

    public init(
        hosts: Hosts,
        clock: any Clock,
        facts: @escaping @Sendable () -> NodeFacts,
        random: @escaping @Sendable () -> UInt32 = { UInt32.random(in: .min ... .max) }
    ) {
        self.hosts = hosts
        self.clock = clock
        self.facts = facts
        self.random = random
    }

    /// Unix seconds.
    var now: Int64 { clock.now() / microsecondsPerSecond }
}

/// What a node says about itself in `/api/v1/info` and elsewhere.
public struct NodeFacts: Sendable {
    /// Compression of streams, in the words of the documentation.
    public enum StreamCompression: String, Sendable {
        case enabled
        case disabled
        /// Not built in, or the library is too old.
        case unavailable = "N/A"
    }

    /// Of ndstream, without a leading `v`.
    public var version: String
    /// What is built in: `Stream Compression`, `Native HTTPS` …
    public var features: [String]
    public var streamCompression: StreamCompression
    /// Whether it streams to a parent.
    public var isStreaming: Bool
    public var isWebEnabled: Bool
    /// Children connected now.
    public var receivers: Int
    /// Over which ways alarms are told, with `|` between them.
    public var notificationMethods: String
    /// The configuration in force.
    public var settings: Settings
    /// Where the files of a dashboard are; empty: the built-in page is shown.
    public var webDirectory = ""
    /// Whether metrics may go to other databases, and the types of connectors that send them, in 1.37.1's words.
    public var isExporting = false
    public var exportingConnectors: [String] = []
    /// What a scrape gets that asks for nothing else.
    public var scrape = ExportingSettings.Scrape()

    public init(
        version: String,
        features: [String] = [],
        streamCompression: StreamCompression = .unavailable,
        isStreaming: Bool = false,
        isWebEnabled: Bool = true,
        receivers: Int = 0,
        notificationMethods: String = "",
        settings: Settings = Settings()
    ) {
        self.version = version
        self.features = features
        self.streamCompression = streamCompression
        self.isStreaming = isStreaming
        self.isWebEnabled = isWebEnabled
        self.receivers = receivers
        self.notificationMethods = notificationMethods
        self.settings = settings
    }

    /// The version of the original that the API answers like.
    public static let apiVersion = "v1.37.1"
}

/// How often the formats of `allmetrics` were asked for.
final class Usage: Sendable {
    let prometheus = Atomic(0)
    let shell = Atomic(0)
    let json = Atomic(0)
    let dashboard = Atomic(0)
}
