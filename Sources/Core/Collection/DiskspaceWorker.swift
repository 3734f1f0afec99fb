import Basics
import Diagnostics
import Glibc
import Store
import Synchronization
import System

/// Runs the ``DiskspaceCollector`` on a thread of its own, because asking a network filesystem can take for ever.
///
/// A round that finds it still busy with the one before is left out for it, and for nobody else.
final class DiskspaceWorker: Sendable {
    /// Seconds of silence that are worth a line in the log.
    static let patience: Int64 = 30

    private struct State {
        var collector: DiskspaceCollector
        let buffer = ReadBuffer()
    }

    /// What the thread is doing, for whoever wonders.
    private struct Progress {
        var request: (now: Int64, second: Int64)?
        var busySince: Int64?
        var path = ""
        var isReported = false
    }

    private let host: Host
    private let updateEvery: Int
    private let reporter: any Reporter
    private let clock: any Clock
    private let collected: @Sendable () -> Void
    private let state: Mutex<State>
    private let progress = Mutex(Progress())
    private let isStopped = Atomic<Bool>(false)
    private let wakeup: Wakeup

    /// - Parameter collected: called after each round, on this thread. The round that asked for it may be over by then, and what
    ///   is streamed of it on its way: without a call this would come a second later, together with the next.
    init(
        host: Host,
        options: CollectionOptions,
        updateEvery: Int,
        clock: any Clock,
        reporter: any Reporter,
        collected: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        self.host = host
        self.updateEvery = updateEvery
        self.clock = clock
        self.reporter = reporter
        self.collected = collected
        wakeup = try Wakeup()
        state = Mutex(State(collector: DiskspaceCollector(options)))
    }

    func start() {
        Threads.start(name: "DISKSPACE") { [self] in
            var waiting = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            while !isStopped.load(ordering: .acquiring) {
                _ = poll(&waiting, 1, -1)
                wakeup.drain()
                work()
            }
        }
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        wakeup.signal()
    }

    /// Asks for a round.
    func request(now: Int64, second: Int64) {
        let silence = progress.withLock { progress -> (path: String, seconds: Int64)? in
            guard let since = progress.busySince else {
                progress.request = (now, second)
                return nil
            }
            let seconds = (now &- since) / microsecondsPerSecond
            guard seconds >= Self.patience, !progress.isReported else { return nil }
            progress.isReported = true
            return (progress.path, seconds)
        }
        if let silence {
            report(.collectionFilesystemSilent, silence.path, silence.seconds, at: now)
        } else {
            wakeup.signal()
        }
    }

    /// Does what was asked for, if anything was.
    func work() {
        let request = progress.withLock { progress in
            defer { progress.request = nil }
            progress.busySince = progress.request?.now
            return progress.request
        }
        guard let request else { return }
        state.withLock { state in
            let tick = Tick(now: request.now, second: request.second, updateEvery: updateEvery, buffer: state.buffer)
            state.collector.measure(tick) { path in progress.withLock { $0.path = path } }
            let isLate = progress.withLock { progress in
                defer {
                    progress.busySince = nil
                    progress.isReported = false
                }
                return progress.isReported ? progress.path : nil
            }
            if let isLate {
                let now = clock.now()
                report(.collectionFilesystemBack, isLate, (now &- request.now) / microsecondsPerSecond, at: now)
            }
            host.withDatabase { state.collector.collect(into: &$0, at: tick) }
        }
        collected()
    }

    private func report(_ condition: Condition, _ path: String, _ seconds: Int64, at now: Int64) {
        reporter.report(
            Event(
                condition,
                at: now,
                thread: "PLUGIN[diskspace]",
                host: host.guid.description,
                values: ["path": path, "seconds": String(seconds)]
            )
        )
    }
}
