internal import Status

extension TopPainter {
    /// The keys that work here, the most useful first.
    var legend: [(String, String)] {
        if state.prompt != nil { return [(appearance.enter, "keep"), ("Esc", "clear")] }
        switch state.overlay {
        case .help: return [("any key", "back"), ("q", "quit")]
        case .sortMenu, .alarmSortMenu:
            return [(appearance.enter, "sort"), (appearance.upDown, "choose"), ("r", "reverse"), ("Esc", "back")]
        case .attention:
            return [
                (appearance.enter, "open"), (appearance.upDown, "choose"), ("y", "copy the fix"), ("Esc", "back"),
            ]
        case .forgetting: return [("y", "forget"), ("Esc", "no")]
        case nil: break
        }
        return [("q", "quit"), ("?", "help")] + legendOfView + [("w", "report"), ("P", "privacy"), ("+-", "pace")]
    }

    private var legendOfView: [(String, String)] {
        let freeze = ("F", state.frozenSince == nil ? "freeze" : "go on")
        switch state.view {
        case .hosts:
            let marks = state.tagged.isEmpty ? ("Space", "tag") : ("Space", "tag (\(state.tagged.count))")
            return [
                (appearance.enter, "why"), ("/", "filter"), ("!", state.onlyAttention ? "all" : "problems"),
                ("s", "sort"), ("t", state.isTree ? "flat" : "tree"), freeze, marks, ("D", "forget"), ("y", "copy"),
            ]
        case .host where state.charts.isZoomed:
            return [
                ("Esc", "charts"), ("[]", "window"), (appearance.leftRight, "time"), ("0", "now"),
                (appearance.upDown, "dimension"), ("b", "dots"), freeze,
            ]
        case .host where state.charts.hasFocus:
            return [
                ("Esc", "host"), (appearance.enter, "zoom"), (appearance.upDown, "choose"), ("/", "filter"),
                (appearance.leftRight, "other host"), freeze,
            ]
        case .host:
            return [
                ("Esc", "hosts"), ("c", "charts"), (appearance.upDown, "scroll"), (appearance.leftRight, "other host"),
                ("y", "copy the fix"), freeze,
            ]
        case .rejected:
            return [
                ("Esc", "hosts"), (appearance.upDown, "choose"), ("y", "copy the fix"), (appearance.enter, "host"),
                freeze,
            ]
        case .topology:
            return [
                ("Esc", "hosts"), (appearance.upDown, "choose"), (appearance.enter, "host"), ("Space", "fold"), freeze,
            ]
        case .events:
            return [
                ("Esc", "hosts"), ("e", "next problem"), ("E", "previous"), ("/", "filter"),
                (appearance.upDown, "scroll"), freeze,
            ]
        case .alarms where state.charts.isZoomed:
            return [
                ("Esc", "alarm"), ("[]", "window"), (appearance.leftRight, "time"), ("0", "now"),
                (appearance.upDown, "dimension"), ("b", "dots"), freeze,
            ]
        case .alarms where state.alarms.isOpen:
            return [
                ("Esc", "alarms"), ("c", "chart"), (appearance.upDown, "scroll"), (appearance.leftRight, "other alarm"),
                ("2", "host"), ("y", "copy the place"), freeze,
            ]
        case .alarms:
            return [
                (appearance.enter, "why"), ("/", "filter"), ("s", "sort"), (appearance.upDown, "choose"),
                ("Esc", "hosts"),
                freeze,
            ]
        }
    }

    mutating func drawHelp() {
        let keys = [
            (appearance.unicode ? "↑↓ jk" : "arrows, j k", "move; the choice stays on its host"),
            ("PgUp PgDn", "a page;  g G to the first, the last"),
            (appearance.unicode ? "Enter ↵" : "Enter", "open: the reason and the fix;  Esc one level back"),
            ("1 2 3 4 5 6", "hosts, host, rejected, topology, events, alarms;  Tab the next"),
            ("a", "everything that needs attention, on one page"),
            ("!", "only hosts with a problem"),
            ("/", "filter:  web  !db  down  state:live|repl  lag>5s  compr:none  ver:1.37  tls:no  via:proxy  tagged"),
            ("/ in alarms", "critical  state:critical|warning  host:web  !silenced  frozen  age<1h"),
            ("s < > r", "sort: choose, the previous, the next column; reverse"),
            ("t", "tree: each host below the one it comes through"),
            ("Space", "tag hosts, for D and y"),
            ("D", "forget hosts that are away, after a question"),
            ("c", "charts of the host;  Enter zooms,  [ ] the window,  b the dots"),
            ("y w", "copy the fix to the clipboard;  write a report into a file"),
            ("F P", "freeze the picture;  hide addresses, then names"),
            ("+ - R", "more often, less often;  ask now"),
            ("^L q", "draw anew;  quit"),
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

    /// The columns to sort by, at the left of the list.
    mutating func drawSortMenu(_ marked: HostColumn) {
        let isReversed = state.isReversed
        drawMenu(HostColumn.allCases, marked, chosen: state.sort, name: \.name) {
            $0.descendsFirst != isReversed
        }
    }

    mutating func drawAlarmSortMenu(_ marked: AlarmColumn) {
        let isReversed = state.alarms.isReversed
        drawMenu(AlarmColumn.allCases, marked, chosen: state.alarms.sort, name: \.rawValue) { _ in
            !isReversed
        }
    }

    private mutating func drawMenu<Column: Equatable>(
        _ columns: [Column],
        _ marked: Column,
        chosen: Column,
        name: (Column) -> String,
        descends: (Column) -> Bool
    ) {
        let rows = body
        let first = firstShown(columns.firstIndex(of: marked) ?? 0, of: columns.count, in: rows.count - 1)
        grid.put(padded(" sort by", 18), row: rows.lowerBound, column: 0, role: .heading)
        for (row, column) in zip(rows.dropFirst(), columns.dropFirst(first)) {
            let mark = column == chosen ? (descends(column) ? appearance.descending : appearance.ascending) : " "
            grid.put(
                padded("  \(mark) \(name(column))", 18),
                row: row,
                column: 0,
                role: column == chosen ? .accent : .plain,
                isSelected: column == marked
            )
        }
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
}
