internal import Status

extension TopPainter {
    /// The rows of the list; what is left below explains the marked item.
    var attentionRows: Range<Int> {
        let top = min(body.lowerBound + 1, body.upperBound)
        let explained = body.count >= 9 ? min(8, body.count / 2) : 0
        return top..<max(top, body.upperBound - explained)
    }

    /// Everything that needs attention, worst first, and what to do about the marked one.
    mutating func drawAttention(_ index: Int) {
        let items = state.attention
        guard !items.isEmpty else {
            grid.put(" Nothing needs attention.", row: body.lowerBound, column: 0, role: .good)
            return
        }
        let errors = items.count(where: \.isError)
        grid.put(
            " NEEDS ATTENTION  \(errors) \(errors == 1 ? "error" : "errors"), \(items.count - errors) to know",
            row: body.lowerBound,
            column: 0,
            role: .heading
        )
        let list = attentionRows
        let first = firstShown(index, of: items.count, in: list.count)
        for (row, number) in zip(list, first..<items.count) {
            grid.put(attentionLine(items[number], width: grid.columns), row: row)
            if number == index {
                grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                grid.select(row: row)
            }
        }
        guard items.indices.contains(index), list.upperBound < body.upperBound else { return }
        drawRule(row: list.upperBound)
        let lines = explanation(of: items[index])
        for (row, line) in zip((list.upperBound + 1)..<body.upperBound, lines) { grid.put(line, row: row) }
    }

    private func explanation(of item: Attention) -> [Line] {
        guard let meaning = item.meaning else {
            return explanation(code: item.code ?? "", fix: item.fix, isShort: true)
        }
        let told = [("means", meaning, Role.plain), ("defined", item.place ?? "", .accent)].filter { !$0.1.isEmpty }
        return told.flatMap { label, text, role in
            wrapped(text, width: max(10, grid.columns - 12)).enumerated().map { index, piece in
                Line("   " + padded(index == 0 ? label : "", 8), .quiet).with(appearance.spelt(piece), role)
            }
        }
    }

    /// Whom it is about, since when, its code, and what it is.
    func attentionLine(_ item: Attention, width: Int) -> Line {
        let role: Role = item.isError ? .bad : .notice
        let mark = item.isError ? (appearance.unicode ? "✖" : "x") : "!"
        let subject = width >= 70 ? 22 : width >= 44 ? 14 : 9
        var line = Line(" \(mark) ", role).with(padded(shortened(item.subject, subject), subject) + " ")
        if width >= 56 {
            line = line.with(padded(item.since.map { Figures.age(now - $0) } ?? "", 4, right: true) + "  ", .quiet)
        }
        if width >= 44 { line = line.with(padded(item.code ?? item.label ?? "", 8), .quiet) }
        return line.with(item.text, role)
    }
}
