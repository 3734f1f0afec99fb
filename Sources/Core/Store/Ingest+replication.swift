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
        ask(request, chart.word)
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

    // MARK: When it is answered

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
    func seconds(_ word: Word) -> Int64 { max(0, min(word.number, HostDatabase.endOfSeconds)) }
}
