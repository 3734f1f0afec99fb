internal import Status

/// The columns of the table of refusals: TRIES and FIRST go where there is no room, the reason takes what is left.
private struct RefusalTable {
    private let reason: Int
    private let who: Int
    private let hasTries: Bool
    private let hasFirst: Bool

    init(columns: Int) {
        hasFirst = columns >= 76
        hasTries = columns >= 56
        who = columns >= 64 ? 25 : 15
        reason = max(8, columns - 2 - 1 - who - (hasTries ? 6 : 0) - (hasFirst ? 9 : 0) - 11)
    }

    var headings: String { row("REASON", "WHO", "TRIES", "FIRST   ", "LAST") }

    func line(_ refusal: StatusDocument.Refusal, _ appearance: Appearance) -> String {
        row(
            refusal.text,
            [refusal.address ?? "-", refusal.hostname.map { "'\($0)'" } ?? ""].joined(separator: " "),
            String(refusal.tries),
            Figures.clock(refusal.firstAt, offset: appearance.utcOffset),
            Figures.clock(refusal.lastAt, offset: appearance.utcOffset)
        )
    }

    private func row(_ reason: String, _ who: String, _ tries: String, _ first: String, _ last: String) -> String {
        "  " + padded(reason, self.reason) + " " + padded(who, self.who)
            + (hasTries ? padded(tries, 6, right: true) : "") + "  " + (hasFirst ? first + " " : "") + last
    }
}

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
        let table = RefusalTable(columns: grid.columns)
        grid.put(table.headings, row: body.lowerBound + 1, column: 0, role: .heading)
        let list = (body.lowerBound + 2)..<max(body.lowerBound + 3, body.lowerBound + 2 + body.count / 3)
        let first = min(max(0, state.selectedRefusal - list.count / 2), max(0, refusals.count - list.count))
        for (row, index) in zip(list, first..<refusals.count) {
            grid.put(table.line(refusals[index], appearance), row: row, column: 0, role: .bad)
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
        let lines: [String] =
            switch state.unreachable {
            case nil: ["waiting for \(state.source)"]
            case let lost? where !lost.details.isEmpty: ["Nothing to show yet. \(lost.reason)"] + lost.details
            default:
                [
                    "Nothing to show yet: \(state.source) does not answer.",
                    "Is the node running? ndstream parent starts one, ndstream top HOST asks another.",
                ]
            }
        let pieces = lines.flatMap { wrapped($0, width: grid.columns - 2) }
        for (row, piece) in zip(body, pieces) { grid.put(" " + piece, row: row, column: 0, role: .quiet) }
    }

    mutating func drawHelp() {
        let keys = [
            ("\(appearance.unicode ? "↑ ↓" : "arrows"), j k", "move; the choice stays on its host"),
            ("PgUp PgDn", "a page;  g G to the first, the last"),
            (appearance.unicode ? "Enter ↵" : "Enter", "all about the host: what is wrong, and the fix"),
            ("1 2 3 4", "hosts, detail, rejected, events;  Tab the next"),
            ("/", "filter:  web  !web  down  lag>5s  compr:none  ver:1.37"),
            ("!", "only hosts with a problem"),
            ("s S", "sort by the next, the previous column;  r reverses"),
            ("F", "freeze the picture, and go on"),
            ("+ -", "more often, less often;  Space asks now"),
            ("Esc", "back;  on the list of hosts: no filter"),
            ("^L", "draw the screen anew"),
            ("q ^C", "quit"),
        ]
        var row = body.lowerBound
        for (key, meaning) in keys {
            let pieces = wrapped(meaning, width: grid.columns - 15)
            guard row + pieces.count <= body.upperBound else { return }
            grid.put("  " + key, row: row, column: 0, role: .accent)
            for (index, piece) in pieces.enumerated() { grid.put(piece, row: row + index, column: 14) }
            row += pieces.count
        }
    }
}
