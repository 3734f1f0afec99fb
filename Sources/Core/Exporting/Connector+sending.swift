import Basics
import Config
import Diagnostics
import Glibc
import Synchronization
import System

/// What a connector's thread does.
extension Connector {
    /// Waits for batches and sends them, until it is stopped.
    func run() {
        var link = Link(settings)
        var told = Told()
        while true {
            var ready = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&ready, 1, -1)
            wakeup.drain()
            if state.withLock({ $0.isStopped }) { return }
            sendAll(&link, &told)
            spillOverflow()
            publish(link)
        }
    }

    /// Sends what waits until something fails: a destination that is away costs one attempt a period.
    private func sendAll(_ link: inout Link, _ told: inout Told) {
        if state.withLock({ state in
            defer { state.forgetsTrust = false }
            return state.forgetsTrust
        }) {
            link.forgetTrust()
        }
        while hasWork {
            if link.closeIfEnded() {
                // Servers of HTTP close what is idle; of others it says that something has happened.
                if !settings.delivery.isHTTP { told.isNewConnection = true }
                if !settings.delivery.isHTTP, let destination = link.destination {
                    report(.exportingClosed, ["destination": destination.description])
                }
            }
            guard link.isConnected || connect(&link, &told), let (batch, isSpilled) = takeNext() else { break }
            let rest = deliver(batch, &link, &told)
            finish(batch, rest, isSpilled: isSpilled)
            if !rest.parts.isEmpty { break }
        }
        state.withLock { $0.phase = link.isConnected ? .connected : .waiting }
    }

    private var hasWork: Bool {
        let isSpilled = spool.withLock { $0.map { !$0.isEmpty } ?? false }
        return state.withLock { !$0.isStopped && (isSpilled || !$0.buffer.batches.isEmpty) }
    }

    private func takeNext() -> (Batch, isSpilled: Bool)? {
        var lost = 0
        let spilled = spool.withLock { $0?.first(&lost) }
        if lost > 0 { count(lostMetrics: lost, bytes: 0, discards: 1, isFull: false) }
        if let spilled { return (spilled, true) }
        return state.withLock { state in
            guard !state.isStopped, let first = state.buffer.takeFirst() else { return nil }
            state.inFlight = first
            return (first, false)
        }
    }

    /// - Parameter rest: what of the batch was not sent.
    private func finish(_ batch: Batch, _ rest: Batch, isSpilled: Bool) {
        guard !isSpilled else {
            // A file whose first parts were sent stays whole: samples that come twice are one.
            if rest.parts.isEmpty { spool.withLock { $0?.removeFirst() } }
            return
        }
        let lost = state.withLock { state -> [Batch] in
            // Otherwise whoever has ended it has it.
            guard state.inFlight != nil else { return [] }
            state.inFlight = nil
            return rest.parts.isEmpty ? [] : state.buffer.putBack(rest)
        }
        count(lost: lost)
    }

    private func connect(_ link: inout Link, _ told: inout Told) -> Bool {
        state.withLock { $0.phase = .connecting }
        do throws(LinkFailure) {
            try link.connect()
        } catch {
            fail(error, &told, link.destination)
            return false
        }
        state.withLock { $0.phase = .connected }
        guard let destination = link.destination else { return true }
        if told.isNewConnection || told.destination != destination.description {
            report(.exportingConnected, ["destination": destination.description])
        }
        told.destination = destination.description
        told.isNewConnection = false
        return true
    }

    /// Sends the parts of a batch in turn.
    /// - Returns: what of it is to be sent again.
    private func deliver(_ batch: Batch, _ link: inout Link, _ told: inout Told) -> Batch {
        var rest = batch
        while let part = rest.parts.first {
            if !link.isConnected, !connect(&link, &told) { return rest }
            do throws(LinkFailure) {
                try link.send(part)
                state.withLock { state in
                    state.sent += part.metrics
                    state.current.metrics.sent += part.metrics
                    state.current.bytes.sent += part.bytes.count
                    state.current.writes += 1
                    state.lastError = nil
                }
                told.failure = ""
            } catch .answered(let reply) where reply.verdict == .never {
                refuse(part, reply, &told, link.destination)
            } catch {
                fail(error, &told, link.destination)
                return rest
            }
            rest.parts.removeFirst()
        }
        return rest
    }

    /// What finds no room in memory goes to files, oldest first.
    private func spillOverflow() {
        spool.withLock { spool in
            guard spool != nil else { return }
            while let batch = state.withLock({ $0.isStopped ? nil : $0.buffer.takeOverflow() }) {
                let lost: (metrics: Int, bytes: Int) = spool?.append(batch) ?? (0, 0)
                if lost.metrics > 0 { count(lostMetrics: lost.metrics, bytes: lost.bytes, discards: 1, isFull: false) }
            }
        }
    }

    private func publish(_ link: borrowing Link) {
        let time = threadTime()
        let (received, connections, answers) = (link.received, link.connections, link.answers)
        state.withLock { state in
            guard state.isDue else { return }
            state.isDue = false
            var new = state.current
            new.name = settings.name
            new.updateEvery = settings.updateEvery
            new.period = state.published.period + 1
            new.received = received - state.current.received
            new.connections = connections - state.current.connections
            new.reads = answers - state.current.reads
            if time.count == 2 { (new.userTime, new.systemTime) = (time[0], time[1]) }
            state.published = new
            // The link counts since the start: what it has counted so far is where the next period begins.
            state.current = ExporterFigures()
            state.current.received = received
            state.current.connections = connections
            state.current.reads = answers
        }
    }
}
