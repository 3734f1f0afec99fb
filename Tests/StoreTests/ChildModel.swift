import Basics
import Wire

@testable import Store

/// A child as streaming protocol §10 describes it: a database that collects, definitions, answers to requests, live data.
/// It uses the store of this package, and none of its code for children.
struct ChildModel: ~Copyable {
    private(set) var database: HostDatabase
    private var charts: [ChartRef] = []
    private var replicating: Set<Int> = []
    private var defined: Set<Int> = []
    private var before: [Int64] = []
    private var counter: Int64 = 1_000_000
    private let ids = ["a.fast", "a.slow"]
    private let dimensions = ["abs", "inc", "pct"]

    /// - Parameter every: seconds between collections of the two charts.
    init(every: [Int] = [1, 2], history: Int, now: Int64) {
        database = HostDatabase(guid: someGUID, settings: HostSettings(mode: .alloc, history: history))
        for (index, id) in ids.enumerated() {
            let chart = database.define(ChartDefinition(id: id, updateEvery: every[index]), now: now)!
            database.define(DimensionDefinition(id: "abs", divisor: 10), in: chart)
            database.define(
                DimensionDefinition(id: "inc", algorithm: .incremental, multiplier: -1, divisor: 8),
                in: chart
            )
            database.define(DimensionDefinition(id: "pct", algorithm: .percentageOfAbsoluteRow), in: chart)
            charts.append(chart)
            before.append(0)
        }
    }

    func points(_ chart: Int) -> StoredPoints { database.points(of: charts[chart]) }

    mutating func connect() {
        defined = []
        replicating = []
    }

    /// Collects a chart and says what a connected child would say.
    mutating func collect(_ chart: Int, now: Int64, skipping: Bool) -> String {
        let microseconds = before[chart] == 0 ? 0 : now - before[chart]
        before[chart] = now
        counter += now % 977 + 3
        let seconds: Int64 = now / 1_000_000
        let values: [Int64] = [seconds % 10_000, counter, now % 50]
        var sets = ""
        let isNew = defined.insert(chart).inserted
        if isNew { replicating.insert(chart) }
        let last = lastCollected(chart)
        database.begin(charts[chart], microseconds: microseconds, now: now, trusted: true)
        let isLive = !replicating.contains(chart)
        for (index, value) in values.enumerated() where !(skipping && index == 2) {
            database.set(Int32(index), value)
            sets += "SET \"\(dimensions[index])\" = \(value)\n"
        }
        database.end(now: now)
        // The step that the child's own points have: of a chart's second collection it is the clock's.
        let step = last > 0 ? lastCollected(chart) - last : microseconds
        // With the collection, not before it: so a chart that starts has a clock and says so, in the recordings too, and
        // what it collects until it is asked is asked for.
        return isLive ? "BEGIN \"\(ids[chart])\" \(step)\n\(sets)END\n" : isNew ? definition(chart, now: now) : ""
    }

    private func lastCollected(_ chart: Int) -> Int64 { database.snapshot(of: charts[chart])?.lastCollected ?? 0 }

    private func definition(_ chart: Int, now: Int64) -> String {
        let past = database.past(of: charts[chart])!
        let (last, every) = (past.last, past.updateEvery)
        let first = past.first < last || last == 0 ? past.first : last - every
        return """
            CHART "\(ids[chart])" "" "t" "u" "f" "c" "line" 1 \(every) "" "p" "m"
            DIMENSION "abs" "" "absolute" 1 10 ""
            DIMENSION "inc" "" "incremental" -1 8 ""
            DIMENSION "pct" "" "percentage-of-absolute-row" 1 1 ""
            CHART_DEFINITION_END \(first) \(last) \(now / 1_000_000)

            """
    }

    /// - Parameter hesitates: as if the second had changed while the answer was made.
    mutating func answer(_ line: String, now: Int64, hesitates: Bool) -> String {
        let words: [String] = line.split(separator: " ").map { word in word.filter { $0 != "\"" } }
        guard words.count == 5, words[0] == "REPLAY_CHART", let chart = ids.firstIndex(of: words[1]),
            let after = Int64(words[3]), var end = Int64(words[4])
        else { return "" }
        let retention = database.retention(of: charts[chart])
        let first = retention.points == 0 ? 0 : retention.first - retention.updateEvery
        let isWanted = words[2] == "true"
        if isWanted { end = max(end, retention.last) }
        let isEmpty = after == 0 || Int64(words[4]) == 0
        let enables = (isWanted || end == retention.last || isEmpty) && !hesitates
        let clock = now / 1_000_000
        var text = "RBEGIN \"\(ids[chart])\"\n"
        if !isEmpty { text += points(chart, after: after, end: end, clock: clock) }
        if enables {
            text += state(chart)
            replicating.remove(chart)
        }
        let (echoedAfter, echoedEnd): (Int64, Int64) = isEmpty ? (0, 0) : (after, end)
        text += "REND \(retention.updateEvery) \(first) \(retention.last) \(enables) "
        text += "\(echoedAfter) \(echoedEnd) \(clock)\n"
        return text
    }

    private func points(_ chart: Int, after: Int64, end: Int64, clock: Int64) -> String {
        let points = database.points(of: charts[chart], from: after + 1, to: end)
        var text = ""
        for row in 0..<points.count {
            let time = points.firstTime + Int64(row) * points.step
            text += "RBEGIN '' \(time - points.step) \(time) \(clock)\n"
            for (index, id) in dimensions.enumerated() {
                let code = points.columns[index][row]
                guard let value = shown(code) else {
                    text += "RSET \"\(id)\" NAN \"E\"\n"
                    continue
                }
                let flags: String = StorageNumber.hasReset(code) ? "R" : ""
                text += "RSET \"\(id)\" \(value) \"\(flags)\"\n"
            }
        }
        return text
    }

    private func state(_ chart: Int) -> String {
        guard let state = database.pointer(charts[chart]), let states = state.pointee.dimensions else { return "" }
        var text = ""
        for (index, id) in dimensions.enumerated() {
            let one = states[index]
            let at = one.collections > 0 ? state.pointee.lastCollected : 0
            let latest = one.latest.isNaN ? 0 : one.latest
            text += "RDSTATE \"\(id)\" \(at) \(one.previous) \(one.lastCalculated) \(latest)\n"
        }
        let updated = database.retention(of: charts[chart]).last * 1_000_000
        text += "RSSTATE \(state.pointee.lastCollected) \(updated)\n"
        return text
    }
}
