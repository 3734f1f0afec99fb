import Basics
import Diagnostics
import Status
import Store
import Synchronization
import System
import Transport

/// What was told of the filling of gaps on one connection.
struct ReplicationLog {
    var startedAt: Int64?
    var changedAt: Int64 = 0
    var shown = ReplicationProgress()
    var hasFinished = false
    /// Whether the filling that a connection begins with is over: charts that come later are those of a live host.
    private(set) var isSettled = false
    /// Samples that came for it.
    var samples = 0
    var isWaitingReported = false
    var clockOffset: Int64?
    /// Told once: a clock may go to and fro.
    var clockReported: Set<String> = []

    /// Whether what is filled now is the host's past: something is asked for, and not only of a chart that has come since.
    func isOfHost(_ progress: ReplicationProgress) -> Bool { progress.from != nil && !isSettled }

    /// Charts come one by one: it is over when nothing has changed for a while.
    mutating func settle(monotonic: Int64) {
        guard shown.chartsLeft == 0, shown.chartsDone > 0 else { return }
        if monotonic &- changedAt >= GapLedger.quiet { isSettled = true }
    }
}

/// Replication as the receiver carries it: requests to the child, how far it is to the status document, gaps to the ledger.
extension Receiver {
    /// More bytes than this must not wait for a child that sends without reading.
    static let pendingBytesMax = 1 << 20
    /// An answer that takes longer is worth a line (seconds).
    static let answerSecondsMax: Int64 = 60
    /// Clocks that differ by more are a problem, and by more are an error (seconds).
    static let clockOffsetWarning: Int64 = 2
    static let clockOffsetError: Int64 = 60

    /// Where the host's data ended before this connection.
    static func interruption(of host: Host) -> Interruption? {
        let newest = host.withDatabase { $0.lastUpdated }
        let interruption = host.status.withLock { facts in
            defer { facts.interruption = nil }
            // Without a farewell the connection before was taken for dead.
            return facts.interruption
                ?? (newest > 0 && facts.connects > 1 ? Interruption(after: newest, cause: .link) : nil)
        }
        host.withDatabase { $0.holesMatterFrom = interruption?.after ?? 0 }
        return interruption
    }

    func cause(of end: StreamEnd, isOurs: Bool) -> GapCause {
        // A proxy closes the connection of a child that leaves, but also when it is stopped itself.
        if end.manner == .clean, host.identity.withLock({ $0.hops }) > 1 { return .link }
        return switch end.manner {
        // A child closes a link that it has found dead, and that comes through when the link is well again.
        case .clean: ledger.wasDead(monotonic: parent.clock.monotonic()) ? .link : .childStopped
        case .reset, .vanished, .broken: .link
        case .here: isOurs ? .link : .nodeStopped
        }
    }

    /// Says to the child what the store wants of it.
    func ask() {
        let commands = ingest.takeCommands()
        guard !commands.isEmpty else { return }
        connection.write(commands)
        if connection.pendingBytes > Self.pendingBytesMax { connection.isReading = false }
    }

    func lookAfterReplication(samples: Int, now: Int64, monotonic: Int64) {
        let progress = ingest.replicationProgress
        let isReplicating = progress.chartsLeft > 0
        let isChanged = progress != replicationLog.shown
        replicationLog.settle(monotonic: monotonic)
        if isChanged || isReplicating { tell(progress, samples: samples, now: now, monotonic: monotonic) }
        if !isReplicating, !replicationLog.hasFinished { finish(progress, monotonic) }
        if let offset = ingest.clockOffset, offset != replicationLog.clockOffset { tellClock(offset) }
        guard ledger.isWaiting || ingest.holes != nil || samples > 0 else { return }
        let isWaiting = ledger.isWaiting
        let (charts, firstStored) = host.withDatabase { database in
            (
                ingest.holes == nil ? 0 : database.chartCount,
                isWaiting && database.settings.mode != .none ? database.firstStored : nil
            )
        }
        let news = GapLedger.News(
            holes: ingest.holes,
            samples: samples,
            progress: progress,
            charts: charts,
            firstStored: firstStored,
            monotonic: monotonic
        )
        for finding in ledger.take(news) { record(finding) }
    }

    private func tell(_ progress: ReplicationProgress, samples: Int, now: Int64, monotonic: Int64) {
        let started = replicationLog.startedAt ?? monotonic
        if replicationLog.startedAt == nil, let from = progress.from {
            replicationLog.startedAt = monotonic
            report(.replicationStarted, ["charts": String(progress.chartsLeft), "from": stamp(from)])
        }
        if progress != replicationLog.shown { replicationLog.changedAt = monotonic }
        replicationLog.shown = progress
        replicationLog.samples &+= samples
        var shown: StatusDocument.Replication?
        if progress.chartsLeft > 0 {
            var replication = StatusDocument.Replication(percent: progress.percent)
            replication.chartsLeft = progress.chartsLeft
            replication.fromAt = progress.from.map(Double.init)
            replication.toAt = progress.to.map(Double.init)
            let elapsed = Double(monotonic &- started) / Double(microsecondsPerSecond)
            if progress.percent >= 1 {
                replication.remainingSeconds = elapsed * (100 - progress.percent) / progress.percent
            }
            shown = replication
        }
        let isOfHost = replicationLog.isOfHost(progress)
        host.status.withLock { $0.replicating(shown, isOfHost: isOfHost, at: now) }
    }

    /// Charts come one by one: it is over when nothing has changed for a while.
    private func finish(_ progress: ReplicationProgress, _ monotonic: Int64) {
        guard let started = replicationLog.startedAt, monotonic &- replicationLog.changedAt >= GapLedger.quiet
        else { return }
        replicationLog.hasFinished = true
        host.status.withLock { $0.removeProblem(Condition.replicationStuck.code) }
        report(
            .replicationFinished,
            [
                "charts": String(progress.chartsDone), "seconds": String(progress.secondsDone),
                "samples": String(replicationLog.samples),
                "duration": String((replicationLog.changedAt &- started) / microsecondsPerSecond),
            ]
        )
    }

    func record(_ finding: GapLedger.Finding) {
        host.status.withLock { $0.add(finding.gap) }
        guard let condition = finding.condition else { return }
        let gap = finding.gap
        report(
            condition,
            [
                // Both ends are there.
                "seconds": String(max(0, Int64(gap.toAt - gap.fromAt) - 1)), "until": stamp(Int64(gap.toAt)),
                "cause": gap.cause,
            ]
        )
    }

    private func tellClock(_ offset: Int64) {
        replicationLog.clockOffset = offset
        let condition: Condition? =
            offset.magnitude > Self.clockOffsetError.magnitude
            ? .clockFarOff : offset.magnitude > Self.clockOffsetWarning.magnitude ? .clockOff : nil
        let values = values(["offset": String(offset)])
        host.status.withLock { facts in
            facts.clockOffsetSeconds = Double(offset)
            for other in [Condition.clockFarOff, .clockOff] where other != condition {
                facts.removeProblem(other.code)
            }
            if let condition { facts.add(problem(condition, values)) }
        }
        if let condition, replicationLog.clockReported.insert(condition.code).inserted { report(condition, values) }
    }

    /// Called by a timer: charts that the child has been asked for and does not answer.
    func lookForWaitingCharts() {
        let now = parent.clock.monotonic()
        guard let waiting = ingest.waiting(forSeconds: Self.answerSecondsMax, monotonic: now) else {
            host.status.withLock { $0.removeProblem(Condition.replicationStuck.code) }
            return
        }
        let values = values([
            "seconds": String(waiting.seconds), "charts": String(waiting.charts), "chart": waiting.chart,
        ])
        host.status.withLock { $0.add(problem(.replicationStuck, values)) }
        guard !replicationLog.isWaitingReported else { return }
        replicationLog.isWaitingReported = true
        report(.replicationStuck, values)
    }

    private func problem(_ condition: Condition, _ values: [String: String]) -> StatusDocument.Problem {
        StatusDocument.Problem(
            code: condition.code,
            severity: condition.severity.rawValue,
            text: condition.render(values),
            fix: condition.fix(values).joined(separator: "\n")
        )
    }

    private func stamp(_ seconds: Int64) -> String { LogDate.text(seconds &* microsecondsPerSecond) }
}
