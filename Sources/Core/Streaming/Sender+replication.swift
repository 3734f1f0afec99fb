import Basics
import Diagnostics
import Store
import Synchronization
import Transport
import Wire

/// What a parent asks for and gets (streaming protocol §10), on the event loop, between what is collected.
extension Sender {
    /// Text that is written before others have their turn.
    static let replayTurnBytes = 65_536
    /// How much of the send buffer one answer may be.
    static let answersPerBuffer = 8
    static let answerBytesMax = 1 << 20
    /// A parent that goes on saying what nobody understands is not worth more log lines of one connection.
    static let parentComplaintsMax = 100

    func takeFromParent(_ bytes: UnsafeRawBufferPointer) {
        guard case .live(_, let session, _) = machine.state else { return }
        let replicates = session.capabilities.contains(.replication)
        parentLines.take(bytes) { line, isTooLong in
            guard !isTooLong else { return complain(.parentLineTooLong, line) }
            switch ParentCommand(line) {
            case .blank: break
            // Its answer would be just as unknown to a parent that has not agreed to it.
            case _ where !replicates: complain(.unknownCommandFromParent, line)
            case .replay(let request): if !replays.add(request) { complain(.replayRefused, request.chart) }
            case .malformedReplay: complain(.replayMalformed, line)
            case .unknown: complain(.unknownCommandFromParent, line)
            }
        }
        answerReplays()
    }

    /// With as much of the line as it takes to know it by.
    private func complain(_ condition: Condition, _ line: [UInt8]) {
        guard parentComplaints < Sender.parentComplaintsMax else { return }
        parentComplaints += 1
        report(condition, ["line": String(decoding: line.prefix(200), as: UTF8.self)])
    }

    /// Answers what is asked for, as long as the parent takes it: a turn's worth, then the event loop's other work, then
    /// the next.
    func answerReplays() {
        guard !isReplaying, !replays.isEmpty else { return }
        isReplaying = true
        defer { isReplaying = false }
        var written = 0
        while let connection, case .live = machine.state, !replays.isEmpty {
            let waiting = connection.pendingBytes + outbox.pendingBytes
            guard written < Sender.replayTurnBytes, replays.hasRoom(waiting: waiting, limit: settings.bufferBytesMax)
            else {
                // Without anything written it is the wire that has to go on first: see `onWritable` and `flush()`.
                if written > 0 { continueLater() }
                break
            }
            if let request = replays.next() { written &+= answer(request) }
        }
        if written > 0 { send(withChanges: false) }
    }

    /// - Returns: bytes of the answer.
    private func answer(_ request: ReplayRequest) -> Int {
        let share = max(ReplayQueue.lowBytes / 2, settings.bufferBytesMax / Sender.answersPerBuffer)
        let bytesMax = min(share, Sender.answerBytesMax)
        let prepared: Prepared = host.withDatabase { database in
            guard let chart = find(request.chart, in: database) else { return .unknown }
            guard !database.isReplicating(chart) else { return .tooEarly }
            if let isPassedOn = outbox.relay(request, chart) { return isPassedOn ? .passedOn : .tooEarly }
            let now = clock.now() / microsecondsPerSecond
            return ReplayAnswer(request, chart, in: database, now: now, bytesMax: bytesMax).map { .answer($0) }
                ?? .unknown
        }
        switch prepared {
        case .passedOn: return 0
        case .tooEarly:
            replays.postpone(request)
            return 0
        case .unknown:
            let bytes = ReplayAnswer.ofUnknown(request, now: clock.now() / microsecondsPerSecond)
            outbox.answer(bytes, starting: nil)
            return bytes.count
        case .answer(var answer):
            answer.writePoints()
            return finish(answer)
        }
    }

    private enum Prepared {
        case answer(ReplayAnswer)
        case passedOn
        case tooEarly
        case unknown
    }

    private func finish(_ pointsOnly: ReplayAnswer) -> Int {
        let answer = host.withDatabase { database in
            var answer = pointsOnly
            let starts = answer.writeEnd(in: database, now: clock.now() / microsecondsPerSecond)
            outbox.answer(answer.bytes, starting: starts ? answer.chart : nil)
            return answer
        }
        facts.withLock { $0.replayed(points: answer.points) }
        return answer.bytes.count
    }

    /// Only charts that the parent was told of: `send charts matching` holds for their past, too.
    private func find(_ id: [UInt8], in database: borrowing HostDatabase) -> ChartRef? {
        let found = id.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.flatMap { database.find(chart: Word(start: $0, count: bytes.count)) }
        }
        if let found, outbox.knows(found) { return found }
        return outbox.chart(sentAs: id)
    }
}
