internal import Status

/// Keys in the list of alarms and on the page about one of them.
extension TopState {
    /// `nil` where the key means there what it means everywhere.
    mutating func pressInAlarms(_ key: Key, _ now: Double) -> Command? {
        if alarms.isOpen { return pressInAlarm(key, now) }
        switch key {
        case .enter, .right: openAlarm()
        case .character("/"), .character("f"): prompt = Prompt(.alarms, text: alarms.filter.text)
        case .character("s"), .sort: overlay = .alarmSortMenu(alarms.sort)
        case .character(">"): sortAlarms(by: 1, now: now)
        case .character("<"): sortAlarms(by: -1, now: now)
        case .character("r"):
            alarms.isReversed.toggle()
            alarms.arrange(now: now)
        default: return nil
        }
        return .nothing
    }

    private mutating func pressInAlarm(_ key: Key, _ now: Double) -> Command? {
        if charts.isZoomed, pressInZoom(key, now) { return .nothing }
        switch key {
        case .character("["): charts.window = max(charts.window - 1, 0)
        case .character("]"): charts.window = min(charts.window + 1, ChartsState.windows.count - 1)
        case .character("b"): charts.nextMarker()
        case .left: stepAlarm(-1)
        case .right: stepAlarm(1)
        case .enter, .character("c"):
            charts.isZoomed.toggle()
            charts.end = nil
        default: return nil
        }
        return .nothing
    }

    /// The page about the chosen alarm; its host and its chart are chosen with it.
    private mutating func openAlarm() {
        guard let key = alarms.selected else { return }
        alarms.isOpen = true
        scroll = 0
        choose(hostOf: key)
    }

    private mutating func choose(hostOf key: AlarmKey) {
        selectedGUID = key.host
        charts.choose(key.host)
        charts.selected = key.chart
        charts.isZoomed = false
    }

    private mutating func stepAlarm(_ distance: Int) {
        alarms.select(row: (alarms.selectedRow ?? 0) + distance)
        openAlarm()
    }

    mutating func go(to alarm: AlarmKey) {
        alarms.selected = alarm
        show(.alarms)
        openAlarm()
    }

    private mutating func sortAlarms(by step: Int, now: Double) {
        let columns = AlarmColumn.allCases
        guard let index = columns.firstIndex(of: alarms.sort) else { return }
        sortAlarms(by: columns[(index + step + columns.count) % columns.count], now: now)
    }

    private mutating func sortAlarms(by column: AlarmColumn, now: Double) {
        alarms.sort = column
        alarms.isReversed = false
        alarms.arrange(now: now)
    }

    mutating func pressInAlarmSortMenu(_ key: Key, _ column: AlarmColumn, _ now: Double) {
        let columns = AlarmColumn.allCases
        let index = columns.firstIndex(of: column) ?? 0
        switch key {
        case .up, .character("k"), .wheelUp: overlay = .alarmSortMenu(columns[max(index - 1, 0)])
        case .down, .character("j"), .wheelDown: overlay = .alarmSortMenu(columns[min(index + 1, columns.count - 1)])
        case .home, .character("g"): overlay = .alarmSortMenu(columns[0])
        case .end, .character("G"): overlay = .alarmSortMenu(columns[columns.count - 1])
        case .enter:
            overlay = nil
            sortAlarms(by: column, now: now)
        case .character("r"):
            alarms.isReversed.toggle()
            alarms.arrange(now: now)
        case .escape, .character("q"), .character("s"), .sort: overlay = nil
        default: break
        }
    }

    /// Where the chosen alarm is defined, and how that is changed.
    var alarmPlaces: [String] {
        guard let shown = alarms.selectedAlarm else { return [] }
        return changeLines(shown, alarms.selectedDetail?.entries ?? [])
    }
}

/// `FILE:LINE` of `LINE@FILE`.
func placeOfDefinition(_ source: String) -> String {
    guard let sign = source.firstIndex(of: "@"), sign != source.startIndex,
        source[..<sign].allSatisfy(\.isNumber)
    else { return source }
    return "\(source[source.index(after: sign)...]):\(source[..<sign])"
}

/// Lines to copy that lead to an alarm's definition: the node's own command where it told one, else the place.
func changeLines(_ shown: ShownAlarm, _ entries: [APIAlarmLog.Entry]) -> [String] {
    let parts = entries.lazy.compactMap(\.command).first { !$0.isEmpty }.map {
        $0.split(separator: "=", maxSplits: 1).map(String.init)
    }
    if let command = parts?.first {
        // Behind it stand the line and the host's name.
        let line = parts?.dropFirst().first?.split(separator: "=").first.map { "   # line \($0)" }
        return [command + (line ?? "")]
    }
    return [placeOfDefinition(shown.alarm.source ?? "")].filter { !$0.isEmpty }
}
