import Testing

@testable import Store

/// What a query selects and what comes out, where the captured answers are silent.
struct QueryPlanTests {
    static let now: Int64 = 1_795_340_000

    static func chart(
        _ id: String,
        dimensions: [String] = ["x"],
        hidden: [String] = [],
        last: Int64 = now
    ) -> QueryChart {
        QueryChart(
            id: id,
            name: "named." + id,
            context: "ctx." + id,
            updateEvery: 1,
            first: last - 59,
            last: last,
            labels: [("role", id)],
            dimensions: dimensions.map { .init(id: $0, name: $0.uppercased(), isHidden: hidden.contains($0)) }
        )
    }

    private func plan(_ query: String, _ charts: QueryChart...) throws(QueryRefusal) -> QueryPlan {
        try QueryPlan(parameters(query), charts: charts, now: Self.now * 1_000_000)
    }

    private func points(_ plan: QueryPlan, _ values: [Double], flags: UInt32 = 0) -> QueryResult {
        plan.run { part, _ in
            StoredPoints(
                firstTime: part.chart.last - Int64(values.count - 1),
                step: 1,
                columns: part.chart.dimensions.map { _ in values.map { StorageNumber.encode($0, flags: flags) } }
            )
        }
    }

    @Test func nothingAskedNothingMatched() {
        #expect(throws: QueryRefusal.nothingAsked) { try plan("after=-5", Self.chart("a")) }
        #expect(throws: QueryRefusal.nothingMatched) { try plan("chart=b", Self.chart("a")) }
        #expect(throws: QueryRefusal.nothingMatched) { try plan("chart=a&dim=y", Self.chart("a")) }
        #expect(throws: QueryRefusal.nothingMatched) {
            try plan("chart=a&after=-5", Self.chart("a", last: Self.now - 900))
        }
        #expect(throws: QueryRefusal.nothingMatched) {
            try plan(
                "chart=a",
                QueryChart(id: "a", name: "a", context: "a", updateEvery: 1, first: 0, last: 0, dimensions: [])
            )
        }
    }

    @Test func idsGoBeforeNames() throws {
        let twin = QueryChart(
            id: "z",
            name: "a",
            context: "c",
            updateEvery: 1,
            first: Self.now - 9,
            last: Self.now,
            dimensions: [.init(id: "y", name: "y")]
        )
        #expect(try plan("chart=a", twin, Self.chart("a")).parts[0].chart.id == "a")
        #expect(try plan("chart=named.a", twin, Self.chart("a")).parts[0].chart.id == "a")
        #expect(try plan("chart=named.a", twin, Self.chart("a")).isSingleChart)
        #expect(try plan("chart=named.*", Self.chart("a"), Self.chart("b")).parts.count == 2)
        #expect(try !plan("chart=named.*", Self.chart("a")).isSingleChart)
        #expect(try plan("context=ctx.*&chart=b", Self.chart("a"), Self.chart("b")).parts.map(\.chart.id) == ["b"])
        #expect(try plan("context=**&chart_label_key=role", Self.chart("a")).labelKeys == ["role"])
        #expect(throws: QueryRefusal.nothingMatched) { try plan("context=**&chart_label_key=none", Self.chart("a")) }
    }

    @Test func hiddenDimensionsAreThereForWhoNamesThem() throws {
        let chart = Self.chart("a", dimensions: ["x", "idle"], hidden: ["idle"])
        #expect(try plan("chart=a", chart).parts[0].shown == [0])
        #expect(try plan("chart=a&dim=idle", chart).parts[0].shown == [1])
        #expect(try plan("chart=a&dim=IDLE", chart).parts[0].shown == [1])
        #expect(throws: QueryRefusal.nothingMatched) { try plan("chart=a&dim=IDLE&options=match-ids", chart) }
        // They count for percentages.
        let result = points(try plan("chart=a&after=-3&options=percentage", chart), Array(repeating: 5, count: 60))
        #expect(result.columns.map(\.dimension.id) == ["x"])
        #expect(result.columns[0].rows.values == [50, 50, 50])
        // Nothing but hidden ones: an answer without data.
        #expect(points(try plan("chart=a", Self.chart("a", dimensions: ["x"], hidden: ["x"])), [1]).rowCount == 0)
    }

    @Test func resetsMarkTheirRow() throws {
        let result = points(
            try plan("chart=a&after=-4&points=2", Self.chart("a")),
            Array(repeating: 1, count: 60),
            flags: StorageNumber.reset
        )
        #expect(result.columns[0].rows.resets.allSatisfy { $0 })
        #expect(
            points(try plan("chart=a&after=-4", Self.chart("a")), Array(repeating: 1, count: 60)).columns[0].rows.resets
                .isEmpty
        )
    }

    @Test func zerosAreLeftOutUnlessAllAreOrSomebodyNamedThem() throws {
        let chart = Self.chart("a", dimensions: ["x", "y"])
        func ask(_ query: String, _ values: (Double, Double)) throws -> [String] {
            let plan = try plan(query, chart)
            return plan.run { part, _ in
                StoredPoints(
                    firstTime: Self.now - 59,
                    step: 1,
                    columns: [values.0, values.1].map { Array(repeating: StorageNumber.encode($0), count: 60) }
                )
            }.columns.map(\.dimension.id)
        }
        #expect(try ask("chart=a&after=-5&options=nonzero", (0, 1)) == ["y"])
        #expect(try ask("chart=a&after=-5&options=nonzero", (0, 0)) == ["x", "y"])
        #expect(try ask("chart=a&after=-5&options=nonzero&dim=x", (0, 0)) == ["x"])
        #expect(try ask("chart=a&after=-5&options=nonzero&dim=*", (0, 1)) == ["x", "y"])
    }

    /// Points that are gone, or fewer than promised, are nulls.
    @Test func missingPointsAreNulls() throws {
        let plan = try plan("chart=a&after=-5", Self.chart("a"))
        #expect(plan.run { _, _ in nil }.columns[0].rows.values.allSatisfy { $0.isNaN })
        let empty = StoredPoints(firstTime: 0, step: 1, columns: [])
        #expect(plan.run { _, _ in empty }.columns[0].rows.values.allSatisfy { $0.isNaN })
        let short = StoredPoints(firstTime: Self.now - 2, step: 1, columns: [[StorageNumber.encode(7)]])
        #expect(plan.run { _, _ in short }.columns[0].rows.values.filter { !$0.isNaN } == [7])
    }

    /// Every function over every row length gives as many rows as promised, and no infinities.
    @Test(arguments: [
        "average", "sum", "min", "max", "median", "trimmed-median", "trimmed-mean", "percentile", "incremental-sum",
        "stddev", "cv", "ses", "des", "countif",
    ])
    func everyFunctionFillsEveryRow(_ group: String) throws {
        for values in [[Double](), [1], [0, 0], [-1, 1], [1e15, -1e15, 1e-7], (0..<60).map { Double($0 - 30) }] {
            for count in [1, 2, 7, 60, 100] {
                for extra in ["", "&gtime=60", "&group_options=50", "&options=unaligned", "&options=virtual-points"] {
                    let plan = try plan("chart=a&after=-60&points=\(count)&group=\(group)\(extra)", Self.chart("a"))
                    let column = points(plan, values).columns[0]
                    #expect(column.rows.values.count == Int(plan.grid.rows))
                    #expect(column.rows.values.allSatisfy { $0.isNaN || $0.isFinite })
                }
            }
        }
    }

    /// Rows of one second each are copied, not computed: they are what any function makes of a single point.
    @Test func secondsAreCopiedAsTheyWouldBeComputed() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("seed of the seconds: \(seed)")
        var random = SeededNumbers(seed: seed)
        for _ in 0..<300 {
            let last = Self.now - Int64(random.below(20))
            let codes = (0..<random.below(90)).map { _ in
                switch random.below(6) {
                case 0: StorageNumber.empty
                case 1: StorageNumber.encode(0)
                case 2: StorageNumber.encode(-Double(random.below(1000)) / 7, flags: StorageNumber.reset)
                default: StorageNumber.encode(Double(random.below(1_000_000)) / 13)
                }
            }
            let points = StoredPoints(firstTime: last - Int64(codes.count) + 1, step: 1, columns: [codes])
            let after = Self.now - 61 + Int64(random.below(60))
            let window = "after=\(after)&before=\(after + Int64(random.below(60)))&options=unaligned"
            let columns = try ["average", "sum", "min", "max", "median"].map { group in
                try plan("chart=a&\(window)&group=\(group)", Self.chart("a")).run { _, _ in points }.columns[0].rows
            }
            let computed = columns[4]
            for copied in columns[..<4] {
                #expect(copied.codes != nil || copied.pointsRead == 0)
                #expect(copied.last.isNaN ? computed.last.isNaN : copied.last == computed.last)
                #expect(copied.extremes == computed.extremes)
                #expect(zip(copied.values, computed.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
                #expect(copied.values.count == computed.values.count && copied.resets == computed.resets)
                #expect(copied.isNonzero == computed.isNonzero && copied.pointsRead == computed.pointsRead)
            }
        }
    }

    /// Smallest and largest over all columns, also those that are left out as zero; nulls are zeros.
    @Test func extremesAreOfAllColumns() throws {
        func extremes(_ columns: [[Double]], _ options: String = "") throws -> [Double] {
            let chart = Self.chart("a", dimensions: columns.indices.map { "d\($0)" })
            let plan = try plan("chart=a&after=-\(columns[0].count)&options=unaligned,\(options)", chart)
            let result = plan.run { _, _ in
                StoredPoints(
                    firstTime: Self.now - 1 - Int64(columns[0].count - 1),
                    step: 1,
                    columns: columns.map { $0.map { StorageNumber.encode($0) } }
                )
            }
            return [result.extremes.least, result.extremes.most]
        }
        for count in 1...9 {
            let growing = (1...count).map { Double($0) }
            #expect(try extremes([growing]) == [1, Double(count)])
            #expect(try extremes([growing.map { -$0 }, growing]) == [-Double(count), Double(count)])
            #expect(try extremes([growing, growing.map { _ in 0 }], "nonzero") == [0, Double(count)])
            #expect(try extremes([growing + [.nan]]) == [0, Double(count)])
            #expect(try extremes([growing.map { _ in .nan }]) == [0, 0])
        }
    }
}
