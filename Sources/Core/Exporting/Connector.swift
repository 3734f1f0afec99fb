import Basics
import Config
import Diagnostics
import Status
import Synchronization
import System

/// Sends the batches of one section of exporting.conf. It has a thread of its own, which may wait for its destination as
/// long as it likes: who hands a batch over never does.
///
/// What waits goes out oldest first: what an earlier outage has left in files (``Spool``), then what is in memory. Files are
/// written by the connector's thread, and at the end by whoever ends it.
final class Connector: Sendable {
    let settings: ExportingSettings.Connector
    let clock: any Clock
    let reporter: any Reporter
    private let files: any StorageFiles
    let wakeup: Wakeup
    let state: Mutex<State>
    let spool = Mutex<Spool?>(nil)

    /// What the threads share.
    struct State: Sendable {
        var buffer: BatchBuffer
        /// The batch that is being sent, where it came out of the buffer.
        var inFlight: Batch?
        var isStopped = false
        var forgetsTrust = false
        var phase = Phase.waiting
        /// Metrics, since the start.
        var sent = 0
        var lost = 0
        var lastError: String?
        /// Whether a batch has come since the figures were published.
        var isDue = false
        /// Of this period so far, and of the one before.
        var current = ExporterFigures()
        var published = ExporterFigures()
    }

    /// What the status document calls its state.
    enum Phase: String, Sendable {
        /// For the next batch, with no connection.
        case waiting
        case connecting
        case connected
    }

    /// - Throws: when no descriptor is left.
    init(
        _ settings: ExportingSettings.Connector,
        clock: any Clock,
        reporter: any Reporter,
        files: any StorageFiles = SystemFiles()
    ) throws(SystemError) {
        self.settings = settings
        self.clock = clock
        self.reporter = reporter
        self.files = files
        wakeup = try Wakeup()
        var state = State(buffer: BatchBuffer(limit: settings.bufferedBatches))
        state.published.name = settings.name
        state.published.updateEvery = settings.updateEvery
        self.state = Mutex(state)
    }

    /// What the bytes of its batches are: another connector of this kind could send them.
    var kind: String { "\(settings.format.rawValue) \(settings.delivery == .plain ? "plain" : "http")" }

    /// - Parameter batches: what a connector of the same kind has left.
    func start(after batches: [Batch] = []) {
        if let spill = settings.spill {
            let opened = Spool(
                files,
                directory: spill.directory,
                kind: kind,
                megabytes: spill.megabytes
            ) { [clock, reporter, name = settings.name] in
                reporter.report($0, $1, of: name, clock)
            }
            spool.withLock { $0 = opened }
            if opened != nil {
                state.withLock { $0.buffer = BatchBuffer(limit: settings.bufferedBatches, isElastic: true) }
            }
        }
        for batch in batches { keep(batch) }
        Threads.start(name: "EXP-\(settings.name)") { [self] in run() }
        wakeup.signal()
    }

    /// Ends it. Returns at once, but for files that have to be written.
    /// - Parameter spills: whether what waits goes to its files, where it has any.
    /// - Returns: what waited and went nowhere, oldest first.
    @discardableResult
    func stop(spills: Bool = true) -> [Batch] {
        let waiting = state.withLock { state in
            state.isStopped = true
            defer { state.inFlight = nil }
            return [state.inFlight].compactMap { $0 } + state.buffer.takeAll()
        }
        wakeup.signal()
        return spool.withLock { spool in
            guard spool != nil else { return waiting }
            if spills { for batch in waiting { _ = spool?.append(batch) } }
            spool?.close()
            return spills ? [] : waiting
        }
    }

    /// Takes a batch and returns at once.
    func send(_ batch: Batch) {
        if batch.omittedCharts > 0 {
            report(
                .exportingBatchTooLarge,
                ["limit": String(Batch.byteLimit), "count": String(batch.omittedCharts)]
            )
        }
        state.withLock { state in
            state.current.metrics.buffered += batch.metrics
            state.current.bytes.buffered += batch.bytes
            state.isDue = true
        }
        keep(batch)
        wakeup.signal()
    }

    private func keep(_ batch: Batch) {
        guard !batch.parts.isEmpty else { return }
        let lost = state.withLock { $0.isStopped ? [] : $0.buffer.append(batch) }
        count(lost: lost)
    }

    /// Files of certificates may have changed.
    func forgetTrust() { state.withLock { $0.forgetsTrust = true } }

    var status: StatusDocument.Exporter {
        let spilled = spool.withLock { $0?.metrics ?? 0 }
        let state = state.withLock { $0 }
        var shown = StatusDocument.Exporter(name: settings.name, type: settings.type)
        shown.destination = settings.destinationText
        shown.state = state.phase.rawValue
        shown.sent = state.sent
        shown.failed = state.lost
        shown.buffered = state.buffer.metrics + (state.inFlight?.metrics ?? 0) + spilled
        shown.lastError = state.lastError
        return shown
    }

    /// Of its last whole period.
    var figures: ExporterFigures { state.withLock { $0.published } }
}
