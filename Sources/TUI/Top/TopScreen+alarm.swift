internal import Status

/// The page about one alarm.
extension TopPainter {
    /// All that is known of the chosen alarm: what it means first, then why it is raised, where that is written, and what was before.
    func alarmLines() -> [Line] {
        guard let shown = state.alarms.selectedAlarm else { return endedLines() }
        let alarm = shown.alarm
        let detail = state.alarms.selectedDetail
        var lines = alarmHeadline(shown)
        lines += paragraph(alarm.info ?? "", indent: 1) + [Line()]
        lines += evaluationLines(alarm, detail?.alarm)
        lines += definitionLines(shown, detail)
        if detail == nil {
            let text = state.alarms.failure.map { "nothing more is known: " + $0 } ?? "asking the node for the rest"
            lines.append(Line(" " + text, state.alarms.failure == nil ? .quiet : .notice))
        }
        lines += adviceLines(shown)
        lines += alarmPlot(alarm)
        lines += historyLines(detail?.entries ?? [])
        return lines
    }

    /// An alarm that was looked at and is over.
    private func endedLines() -> [Line] {
        guard let key = state.alarms.selected else { return [Line(" no alarm is chosen", .quiet)] }
        let name = state.privacy == .none ? "\(key.chart).\(key.name)" : "the alarm"
        let entries = state.alarms.selectedDetail?.entries ?? []
        return [Line(" \(name)", .title).with("   is not raised any more", .good)] + historyLines(entries)
    }

    private func alarmHeadline(_ shown: ShownAlarm) -> [Line] {
        let alarm = shown.alarm
        var line = Line(" " + alarm.name, .title).with("   ")
            .with("\(alarmSign(alarm)) \(alarm.status)", alarmRole(alarm))
        if let since = alarm.sinceAt { line = line.with(" for " + Figures.uptime(now - since)) }
        if let value = alarm.valueText { line = line.with("   " + value, alarmRole(alarm)) }
        var place = " \(alarm.hostname)   \(alarm.chart)"
        if let kind = alarm.classification, kind != "Unknown" { place += "   \(kind)" }
        var lines = [line, Line(place)]
        if let text = frozenText(shown) {
            lines += paragraph(text + ". What stands here is how it was then.", indent: 1, .notice)
        }
        if shown.isDisabled {
            lines += paragraph("disabled by the health management API: it is not evaluated", indent: 1, .notice)
        } else if shown.isSilenced {
            lines += paragraph("silenced by the health management API: nobody is told", indent: 1, .notice)
        }
        return lines + [Line()]
    }

    private func evaluationLines(
        _ alarm: StatusDocument.RaisedAlarm,
        _ detail: APIAlarms.Alarm?
    ) -> [Line] {
        guard let detail else { return labelled("value", [alarm.valueText ?? "-"]) }
        var lines = labelled(
            "value",
            [
                detail.valueText ?? alarm.valueText ?? "-",
                detail.lastUpdated.map { "at " + Figures.clock($0, offset: appearance.utcOffset) },
                detail.updateEvery.map { "evaluated every \($0) s" },
            ]
        )
        if let method = detail.lookupMethod, let after = detail.lookupAfter {
            var text = "\(method) of \(-after) s"
            if let before = detail.lookupBefore, before != 0 { text += ", up to \(-before) s ago" }
            if let dimensions = detail.lookupDimensions, !dimensions.isEmpty, dimensions != "*" {
                text += ", of \(dimensions)"
            }
            if let options = detail.lookupOptions, !options.isEmpty { text += ", \(options)" }
            lines += labelled("looks up", text)
        }
        if let text = detail.calculation { lines += labelled("calculates", text) }
        if let text = detail.warning { lines += labelled("warning if", text, alarm.isCritical ? .plain : .notice) }
        if let text = detail.critical { lines += labelled("critical if", text, alarm.isCritical ? .bad : .plain) }
        return lines
            + labelled(
                "chart has",
                [detail.green.map { "green \(Figures.value($0))" }, detail.red.map { "red \(Figures.value($0))" }]
            )
    }

    private func definitionLines(
        _ shown: ShownAlarm,
        _ detail: (alarm: APIAlarms.Alarm?, entries: [APIAlarmLog.Entry])?
    ) -> [Line] {
        var lines: [Line] = []
        if let source = shown.alarm.source { lines += labelled("defined in", placeOfDefinition(source)) }
        // The command has paths and names that nobody has hidden.
        if state.privacy == .none, let entries = detail?.entries,
            entries.contains(where: { $0.command?.isEmpty == false })
        {
            lines += changeLines(shown, entries).flatMap { labelled("to change", $0, .accent) }
        }
        if let recipient = shown.alarm.recipient { lines += labelled("tells", recipient) }
        return lines + labelled("waits", detail?.alarm.map(delayParts) ?? [])
    }

    /// How long notifications wait; nothing where they never do.
    private func delayParts(_ detail: APIAlarms.Alarm) -> [String?] {
        let (up, down) = (detail.delayUp ?? 0, detail.delayDown ?? 0)
        guard up > 0 || down > 0 else { return [] }
        return [
            "up \(Figures.age(Double(up)))", "down \(Figures.age(Double(down)))",
            detail.delayMultiplier.flatMap { $0 == 1 ? nil : "times \(Figures.value($0))" },
            detail.delayMost.flatMap { $0 > 0 ? "\(Figures.age(Double($0))) at most" : nil },
            detail.delayedUntil.flatMap { $0 > now ? "now for another \(Figures.age($0 - now))" : nil },
        ]
    }

    private func adviceLines(_ shown: ShownAlarm) -> [Line] {
        var advice: [String] = []
        if shown.isFrozen { advice.append("see first why the host is away: 2 shows it") }
        advice.append("see the chart: c; [ ] choose how far back")
        if shown.isSilenced || shown.isDisabled {
            advice.append("end it with cmd=RESET of /api/v1/manage/health, which ends all of them")
        } else if !shown.isFrozen {
            advice.append("if it is as it should be, change the limits where it is defined, and reload health")
        }
        return [Line()]
            + advice.enumerated().flatMap { index, text in labelled(index == 0 ? "what to do" : "", text) }
    }

    /// The last minute of its chart.
    private func alarmPlot(_ alarm: StatusDocument.RaisedAlarm) -> [Line] {
        guard let key = state.alarms.selected, grid.columns >= 50, let data = state.charts.minutes[key.chart],
            !data.times.isEmpty
        else { return [] }
        let width = min(grid.columns, 100)
        var picture = Grid(rows: 6, columns: grid.columns, unicode: appearance.unicode)
        let names = data.dimensions.prefix(4).joined(separator: " ") + (data.dimensions.count > 4 ? " ..." : "")
        picture.put(" \(alarm.chart), last 60 s   \(names)", row: 0, column: 0, role: .heading)
        let series = data.values.enumerated().map { Plot.Series(values: $1, role: Role.series($0)) }
        Plot(series, marker: state.charts.marker).draw(on: &picture, rows: 1..<6, columns: 1..<width, appearance)
        return [Line()] + (0..<6).map { Line(picture, row: $0) }
    }

    private func historyLines(_ entries: [APIAlarmLog.Entry]) -> [Line] {
        guard !entries.isEmpty else { return [] }
        return [Line(), Line(" history", .heading)]
            + entries.prefix(200).map { entry in
                let role: Role = entry.status == "CRITICAL" ? .bad : entry.status == "WARNING" ? .notice : .plain
                let age = padded(Figures.age(now - entry.when), 4, right: true)
                var line = Line("   \(Figures.clock(entry.when, offset: appearance.utcOffset)) \(age) ago  ", .quiet)
                guard entry.status != "UNINITIALIZED" else { return line.with("watched from here on", .quiet) }
                line = line.with(entry.oldStatus, .quiet).with(" \(appearance.unicode ? "→" : "->") ").with(
                    entry.status,
                    role
                )
                let values = [entry.oldValueText, entry.valueText].compactMap { $0 }.filter { !$0.isEmpty && $0 != "-" }
                if !values.isEmpty {
                    line = line.with("   " + values.joined(separator: " \(appearance.unicode ? "→" : "->") "))
                }
                return line
            }
    }

    /// The alarms of a host for its own page: how many, the worst ones, or why there are none.
    func alarmLines(of host: StatusDocument.Host) -> [Line] {
        if let off = healthOff(host) { return labelled("alarms", "health is off: \(off)") }
        guard let counts = host.alarms else { return [] }
        let raised = (state.alarms.ofHost[host.guid] ?? []).map { state.alarms.all[$0] }
        guard counts.critical + counts.warning > 0 else {
            return labelled("alarms", ["none is raised", "of \(counts.total)"])
        }
        var lines = labelled(
            "alarms",
            [
                "\(counts.critical) critical", "\(counts.warning) warning", "of \(counts.total)",
                raised.isEmpty ? nil : "6 shows them",
            ],
            counts.critical > 0 ? .bad : counts.warning > 0 ? .notice : .plain
        )
        if let frozen = raised.first.flatMap(frozenText) { lines += labelled("", frozen, .quiet) }
        let most = 8
        for shown in raised.prefix(most) {
            let alarm = shown.alarm
            let role = shown.needsAttention ? alarmRole(alarm) : .quiet
            var line = Line("   \(alarmSign(alarm)) ", role)
                .with(padded(Figures.age(alarm.sinceAt.map { now - $0 }), 4, right: true) + "  ", .quiet)
                .with("\(alarm.chart).\(alarm.name)", role).with("   " + (alarm.valueText ?? ""))
            if shown.isSilenced || shown.isDisabled { line = line.with("   " + alarmMarks(shown), .quiet) }
            lines.append(line)
        }
        if raised.count > most { lines.append(Line("     \(raised.count - most) more", .quiet)) }
        return lines
    }

    /// A label and a text, in one line where it fits.
    private func labelled(_ label: String, _ text: String, _ role: Role = .plain) -> [Line] {
        let width = max(10, grid.columns - 15)
        return (displayWidth(of: text) <= width ? [text] : wrapped(text, width: width)).enumerated().map {
            index,
            piece in
            Line(" " + padded(index == 0 ? label : "", 13), .quiet).with(piece, role)
        }
    }

    private func paragraph(_ text: String, indent: Int, _ role: Role = .plain) -> [Line] {
        wrapped(text, width: max(10, grid.columns - indent - 1)).map {
            Line(String(repeating: " ", count: indent) + $0, role)
        }
    }
}
