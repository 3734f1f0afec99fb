import Basics
import Config
import Diagnostics
public import NIOCore
public import Status
import Store
import Synchronization
import Transport
import Wire

/// Streams one host to a parent: dials, asks, and keeps the line busy. Its decisions are ``SenderMachine``'s.
///
/// Everything but what is said otherwise happens on its event loop.
public final class Sender: Outbox.Owner, @unchecked Sendable {
    let host: Host
    let settings: SenderSettings
    let eventLoop: any EventLoop
    private let dial: Dial
    let encryption: Encryption
    private let canCompress: Bool
    let clock: any Clock
    let reporter: any Reporter
    let facts: Mutex<LinkFacts>
    private let flags = Flags()
    private(set) var outbox: Outbox!

    private(set) var machine: SenderMachine
    private(set) var connection: StreamConnection?
    /// What the parent asked for, on this connection.
    var replays = ReplayQueue()
    var parentLines = ParentLines()
    var isReplaying = false
    /// Lines of the parent that were worth a word in the log.
    var parentComplaints = 0
    /// What came back to the request so far.
    private var heard = ReplyBuffer()
    private var saidNoDestination = false
    private var encoder: FrameEncoder?
    private var wakeUp: Scheduled<Void>?
    /// Looks after a child that waits to be asked by a parent who is away.
    var silenceWatch: RepeatedTask?
    /// Since when no parent listens.
    var awaySince: Int64?
    /// A line was too long for a frame once: plain from then on (streaming protocol §6.2).
    private var compressionFailed = false
    private(set) var sendAttempts = 0
    /// Bytes that the connections before this one took.
    private var totalBytes = 0
    private var lastFarEnd: FarEnd?
    private var lastProgress: (at: Int64, bytes: Int) = (0, 0)

    /// What other threads set and the event loop looks at.
    private struct Flags: ~Copyable {
        let hasBegun = Atomic(false)
        let saidNotReady = Atomic(false)
        let flushIsDue = Atomic(false)
        let reliefIsDue = Atomic(false)
    }

    /// Opens a connection; see ``Dialer/dial(_:tls:on:timeout:encrypting:_:)``.
    typealias Dial = (
        Destination, any EventLoop, _ timeout: Int64, _ encrypting: @escaping () -> Void,
        @escaping (Result<StreamConnection, DialFailure>) -> Void
    ) -> Void

    init(
        host: Host,
        settings: SenderSettings,
        eventLoop: any EventLoop,
        clock: any Clock,
        reporter: any Reporter,
        random: @escaping @Sendable () -> UInt64,
        lz4Version: Int = Compression.libraryVersion,
        encryption: Encryption? = nil,
        dial: @escaping Dial
    ) {
        canCompress = settings.compression && Compression.available(version: lz4Version)
        self.host = host
        self.settings = settings
        self.eventLoop = eventLoop
        self.dial = dial
        self.encryption = encryption ?? Encryption(clock: clock, reporter: reporter)
        self.clock = clock
        self.reporter = reporter
        machine = SenderMachine(
            destinations: settings.destinations,
            reconnectDelaySeconds: settings.reconnectDelaySeconds,
            random: random
        )
        facts = Mutex(LinkFacts(host: host.guid, bufferMax: settings.bufferBytesMax, candidates: machine.candidates))
        outbox = Outbox(
            pattern: settings.chartsMatching,
            limit: settings.bufferBytesMax,
            resyncIterations: settings.initialClockResyncIterations,
            childCapabilities: settings.childCapabilities,
            toChild: settings.toChild,
            owner: self
        )
    }

    // MARK: From any thread

    /// Sends from now on whatever is collected for the host. The connection is opened with the first of it.
    public func start() {
        report(.senderCreated, ["task": "1"])
        host.withDatabase { $0.add(outbox) }
        if settings.toChild != nil { eventLoop.execute { [self] in watchSilentChild() } }
    }

    /// Something may have been collected: sends it. Once for each run of collectors, not for each chart.
    public func flush() {
        guard !flags.flushIsDue.exchange(true, ordering: .acquiringAndReleasing) else { return }
        eventLoop.execute { [self] in
            flags.flushIsDue.store(false, ordering: .releasing)
            send()
            replays.resumePostponed()
            answerReplays()
        }
    }

    /// Ends every waiting (SIGUSR1).
    public func retryNow() {
        eventLoop.execute { [self] in act(machine.retryNow(now: clock.monotonic())) }
    }

    /// What certificates are judged by may have changed: who was refused for theirs is asked again (SIGHUP).
    public func retryEncrypted() {
        eventLoop.execute { [self] in act(machine.retryEncrypted(now: clock.monotonic())) }
    }

    /// Sends what is there and closes.
    ///
    /// - Returns: succeeds when the connection is closed, which takes ``StreamCloseMode/lingerSeconds`` at most.
    public func stop() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        eventLoop.execute { [self] in
            report(.senderStopping)
            host.withDatabase { $0.remove(outbox) }
            send()
            machine.stop()
            wakeUp?.cancel()
            silenceWatch?.cancel()
            publish()
            guard let connection else { return stopped(promise) }
            forget(connection)
            connection.close(.afterWriting)
            connection.whenGone.whenComplete { [self] _ in stopped(promise) }
        }
        return promise.futureResult
    }

    private func stopped(_ promise: EventLoopPromise<Void>) {
        outbox.close()
        report(.senderStopped)
        promise.succeed(())
    }

    /// The status document's picture of this sender.
    public func link() -> StatusDocument.Link {
        let now = clock.now()
        let monotonic = clock.monotonic()
        let pending = outbox.pendingBytes
        let dropped = outbox.droppedSamples
        let held = outbox.heldCharts
        return facts.withLock {
            $0.link(now: now, monotonic: monotonic, pending: pending, dropped: dropped, heldCharts: held)
        }
    }

    public func outboxIsFilling() {
        guard !flags.reliefIsDue.exchange(true, ordering: .acquiringAndReleasing) else { return }
        eventLoop.execute { [self] in
            flags.reliefIsDue.store(false, ordering: .releasing)
            // Whoever collects has the host's lock, so what needs it waits for `flush()`.
            send(withChanges: false)
        }
    }

    public func outboxNeedsConnection() {
        guard !flags.hasBegun.load(ordering: .relaxed) else {
            if !flags.saidNotReady.exchange(true, ordering: .relaxed) { report(.notReady) }
            return
        }
        guard !flags.hasBegun.exchange(true, ordering: .relaxed) else { return }
        eventLoop.execute { [self] in act(machine.begin(now: clock.monotonic())) }
    }

    public func outboxHasFirstCollection() { report(.sending) }

    // MARK: Dialling and asking

    private func act(_ action: SenderMachine.Action) {
        publish()
        switch action {
        case .nothing: break
        case .wait(let until):
            wakeUp?.cancel()
            let delay = max(1000, until &- clock.monotonic())
            // Destinations that failed one after the other are due one after the other: that is no waiting.
            if !saidNoDestination, delay >= microsecondsPerSecond {
                report(.noDestination)
                saidNoDestination = true
            }
            wakeUp = eventLoop.assumeIsolated().scheduleTask(in: .microseconds(delay)) { [self] in
                act(machine.wake(now: clock.monotonic()))
            }
        case .connect(let candidate): connect(machine.candidates[candidate].destination)
        }
    }

    private func connect(_ destination: Destination) {
        saidNoDestination = false
        report(.connecting, ["port": settings.defaultPort])
        tellInterface(of: destination)
        let encrypting = { [self] in
            machine.encrypts()
            publish()
        }
        dial(destination, eventLoop, settings.timeoutSeconds * microsecondsPerSecond, encrypting) { [self] in
            switch $0 {
            case .success(let connection): ask(connection)
            case .failure(let failure):
                guard machine.state != .stopped else { return }
                if failure.kind == .encryption { return notEncrypted(failure, destination) }
                let code = tell(failure)
                act(machine.couldNotConnect(code: code, now: clock.monotonic()))
            }
        }
    }

    /// Sends the request; the first bytes that come back are the reply.
    private func ask(_ connection: StreamConnection) {
        guard machine.state != .stopped else { return connection.close() }
        report(.senderInitializing)
        machine.connected()
        self.connection = connection
        look(at: connection.tls, of: machine.current)
        heard = ReplyBuffer()
        connection.onBytes = { [self] bytes in hear(bytes, on: connection) }
        connection.onClosed = { [self] end in judge(end) }
        let own = Capabilities.own(compression: compresses, replication: settings.replication)
        let request = StreamRequest(
            host.identity.withLock { $0 },
            guid: host.guid,
            key: settings.apiKey,
            updateEvery: host.settings.updateEvery,
            version: compressionFailed ? 4 : own.rawValue
        )
        guard let head = try? request.encode() else { return refused(.requestNotSent) }
        connection.write(head)
        report(.senderWaiting)
        connection.schedule(after: settings.timeoutSeconds * microsecondsPerSecond) { [self] in
            if self.connection === connection { judge() }
        }
        publish()
    }

    private func hear(_ bytes: UnsafeRawBufferPointer, on connection: StreamConnection) {
        if heard.isEmpty {
            connection.schedule(after: ReplyBuffer.patience) { [self] in
                if self.connection === connection { judge() }
            }
        }
        heard.append(bytes)
        if heard.isDecided { judge() }
    }

    /// What was heard is all there will be.
    /// - Parameter end: of the connection, if that is why.
    private func judge(_ end: StreamEnd? = nil) {
        guard let connection, case .handshake = machine.state else { return }
        let reply = heard.reply
        let own = Capabilities.own(compression: compresses, replication: settings.replication)
        if let session = Session.accepted(by: reply, own: own) {
            accepted(session, on: connection)
            if let end { lost(end) }
        } else if case .failed(_, let operation) = end, operation.hasPrefix("write") {
            refused(.requestNotSent)
        } else {
            refused(ConnectFailure(reply) ?? .notUnderstood, because: reason(reply, heard, end))
        }
    }

    /// - Parameters:
    ///   - values: of the line that all children have for it.
    ///   - reason: what can be said beyond that line.
    ///   - isWordless: see ``SenderMachine/refused(_:code:isWordless:now:)``.
    func refused(
        _ failure: ConnectFailure,
        _ values: [String: String] = [:],
        because reason: Reason? = nil,
        isWordless: Bool = false
    ) {
        let connection = connection
        self.connection = nil
        connection?.onClosed = nil
        connection?.onBytes = nil
        fail(failure.condition, values)
        if let reason { fail(reason.condition, reason.values, evidence: reason.evidence, fix: reason.fix) }
        connection?.close()
        facts.withLock { $0.disconnected() }
        let candidate = machine.candidate
        let now = clock.monotonic()
        let action = machine.refused(failure, code: reason?.condition.code, isWordless: isWordless, now: now)
        if let candidate { tellSkipped(candidate, failure, now: now) }
        act(action)
    }

    private func accepted(_ session: Session, on connection: StreamConnection) {
        let capabilities = session.capabilities
        machine.accepted(session, now: clock.monotonic())
        if let version = capabilities.version {
            report(.establishedVersion, ["version": String(version)])
        } else {
            report(.established, ["capabilities": String(capabilities.logNames.dropLast())])
        }
        let isCompressed = capabilities.contains(.lz4)
        if compresses, !isCompressed { report(.uncompressed) }
        encoder = isCompressed ? FrameEncoder(cut: capabilities.contains(.binary) ? .anywhere : .atLineEnds) : nil
        sendAttempts = 0
        lastProgress = (clock.monotonic(), 0)
        connection.onBytes = { [self] bytes in takeFromParent(bytes) }
        connection.onWritable = { [self] in answerReplays() }
        connection.onClosed = { [self] end in lost(end) }
        connection.scheduleRepeatedly(every: 5 * microsecondsPerSecond) { [self] in checkProgress(connection) }
        introduce(capabilities)
        flags.saidNotReady.store(false, ordering: .relaxed)
        facts.withLock { $0.accepted(session, compression: isCompressed) }
        publish()
        send()
    }

    /// Under the host's lock, so that nothing changes between what is said first and what the outbox hears of.
    private func introduce(_ capabilities: Capabilities) {
        host.withDatabase { database in
            let identity = host.identity.withLock { $0 }
            var introduction: [UInt8] = []
            CommandWriter(capabilities).introduce(
                host.guid,
                claim: identity.claimID,
                labels: identity.labels,
                variables: database.hostVariables,
                to: &introduction
            )
            outbox.open(capabilities, introduction: introduction)
            let now = clock.now()
            for chart in outbox.silentCharts {
                if let snapshot = database.snapshot(of: chart) { outbox.define(snapshot, now: now) }
            }
        }
        outbox.letWaitingGoOn()
    }

    private var compresses: Bool { canCompress && !compressionFailed }

    // MARK: The line

    /// - Parameter withChanges: obsolete charts and new labels too, for which the host is locked.
    func send(withChanges: Bool = true) {
        guard let connection, case .live = machine.state else { return }
        if withChanges { describeChanges() }
        let (batch, hasOverflowed) = outbox.take()
        defer { outbox.recycle(batch.bytes) }
        guard !hasOverflowed else {
            let unsent = connection.pendingBytes &+ batch.bytes.count
            return overflow(connection, batch, unsent: unsent, size: max(settings.bufferBytesMax, Outbox.textBytesMax))
        }
        guard !batch.bytes.isEmpty, let size = write(batch.bytes, on: connection) else { return }
        sendAttempts &+= 1
        facts.withLock { $0.sent(size, raw: batch.bytes.count, samples: batch.samples, monotonic: clock.monotonic()) }
        let unsent = noteUnsent(connection)
        if unsent > settings.bufferBytesMax {
            overflow(connection, batch, unsent: unsent, size: settings.bufferBytesMax)
        }
    }

    /// - Returns: the bytes given to the connection; `nil` where it had to be closed.
    private func write(_ lines: [UInt8], on connection: StreamConnection) -> Int? {
        guard encoder != nil else {
            connection.write(lines)
            return lines.count
        }
        var frames: [UInt8] = []
        frames.reserveCapacity(lines.count / 3 + 64)
        if let failure = lines.withUnsafeBytes({ encode($0, into: &frames) }) {
            restartPlain(connection, size: failure.messageCount)
            return nil
        }
        connection.write(frames)
        return frames.count
    }

    /// The event loop comes back to what the parent asked for.
    func continueLater() { eventLoop.execute { [self] in answerReplays() } }

    private func noteUnsent(_ connection: StreamConnection) -> Int {
        let unsent = connection.pendingBytes
        facts.withLock { $0.unsent = unsent }
        return unsent
    }

    private func encode(_ lines: UnsafeRawBufferPointer, into frames: inout [UInt8]) -> FrameEncoder.LineTooLong? {
        do {
            try encoder?.encode(lines, into: &frames)
            return nil
        } catch {
            // The encoder throws nothing else; through an optional the compiler has lost sight of that.
            return error as? FrameEncoder.LineTooLong
        }
    }

    /// Obsolete charts and new labels: what nothing is collected for.
    private func describeChanges() {
        guard let changes = outbox.takeChanges() else { return }
        let charts = host.withDatabase { database in
            changes.charts.compactMap { ref in
                database.snapshot(of: ref).map { (chart: $0, past: database.past(of: ref)) }
            }.filter { $0.chart.definition.options.contains(.obsolete) }
        }
        let now = clock.now()
        let labels = changes.labels ? host.identity.withLock { $0.labels } : []
        outbox.append { writer, bytes in
            if changes.labels { writer.labels(labels, to: &bytes) }
            for (chart, past) in charts {
                writer.define(chart.definition, chart.dimensions, chart.variables, to: &bytes)
                if let past, writer.capabilities.contains(.replication) {
                    CommandWriter.chartDefinitionEnd(past, now: now, to: &bytes)
                }
            }
        }
    }

    private func overflow(_ connection: StreamConnection, _ batch: Outbox.Batch, unsent: Int, size: Int) {
        outbox.lost(samples: batch.samples)
        let sent = connection.writtenBytes - connection.pendingBytes
        let values = [
            "size": String(size), "unsent": String(unsent), "total": String(totalBytes &+ sent), "bytes": String(sent),
        ]
        close(connection, .bufferOverflow, values)
    }

    private func restartPlain(_ connection: StreamConnection, size: Int) {
        report(.compressionFailed, ["size": String(size)])
        report(.compressionDeactivated)
        report(.restartingWithoutCompression)
        compressionFailed = true
        forget(connection)
        connection.close()
        act(machine.restart())
    }

    /// Nothing went out for `timeout seconds` although there was something to send.
    private func checkProgress(_ connection: StreamConnection) {
        let now = clock.monotonic()
        let unsent = noteUnsent(connection)
        let sent = connection.writtenBytes - unsent
        lastFarEnd = connection.farEnd
        connection.bearWithSilence(seconds: lastFarEnd == .doesNotRead ? settings.timeoutSeconds : 0)
        if sent != lastProgress.bytes || unsent == 0 {
            lastProgress = (now, sent)
        } else if now &- lastProgress.at >= settings.timeoutSeconds * microsecondsPerSecond {
            let values = [
                "seconds": String(settings.timeoutSeconds), "bytes": String(sent), "attempts": String(sendAttempts),
            ]
            close(connection, .sendTimeout, values)
        }
    }

    // MARK: The end of a connection

    private func close(_ connection: StreamConnection, _ condition: Condition, _ values: [String: String]) {
        let slow = slowSide(connection.farEnd)
        fail(condition, values, evidence: slow?.evidence)
        if let slow { report(slow.condition, slow.values) }
        forget(connection)
        connection.close()
        act(machine.lost(code: condition.code, now: clock.monotonic()))
    }

    private func lost(_ end: StreamEnd) {
        guard let connection else { return }
        let reason = reason(end, sent: sentBytes(connection), farEnd: lastFarEnd)
        fail(reason.condition, reason.values)
        var code = reason.condition.code
        if case .encryption(let failure) = end, let destination = machine.current {
            code = tellBroken(failure, destination) ?? code
        }
        forget(connection)
        act(machine.lost(code: code, now: clock.monotonic()))
    }

    /// A closed connection cannot be asked any more: what it had not taken then is what it had not when last asked.
    private func sentBytes(_ connection: StreamConnection) -> Int {
        let unsent = connection.isClosed ? facts.withLock { $0.unsent } : connection.pendingBytes
        return max(0, connection.writtenBytes - unsent)
    }

    private func forget(_ connection: StreamConnection) {
        totalBytes &+= sentBytes(connection)
        lastFarEnd = nil
        connection.onBytes = nil
        connection.onClosed = nil
        connection.onWritable = nil
        self.connection = nil
        encoder = nil
        replays = ReplayQueue()
        parentLines = ParentLines()
        parentComplaints = 0
        outbox.close()
        facts.withLock { $0.disconnected() }
    }
}
