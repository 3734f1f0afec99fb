public import Basics
public import Diagnostics
public import Wire

/// The commands of one session, a child's stream or a plugin's output, into a host's database (streaming protocol §8,
/// collectors §3).
///
/// ``feed(_:through:now:)-(_,StreamDecoder,_)`` locks the database once for all the bytes it is given. What an operator
/// should know of them is reported when the lock is free again, the reason of an end included.
public struct Ingest: ~Copyable, CommandSink {
    /// Where the commands come from.
    public enum Dialect: Sendable {
        /// A child: its microseconds are trusted.
        case stream
        /// A plugin: its microseconds are compared with this machine's clock.
        case plugin
    }

    /// What is known of whoever sends.
    public struct Session: Sendable {
        public var dialect: Dialect
        /// The thread tag of log lines.
        public var thread: String
        /// `plugin` of charts that don't say: the peer's `IP:PORT`, or the plugin's file name.
        public var plugin: String
        /// Seconds, for charts that don't say.
        public var updateEvery: Int
        /// More values for log texts: `ip`, `port`, `version`.
        public var values: [String: String]
        /// How gaps are filled from the sender's database; `nil`: that was not agreed on, its commands are unknown.
        public var replication: ReplicationSettings?
        /// Whoever fills gaps further on, and is told instead.
        public var relay: (any ReplicationRelay)?

        public init(
            dialect: Dialect,
            thread: String,
            plugin: String,
            updateEvery: Int,
            values: [String: String] = [:],
            replication: ReplicationSettings? = nil,
            relay: (any ReplicationRelay)? = nil
        ) {
            self.relay = relay
            self.replication = replication
            self.dialect = dialect
            self.thread = thread
            self.plugin = plugin
            self.updateEvery = updateEvery
            self.values = values
        }
    }

    public let host: Host
    public let session: Session
    let reporter: any Reporter
    /// Why the session must end; already reported.
    public internal(set) var ending: Ending?
    /// The first chart that is collected more often than its host is kept.
    public internal(set) var fasterChart: (id: String, updateEvery: Int)?
    /// Finished collections and values of this session.
    public private(set) var updates = 0
    public private(set) var samples = 0

    public struct Ending: Sendable {
        public var condition: Condition
        public var values: [String: String]
    }

    /// The host's own while it is locked, an empty one otherwise.
    var database: HostDatabase
    /// µs since 1970, the same for all commands under one lock.
    var now: Int64 = 0
    /// µs of the monotonic clock, for whoever asks how long answers take (``waiting(forSeconds:monotonic:)``): set it before
    /// a feed.
    public var monotonic: Int64 = 0
    /// The collection this session has open and the one before, while the lock is free: the local host has many sessions.
    private var open: ChartRef?
    private var preceding: ChartRef?
    /// The chart that definitions belong to. A collection's chart is the database's own business.
    var defining: ChartRef?
    /// The current chart was refused: what belongs to it is swallowed.
    var isIgnoring = false
    /// A collection was left open by the next one: its values wait for the chart's next END, in which they did not come.
    private var hasLeftOpen = false
    var hasRefusedCharts = false
    /// The chart that was refused, unless its id is what is wrong with it.
    var ignoredID: [UInt8]?
    var hasRefusedDimensions = false
    var reportedLimits: Set<String> = []
    var chartLabels: [Label] = []
    var hostLabels: [Label] = []
    var pendingEvents: [(Condition, [String: String])] = []
    /// What is asked of the sender's database.
    var replicating = Replicating()
    /// What was missing of charts, in what was fed last.
    public private(set) var holes: Holes?

    public init(host: Host, session: Session, reporter: any Reporter) {
        self.host = host
        self.session = session
        self.reporter = reporter
        database = HostDatabase(guid: host.guid, settings: HostSettings(mode: .none))
    }

    /// Takes what a child sent.
    ///
    /// - Parameter now: µs since 1970.
    /// - Returns: anything but `.more` ends the session; after `.stopped`, ``ending`` says why.
    public mutating func feed(
        _ bytes: UnsafeRawBufferPointer,
        through decoder: inout StreamDecoder,
        now: Int64
    ) -> StreamResult {
        locked(now: now) { $0.parse(bytes, &decoder) }
    }

    /// Takes what a plugin wrote.
    ///
    /// - Parameter now: µs since 1970.
    /// - Returns: anything but `.more` ends the session; after `.stopped`, ``ending`` says why.
    public mutating func feed(
        _ bytes: UnsafeRawBufferPointer,
        through parser: inout LineParser,
        now: Int64
    ) -> ParseResult {
        locked(now: now) { $0.parse(bytes, &parser) }
    }

    private mutating func parse(_ bytes: UnsafeRawBufferPointer, _ decoder: inout StreamDecoder) -> StreamResult {
        decoder.feed(bytes, to: &self)
    }

    private mutating func parse(_ bytes: UnsafeRawBufferPointer, _ parser: inout LineParser) -> ParseResult {
        parser.feed(bytes, to: &self)
    }

    /// Runs `body` while the host's database is in ``database``.
    private mutating func locked<Result: Sendable>(now: Int64, _ body: (inout Ingest) -> Result) -> Result {
        self.now = now
        let result = host.withDatabase { shared in
            swap(&shared, &database)
            database.resume(open, after: preceding)
            let before = database.counters
            let result = body(&self)
            updates &+= database.counters.updates &- before.updates
            samples &+= database.counters.samples &- before.samples
            samples &+= database.counters.replicatedSamples &- before.replicatedSamples
            holes = database.takeHoles()
            takeNotices()
            (open, preceding) = database.suspend()
            swap(&shared, &database)
            return result
        }
        report()
        return result
    }

    // MARK: The hot commands

    public mutating func begin(_ chart: Word, _ microseconds: Int64) -> Bool {
        if database.current >= 0 { hasLeftOpen = true }
        if database.begin(chart, microseconds: microseconds, now: now, trusted: session.dialect == .stream) {
            isIgnoring = false
            return true
        }
        return beginUnknown(chart, microseconds)
    }

    public mutating func set(_ dimension: Word, _ value: Int64) -> Bool {
        database.set(dimension, value) || setUnknown(dimension, value)
    }

    public mutating func end(_ lines: UnsafeBufferPointer<UInt8>) -> Bool {
        let isWhole = !hasLeftOpen && !hasRefusedDimensions
        if database.end(now: now, lines: isWhole ? lines : UnsafeBufferPointer(start: nil, count: 0)) {
            defining = nil
            return true
        }
        return endUnknown()
    }

    public mutating func rset(_ dimension: Word, _ value: Word, _ flags: Word) -> Bool {
        if let relay = session.relay {
            guard rsetOutside(dimension, value, flags) else { return false }
            if let ref = replicating.chart { relay.answered(ref, dimension, value, flags) }
            return true
        }
        guard replicating.time > 0, database.current < 0 else { return rsetOutside(dimension, value, flags) }
        let isEmpty = flags.count > 0 && flags.contains("E")
        return database.setReplicated(
            replicating.slot,
            at: replicating.time,
            dimension,
            isEmpty ? .nan : value.decimal,
            isReset: flags.count > 0 && flags.contains("R")
        ) || replicatedUnknown(dimension, "RSET")
    }

    // MARK: The others

    public mutating func command(_ keyword: Keyword, _ words: borrowing Words) -> Bool {
        switch keyword {
        case .chart: return defineChart(words)
        case .dimension: return defineDimension(words)
        case .clabel: return labelChart(words)
        case .clabelCommit: return commitChartLabels()
        case .variable: return setVariable(words)
        case .begin: return stop(isStream ? .beginWithoutID : .pluginBeginWithoutID)
        case .set: return setIncomplete(words)
        case .flush:
            database.cancel()
            leaveChart()
            return true
        case .disable: return stop(isStream ? .childDisabled : .pluginCalledDisable)
        case .function, .functionDel: return true
        case .label where isStream: return labelHost(words)
        case .overwrite where isStream: return overwriteHostLabels()
        case .claimedID where isStream: return claim(words)
        case .timestamp where isStream:
            note(.timestampSent)
            return true
        case .chartDefinitionEnd, .rbegin, .rset, .rdstate, .rsstate, .rend:
            return session.replication.map { replicate(keyword, words, $0) } ?? unknown(words.line)
        default: return unknown(words.line)
        }
    }

    public mutating func unknown(_ line: Word) -> Bool {
        let command = text(line).split { " =\t\r".contains($0) }.first ?? ""
        return stop(.unknownCommand, ["command": String(command), "line": text(line), "text": text(line)])
    }

    var isStream: Bool { session.dialect == .stream }

    /// No chart is current any more.
    mutating func leaveChart() {
        defining = nil
        isIgnoring = false
        ignoredID = nil
        chartLabels = []
    }
}
