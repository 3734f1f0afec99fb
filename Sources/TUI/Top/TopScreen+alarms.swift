internal import Status

/// The columns of the list of alarms; what there is no room for goes, the alarm takes what is left.
private struct AlarmTable {
    let status: Int
    let hasAge: Bool
    let host: Int
    let alarm: Int
    let value: Int
    let marks: Int

    init(columns: Int) {
        status = columns >= 56 ? 8 : columns >= 30 ? 4 : 0
        hasAge = columns >= 40
        host = columns >= 100 ? 20 : columns >= 64 ? 14 : columns >= 44 ? 10 : 8
        value = columns >= 100 ? 16 : columns >= 56 ? 12 : columns >= 48 ? 9 : 0
        marks = columns >= 100 ? 20 : columns >= 76 ? 8 : columns >= 30 ? 1 : 0
        let others = [status, hasAge ? 4 : 0, host, value, marks].reduce(0) { $0 + ($1 > 0 ? $1 + 1 : 0) }
        alarm = max(4, columns - 3 - others)
    }
}

extension TopPainter {
    /// The rows of the list, between a summary with its heading and the panel about the marked one.
    var alarmRows: Range<Int> {
        let top = min(body.lowerBound + 2, body.upperBound)
        return top..<max(top, body.upperBound - alarmPanelHeight)
    }

    private var alarmPanelHeight: Int { body.count >= 12 ? 4 : 0 }

    /// The raised alarms of all hosts, or the page about one of them.
    mutating func drawAlarms() {
        if state.charts.isZoomed { return drawZoom() }
        if state.alarms.isOpen { return drawPage(alarmLines(), in: body) }
        let alarms = state.alarms
        guard !alarms.all.isEmpty else { return drawNoAlarms() }
        grid.put(alarmSummary, row: body.lowerBound)
        let table = AlarmTable(columns: grid.columns)
        drawAlarmHeadings(table, row: body.lowerBound + 1)
        let list = alarmRows
        if alarms.rows.isEmpty { grid.put("  no alarm matches", row: list.lowerBound, column: 0, role: .quiet) }
        let selected = alarms.selectedRow
        let first = firstShown(selected ?? 0, of: alarms.rows.count, in: list.count)
        for (row, place) in zip(list, alarms.rows.indices.dropFirst(first)) {
            grid.put(alarmLine(alarms.all[alarms.rows[place]], table), row: row)
            if place == selected {
                grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                grid.select(row: row)
            }
        }
        guard alarmPanelHeight > 0, let selected else { return }
        drawRule(row: list.upperBound)
        let lines = alarmPanel(alarms.all[alarms.rows[selected]])
        for (row, line) in zip((list.upperBound + 1)..<body.upperBound, lines) { grid.put(line, row: row) }
    }

    /// How many of which kind, of how many.
    private var alarmSummary: Line {
        let alarms = state.document?.alarms
        let (critical, warning) = (alarms?.critical ?? 0, alarms?.warning ?? 0)
        var line = Line(" \(critical) critical", critical > 0 ? .bad : .quiet).with("  ")
            .with("\(warning) warning", warning > 0 ? .notice : .quiet)
            .with(" of \(alarms?.total ?? 0) alarms")
        let others = [
            (state.alarms.silenced, "silenced"), (state.alarms.disabled, "disabled"),
            (state.alarms.frozen, "frozen, host away"),
        ]
        for (count, word) in others where count > 0 { line = line.with("   \(count) \(word)", .quiet) }
        if let dropped = alarms?.dropped?["raised"] { line = line.with("   \(dropped) more are not listed", .notice) }
        return line
    }

    private mutating func drawAlarmHeadings(_ table: AlarmTable, row: Int) {
        var column = 2
        func mark(_ sorted: AlarmColumn) -> String {
            guard state.alarms.sort == sorted else { return "" }
            return state.alarms.isReversed ? appearance.ascending : appearance.descending
        }
        func put(_ name: String, _ width: Int, _ sorted: AlarmColumn?, right: Bool = false) {
            guard width > 0 else { return }
            let sign = sorted.map(mark) ?? ""
            let text = padded(cut(name, width - (sign.isEmpty ? 0 : 1)) + sign, width, right: right)
            column = grid.put(text, row: row, column: column, role: sign.isEmpty ? .heading : .accent) + 1
        }
        column += 1
        put("STATUS", table.status, .status)
        put("AGE", table.hasAge ? 4 : 0, .age, right: true)
        put("HOST", table.host, .host)
        put("CHART.ALARM", table.alarm, state.alarms.sort == .alarm ? .alarm : .chart)
        put("VALUE", table.value, nil, right: true)
    }

    private func alarmLine(_ shown: ShownAlarm, _ table: AlarmTable) -> Line {
        let alarm = shown.alarm
        let isQuiet = !shown.needsAttention
        let role: Role = isQuiet ? .quiet : alarmRole(alarm)
        func cell(_ text: String, _ width: Int, right: Bool = false) -> String {
            width > 0 ? padded(shortened(oneLine(text, appearance), width), width, right: right) + " " : ""
        }
        var line = Line(" " + alarmSign(alarm) + " " + cell(statusWord(alarm, table.status), table.status), role)
        if table.hasAge { line = line.with(cell(Figures.age(alarm.sinceAt.map { now - $0 }), 4, right: true), .quiet) }
        line = line.with(cell(alarm.hostname, table.host)).with(cell("\(alarm.chart).\(alarm.name)", table.alarm), role)
        line = line.with(cell(alarm.valueText ?? "-", table.value, right: true))
        let marks = alarmMarks(shown, isShort: table.marks < 12)
        guard table.marks > 1 else { return line.with(table.marks == 1 ? String(marks.prefix(1)) : "", .quiet) }
        return line.with(shortened(marks, table.marks), .quiet)
    }

    /// What the marked one means, and where it is defined.
    private func alarmPanel(_ shown: ShownAlarm) -> [Line] {
        let alarm = shown.alarm
        let info = alarm.info.flatMap { $0.isEmpty ? nil : $0 } ?? "\(alarm.chart).\(alarm.name)"
        var lines = wrapped(info, width: grid.columns - 2).prefix(2).map { Line(" " + $0, alarmRole(alarm)) }
        let place = [
            frozenText(shown), alarm.source.map { placeOfDefinition($0) }, alarm.recipient.map { "tells \($0)" },
        ].compactMap { $0 }
        lines.insert(Line(" " + place.joined(separator: "   "), .quiet), at: min(1, lines.count))
        return lines
    }

    private mutating func drawNoAlarms() {
        guard let document = state.document else { return }
        var lines: [Line] = []
        if let alarms = document.alarms {
            let isRaised = alarms.warning + alarms.critical > 0
            lines = [
                isRaised
                    ? Line(
                        " \(alarms.critical) critical, \(alarms.warning) warning; this node does not list them.",
                        .notice
                    )
                    : Line(" No alarm is raised.", .good).with("  \(alarms.total) are watched.")
            ]
        } else {
            lines = [Line(" No alarms here.", .quiet)]
        }
        let off = document.hosts.compactMap { host in healthOff(host).map { (host.hostname, $0) } }
        if !off.isEmpty {
            lines += [Line(), Line(" health is off for", .heading)]
            let name = min(24, max(8, grid.columns / 3))
            lines += off.map { Line("   " + padded(shortened($0.0, name), name) + " ").with($0.1, .quiet) }
        }
        for (row, line) in zip(body, lines) { grid.put(line, row: row) }
    }

    // MARK: One alarm in words

    func alarmSign(_ alarm: StatusDocument.RaisedAlarm) -> String {
        alarm.isCritical ? (appearance.unicode ? "✖" : "x") : "!"
    }

    func alarmRole(_ alarm: StatusDocument.RaisedAlarm) -> Role { alarm.isCritical ? .bad : .notice }

    private func statusWord(_ alarm: StatusDocument.RaisedAlarm, _ width: Int) -> String {
        String(alarm.status.prefix(width))
    }

    /// `silenced`, `disabled`, `frozen 6m`.
    /// - Parameter isShort: what says most of it in one word.
    func alarmMarks(_ shown: ShownAlarm, isShort: Bool = false) -> String {
        if isShort, shown.isFrozen { return "frozen" }
        var marks: [String] = []
        if shown.isDisabled { marks.append("disabled") } else if shown.isSilenced { marks.append("silenced") }
        if shown.isFrozen { marks.append("frozen" + (shown.frozenSince.map { " \(Figures.age(now - $0))" } ?? "")) }
        return marks.joined(separator: " ")
    }

    /// That nobody evaluates it, and since when.
    func frozenText(_ shown: ShownAlarm) -> String? {
        guard shown.isFrozen else { return nil }
        let since = shown.frozenSince.map {
            " since \(Figures.clock($0, offset: appearance.utcOffset)), for \(Figures.age(now - $0))"
        }
        return "frozen\(since ?? ""): its host is away"
    }
}

/// Why no alarm of a host is evaluated, as long as it is so; `nil` where they are, or where nothing is known.
func healthOff(_ host: StatusDocument.Host) -> String? {
    guard host.health == "off" else { return nil }
    return host.databaseMode == "none"
        ? "memory mode none keeps nothing that alarms could look at" : "health enabled = no"
}
