public import Basics
public import Config
public import Diagnostics
import Status
public import Store
import Synchronization
import System

/// Hosts through time: their files, so that they are known after a restart, and their end, when nobody comes any more.
///
/// Nothing here but ``recall(_:)`` runs on an event loop: whoever calls it has a thread that may block. One call at a time does
/// the work.
public final class HostKeeper: Sendable {
    /// Seconds between two rounds of ``sweep(limit:)``.
    public static let sweepSeconds: Int64 = 5
    /// Files written in one sweep: a thousand new hosts are written in the course of a minute.
    public static let filesPerSweep = 100
    /// A host's file is written at most so often, in seconds: when its charts changed, and when its connection did.
    static let definitionsEverySeconds: Int64 = 60
    static let factsEverySeconds: Int64 = 10
    /// How old, in seconds, the time of the last data in a file may be.
    static let freshEverySeconds: Int64 = 900

    let hosts: Hosts
    let clock: any Clock
    let reporter: any Reporter
    private let configuration: Mutex<Configuration>
    private let state = Mutex(State())
    /// Held by whoever works on hosts and their files.
    let work = Mutex<Void>(())

    private struct State {
        var kept: [GUID: Kept] = [:]
        /// Hosts whose file could not be written: said once until it can.
        var failing: Set<GUID> = []
        /// Hosts that were forgotten while their files stay (`delete orphan hosts files = no`).
        var left: Set<GUID> = []
    }

    /// What a host's file says.
    struct Kept: Equatable {
        var stamp: UInt64
        var identity: HostIdentity
        var connects: Int
        var disconnects: Int
        var gaps: Int
        var settings: HostSettings
        var writtenMonotonic: Int64
        var dataAt: Int64
    }

    public init(hosts: Hosts, configuration: Configuration, clock: any Clock, reporter: any Reporter) {
        self.hosts = hosts
        self.configuration = Mutex(configuration)
        self.clock = clock
        self.reporter = reporter
    }

    /// After a reload.
    public func update(_ configuration: Configuration) { self.configuration.withLock { $0 = configuration } }

    var current: Configuration { configuration.withLock { $0 } }
    var files: HostFiles { HostFiles(directory: current.directories.cache) }

    // MARK: The start

    /// Makes the hosts known that have a file. A file that can't be read is set aside and said, never removed.
    public func load() {
        let configuration = current
        let files = files
        var count = 0
        let lastAlive = files.lastAlive()
        for guid in files.known().prefix(StatusLimits.hosts) where guid != hosts.local.guid {
            guard let host = read(guid, files, configuration, lastAlive) else { continue }
            _ = hosts.add(host)
            let kept = kept(host)
            state.withLock { $0.kept[guid] = kept }
            count += 1
        }
        if count > 0 { report(.hostsKnown, ["count": String(count), "directory": files.directory]) }
    }

    /// A host that was forgotten and whose file stays, as its child comes back; `nil` for all others.
    ///
    /// It reads that one file, and so it is what a connection may wait for.
    public func recall(_ guid: GUID) -> Host? {
        guard state.withLock({ $0.left.remove(guid) }) != nil else { return nil }
        let files = files
        guard Files.exists(files.path(guid)), let host = read(guid, files, current, nil) else { return nil }
        let kept = kept(host)
        state.withLock { $0.kept[guid] = kept }
        report(.hostRecalled, ["guid": guid.description, "file": files.path(guid)], host)
        return host
    }

    private func read(
        _ guid: GUID,
        _ files: HostFiles,
        _ configuration: Configuration,
        _ lastAlive: Int64?
    ) -> Host? {
        let fault: HostRecord.Fault
        do {
            return try HostRecord.decode(
                try files.read(guid),
                guid: guid,
                database: configuration.database,
                lastAlive: lastAlive,
                now: clock.now(),
                monotonic: clock.monotonic()
            )
        } catch let error as HostRecord.Fault {
            fault = error
        } catch {
            fault = .damaged((error as? SystemError)?.reason ?? "\(error)")
        }
        let path = files.path(guid)
        let aside = files.setAside(guid, at: clock.now() / microsecondsPerSecond) ?? path
        switch fault {
        case .damaged(let reason): report(.hostFileDamaged, ["file": path, "reason": reason, "aside": aside])
        case .newer(let reason): report(.hostFileNewer, ["file": path, "reason": reason, "aside": aside])
        }
        return nil
    }

    // MARK: While it runs

    /// Writes the files of the hosts that have changed, unless they were written just now.
    public func sweep(limit: Int = HostKeeper.filesPerSweep) {
        // One that lasts longer than the time until the next one is enough.
        work.withLockIfAvailable { _ in sweepHosts(limit) }
    }

    private func sweepHosts(_ limit: Int) {
        if hosts.all().contains(where: { $0 !== hosts.local && $0.status.withLock { $0.state.isConnected } }) {
            files.alive(at: clock.now() / microsecondsPerSecond)
        }
        save(limit: limit) { changes, age in
            switch changes {
            case .none: false
            case .onlyTime: age >= HostKeeper.freshEverySeconds
            case .connection, .firstCharts: age >= HostKeeper.factsEverySeconds
            case .definitions: age >= HostKeeper.definitionsEverySeconds
            }
        }
    }

    /// Writes what is not written yet, at the end.
    ///
    /// - Parameter seconds: after which it gives up: an old file is better than a node that doesn't end.
    public func saveAll(within seconds: Int64) {
        let deadline = clock.monotonic() + seconds * microsecondsPerSecond
        work.withLock { _ in save(limit: .max, until: deadline) { changes, _ in changes != .none } }
    }

    private enum Changes: Comparable {
        case none
        /// Only newer data came.
        case onlyTime
        case connection
        case firstCharts
        case definitions
    }

    private func save(limit: Int, until deadline: Int64 = .max, _ isDue: (Changes, Int64) -> Bool) {
        let files = files
        var written = 0
        for host in hosts.all() where host !== hosts.local {
            guard written < limit, clock.monotonic() < deadline else { return }
            let now = kept(host)
            let (before, isFailing) = state.withLock { ($0.kept[host.guid], $0.failing.contains(host.guid)) }
            guard host.settings.mode != .none else {
                if before != nil { remove(host.guid, files) }
                continue
            }
            let age = before.map { (now.writtenMonotonic &- $0.writtenMonotonic) / microsecondsPerSecond } ?? .max
            // What could not be written is not there, whatever has changed since.
            let changes = Self.changes(now, since: before)
            guard isDue(isFailing && changes < .connection ? .connection : changes, age) else { continue }
            write(host, now, files)
            written += 1
        }
    }

    private static func changes(_ now: Kept, since before: Kept?) -> Changes {
        guard let before else { return .definitions }
        if now.connects != before.connects || now.disconnects != before.disconnects || now.gaps != before.gaps
            || now.settings != before.settings
        {
            return .connection
        }
        if now.stamp != before.stamp || now.identity != before.identity {
            return before.stamp == 0 ? .firstCharts : .definitions
        }
        return now.dataAt != before.dataAt ? .onlyTime : .none
    }

    private func write(_ host: Host, _ now: Kept, _ files: HostFiles) {
        let bytes = HostRecord.encode(host, savedAt: clock.now())
        do throws(SystemError) {
            try files.write(bytes, host.guid)
            state.withLock { state in
                state.kept[host.guid] = now
                state.failing.remove(host.guid)
            }
        } catch {
            let isNew = state.withLock { state in
                // Not again at once.
                state.kept[host.guid] = now
                return state.failing.insert(host.guid).inserted
            }
            if isNew { report(.hostFileNotWritten, ["file": files.path(host.guid), "reason": error.reason], host) }
        }
    }

    private func kept(_ host: Host) -> Kept {
        let facts = host.status.withLock {
            (
                connects: $0.connects, disconnects: $0.disconnects, gaps: $0.gaps.count + $0.gapsDropped,
                data: $0.lastData
            )
        }
        return Kept(
            stamp: host.withDatabase { $0.definitionsStamp },
            identity: host.identity.withLock { $0 },
            connects: facts.connects,
            disconnects: facts.disconnects,
            gaps: facts.gaps,
            settings: host.settings,
            writtenMonotonic: clock.monotonic(),
            dataAt: facts.data ?? 0
        )
    }

    // MARK: The end of a host

    /// Removes a host's file and what is remembered of it.
    func remove(_ guid: GUID, _ files: HostFiles) {
        forgetKept(guid)
        do throws(SystemError) {
            try files.remove(guid)
        } catch {
            report(.hostFileNotWritten, ["file": files.path(guid), "reason": error.reason])
        }
    }

    /// Its file stays, with all that is known of it, for when its child comes back.
    func leave(_ host: Host, _ files: HostFiles) {
        let now = kept(host)
        let before = state.withLock { $0.kept[host.guid] }
        let isKept = host.settings.mode != .none
        if isKept, Self.changes(now, since: before) != .none { write(host, now, files) }
        forgetKept(host.guid)
        guard isKept else { return }
        state.withLock { state in
            // Whoever comes back beyond that is a new one until the node is started again.
            if state.left.count < StatusLimits.hosts { state.left.insert(host.guid) }
        }
    }

    private func forgetKept(_ guid: GUID) {
        state.withLock { state in
            state.kept[guid] = nil
            state.failing.remove(guid)
            state.left.remove(guid)
        }
    }

    func report(_ condition: Condition, _ values: [String: String] = [:], _ host: Host? = nil) {
        var values = values
        if let host { values["host"] = values["host"] ?? host.hostname }
        reporter.report(
            Event(condition, at: clock.now(), thread: "MAIN", host: host?.guid.description, values: values)
        )
    }
}
