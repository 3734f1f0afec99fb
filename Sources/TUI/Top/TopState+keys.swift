internal import Status

extension TopState {
    /// What the program around the screen has to do.
    public enum Command: Sendable, Equatable {
        case nothing
        case quit
        /// Ask for a document now.
        case refresh
        case repaint
        /// Give text to the terminal's clipboard.
        case copy(String)
        /// Write a report into a file.
        case write(String)
        /// Have these hosts forgotten.
        case forget([String])
    }

    /// - Parameter layout: that of the screen as it is shown now.
    public mutating func press(_ key: Key, layout: TopLayout, now: Double) -> Command {
        if key == .resize { return .nothing }
        lastKeyAt = now
        message = nil
        if key == .control("l") { return .repaint }
        if key == .control("c") { return .quit }
        if prompt != nil {
            type(key, now: now)
            return .nothing
        }
        if let overlay { return press(key, in: overlay, layout, now) }
        return pressInView(key, layout, now) ?? pressAnywhere(key, layout, now)
    }

    // MARK: Everywhere

    private mutating func pressAnywhere(_ key: Key, _ layout: TopLayout, _ now: Double) -> Command {
        switch key {
        case .character("q"): return .quit
        case .character("?"), .character("h"), .help: overlay = .help
        case .character("1"): show(.hosts)
        case .character("2"): show(.host)
        case .character("3"): show(.rejected)
        case .character("4"): show(.topology)
        case .character("5"): show(.events)
        case .character("6"): show(.alarms)
        case .tab: show(View(rawValue: view.rawValue % View.allCases.count + 1) ?? .hosts)
        case .backTab:
            show(View(rawValue: (view.rawValue + View.allCases.count - 2) % View.allCases.count + 1) ?? .hosts)
        case .escape, .backspace: goBack(now: now)
        case .character("a"): overlay = .attention(0)
        case .character("F"), .character("Z"), .character("p"): freeze(now: now)
        case .character("P"): hide(privacy.next, now: now)
        case .character("+"), .character("="): changeInterval(-1)
        case .character("-"): changeInterval(1)
        case .character("R"): return .refresh
        case .character("y"): return copy()
        case .character("w"): return .write(report())
        case .up, .character("k"): move(-1, layout)
        case .down, .character("j"): move(1, layout)
        case .wheelUp: move(-3, layout)
        case .wheelDown: move(3, layout)
        case .pageUp, .control("b"), .control("u"): move(-layout.page, layout)
        case .pageDown, .control("f"), .control("d"): move(layout.page, layout)
        case .home, .character("g"): move(-.max / 2, layout)
        case .end, .character("G"): move(.max / 2, layout)
        case .click(let row, _): click(row, layout)
        default: break
        }
        return .nothing
    }

    mutating func show(_ view: View) {
        guard self.view != view else { return }
        if self.view == .alarms { charts.isZoomed = false }
        // From a host to its own alarms.
        if view == .alarms, self.view == .host, let guid = selectedGUID, let first = alarms.ofHost[guid]?.first {
            alarms.selected = alarms.all[first].key
        }
        self.view = view
        alarms.isOpen = false
        scroll = 0
        if view == .host { charts.choose(selectedGUID) }
    }

    /// One level; the list of hosts gives up its filter first.
    private mutating func goBack(now: Double) {
        switch view {
        case .host where charts.isZoomed: charts.isZoomed = false
        case .host where charts.hasFocus && !chartFilter.isEmpty: chartFilter = ""
        case .host where charts.hasFocus: charts.hasFocus = false
        case .events where !eventFilter.isEmpty: eventFilter = ""
        case .alarms where charts.isZoomed: charts.isZoomed = false
        case .alarms where alarms.isOpen:
            alarms.isOpen = false
            alarms.forgetDetail()
            alarms.arrange(now: now)
        case .alarms where !alarms.filter.isEmpty:
            alarms.filter = .everything
            alarms.arrange(now: now)
        case .hosts:
            filter = .everything
            onlyAttention = false
            tagged = []
            arrange(now: now)
        default: show(.hosts)
        }
    }

    private mutating func changeInterval(_ step: Int) {
        let index = Self.intervals.firstIndex { $0 >= interval } ?? Self.intervals.count - 1
        interval = Self.intervals[min(max(index + step, 0), Self.intervals.count - 1)]
    }

    private mutating func move(_ distance: Int, _ layout: TopLayout) {
        switch view {
        case .hosts: select(row: (selectedRow ?? 0) &+ distance)
        case .host where charts.isZoomed: moveDimension(distance)
        case .host where charts.hasFocus: moveChart(distance)
        case .rejected:
            let last = max(0, (document?.refusals.count ?? 0) - 1)
            selectedRefusal = min(max(selectedRefusal &+ distance, 0), last)
        case .topology:
            let nodes = topology.map(\.id)
            guard !nodes.isEmpty else { return }
            let index = nodes.firstIndex { $0 == selectedNode } ?? 0
            selectedNode = nodes[min(max(index &+ distance, 0), nodes.count - 1)]
        case .alarms where charts.isZoomed: moveDimension(distance)
        case .alarms where !alarms.isOpen: alarms.select(row: (alarms.selectedRow ?? 0) &+ distance)
        case .host, .events, .alarms:
            scroll = min(max(scroll &+ distance, 0), max(0, layout.lines - layout.page))
        }
    }

    private mutating func click(_ row: Int, _ layout: TopLayout) {
        guard layout.list.contains(row) else { return }
        let index = layout.first + row - layout.list.lowerBound
        switch view {
        case .hosts where index < rows.count: select(row: index)
        case .rejected where index < document?.refusals.count ?? 0: selectedRefusal = index
        case .topology where index < topology.count: selectedNode = topology[index].id
        case .host where charts.hasFocus:
            let shown = charts.shown(chartFilter)
            if index < shown.count { charts.selected = shown[index].id }
        case .alarms where !alarms.isOpen && index < alarms.rows.count: alarms.select(row: index)
        default: break
        }
    }

    // MARK: In one view

    /// `nil` where the key means there what it means everywhere.
    private mutating func pressInView(_ key: Key, _ layout: TopLayout, _ now: Double) -> Command? {
        switch view {
        case .hosts: return pressInHosts(key, now)
        case .host: return pressInHost(key, now)
        case .topology: return pressInTopology(key)
        case .events: return pressInEvents(key, layout)
        case .alarms: return pressInAlarms(key, now)
        case .rejected:
            guard key == .enter || key == .right else { return nil }
            openRefused()
            return .nothing
        }
    }

    private mutating func pressInHosts(_ key: Key, _ now: Double) -> Command? {
        switch key {
        case .enter, .right: open()
        case .character("/"), .character("f"): prompt = Prompt(.hosts, text: filter.text)
        case .character("s"), .sort: overlay = .sortMenu(sort)
        case .character(">"): sort(by: 1, now: now)
        case .character("<"): sort(by: -1, now: now)
        case .character("r"):
            isReversed.toggle()
            arrange(now: now)
        case .character("!"):
            onlyAttention.toggle()
            arrange(now: now)
            if selectedRow == nil { select(row: 0) }
        case .character("t"):
            isTree.toggle()
            arrange(now: now)
        case .character(" "): tag(now: now)
        case .character("D"), .delete: askToForget()
        default: return nil
        }
        return .nothing
    }

    private mutating func pressInHost(_ key: Key, _ now: Double) -> Command? {
        if charts.isZoomed, pressInZoom(key, now) { return .nothing }
        switch key {
        case .character("["): charts.window = max(charts.window - 1, 0)
        case .character("]"): charts.window = min(charts.window + 1, ChartsState.windows.count - 1)
        case .character("b"): charts.nextMarker()
        case .left: step(-1)
        case .right: step(1)
        case .character("c"), .character("e"), .enter:
            if charts.hasFocus, key == .enter, charts.selectedChart != nil {
                charts.isZoomed = true
                charts.end = nil
            } else if !charts.list.isEmpty || charts.host != nil {
                charts.hasFocus = !charts.hasFocus || key == .enter
                charts.isZoomed = false
            }
        case .character("/") where charts.hasFocus: prompt = Prompt(.charts, text: chartFilter)
        case .character("D"), .delete: askToForget()
        default: return nil
        }
        return .nothing
    }

    private mutating func pressInTopology(_ key: Key) -> Command? {
        guard let node = topology.first(where: { $0.id == selectedNode }) ?? topology.first else { return nil }
        switch key {
        case .enter:
            guard let guid = node.hostGUID else { return .nothing }
            selectedGUID = guid
            show(.host)
        case .right, .character(" "):
            if folded.contains(node.id) { folded.remove(node.id) } else if key == .character(" ") { fold(node) }
        case .left: fold(node)
        default: return nil
        }
        return .nothing
    }

    private mutating func fold(_ node: TopologyNode) {
        if node.isParentOfOthers { folded.insert(node.id) }
    }

    private mutating func pressInEvents(_ key: Key, _ layout: TopLayout) -> Command? {
        switch key {
        case .character("/"): prompt = Prompt(.events, text: eventFilter)
        case .character("e"), .character("n"): scroll = eventLine(after: scroll, by: 1, layout)
        case .character("E"), .character("N"): scroll = eventLine(after: scroll, by: -1, layout)
        default: return nil
        }
        return .nothing
    }

    /// The line of the next event that is a problem.
    private func eventLine(after line: Int, by step: Int, _ layout: TopLayout) -> Int {
        let events = shownEvents
        var index = line + step
        while events.indices.contains(index), events[index].severity == "info" { index += step }
        guard events.indices.contains(index) else { return line }
        return min(index, max(0, events.count - layout.page))
    }

    // MARK: Hosts

    /// The page of the chosen host; of one that is known by refusals only, those.
    private mutating func open() {
        guard let host = selectedHost else { return }
        guard host.state == .rejected else { return show(.host) }
        if let index = document?.refusals.firstIndex(where: {
            ($0.hostname ?? $0.address ?? "?") == host.hostname && $0.address == host.address
        }) {
            selectedRefusal = index
        }
        show(.rejected)
    }

    /// From a refusal to the host it is about, where that is known.
    private mutating func openRefused() {
        guard let refusals = document?.refusals, refusals.indices.contains(selectedRefusal) else { return }
        let refusal = refusals[selectedRefusal]
        guard let host = hosts.first(where: { $0.guid == refusal.guid || $0.hostname == refusal.hostname }),
            host.state != .rejected
        else { return say("no host of this name was ever let in", isBad: false) }
        selectedGUID = host.guid
        show(.host)
    }

    private mutating func step(_ distance: Int) {
        select(row: (selectedRow ?? 0) + distance)
        scroll = 0
        let hadFocus = charts.hasFocus
        charts.choose(selectedGUID)
        charts.hasFocus = hadFocus
    }

    private mutating func sort(by step: Int, now: Double) {
        let columns = HostColumn.allCases
        guard let index = columns.firstIndex(of: sort) else { return }
        sort(by: columns[(index + step + columns.count) % columns.count], now: now)
    }

    mutating func sort(by column: HostColumn, now: Double) {
        sort = column
        isReversed = false
        arrange(now: now)
    }

    private mutating func tag(now: Double) {
        guard let row = selectedRow, let selectedGUID else { return }
        if tagged.remove(selectedGUID) == nil { tagged.insert(selectedGUID) }
        select(row: row + 1)
    }

    /// The tagged ones, else the chosen one.
    private mutating func askToForget() {
        let chosen = hosts.filter { tagged.isEmpty ? $0.guid == selectedGUID : tagged.contains($0.guid) }
        let gone = chosen.filter { !$0.state.isConnected && $0.state != .rejected }
        guard !gone.isEmpty else {
            let reason =
                chosen.contains { $0.state == .rejected }
                ? "it was never let in: there is nothing to forget"
                : "only hosts that are not connected can be forgotten: stop the child first"
            return say(reason, isBad: true)
        }
        overlay = .forgetting(gone.map(\.guid))
    }
}
