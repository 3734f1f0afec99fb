public import Status

/// What `top` shows and how: changed by documents, by keys and by time, drawn by ``topScreen(_:rows:columns:appearance:now:)``.
public struct TopState: Sendable {
    public enum View: Int, Sendable, CaseIterable {
        case hosts = 1
        case host
        case rejected
        case topology
        case events
        case alarms
    }

    /// What lies over the view and takes the keys.
    enum Overlay: Sendable, Equatable {
        case help
        /// The columns to sort by, with the marked one.
        case sortMenu(HostColumn)
        /// What to sort alarms by, with the marked one.
        case alarmSortMenu(AlarmColumn)
        /// Everything that needs attention, with the marked item.
        case attention(Int)
        /// A question: are these hosts to be forgotten?
        case forgetting([String])
    }

    /// The order of rows is kept for so long after a key: nothing may jump away under the cursor.
    static let orderRestsSeconds = 2.0
    static let intervals: [Double] = [0.5, 1, 2, 3, 5, 10, 30, 60]

    public internal(set) var view = View.hosts
    /// The newest document, its names and addresses hidden where that is wanted.
    public private(set) var document: StatusDocument?
    /// Since when the node doesn't answer, and what came instead.
    public private(set) var unreachable: (since: Double, reason: String, details: [String])?
    /// Where the document comes from, as it was given.
    public let source: String
    /// A fresh key for the help that an empty screen gives.
    public let suggestedKey: String
    /// Seconds between two documents.
    public internal(set) var interval: Double
    public internal(set) var sort = HostColumn.state
    public internal(set) var isReversed = false
    public internal(set) var filter = HostFilter.everything
    /// What events must contain, and the charts of a host.
    var eventFilter = ""
    var chartFilter = ""
    var prompt: Prompt?
    var overlay: Overlay?
    var onlyAttention = false
    var isTree = false
    var privacy = Privacy.none
    public internal(set) var frozenSince: Double?
    /// What the last key brought, until the next one.
    var message: (text: String, role: Role)?
    var scroll = 0
    /// GUIDs of the hosts that were marked with the space bar.
    var tagged: Set<String> = []
    var selectedGUID: String?
    var selectedRefusal = 0
    /// What is marked in the topology: a host's GUID, a link's, or a proxy's.
    var selectedNode: String?
    /// Nodes of the topology whose children aren't shown.
    var folded: Set<String> = []
    var charts = ChartsState()
    var alarms = AlarmsState()
    var lastKeyAt = -1000.0
    /// The hosts of the document, then who is known by refusals only.
    private(set) var hosts: [StatusDocument.Host] = []
    /// Indices into ``hosts``, filtered and sorted, with how deep each stands in the tree.
    private(set) var rows: [Int] = []
    private(set) var depths: [Int] = []
    private(set) var attention: [Attention] = []
    /// Raw by wire of the last minute, of each host.
    private(set) var ratios: [String: [Double?]] = [:]
    /// As it came.
    private var original: StatusDocument?
    /// The newest document that came while the picture was frozen.
    private var waiting: StatusDocument?

    public init(source: String, suggestedKey: String, interval: Double) {
        self.source = source
        self.suggestedKey = suggestedKey
        self.interval = interval
    }

    /// A document has come.
    public mutating func take(_ document: StatusDocument, now: Double) {
        unreachable = nil
        guard frozenSince == nil else {
            waiting = document
            return
        }
        remember(document)
        let order = rows.map { hosts[$0].guid }
        show(document)
        arrange(now: now)
        if now - lastKeyAt < Self.orderRestsSeconds, !isTree { keep(order) }
        if selectedHost == nil { selectedGUID = rows.first.map { hosts[$0].guid } }
        selectedRefusal = min(selectedRefusal, max(0, document.refusals.count - 1))
    }

    /// The node didn't answer. The last picture stays.
    /// - Parameter details: what shows it and what to do about it, where that is more than to look whether it runs.
    public mutating func lost(_ reason: String, details: [String] = [], now: Double) {
        unreachable = (unreachable?.since ?? now, reason, details)
    }

    /// Says something in the line above the keys.
    public mutating func say(_ text: String, isBad: Bool = false) {
        message = (text, isBad ? .bad : .good)
    }

    public var selectedHost: StatusDocument.Host? {
        guard let selectedGUID else { return nil }
        return hosts.first { $0.guid == selectedGUID }
    }

    var selectedRow: Int? {
        guard let selectedGUID else { return nil }
        return rows.firstIndex { hosts[$0].guid == selectedGUID }
    }

    /// Filters and sorts anew.
    mutating func arrange(now: Double) {
        let shown = hosts.indices.filter {
            filter.matches(hosts[$0], at: now, isTagged: tagged.contains(hosts[$0].guid))
                && (!onlyAttention || needsAttention(hosts[$0]))
        }
        rows = sorted(shown)
        depths = [Int](repeating: 0, count: rows.count)
        if isTree { (rows, depths) = branched(rows) }
        alarms.arrange(now: now)
    }

    mutating func select(row: Int) {
        guard !rows.isEmpty else { return }
        selectedGUID = hosts[rows[min(max(row, 0), rows.count - 1)]].guid
    }

    mutating func freeze(now: Double) {
        if frozenSince == nil {
            frozenSince = document?.at ?? now
        } else {
            frozenSince = nil
            if let waiting { take(waiting, now: now) }
            waiting = nil
        }
    }

    mutating func hide(_ privacy: Privacy, now: Double) {
        self.privacy = privacy
        if let original { show(original) }
        arrange(now: now)
        // Who is known by a refusal only is known by a name that is hidden now.
        if selectedHost == nil { select(row: 0) }
    }

    private mutating func show(_ document: StatusDocument) {
        original = document
        let shown = privacy.applied(to: document)
        self.document = shown
        hosts = shown.hosts + refusedHosts(shown)
        alarms.take(document.alarms?.raised ?? [], shown: shown.alarms?.raised ?? [], hosts)
        attention = Attention.all(of: shown, alarms.all)
        tagged.formIntersection(hosts.map(\.guid))
    }

    /// Adds to the last minute of each host's ratios; who is away has none, and who was never there keeps nothing.
    private mutating func remember(_ document: StatusDocument) {
        var newer: [String: [Double?]] = [:]
        for host in document.hosts {
            let before = ratios[host.guid]
            guard host.connection?.ratioNow != nil || before != nil else { continue }
            newer[host.guid] = Array(((before ?? []) + [host.connection?.ratioNow]).suffix(StatusLimits.historySeconds))
        }
        ratios = newer
    }

    private func sorted(_ shown: [Int]) -> [Int] {
        if sort == .host && !isReversed { return shown }  // the document's own order: the local host, then by name
        let descends = sort.descendsFirst != isReversed
        return shown.map { ($0, sort.sortKey(hosts[$0])) }
            .sorted { one, other in
                guard let first = one.1, let second = other.1 else {
                    return one.1 == nil && other.1 == nil ? one.0 < other.0 : one.1 != nil
                }
                if first == second { return one.0 < other.0 }
                return descends ? second < first : first < second
            }
            .map(\.0)
    }

    /// Each host below the neighbour it comes through.
    private func branched(_ rows: [Int]) -> ([Int], [Int]) {
        let shown = Set(rows.map { hosts[$0].guid })
        var children: [String: [Int]] = [:]
        var roots: [Int] = []
        for row in rows {
            if let via = hosts[row].via, via != hosts[row].guid, shown.contains(via) {
                children[via, default: []].append(row)
            } else {
                roots.append(row)
            }
        }
        var order: [Int] = []
        var depths: [Int] = []
        var seen: Set<Int> = []
        func visit(_ row: Int, _ depth: Int) {
            // Two that name each other would never end.
            guard seen.insert(row).inserted else { return }
            order.append(row)
            depths.append(depth)
            for child in children[hosts[row].guid] ?? [] { visit(child, depth + 1) }
        }
        for row in roots { visit(row, 0) }
        for row in rows { visit(row, 0) }
        return (order, depths)
    }

    /// Puts the rows into an earlier order; new ones come last.
    private mutating func keep(_ order: [String]) {
        let place = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows = rows.enumerated()
            .sorted { one, other in
                let first = place[hosts[one.element].guid] ?? order.count + one.offset
                let second = place[hosts[other.element].guid] ?? order.count + other.offset
                return first < second
            }
            .map(\.element)
    }
}

/// Who was refused and is no host here: one for each name and address.
private func refusedHosts(_ document: StatusDocument) -> [StatusDocument.Host] {
    let known = Set(document.hosts.map(\.guid))
    var found: [String: StatusDocument.Host] = [:]
    for refusal in document.refusals {
        if let guid = refusal.guid, known.contains(guid) { continue }
        let name = refusal.hostname ?? refusal.address ?? "?"
        let identity = "refused \(name) \(refusal.address ?? "")"
        var host = found[identity] ?? StatusDocument.Host(guid: identity, hostname: name, state: .rejected)
        host.address = refusal.address
        host.sinceAt = min(host.sinceAt ?? refusal.firstAt, refusal.firstAt)
        host.connects = (host.connects ?? 0) &+ refusal.tries
        if host.problems.count < StatusLimits.problems {
            host.problems.append(
                .init(
                    code: refusal.code,
                    severity: "error",
                    text: refusal.text,
                    fix: refusal.fix.joined(separator: "\n")
                )
            )
        }
        found[identity] = host
    }
    return found.values.sorted { ($0.hostname, $0.guid) < ($1.hostname, $1.guid) }
}
