public import Basics
import Status
import Synchronization

/// All hosts a node knows: its own, and those that stream or streamed to it.
public final class Hosts: Sendable {
    /// The own one.
    public let local: Host
    private let others = Mutex<[GUID: Host]>([:])

    public init(local: Host) {
        self.local = local
    }

    public func host(guid: GUID) -> Host? {
        guid == local.guid ? local : others.withLock { $0[guid] }
    }

    /// The host of an URL's `/host/NAME` (web API §2): by hostname, else by machine GUID; `localhost` is the own one.
    public func host(named name: String) -> Host? {
        if name == "localhost" { return local }
        return all().first { $0.hostname == name } ?? GUID(name).flatMap { host(guid: $0) }
    }

    /// The own one first, then by hostname; hosts of one name by GUID.
    public func all() -> [Host] {
        let known = others.withLock { Array($0.values) }
        let named = known.map { (name: $0.hostname, host: $0) }
        return [local] + named.sorted { ($0.name, $0.host.guid) < ($1.name, $1.host.guid) }.map(\.host)
    }

    public var count: Int { others.withLock { $0.count } + 1 }

    /// Adds a host, unless there is one with this GUID: then that one is returned. So two connections that come at once
    /// agree on one host.
    public func add(_ host: Host) -> Host {
        guard host.guid != local.guid else { return local }
        return others.withLock { others in
            if let known = others[host.guid] { return known }
            others[host.guid] = host
            return host
        }
    }

    /// Forgets a host; readers that hold it keep it until they are done. The own one stays.
    @discardableResult
    public func remove(_ guid: GUID) -> Host? {
        others.withLock { $0.removeValue(forKey: guid) }
    }

    /// Changes what a host is called (streaming protocol §12). Returns its former name if that differs.
    @discardableResult
    public func rename(_ host: Host, to hostname: String) -> String? {
        host.identity.withLock { identity in
            guard identity.hostname != hostname else { return nil }
            let former = identity.hostname
            identity.formerHostname = former
            identity.hostname = hostname
            return former
        }
    }

    /// Forgets the hosts whose source has been gone for so many seconds (`cleanup orphan hosts after secs`, streaming
    /// protocol §12).
    ///
    /// - Parameter now: µs since 1970.
    /// - Returns: the hosts removed.
    public func removeOrphans(after seconds: Int64, now: Int64) -> [Host] {
        // Looked at and removed in one: a host whose child comes back meanwhile must not be lost.
        others.withLock { others in
            let orphans = others.values.filter { host in
                host.status.withLock { facts in
                    (facts.state == .down || facts.state == .archived)
                        && (now - facts.stateSince) / microsecondsPerSecond >= seconds
                }
            }
            for host in orphans { others[host.guid] = nil }
            return orphans
        }
    }
}
