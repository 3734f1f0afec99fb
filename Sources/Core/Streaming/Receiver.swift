import Basics
import Config
import Diagnostics
import Status
import Store
import Synchronization
import System
import Transport
import Wire

/// One child's connection from its acceptance to its end. Lives on the connection's event loop; it is the only writer
/// of its host.
final class Receiver {
    /// A connection that brings nothing for so long is closed (streaming protocol §12).
    static let silenceSecondsMax: Int64 = 600

    /// What is shown of a line that ended with its connection.
    private static let shownLineBytes = 100

    let host: Host
    let connection: StreamConnection
    private let claim: Receivers.Claim
    let parent: StreamParent
    private let task: Int
    private let accessText: String
    /// Streams the host on, where this node is a proxy for it.
    private let sender: Sender?
    private var decoder: StreamDecoder
    var ingest: Ingest
    private let thread: String
    /// Why it was closed from here.
    private var ending: (condition: Condition, values: [String: String])?
    /// What becomes of the gap since the connection before, and of those within this one.
    var ledger: GapLedger
    var replicationLog = ReplicationLog()
    private var isPaceCompared = false

    /// - Parameters:
    ///   - accessText: what follows the message in access.log: host, key, GUID.
    init(
        host: Host,
        connection: StreamConnection,
        claim: Receivers.Claim,
        session: Session,
        updateEvery: Int,
        replication: ReplicationSettings,
        task: Int,
        accessText: String,
        sender: Sender?,
        parent: StreamParent
    ) {
        self.host = host
        self.connection = connection
        self.claim = claim
        self.parent = parent
        self.task = task
        self.accessText = accessText
        self.sender = sender
        let peer = connection.peer
        thread = "STREAM_RECEIVER[\(host.hostname),\(peer)]"
        let replicates = session.capabilities.contains(.replication)
        ledger = GapLedger(
            Receiver.interruption(of: host),
            replicates: replicates,
            updateEvery: updateEvery,
            monotonic: parent.clock.monotonic()
        )
        decoder = StreamDecoder(mayCarryFrames: session.capabilities.mayCarryFrames)
        ingest = Ingest(
            host: host,
            session: Ingest.Session(
                dialect: .stream,
                thread: thread,
                plugin: "\(peer.address):\(peer.port)",
                updateEvery: updateEvery,
                values: ["ip": peer.address, "port": peer.port],
                replication: replicates ? replication : nil,
                relay: sender.flatMap { $0.settings.toChild == nil ? nil : $0.outbox }
            ),
            reporter: parent.reporter
        )
    }

    /// Answers the child; from then on what it sends is its stream.
    func start(_ reply: Reply, _ session: Session) {
        report(.receiverInitializing)
        connection.onBytes = { [self] bytes in receive(bytes) }
        connection.onClosed = { [self] end in ended(end) }
        connection.onWritable = { [self] in connection.isReading = true }
        connection.write(reply.text ?? "")
        if let version = session.capabilities.version {
            version == 0
                ? report(.receiverFirstVersion) : report(.receiverVersion, ["version": String(version)])
        } else {
            report(.receiverCapabilities, ["capabilities": String(session.capabilities.logNames.dropLast())])
        }
        report(.receiving)
        parent.logAccess("CONNECTED", accessText, connection.peer, task: task)
        watchSilence()
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        let now = parent.clock.now()
        let monotonic = parent.clock.monotonic()
        claim.received(monotonic: monotonic)
        let plain = decoder.plainBytes
        let samples = ingest.samples
        let updateEvery = ingest.session.updateEvery
        ingest.monotonic = monotonic
        let result = ingest.feed(bytes, through: &decoder, now: now)
        host.status.withLock { facts in
            facts.received(
                wireBytes: bytes.count,
                rawBytes: decoder.plainBytes &- plain,
                samples: ingest.samples &- samples,
                updateEvery: updateEvery,
                at: now,
                monotonic: monotonic
            )
        }
        sender?.flush()
        if let chart = ingest.fasterChart, !isPaceCompared { compare(chart.id, pace: chart.updateEvery) }
        ask()
        lookAfterReplication(samples: ingest.samples &- samples, now: now, monotonic: monotonic)
        switch result {
        case .more: return
        case .stopped: ending = ingest.ending.map { ($0.condition, $0.values) }
        case .lineTooLong: end(.lineTooLong, ["limit": String(LineLimit.accepted)])
        case .invalidFrame(let error): end(error.condition, error.values)
        }
        connection.close()
    }

    /// Says once that a chart comes more often than its host is kept.
    private func compare(_ chart: String, pace: Int) {
        isPaceCompared = true
        parent.chartsDiffer(host, connection.peer, chart: chart, pace: pace, kept: ingest.session.updateEvery)
    }

    private func end(_ condition: Condition, _ values: [String: String]) {
        report(condition, values)
        ending = (condition, values)
    }

    private func watchSilence() {
        connection.scheduleRepeatedly(every: 30 * microsecondsPerSecond) { [self] in
            lookForWaitingCharts()
            let age = claim.age(monotonic: parent.clock.monotonic())
            guard age >= Self.silenceSecondsMax else { return }
            end(.receiverTimeout, ["seconds": String(age)])
            connection.close()
        }
    }

    /// The connection is gone. If another one has taken over, the host is that one's business.
    private func ended(_ end: StreamEnd) {
        let now = parent.clock.now()
        let departure = departure(end)
        if ending == nil {
            reportPartialLine()
            if case .encryption(let failure) = end, end.manner == .broken {
                let diagnosis = TLSDiagnosis(failure, from: connection.peer, now: now / microsecondsPerSecond)
                self.end(diagnosis.condition, diagnosis.values)
            }
            switch end.manner {
            case _ where ending != nil: break
            case .clean: self.end(.receiverEndOfFile, [:])
            case .vanished: self.end(.receiverVanished, [:])
            case .reset, .broken: self.end(.receiverFailed, ["reason": reason(end)])
            case .here: break
            }
        }
        let isCurrent = parent.receivers.release(host.guid, claim)
        if let sender { parent.proxies.end(host, sender) }
        if isCurrent {
            host.withDatabase { $0.endReplication() }
            if let finding = ledger.end() { record(finding) }
            let condition = ending?.condition ?? .receiverDisconnected
            let text = ending.map { ending in
                ending.condition.render(values(ending.values))
            }
            let interruption = ledger.interruption(
                newest: host.withDatabase { $0.lastUpdated },
                cause: cause(of: end, isOurs: ending != nil),
                code: condition.code
            )
            host.status.withLock { facts in
                facts.disconnected(
                    code: condition.code,
                    text: text ?? condition.sentence,
                    departure: departure,
                    at: now,
                    monotonic: parent.clock.monotonic(),
                    interruption: interruption
                )
                facts.removeProblem(Condition.hostRival.code)
                facts.removeProblem(Condition.replicationStuck.code)
            }
        }
        parent.logAccess("DISCONNECTED", accessText, connection.peer, task: task)
        report(.receiverDisconnected, ["updates": String(ingest.updates)])
        report(.receiverEnded, ["task": String(task)])
    }

    /// Only who closes the connection leaves: a reset, a timeout and silence are what is left of a machine that is gone.
    private func departure(_ end: StreamEnd) -> HostFacts.Departure {
        if ending?.condition == .receiverTimeout { return .vanished }
        return switch end.manner {
        case .clean: .left
        case .reset, .vanished: .vanished
        // No fault of the child's.
        case .broken, .here: .closed
        }
    }

    private func reason(_ end: StreamEnd) -> String {
        switch end {
        case .failed(let errno, let operation): SystemError(operation: operation, number: errno).description
        case .encryption(let failure): "TLS: \(failure.kind)"
        case .endOfFile, .timedOut, .here: ""
        }
    }

    /// A child that closes an overflowing connection, or dies, stops in the middle of a line. It is no unknown command.
    private func reportPartialLine() {
        guard let line = decoder.partialLine(limit: Self.shownLineBytes) else { return }
        report(.partialCommand, ["line": line])
    }

    func report(_ condition: Condition, _ more: [String: String] = [:]) {
        parent.reporter.report(
            Event(condition, at: parent.clock.now(), thread: thread, host: host.guid.description, values: values(more))
        )
    }

    func values(_ more: [String: String]) -> [String: String] {
        let own = ["host": host.hostname, "ip": connection.peer.address, "port": connection.peer.port]
        return own.merging(more) { $1 }
    }
}
