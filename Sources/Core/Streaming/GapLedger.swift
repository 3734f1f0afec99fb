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
        /// The host's oldest point, Unix seconds; 0 = it has none. `nil` where no points are kept.
        var firstStored: Int64?
        var monotonic: Int64
    }

    /// Within a connection: shorter jumps of its charts are no gap of the host.
    static let secondsWithinConnection: Int64 = 5
    /// Nor is a silence of no more than one lost second.
    static let secondsOfSilence: Int64 = 2
    /// So long nothing must change before replication is over: charts come one by one.
    static let quiet: Int64 = 3 * microsecondsPerSecond
    /// So long after the first data there would have been a hole, where the charts have not more than 5 s between points.
    static let patience: Int64 = 10 * microsecondsPerSecond
    /// A silence of so many seconds is longer than what a child that leaves needs to do so.
    static let silenceOfDeadLink: Int64 = 10 * microsecondsPerSecond

    /// Who has kept no more of its past than this was not there before.
    static let secondsOfANewChild: Int64 = 300

    private var open: Interruption?
    private let replicates: Bool
    private var holes: Holes?
    private var holesSince: Int64 = 0
    private let patience: Int64
    /// The newest second of the child's database when it came back.
    private var childLast: Int64?
    private var progress = ReplicationProgress()
    private var changedAt: Int64
    private var firstData: Int64?
    private var lastData: Int64
    private var samples = 0
    /// Since when there is a point, where nothing from before is left.
    private var firstStoredSince: Int64?
    /// The latest silence that was long for a child that is well, and when it ended.
    private var silence: (length: Int64, end: Int64)?
    /// Holes that begin before this belong to a gap that is known.
    private var knownUntil: Int64 = 0
    /// Holes of many charts at once, while it is not known whether they are all.
    private var jump: (holes: Holes, since: Int64)?
    private var pause: Pause?

    /// A hole after a silence, until what follows has told whether the child or the link was silent.
    private struct Pause {
        var holes: Holes
        var since: Int64
        /// More samples than this are those of the silence, too.
        var samplesExpected: Int?
    }

    /// - Parameter updateEvery: seconds between the points of the host's charts.
    init(_ interruption: Interruption?, replicates: Bool, updateEvery: Int = 1, monotonic: Int64) {
        open = interruption
        self.replicates = replicates
        patience = max(GapLedger.patience, 2 &* Int64(updateEvery) &* microsecondsPerSecond)
        changedAt = monotonic
        lastData = monotonic
    }

    /// Whether there may be something to find although no hole was reported.
    var isWaiting: Bool { open != nil || pause != nil }

    /// Whether the connection that ends now without a fault had been dead: what was left of it came, if anything, after a
    /// silence, and the end with it.
    func wasDead(monotonic: Int64) -> Bool {
        let limit = max(GapLedger.silenceOfDeadLink, patience)
        if monotonic &- lastData >= limit { return true }
        return silence.map { $0.length >= limit && monotonic &- $0.end <= GapLedger.quiet } ?? false
    }

    /// Where the next gap begins, now that the connection has ended.
    ///
    /// - Parameter newest: Unix seconds of the newest point; 0 = none.
    func interruption(newest: Int64, cause: GapCause, code: String) -> Interruption? {
        // What is not filled yet stays open.
        open ?? (newest > 0 ? Interruption(after: newest, cause: cause, code: code) : nil)
    }

    /// What is not decided yet when the connection ends.
    mutating func end() -> Finding? {
        if let open, let holes, !replicates, holes.before > open.after { return close(open, until: holes.before).first }
        defer { pause = nil }
        return pause.map { finding($0, .childStopped) }
    }

    mutating func take(_ news: News) -> [Finding] {
        let silence = hear(news)
        guard let interruption = open else { return within(news, silence: silence) }
        if let found = news.holes {
            if holes == nil { (holes, holesSince) = (found, news.monotonic) } else { holes?.merge(found) }
        }
        let findings = close(interruption, news)
        if open == nil { holes = nil }
        return findings
    }

    /// - Returns: how long there had been no data.
    private mutating func hear(_ news: News) -> Int64 {
        let silence = news.monotonic &- lastData
        if news.samples > 0 {
            if silence >= GapLedger.quiet { self.silence = (silence, news.monotonic) }
            lastData = news.monotonic
            firstData = firstData ?? news.monotonic
        }
        if news.progress != progress {
            progress = news.progress
            changedAt = news.monotonic
            // A chart that was there before the gap says nothing of its end.
            if let to = progress.to, childLast == nil || open.map({ childLast ?? 0 <= $0.after }) == true {
                childLast = to
            }
        }
        return silence
    }

    // MARK: Since the connection before

    private mutating func close(_ interruption: Interruption, _ news: News) -> [Finding] {
        if replicates {
            guard progress.chartsLeft == 0, news.monotonic &- changedAt >= GapLedger.quiet else { return [] }
        }
        let begin = begin(interruption, news)
        if let childLast {
            open = nil
            knownUntil = childLast &+ 1
            return filled(interruption, until: childLast &+ 1, begin: begin)
        }
        if let holes, holes.before > interruption.after {
            // Other charts may know better.
            guard news.monotonic &- holesSince >= GapLedger.quiet else { return [] }
            return close(interruption, until: holes.before)
        }
        if let begin {
            // Other charts may begin a little earlier.
            let since = firstStoredSince ?? news.monotonic
            firstStoredSince = since
            return news.monotonic &- since >= GapLedger.quiet ? close(interruption, until: begin) : []
        }
        // Data came, and nothing was missing.
        if let firstData, news.firstStored != 0, news.monotonic &- firstData >= patience { open = nil }
        return []
    }

    private mutating func close(_ interruption: Interruption, until: Int64) -> [Finding] {
        open = nil
        knownUntil = until
        return until &- interruption.after > 1 ? [lost(interruption, until: until)] : []
    }

    /// The first point of a host of which nothing is left from before: this node was restarted.
    private func begin(_ interruption: Interruption, _ news: News) -> Int64? {
        news.firstStored.flatMap { $0 > interruption.after ? $0 : nil }
    }

    private func lost(_ interruption: Interruption, until: Int64) -> Finding {
        let gap = gap(interruption.after, until, interruption.cause, interruption.code ?? Condition.gapOfOutage.code)
        return Finding(gap: gap, condition: .gapOfOutage)
    }

    /// Replication is over: what it has filled, and what it left.
    private func filled(_ interruption: Interruption, until: Int64, begin: Int64?) -> [Finding] {
        let end = begin.map { max(until, $0) } ?? until
        guard end &- interruption.after > 1 else { return [] }
        guard let rest = rest(interruption, until: end, begin: begin), rest.before &- rest.after > 1 else {
            return [filled(interruption, interruption.after, end)].compactMap { $0 }
        }
        let isChilds = rest.after <= interruption.after && isChilds(interruption, kept: end &- rest.before)
        if rest.after <= interruption.after, rest.before >= end &- 1 {
            var cause = interruption
            if isChilds { cause.cause = .childStopped }
            return [lost(cause, until: rest.before)]
        }
        // What a child that was itself stopped did not collect, nobody has.
        let missing = Finding(
            gap: gap(rest.after, rest.before, isChilds ? .childStopped : .unfillable, Condition.gapUnfillable.code),
            condition: .gapUnfillable
        )
        return [
            filled(interruption, interruption.after, rest.after), missing, filled(interruption, rest.before, end),
        ].compactMap { $0 }
    }

    /// Whether it is the child that was stopped. Where a proxy said farewell, that shows when the child is back: it has next
    /// to nothing of its own past.
    ///
    /// - Parameter kept: seconds up to now that the child has.
    private func isChilds(_ interruption: Interruption, kept: Int64) -> Bool {
        interruption.cause == .childStopped
            || interruption.code == Condition.receiverEndOfFile.code && kept < GapLedger.secondsOfANewChild
    }

    private func filled(_ interruption: Interruption, _ after: Int64, _ before: Int64) -> Finding? {
        guard before &- after > 1 else { return nil }
        var part = gap(after, before, interruption.cause, interruption.code)
        part.filled = true
        return Finding(gap: part, condition: nil)
    }

    private func rest(_ interruption: Interruption, until: Int64, begin: Int64?) -> (after: Int64, before: Int64)? {
        if let begin { return (interruption.after, begin) }
        guard let holes else { return nil }
        let isCommon = holes.before &- holes.after > 1
        let after = max(interruption.after, isCommon ? holes.after : holes.longestAfter)
        return (after, min(until, isCommon ? holes.before : holes.longestBefore))
    }

    // MARK: Within a connection

    private mutating func within(_ news: News, silence: Int64) -> [Finding] {
        let decided = decide(news)
        defer { samples &+= news.samples }
        let found = news.holes.flatMap { within($0, silence: silence, news) }
        return [decided, found].compactMap { $0 }
    }

    private mutating func within(_ found: Holes, silence: Int64, _ news: News) -> Finding? {
        if let waiting = pause?.holes, found.after < waiting.before {
            pause?.holes.merge(found)
            knownUntil = max(knownUntil, found.before)
            return nil
        }
        let seconds = found.before &- found.after
        guard seconds > GapLedger.secondsOfSilence, found.after >= knownUntil else { return nil }
        // What a child sends of its past has the holes that it has there.
        guard progress.chartsLeft == 0,
            progress == ReplicationProgress() || news.monotonic &- changedAt >= GapLedger.quiet
        else { return nil }
        if silence >= seconds &* microsecondsPerSecond / 2 {
            knownUntil = found.before
            pause = Pause(
                holes: found,
                since: news.monotonic,
                samplesExpected: samples(during: GapLedger.quiet &+ silence / 2, until: news.monotonic &- silence)
            )
            count(news)
            return nil
        }
        guard seconds > GapLedger.secondsWithinConnection else { return nil }
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

    /// How many samples so long a time has by what came until then; `nil` where that is too little to say.
    private func samples(during time: Int64, until: Int64) -> Int? {
        guard let firstData, until &- firstData >= GapLedger.quiet else { return nil }
        return Int(Double(samples) / Double(until &- firstData) * Double(time))
    }

    /// A child that was suspended goes on with one collection; after a link that stalled comes all that it held back.
    private mutating func decide(_ news: News) -> Finding? {
        guard let pause else { return nil }
        count(news)
        let isLink = self.pause?.samplesExpected.map { $0 < 0 } ?? false
        guard isLink || news.monotonic &- pause.since >= GapLedger.quiet else { return nil }
        self.pause = nil
        return finding(pause, isLink ? .link : .childStopped)
    }

    private mutating func count(_ news: News) {
        if let expected = pause?.samplesExpected { pause?.samplesExpected = expected &- news.samples }
    }

    private func finding(_ pause: Pause, _ cause: GapCause) -> Finding {
        let condition: Condition = cause == .link ? .gapOfOutage : .gapWithinConnection
        return Finding(gap: gap(pause.holes.after, pause.holes.before, cause, condition.code), condition: condition)
    }

    private func gap(_ after: Int64, _ before: Int64, _ cause: GapCause, _ code: String?) -> StatusDocument.Gap {
        StatusDocument.Gap(fromAt: Double(after), toAt: Double(before), cause: cause.rawValue, code: code)
    }
}
