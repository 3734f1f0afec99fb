internal import Status

/// Where things are on a screen of a size: keys need it to know how far a page is.
public struct TopLayout: Sendable, Equatable {
    public static let fewestRows = 8
    public static let fewestColumns = 40

    /// Lines of the list that are on the screen.
    public var page: Int
    /// Lines that the page of the view has altogether.
    public var lines: Int
}

/// Draws `top`: a pure function of what is known, the size, what the terminal can show, and the time in Unix seconds.
public func topScreen(_ state: TopState, rows: Int, columns: Int, appearance: Appearance, now: Double) -> Grid {
    var painter = TopPainter(state, rows: rows, columns: columns, appearance, now)
    painter.draw()
    return painter.grid
}

/// The layout that ``topScreen(_:rows:columns:appearance:now:)`` uses.
public func topLayout(_ state: TopState, rows: Int, columns: Int, appearance: Appearance, now: Double) -> TopLayout {
    let painter = TopPainter(state, rows: rows, columns: columns, appearance, now)
    let lines = state.view == .detail ? painter.detailLines().count : state.document?.events.count ?? 0
    return TopLayout(page: max(1, painter.body.count - (state.view == .detail ? 0 : 1)), lines: lines)
}

struct TopPainter {
    let state: TopState
    let appearance: Appearance
    let now: Double
    var grid: Grid

    init(_ state: TopState, rows: Int, columns: Int, _ appearance: Appearance, _ now: Double) {
        self.state = state
        self.appearance = appearance
        self.now = now
        grid = Grid(rows: rows, columns: columns, unicode: appearance.unicode)
    }

    mutating func draw() {
        guard grid.rows >= TopLayout.fewestRows, grid.columns >= TopLayout.fewestColumns else {
            grid.put(tally, row: 0, column: 0)
            return
        }
        drawHeader()
        if state.showsHelp {
            drawHelp()
        } else if state.document == nil {
            drawWaiting()
        } else {
            switch state.view {
            case .hosts: drawHosts()
            case .detail: drawPage(detailLines())
            case .rejected: drawRejected()
            case .events: drawEvents()
            }
        }
        drawLegend()
    }

    // MARK: The frame around every view

    var hasTotals: Bool { grid.rows >= 11 }
    var hasTabs: Bool { grid.rows >= 10 }
    var hasPrompt: Bool { state.prompt != nil || !state.filter.isEmpty || state.onlyAttention }

    /// The lines between the header and the legend.
    var body: Range<Int> {
        let top = 1 + (hasTotals ? 1 : 0) + (hasTabs ? 1 : 0)
        let bottom = grid.rows - 1 - (hasPrompt ? 1 : 0)
        return top..<max(top, bottom)
    }

    /// How many hosts are in which state: what remains when there is room for nothing else.
    var tally: String {
        guard let document = state.document else { return state.unreachable == nil ? "waiting" : "unreachable" }
        return hostTally(document)
    }

    private mutating func drawHeader() {
        let dot = appearance.dot
        let right = Figures.clock(now, offset: appearance.utcOffset)
        var title = " ndstream top"
        if let node = state.document?.node {
            title += "   \(node.role.rawValue) \(node.hostname)"
            if let started = node.startedAt { title += "   up " + Figures.uptime(now - started) }
        } else {
            title += "   " + state.source
        }
        let counts = state.document.map(hostTally) ?? ""
        let end = grid.columns - displayWidth(of: right) - 1
        grid.put(title, row: 0, column: 0, role: .title)
        if displayWidth(of: title) + displayWidth(of: counts) + displayWidth(of: right) + 6 <= grid.columns {
            grid.put(counts, row: 0, endingAt: end - 3, role: tallyRole)
            grid.put(right, row: 0, column: end, role: .quiet)
        } else {
            let name = state.document.map { " " + $0.node.hostname } ?? title
            let fits = displayWidth(of: title) + displayWidth(of: counts) + 3 <= grid.columns
            grid.put(padded(fits ? title : name, grid.columns), row: 0, column: 0, role: .title)
            grid.put("  " + counts, row: 0, endingAt: grid.columns - 1, role: tallyRole)
        }
        if let unreachable = state.unreachable {
            let last =
                state.document.map { ", last picture \(Figures.clock($0.at, offset: appearance.utcOffset))" } ?? ""
            let text =
                " unreachable for \(Figures.age(now - unreachable.since)), retrying: \(unreachable.reason)\(last) "
            grid.put(padded(text, grid.columns), row: hasTotals ? 1 : 0, column: 0, role: .alert)
        } else if hasTotals, let degraded = state.document?.store?.degraded {
            let text = " \(degraded.text) [\(degraded.code)], for \(Figures.age(now - degraded.sinceAt)) "
            grid.put(padded(text, grid.columns), row: 1, column: 0, role: .alert)
        } else if hasTotals, let document = state.document {
            grid.put(totals(document), row: 1)
        }
        guard hasTabs else { return }
        let refused = state.document?.refusals.count ?? 0
        let names: [(TopState.View, String)] = [
            (.hosts, "Hosts"), (.detail, "Detail"),
            (.rejected, "Rejected" + (refused > 0 ? "\(dot)\(refused)" : "")), (.events, "Events"),
        ]
        var column = 1
        let row = hasTotals ? 2 : 1
        for (view, name) in names {
            let chosen = view == state.view
            let text = chosen ? "[\(view.rawValue)]\(name)" : "\(view.rawValue) \(name)"
            column = grid.put(text, row: row, column: column, role: chosen ? .accent : .plain) + 2
        }
        let pace =
            state.frozenSince.map { "FROZEN " + Figures.age(now - $0) }
            ?? "every \(Figures.decimal(state.interval, state.interval < 1 ? 1 : 0)) s"
        if column + displayWidth(of: pace) < grid.columns {
            grid.put(
                pace,
                row: row,
                endingAt: grid.columns - 1,
                role: state.frozenSince == nil ? .quiet : .alert
            )
        }
    }

    private var tallyRole: Role {
        guard let document = state.document else { return .plain }
        let isBad =
            !document.refusals.isEmpty || document.hosts.contains { $0.state == .down || $0.state == .conflict }
            || document.node.role == .agent && !document.links.contains { $0.state == .live }
        return isBad ? .notice : .good
    }

    private func totals(_ document: StatusDocument) -> Line {
        let node = document.node
        var text = ""
        if let totals = document.totals { text = " " + totalParts(totals, of: node).joined(separator: "   ") }
        var line = Line(text)
        let picture = Sparkline.text(totalHistory(document), width: 12, unicode: appearance.unicode)
        if !picture.allSatisfy({ $0 == " " }) { line = line.with("   ").with(picture, .good) }
        var own = ""
        if let cpu = node.cpuPercent { own += "   cpu \(Figures.decimal(cpu, 0))%" }
        if let memory = node.residentBytes { own += "   \(Figures.memory(memory))" }
        return line.with(own, .quiet)
    }

    private func totalParts(_ totals: StatusDocument.Totals, of node: StatusDocument.Node) -> [String] {
        var parts: [String] = []
        if takesStreams(node, totals) {
            var text = "in " + Figures.rate(totals.inBytesPerSecond)
            if let wire = totals.inBytesPerSecond, let raw = totals.inRawBytesPerSecond, wire > 0 {
                text += " of \(Figures.rate(raw)) raw (\(Figures.decimal(raw / wire, 1))x)"
            }
            parts.append(text)
        }
        parts.append("\(Figures.short(totals.samplesPerSecond)) samples/s")
        if let out = totals.outBytesPerSecond, out > 0 { parts.append("out " + Figures.rate(out)) }
        return parts
    }

    private func totalHistory(_ document: StatusDocument) -> [Int] {
        var sums = [Int](repeating: 0, count: StatusLimits.historySeconds)
        for host in document.hosts {
            let history = host.historyBytesPerSecond.suffix(sums.count)
            let start = sums.count - history.count
            for (index, value) in history.enumerated() { sums[start + index] &+= value }
        }
        return sums
    }

    /// The last line: what can be pressed here; as much as fits.
    private mutating func drawLegend() {
        let row = grid.rows - 1
        if hasPrompt { drawPrompt(row: row - 1) }
        var keys: [(String, String)] = [("q", "quit"), ("?", "help")]
        if state.showsHelp {
            keys = [("any key", "back"), ("q", "quit")]
        } else if state.prompt != nil {
            keys = [(appearance.enter, "keep"), ("Esc", "clear")]
        } else {
            switch state.view {
            case .hosts:
                keys += [
                    (appearance.enter, "detail"), ("/", "filter"), ("s", "sort"), ("r", "reverse"),
                    ("!", "problems"), ("F", state.frozenSince == nil ? "freeze" : "go on"), ("+-", "pace"),
                    ("3", "rejected"),
                ]
            case .detail, .rejected, .events:
                keys += [("Esc", "hosts"), (appearance.unicode ? "↑↓" : "jk", "move"), ("F", "freeze")]
            }
        }
        var column = 1
        for (key, name) in keys {
            let width = displayWidth(of: key) + 1 + displayWidth(of: name)
            guard column + width < grid.columns else { break }
            column = grid.put(key, row: row, column: column, role: .accent)
            column = grid.put(" " + name, row: row, column: column) + 2
        }
    }

    private mutating func drawPrompt(row: Int) {
        let found = "\(state.rows.count) of \(state.document?.hosts.count ?? 0)"
        if let prompt = state.prompt {
            let end = grid.put(" /" + prompt.text, row: row, column: 0, role: .accent, limit: grid.columns - 2)
            grid.cursor = Grid.Position(row: row, column: end)
            if let failure = prompt.failure {
                grid.put(" " + failure, row: row, column: end + 2, role: .bad)
                return
            }
        } else {
            grid.put(
                " /" + state.filter.text + (state.onlyAttention ? "  problems only" : ""),
                row: row,
                column: 0,
                role: .accent,
                limit: grid.columns - 2
            )
        }
        grid.put(found, row: row, endingAt: grid.columns - 1, role: .quiet)
    }

    /// Lines that can be scrolled.
    mutating func drawPage(_ lines: [Line]) {
        let first = min(state.scroll, max(0, lines.count - body.count))
        for (row, line) in zip(body, lines.dropFirst(first)) { grid.put(line, row: row) }
        if first + body.count < lines.count {
            grid.put(
                "\(lines.count - first - body.count) more ",
                row: body.upperBound - 1,
                endingAt: grid.columns - 1,
                role: .quiet
            )
        }
    }
}

/// An agent takes no streams: that nothing comes in says nothing.
func takesStreams(_ node: StatusDocument.Node, _ totals: StatusDocument.Totals) -> Bool {
    node.role != .agent || (totals.inBytesPerSecond ?? 0) > 0
}

/// How the node's children are; of an agent, which has none, how its own stream is.
func hostTally(_ document: StatusDocument) -> String {
    var counts: [HostState: Int] = [:]
    for host in document.hosts where host.state != .local { counts[host.state, default: 0] += 1 }
    var parts: [String] = []
    if !counts.isEmpty {
        parts.append("\(counts[.live] ?? 0) live")
    } else if document.node.role == .agent {
        let states = document.links.map(\.state)
        parts.append(states.isEmpty ? "no parent given" : states.contains(.live) ? "sending" : "NOT SENDING")
    } else {
        parts.append("no children")
    }
    // The worst come first: a narrow screen cuts the rest.
    for (state, word) in [
        (HostState.conflict, "conflict"), (.down, "down"), (.stale, "stale"), (.replicating, "repl"),
        (.connecting, "connecting"),
    ] {
        if let count = counts[state] { parts.append("\(count) \(word)") }
    }
    if !document.refusals.isEmpty { parts.append("\(document.refusals.count) refused") }
    return parts.joined(separator: " ")
}
