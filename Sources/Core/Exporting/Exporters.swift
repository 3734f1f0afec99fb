public import Basics
public import Config
public import Diagnostics
import Glibc
public import Status
public import Store
import Synchronization
public import System

/// All connectors of a node, and the clock that makes their batches.
///
/// One thread looks at the time once a second and makes what is due; it holds a host's lock for one bounded piece of work at a
/// time. Each connector sends on a thread of its own, so that none waits for another's destination, and nothing for any of
/// them.
public final class Exporters: Sendable {
    /// Microseconds after a full second at which batches are made: what was collected in that second should be in.
    private static let offset: Int64 = 300_000

    private let hosts: Hosts
    private let clock: any Clock
    private let reporter: any Reporter
    private let updateEvery: Int
    private let wakeup: Wakeup
    private let running = Mutex(Running())

    private struct Running: Sendable {
        var settings = ExportingSettings()
        var connectors: [Connector] = []
        var schedules: [Schedule] = []
        var hasThread = false
        var isStopped = false
    }

    /// - Parameter updateEvery: seconds between collections of this node.
    /// - Throws: when no descriptor is left.
    public init(
        hosts: Hosts,
        clock: any Clock,
        reporter: any Reporter,
        updateEvery: Int
    ) throws(SystemError) {
        self.hosts = hosts
        self.clock = clock
        self.reporter = reporter
        self.updateEvery = updateEvery
        wakeup = try Wakeup()
    }

    /// Starts the connectors of these settings. Called again it replaces them, with what waits in them, unless nothing has
    /// changed.
    ///
    /// - Throws: when no descriptor is left.
    public func apply(_ settings: ExportingSettings) throws(SystemError) {
        guard running.withLock({ $0.settings != settings && !$0.isStopped }) else { return }
        var connectors: [Connector] = []
        for one in settings.connectors {
            connectors.append(try Connector(one, clock: clock, reporter: reporter))
        }
        let started = connectors
        let now = clock.now() / microsecondsPerSecond
        let (former, needsThread) = running.withLock { running in
            let former = running.connectors
            running.settings = settings
            running.connectors = started
            running.schedules = settings.connectors.map {
                Schedule(period: $0.updateEvery, step: updateEvery, now: now)
            }
            let needsThread = !running.hasThread && !started.isEmpty
            if needsThread { running.hasThread = true }
            return (former, needsThread)
        }
        for connector in former { connector.stop() }
        for connector in started { connector.start() }
        if needsThread { Threads.start(name: "EXPORTING") { [self] in run() } }
    }

    /// Ends all threads; what waits is not sent. Returns at once.
    public func stop() {
        let connectors = running.withLock { running in
            running.isStopped = true
            return running.connectors
        }
        for connector in connectors { connector.stop() }
        wakeup.signal()
    }

    /// `exporters[]` of the status document.
    public var status: [StatusDocument.Exporter] { running.withLock { $0.connectors }.map(\.status) }

    private func run() {
        while running.withLock({ !$0.isStopped }) {
            tick()
            let past = (clock.now() - Self.offset) % microsecondsPerSecond
            var ready = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&ready, 1, Int32((microsecondsPerSecond - past + 999) / 1000))
        }
    }

    /// Makes the batches that are due.
    func tick() {
        let now = clock.now() / microsecondsPerSecond
        let due = running.withLock { running in
            var due: [(connector: Connector, after: Int64)] = []
            for index in running.connectors.indices {
                guard let after = running.schedules[index].due(at: now) else { continue }
                due.append((running.connectors[index], after))
            }
            return due
        }
        for (connector, after) in due { connector.send(Batch(connector.settings, hosts, after: after, now: now)) }
    }
}
