public import Basics
import Status
import Synchronization

/// All hosts a node knows: its own, and those that stream or streamed to it.
public final class Hosts: Sendable {
    /// The own one.
    public let local: Host
    /// Where points of hosts are kept besides memory; `nil`: nowhere.
    public let disk: DiskStore?
    private let others = Mutex(Others())

    private struct Others {
        var byGUID: [GUID: Host] = [:]
        /// The hosts of a name; a name without any is not in it. Who asks for one by its name should not wait for a look at all.
        var byName: [String: [Host]] = [:]

        mutating func add(_ host: Host) {
            byGUID[host.guid] = host
            byName[host.hostname, default: []].append(host)
        }

        mutating func remove(_ guid: GUID) -> Host? {
            guard let host = byGUID.removeValue(forKey: guid) else { return nil }
            forget(host, name: host.hostname)
            return host
        }

        mutating func forget(_ host: Host, name: String) {
            guard let rest = byName[name]?.filter({ $0 !== host }) else { return }
            byName[name] = rest.isEmpty ? nil : rest
        }
    }

    public init(local: Host, disk: DiskStore? = nil) {
        self.local = local
        self.disk = disk
    }

    public func host(guid: GUID) -> Host? {
        guid == local.guid ? local : others.withLock { $0.byGUID[guid] }
    }

    /// The host of an URL's `/host/NAME` (web API §2): by hostname, else by machine GUID; `localhost` is the own one.
    ///
    /// Of several hosts with one name it is the own one, else one that is connected, else the one that was here last; the
    /// others have their GUIDs.
    public func host(named name: String) -> Host? {
        if name == "localhost" || local.hostname == name { return local }
        let namesakes = others.withLock { $0.byName[name] } ?? []
        guard namesakes.count > 1 else { return namesakes.first ?? GUID(name).flatMap { host(guid: $0) } }
        return namesakes.map { (presence: $0.presence, host: $0) }.max { $0.presence < $1.presence }?.host
    }

    /// The own one first, then by hostname; hosts of one name by GUID.
    public func all() -> [Host] {
        let known = others.withLock { Array($0.byGUID.values) }
        let named = known.map { (name: $0.hostname, host: $0) }
        return [local] + named.sorted { ($0.name, $0.host.guid) < ($1.name, $1.host.guid) }.map(\.host)
    }

    public var count: Int { others.withLock { $0.byGUID.count } + 1 }

    /// Adds a host, unless there is one with this GUID: then that one is returned. So two connections that come at once
    /// agree on one host. A new one has at once what the disk has of it.
    public func add(_ host: Host) -> Host {
        guard host.guid != local.guid else { return local }
        let added = insert(host)
        if added === host { disk?.attach(host) }
        return added
    }

    private func insert(_ host: Host) -> Host {
        others.withLock { others in
            if let known = others.byGUID[host.guid] { return known }
            others.add(host)
            return host
        }
    }

    /// Forgets a host; readers that hold it keep it until they are done. The own one stays.
    @discardableResult
    public func remove(_ guid: GUID) -> Host? {
        others.withLock { $0.remove(guid) }
    }

    /// Changes what a host is called (streaming protocol §12). Returns its former name if that differs.
    @discardableResult
    public func rename(_ host: Host, to hostname: String) -> String? {
        others.withLock { others in
            let former = host.identity.withLock { identity -> String? in
                guard identity.hostname != hostname else { return nil }
                let former = identity.hostname
                identity.formerHostname = former
                identity.hostname = hostname
                return former
            }
            guard let former else { return nil }
            if others.byGUID[host.guid] === host {
                others.forget(host, name: former)
                others.byName[hostname, default: []].append(host)
            }
            return former
        }
    }

    /// Forgets the hosts that `isOver` says so of. Looked at and removed in one: a host whose child comes back meanwhile must
    /// not be lost.
    ///
    /// - Parameter isOver: short, and must not ask for hosts.
    /// - Returns: the hosts removed.
    public func removeAll(where isOver: (Host) -> Bool) -> [Host] {
        others.withLock { others in
            let over = others.byGUID.values.filter(isOver)
            for host in over { _ = others.remove(host.guid) }
            return over
        }
    }
}

extension Host {
    /// What decides between hosts of one name: connected or not, then who was here last.
    fileprivate var presence: (Int, Int64, Int64, GUID) {
        status.withLock { ($0.state.isConnected ? 1 : 0, $0.lastData ?? 0, $0.stateSince, guid) }
    }
}
