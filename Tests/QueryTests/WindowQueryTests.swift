import Basics
import Status
import Testing

@testable import Store

/// One row over a window is what a query for one point would answer.
@Suite struct WindowQueryTests {
    @Test func itAnswersWhatAQueryAnswers() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededNumbers(seed: seed)
        let functions = ["average", "sum", "min", "max", "median", "stddev", "incremental_sum", "percentile95"]
        let choices: [QueryOptions] = [[], .unaligned, .absolute, .percentage, .min2max, .null2zero]
        var compared = 0
        for _ in 0..<60 {
            let every = [1, 1, 1, 2, 5][random.below(5)]
            let host = Self.host(every: every, &random)
            let now = (1_700_000_000 + Int64(400 * every) + Int64(random.below(3))) * 1_000_000 + 400_000
            for _ in 0..<20 {
                let after = -(1 + random.below(300))
                let before = -[0, 0, random.below(30)][random.below(3)]
                var options = choices[random.below(choices.count)].union(choices[random.below(choices.count)])
                if random.below(2) == 0 { options.insert(.unaligned) }
                let patterns = ["", "a", "a,c", "!a,*", "nosuch"][random.below(5)]
                let grouping = Grouping(named: functions[random.below(functions.count)])
                let one = WindowQuery(grouping, after: after, before: before, options: options)
                let mine = Self.value(one, patterns, host, now)
                let theirs = Self.query(grouping, after, before, options, patterns, host, now)
                let isSame = mine == theirs || mine.isNaN && theirs.isNaN
                #expect(
                    isSame,
                    "\(grouping.name) \(after) \(before) \(options.names) \(patterns): \(mine) \(theirs), seed \(seed)"
                )
                if !mine.isNaN { compared += 1 }
            }
        }
        #expect(compared > 300, "seed \(seed)")
    }

    private static func host(every: Int, _ random: inout SeededNumbers) -> Host {
        let host = Host(
            guid: GUID("33333333-cccc-11ed-8000-0000000000cc")!,
            identity: HostIdentity(hostname: "h"),
            settings: HostSettings(mode: .ram, history: 300, updateEvery: every, futureLimitSeconds: 0),
            state: .archived,
            at: 0
        )
        host.withDatabase { database in
            let chart = database.define(ChartDefinition(id: "t.a", updateEvery: every), now: 0)!
            for name in ["a", "b", "c"] {
                database.define(DimensionDefinition(id: name, divisor: 10), in: chart)
            }
            for step in 0..<400 {
                if random.below(40) == 0 { continue }
                let now = (1_700_000_000 + Int64(step * every)) * 1_000_000
                database.begin(chart, microseconds: Int64(every) * 1_000_000, now: now, trusted: false)
                for index in 0..<3 where random.below(20) > 0 {
                    database.set(Int32(index), Int64(random.below(2000)) - 500)
                }
                database.end(now: now)
            }
        }
        return host
    }

    private static func value(_ query: WindowQuery, _ patterns: String, _ host: Host, _ now: Int64) -> Double {
        let window = host.withDatabase { database in
            database.find("t.a").flatMap { query.window(of: $0, in: database, now: now) }
        }
        let dimensions = host.withDatabase { database in database.find("t.a").map { database.dimensions(of: $0) } ?? []
        }
        let selection = query.selection(patterns, of: dimensions)
        guard let window else { return .nan }
        var row = query.row(of: window)
        let value = row.value(dimensions: selection)
        let again = row.value(dimensions: selection)
        return value == again || value.isNaN && again.isNaN ? value : -1
    }

    private static func query(
        _ grouping: Grouping,
        _ after: Int,
        _ before: Int,
        _ options: QueryOptions,
        _ patterns: String,
        _ host: Host,
        _ now: Int64
    ) -> Double {
        var parameters = QueryParameters()
        parameters.chart = "t.a"
        parameters.grouping = grouping
        parameters.after = Int64(after)
        parameters.before = Int64(before)
        parameters.points = 1
        parameters.options = options
        parameters.dimensions = patterns
        let (snapshot, ref) = host.withDatabase { database in
            let ref = database.find("t.a")!
            return (database.snapshot(of: ref)!, ref)
        }
        let chart = QueryChart(
            id: "t.a",
            name: "t.a",
            context: "t.a",
            updateEvery: snapshot.retention.updateEvery,
            first: snapshot.reportedFirst,
            last: snapshot.retention.last,
            dimensions: snapshot.dimensions.map { .init(id: $0.id, name: $0.name) }
        )
        guard let plan = try? QueryPlan(parameters, charts: [chart], now: now) else { return .nan }
        let result = plan.run { _, times in
            host.withDatabase { $0.shared(ref, from: times.lowerBound, to: times.upperBound) }
                .beginning(at: times.lowerBound).copied()
        }
        let magnitude = { (value: Double) in options.contains(.absolute) ? value.magnitude : value }
        var row = result.columns.map { magnitude($0.rows.values[0]) }
        if options.contains(.null2zero) { row = row.map { $0.isNaN ? 0 : $0 } }
        row.removeAll(where: \.isNaN)
        guard !row.isEmpty else { return .nan }
        guard options.contains(.min2max) else { return row.reduce(0, +) }
        return row.reduce(0) { max($0, $1) } - row.reduce(0) { min($0, $1) }
    }
}
