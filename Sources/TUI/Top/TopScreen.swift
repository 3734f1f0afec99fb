internal import Status

/// Draws `top`: a pure function of what is known, the size, what the terminal can show, and the time in Unix seconds.
public func topScreen(_ state: TopState, rows: Int, columns: Int, appearance: Appearance, now: Double) -> Grid {
    var painter = TopPainter(state, rows: rows, columns: columns, appearance, now)
    painter.draw()
    return painter.grid
}

struct TopPainter {
    let state: TopState
    let appearance: Appearance
    /// What ages are counted to: the node's own clock when it made the document, so that a picture changes only with a
    /// document and another machine's clock makes nobody younger.
    let now: Double
    /// The time here.
    let localNow: Double
    var grid: Grid

    init(_ state: TopState, rows: Int, columns: Int, _ appearance: Appearance, _ now: Double) {
        self.state = state
        self.appearance = appearance
        self.now = state.document?.at ?? now
        localNow = now
        grid = Grid(rows: rows, columns: columns, unicode: appearance.unicode)
    }

    mutating func draw() {
        guard grid.rows >= TopLayout.fewestRows, grid.columns >= TopLayout.fewestColumns else {
            grid.put(tally, row: 0, column: 0)
            return
        }
        drawHeader()
        drawBody()
        drawLegend()
    }

    private mutating func drawBody() {
        switch state.overlay {
        case .help: return drawHelp()
        case .attention(let index) where state.document != nil: return drawAttention(index)
        default: break
        }
        guard state.document != nil else { return drawWaiting() }
        switch state.view {
        case .hosts: drawHosts()
        case .host: drawHostPage()
        case .rejected: drawRejected()
        case .topology: drawTopology()
        case .events: drawEvents()
        case .alarms: drawAlarms()
        }
        switch state.overlay {
        case .sortMenu(let column): drawSortMenu(column)
        case .alarmSortMenu(let column): drawAlarmSortMenu(column)
        default: break
        }
    }

    // MARK: What every view has

    var hasTotals: Bool { grid.rows >= 11 }
    var hasTabs: Bool { grid.rows >= 10 }

    /// Whether the line above the keys is taken: by what is typed, asked or said.
    var hasPrompt: Bool {
        if case .forgetting = state.overlay { return true }
        return state.prompt != nil || state.message != nil || !filterWords.isEmpty
    }

    /// What leaves out some of the list.
    private var filterWords: String {
        switch state.view {
        case .hosts:
            [state.filter.text, state.onlyAttention ? "problems only" : ""].filter { !$0.isEmpty }
                .joined(separator: "  ")
        case .host: state.charts.hasFocus ? state.chartFilter : ""
        case .events: state.eventFilter
        case .alarms: state.alarms.isOpen ? "" : state.alarms.filter.text
        case .rejected, .topology: ""
        }
    }

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
        drawTitle()
        drawTotals()
        if hasTabs { drawTabs(row: hasTotals ? 2 : 1) }
    }

    private mutating func drawTitle() {
        let right = Figures.clock(state.document?.at ?? now, offset: appearance.utcOffset)
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
    }

    private mutating func drawTotals() {
        if let unreachable = state.unreachable {
            let last =
                state.document.map { ", last picture \(Figures.clock($0.at, offset: appearance.utcOffset))" } ?? ""
            let text =
                " unreachable for \(Figures.age(localNow - unreachable.since)), retrying: \(unreachable.reason)\(last) "
            grid.put(padded(text, grid.columns), row: hasTotals ? 1 : 0, column: 0, role: .alert)
        } else if hasTotals, let degraded = state.document?.store?.degraded {
            let text = " \(degraded.text) [\(degraded.code)], for \(Figures.age(now - degraded.sinceAt)) "
            grid.put(padded(text, grid.columns), row: 1, column: 0, role: .alert)
        } else if hasTotals, let document = state.document {
            let isOwn = document.node.program == "ndstream"
            grid.put(isOwn ? totals(document) : Line(" " + unknownColumns(document), .notice), row: 1)
        }
    }

    private mutating func drawTabs(row: Int) {
        let pace =
            state.frozenSince.map { "FROZEN at " + Figures.clock($0, offset: appearance.utcOffset) }
            ?? "every \(Figures.decimal(state.interval, state.interval < 1 ? 1 : 0)) s"
        let isPace = state.privacy == .none && state.frozenSince == nil
        var shown = isPace || state.frozenSince != nil ? pace : state.privacy.word
        let attention = state.attention.isEmpty ? "" : " !\(state.attention.count)"
        let rest = attention.isEmpty ? 0 : displayWidth(of: attention) + 3
        // What is hidden or frozen must be seen; the pace goes before a name does.
        let tabs = fittingTabs(room: grid.columns - 2 - rest - (isPace ? 0 : displayWidth(of: shown)))
        var column = 1
        for (text, isChosen) in tabs.texts {
            column = grid.put(text, row: row, column: column, role: isChosen ? .accent : .plain) + tabs.gap
        }
        if !attention.isEmpty, column + 6 < grid.columns {
            column = grid.put("a", row: row, column: column, role: .accent)
            let role: Role = state.attention.contains(where: \.isError) ? .bad : .notice
            column = grid.put(attention, row: row, column: column, role: role) + 2
        }
        if isPace, column + displayWidth(of: shown) >= grid.columns { shown = String(shown.dropFirst("every ".count)) }
        if column + displayWidth(of: shown) < grid.columns {
            let role: Role = state.frozenSince != nil ? .alert : state.privacy == .none ? .quiet : .notice
            grid.put(shown, row: row, endingAt: grid.columns - 1, role: role)
        }
    }

    /// The names of the views as long as there is room for: in full, shortened, closer together, at last that of the chosen one only.
    private func fittingTabs(room: Int) -> (texts: [(text: String, isChosen: Bool)], gap: Int) {
        func count(_ number: Int) -> String { number > 0 ? "\(appearance.dot)\(number)" : "" }
        let refused = count(state.document?.refusals.count ?? 0)
        let raised = count((state.document?.alarms).map { $0.warning &+ $0.critical } ?? 0)
        let names: [(view: TopState.View, full: String, short: String, marks: String)] = [
            (.hosts, "Hosts", "Hosts", ""), (.host, "Host", "Host", ""), (.rejected, "Rejected", "Rej", refused),
            (.topology, "Topology", "Topo", ""), (.events, "Events", "Events", ""),
            (.alarms, "Alarms", "Alarms", raised),
        ]
        func texts(_ name: (Int) -> String) -> [(text: String, isChosen: Bool)] {
            names.indices.map { index in
                let view = names[index].view
                let isChosen = view == state.view
                let text = name(index)
                let number = isChosen ? "[\(view.rawValue)]" : "\(view.rawValue)" + (text.isEmpty ? "" : " ")
                return (number + text + names[index].marks, isChosen)
            }
        }
        let full = texts { names[$0].full }
        let short = texts { names[$0].short }
        let bare = texts { names[$0].view == state.view ? names[$0].short : "" }
        let choices = [(full, 2), (short, 2), (short, 1), (bare, 2), (bare, 1)]
        return choices.first { choice in
            choice.0.reduce(0) { $0 + displayWidth(of: $1.text) + choice.1 } <= room
        } ?? (bare, 1)
    }

    private var tallyRole: Role {
        guard let document = state.document else { return .plain }
        let isBad =
            !document.refusals.isEmpty || document.hosts.contains { $0.state == .down || $0.state == .conflict }
            || document.node.role == .agent && !document.links.contains { $0.state == .live }
        return isBad ? .notice : .good
    }

    // MARK: The last lines

    /// The last line: what can be pressed here; as much as fits.
    private mutating func drawLegend() {
        let row = grid.rows - 1
        if hasPrompt { drawPrompt(row: row - 1) }
        var column = 1
        for (key, name) in legend {
            let width = displayWidth(of: key) + 1 + displayWidth(of: name)
            guard column + width < grid.columns else { break }
            column = grid.put(key, row: row, column: column, role: .accent)
            column = grid.put(" " + name, row: row, column: column) + 2
        }
    }

    private mutating func drawPrompt(row: Int) {
        if case .forgetting(let guids) = state.overlay { return drawQuestion(guids, row: row) }
        if let prompt = state.prompt {
            let end = grid.put(" /" + prompt.text, row: row, column: 0, role: .accent, limit: grid.columns - 2)
            grid.cursor = Grid.Position(row: row, column: end)
            if let failure = prompt.failure {
                grid.put(" " + failure, row: row, column: end + 2, role: .bad)
                return
            }
        } else if let message = state.message {
            grid.put(" " + message.text, row: row, column: 0, role: message.role)
            return
        } else {
            grid.put(" /" + filterWords, row: row, column: 0, role: .accent, limit: grid.columns - 2)
        }
        grid.put(found, row: row, endingAt: grid.columns - 1, role: .quiet)
    }

    private mutating func drawQuestion(_ guids: [String], row: Int) {
        let names = state.hosts.filter { guids.contains($0.guid) }.map(\.hostname)
        let who = names.count == 1 ? names[0] : "\(names.count) hosts (\(names.prefix(3).joined(separator: ", ")))"
        let question = " Forget \(who), with all its history on this node?  y yes  any other key no "
        grid.put(padded(question, grid.columns), row: row, column: 0, role: .alert)
    }

    /// How many are left by a filter.
    private var found: String {
        switch state.view {
        case .host: "\(state.charts.shown(state.chartFilter).count) of \(state.charts.list.count)"
        case .events: "\(state.shownEvents.count) of \(state.document?.events.count ?? 0)"
        case .alarms: "\(state.alarms.rows.count) of \(state.alarms.all.count)"
        case .hosts, .rejected, .topology: "\(state.rows.count) of \(state.hosts.count)"
        }
    }

    /// Lines that can be scrolled.
    mutating func drawPage(_ lines: [Line], in rows: Range<Int>) {
        let first = min(state.scroll, max(0, lines.count - rows.count))
        for (row, line) in zip(rows, lines.dropFirst(first)) { grid.put(line, row: row) }
        if first + rows.count < lines.count, let last = rows.last {
            grid.put(" \(lines.count - first - rows.count) more ", row: last, endingAt: grid.columns, role: .quiet)
        }
    }

    mutating func drawRule(row: Int, _ title: String = "", role: Role = .quiet) {
        guard row < grid.rows else { return }
        grid.put(String(repeating: appearance.rule, count: grid.columns), row: row, column: 0, role: .quiet)
        if !title.isEmpty { grid.put(" \(title) ", row: row, column: 1, role: role) }
    }
}

/// What a node that isn't ours can't be asked.
func unknownColumns(_ document: StatusDocument) -> String {
    let name = document.node.program == "netdata" ? "Netdata" : document.node.program
    return "\(name) \(document.node.version) does not tell bytes, samples, compression, clock, TLS, reasons"
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
