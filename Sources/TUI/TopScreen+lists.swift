internal import Status

extension TopPainter {
    /// Who was refused, and below it why the chosen one was and what to do.
    mutating func drawRejected() {
        guard let document = state.document else { return }
        let refusals = document.refusals
        guard !refusals.isEmpty else {
            grid.put(" Nobody was refused.", row: body.lowerBound, column: 0, role: .good)
            return
        }
        let sources = Set(refusals.map { $0.address ?? "" }).count
        let attempts = refusals.reduce(0) { $0 &+ $1.tries }
        grid.put(
            " \(refusals.count) refused from \(sources) \(sources == 1 ? "address" : "addresses") (\(attempts) attempts)",
            row: body.lowerBound,
            column: 0
        )
        // WHO, TRIES, FIRST and LAST have their widths; the reason takes the rest.
        let reason = max(10, grid.columns - 3 - 26 - 7 - 18)
        let headings =
            "  " + padded("REASON", reason) + " " + padded("WHO", 25) + padded("TRIES", 6, right: true)
            + "  FIRST    LAST"
        grid.put(headings, row: body.lowerBound + 1, column: 0, role: .heading)
        let list = (body.lowerBound + 2)..<max(body.lowerBound + 3, body.lowerBound + 2 + body.count / 3)
        let first = min(max(0, state.selectedRefusal - list.count / 2), max(0, refusals.count - list.count))
        for (row, index) in zip(list, first..<refusals.count) {
            let refusal = refusals[index]
            let who = [refusal.address ?? "-", refusal.hostname.map { "'\($0)'" } ?? ""].joined(separator: " ")
            let text =
                "  " + padded(refusal.text, reason) + " " + padded(who, 25)
                + padded("\(refusal.tries)", 6, right: true) + "  "
                + Figures.clock(refusal.firstAt, offset: appearance.utcOffset) + " "
                + Figures.clock(refusal.lastAt, offset: appearance.utcOffset)
            grid.put(text, row: row, column: 0, role: .bad)
            if index == state.selectedRefusal {
                grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                grid.select(row: row)
            }
        }
        guard refusals.indices.contains(state.selectedRefusal) else { return }
        let rule = String(repeating: appearance.rule, count: grid.columns)
        grid.put(rule, row: list.upperBound, column: 0, role: .quiet)
        let room = (list.upperBound + 1)..<body.upperBound
        for (row, line) in zip(room, refusalLines(refusals[state.selectedRefusal])) { grid.put(line, row: row) }
    }

    private func refusalLines(_ refusal: StatusDocument.Refusal) -> [Line] {
        var lines = [Line(" " + refusal.code + "  ", .accent).with(refusal.text, .bad)]
        var facts: [String] = []
        if let key = refusal.key { facts.append("key " + appearance.spelt(key)) }
        if let nearest = refusal.nearestKey {
            facts.append("the most similar key here is " + appearance.spelt(nearest))
        }
        if let decided = refusal.decidedBy { facts.append("decided by " + decided) }
        if let guid = refusal.guid { facts.append("machine guid " + guid) }
        for fact in facts { lines.append(Line("   " + padded("", 7)).with(fact)) }
        return lines + explanation(code: refusal.code, fix: refusal.fix)
    }

    mutating func drawEvents() {
        let events = state.document?.events ?? []
        guard !events.isEmpty else {
            grid.put(" Nothing has happened yet.", row: body.lowerBound, column: 0, role: .quiet)
            return
        }
        drawPage(events.map { eventLine($0, withHost: true) })
    }

    func eventLine(_ event: StatusDocument.Event, withHost: Bool) -> Line {
        let role: Role = event.severity == "error" ? .bad : event.severity == "warning" ? .notice : .plain
        let mark = event.severity == "error" ? "x" : event.severity == "warning" ? "!" : " "
        var line = Line(" \(Figures.clock(event.at, offset: appearance.utcOffset)) ", .quiet)
            .with(mark + " ", role).with(padded(event.code, 7), .quiet)
        if withHost {
            let name = state.document?.hosts.first { $0.guid == event.hostGUID }?.hostname ?? ""
            line = line.with(padded(name, 15) + " ")
        }
        return line.with(event.text, role)
    }

    mutating func drawWaiting() {
        let text =
            state.unreachable == nil
            ? " waiting for \(state.source)"
            : " Nothing to show yet: \(state.source) does not answer. Is the parent running?"
        grid.put(text, row: body.lowerBound, column: 0, role: .quiet)
    }

    mutating func drawHelp() {
        let keys = [
            ("arrows, j k, PgUp PgDn, g G", "move; the choice stays on its host"),
            ("Enter", "everything about the chosen host, with what is wrong and the fix"),
            ("1 2 3 4, Tab", "hosts, detail, rejected, events"),
            ("/", "filter: web, !web, down, state:live|stale, lag>5s, compr:none, ver:1.37"),
            ("!", "only hosts with a problem"),
            ("s S, F6", "sort by the next, the previous column;  r turns it round"),
            ("F", "freeze the picture and go on"),
            ("+ -", "more often, less often;  Space asks now"),
            ("Esc", "back; on the list of hosts: no filter"),
            ("^L", "draw the screen anew"),
            ("q, ^C", "quit"),
        ]
        grid.put(" keys", row: body.lowerBound, column: 0, role: .heading)
        for (row, (key, meaning)) in zip(body.dropFirst(), keys) {
            grid.put("  " + key, row: row, column: 0, role: .accent)
            grid.put(meaning, row: row, column: min(32, grid.columns / 2))
        }
    }
}
