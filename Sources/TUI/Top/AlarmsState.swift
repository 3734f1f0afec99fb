public import Status

/// Which alarm is looked at.
public struct AlarmKey: Sendable, Hashable {
    /// The host's GUID.
    public var host: String
    /// The chart's id.
    public var chart: String
    public var name: String

    public init(host: String, chart: String, name: String) {
        self.host = host
        self.chart = chart
        self.name = name
    }
}

/// What the API answered about an alarm that is looked at.
public enum AlarmNews: Sendable {
    /// What it is and its changes, newest first; `nil` once it is not raised any more.
    case detail(AlarmKey, APIAlarms.Alarm?, [APIAlarmLog.Entry])
    /// There is none, and why.
    case failure(AlarmKey, String)
}

/// A raised alarm as it is shown.
struct ShownAlarm: Sendable, Equatable {
    /// As the node knows it, whatever is hidden.
    var key: AlarmKey
    var alarm: StatusDocument.RaisedAlarm
    /// Its host isn't connected: nobody evaluates it.
    var isFrozen = false
    /// Since when, in Unix seconds.
    var frozenSince: Double?

    var isSilenced: Bool { alarm.silenced }
    var isDisabled: Bool { alarm.disabled == true }
    /// Whether somebody should look at it: nobody has said that it be left alone, and it is more than a memory.
    var needsAttention: Bool { !isSilenced && !isDisabled && !isFrozen }
}

/// The raised alarms of all hosts: their order, which of them a filter leaves, and the one that is looked at.
///
/// What costs time is done when a document, a filter or an order comes, never while a picture is drawn.
struct AlarmsState: Sendable {
    private(set) var all: [ShownAlarm] = []
    /// Indices into ``all``, filtered and sorted.
    private(set) var rows: [Int] = []
    /// The same of each host, worst first, by GUID.
    private(set) var ofHost: [String: [Int]] = [:]
    /// How many are silenced, disabled, and of hosts that are away.
    private(set) var silenced = 0
    private(set) var disabled = 0
    private(set) var frozen = 0
    var sort = AlarmColumn.status
    var isReversed = false
    var filter = AlarmFilter.everything
    var selected: AlarmKey?
    /// Whether the page about the chosen one is shown.
    var isOpen = false
    /// What the API told of it.
    private(set) var detail: (key: AlarmKey, alarm: APIAlarms.Alarm?, entries: [APIAlarmLog.Entry])?
    private(set) var failure: String?

    /// - Parameters:
    ///   - original: the alarms as they came.
    ///   - shown: the same, perhaps with other texts.
    mutating func take(
        _ original: [StatusDocument.RaisedAlarm],
        shown: [StatusDocument.RaisedAlarm],
        _ hosts: [StatusDocument.Host]
    ) {
        let away = Dictionary(
            hosts.filter(isFrozen).map { ($0.guid, $0.sinceAt) },
            uniquingKeysWith: { first, _ in first }
        )
        all = zip(original, shown).map { original, shown in
            let key = AlarmKey(host: original.hostGUID, chart: original.chart, name: original.name)
            let since = away[key.host]
            return ShownAlarm(key: key, alarm: shown, isFrozen: since != nil, frozenSince: since ?? nil)
        }
        silenced = all.count { $0.isSilenced && !$0.isDisabled }
        disabled = all.count(where: \.isDisabled)
        frozen = all.count(where: \.isFrozen)
        ofHost = Dictionary(grouping: all.indices.sorted(by: isWorse), by: { all[$0].key.host })
    }

    /// Filters and sorts anew.
    mutating func arrange(now: Double) {
        let left = all.indices.filter { filter.matches(all[$0], at: now) }
        switch sort {
        case .status: rows = left.sorted(by: isWorse)
        case .age: rows = left.sorted { (all[$0].alarm.sinceAt ?? 0, $1) > (all[$1].alarm.sinceAt ?? 0, $0) }
        case .host: rows = sorted(left, by: \.alarm.hostname)
        case .chart: rows = sorted(left, by: \.alarm.chart)
        case .alarm: rows = sorted(left, by: \.alarm.name)
        }
        if isReversed { rows.reverse() }
        if selectedRow == nil, !isOpen { selected = rows.first.map { all[$0].key } }
    }

    private func sorted(_ indices: [Int], by text: (ShownAlarm) -> String) -> [Int] {
        indices.sorted { one, other in
            let (first, second) = (text(all[one]), text(all[other]))
            return first == second ? isWorse(one, other) : first < second
        }
    }

    private func isWorse(_ one: Int, _ other: Int) -> Bool {
        StatusDocument.RaisedAlarm.isWorse(all[one].alarm, than: all[other].alarm)
    }

    var selectedRow: Int? {
        guard let selected else { return nil }
        return rows.firstIndex { all[$0].key == selected }
    }

    /// `nil` also where the chosen one isn't raised any more.
    var selectedAlarm: ShownAlarm? {
        guard let selected else { return nil }
        return all.first { $0.key == selected }
    }

    mutating func select(row: Int) {
        guard !rows.isEmpty else { return }
        selected = all[rows[min(max(row, 0), rows.count - 1)]].key
    }

    mutating func take(_ news: AlarmNews) {
        switch news {
        case .detail(let key, let alarm, let entries) where key == selected:
            failure = nil
            // One that ended is told as it was last.
            let known = detail?.key == key ? detail?.alarm : nil
            detail = (key, alarm ?? known, entries)
        case .failure(let key, let reason) where key == selected: failure = reason
        default: break
        }
    }

    /// What is known of the chosen one beside the document.
    var selectedDetail: (alarm: APIAlarms.Alarm?, entries: [APIAlarmLog.Entry])? {
        guard let detail, detail.key == selected else { return nil }
        return (detail.alarm, detail.entries)
    }

    mutating func forgetDetail() {
        detail = nil
        failure = nil
    }
}

/// Whether nobody evaluates a host's alarms because it is away; with `health = yes` they are, whatever comes.
private func isFrozen(_ host: StatusDocument.Host) -> Bool {
    switch host.state {
    case .down, .archived, .expiring: host.health != "on"
    default: false
    }
}

/// What the list of alarms can be sorted by.
enum AlarmColumn: String, Sendable, CaseIterable {
    /// The worst first, of these the newest.
    case status
    /// The newest first.
    case age
    case host
    case chart
    case alarm
}

extension TopState {
    /// The alarm whose details the screen shows; `nil` where it shows none.
    public var alarmRequest: AlarmKey? {
        guard view == .alarms, alarms.isOpen, !charts.isZoomed else { return nil }
        return alarms.selected
    }

    public mutating func take(_ news: AlarmNews) {
        guard frozenSince == nil else { return }
        alarms.take(news)
    }
}
