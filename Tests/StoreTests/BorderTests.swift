import Basics
import Testing

@testable import Store

/// Each rule of web API §5 at the last value on one side of its border and the first on the other.
@Suite("Borders of the collection arithmetic (web API §5)")
struct BorderTests {
    // MARK: The clock

    @Test(
        "a plugin's microseconds count up to five steps of silence",
        arguments: [(5.0, 1), (5.000_001, 5)] as [(Double, Int64)]
    )
    func silence(elapsed: Double, points: Int64) {
        var bench = ChartBench([dimension()], now: Double(start))
        bench.collect([1], trusted: false, elapsed: 0)
        // The clock of the chart began half a second into the second.
        bench.collect([2], after: 1, trusted: false, elapsed: 0.5 + elapsed)
        #expect(bench.retention.last == start + points)
    }

    @Test(
        "a plugin's chart that stands exactly at now is not ahead of it",
        arguments: [(0.5, false), (0.499_999, true)]
    )
    func ahead(elapsed: Double, isPulled: Bool) {
        var bench = ChartBench([dimension()], now: Double(start))
        bench.collect([1], trusted: false, elapsed: 0)
        bench.collect([2], after: 1, trusted: false, elapsed: elapsed)
        let expected = at(Double(start)) + (isPulled ? 499_999 : 1_500_000)
        #expect(bench.database.snapshot(of: bench.chart)?.lastCollected == expected)
    }

    @Test("negative microseconds are refused whoever says them", arguments: [true, false])
    func negative(trusted: Bool) {
        var bench = ChartBench([dimension()])
        bench.collect([1], elapsed: 0)
        bench.collect([2])
        bench.collect([2], after: -0.000_001, trusted: trusted, elapsed: 1)
        #expect(bench.database.counters.refusedCollections == 1)
        #expect(
            bench.database.takeNotices() == [.refusedTime(chart: "test.chart", microseconds: -1, ahead: 0)]
        )
        bench.collect([3])
        #expect(bench.values() == [2, 3])
    }

    @Test(
        "a chart stays as long as its newest point is no further away than its history",
        arguments: [(9.5, 0), (9.500_001, 1)]
    )
    func oldPoint(after: Double, resets: Int) {
        var bench = ChartBench([dimension()], history: 10)
        bench.collect([1], elapsed: 0)
        bench.collect([2])
        // At start + 1.5, with its newest point at start + 1.
        bench.collect([3], after: after)
        #expect(bench.database.counters.resets == resets)
    }

    @Test(
        "a day between points is the most there is",
        arguments: [(86_400, 86_400), (86_401, 86_400), (Int.max, 86_400), (0, 1)] as [(Int, Int64)]
    )
    func updateEvery(asked: Int, given: Int64) {
        var database = HostDatabase(guid: someGUID, settings: HostSettings())
        let chart = database.define(ChartDefinition(id: "a.b", updateEvery: asked), now: at(Double(start)))!
        #expect(database.retention(of: chart).updateEvery == given)
    }

    // MARK: Values

    /// What a third collection adds to a counter, over the two points it belongs to.
    private static func growth(_ values: Int64...) -> Double {
        var bench = ChartBench([dimension(.incremental)])
        for (index, value) in values.enumerated() { bench.collect([value], elapsed: index == 0 ? 0 : 1) }
        bench.collect([values[values.count - 1]])
        return bench.values().suffix(2).reduce(0) { $0 + ($1 ?? .nan) }
    }

    @Test("a counter that falls by nearly all it can hold ran over, else it was set back")
    func overflowOrReset() {
        let top: Int64 = 4_294_967_295
        // A tenth of 32 bits is 429496720.
        #expect(Self.growth(top, top, 429_496_719) > 429_496_000)
        #expect(Self.growth(top, top, 429_496_720) == 0)
        #expect(Self.growth(top - 10, top - 10, 429_496_709) > 429_496_000)
        #expect(Self.growth(top - 10, top - 10, 429_496_710) == 0)
    }

    @Test("a counter is wide from the first value that 32 bits cannot hold")
    func wide() {
        let top: Int64 = 4_294_967_295
        #expect(Self.growth(top, top, 4) == 4)
        #expect(Self.growth(top + 1, top + 1, 4) == 0)
        // Counters have no sign, but their size is told with it.
        #expect(Self.growth(.max, .max, .min) == 1)
        #expect(Self.growth(-1, -1, 4) == 0)
    }

    @Test("equal is no reset, one less is", arguments: [(1000, false), (999, true)] as [(Int64, Bool)])
    func mark(last: Int64, isMarked: Bool) {
        for algorithm in [Algorithm.incremental, .percentageOfIncrementalRow] {
            var bench = ChartBench([dimension(algorithm)])
            for (index, value) in [1000, 1000, last].enumerated() {
                bench.collect([value], elapsed: index == 0 ? 0 : 1)
            }
            let codes = bench.database.points(of: bench.chart).columns[0]
            #expect(codes.map(StorageNumber.hasReset) == [false, isMarked], "\(algorithm)")
        }
    }

    @Test("percentages of a sum that wraps or is nothing are numbers")
    func wrappedSums() {
        for algorithm in [Algorithm.percentageOfAbsoluteRow, .percentageOfIncrementalRow] {
            var bench = ChartBench([dimension(algorithm, "a"), dimension(algorithm, "b")])
            for (index, values) in [[0, 0], [.max, 1], [.min, .min], [0, 0], [-1, 1]].enumerated() {
                bench.collect(values.map { Int64($0) }, elapsed: index == 0 ? 0 : 1)
            }
            for column in 0..<2 { #expect(bench.values(column).allSatisfy { $0?.isFinite == true }, "\(algorithm)") }
        }
    }

    @Test(
        "multiplier and divisor keep their sign and size",
        arguments: [
            (Int64.max, Int64.max, 7.0), (.min, .min, 7), (-1, 1, -7), (1, .min, 0), (0, 0, 7),
        ]
    )
    func scales(multiplier: Int64, divisor: Int64, expected: Double) {
        var bench = ChartBench([DimensionDefinition(id: "d", multiplier: multiplier, divisor: divisor)])
        bench.collect([0], elapsed: 0)
        bench.collect([7])
        #expect(bench.values() == [expected])
    }

    // MARK: Points

    @Test(
        "a point is stored when its second is reached, not a microsecond before",
        arguments: [(0.499_999, 0), (0.5, 1)]
    )
    func reached(after: Double, points: Int) {
        var bench = ChartBench([dimension()])
        bench.collect([1], elapsed: 0)
        bench.collect([2], after: after)
        #expect(bench.retention.points == points)
    }

    @Test(
        "a step that ends at a full second counts as one second longer, and the third one back is a gap",
        arguments: [(1.999_999, [9]), (2.0, [nil, 9]), (2.5, [9, 9]), (3.5, [nil, 9, 9])] as [(Double, [Double?])]
    )
    func iterations(after: Double, expected: [Double?]) {
        var bench = ChartBench([dimension(.incremental)])
        bench.collect([0], elapsed: 0)
        bench.collect([0], after: 0.5)
        bench.collect([Int64((9 * after * 1_000_000).rounded())], after: after)
        #expect(bench.values().dropFirst().map { $0.map { ($0 / 1_000_000).rounded() } } == expected)
    }
}
