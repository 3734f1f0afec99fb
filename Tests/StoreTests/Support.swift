import Basics
import Diagnostics
import Glibc
import Status
import Synchronization
import Wire

@testable import Store

let start: Int64 = 1_700_000_000

/// Unix seconds, with fractions, as µs.
func at(_ seconds: Double) -> Int64 { Int64((seconds * 1_000_000).rounded()) }

let someGUID = GUID("33333333-cccc-11ed-8000-0000000000cc")!

/// Remembers what was reported.
final class EventList: Reporter {
    private let list = Mutex<[Event]>([])
    func report(_ event: Event) { list.withLock { $0.append(event) } }
    var events: [Event] { list.withLock { $0 } }
    var texts: [String] { events.map(\.text) }
}

/// A database with one chart, driven by seconds.
struct ChartBench: ~Copyable {
    var database: HostDatabase
    let chart: ChartRef
    var now: Double

    init(
        _ dimensions: [DimensionDefinition],
        mode: MemoryMode = .alloc,
        history: Int = 100,
        updateEvery: Int = 1,
        options: ChartOptions = [],
        now: Double = Double(start) + 0.5,
        gap: Int = 1,
        futureLimit: Int64 = 0
    ) {
        database = HostDatabase(
            guid: someGUID,
            settings: HostSettings(
                mode: mode,
                history: history,
                updateEvery: 1,
                gapWhenLostIterationsAbove: gap,
                futureLimitSeconds: futureLimit
            )
        )
        chart = database.define(
            ChartDefinition(id: "test.chart", updateEvery: updateEvery, options: options),
            now: at(now)
        )!
        for dimension in dimensions { database.define(dimension, in: chart) }
        self.now = now
    }

    /// One collection, as a child sends it. A missing value is not set.
    mutating func collect(_ values: [Int64?], after seconds: Double = 1, trusted: Bool = true, elapsed: Double? = nil) {
        now += elapsed ?? seconds
        database.begin(chart, microseconds: at(seconds), now: at(now), trusted: trusted)
        for (index, value) in values.enumerated() {
            if let value { database.set(Int32(index), value) }
        }
        database.end(now: at(now))
    }

    /// Values per point, oldest first, of one dimension.
    func values(_ dimension: Int = 0) -> [Double?] {
        database.points(of: chart).columns[dimension].map(shown)
    }

    var retention: Retention { database.retention(of: chart) }
}

/// A stored value as far as it is shown: with seven decimals.
func shown(_ code: UInt32) -> Double? {
    StorageNumber.decode(code).map { ($0 * 10_000_000).rounded() / 10_000_000 }
}

func dimension(_ algorithm: Algorithm = .absolute, _ id: String = "d") -> DimensionDefinition {
    DimensionDefinition(id: id, algorithm: algorithm)
}

/// A session into a host of its own.
struct SessionBench: ~Copyable {
    let host: Host
    let events = EventList()
    var ingest: Ingest
    var decoder = StreamDecoder(mayCarryFrames: false)
    var now: Int64 = start * 1_000_000

    init(
        _ dialect: Ingest.Dialect = .stream,
        mode: MemoryMode = .ram,
        limits: StoreLimits = .standard,
        host given: Host? = nil,
        history: Int = 100,
        replication: ReplicationSettings? = nil
    ) {
        host =
            given
            ?? Host(
                guid: someGUID,
                identity: HostIdentity(hostname: "web01"),
                settings: HostSettings(mode: mode, history: history),
                state: .live,
                at: 0,
                limits: limits
            )
        ingest = Ingest(
            host: host,
            session: .init(
                dialect: dialect,
                thread: "TEST",
                plugin: "10.0.0.4:51234",
                updateEvery: 2,
                values: ["ip": "10.0.0.4", "port": "51234", "version": "5"],
                replication: replication
            ),
            reporter: events
        )
    }

    /// Feeds text that ends with a newline or is given one.
    @discardableResult
    mutating func feed(_ text: String) -> StreamResult {
        feed(bytes: Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }

    @discardableResult
    mutating func feed(bytes: [UInt8]) -> StreamResult {
        bytes.withUnsafeBytes { ingest.feed($0, through: &decoder, now: now) }
    }

    func snapshot(_ id: String) -> ChartSnapshot? {
        host.withDatabase { database in database.find(id).flatMap { database.snapshot(of: $0) } }
    }

    func latest(_ id: String) -> [LatestValue] {
        host.withDatabase { database in database.find(id).map { database.latest(of: $0) } ?? [] }
    }
}

/// A generator whose seed is printed when a test fails: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// The seed of a round of a simulation: random and printed, or `$NDSTREAM_SEED` for all rounds, to repeat one.
func simulationSeed(_ round: Int) -> UInt64 {
    let given = getenv("NDSTREAM_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("replication simulation \(round): seed \(seed)")
    return seed
}
