public import Status

/// What `top` shows and how: changed by documents, by keys and by time, drawn by ``topScreen(_:rows:columns:appearance:now:)``.
public struct TopState: Sendable {
    public enum View: Int, Sendable, CaseIterable {
        case hosts = 1
        case detail
        case rejected
        case events
    }

    /// Text being typed behind `/`.
    struct Prompt: Sendable, Equatable {
        var text: String
        var failure: String?
    }

    /// The order of rows is kept for so long after a key: nothing may jump away under the cursor.
    static let orderRestsSeconds = 2.0
    static let intervals: [Double] = [0.5, 1, 2, 3, 5, 10, 30, 60]

    public internal(set) var view = View.hosts
    public private(set) var document: StatusDocument?
    /// Since when the node doesn't answer, and what came instead.
    public private(set) var unreachable: (since: Double, reason: String, details: [String])?
    /// Where the document comes from, as it was given.
    public let source: String
    /// A fresh key for the help that an empty screen gives.
    public let suggestedKey: String
    /// Seconds between two documents.
    public internal(set) var interval: Double
    public internal(set) var sort = HostColumn.host
    public internal(set) var isReversed = false
    public internal(set) var filter = HostFilter.everything
    var prompt: Prompt?
    var onlyAttention = false
    public internal(set) var frozenSince: Double?
    var showsHelp = false
    var scroll = 0
    var selectedGUID: String?
    var selectedRefusal = 0
    var lastKeyAt = -1000.0
    /// The newest document that came while the picture was frozen.
    private var waiting: StatusDocument?
    /// Indices into the document's hosts, filtered and sorted.
    private(set) var rows: [Int] = []

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
        let order = rows.compactMap { self.document?.hosts[$0].guid }
        self.document = document
        arrange(now: now)
        if now - lastKeyAt < Self.orderRestsSeconds { keep(order) }
        if selectedHost == nil { selectedGUID = rows.first.map { document.hosts[$0].guid } }
        selectedRefusal = min(selectedRefusal, max(0, document.refusals.count - 1))
    }

    /// The node didn't answer. The last picture stays.
    /// - Parameter details: what shows it and what to do about it, where that is more than to look whether it runs.
    public mutating func lost(_ reason: String, details: [String] = [], now: Double) {
        unreachable = (unreachable?.since ?? now, reason, details)
    }

    var selectedHost: StatusDocument.Host? {
        guard let selectedGUID else { return nil }
        return document?.hosts.first { $0.guid == selectedGUID }
    }

    var selectedRow: Int? {
        guard let document, let selectedGUID else { return nil }
        return rows.firstIndex { document.hosts[$0].guid == selectedGUID }
    }

    /// Filters and sorts anew.
    mutating func arrange(now: Double) {
        guard let document else { return }
        let hosts = document.hosts
        let shown = hosts.indices.filter {
            filter.matches(hosts[$0], at: now) && (!onlyAttention || needsAttention(hosts[$0]))
        }
        if sort == .host && !isReversed {
            rows = shown  // the document's own order: the local host, then by name
            return
        }
        let descends = sort.descendsFirst != isReversed
        rows = shown.map { ($0, sort.sortKey(hosts[$0])) }
            .sorted { one, other in
                guard let first = one.1, let second = other.1 else {
                    return one.1 == nil && other.1 == nil ? one.0 < other.0 : one.1 != nil
                }
                if first == second { return one.0 < other.0 }
                return descends ? second < first : first < second
            }
            .map(\.0)
    }

    mutating func select(row: Int) {
        guard let document, !rows.isEmpty else { return }
        selectedGUID = document.hosts[rows[min(max(row, 0), rows.count - 1)]].guid
    }

    mutating func freeze(now: Double) {
        if frozenSince == nil {
            frozenSince = now
        } else {
            frozenSince = nil
            if let waiting { take(waiting, now: now) }
            waiting = nil
        }
    }

    /// Puts the rows into an earlier order; new ones come last.
    private mutating func keep(_ order: [String]) {
        guard let document else { return }
        let place = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows = rows.enumerated()
            .sorted { one, other in
                let first = place[document.hosts[one.element].guid] ?? order.count + one.offset
                let second = place[document.hosts[other.element].guid] ?? order.count + other.offset
                return first < second
            }
            .map(\.element)
    }
}
