import Testing

@testable import Store

/// Which tier a query reads, and what comes out of it (web API §7.7).
///
/// What is expected of the choice, of the rows and of the points read is what netdata 1.37.1 answered with tiers of 6 and 5
/// points, fed by a child with an hour of replicated points.
struct TierQueryTests {
    /// When it was asked. Seconds.
    static let now: Int64 = 1_795_711_419
    private static let first: Int64 = 1_795_707_804

    /// A line: the value of a second is how many seconds it is behind the first.
    private static func line(_ time: Int64) -> Double { Double(time - first) }

    /// The chart that the original had, with the spans it had.
    private static func chart(
        _ id: String = "t.a",
        updateEvery u: Int64 = 1,
        last: Int64 = now,
        _ ends: [Int64]? = nil
    )
        -> QueryChart
    {
        let spans = [(1, u * 6), (2, u * 30)].map { tier, step in
            TierSpan(
                tier: tier,
                // Tier 1 begins with its first whole point; tier 2 with part of one.
                first: (first + (tier == 1 ? step - u : 0) + step - 1) / step * step,
                last: ends?[tier - 1] ?? last / step * step,
                step: step
            )
        }
        return QueryChart(
            id: id,
            name: id,
            context: "t",
            updateEvery: u,
            first: (first + u - 1) / u * u,
            last: last,
            higherTiers: spans,
            dimensions: [.init(id: "lin", name: "lin")]
        )
    }

    private func plan(_ query: String, _ charts: [QueryChart] = [chart()], now: Int64 = now) throws -> QueryPlan {
        try QueryPlan(parameters(query), charts: charts, tiers: 3, now: now * 1_000_000 + 300_000)
    }

    /// A tier-0 copy with a value for each time.
    private static func points(
        _ times: ClosedRange<Int64>,
        step: Int64,
        _ value: (Int64) -> Double?
    ) -> StoredPoints {
        let start = (times.lowerBound + step - 1) / step * step
        let ends = Array(stride(from: start, through: times.upperBound, by: Int(step)))
        return StoredPoints(
            firstTime: start,
            step: step,
            columns: [ends.map { value($0).map { StorageNumber.encode($0) } ?? StorageNumber.empty }]
        )
    }

    /// Runs a plan over a series that every tier is made of.
    private func run(_ plan: QueryPlan, _ value: (Int64) -> Double? = { Self.line($0) }) -> QueryResult {
        plan.run { part, times in
            Self.points(times, step: part.chart.updateEvery, value)
        } tier: { part, times in
            let u = part.chart.updateEvery
            let step = part.source.step
            let from = (times.lowerBound + step - 1) / step * step
            let fine = Self.points((from - step + u)...times.upperBound, step: u, value)
            let one = TierMaker.rows(of: fine, factor: 6)
            return part.tier == 1 ? one : TierMaker.rows(of: one, factor: 5)
        }
    }

    struct Answer: CustomTestStringConvertible, Sendable {
        let query: String
        let points: [Int]
        let rows: Int
        let step: Int64
        let after: Int64
        let before: Int64
        var testDescription: String { query }

        init(_ query: String, _ points: [Int], _ rows: Int, _ step: Int64, _ after: Int64, _ before: Int64) {
            self.query = query
            self.points = points
            self.rows = rows
            self.step = step
            self.after = 1_795_700_000 + after
            self.before = 1_795_700_000 + before
        }
    }

    private static let tenMinutes = "after=1795710781&before=1795711380"

    static let answers = [
        Answer("after=-60&points=60", [60], 60, 1, 11359, 11418),
        Answer("after=-60&points=10", [60], 10, 6, 11357, 11416),
        // Its points are as wide as the rows of tier 2, but only one whole one of those lies between the ends.
        Answer("after=-60&points=2", [0, 11], 2, 30, 11351, 11410),
        Answer("after=-600&points=20", [0, 101], 20, 30, 10811, 11410),
        Answer("after=-600&points=0", [600], 600, 1, 10819, 11418),
        Answer("after=-600&points=0&tier=0", [600], 600, 1, 10819, 11418),
        // Natural rows of a tier that was asked for are its points.
        Answer("after=-600&points=0&tier=1", [0, 100], 100, 6, 10822, 11416),
        Answer("after=-600&points=0&tier=2", [0, 0, 20], 20, 30, 10840, 11410),
        Answer("after=-600&points=600&tier=1", [0, 100], 100, 6, 10822, 11416),
        Answer("after=-600&points=600&tier=2", [0, 0, 20], 20, 30, 10840, 11410),
        Answer("after=-600&points=10&tier=2&options=selected-tier", [0, 0, 20], 10, 60, 10810, 11380),
        Answer("after=-600&points=0&tier=3", [600], 600, 1, 10819, 11418),
        Answer("\(tenMinutes)&points=20", [0, 101], 20, 30, 10781, 11380),
        Answer("\(tenMinutes)&points=20&tier=2", [0, 0, 21], 20, 30, 10781, 11380),
        Answer("\(tenMinutes)&points=20&options=selected-tier", [600], 20, 30, 10781, 11380),
        Answer("\(tenMinutes)&points=600&tier=2", [0, 0, 21], 600, 1, 10781, 11380),
        Answer("\(tenMinutes)&points=0&tier=2", [0, 0, 20], 20, 30, 10810, 11380),
        // The head is in full resolution only: no tier covers more.
        Answer("after=-7200&points=10", [3157], 10, 720, 3761, 10960),
        Answer("after=-3600&points=40", [0, 0, 121], 40, 90, 7811, 11410),
        // A row that ends behind the last whole point of a tier.
        Answer("after=-3000&points=10&options=unaligned", [3000], 10, 300, 8419, 11418),
        Answer("after=-3000&points=10&group=sum", [0, 0, 101], 10, 300, 8201, 11200),
        Answer("after=1795711380&before=1795711380&points=1", [1], 1, 1, 11380, 11380),
        Answer("after=1795711380&before=1795711380&points=1&tier=2", [0, 0, 1], 1, 1, 11380, 11380),
    ]

    @Test(arguments: answers)
    func readsWhatTheOriginalReads(_ answer: Answer) throws {
        let plan = try plan("chart=t.a&" + answer.query)
        let result = run(plan)
        #expect(plan.grid.rows == answer.rows)
        #expect(plan.grid.step == answer.step)
        #expect(plan.grid.firstRow - plan.grid.step + plan.grid.granularity == answer.after)
        #expect(plan.grid.before == answer.before)
        #expect(result.pointsPerTier == answer.points)
        #expect(plan.updateEvery == 1)
    }

    /// Each chart has its own best tier.
    @Test func chartsOfAQueryMayReadDifferentTiers() throws {
        let charts = [Self.chart(last: 1_795_711_545), Self.chart("t.five", updateEvery: 5, last: 1_795_711_545)]
        let plan = try plan("chart=t.*&after=-600&points=10", charts, now: 1_795_711_545)
        #expect(plan.parts.map(\.tier) == [2, 1])
        #expect(run(plan).pointsPerTier == [0, 21, 21])
        let natural = try self.plan("chart=t.*&after=-600&tier=1", charts, now: 1_795_711_545)
        #expect(natural.grid.granularity == 6)
        #expect(natural.updateEvery == 1)
    }

    @Test(arguments: [
        ("tier=0", 0), ("tier=2", 2), ("tier=-1", 0), ("tier=abc", 0), ("tier=2x", 2), ("tier=0x1", 0), ("tier=3", nil),
        ("tier=99999999999999999999", nil), ("tier=9&options=selected-tier", 0), ("options=selected-tier", 0),
        ("", nil),
    ])
    func aTierIsFixedByNumberOrByTheOption(_ text: String, _ tier: Int?) throws {
        let plan = try plan("chart=t.a&after=-600&points=10&\(text)")
        #expect(plan.fixedTier == tier)
        #expect(plan.parameters.options.contains(.selectedTier) == (tier != nil))
        #expect(tier == nil || plan.parts[0].tier == tier)
    }

    @Test func aTierThatAChartHasNotIsNulls() throws {
        let bare = QueryChart(
            id: "b",
            name: "b",
            context: "b",
            updateEvery: 1,
            first: Self.first,
            last: Self.now,
            dimensions: [.init(id: "x", name: "x")]
        )
        let plan = try plan("chart=b&after=-600&points=10&tier=1", [bare])
        #expect(plan.points(of: plan.parts[0]) == nil)
        let result = run(plan)
        #expect(result.columns[0].rows.values.allSatisfy { $0.isNaN })
        #expect(result.pointsRead == 0)
        #expect(try self.plan("chart=b&after=-600&points=10", [bare]).parts[0].tier == 0)
    }

    // MARK: What the rows are

    /// Rows of whole points of a line are the same whichever tier they come from.
    @Test(
        arguments: ["average", "sum", "min", "max"],
        ["points=20", "points=10", "points=5&options=unaligned", "points=2&options=unaligned"]
    )
    func rowsOfWholePointsAreTheSameInAllTiers(_ group: String, _ points: String) throws {
        let query = "chart=t.a&\(Self.tenMinutes)&\(points)&group=\(group)"
        let fine = run(try plan(query + "&tier=0")).columns[0].rows
        #expect(fine.values.allSatisfy { !$0.isNaN })
        for tier in 1...2 {
            let rows = run(try plan(query + "&tier=\(tier)")).columns[0].rows
            #expect(rows.values.count == fine.values.count)
            for (one, other) in zip(rows.values, fine.values) {
                #expect(abs(one - other) < 1e-3 * max(1, other / 1000))
            }
        }
    }

    /// Of points with gaps each counts the same, as in the original: a row is the average of averages.
    @Test func otherFunctionsGroupAverages() throws {
        let value: (Int64) -> Double? = { $0 % 30 < 20 ? Double($0 % 7) : nil }
        let query = "chart=t.a&\(Self.tenMinutes)&points=10"
        let all = Self.points(1_795_710_780...1_795_711_380, step: 1, value)
        let tier = TierMaker.rows(of: TierMaker.rows(of: all, factor: 6), factor: 5)
        let averages = tier.columns[0].averages.map { StorageNumber.value($0) }
        #expect(averages.count == 20)
        func expected(_ function: (Double, Double) -> Double) -> [Double] {
            stride(from: 0, to: 20, by: 2).map { function(averages[$0], averages[$0 + 1]) }
        }
        func rows(_ group: String) throws -> [Double] {
            run(try plan("\(query)&tier=2&group=\(group)"), value).columns[0].rows.values
        }
        #expect(try rows("average") == expected { ($0 + $1) / 2 })
        #expect(try rows("median") == expected { ($0 + $1) / 2 })
        #expect(try rows("incremental-sum") == expected { $1 - $0 })
        #expect(try rows("countif&group_options=>3") == expected { ($0 > 3 ? 50 : 0) + ($1 > 3 ? 50 : 0) })
        #expect(try rows("min") == Array(repeating: 0, count: 10))
        #expect(try rows("max") == Array(repeating: 6, count: 10))
    }

    /// Rows narrower than a point lie on the line between the points' ends, the first ones too: the point in front of the window
    /// is read for that, and for nothing else.
    @Test(arguments: [1, 2])
    func narrowRowsLieOnALine(_ tier: Int) throws {
        let step: Double = tier == 1 ? 6 : 30
        let result = run(try plan("chart=t.a&after=1795710783&before=1795711379&points=597&tier=\(tier)"))
        let values = result.columns[0].rows.values
        #expect(values.count == 597)
        for (row, value) in values.enumerated() {
            let expected = Self.line(result.time(row)) - (step - 1) / 2
            #expect(abs(value - expected) < 1e-3, "row \(row)")
        }
    }

    /// Without that point, or next to a gap, a point's own value stands.
    @Test func gapsAreNoEndsOfLines() throws {
        let plan = try plan("chart=t.a&after=1795710783&before=1795710900&points=118&tier=2")
        let result = plan.run { _, _ in
            nil
        } tier: { _, _ in
            var rows = TierColumns(gaps: 4, firstTime: 1_795_710_780, step: 30, dimensions: 1)
            let code = [StorageNumber.encode(8)]
            rows.copy(
                TierColumns(
                    firstTime: 1_795_710_840,
                    step: 30,
                    columns: [TierColumn(averages: code, minima: code, maxima: code, counts: [30])]
                )
            )
            return rows
        }
        let values = result.columns[0].rows.values
        #expect(values[..<28].allSatisfy { $0.isNaN })
        #expect(values[28..<58].allSatisfy { $0 == 8 })
        #expect(values[58...].allSatisfy { $0.isNaN })
    }

    @Test func resetsMarkTheirRowWhateverIsShown() throws {
        for group in ["average", "sum", "min", "max", "median"] {
            let plan = try plan("chart=t.a&\(Self.tenMinutes)&points=20&tier=2&group=\(group)")
            let result = plan.run { _, _ in
                nil
            } tier: { _, times in
                var points = Self.points(1_795_710_751...1_795_711_380, step: 1) { _ in 2 }
                points.columns[0][100] |= StorageNumber.reset
                return TierMaker.rows(of: TierMaker.rows(of: points, factor: 6), factor: 5)
            }
            #expect(result.columns[0].rows.resets.filter { $0 }.count == 1, "\(group)")
            #expect(result.columns[0].rows.resets[2], "\(group)")
        }
    }

    /// Every function over every row length gives as many rows as promised, whatever the source gives.
    @Test(arguments: [
        "average", "sum", "min", "max", "median", "trimmed-median", "trimmed-mean", "percentile", "incremental-sum",
        "stddev", "cv", "ses", "des", "countif",
    ])
    func everyFunctionFillsEveryRow(_ group: String) throws {
        let code = StorageNumber.encode(-3.5)
        let sources: [TierColumns?] = [
            nil, TierColumns(firstTime: 0, step: 0, columns: []),
            TierColumns(gaps: 0, firstTime: Self.now, step: 30, dimensions: 1),
            TierColumns(gaps: 900, firstTime: Self.now - 9000, step: 6, dimensions: 1),
            TierColumns(
                firstTime: Self.now - 600,
                step: 30,
                columns: [TierColumn(averages: [code, code], minima: [code], maxima: [], counts: [1, 2])]
            ),
            TierColumns(
                firstTime: Self.now - 60,
                step: 30,
                columns: [TierColumn(averages: [code], minima: [code], maxima: [code], counts: [.max])]
            ),
        ]
        for source in sources {
            for query in ["points=1", "points=7", "points=600", "points=20&gtime=60", "points=50&options=unaligned"] {
                let plan = try plan("chart=t.a&\(Self.tenMinutes)&tier=2&\(query)&group=\(group)")
                let column = plan.run { _, _ in
                    nil
                } tier: { _, _ in
                    source
                }.columns[0]
                #expect(column.rows.values.count == Int(plan.grid.rows))
                #expect(column.rows.values.allSatisfy { $0.isNaN || $0.isFinite })
            }
        }
    }

    // MARK: How much may be asked

    private static func month(tierZeroDays: Int64) -> QueryChart {
        let now = now / 3600 * 3600
        let dimensions = (0..<40).map { QueryChart.Dimension(id: "d\($0)", name: "d\($0)") }
        let month: Int64 = 31 * 86_400
        return QueryChart(
            id: "m",
            name: "m",
            context: "m",
            updateEvery: 1,
            first: now - tierZeroDays * 86_400 + 1,
            last: now,
            higherTiers: [
                TierSpan(tier: 1, first: now - month + 60, last: now - 60, step: 60),
                TierSpan(tier: 2, first: now - month + 3600, last: now - 3600, step: 3600),
            ],
            dimensions: dimensions
        )
    }

    /// A month of forty dimensions would be a hundred million seconds.
    @Test func aMonthIsReadFromWhatCoversIt() throws {
        let query = "chart=m&after=-2592000&points=500"
        let plan = try plan(query, [Self.month(tierZeroDays: 2)])
        #expect(plan.parts[0].tier > 0)
        #expect(plan.first == Self.month(tierZeroDays: 2).tiers[1].first)
        // Full resolution covers it best by a hair, but nobody may read so much: the best of the others does.
        let full = try self.plan(query + "&options=unaligned", [Self.month(tierZeroDays: 31)])
        #expect(full.parts[0].tier == 1)
        #expect(throws: QueryRefusal.self) {
            try self.plan(query + "&tier=0", [Self.month(tierZeroDays: 31)])
        }
        var tight = QueryLimits()
        tight.storedPoints = 40_000
        let parameters = parameters(query)
        let coarse = try QueryPlan(
            parameters,
            charts: [Self.month(tierZeroDays: 31)],
            tiers: 3,
            now: Self.now * 1_000_000,
            limits: tight
        )
        #expect(coarse.parts[0].tier == 2)
        tight.storedPoints = 10_000
        #expect(throws: QueryRefusal.self) {
            try QueryPlan(
                parameters,
                charts: [Self.month(tierZeroDays: 31)],
                tiers: 3,
                now: Self.now * 1_000_000,
                limits: tight
            )
        }
    }

    /// What is older than full resolution is there still.
    @Test func theOldestOfAllTiersCounts() throws {
        let chart = Self.month(tierZeroDays: 2)
        let old = try plan("chart=m&after=-100000&before=-1900000&points=20", [chart])
        #expect(old.parts[0].tier == 2)
        #expect(old.first < Self.now - 2_000_000)
        // A chart of which only tiers are left.
        let rest = QueryChart(
            id: "r",
            name: "r",
            context: "r",
            updateEvery: 1,
            first: 0,
            last: 0,
            higherTiers: [TierSpan(tier: 1, first: Self.now - 6000, last: Self.now - 600, step: 60)],
            dimensions: [.init(id: "x", name: "x")]
        )
        #expect(rest.first == Self.now - 6000 && rest.last == Self.now - 600)
        #expect(try plan("chart=r&after=-3000&points=5", [rest]).parts[0].tier == 1)
    }

    /// Spans come from a disk: no number in them may trap.
    @Test func noSpanIsTooOdd() throws {
        let times: [Int64] = [.min, -1, 0, 1, Self.now, Self.now + 1, 1 << 40, .max]
        for first in times {
            for last in times {
                for step in [Int64.min, -1, 0, 1, 60, .max] {
                    let chart = QueryChart(
                        id: "o",
                        name: "o",
                        context: "o",
                        updateEvery: 1,
                        first: Self.now - 60,
                        last: Self.now,
                        higherTiers: [TierSpan(tier: 1, first: first, last: last, step: step)],
                        dimensions: [.init(id: "x", name: "x")]
                    )
                    for query in ["points=3", "points=3&tier=1", "tier=1"] {
                        let plan = try plan("chart=o&after=-60&\(query)", [chart])
                        let result = plan.run { _, _ in
                            nil
                        } tier: { _, times in
                            TierColumns(gaps: 3, firstTime: times.lowerBound, step: 60, dimensions: 1)
                        }
                        #expect(result.columns[0].rows.values.count == Int(plan.grid.rows))
                    }
                }
            }
        }
    }
}
