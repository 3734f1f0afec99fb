public import Basics
import Config
import Diagnostics
import Status
import Store
import Synchronization

/// The ends of hosts and charts: by time, and by request (streaming protocol §12, storage §1).
extension HostKeeper {
    /// Seconds before its end in which a host that is no ephemeral one is shown as expiring.
    static let expiringSeconds: Int64 = 600

    /// What a request to forget a host comes to.
    public enum Forgetting: Sendable, Equatable {
        case forgotten(hostname: String)
        case unknown
        /// It streams here now, or is this node itself.
        case connected
    }

    /// One round of cleaning up.
    /// - Returns: whether hosts went.
    public func cleanUp() -> Bool { work.withLock { _ in cleanHosts() } }

    private func cleanHosts() -> Bool {
        let configuration = current
        let now = clock.now()
        let monotonic = clock.monotonic()
        for host in hosts.all() where host !== hosts.local { look(after: host, configuration, now, monotonic) }
        let over = hosts.removeAll { host in
            host.status.withLock { $0.goneMonotonic.map { monotonic - $0 } }.map { gone in
                gone / microsecondsPerSecond >= Lifetime(host, configuration).seconds
            } ?? false
        }
        for host in over { forget(host, Lifetime(host, configuration).reason(host), configuration) }
        for host in hosts.all() { cleanCharts(host, configuration, now) }
        return !over.isEmpty
    }

    /// Somebody wants a host to be forgotten, for good.
    public func forget(_ guid: GUID, by whom: String) -> Forgetting { work.withLock { _ in remove(guid, by: whom) } }

    private func remove(_ guid: GUID, by whom: String) -> Forgetting {
        guard guid != hosts.local.guid else { return .connected }
        guard let host = hosts.host(guid: guid) else { return .unknown }
        let removed = hosts.removeAll { $0 === host && !$0.status.withLock { $0.state.isConnected } }
        guard !removed.isEmpty else { return .connected }
        report(.hostForgotten, ["host": host.hostname, "guid": guid.description], host)
        report(.hostForgottenBecause, ["guid": guid.description, "reason": "asked for by \(whom)"], host)
        remove(guid, files)
        hosts.disk?.detach(host, forgets: true)
        return .forgotten(hostname: host.hostname)
    }

    private func forget(_ host: Host, _ reason: String, _ configuration: Configuration) {
        let guid = host.guid
        report(.hostForgotten, ["guid": guid.description], host)
        let keeps = !configuration.database.deleteOrphanHostsFiles
        let rest = keeps ? "; its file stays, because of 'delete orphan hosts files = no'" : ""
        report(.hostForgottenBecause, ["guid": guid.description, "reason": reason + rest], host)
        if keeps { leave(host, files) } else { remove(guid, files) }
        // What the disk engine has is found again, as long as there is room for it (storage §6).
        hosts.disk?.detach(host, forgets: !keeps && host.settings.mode != .dbengine)
    }

    /// What changes by the mere passing of time.
    private func look(after host: Host, _ configuration: Configuration, _ now: Int64, _ monotonic: Int64) {
        let lifetime = Lifetime(host, configuration)
        let rival = host.status.withLock { facts in
            facts.expire(after: lifetime.seconds, isEphemeral: lifetime.isEphemeral, now: now, monotonic: monotonic)
            let rival = facts.endRivalry(monotonic: monotonic)
            if rival != nil { facts.removeProblem(Condition.hostRival.code) }
            return rival
        }
        guard let rival else { return }
        let values = [
            "guid": host.guid.description, "rival": rival.hostname, "ip": rival.address, "port": rival.port,
            "seconds": String(HostRival.endsAfterSeconds),
        ]
        report(.hostRivalGone, values, host)
    }

    private func cleanCharts(_ host: Host, _ configuration: Configuration, _ now: Int64) {
        let facts = host.status.withLock { $0 }
        let removed = host.withDatabase { database in
            if facts.state == .live { database.markSilent(connectedSince: facts.stateSince, now: now) }
            let seconds = Int64(max(10, configuration.database.cleanupObsoleteChartsAfterSeconds))
            return database.removeObsolete(after: seconds, now: now)
        }
        if !removed.isEmpty { report(.chartForgotten, ["count": String(removed.count)], host) }
    }
}

/// How long a host that has gone is kept.
struct Lifetime {
    let seconds: Int64
    let isEphemeral: Bool
    /// A century: no clock of ours overflows by it.
    private static let secondsMax: Int64 = 3_155_760_000
    private let option: String
    private let origin: Origin

    init(_ host: Host, _ configuration: Configuration) {
        isEphemeral = host.isEphemeral
        option = isEphemeral ? "cleanup ephemeral hosts after secs" : "cleanup orphan hosts after secs"
        let database = configuration.database
        let asked = isEphemeral ? database.cleanupEphemeralHostsAfterSeconds : database.cleanupOrphanHostsAfterSeconds
        seconds = min(Int64(asked), Self.secondsMax)
        origin = configuration.settings.origin("db", option)
    }

    func reason(_ host: Host) -> String {
        let what = isEphemeral ? "it is ephemeral, and its child" : "its child"
        return "\(what) has not been connected for \(seconds) seconds ([db] \(option), \(origin))"
    }
}

extension Host {
    /// Nobody need wonder when it goes: its child's label or this parent's stream.conf says so.
    var isEphemeral: Bool {
        status.withLock { $0.ephemeral } == true || isLabelledEphemeral
    }
}

extension HostFacts {
    /// Says when it goes. An ephemeral host is expiring from the moment it leaves, others shortly before.
    mutating func expire(after seconds: Int64, isEphemeral: Bool, now: Int64, monotonic: Int64) {
        guard let gone = goneMonotonic, !state.isConnected else { return }
        if isEphemeral { ephemeral = true }
        let left = seconds &* microsecondsPerSecond &- (monotonic &- gone)
        expires = now &+ max(0, left)
        let isSoon = left <= min(HostKeeper.expiringSeconds, seconds / 2) &* microsecondsPerSecond
        // An ephemeral one since it left, however late that is looked at.
        if isEphemeral || isSoon { become(.expiring, at: isEphemeral ? now &- (monotonic &- gone) : now) }
    }
}
