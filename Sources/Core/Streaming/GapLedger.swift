import Basics
import Diagnostics
import Status
import Store

/// Finds out which seconds of a host are missing and why: since its connection before, and within the present one.
///
/// Pure: it is told what came and when, and answers with gaps. A gap reaches from the last second that is there to the
/// first one that is there again.
struct GapLedger {
    /// A gap, and the line that tells it; one that was filled needs none.
    struct Finding {
        var gap: StatusDocument.Gap
        var condition: Condition?
    }

    /// What one read brought. Times in µs of the clock that is never set.
    struct News {
        var holes: Holes?
        var samples: Int
        var progress: ReplicationProgress
        /// Charts of the host.
        var charts: Int
        var monotonic: Int64
    }

    /// Within a connection: shorter holes are no gap of the host.
    static let secondsWithinConnection: Int64 = 5
    /// So long nothing must change before replication is over: charts come one by one.
    static let quiet: Int64 = 3 * microsecondsPerSecond
    /// So long after the first data there would have been a hole.
    static let patience: Int64 = 10 * microsecondsPerSecond

    private var open: Interruption?
    private let replicates: Bool
    private var holes: Holes?
    /// The newest second of the child's database when it came back.
    private var childLast: Int64?
    private var progress = ReplicationProgress()
    private var changedAt: Int64
    private var firstData: Int64?
    private var lastData: Int64
    /// Holes that begin before this belong to a gap that is known.
    private var knownUntil: Int64 = 0
    /// Holes of many charts at once, while it is not known whether they are all.
    private var jump: (holes: Holes, since: Int64)?

    init(_ interruption: Interruption?, replicates: Bool, monotonic: Int64) {
        open = interruption
        self.replicates = replicates
        changedAt = monotonic
        lastData = monotonic
    }

    /// Whether there may be something to find although no hole was reported.
    var isWaiting: Bool { open != nil }

    /// Where the next gap begins, now that the connection has ended.
    ///
    /// - Parameter newest: Unix seconds of the newest point; 0 = none.
    func interruption(newest: Int64, cause: GapCause, code: String) -> Interruption? {
        // What is not filled yet stays open.
        open ?? (newest > 0 ? Interruption(after: newest, cause: cause, code: code) : nil)
    }

    mutating func take(_ news: News) -> [Finding] {
        let silence = news.monotonic &- lastData
        if news.samples > 0 {
            lastData = news.monotonic
            firstData = firstData ?? news.monotonic
        }
        if news.progress != progress {
            progress = news.progress
            changedAt = news.monotonic
            if childLast == nil { childLast = progress.to }
        }
        guard let interruption = open else {
            return news.holes.flatMap { within($0, silence: silence, news).map { [$0] } } ?? []
        }
        if let found = news.holes {
            if holes == nil { holes = found } else { holes?.merge(found) }
        }
        let findings = close(interruption, news)
        if open == nil { holes = nil }
        return findings
    }

    // MARK: Since the connection before

    private mutating func close(_ interruption: Interruption, _ news: News) -> [Finding] {
        if replicates, progress.chartsLeft > 0 { return [] }
        if let childLast {
            guard news.monotonic &- changedAt >= GapLedger.quiet else { return [] }
            open = nil
            knownUntil = childLast &+ 1
            return filled(interruption, until: childLast &+ 1)
        }
        if let holes, holes.before > interruption.after {
            open = nil
            knownUntil = holes.before
            guard holes.before &- interruption.after > 1 else { return [] }
            return [lost(interruption, until: holes.before)]
        }
        // Data came, and nothing was missing.
        if let firstData, news.monotonic &- firstData >= GapLedger.patience { open = nil }
        return []
    }

    private func lost(_ interruption: Interruption, until: Int64) -> Finding {
        let gap = gap(interruption.after, until, interruption.cause, interruption.code ?? Condition.gapOfOutage.code)
        return Finding(gap: gap, condition: .gapOfOutage)
    }

    /// Replication is over: what it left.
    private func filled(_ interruption: Interruption, until: Int64) -> [Finding] {
        guard until &- interruption.after > 1 else { return [] }
        var whole = gap(interruption.after, until, interruption.cause, interruption.code)
        whole.filled = true
        guard let holes else { return [Finding(gap: whole, condition: nil)] }
        let isCommon = holes.before &- holes.after > 1
        let after = max(interruption.after, isCommon ? holes.after : holes.longestAfter)
        let before = min(until, isCommon ? holes.before : holes.longestBefore)
        guard before &- after > 1 else { return [Finding(gap: whole, condition: nil)] }
        if after == interruption.after, before >= until &- 1 { return [lost(interruption, until: before)] }
        let rest = gap(after, before, .unfillable, Condition.gapUnfillable.code)
        return [Finding(gap: whole, condition: nil), Finding(gap: rest, condition: .gapUnfillable)]
    }

    // MARK: Within a connection

    private mutating func within(_ found: Holes, silence: Int64, _ news: News) -> Finding? {
        guard found.before &- found.after > GapLedger.secondsWithinConnection, found.after >= knownUntil else {
            return nil
        }
        let length = (found.before &- found.after) &* microsecondsPerSecond
        if silence >= length / 2 {
            knownUntil = found.before
            return Finding(
                gap: gap(found.after, found.before, .childStopped, Condition.gapWithinConnection.code),
                condition: .gapWithinConnection
            )
        }
        // One chart may always pause. If most of them jump within a few seconds, it was the clock.
        var seen = jump ?? (found, news.monotonic)
        if jump != nil {
            if news.monotonic &- seen.since > GapLedger.quiet {
                seen = (found, news.monotonic)
            } else {
                seen.holes.merge(found)
            }
        }
        jump = seen
        guard seen.holes.count &* 2 >= news.charts, seen.holes.before &- seen.holes.after > 1 else { return nil }
        jump = nil
        knownUntil = seen.holes.before
        return Finding(
            gap: gap(seen.holes.after, seen.holes.before, .clock, Condition.gapOfClock.code),
            condition: .gapOfClock
        )
    }

    private func gap(_ after: Int64, _ before: Int64, _ cause: GapCause, _ code: String?) -> StatusDocument.Gap {
        StatusDocument.Gap(fromAt: Double(after), toAt: Double(before), cause: cause.rawValue, code: code)
    }
}
