internal import Diagnostics
internal import Status

/// A column and the width it got.
struct PlacedColumn: Sendable, Equatable {
    var column: HostColumn
    var width: Int
}

/// Which columns fit, and how wide: the least important go first, what is left over goes to the name, the history and
/// the version.
/// - Parameter hasAlarms: whether health is on for any host.
func placedColumns(width: Int, hasAlarms: Bool = true) -> [PlacedColumn] {
    var columns = HostColumn.allCases.filter { hasAlarms || $0 != .critical && $0 != .warning }
    func needed() -> Int { columns.reduce(0) { $0 + $1.width + 1 } - 1 }
    for column in HostColumn.leastImportantFirst where needed() > width { columns.removeAll { $0 == column } }
    var spare = width - needed()
    var placed = columns.map { PlacedColumn(column: $0, width: $0.width) }
    if spare < 0 { placed[0].width = max(1, placed[0].width + spare) }
    for column in [HostColumn.host, .history, .via, .version] {
        guard let index = columns.firstIndex(of: column) else { continue }
        let more = min(max(spare, 0), column.widest - column.width)
        placed[index].width += more
        spare -= more
    }
    return placed
}

extension TopPainter {
    /// The panel below the list: of the chosen host, and what needs attention where there is room beside it.
    private var panelHeight: Int { body.count >= 24 ? 8 : body.count >= 12 ? 3 : 0 }

    var hostRows: Range<Int> {
        let top = min(body.lowerBound + 1, body.upperBound)
        return top..<max(top, body.upperBound - panelHeight)
    }

    mutating func drawHosts() {
        guard let document = state.document else { return }
        let columns = placedColumns(width: grid.columns - 3, hasAlarms: document.alarms != nil)
        drawHeadings(columns, row: body.lowerBound)
        let list = hostRows
        let selected = state.selectedRow ?? 0
        let first = firstShown(selected, of: state.rows.count, in: list.count)
        for (row, place) in zip(list, state.rows.indices.dropFirst(first)) {
            let host = state.hosts[state.rows[place]]
            drawHost(host, depth: state.depths.indices.contains(place) ? state.depths[place] : 0, columns, row: row)
            if state.tagged.contains(host.guid) { grid.put("*", row: row, column: 0, role: .accent) }
            if host.guid == state.selectedGUID {
                if !state.tagged.contains(host.guid) {
                    grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                }
                grid.select(row: row)
            }
        }
        if state.rows.isEmpty, hasPrompt {
            grid.put("no host matches", row: list.lowerBound, column: 2, role: .quiet)
        } else if state.hosts.allSatisfy({ $0.state == .local }), document.node.role != .agent {
            for (row, line) in zip(list.dropFirst(state.rows.count + 1), firstChildLines()) { grid.put(line, row: row) }
        }
        guard panelHeight > 0 else { return }
        let panel = list.upperBound..<body.upperBound
        if panelHeight > 3 { drawRule(row: panel.lowerBound) }
        let isWide = grid.columns >= 110 && panelHeight > 3
        if let host = state.selectedHost {
            drawPanel(host, in: panel.dropFirst(), width: isWide ? grid.columns / 2 - 1 : grid.columns)
        }
        if isWide { drawAttentionPanel(in: panel.dropFirst(), from: grid.columns / 2 + 1) }
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

    private mutating func drawHost(
        _ host: StatusDocument.Host,
        depth: Int,
        _ columns: [PlacedColumn],
        row: Int
    ) {
        if needsAttention(host) { grid.put("!", row: row, column: 1, role: stateRole(host.state)) }
        var column = 2
        for (index, placed) in columns.enumerated() {
            // What is away has no figures: the reason takes their place.
            if index == 3 || placed.column == .lag, !host.state.isConnected {
                grid.put(absence(host, appearance), row: row, column: column, role: .quiet)
                return
            }
            var text = placed.column.text(host, at: now, width: placed.width, appearance)
            switch placed.column {
            case .host:
                text =
                    String(repeating: "  ", count: max(0, depth - 1)) + (depth > 0 ? appearance.branchEnd : "") + text
            case .state where host.ephemeral == true && host.state != .expiring: text += " eph"
            case .via: text = host.via.map(nameOfNeighbour) ?? text
            default: break
            }
            let shown = padded(
                shortened(escapedForLog(text), placed.width),
                placed.width,
                right: placed.column.isRightAligned
            )
            column = grid.put(shown, row: row, column: column, role: placed.column.role(host)) + 1
        }
    }

    /// What it is called, where it is a host here.
    func nameOfNeighbour(_ guid: String) -> String {
        state.hosts.first { $0.guid == guid }?.hostname ?? String(guid.prefix(8)) + appearance.ellipsis
    }

    func shortened(_ text: String, _ width: Int) -> String {
        displayWidth(of: text) > width ? cut(text, width - 1) + appearance.ellipsis : text
    }

    /// Who the chosen host is, what is wrong with it, and what to do.
    private mutating func drawPanel(_ host: StatusDocument.Host, in rows: Range<Int>, width: Int) {
        var identity = " " + host.hostname
        if let address = host.address { identity += "   " + address + (host.port.map { ":\($0)" } ?? "") }
        if host.state != .rejected { identity += "   guid " + state.privacy.shown(guid: host.guid) }
        if let key = host.connection?.key {
            identity += "   key " + key + (host.connection?.decidedBy.map { " (\($0))" } ?? "")
        }
        var lines = [Line(identity, .quiet)] + panelLines(host)
        if rows.count > 2, let problem = host.problems.first {
            lines += explanation(code: problem.code, fix: problem.fixLines, isShort: true, width: width)
        }
        for (row, line) in zip(rows, lines) { grid.put(line, row: row, limit: width) }
    }

    private func panelLines(_ host: StatusDocument.Host) -> [Line] {
        if let problem = host.problems.first {
            return [
                Line(" ! \(spoken(problem.text))", problem.severity == "error" ? .bad : .notice)
                    .with("   " + appearance.enter + " why, and what to do", .quiet)
            ]
        }
        if !host.state.isConnected { return [Line(" " + absence(host, appearance), .quiet)] }
        if let link = state.document?.links.first(where: { $0.hostGUID == host.guid }) {
            let text = " sends to " + linkParts(link, now: now, appearance).joined(separator: "   ")
            return [Line(text, link.state == .live ? .good : .notice)]
        }
        guard let reason = host.connection?.compressionReason else { return [] }
        return [Line(" uncompressed: " + reason, .notice)]
    }

    private mutating func drawAttentionPanel(in rows: Range<Int>, from column: Int) {
        guard let top = rows.first else { return }
        let items = state.attention
        guard !items.isEmpty else {
            grid.put("Nothing needs attention.", row: top, column: column, role: .good)
            return
        }
        let end = grid.put("NEEDS ATTENTION (\(items.count))", row: top, column: column, role: .heading)
        grid.put("a", row: top, column: end + 2, role: .accent)
        grid.put(" all of it", row: top, column: end + 3, role: .quiet)
        for (row, item) in zip(rows.dropFirst(), items) {
            grid.put(attentionLine(item, width: grid.columns - column), row: row, column: column - 1)
        }
        if items.count > rows.count - 1, let last = rows.last {
            grid.put(" \(items.count - rows.count + 2) more ", row: last, endingAt: grid.columns, role: .quiet)
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
    if host.state == .conflict || host.state == .rejected, let problem = host.problems.first {
        return spoken(problem.text)
    }
    var parts: [String] = []
    if let at = host.lastDisconnect?.at ?? host.lastDataAt {
        parts.append("last " + Figures.clock(at, offset: appearance.utcOffset))
    }
    if let text = host.lastDisconnect?.text { parts.append(spoken(text)) }
    if host.state == .expiring, let expires = host.expiresAt {
        parts.append("forgotten at " + Figures.clock(expires, offset: appearance.utcOffset))
    }
    return parts.isEmpty ? "not seen since the start" : parts.joined(separator: "  ")
}
