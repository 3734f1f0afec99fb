internal import Status

/// The columns of the table of refusals: TRIES and FIRST go where there is no room, the reason takes what is left.
private struct RefusalTable {
    private let reason: Int
    private let who: Int
    private let hasTries: Bool
    private let hasFirst: Bool
    private let hasLast: Bool

    init(columns: Int) {
        hasFirst = columns >= 76
        hasTries = columns >= 56
        hasLast = columns >= 36
        who = columns >= 64 ? 25 : 15
        reason = max(4, columns - 3 - who - (hasTries ? 6 : 0) - (hasFirst ? 9 : 0) - (hasLast ? 11 : 0))
    }

    var headings: String { row("REASON", "WHO", "TRIES", "FIRST   ", "LAST") }

    func line(_ refusal: StatusDocument.Refusal, _ appearance: Appearance) -> String {
        row(
            spoken(refusal.text),
            [refusal.address ?? "-", refusal.hostname.map { "'\($0)'" } ?? ""].joined(separator: " "),
            String(refusal.tries),
            Figures.clock(refusal.firstAt, offset: appearance.utcOffset),
            Figures.clock(refusal.lastAt, offset: appearance.utcOffset)
        )
    }

    private func row(_ reason: String, _ who: String, _ tries: String, _ first: String, _ last: String) -> String {
        "  " + padded(reason, self.reason) + " " + padded(who, self.who)
            + (hasTries ? padded(tries, 6, right: true) : "") + "  " + (hasFirst ? first + " " : "")
            + (hasLast ? last : "")
    }
}

extension TopPainter {
    /// The rows of the table, below a summary and its heading.
    var refusalRows: Range<Int> {
        let top = min(body.lowerBound + 2, body.upperBound)
        let count = min(max(1, body.count / 3), max(1, state.document?.refusals.count ?? 0))
        return top..<min(top + count, max(top, body.upperBound))
    }

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
        let list = refusalRows
        let first = firstShown(state.selectedRefusal, of: refusals.count, in: list.count)
        for (row, index) in zip(list, first..<refusals.count) {
            grid.put(table.line(refusals[index], appearance), row: row, column: 0, role: .bad)
            if index == state.selectedRefusal {
                grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                grid.select(row: row)
            }
        }
        guard refusals.indices.contains(state.selectedRefusal), list.upperBound < body.upperBound else { return }
        drawRule(row: list.upperBound)
        let room = (list.upperBound + 1)..<body.upperBound
        for (row, line) in zip(room, refusalLines(refusals[state.selectedRefusal])) { grid.put(line, row: row) }
    }

    private func refusalLines(_ refusal: StatusDocument.Refusal) -> [Line] {
        var facts: [String] = []
        if let key = refusal.key { facts.append("key " + key) }
        if let nearest = refusal.nearestKey {
            facts.append("the most similar key here is " + nearest)
        }
        if let decided = refusal.decidedBy { facts.append("decided by " + decided) }
        if let guid = refusal.guid { facts.append("machine guid " + state.privacy.shown(guid: guid)) }
        return [Line(" " + refusal.code + "  ", .accent).with(spoken(refusal.text), .bad)]
            + facts.flatMap { wrapped($0, width: max(10, grid.columns - 11)) }
            .map { Line("   " + padded("", 7)).with($0) }
            + explanation(code: refusal.code, fix: refusal.fix)
    }
}
