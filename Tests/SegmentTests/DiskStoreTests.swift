import Basics
import Diagnostics
import FaultyFiles
import Status
import Synchronization
import System
import Testing

@testable import Config
@testable import Store

/// Points on a disk: they outlive the node in the modes that say so, also when it is killed (storage §2, §4).
@Suite struct DiskStoreTests {
    static let guid = GUID("11111111-2222-3333-4444-555555555555")!
    static let start: Int64 = 1_700_000_000

    /// A node's disk and one host of it.
    struct Node {
        let disk: DiskStore
        let host: Host
        let clock: TestClock
        let reporter: Collected

        /// - Parameter isNew: a host that its child has not defined yet.
        init(_ files: any StorageFiles, _ mode: MemoryMode, history: Int = 3600, quotaMegabytes: Int = 64) throws {
            clock = TestClock()
            reporter = Collected()
            disk = try DiskStore(
                cache: "/cache",
                settings: DiskStoreTests.settings(quotaMegabytes),
                files: files,
                clock: clock,
                reporter: reporter
            )
            host = Host(
                guid: DiskStoreTests.guid,
                identity: HostIdentity(hostname: "child"),
                settings: HostSettings(mode: mode, history: history, futureLimitSeconds: 0),
                state: .live,
                at: 0
            )
            disk.attach(host)
        }

        /// Defines a chart with three dimensions.
        func define(_ id: String = "a.b", every: Int = 1) -> ChartRef {
            host.withDatabase { database in
                let ref = database.define(ChartDefinition(id: id, updateEvery: every), now: 0)!
                for name in ["one", "two", "three"] { database.define(DimensionDefinition(id: name), in: ref) }
                return ref
            }
        }

        func load(_ ref: ChartRef, _ times: some Sequence<Int>) {
            host.withDatabase { database in
                for time in times {
                    database.load(DiskStoreTests.values(time), at: DiskStoreTests.start + Int64(time), into: ref)
                }
            }
        }

        /// So many rows, with a round of writing behind each hundred.
        func write(_ ref: ChartRef, _ rows: Int) {
            for second in stride(from: 0, to: rows, by: 100) {
                load(ref, second..<(second + 100))
                disk.writeOnce()
            }
        }

        func points(_ ref: ChartRef, _ from: Int, _ to: Int) -> [Double?] {
            let points = host.withDatabase {
                $0.shared(ref, from: DiskStoreTests.start + Int64(from), to: DiskStoreTests.start + Int64(to))
            }.copied()
            return points.columns.first?.map { StorageNumber.decode($0) } ?? []
        }
    }

    static func values(_ time: Int) -> [Double?] {
        [Double(time % 1000) / 10, time % 7 == 0 ? nil : Double(time), 5]
    }

    static func expected(_ times: some Sequence<Int>) -> [Double?] {
        times.map { values($0)[0].map { StorageNumber.value(StorageNumber.encode($0)) } }
    }

    static func settings(_ megabytes: Int) -> DiskEngineSettings {
        DiskEngineSettings(
            tiers: [1, 60, 3600].enumerated().map { tier, points in
                DiskEngineSettings.Tier(
                    quota: Int64(megabytes >> tier) << 20,
                    pageCache: 1 << 20,
                    factor: tier == 0 ? 1 : 60,
                    pointsOfTierZero: points,
                    backfill: .new
                )
            }
        )
    }

    /// A clock was ahead, went back, and the node ended before the chart was there again: its series ends where it went back to, and
    /// what comes then is taken, whichever segments that is in and however far the clock was ahead.
    @Test(arguments: [100, 70_000, 140_000], [false, true])
    func aSeriesEndsWhereItsClockWentBackTo(rows: Int, isFinished: Bool) throws {
        let files = FaultyFiles()
        var node = try Node(files, .dbengine)
        var ref = node.define()
        for first in stride(from: 1, through: rows, by: 10_000) {
            node.load(ref, first...min(rows, first + 9_999))
            node.disk.writeOnce()
        }
        if isFinished { node.disk.finishSegments() }
        node.host.withDatabase { database in
            for seconds in [60, 50] {
                let now = (Self.start + Int64(seconds)) * microsecondsPerSecond + 500_000
                database.begin(ref, microseconds: 0, now: now, trusted: false)
                database.cancel()
            }
        }
        node.disk.writeOnce()
        if isFinished { node.disk.finishSegments() }
        node.disk.stop()
        node = try Node(files.afterCrash(), .dbengine)
        ref = node.define()
        #expect(node.host.withDatabase { $0.retention(of: ref).last } == Self.start + 49)
        let isTaken = node.host.withDatabase {
            $0.load(DiskStoreTests.values(50), at: DiskStoreTests.start + 50, into: ref)
        }
        #expect(isTaken)
        let points = node.host.withDatabase { $0.shared(ref) }.copied()
        #expect(points.firstTime == Self.start + 1 && points.lastTime == Self.start + 50)
        #expect(points.columns[0] == (1...50).map { StorageNumber.encode(DiskStoreTests.values($0)[0] ?? .nan) })
        node.disk.stop()
    }

    @Test(arguments: [MemoryMode.save, .map, .dbengine])
    func aCleanRestartKeepsEverything(mode: MemoryMode) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode)
        let ref = first.define()
        first.load(ref, 0..<3000)
        let before = first.points(ref, 0, 2999)
        #expect(before == Self.expected(0..<3000))
        first.disk.writeOnce()
        first.disk.stop()
        let second = try Node(files.afterPowerFailure(), mode)
        let again = second.define()
        #expect(second.points(again, 0, 2999) == before)
        let retention = second.host.withDatabase { $0.retention(of: again) }
        #expect(retention == Retention(first: Self.start, last: Self.start + 2999, updateEvery: 1, points: 3000))
        // It goes on, with what was missed as a gap.
        second.load(again, 3100..<3200)
        #expect(
            second.points(again, 2998, 3101) == Self.expected(2998..<3000) + Array(repeating: nil, count: 100)
                + Self.expected(3100..<3102)
        )
    }

    @Test(arguments: [MemoryMode.map, .dbengine])
    func whoIsKilledLosesWhatCameSinceTheLastRound(mode: MemoryMode) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode)
        let ref = first.define()
        for second in stride(from: 0, to: 1500, by: 3) {
            first.load(ref, second..<(second + 3))
            first.disk.writeOnce()
        }
        first.load(ref, 1500..<1502)
        let second = try Node(files.afterCrash(), mode)
        let again = second.define()
        #expect(second.points(again, 0, 1501) == Self.expected(0..<1500))
        #expect(second.reporter.codes.contains("ND-D04"))
    }

    @Test func modeSaveKeepsWhatTheLastCleanExitHad() throws {
        let files = FaultyFiles()
        let first = try Node(files, .save)
        first.load(first.define(), 0..<1000)
        first.disk.stop()
        let second = try Node(files.afterPowerFailure(), .save)
        let ref = second.define()
        second.load(ref, 1000..<2000)
        second.disk.writeOnce()
        let third = try Node(files.afterCrash(), .save)
        #expect(third.points(third.define(), 0, 5000) == Self.expected(0..<1000))
    }

    /// What is in memory, in blocks, in the journal and on the disk is one series to a reader.
    @Test func pointsComeFromMemoryAndDiskAlike() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine)
        let ref = node.define()
        node.write(ref, 30_000)
        #expect(node.points(ref, 0, 29_999) == Self.expected(0..<30_000))
        for (from, to) in [(0, 0), (29_999, 29_999), (511, 1026), (12_345, 23_456), (29_000, 40_000)] {
            #expect(node.points(ref, from, to) == Self.expected(from...min(to, 29_999)))
        }
    }

    /// A reader that must not wait knows beforehand.
    @Test func whatIsInMemoryAsksNoDisk() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine)
        let ref = node.define()
        node.write(ref, 30_000)
        func isInMemory(_ time: Int) -> Bool {
            node.host.withDatabase { $0.isInMemory(ref, from: Self.start + Int64(time)) }
        }
        let first = try #require((0..<30_000).first(where: isInMemory))
        #expect((1...29_900).contains(first) && (first..<30_100).allSatisfy(isInMemory))
        let calls = files.counts.calls
        #expect(node.points(ref, first, 29_999) == Self.expected(first..<30_000))
        #expect(files.counts.calls == calls)
        #expect(node.points(ref, first - 1, first) == Self.expected((first - 1)...first))
        #expect(files.counts.calls > calls)
    }

    /// Before the first segment is written, and as they were last.
    @Test func chartsAreKnownFromTheJournal() throws {
        let files = FaultyFiles()
        #expect(JournaledCharts(in: "/cache/dbengine", files: files).charts.isEmpty)
        let node = try Node(files, .dbengine)
        let ref = node.define()
        node.load(ref, 0..<5)
        node.load(node.define("c.d", every: 2), 0..<1)
        node.disk.writeOnce()
        let charts = JournaledCharts(in: "/cache/dbengine", files: files).charts
        #expect(charts.map(\.definition.chart.id) == ["a.b", "c.d"])
        #expect(charts.allSatisfy { $0.host == Self.guid && $0.hostname == "child" })
        #expect(charts[0].definition.dimensions.map(\.id) == ["one", "two", "three"])
        node.host.withDatabase { _ = $0.define(DimensionDefinition(id: "four"), in: ref) }
        node.load(ref, 5..<6)
        node.disk.writeOnce()
        let again = JournaledCharts(in: "/cache/dbengine", files: files).charts
        #expect(again.count == 2 && again[0].definition.dimensions.map(\.id).contains("four"))
    }

    @Test func chartsThatGoAndComeBackHaveTheirPast() throws {
        let node = try Node(FaultyFiles(), .dbengine)
        let ref = node.define()
        node.load(ref, 0..<700)
        node.host.withDatabase { $0.remove(ref) }
        node.disk.writeOnce()
        // Other dimensions, in another order.
        let again = node.host.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b", updateEvery: 1), now: 0)!
            for name in ["three", "new", "one"] { database.define(DimensionDefinition(id: name), in: ref) }
            return ref
        }
        let points = node.host.withDatabase { $0.shared(again, from: Self.start, to: Self.start + 699) }.copied()
        #expect(points.columns[0].allSatisfy { StorageNumber.decode($0) == 5 })
        #expect(points.columns[1].allSatisfy { $0 == StorageNumber.empty })
        #expect(points.columns[2].map { StorageNumber.decode($0) } == Self.expected(0..<700))
    }

    @Test func aFullDiskCostsNothingAndHeals() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine)
        let ref = node.define()
        var second = 0
        func run(_ seconds: Int) {
            for _ in 0..<seconds {
                node.load(ref, second..<(second + 1))
                second += 1
                node.clock.advance(1)
                node.disk.writeOnce()
            }
        }
        run(600)
        files.set([.noSpace(afterBytes: 100)])
        run(1500)
        #expect(node.reporter.codes.filter { $0 == "ND-D02" }.count == 1)
        #expect(node.disk.facts.engine?.problem?.isEmpty == false)
        #expect(node.points(ref, 0, second - 1) == Self.expected(0..<second))
        files.set([])
        run(600)
        #expect(node.reporter.codes.filter { $0 == "ND-D03" }.count == 1)
        #expect(node.disk.facts.engine?.problem == nil)
        #expect(node.points(ref, 0, second - 1) == Self.expected(0..<second))
        let next = try Node(files.afterCrash(), .dbengine)
        #expect(next.points(next.define(), 0, second - 1) == Self.expected(0..<second))
    }

    /// The process dies at every change of a file, one after the other.
    @Test(arguments: [MemoryMode.map, .dbengine])
    func atEveryWriteAtMostWhatWasNotWrittenIsLost(mode: MemoryMode) throws {
        func run(_ files: FaultyFiles, _ written: (Int) -> Void) throws {
            let node = try Node(files, mode)
            let ref = node.define()
            for second in stride(from: 0, to: 640, by: 40) {
                node.load(ref, second..<(second + 40))
                node.disk.writeOnce()
                written(second + 40)
            }
        }
        let whole = FaultyFiles()
        whole.set([])
        try run(whole) { _ in }
        let changes = whole.counts.changes
        #expect(changes > 20)
        for change in 0..<changes {
            let files = FaultyFiles()
            files.set([.crash(at: change)])
            var written = 0
            try run(files) { if !files.isDead { written = $0 } }
            let next = try Node(files.afterCrash(), mode)
            let points = next.points(next.define(), 0, 639)
            #expect(points.count >= written, "change \(change)")
            let isWhole = points == Self.expected(0..<points.count)
            #expect(isWhole, "change \(change): \(points.count) points")
        }
    }

    @Test func tiersAreMadeAndQueriesSeeThemComplete() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine)
        let ref = node.define()
        for second in stride(from: 0, to: 20_000, by: 500) {
            node.load(ref, second..<(second + 500))
            node.disk.writeOnce()
        }
        let series = TierSeries(host: Self.guid, chart: "a.b", updateEvery: 1, dimensions: ["one", "two", "three"])
        let before = try #require(
            node.disk.points(series, tier: 1, from: Self.start, through: Self.start + 20_000)
        )
        node.disk.buildTiers()
        #expect(node.disk.openTierStores.first?.accounting().blocks ?? 0 > 0)
        let after = try #require(node.disk.points(series, tier: 1, from: Self.start, through: Self.start + 20_000))
        #expect(after == before)
        let span = node.disk.spans(series)
        #expect(span.count == 2)
        let point = after.columns[2][100]
        #expect(point.count == 60)
        #expect(point.sum == 300)
        #expect(
            node.disk.points(series, tier: 2, from: Self.start, through: Self.start + 20_000)?.columns[2][2].count
                == 3600
        )
    }

    /// Of the tiers a reader knows beforehand, too.
    @Test func spansOfTiersAreKnown() throws {
        let files = FaultyFiles()
        let first = try Node(files, .dbengine)
        #expect(first.disk.knowsSpans(of: Self.guid), "there are none")
        first.load(first.define(), 0..<20_000)
        first.disk.writeOnce()
        first.disk.buildTiers()
        first.disk.finishSegments()
        first.disk.stop()
        let again = files.afterPowerFailure()
        let second = try Node(again, .dbengine)
        _ = second.define()
        #expect(!second.disk.knowsSpans(of: Self.guid))
        let series = TierSeries(host: Self.guid, chart: "a.b", updateEvery: 1, dimensions: ["one", "two", "three"])
        let spans = second.disk.spans(series)
        #expect(spans.map(\.isEmpty) == [false, false])
        #expect(second.disk.knowsSpans(of: Self.guid))
        let calls = again.counts.calls
        #expect(second.disk.spans(series) == spans)
        #expect(again.counts.calls == calls)
    }
}

/// A clock that only tests set.
final class TestClock: Clock {
    private let time = Atomic<Int64>(1_700_000_000 * microsecondsPerSecond)

    func now() -> Int64 { time.load(ordering: .relaxed) }
    func monotonic() -> Int64 { time.load(ordering: .relaxed) }
    func advance(_ seconds: Int64) { time.add(seconds * microsecondsPerSecond, ordering: .relaxed) }
}

/// Keeps what is reported.
final class Collected: Reporter {
    private let events = Mutex<[Event]>([])

    func report(_ event: Event) { events.withLock { $0.append(event) } }
    var codes: [String] { events.withLock { $0.map(\.condition.code) } }
}
