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
    private let files: any StorageFiles
    private let wakeup: Wakeup
    private let running = Mutex(Running())

    private struct Running: Sendable {
        var connectors: [Connector] = []
        var schedules: [Schedule] = []
        var hasThread = false
        var processorTime: [Int] = []
        var isStopped = false
    }

    /// - Parameters:
    ///   - updateEvery: seconds between collections of this node.
    ///   - files: where batches are spilled to.
    /// - Throws: when no descriptor is left.
    public init(
        hosts: Hosts,
        clock: any Clock,
        reporter: any Reporter,
        updateEvery: Int,
        files: any StorageFiles = SystemFiles()
    ) throws(SystemError) {
        self.hosts = hosts
        self.clock = clock
        self.reporter = reporter
        self.updateEvery = updateEvery
        self.files = files
        wakeup = try Wakeup()
    }

    /// Starts the connectors of these settings. Called again it lets those go on whose settings have not changed, with what
    /// waits in them; one that takes another's place under the same name takes over what waits there, if it can send it.
    ///
    /// - Throws: when no descriptor is left; then everything stays as it was.
    public func apply(_ settings: ExportingSettings) throws(SystemError) {
        let former = running.withLock { $0.isStopped ? nil : $0.connectors }
        guard let former else { return }
        var connectors: [Connector] = []
        var new: [Connector] = []
        for one in settings.connectors {
            if let kept = former.first(where: { $0.settings == one }) {
                kept.forgetTrust()
                connectors.append(kept)
            } else {
                let connector = try Connector(one, clock: clock, reporter: reporter, files: files)
                connectors.append(connector)
                new.append(connector)
            }
        }
        let now = clock.now() / microsecondsPerSecond
        let all = connectors
        let needsThread = running.withLock { running in
            let schedules = Dictionary(
                uniqueKeysWithValues: zip(running.connectors.map(ObjectIdentifier.init), running.schedules)
            )
            running.schedules = all.map {
                schedules[ObjectIdentifier($0)]
                    ?? Schedule(period: $0.settings.updateEvery, step: updateEvery, now: now)
            }
            running.connectors = all
            let needsThread = !running.hasThread && !all.isEmpty
            if needsThread { running.hasThread = true }
            return needsThread
        }
        replace(former.filter { one in !all.contains { $0 === one } }, with: new)
        if needsThread { Threads.start(name: "EXPORTING") { [self] in run() } }
    }

    /// A directory of spilled batches is left before somebody else takes it.
    private func replace(_ former: [Connector], with new: [Connector]) {
        var left: [String: [Batch]] = [:]
        for connector in former {
            let heir = new.first { $0.settings.name == connector.settings.name && $0.kind == connector.kind }
            let isSameSpool = heir.map { $0.settings.spill?.directory == connector.settings.spill?.directory } ?? true
            let batches = connector.stop(spills: isSameSpool)
            if heir != nil { left[connector.settings.name] = batches }
        }
        for connector in new { connector.start(after: left[connector.settings.name] ?? []) }
    }

    /// Ends all threads. What waits is not sent; of connectors that spill it is written to their files.
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

    /// What each of them did in its last period; a connector that has not sent yet has a period of 0.
    public var figures: [ExporterFigures] { running.withLock { $0.connectors }.map(\.figures) }

    /// `user` and `system` of the thread that makes batches, microseconds since it runs; empty before that.
    public var processorTime: [Int] { running.withLock { $0.processorTime } }

    private func run() {
        while running.withLock({ !$0.isStopped }) {
            tick()
            let time = threadTime()
            running.withLock { $0.processorTime = time }
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
