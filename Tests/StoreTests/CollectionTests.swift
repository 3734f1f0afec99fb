import Basics
import Testing

@testable import Store

@Suite("The clock of a chart (web API §5.1)")
struct ChartClockTests {
    @Test("starts half a second into the current second, and the first collection stores nothing")
    func firstSample() {
        var bench = ChartBench([dimension()], now: Double(start) + 0.9)
        bench.collect([5], elapsed: 0)
        #expect(bench.retention == .empty(updateEvery: 1))
        let snapshot = bench.database.snapshot(of: bench.chart)
        #expect(snapshot?.lastCollected == at(Double(start) + 0.5))
        bench.collect([6])
        #expect(bench.values() == [6])
        #expect(bench.retention.first == start + 1)
        #expect(bench.retention.last == start + 1)
        #expect(bench.retention.reportedFirst(.ram) == start)
        #expect(bench.retention.reportedFirst(.dbengine) == start + 1)
    }

    @Test("starts on the grid of update every")
    func grid() {
        var bench = ChartBench([dimension()], updateEvery: 10, now: Double(start) + 7)
        bench.collect([1], after: 10, elapsed: 0)
        for value in 2...4 { bench.collect([Int64(value)], after: 10) }
        #expect(bench.retention == Retention(first: start + 10, last: start + 30, updateEvery: 10, points: 3))
        #expect(bench.values() == [2, 3, 4])
    }

    @Test("stores the first collection with store_first")
    func storeFirst() {
        var bench = ChartBench([dimension(), dimension(.incremental, "i")], options: .storeFirst, now: Double(start))
        bench.collect([5, 100], elapsed: 0)
        #expect(bench.values(0) == [5])
        #expect(bench.values(1) == [0])
        #expect(bench.retention.last == start)
        bench.collect([7, 130])
        #expect(bench.values(0) == [5, 7])
        #expect(bench.values(1) == [0, 30])
    }

    @Test("trusts a child's microseconds, whatever this machine's clock says")
    func trusted() {
        var bench = ChartBench([dimension()])
        bench.collect([1], elapsed: 0)
        bench.collect([2])
        for value in 3...20 { bench.collect([Int64(value)], after: 1, elapsed: 0.01) }
        #expect(bench.retention.last == start + 19)
        #expect(bench.values().count == 19)
    }

    /// Seen at a real 1.37.1: a child that begins at .204 of a second has its points there from the second collection on.
    @Test("is this machine's for a new chart's second collection, and the child's from then on")
    func secondCollection() {
        var bench = ChartBench([dimension(.incremental)])
        bench.collect([0], elapsed: 0)
        bench.collect([352], after: 1, elapsed: 0.704)
        #expect(bench.database.snapshot(of: bench.chart)?.lastCollected == at(Double(start) + 1.204))
        #expect(bench.values() == [250])
        bench.collect([352], after: 1, elapsed: 0.5)
        #expect(bench.database.snapshot(of: bench.chart)?.lastCollected == at(Double(start) + 2.204))
    }

    @Test("uses this machine's clock where a child says 0")
    func zeroMicroseconds() {
        var bench = ChartBench([dimension()])
        bench.collect([1], after: 0, elapsed: 0)
        bench.collect([2], after: 0, elapsed: 2)
        #expect(bench.retention.last == start + 2)
    }

    @Test("is compared with this machine's for plugins: silence longer than five steps counts as it was")
    func filtered() {
        var bench = ChartBench([dimension()])
        bench.collect([1], trusted: false, elapsed: 0)
        bench.collect([2], after: 1, trusted: false, elapsed: 4)
        #expect(bench.retention.last == start + 1)
        bench.collect([3], after: 1, trusted: false, elapsed: 6)
        #expect(bench.retention.last == start + 10)
    }

    @Test("comes back to now where it was ahead, and no time is there twice")
    func pulledBack() {
        var bench = ChartBench([dimension()])
        bench.collect([1], elapsed: 0)
        for value in 2...11 { bench.collect([Int64(value)]) }
        #expect(bench.retention.last == start + 10)
        bench.collect([100], trusted: false, elapsed: -5)
        #expect(bench.retention == Retention(first: start + 1, last: start + 5, updateEvery: 1, points: 5))
        #expect(bench.values() == [2, 3, 4, 5, 100])
    }

    @Test("is set anew by the first collection after a definition")
    func synchronized() {
        var bench = ChartBench([dimension()])
        bench.collect([1], elapsed: 0)
        bench.collect([2])
        let again = bench.database.define(ChartDefinition(id: "test.chart", updateEvery: 1), now: at(bench.now))
        #expect(again == bench.chart)
        bench.collect([3], after: 1, elapsed: 3)
        #expect(bench.retention.last == start + 4)
        bench.collect([4], after: 1, elapsed: 3)
        #expect(bench.retention.last == start + 5)
    }

    @Test("starts anew after a hole longer than the history")
    func resets() {
        var bench = ChartBench([dimension()], history: 10)
        bench.collect([1], elapsed: 0)
        for value in 2...6 { bench.collect([Int64(value)]) }
        bench.collect([7], after: 10.000_001)
        #expect(bench.retention.points == 0)
        #expect(bench.database.counters.resets == 1)
        let notices = bench.database.takeNotices()
        #expect(
            notices == [
                .reset(
                    chart: "test.chart",
                    lastUpdated: (start + 5) * 1_000_000,
                    lastCollected: at(Double(start) + 5.5)
                )
            ]
        )
        bench.collect([8])
        #expect(bench.values() == [8])
    }

    @Test("bears a hole as long as the history")
    func longestHole() {
        var bench = ChartBench([dimension()], history: 10)
        bench.collect([1], elapsed: 0)
        bench.collect([2])
        bench.collect([3], after: 9.5)
        #expect(bench.values() == [nil, nil, nil, nil, nil, nil, nil, nil, nil, 3])
        #expect(bench.retention == Retention(first: start + 2, last: start + 11, updateEvery: 1, points: 10))
    }
}

@Suite("Times that nobody believes (hostile inputs 14)")
struct HostileTimeTests {
    @Test("are refused beyond the future limit and counted, one microsecond less is taken")
    func futureLimit() {
        for (seconds, refused) in [(3600, 0), (3600.000_001, 1)] {
            var bench = ChartBench([dimension()], history: 10_000, futureLimit: 3600)
            bench.collect([1], elapsed: 0)
            bench.collect([1])
            bench.collect([2], after: seconds, elapsed: 0)
            #expect(bench.database.counters.refusedCollections == refused)
            #expect(bench.retention.last == (refused == 0 ? start + 3601 : start + 1))
        }
    }

    @Test("leave a chart that goes on as if they had not come")
    func goesOn() {
        var bench = ChartBench([dimension(.incremental)], futureLimit: 3600)
        bench.collect([100], elapsed: 0)
        bench.collect([100])
        bench.collect([200], after: 4000, elapsed: 1)
        #expect(bench.values() == [0])
        bench.collect([300])
        // From 100 to 300 in one second, of which half lies before the point.
        #expect(bench.values() == [0, 100])
    }

    @Test("have no limit where it is 0")
    func noLimit() {
        var bench = ChartBench([dimension()], history: 200_000)
        bench.collect([1], elapsed: 0)
        bench.collect([1])
        for _ in 0..<5 { bench.collect([2], after: 86_400, elapsed: 0) }
        #expect(bench.retention.last == start + 1 + 5 * 86_400)
        #expect(bench.retention.points == 200_000)
    }

    @Test(
        "never trap, never loop: extreme microseconds and clocks",
        arguments: MemoryMode.allCases,
        [0, 3600, Int64.max] as [Int64]
    )
    func extremes(mode: MemoryMode, limit: Int64) {
        let extremes: [Int64] = [
            .min, .min + 1, -1, 0, 1, 999_999, 1_000_000, 1 << 31, 1 << 53, 1 << 62, .max - 1, .max,
        ]
        for trusted in [true, false] {
            for now in extremes + [at(Double(start))] {
                var database = HostDatabase(
                    guid: someGUID,
                    settings: HostSettings(mode: mode, history: 10, futureLimitSeconds: limit)
                )
                let chart = database.define(ChartDefinition(id: "a.b"), now: now)!
                let index = database.define(dimension(.incremental), in: chart)!
                for microseconds in extremes + extremes.reversed() {
                    for clock in [now, at(Double(start))] {
                        database.begin(chart, microseconds: microseconds, now: clock, trusted: trusted)
                        database.set(index, microseconds)
                        database.end(now: clock)
                    }
                }
                _ = database.points(of: chart)
            }
        }
    }

    @Test("a hole of 50 years costs nothing in any mode", arguments: [MemoryMode.none, .ram, .alloc])
    func years(mode: MemoryMode) {
        var bench = ChartBench([dimension(.incremental), dimension(.absolute, "a")], mode: mode, history: 1 << 30)
        bench.collect([1, 1], elapsed: 0)
        for _ in 0..<100 { bench.collect([2, 2], after: 50 * 365 * 86_400, elapsed: 50 * 365 * 86_400) }
        #expect(bench.database.pointBytes < 1 << 20)
    }

    @Test("a machine whose clock was never set gets its history when it is")
    func unsetClock() {
        var bench = ChartBench([dimension()], now: 3)
        bench.collect([1], trusted: false, elapsed: 0)
        bench.collect([2], trusted: false)
        #expect(bench.retention.last == 4)
        bench.collect([3], trusted: false, elapsed: Double(start))
        bench.collect([4], trusted: false)
        bench.collect([5], trusted: false)
        #expect(bench.retention.last == start + 6)
        #expect(bench.values() == [4, 5])
    }
}

@Suite("Numbers become values (web API §5.2, §5.3)")
struct ValueTests {
    /// Collections half a second past each second, so that a point lies in the middle between two.
    private static func run(
        _ dimensions: [DimensionDefinition],
        _ collections: [[Int64?]],
        mode: MemoryMode = .alloc
    ) -> [[Double?]] {
        var bench = ChartBench(dimensions, mode: mode)
        for (index, values) in collections.enumerated() { bench.collect(values, elapsed: index == 0 ? 0 : 1) }
        return dimensions.indices.map { bench.values($0) }
    }

    @Test("absolute: times multiplier, by divisor")
    func absolute() {
        let scaled = DimensionDefinition(id: "d", multiplier: -3, divisor: 2)
        #expect(Self.run([scaled], [[0], [10], [-4]]) == [[-15, 6]])
    }

    @Test("a multiplier or divisor of 0 counts as 1")
    func zeroScale() {
        #expect(Self.run([DimensionDefinition(id: "d", multiplier: 0, divisor: 0)], [[0], [7]]) == [[7]])
    }

    @Test("incremental: growth per second, a step divided over the seconds it crosses")
    func incremental() {
        #expect(Self.run([dimension(.incremental)], [[100], [110], [130], [130]]) == [[5, 15, 10]])
    }

    @Test("incremental: per second also with a larger update every")
    func incrementalEvery() {
        var bench = ChartBench([dimension(.incremental)], updateEvery: 5)
        for (index, value) in [0, 50, 100, 150].enumerated() {
            bench.collect([Int64(value)], after: 5, elapsed: index == 0 ? 0 : 5)
        }
        #expect(bench.values().suffix(2) == [10, 10])
    }

    @Test("incremental: an overflow of 32 bits goes on, a restart adds nothing; both leave a mark")
    func overflow() {
        var bench = ChartBench([dimension(.incremental)])
        for (index, value) in [4_294_967_290, 4_294_967_294, 4, 8].enumerated() {
            bench.collect([Int64(value)], elapsed: index == 0 ? 0 : 1)
        }
        // 2 + half of (4294967295 − 4294967294 + 4); 2.5 + 2.
        #expect(bench.values() == [2, 4.5, 4.5])
        let codes = bench.database.points(of: bench.chart).columns[0]
        #expect(codes.map(StorageNumber.hasReset) == [false, true, false])
        #expect(Self.run([dimension(.incremental)], [[1000], [1100], [5], [15]]) == [[50, 50, 5]])
    }

    @Test("incremental: a counter that was ever wider than 32 bits overflows at 64")
    func wideOverflow() {
        #expect(Self.run([dimension(.incremental)], [[0], [4_294_967_290], [4], [4]])[0].last == 4.5)
        #expect(Self.run([dimension(.incremental)], [[1 << 33], [4_294_967_290], [4], [4]])[0].last == 0)
    }

    @Test("incremental: noreset leaves no mark")
    func noreset() {
        let quiet = DimensionDefinition(id: "d", algorithm: .incremental, options: .noreset)
        var bench = ChartBench([quiet])
        for (index, value) in [1000, 1100, 5].enumerated() {
            bench.collect([Int64(value)], elapsed: index == 0 ? 0 : 1)
        }
        #expect(!bench.database.points(of: bench.chart).columns[0].contains { StorageNumber.hasReset($0) })
    }

    @Test("percentage of the row: of all that was set, hidden ones included, 0 where the sum is")
    func percentageOfRow() {
        let hidden = DimensionDefinition(id: "h", algorithm: .percentageOfAbsoluteRow, options: .hidden)
        let rows = Self.run(
            [dimension(.percentageOfAbsoluteRow, "a"), hidden],
            [[1, 1], [25, 75], [0, 0], [nil, 3]]
        )
        #expect(rows == [[25, 0, nil], [75, 0, 100]])
    }

    @Test("percentage of the increments: a falling counter counts as standing still")
    func percentageOfIncrements() {
        let rows = Self.run(
            [dimension(.percentageOfIncrementalRow, "a"), dimension(.percentageOfIncrementalRow, "b")],
            [[100, 100], [110, 130], [5, 140], [5, 140]]
        )
        #expect(rows == [[25, 0, 0], [75, 100, 0]])
    }

    @Test("what was not set is a gap and takes part in no sum")
    func notSet() {
        #expect(
            Self.run([dimension(.absolute, "a"), dimension(.absolute, "b")], [[1, 1], [nil, 2], [3, 3]]) == [
                [nil, 3], [2, 3],
            ]
        )
    }

    @Test("a dimension's first value is not stored, whenever it comes")
    func newDimension() {
        #expect(
            Self.run([dimension(.absolute, "a"), dimension(.absolute, "b")], [[1, nil], [2, nil], [3, 9], [4, 9]]) == [
                [2, 3, 4], [nil, nil, 9],
            ]
        )
    }

    @Test("two collections in a second: increments add up, values replace")
    func twoInASecond() {
        var bench = ChartBench([dimension(.incremental, "i"), dimension(.absolute, "a")])
        bench.collect([0, 0], elapsed: 0)
        bench.collect([10, 1], after: 0.2)
        bench.collect([20, 2], after: 0.2)
        #expect(bench.values(0) == [])
        bench.collect([30, 3], after: 0.2)
        #expect(bench.values(0) == [25])
        #expect(bench.values(1) == [3])
    }

    @Test("of a long step the last two points get values", arguments: [(1, 2), (3, 4), (0, 2)])
    func gaps(gap: Int, filled: Int) {
        var bench = ChartBench([dimension()], gap: gap)
        bench.collect([0], elapsed: 0)
        bench.collect([0])
        bench.collect([60], after: 6)
        #expect(bench.values().count == 7)
        #expect(bench.values().dropFirst().map { $0 == nil } == (0..<6).map { $0 < 6 - filled })
        #expect(bench.values().last == 60)
    }

    @Test("an increment over a gap is divided over all of it")
    func incrementOverGap() {
        var bench = ChartBench([dimension(.incremental)])
        bench.collect([0], elapsed: 0)
        bench.collect([10])
        bench.collect([110], after: 10)
        #expect(bench.values() == [5, nil, nil, nil, nil, nil, nil, nil, nil, 10, 10])
    }

    @Test("mode none keeps the last numbers and nothing else")
    func modeNone() {
        var bench = ChartBench([dimension(.incremental)], mode: .none)
        for value in 0..<5 { bench.collect([Int64(value * 30)], elapsed: value == 0 ? 0 : 1) }
        #expect(bench.retention.points == 0)
        #expect(bench.database.pointBytes == 0)
        let latest = bench.database.latest(of: bench.chart)
        #expect(latest[0].collected == 120)
        #expect(latest[0].value == 30)
        #expect(bench.database.lastUpdated == start + 4)
    }

    @Test("the last value is not rounded to what is stored")
    func latest() {
        var bench = ChartBench([DimensionDefinition(id: "d", divisor: 3)])
        bench.collect([0], elapsed: 0)
        bench.collect([100_000_000])
        #expect(bench.database.latest(of: bench.chart)[0].value == 100_000_000.0 / 3)
        #expect(bench.values() == [33_333_330])
    }

    @Test("no number traps", arguments: Algorithm.allCases)
    func extremes(algorithm: Algorithm) {
        let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, 1 << 32, .max - 1, .max]
        for multiplier in extremes {
            for divisor in extremes {
                let wild = DimensionDefinition(id: "d", algorithm: algorithm, multiplier: multiplier, divisor: divisor)
                var bench = ChartBench([wild, dimension(algorithm, "e")])
                for (index, value) in (extremes + extremes.reversed()).enumerated() {
                    bench.collect([value, 0 &- value], elapsed: index == 0 ? 0 : 1)
                }
                #expect(bench.retention.points == 15)
            }
        }
    }
}

@Suite("When a dimension was set last")
struct LastSetTests {
    /// By this machine's clock, however many collections do not bring it.
    @Test func dimensionsRestOneByOne() {
        var bench = ChartBench([dimension(), dimension(.incremental, "e"), dimension(.absolute, "f")])
        #expect(bench.database.collectedAt(bench.chart, 0) == 0)
        bench.collect([1, 2])
        let first = Int(bench.now)
        for _ in 0..<5 { bench.collect([1], after: 1, elapsed: 1.25) }
        bench.collect([nil, 3], elapsed: 0)
        #expect((0..<3).map { bench.database.collectedAt(bench.chart, $0) } == [Int(bench.now), Int(bench.now), 0])
        bench.collect([1])
        #expect(bench.database.collectedAt(bench.chart, 1) == Int(bench.now) - 1)
        #expect(first < Int(bench.now) - 5)
        #expect(bench.database.collectedAt(bench.chart, 7) == 0)
    }

    /// What has rested for so long that nobody counts any more was never set; a clock that went back makes nothing older.
    @Test func theCountEnds() {
        var bench = ChartBench([dimension(), dimension(.absolute, "e")])
        bench.collect([1, 2])
        let first = Int(bench.now)
        bench.collect([1], elapsed: 65_000)
        #expect(bench.database.collectedAt(bench.chart, 1) == first)
        bench.collect([1], elapsed: -500)
        #expect(bench.database.collectedAt(bench.chart, 1) <= first)
        bench.collect([1], elapsed: 1_000)
        #expect(bench.database.collectedAt(bench.chart, 1) == 0)
        #expect(bench.database.collectedAt(bench.chart, 0) == Int(bench.now))
    }

    /// A child says when it has set what it replicates.
    @Test func childrenSayWhen() {
        var bench = ChartBench([dimension(), dimension(.absolute, "e"), dimension(.absolute, "f")])
        for (id, time) in [("d", start - 20), ("e", start - 8), ("f", 0)] {
            id.withWord { word in
                _ = bench.database.resumeDimension(
                    bench.chart,
                    word,
                    collectedAt: time * 1_000_000,
                    collected: 5,
                    calculated: 5,
                    stored: 5
                )
            }
        }
        #expect((0..<3).map { bench.database.collectedAt(bench.chart, $0) } == [Int(start) - 20, Int(start) - 8, 0])
        bench.collect([nil, 3])
        #expect((0..<3).map { bench.database.collectedAt(bench.chart, $0) } == [Int(start) - 20, Int(bench.now), 0])
    }
}
