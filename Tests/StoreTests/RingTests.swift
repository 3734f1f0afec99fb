import Basics
import Testing

@testable import Store

/// What mode none keeps for replication, and nobody else sees.
@Suite struct RingTests {
    private struct Bench: ~Copyable {
        var database: HostDatabase
        let chart: ChartRef
        let every: Int64

        init(ring: Int, updateEvery: Int = 1, dimensions: Int = 1) {
            database = HostDatabase(
                guid: someGUID,
                settings: HostSettings(mode: .none, futureLimitSeconds: 0, ringSeconds: ring)
            )
            chart = database.define(
                ChartDefinition(id: "test.chart", updateEvery: updateEvery),
                now: at(Double(start))
            )!
            for index in 0..<dimensions { database.define(DimensionDefinition(id: "d\(index)"), in: chart) }
            every = Int64(updateEvery)
        }

        mutating func collect(_ value: Int64, at now: Int64, after seconds: Int64? = nil) {
            database.collect(chart, value, after: seconds ?? every, at: now)
        }
    }

    @Test func queriesSeeNothingOfIt() {
        var bench = Bench(ring: 600)
        for second in 0...100 { bench.collect(Int64(second), at: start + Int64(second)) }
        #expect(bench.database.retention(of: bench.chart).points == 0)
        #expect(bench.database.points(of: bench.chart).count == 0)
        #expect(bench.database.shared(bench.chart).copied().count == 0)
        #expect(bench.database.firstStored == 0)
        #expect(bench.database.snapshot(of: bench.chart)?.retention.last == 0)
        #expect(bench.database.snapshot(of: bench.chart)?.reportedFirst == 0)
        // Replication does.
        #expect(bench.database.past(of: bench.chart) == ReplicablePast(first: start, last: start + 100, updateEvery: 1))
        let points = bench.database.past(of: bench.chart, after: start + 97, before: start + 99).copied()
        #expect(points.firstTime == start + 98 && points.columns == [[98, 99].map { StorageNumber.encode($0) }])
    }

    @Test func withoutARingNothingIsKept() {
        var bench = Bench(ring: 0)
        for second in 0...100 { bench.collect(Int64(second), at: start + Int64(second)) }
        #expect(bench.database.past(of: bench.chart) == ReplicablePast(first: 0, last: 0, updateEvery: 1))
        #expect(bench.database.pointBytes == 0)
        #expect(bench.database.past(of: bench.chart, after: 0, before: .max).copied().count == 0)
    }

    /// It is bounded by time whatever the step, and its memory is a little more than that.
    @Test(arguments: [(600, 1), (600, 2), (600, 10), (600, 600), (5, 1), (1, 1), (3, 10), (86_400, 60)])
    func itIsBoundedByTime(ring: Int, every: Int) {
        var bench = Bench(ring: ring, updateEvery: every, dimensions: 3)
        let rows = max(1, ring / every)
        let first = start / Int64(every) * Int64(every)
        for step in 0...Int64(3 * rows + 7) {
            bench.collect(step, at: first + step * Int64(every))
            let past = bench.database.past(of: bench.chart)!
            #expect(past.last - past.first <= Int64(rows * every))
            // Three in sixteen at most: blocks are an eighth, and two of them may be partly of use.
            let most = (rows + 2 * ((rows + 7) / 8)) * 3 * 4 + 12 * 64
            #expect(bench.database.pointBytes <= most, "\(bench.database.pointBytes) bytes for \(rows) rows of 3")
        }
        let past = bench.database.past(of: bench.chart)!
        #expect(past.last - past.first == Int64(rows * every))
        #expect(bench.database.past(of: bench.chart, after: past.first, before: past.last).copied().count == rows)
    }

    /// A hole longer than the ring starts nothing anew, as nothing does in mode none.
    @Test func aLongHoleIsNoReset() {
        var bench = Bench(ring: 10)
        for second in 0...20 { bench.collect(1, at: start + Int64(second)) }
        bench.collect(2, at: start + 1020, after: 1000)
        #expect(bench.database.counters.resets == 0)
        let past = bench.database.past(of: bench.chart)!
        #expect(past.last == start + 1020 && past.first == start + 1010)
        let codes = bench.database.past(of: bench.chart, after: past.first, before: past.last).copied().columns[0]
        #expect(codes.count == 10)
        // A huge one costs nothing.
        bench.collect(2, at: start + 1_000_001_020, after: 1_000_000_000)
        #expect(bench.database.pointBytes < 1000)
    }

    /// The memory of 1,100 dimensions for ten minutes: 300 charts of 2 to 9 dimensions.
    @Test func costs() {
        var database = HostDatabase(
            guid: someGUID,
            settings: HostSettings(mode: .none, futureLimitSeconds: 0, ringSeconds: 600)
        )
        var charts: [ChartRef] = []
        var dimensions = 0
        while dimensions < 1100 {
            let definition = ChartDefinition(id: "c.c\(charts.count)", updateEvery: 1)
            let chart = database.define(definition, now: at(Double(start)))!
            for index in 0..<min(2 + charts.count % 8, 1100 - dimensions) {
                database.define(DimensionDefinition(id: "d\(index)"), in: chart)
                dimensions += 1
            }
            charts.append(chart)
        }
        var most = 0
        for second in 0..<2000 {
            for chart in charts { database.collect(chart, Int64(second), after: 1, at: start + Int64(second)) }
            most = max(most, database.pointBytes)
        }
        let exact = 1100 * 600 * 4
        print("a ring of 600 s for 1,100 dimensions: \(most) bytes, \(exact) of them what must be")
        #expect(most < exact * 5 / 4)
    }

    /// Decimals of a stored number are all there is to it: what is printed from them is the number again.
    @Test func decimalsAreTheNumber() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let value = Double.random(in: -1...1, using: &generator) * [1e-6, 1, 1e3, 1e9, 1e15, 1e20].randomElement()!
            let code = StorageNumber.encode(value)
            let (digits, exponent, isNegative) = StorageNumber.decimal(code)
            #expect(exponent >= -7 && exponent <= 14)
            let text = "\(isNegative ? "-" : "")\(digits)e\(exponent)"
            let again = StorageNumber.encode(Double(text)!)
            // Another code of the same number: what is too small for any digit is 0 and has no scale any more, and what was
            // rounded at a border between two scales fits into the finer one.
            let difference = StorageNumber.value(again) - StorageNumber.value(code)
            #expect(difference.magnitude <= StorageNumber.value(code).magnitude * 1e-15, "\(value): \(text)")
        }
    }
}

extension HostDatabase {
    fileprivate mutating func collect(_ chart: ChartRef, _ value: Int64, after seconds: Int64, at now: Int64) {
        begin(chart, microseconds: seconds * 1_000_000, now: now * 1_000_000, trusted: true)
        for index in 0..<Int32(dimensionCount(of: chart)) { set(index, value) }
        end(now: now * 1_000_000)
    }
}
