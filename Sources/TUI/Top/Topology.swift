internal import Diagnostics
internal import Status

/// One line of the topology: a machine on the way of metrics, with what is known of the way.
struct TopologyNode: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// The node that is watched.
        case here
        /// A machine that others come through, known as a host or by its GUID only.
        case proxy
        case child
        /// Where the watched node streams on to.
        case upstream
    }

    var id: String
    var kind: Kind
    var depth: Int
    /// Whether a later line has the same depth below the same parent.
    var isLast: Bool
    var name: String
    /// The host whose page tells more.
    var hostGUID: String?
    var facts: String
    var role: Role
    var isParentOfOthers = false
    var isFolded = false
}

/// Who sends through whom: a tree from the watched node to its children, and on to where it sends itself.
struct Topology {
    /// What comes back to where it began is refused with it.
    static let loopCode = Condition.refusedOwnGUID.code

    /// Stands for whoever hosts of several hops come through, where that is not known.
    private static let unknownProxy = "unknown proxy"

    private let document: StatusDocument
    private let folded: Set<String>
    private let children: [String: [StatusDocument.Host]]
    private let neighbours: [String: String]
    private let appearance: Appearance
    private var nodes: [TopologyNode] = []

    static func nodes(of document: StatusDocument, folded: Set<String>, _ appearance: Appearance) -> [TopologyNode] {
        var topology = Topology(document, folded, appearance)
        topology.addAll()
        return topology.nodes
    }

    private init(_ document: StatusDocument, _ folded: Set<String>, _ appearance: Appearance) {
        self.document = document
        self.folded = folded
        self.appearance = appearance
        neighbours = Dictionary(
            document.hosts.compactMap { host in host.via.map { (host.guid, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
        children = Dictionary(grouping: document.hosts.filter { $0.state != .local }) { host in
            // Who names itself stands beside the others, not below itself.
            if let via = host.via, via != host.guid, via != document.node.guid { return via }
            // Where several proxies share an address, the wire does not say which one it was.
            return (host.hops ?? 1) > 1 ? Self.unknownProxy : ""
        }
    }

    private mutating func addAll() {
        let own = document.hosts.first { $0.state == .local }
        nodes.append(
            TopologyNode(
                id: "here",
                kind: .here,
                depth: 0,
                isLast: true,
                name: document.node.hostname,
                hostGUID: own?.guid,
                facts: "this \(document.node.role.rawValue)   " + hostTally(document),
                role: .title
            )
        )
        let upstreams = upstreams()
        var seen: Set<String> = []
        // Neighbours that are no hosts here, so that what comes through them isn't lost.
        let known = Set(document.hosts.map(\.guid))
        let strangers = children.keys.filter { !$0.isEmpty && !known.contains($0) }.sorted()
        let direct = children[""] ?? []
        for (index, guid) in strangers.enumerated() {
            let isLast = index == strangers.count - 1 && direct.isEmpty && upstreams.isEmpty
            addStranger(guid, isLast: isLast, &seen)
        }
        add(direct, depth: 1, othersFollow: !upstreams.isEmpty, &seen)
        for (index, node) in upstreams.enumerated() {
            var node = node
            node.isLast = index == upstreams.count - 1
            nodes.append(node)
        }
        // A ring of neighbours hangs on nothing: it is shown rather than forgotten.
        let lost = document.hosts.filter { $0.state != .local && !seen.contains($0.guid) && isUnreached($0, seen) }
        for host in lost { addHost(host, depth: 1, isLast: true, &seen) }
    }

    /// Whether no fold hides it.
    private func isUnreached(_ host: StatusDocument.Host, _ seen: Set<String>) -> Bool {
        var guid = host.via
        var steps = 0
        while let via = guid, steps < 64 {
            if folded.contains(via) { return false }
            guid = neighbours[via]
            steps += 1
        }
        return true
    }

    private mutating func add(
        _ hosts: [StatusDocument.Host],
        depth: Int,
        othersFollow: Bool,
        _ seen: inout Set<String>
    ) {
        // Those that others come through first: they are what a tree is looked at for.
        let ordered = hosts.filter { children[$0.guid] != nil } + hosts.filter { children[$0.guid] == nil }
        for (index, host) in ordered.enumerated() {
            addHost(host, depth: depth, isLast: index == ordered.count - 1 && !othersFollow, &seen)
        }
    }

    private mutating func addHost(
        _ host: StatusDocument.Host,
        depth: Int,
        isLast: Bool,
        _ seen: inout Set<String>
    ) {
        guard seen.insert(host.guid).inserted, depth < 64 else { return }
        let below = children[host.guid] ?? []
        var node = TopologyNode(
            id: host.guid,
            kind: below.isEmpty ? .child : .proxy,
            depth: depth,
            isLast: isLast,
            name: host.hostname,
            hostGUID: host.guid,
            facts: facts(host) + (below.isEmpty ? "" : "   through it: " + sum(below)),
            role: below.contains(where: needsAttention) && stateRole(host.state) == .good
                ? .notice : stateRole(host.state)
        )
        node.isParentOfOthers = !below.isEmpty
        node.isFolded = folded.contains(host.guid)
        nodes.append(node)
        if !node.isFolded { add(below, depth: depth + 1, othersFollow: false, &seen) }
    }

    private mutating func addStranger(_ guid: String, isLast: Bool, _ seen: inout Set<String>) {
        let below = children[guid] ?? []
        var node = TopologyNode(
            id: guid,
            kind: .proxy,
            depth: 1,
            isLast: isLast,
            name: guid == Self.unknownProxy ? guid : "proxy " + guid.prefix(8) + appearance.ellipsis,
            facts: (guid == Self.unknownProxy ? "several share one address" : "its own metrics do not come here")
                + "   through it: " + sum(below),
            role: below.contains(where: needsAttention) ? .notice : .good
        )
        node.isParentOfOthers = true
        node.isFolded = folded.contains(guid)
        nodes.append(node)
        if !node.isFolded { add(below, depth: 2, othersFollow: false, &seen) }
    }

    /// A host's way here: state, lag, and what got lost on it.
    private func facts(_ host: StatusDocument.Host) -> String {
        var parts = [stateWord(host)]
        if host.state.isConnected {
            parts.append("lag " + Figures.lag(host.lagSeconds))
            if let compression = host.connection?.compression { parts.append(compression) }
        } else if host.lastDisconnect != nil || host.lastDataAt != nil {
            parts.append(absence(host, appearance))
        }
        let lost = lostSeconds(host)
        if lost > 0 { parts.append("lost \(Figures.age(lost))") }
        return parts.joined(separator: "  ")
    }

    /// What comes through a neighbour: how many of how many, the worst lag, and what was lost between the hops.
    private func sum(_ hosts: [StatusDocument.Host]) -> String {
        let connected = hosts.filter(\.state.isConnected)
        var parts = ["\(connected.count) of \(hosts.count)"]
        if let lag = connected.compactMap(\.lagSeconds).max() { parts.append("worst lag \(Figures.lag(lag))") }
        let lost = hosts.reduce(0) { $0 + lostSeconds($1) }
        if lost > 0 { parts.append("lost \(Figures.age(lost))") }
        let away = hosts.filter { !$0.state.isConnected }.map(\.hostname)
        if !away.isEmpty {
            parts.append("away: " + away.prefix(3).joined(separator: " ") + (away.count > 3 ? appearance.ellipsis : ""))
        }
        return parts.joined(separator: "  ")
    }

    private func lostSeconds(_ host: StatusDocument.Host) -> Double {
        host.gaps.reduce(0) { $0 + ($1.filled ? 0 : max(0, $1.toAt - $1.fromAt)) }
    }

    /// One line for each destination of the node's own senders.
    private func upstreams() -> [TopologyNode] {
        let byPlace = Dictionary(grouping: document.links) { $0.destination ?? $0.candidates.first?.destination ?? "-" }
        return byPlace.keys.sorted().map { place in
            let links = byPlace[place] ?? []
            let live = links.filter { $0.state == .live || $0.state == .replicating }
            var parts = ["\(live.count) of \(links.count) \(links.count == 1 ? "host" : "hosts")"]
            if let compression = live.compactMap(\.compression).first { parts.append(compression) }
            let out = live.compactMap(\.outBytesPerSecond).reduce(0, +)
            if !live.isEmpty { parts.append("out " + Figures.rate(out)) }
            let fill = links.compactMap { link -> Double? in
                guard let bytes = link.bufferBytes, let most = link.bufferMaxBytes, most > 0 else { return nil }
                return Double(bytes) / Double(most) * 100
            }.max()
            if let fill, fill >= 1 { parts.append("buffer \(Figures.decimal(fill, 0))%") }
            let dropped = links.compactMap(\.droppedSamples).reduce(0, &+)
            if dropped > 0 { parts.append("lost \(Figures.short(Double(dropped))) samples") }
            let error = links.first { $0.lastError != nil && $0.state != .live && $0.state != .replicating }?.lastError
            if let error { parts.append("\(error.code) \(spoken(error.text))") }
            return TopologyNode(
                id: "to " + place,
                kind: .upstream,
                depth: 1,
                isLast: false,
                name: place,
                hostGUID: links.first { $0.state != .live }?.hostGUID ?? links.first?.hostGUID,
                facts: parts.joined(separator: "  "),
                role: live.count == links.count ? .good : .bad
            )
        }
    }
}

extension TopState {
    var topology: [TopologyNode] {
        document.map { Topology.nodes(of: $0, folded: folded, Appearance()) } ?? []
    }
}
