import Basics
import Config
import Diagnostics
import Glibc
import Status
import Synchronization
import System

/// Sends the batches of one section of exporting.conf. It has a thread of its own, which may wait for its destination as
/// long as it likes: who hands a batch over never does.
final class Connector: Sendable {
    let settings: ExportingSettings.Connector
    private let clock: any Clock
    private let reporter: any Reporter
    private let wakeup: Wakeup
    private let state: Mutex<State>

    private struct State: Sendable {
        var buffer: BatchBuffer
        var isStopped = false
        var phase = Phase.waiting
        /// Metrics.
        var sent = 0
        var lost = 0
        var lastError: String?
    }

    /// What the status document calls its state.
    private enum Phase: String, Sendable {
        /// For the next batch, with no connection.
        case waiting
        case connecting
        case connected
    }

    /// - Throws: when no descriptor is left.
    init(_ settings: ExportingSettings.Connector, clock: any Clock, reporter: any Reporter) throws(SystemError) {
        self.settings = settings
        self.clock = clock
        self.reporter = reporter
        wakeup = try Wakeup()
        state = Mutex(State(buffer: BatchBuffer(limit: settings.bufferedBatches)))
    }

    func start() {
        Threads.start(name: "EXP-\(settings.name)") { [self] in run() }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        wakeup.signal()
    }

    /// Takes a batch and returns at once.
    func send(_ batch: Batch) {
        count(lost: state.withLock { $0.buffer.append(batch) })
        if batch.omittedCharts > 0 {
            report(
                .exportingBatchTooLarge,
                ["limit": String(Batch.byteLimit), "count": String(batch.omittedCharts)]
            )
        }
        wakeup.signal()
    }

    var status: StatusDocument.Exporter {
        let state = state.withLock { $0 }
        var shown = StatusDocument.Exporter(name: settings.name, type: settings.type)
        shown.destination = settings.destinationText
        shown.state = state.phase.rawValue
        shown.sent = state.sent
        shown.failed = state.lost
        shown.buffered = state.buffer.metrics
        shown.lastError = state.lastError
        return shown
    }

    // MARK: The thread

    private func run() {
        var link = Link()
        while true {
            var ready = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&ready, 1, -1)
            wakeup.drain()
            if state.withLock({ $0.isStopped }) { return }
            sendAll(&link)
        }
    }

    /// The connection, if there is one; used by the connector's thread only.
    private struct Link: ~Copyable {
        var socket: BlockingSocket?
        /// The destination it leads to, as it was written.
        var destination = ""
        /// The failure that was reported last: the same one again at every batch is no news.
        var toldFailure = ""
    }

    /// Sends what waits, oldest first, until something fails: a destination that is away costs one attempt a period.
    private func sendAll(_ link: inout Link) {
        while state.withLock({ !$0.buffer.batches.isEmpty && !$0.isStopped }) {
            // What is written into a connection that the other end has closed is lost without an error.
            if let isOpen = link.socket?.discardInput(), !isOpen {
                report(.exportingClosed, ["destination": link.destination])
                close(&link)
            }
            guard link.socket != nil || connect(&link), let batch = state.withLock({ $0.buffer.takeFirst() }),
                write(batch, &link)
            else { return }
        }
    }

    private func connect(_ link: inout Link) -> Bool {
        state.withLock { $0.phase = .connecting }
        var failure = ""
        for destination in settings.destinations {
            do throws(ConnectFailure) {
                link.socket = try connect(to: destination)
            } catch {
                failure = error.reason
                continue
            }
            link.destination = destination.description
            link.toldFailure = ""
            state.withLock {
                $0.phase = .connected
                $0.lastError = nil
            }
            report(.exportingConnected, ["destination": link.destination])
            return true
        }
        state.withLock {
            $0.phase = .waiting
            $0.lastError = failure
        }
        if failure != link.toldFailure {
            link.toldFailure = failure
            report(.exportingCannotConnect, ["destination": settings.destinationText, "reason": failure])
        }
        return false
    }

    private struct ConnectFailure: Error {
        var reason: String
    }

    private var deadline: BlockingSocket.Deadline { .init(after: Int64(settings.timeoutMilliseconds) * 1000) }

    /// All addresses of a destination in turn, each with the whole timeout.
    private func connect(to destination: Destination) throws(ConnectFailure) -> BlockingSocket {
        if destination.transport == .unix {
            do throws(SystemError) {
                return try BlockingSocket.connect(path: destination.host, deadline: deadline)
            } catch {
                throw ConnectFailure(reason: error.description)
            }
        }
        let addresses: [InternetAddress]
        do throws(NameResolver.Failure) {
            addresses = try NameResolver.resolve(
                host: destination.host,
                port: destination.port,
                interface: destination.interface
            )
        } catch {
            throw ConnectFailure(reason: error.description)
        }
        var failure = ConnectFailure(reason: "no address")
        for address in addresses {
            do throws(SystemError) {
                return try BlockingSocket.connect(address, deadline: deadline)
            } catch {
                failure.reason = error.description
            }
        }
        throw failure
    }

    private func write(_ batch: Batch, _ link: inout Link) -> Bool {
        var written = 0
        do throws(SystemError) {
            try link.socket?.write(batch.bytes, from: &written, deadline: deadline)
        } catch {
            let reason = error.description
            report(
                .exportingWriteFailed,
                [
                    "destination": link.destination, "asked": String(batch.bytes.count), "written": String(written),
                    "reason": reason,
                ]
            )
            close(&link)
            let lost = state.withLock { state in
                state.lastError = reason
                return state.buffer.putBack(batch)
            }
            count(lost: lost)
            return false
        }
        state.withLock { $0.sent += batch.metrics }
        return true
    }

    private func close(_ link: inout Link) {
        link.socket = nil
        state.withLock { $0.phase = .waiting }
    }

    // MARK: Telling

    private func count(lost: Int) {
        guard lost > 0 else { return }
        state.withLock { $0.lost += lost }
        report(.exportingDropped, ["count": String(lost)])
    }

    private func report(_ condition: Condition, _ values: [String: String]) {
        let values = values.merging(["name": settings.name]) { own, _ in own }
        reporter.report(Event(condition, at: clock.now(), thread: "EXPORTING[\(settings.name)]", values: values))
    }
}
