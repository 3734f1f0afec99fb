import Store
import Wire

/// The lines of one answer to REPLAY_CHART (streaming protocol §10).
///
/// They are written in two steps. The points are copied under the host's lock and written without it, because there may be
/// many; the end is written under it, because there it is decided whether the next collection goes out live.
struct ReplayAnswer {
    let chart: ChartRef
    let range: ReplayRange
    /// What the chart was when the points were copied.
    let mark: ChartMark
    /// Unix seconds of that moment.
    let at: Int64
    private let dimensions: [DimensionDefinition]
    private let shared: SharedPoints?
    private(set) var bytes: [UInt8] = []
    private(set) var points = 0

    /// Under the host's lock.
    ///
    /// - Parameters:
    ///   - now: Unix seconds.
    ///   - bytesMax: of the answer; what is more is left to the next request.
    /// - Returns: `nil` where the chart is gone.
    init?(_ request: ReplayRequest, _ chart: ChartRef, in database: borrowing HostDatabase, now: Int64, bytesMax: Int) {
        guard let past = database.past(of: chart), let mark = database.mark(of: chart) else { return nil }
        self.chart = chart
        self.mark = mark
        at = now
        dimensions = database.dimensions(of: chart)
        var range = ReplayRange(request, past, now: now)
        let row = dimensions.reduce(ReplayAnswer.rowBytes) { $0 + $1.id.utf8.count + ReplayAnswer.valueBytes }
        range.cut(toRows: Int64(max(1, bytesMax / row)))
        self.range = range
        shared = range.hasPoints ? database.past(of: chart, after: range.after, before: range.before) : nil
        CommandWriter.replayBegin(request.chart, to: &bytes)
    }

    /// About what a row and a value need.
    private static let rowBytes = 48
    private static let valueBytes = 24

    /// Needs no lock.
    mutating func writePoints() {
        guard let stored = shared?.copied(), stored.count > 0 else { return }
        let prefixes = dimensions.map { CommandWriter.replaySetPrefix($0.id) }
        for row in 0..<stored.count {
            // A time without any value is not told: where there is a hole here, the parent shall see one, and its ledger.
            guard stored.columns.contains(where: { $0[row] != StorageNumber.empty }) else { continue }
            points += prefixes.count
            let end = stored.firstTime &+ Int64(row) &* stored.step
            CommandWriter.replayPoint(start: end &- stored.step, end: end, now: clock(at), to: &bytes)
            for (prefix, column) in zip(prefixes, stored.columns) {
                bytes.append(contentsOf: prefix)
                ReplayAnswer.write(column[row], to: &bytes)
            }
        }
    }

    private static func write(_ code: UInt32, to bytes: inout [UInt8]) {
        guard code != StorageNumber.empty else { return CommandWriter.replayGap(to: &bytes) }
        let (digits, exponent, isNegative) = StorageNumber.decimal(code)
        CommandWriter.replayValue(
            digits: digits,
            exponent: exponent,
            isNegative: isNegative,
            isReset: StorageNumber.hasReset(code),
            to: &bytes
        )
    }

    /// Under the host's lock. What changed meanwhile, or another second of the clock, is left to one more request.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: whether the next collection of the chart goes out live.
    mutating func writeEnd(in database: borrowing HostDatabase, now: Int64) -> Bool {
        var end = CommandWriter.ReplayEnd(
            updateEvery: range.updateEvery,
            first: range.first,
            last: range.last,
            startsStreaming: range.startsStreaming && now == at && database.mark(of: chart) == mark,
            after: range.after,
            before: range.before
        )
        if end.startsStreaming, let state = database.replicationState(of: chart) {
            for (definition, dimension) in zip(dimensions, state.dimensions) {
                CommandWriter.replayState(
                    definition.id,
                    at: dimension.collectedAt,
                    collected: dimension.collected,
                    calculated: dimension.calculated,
                    stored: dimension.stored,
                    to: &bytes
                )
            }
            CommandWriter.replayClock(lastCollected: state.lastCollected, lastUpdated: state.lastUpdated, to: &bytes)
        } else {
            end.startsStreaming = false
        }
        CommandWriter.replayEnd(end, now: clock(now), to: &bytes)
        return end.startsStreaming
    }

    /// What is said of the time: a chart may be ahead of this machine's clock, and a parent refuses points of a future.
    private func clock(_ now: Int64) -> Int64 { max(now, range.last) }

    /// The answer for a chart that is not there: nothing to wait for (2.11 says the same).
    static func ofUnknown(_ request: ReplayRequest, now: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        CommandWriter.replayBegin(request.chart, to: &bytes)
        let end = CommandWriter.ReplayEnd(
            updateEvery: 0,
            first: 0,
            last: 0,
            startsStreaming: true,
            after: 0,
            before: 0
        )
        CommandWriter.replayEnd(end, now: now, to: &bytes)
        return bytes
    }
}
