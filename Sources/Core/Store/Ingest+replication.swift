import Basics
import Diagnostics
import Wire

/// The parent's side of replication (streaming protocol §10): it asks for what it lacks of each chart, and stores the
/// answers.
extension Ingest {
    /// What was to be said to the sender since the last call.
    public mutating func takeCommands() -> [UInt8] {
        guard !replicating.commands.isEmpty else { return [] }
        defer { replicating.commands = [] }
        return replicating.commands
    }

    public var replicationProgress: ReplicationProgress { replicating.progress }

    /// Seconds by which the sender's clock is ahead of this machine's, as it said last.
    public var clockOffset: Int64? { replicating.clockOffset }

    /// What waits for an answer, and for how long.
    public struct Waiting: Sendable, Equatable {
        public var charts: Int
        /// The chart that waits for the longest.
        public var chart: String
        public var seconds: Int64
    }

    /// The charts that have been waiting for an answer for so long.
    ///
    /// - Parameter now: µs of the clock that ``monotonic`` is of: a step of the other one is no waiting.
    public func waiting(forSeconds limit: Int64, monotonic now: Int64) -> Waiting? {
        let late = replicating.exchanges.filter { now &- $1.askedAt >= limit &* microsecondsPerSecond }
        guard let oldest = late.min(by: { $0.value.askedAt < $1.value.askedAt }) else { return nil }
        let id = host.withDatabase { $0.definition(of: oldest.key)?.id } ?? ""
        return Waiting(charts: late.count, chart: id, seconds: (now &- oldest.value.askedAt) / microsecondsPerSecond)
    }

    mutating func replicate(
        _ keyword: Keyword,
        _ words: borrowing Words,
        _ settings: ReplicationSettings
    ) -> Bool {
        switch keyword {
        case .chartDefinitionEnd: return endDefinition(words, settings)
        case .rbegin: return beginReplicated(words) && passOn(words)
        case .rset: return setReplicatedIncomplete(words) && passOn(words)
        case .rdstate: return resumeDimension(words) && passOn(words)
        case .rsstate: return resumeChart(words) && passOn(words)
        default: return endReplicated(words, settings)
        }
    }

    /// What is understood goes on as it came.
    private func passOn(_ words: borrowing Words) -> Bool {
        if let relay = session.relay, let ref = replicating.chart { relay.answered(ref, words.line) }
        return true
    }

    // MARK: Asking

    private mutating func endDefinition(_ words: borrowing Words, _ settings: ReplicationSettings) -> Bool {
        if isIgnoring {
            // The child waits for an answer also where the chart is not taken.
            if let id = ignoredID { ask(.nothing, id) }
            return true
        }
        guard let ref = currentChart else {
            return stop(.replicationWithoutChart, ["command": "CHART_DEFINITION_END", "by": "CHART"])
        }
        let clock = seconds(words[2])
        if clock > 0 { check(clock) }
        if let relay = session.relay {
            guard let snapshot = database.snapshot(of: ref) else { return true }
            let every = Int64(snapshot.definition.updateEvery)
            let past = ReplicablePast(first: seconds(words[0]), last: seconds(words[1]), updateEvery: every)
            relay.defined(ref, snapshot, past: past, clock: clock, now: now)
            return true
        }
        guard replicating.exchanges[ref] == nil else { return true }
        let defined = Int64(database.definition(of: ref)?.updateEvery ?? session.updateEvery)
        let situation = situation(of: ref, first: seconds(words[0]), last: seconds(words[1]), clock: clock)
        let request = ReplicationRequest.next(situation, settings)
        let target = request.isEmpty ? 0 : max(request.before, min(situation.childLast, situation.now))
        replicating.exchanges[ref] = Replicating.Exchange(
            request: request,
            reached: request.after,
            target: target,
            defined: defined,
            askedAt: monotonic
        )
        database.setReplicating(true, ref)
        replicating.progress.chartsLeft += 1
        if !request.isEmpty {
            replicating.progress.from = min(replicating.progress.from ?? .max, request.after)
            replicating.progress.to = max(replicating.progress.to ?? 0, target)
            replicating.progress.secondsWanted &+= target &- request.after
        }
        ask(request, ref)
        return true
    }

    private func situation(
        of ref: ChartRef,
        first: Int64,
        last: Int64,
        clock: Int64
    ) -> ReplicationRequest.Situation {
        let retention = database.retention(of: ref)
        let isBelieved = replicating.isClockBelievable
        return ReplicationRequest.Situation(
            childFirst: first,
            childLast: database.isStoring && isBelieved ? last : 0,
            storedLast: retention.last,
            now: clock > 0 && isBelieved ? clock : now / microsecondsPerSecond,
            keptSeconds: Int64(database.history) &* retention.updateEvery,
            hasDimensions: database.dimensionCount(of: ref) > 0,
            updateEvery: retention.updateEvery
        )
    }

    private mutating func ask(_ request: ReplicationRequest, _ ref: ChartRef) {
        guard let chart = database.pointer(ref) else { return }
        ask(request, chart.pointee.id.word)
    }

    private mutating func ask(_ request: ReplicationRequest, _ id: [UInt8]) {
        id.withUnsafeBufferPointer { id in
            guard let start = id.baseAddress else { return }
            ask(request, Word(start: start, count: id.count))
        }
    }

    private mutating func ask(_ request: ReplicationRequest, _ id: Word) {
        CommandWriter.replayChart(
            id,
            startsStreaming: request.startsStreaming,
            after: request.after,
            before: request.before,
            to: &replicating.commands
        )
    }

    /// Compares the sender's clock with this machine's. One that is farther away than data may be is not believed.
    private mutating func check(_ clock: Int64) {
        let offset = clock &- now / microsecondsPerSecond
        replicating.clockOffset = offset
        let limit = host.settings.futureLimitSeconds
        replicating.isClockBelievable = limit <= 0 || offset.magnitude <= limit.magnitude
        guard !replicating.isClockBelievable, !replicating.hasReportedClock else { return }
        replicating.hasReportedClock = true
        note(.replicationClockUnbelievable, ["clock": String(clock), "offset": String(offset)])
    }

    // MARK: What is answered

    private mutating func beginReplicated(_ words: borrowing Words) -> Bool {
        database.cancel()
        defining = nil
        replicating.time = 0
        if words[0].isEmpty {
            if isIgnoring { return true }
            guard replicating.chart != nil else {
                return stop(.replicationWithoutChart, ["command": "RBEGIN", "by": "RBEGIN"])
            }
        } else {
            leaveChart()
            guard let ref = database.find(chart: words[0]) else {
                replicating.close()
                if hasRefusedCharts {
                    isIgnoring = true
                    return true
                }
                return stop(.replicationOfUnknownChart, ["chart": text(words[0])])
            }
            replicating.chart = ref
            replicating.slot = ref.index
            replicating.defined =
                replicating.exchanges[ref]?.defined ?? Int64(database.definition(of: ref)?.updateEvery ?? 1)
        }
        guard words.count > 1, let ref = replicating.chart else { return true }
        let (start, end, clock) = (words[1].number, words[2].number, seconds(words[3]))
        let every = database.retention(of: ref).updateEvery
        let own = now / microsecondsPerSecond
        let tolerance = clock > 0 ? every &+ 1 : every &+ 5
        let latest = (clock > 0 ? clock : own) &+ tolerance
        let limit = host.settings.futureLimitSeconds
        let isBelievable = limit <= 0 || (replicating.isClockBelievable && end <= own &+ limit)
        guard start > 0, end > start, start < latest, end < latest, end <= HostDatabase.endOfSeconds, isBelievable
        else {
            refuseTime(ref, start, end, latest &- tolerance, clock > 0 ? "child" : "parent", tolerance)
            return true
        }
        let now = clock > 0 ? clock : own
        if database.openReplicated(ref, from: start, to: end, now: now, defined: replicating.defined) {
            replicating.time = database.pointer(ref)?.pointee.lastUpdated ?? 0
        }
        return true
    }

    private mutating func refuseTime(
        _ ref: ChartRef,
        _ start: Int64,
        _ end: Int64,
        _ clock: Int64,
        _ whose: String,
        _ tolerance: Int64
    ) {
        database.counters.refusedPoints &+= 1
        replicating.invalid += 1
        guard replicating.invalid <= Replicating.invalidReported else { return }
        note(
            .replicatedTimeInvalid,
            [
                "chart": id(of: ref), "from": String(start), "to": String(end), "now": String(clock), "clock": whose,
                "tolerance": String(tolerance),
            ]
        )
    }

    /// An RSET that finds no point to belong to: its point was refused, or there is none.
    mutating func rsetOutside(_ dimension: Word, _ value: Word, _ flags: Word) -> Bool {
        guard session.replication != nil else {
            let line = "RSET \"\(text(dimension))\" \(text(value)) \"\(text(flags))\""
            return stop(.unknownCommand, ["command": "RSET", "line": line, "text": line])
        }
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RSET", "by": "RBEGIN"])
        }
        guard database.find(dimension: dimension, in: ref) != nil else { return replicatedUnknown(dimension, "RSET") }
        return true
    }

    mutating func replicatedUnknown(_ dimension: Word, _ command: String) -> Bool {
        if hasRefusedDimensions { return true }
        let chart = replicating.chart.map { id(of: $0) } ?? ""
        return stop(
            .replicationOfUnknownDimension,
            ["chart": chart, "dimension": text(dimension), "command": command]
        )
    }

    /// An RSET whose words are not three: flags or even the value may be missing.
    private mutating func setReplicatedIncomplete(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RSET", "by": "RBEGIN"])
        }
        guard !words[0].isEmpty else {
            return stop(.replicationWithoutDimension, ["chart": id(of: ref), "command": "RSET"])
        }
        // Without a value the point stays empty, as it was opened.
        if words[1].isEmpty {
            return database.find(dimension: words[0], in: ref) != nil || replicatedUnknown(words[0], "RSET")
        }
        return rset(words[0], words[1], words[2])
    }

    private mutating func resumeDimension(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RDSTATE", "by": "RBEGIN"])
        }
        guard !words[0].isEmpty else {
            return stop(.replicationWithoutDimension, ["chart": id(of: ref), "command": "RDSTATE"])
        }
        if isOvertaken(ref) { return true }
        return database.resumeDimension(
            ref,
            words[0],
            collectedAt: words[1].number,
            collected: words[2].number,
            calculated: words[3].decimal,
            stored: words[4].decimal
        ) || replicatedUnknown(words[0], "RDSTATE")
    }

    private mutating func resumeChart(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "RSSTATE", "by": "RBEGIN"])
        }
        guard replicating.isClockBelievable, !isOvertaken(ref) else { return true }
        let every = database.retention(of: ref).updateEvery
        let (collected, updated) = (words[0].number / microsecondsPerSecond, words[1].number / microsecondsPerSecond)
        replicating.isTorn = updated > 0 && collected - collected % every > updated
        let limit = host.settings.futureLimitSeconds
        let latest =
            limit <= 0 || limit > HostDatabase.endOfSeconds
            ? HostDatabase.endOfTime : HostDatabase.time(now) &+ limit &* microsecondsPerSecond
        database.resumeChart(ref, collected: words[0].number, updated: words[1].number, latest: latest)
        return true
    }

    private mutating func endReplicated(_ words: borrowing Words, _ settings: ReplicationSettings) -> Bool {
        defer {
            replicating.close()
            leaveChart()
        }
        if isIgnoring { return true }
        guard words.count >= 6 else { return stop(.replicationMalformedEnd) }
        guard let ref = replicating.chart, database.current < 0 else {
            return stop(.replicationWithoutChart, ["command": "REND", "by": "RBEGIN"])
        }
        database.counters.updates &+= 1
        session.relay?.answerEnded(ref, words.line, startsStreaming: words[3] == "true")
        let clock = seconds(words[6])
        if clock > 0 { check(clock) }
        let starts = words[3] == "true"
        // Points of another distance would have to go: for what the chart was defined with, not for a word in passing.
        if starts, words[0].number == replicating.defined || database.retention(of: ref).points == 0 {
            database.setUpdateEvery(words[0].number, ref)
        }
        guard var exchange = replicating.exchanges[ref] else { return true }
        if starts {
            guard replicating.isTorn, exchange.torn < Replicating.tornMax else {
                finish(ref)
                return true
            }
            exchange.torn += 1
            exchange.tornAt = database.pointer(ref)?.pointee.lastCollected ?? 0
        }
        var situation = situation(of: ref, first: seconds(words[1]), last: seconds(words[2]), clock: clock)
        // What the child says it has answered, as far as it can be.
        let ceiling = max(exchange.request.before, situation.now &+ replicating.defined &+ 1)
        let answered = max(exchange.request.after, min(seconds(words[5]), ceiling))
        situation.previousBefore = answered
        let request = ReplicationRequest.next(situation, settings)
        if starts, request.isEmpty {
            finish(ref)
        } else {
            askAgain(ref, exchange, answered: answered, request)
        }
        return true
    }

    /// Live data has come since a torn answer: the state in the next one may be older than that.
    ///
    /// A 1.37.1 child makes its answers beside its collectors, and may say that it has collected a second of which it has no
    /// point yet: live data would then begin behind that. Asked again, which it answers at any time, it has the point.
    private func isOvertaken(_ ref: ChartRef) -> Bool {
        guard let exchange = replicating.exchanges[ref], exchange.torn > 0 else { return false }
        return (database.pointer(ref)?.pointee.lastCollected ?? 0) > exchange.tornAt
    }

    private mutating func askAgain(
        _ ref: ChartRef,
        _ last: Replicating.Exchange,
        answered: Int64,
        _ request: ReplicationRequest
    ) {
        var exchange = last
        exchange.askedAt = monotonic
        exchange.request = request
        exchange.stalls = answered > exchange.reached ? 0 : exchange.stalls + 1
        if answered > exchange.reached {
            let counted = min(answered, exchange.target)
            replicating.progress.secondsDone &+= max(0, counted &- exchange.reached)
            exchange.reached = answered
        }
        if exchange.stalls > Replicating.stallsMax {
            replicating.endless += 1
            if replicating.endless <= Replicating.endlessReported {
                note(.replicationEndless, ["chart": id(of: ref), "rounds": String(exchange.stalls)])
            }
            finish(ref)
            return
        }
        // The last attempt asks for nothing but the present.
        if exchange.stalls == Replicating.stallsMax { exchange.request = .nothing }
        replicating.exchanges[ref] = exchange
        ask(exchange.request, ref)
    }

    private mutating func finish(_ ref: ChartRef) {
        guard let exchange = replicating.exchanges.removeValue(forKey: ref) else { return }
        database.setReplicating(false, ref)
        replicating.progress.secondsDone &+= max(0, exchange.target &- exchange.reached)
        replicating.progress.chartsLeft -= 1
        replicating.progress.chartsDone += 1
    }

    /// Unix seconds of a word, within the calendar; 0 for none.
    private func seconds(_ word: Word) -> Int64 { max(0, min(word.number, HostDatabase.endOfSeconds)) }
}
