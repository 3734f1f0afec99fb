internal import Diagnostics
internal import Status

/// A column and the width it got.
struct PlacedColumn: Sendable, Equatable {
    var column: HostColumn
    var width: Int
}

/// Which columns fit, and how wide: the least important go first, what is left over goes to the name, the history and
/// the version.
func placedColumns(width: Int) -> [PlacedColumn] {
    var columns = HostColumn.allCases
    func needed() -> Int { columns.reduce(0) { $0 + $1.width + 1 } - 1 }
    for column in HostColumn.leastImportantFirst where needed() > width { columns.removeAll { $0 == column } }
    var spare = max(0, width - needed())
    var placed = columns.map { PlacedColumn(column: $0, width: $0.width) }
    for column in [HostColumn.host, .history, .version] {
        guard let index = columns.firstIndex(of: column) else { continue }
        let more = min(spare, column.widest - column.width)
        placed[index].width += more
        spare -= more
    }
    return placed
}

extension TopPainter {
    mutating func drawHosts() {
        guard let document = state.document else { return }
        let columns = placedColumns(width: grid.columns - 3)
        drawHeadings(columns, row: body.lowerBound)
        // The panel of the chosen host needs three lines and leaves the list at least eight.
        let panel = body.count >= 12 ? 3 : 0
        let list = (body.lowerBound + 1)..<(body.upperBound - panel)
        let selected = state.selectedRow ?? 0
        let first = min(max(0, selected - list.count / 2), max(0, state.rows.count - list.count))
        for (row, index) in zip(list, state.rows.dropFirst(first)) {
            let host = document.hosts[index]
            let isSelected = host.guid == state.selectedGUID
            drawHost(host, columns, row: row)
            if isSelected {
                grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                grid.select(row: row)
            }
        }
        if state.rows.isEmpty, hasPrompt {
            grid.put("no host matches", row: list.lowerBound, column: 2, role: .quiet)
        } else if document.hosts.allSatisfy({ $0.state == .local }), document.node.role != .agent {
            for (row, line) in zip(list.dropFirst(state.rows.count + 1), firstChildLines()) { grid.put(line, row: row) }
        }
        if panel > 0, let host = state.selectedHost { drawPanel(host, from: list.upperBound) }
    }

    private mutating func drawHeadings(_ columns: [PlacedColumn], row: Int) {
        var column = 2
        for placed in columns {
            let isSorted = placed.column == state.sort
            var text = padded(placed.column.heading, placed.width, right: placed.column.isRightAligned)
            if isSorted {
                let descends = placed.column.descendsFirst != state.isReversed
                let mark = descends ? appearance.descending : appearance.ascending
                let bare = cut(placed.column.heading, placed.width - 1)
                text = padded(bare + mark, placed.width, right: placed.column.isRightAligned)
            }
            column = grid.put(text, row: row, column: column, role: isSorted ? .accent : .heading) + 1
        }
    }

    private mutating func drawHost(_ host: StatusDocument.Host, _ columns: [PlacedColumn], row: Int) {
        if needsAttention(host) { grid.put("!", row: row, column: 1, role: stateRole(host.state)) }
        var column = 2
        for placed in columns {
            // What is away has no figures: the reason takes their place.
            if placed.column == .lag, !host.state.isConnected {
                grid.put(absence(host, appearance), row: row, column: column, role: .quiet)
                return
            }
            let text = placed.column.text(host, at: now, width: placed.width, appearance)
            let shown = padded(
                shortened(escapedForLog(text), placed.width),
                placed.width,
                right: placed.column.isRightAligned
            )
            column = grid.put(shown, row: row, column: column, role: placed.column.role(host)) + 1
        }
    }

    private func shortened(_ text: String, _ width: Int) -> String {
        displayWidth(of: text) > width ? cut(text, width - 1) + appearance.ellipsis : text
    }

    /// Two lines about the chosen host: who it is, and what is wrong with it.
    private mutating func drawPanel(_ host: StatusDocument.Host, from row: Int) {
        var identity = " " + host.hostname
        if let address = host.address { identity += "   " + address + (host.port.map { ":\($0)" } ?? "") }
        identity += "   guid " + host.guid
        if let key = host.connection?.key {
            identity += "   key " + key + (host.connection?.decidedBy.map { " (\($0))" } ?? "")
        }
        grid.put(appearance.spelt(identity), row: row + 1, column: 0, role: .quiet)
        if let problem = host.problems.first {
            let role: Role = problem.severity == "error" ? .bad : .notice
            let column = grid.put(" ! \(problem.text)", row: row + 2, column: 0, role: role)
            grid.put("   " + appearance.enter + " why, and what to do", row: row + 2, column: column, role: .quiet)
        } else if !host.state.isConnected {
            grid.put(" " + absence(host, appearance), row: row + 2, column: 0, role: .quiet)
        } else if let link = state.document?.links.first(where: { $0.hostGUID == host.guid }) {
            let text = " sends to " + linkParts(link, now: now, appearance).joined(separator: "   ")
            grid.put(text, row: row + 2, column: 0, role: link.state == .live ? .good : .notice)
        } else if let reason = host.connection?.compressionReason {
            grid.put(" uncompressed: " + reason, row: row + 2, column: 0, role: .notice)
        }
    }

    /// What an empty parent says: how to give it a child.
    func firstChildLines() -> [Line] {
        let node = state.document?.node.hostname ?? "THIS-PARENT"
        return [
            Line("  No child has connected yet. Give one a key of its own:"),
            Line(),
            Line("  on this parent, in stream.conf", .heading),
            Line("    [\(state.suggestedKey)]"),
            Line("        type = api"),
            Line("        enabled = yes"),
            Line("  on the child, in stream.conf", .heading),
            Line("    [stream]"),
            Line("        enabled = yes"),
            Line("        destination = \(node)"),
            Line("        api key = \(state.suggestedKey)"),
        ]
    }
}

/// Why a host isn't there.
func absence(_ host: StatusDocument.Host, _ appearance: Appearance) -> String {
    if host.state == .conflict, let problem = host.problems.first { return problem.text }
    var parts: [String] = []
    if let at = host.lastDisconnect?.at ?? host.lastDataAt {
        parts.append("last " + Figures.clock(at, offset: appearance.utcOffset))
    }
    if let text = host.lastDisconnect?.text { parts.append(text) }
    if host.state == .expiring, let expires = host.expiresAt {
        parts.append("forgotten at " + Figures.clock(expires, offset: appearance.utcOffset))
    }
    return parts.isEmpty ? "not seen since the start" : parts.joined(separator: "  ")
}
