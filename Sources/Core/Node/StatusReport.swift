import Basics
import Config
import Diagnostics
import Status
import Store
import Streaming
import Synchronization
import System

/// Puts the status document together (status document, version 1).
final class StatusReport: Sendable {
    private let hosts: Hosts
    private let journal: Journal
    private let links: @Sendable () -> [StatusDocument.Link]
    private let exporters: @Sendable () -> [StatusDocument.Exporter]
    private let tls: @Sendable () -> StatusDocument.Node.TLS
    private let clock: any Clock
    private let version: String
    private let role: Role
    private let startedAt: Int64
    private let current: CurrentConfiguration
    private let processorTime: Mutex<(monotonic: Int64, used: Int64, percent: Double?)>

    init(
        hosts: Hosts,
        journal: Journal,
        links: @escaping @Sendable () -> [StatusDocument.Link],
        exporters: @escaping @Sendable () -> [StatusDocument.Exporter] = { [] },
        tls: @escaping @Sendable () -> StatusDocument.Node.TLS = { .off },
        clock: any Clock,
        version: String,
        role: Role,
        current: CurrentConfiguration
    ) {
        self.hosts = hosts
        self.journal = journal
        self.links = links
        self.exporters = exporters
        self.tls = tls
        self.clock = clock
        self.version = version
        self.role = role
        self.current = current
        startedAt = clock.now()
        processorTime = Mutex((clock.monotonic(), 0, nil))
    }

    func document() -> StatusDocument {
        let now = clock.now()
        let monotonic = clock.monotonic()
        let configuration = current.value
        var document = StatusDocument(at: seconds(now), node: node(configuration, monotonic))
        let known = hosts.all().prefix(StatusLimits.hosts)
        document.hosts = known.map { host($0, now, monotonic) }
        document.alarms = alarms(of: known)
        document.nameNeighbours()
        document.links = links()
        let past = journal.past
        document.refusals = past.refusals.newestFirst
        document.events = past.events.newestFirst
        var totals = StatusDocument.Totals()
        totals.inBytesPerSecond = document.hosts.reduce(0) { $0 + ($1.inBytesPerSecond ?? 0) }
        totals.inRawBytesPerSecond = document.hosts.reduce(0) { $0 + ($1.inRawBytesPerSecond ?? 0) }
        totals.samplesPerSecond = document.hosts.reduce(0) { $0 + ($1.samplesPerSecond ?? 0) }
        totals.outBytesPerSecond = document.links.reduce(0) { $0 + ($1.outBytesPerSecond ?? 0) }
        document.totals = totals
        document.store = store(configuration, inMemory: document.hosts.reduce(0) { $0 + ($1.storedBytes ?? 0) })
        let exporters = exporters()
        if !exporters.isEmpty { document.exporters = exporters }
        return document
    }

    /// Of all hosts whose health is on, or was; `nil` without one.
    private func alarms(of hosts: some Sequence<Host>) -> StatusDocument.Alarms? {
        var all: StatusDocument.Alarms?
        for host in hosts {
            guard let source = host.alarms else { continue }
            let tally = source.alarmTally
            var sum = all ?? .init(warning: 0, critical: 0, total: 0)
            sum.warning += tally.warning
            sum.critical += tally.critical
            sum.total += tally.total
            if tally.warning + tally.critical > 0 {
                let (guid, hostname) = (host.guid.description, host.hostname)
                sum.raised += source.raisedAlarmFacts.map { .init($0, guid, hostname) }
            }
            all = sum
        }
        all?.raised.sort(by: StatusDocument.RaisedAlarm.isWorse)
        return all
    }

    /// What there is on the disk; where nothing is, in memory.
    private func store(_ configuration: Configuration, inMemory: Int) -> StatusDocument.Store {
        var shown = StatusDocument.Store(mode: configuration.database.mode.rawValue)
        shown.bytes = inMemory
        guard let facts = hosts.disk?.facts, let main = facts.engine ?? facts.history else { return shown }
        let all = [facts.engine, facts.history].compactMap { $0 }
        shown.segments = all.reduce(0) { $0 + $1.segments }
        shown.bytes = all.reduce(0) { $0 + $1.bytes } + facts.tiers.reduce(0, +)
        shown.journalBytes = all.reduce(0) { $0 + $1.journalBytes }
        shown.quotaBytes = main.quota.map { Int(clamping: $0) }
        shown.oldestAt = all.compactMap(\.oldest).min().map { Double($0) }
        if let ill = all.first(where: { $0.problem != nil }), let problem = ill.problem {
            shown.degraded = StatusDocument.Store.Degraded(
                code: (ill.isRefused ? Condition.shelfNotOpened : .shelfFailed).code,
                sinceAt: seconds(ill.problemSince),
                text: ill.isRefused
                    ? "cannot use \(ill.directory): \(problem); its hosts are in memory only"
                    : "cannot write to \(ill.directory): \(problem); keeping what comes in memory"
            )
        }
        return shown
    }

    private func node(_ configuration: Configuration, _ monotonic: Int64) -> StatusDocument.Node {
        let process = OwnProcess.now()
        var node = StatusDocument.Node(
            hostname: hosts.local.hostname,
            guid: hosts.local.guid.description,
            version: version,
            role: StatusDocument.Node.Role(rawValue: configuration.position(of: role).rawValue) ?? .parent
        )
        node.startedAt = seconds(startedAt)
        node.cpuPercent = percent(process.userTime + process.systemTime, monotonic)
        node.residentBytes = process.resident
        node.fileDescriptors = process.openFiles
        node.fileDescriptorsMax = process.openFilesLimit
        node.threads = process.threads
        node.configDirectory = configuration.directories.config
        node.configProblems = current.problems
        node.databaseMode = configuration.database.mode.rawValue
        node.compression = configuration.stream.enableCompression
        node.tls = tls()
        return node
    }

    /// Processor time since the document before, at most once a second.
    private func percent(_ used: Int64, _ monotonic: Int64) -> Double? {
        processorTime.withLock { last in
            let elapsed = monotonic - last.monotonic
            if elapsed >= microsecondsPerSecond {
                last = (monotonic, used, 100 * Double(used - last.used) / Double(elapsed))
            }
            return last.percent
        }
    }

    private func host(_ host: Host, _ now: Int64, _ monotonic: Int64) -> StatusDocument.Host {
        let identity = host.identity.withLock { $0 }
        let facts = host.status.withLock { $0 }
        let database = host.withDatabase {
            (
                charts: $0.chartCount, dimensions: $0.dimensionCount, bytes: $0.pointBytes, newest: $0.lastUpdated,
                first: $0.firstStored
            )
        }
        var shown = StatusDocument.Host(
            guid: host.guid.description,
            hostname: identity.hostname,
            state: facts.state
        )
        shown.os = identity.os
        shown.program = identity.programName
        shown.version = identity.programVersion
        shown.updateEverySeconds = host.settings.updateEvery
        shown.databaseMode = host.settings.mode.rawValue
        shown.retentionSeconds = retention(of: host, since: database.first, now)
        shown.charts = database.charts
        shown.dimensions = database.dimensions
        shown.storedBytes = database.bytes
        if let tally = host.alarms?.alarmTally {
            shown.alarms = .init(warning: tally.warning, critical: tally.critical, total: tally.total)
        }
        shown.take(facts, at: now, monotonic: monotonic, newestStored: database.newest > 0 ? database.newest : nil)
        return shown
    }

    /// What the history can hold; with dbengine, how far back it goes now.
    private func retention(of host: Host, since first: Int64, _ now: Int64) -> Int {
        switch host.settings.mode {
        case .none: 0
        case .dbengine: first == 0 ? 0 : Int(max(0, now / microsecondsPerSecond - first))
        default: host.settings.history * host.settings.updateEvery
        }
    }

    private func seconds(_ microseconds: Int64) -> Double { Double(microseconds) / Double(microsecondsPerSecond) }
}

extension StatusDocument.RaisedAlarm {
    fileprivate init(_ facts: AlarmFacts, _ guid: String, _ hostname: String) {
        self.init(hostGUID: guid, hostname: hostname, chart: facts.chart, name: facts.name, status: facts.status.name)
        sinceAt = facts.since > 0 ? Double(facts.since) : nil
        valueText = facts.valueText
        info = facts.info
        classification = facts.classification
        recipient = facts.recipient
        source = facts.source
        silenced = facts.isSilenced
        disabled = facts.isDisabled
    }
}
