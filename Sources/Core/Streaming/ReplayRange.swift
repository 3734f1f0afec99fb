import Store
import Wire

/// Which part of a chart's past an answer brings, and whether live data follows it (streaming protocol §10 "Child, on
/// REPLAY_CHART"). Unix seconds.
struct ReplayRange: Equatable {
    var after: Int64
    var before: Int64
    var startsStreaming: Bool
    /// What REND says of the chart.
    let first: Int64
    let last: Int64
    let updateEvery: Int64

    /// - Parameter now: Unix seconds.
    init(_ request: ReplayRequest, _ past: ReplicablePast, now: Int64) {
        // Not cut at this machine's clock, as the definition is: what lies ahead of it would never be sent.
        let (first, last) = (past.first, past.last)
        updateEvery = past.updateEvery
        self.first = first
        // Where nothing is kept the original says its clock.
        self.last = last == 0 ? now : last
        after = request.after
        before = request.before
        let isEmpty = after == 0 || before == 0
        if past.last != 0, !isEmpty {
            after = min(max(after, first), last)
            before = min(max(before, first), last)
            if request.startsStreaming { before = last }
            if after > before { swap(&after, &before) }
        }
        startsStreaming = request.startsStreaming || isEmpty || past.last == 0 || before == self.last
    }

    /// Whether there may be points.
    var hasPoints: Bool { after != 0 && before != 0 && first != 0 && after < before }

    /// Leaves the points behind the first `rows` of them to the next request.
    mutating func cut(toRows rows: Int64) {
        guard hasPoints, updateEvery > 0 else { return }
        // Points lie on the grid of the newest one.
        let distance = (last &- after &- 1) / updateEvery
        let oldest = last &- distance &* updateEvery
        let end = oldest &+ (max(1, rows) &- 1) &* updateEvery
        guard end >= after, before &- end >= updateEvery else { return }
        before = end
        startsStreaming = false
    }
}
