internal import Status

extension TopState {
    /// What the program around the screen has to do.
    public enum Command: Sendable {
        case nothing
        case quit
        /// Ask for a document now.
        case refresh
        case repaint
    }

    /// - Parameter layout: that of the screen as it is shown now.
    public mutating func press(_ key: Key, layout: TopLayout, now: Double) -> Command {
        lastKeyAt = now
        if key == .control("l") { return .repaint }
        if key == .control("c") { return .quit }
        if prompt != nil {
            type(key, now: now)
            return .nothing
        }
        if showsHelp {
            if key == .character("q") { return .quit }
            if key != .resize { showsHelp = false }
            return .nothing
        }
        return pressOutsidePrompt(key, layout, now)
    }

    private mutating func pressOutsidePrompt(_ key: Key, _ layout: TopLayout, _ now: Double) -> Command {
        switch key {
        case .character("q"): return .quit
        case .character("?"), .character("h"), .help: showsHelp = true
        case .character("1"): show(.hosts)
        case .character("2"): show(.detail)
        case .character("3"): show(.rejected)
        case .character("4"): show(.events)
        case .tab: show(View(rawValue: view.rawValue % View.allCases.count + 1) ?? .hosts)
        case .escape, .backspace: goBack(now: now)
        case .enter, .right: if view == .hosts { show(.detail) }
        case .left: if view == .detail { show(.hosts) }
        case .character("/"): prompt = Prompt(text: filter.text)
        case .character("s"), .sort, .character(">"): sort(by: 1, now: now)
        case .character("S"), .character("<"): sort(by: -1, now: now)
        case .character("r"):
            isReversed.toggle()
            arrange(now: now)
        case .character("!"):
            onlyAttention.toggle()
            arrange(now: now)
        case .character("F"), .character("Z"), .character("p"): freeze(now: now)
        case .character("+"), .character("="): changeInterval(-1)
        case .character("-"): changeInterval(1)
        case .character(" "): return .refresh
        case .up, .character("k"): move(-1, layout)
        case .down, .character("j"): move(1, layout)
        case .pageUp, .control("b"), .control("u"): move(-layout.page, layout)
        case .pageDown, .control("f"), .control("d"): move(layout.page, layout)
        case .home, .character("g"): move(-.max / 2, layout)
        case .end, .character("G"): move(.max / 2, layout)
        default: break
        }
        return .nothing
    }

    private mutating func show(_ view: View) {
        guard self.view != view else { return }
        self.view = view
        scroll = 0
    }

    private mutating func goBack(now: Double) {
        if view != .hosts {
            show(.hosts)
        } else if !filter.isEmpty || onlyAttention {
            filter = .everything
            onlyAttention = false
            arrange(now: now)
        }
    }

    private mutating func sort(by step: Int, now: Double) {
        let columns = HostColumn.allCases
        guard let index = columns.firstIndex(of: sort) else { return }
        sort = columns[(index + step + columns.count) % columns.count]
        isReversed = false
        arrange(now: now)
    }

    private mutating func changeInterval(_ step: Int) {
        let index = Self.intervals.firstIndex { $0 >= interval } ?? Self.intervals.count - 1
        interval = Self.intervals[min(max(index + step, 0), Self.intervals.count - 1)]
    }

    private mutating func move(_ distance: Int, _ layout: TopLayout) {
        switch view {
        case .hosts: select(row: (selectedRow ?? 0) + distance)
        case .rejected:
            let last = max(0, (document?.refusals.count ?? 0) - 1)
            selectedRefusal = min(max(selectedRefusal + distance, 0), last)
        case .detail, .events:
            scroll = min(max(scroll + distance, 0), max(0, layout.lines - layout.page))
        }
    }

    /// The filter takes effect as it is typed; a wrong one leaves the last good one.
    private mutating func type(_ key: Key, now: Double) {
        guard var prompt else { return }
        switch key {
        case .escape:
            self.prompt = nil
            filter = .everything
            arrange(now: now)
            return
        case .enter:
            if prompt.failure == nil { self.prompt = nil }
            return
        case .backspace:
            guard !prompt.text.isEmpty else {
                self.prompt = nil
                return
            }
            prompt.text.removeLast()
        case .control("u"): prompt.text = ""
        case .character(let scalar):
            guard prompt.text.unicodeScalars.count < 200 else { return }
            prompt.text.unicodeScalars.append(scalar)
        default: return
        }
        do {
            filter = try HostFilter(prompt.text)
            prompt.failure = nil
            arrange(now: now)
            if selectedRow == nil { select(row: 0) }
        } catch {
            prompt.failure = error.message
        }
        self.prompt = prompt
    }
}
