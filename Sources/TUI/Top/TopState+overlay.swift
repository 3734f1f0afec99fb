internal import Status

/// Keys while something lies over the view.
extension TopState {
    mutating func press(_ key: Key, in overlay: Overlay, _ layout: TopLayout, _ now: Double) -> Command {
        switch overlay {
        case .help:
            if key == .character("q") { return .quit }
            self.overlay = nil
        case .sortMenu(let column): pressInSortMenu(key, column, now)
        case .alarmSortMenu(let column): pressInAlarmSortMenu(key, column, now)
        case .attention(let index): return pressInAttention(key, index, layout)
        case .forgetting(let guids):
            self.overlay = nil
            if key == .character("y") || key == .character("Y") { return .forget(guids) }
            say("nothing is forgotten")
        }
        return .nothing
    }

    private mutating func pressInSortMenu(_ key: Key, _ column: HostColumn, _ now: Double) {
        let columns = HostColumn.allCases
        let index = columns.firstIndex(of: column) ?? 0
        switch key {
        case .up, .character("k"), .wheelUp: overlay = .sortMenu(columns[max(index - 1, 0)])
        case .down, .character("j"), .wheelDown: overlay = .sortMenu(columns[min(index + 1, columns.count - 1)])
        case .home, .character("g"): overlay = .sortMenu(columns[0])
        case .end, .character("G"): overlay = .sortMenu(columns[columns.count - 1])
        case .enter:
            overlay = nil
            sort(by: column, now: now)
        case .character("r"):
            isReversed.toggle()
            arrange(now: now)
        case .escape, .character("q"), .character("s"), .sort: overlay = nil
        default: break
        }
    }

    private mutating func pressInAttention(_ key: Key, _ index: Int, _ layout: TopLayout) -> Command {
        let last = max(0, attention.count - 1)
        switch key {
        case .up, .character("k"), .wheelUp: overlay = .attention(max(index - 1, 0))
        case .down, .character("j"), .wheelDown: overlay = .attention(min(index + 1, last))
        case .pageUp: overlay = .attention(max(index - layout.page, 0))
        case .pageDown: overlay = .attention(min(index + layout.page, last))
        case .home, .character("g"): overlay = .attention(0)
        case .end, .character("G"): overlay = .attention(last)
        case .enter, .right:
            guard attention.indices.contains(index), let target = attention[index].target else { break }
            overlay = nil
            go(to: target)
        case .character("y"): return copy(attention.indices.contains(index) ? attentionFix(attention[index]) : [])
        case .escape, .character("a"), .character("q"), .backspace: overlay = nil
        case .click(let row, _) where layout.list.contains(row):
            overlay = .attention(min(layout.first + row - layout.list.lowerBound, last))
        default: break
        }
        return .nothing
    }

    private mutating func go(to target: Attention.Target) {
        switch target {
        case .host(let guid):
            selectedGUID = guid
            show(.host)
            charts.choose(guid)
        case .refusal(let index):
            selectedRefusal = index
            show(.rejected)
        case .alarm(let key): go(to: key)
        }
    }
}
