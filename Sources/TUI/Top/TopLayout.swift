internal import Status

/// Where things are on a screen of a size: keys need it to know how far a page is, the mouse what it is on, and whoever
/// fetches data what is seen.
public struct TopLayout: Sendable, Equatable {
    /// Below this only the tally of hosts is shown.
    public static let fewestRows = 5
    public static let fewestColumns = 20

    /// Lines of the list that are on the screen.
    public var page: Int
    /// Lines that the page of the view has altogether.
    public var lines: Int
    /// The rows of the screen that the list of the view takes, and the index of its first item there.
    public var list: Range<Int> = 0..<0
    public var first = 0
    /// The charts of the host that are seen.
    public var firstChart = 0
    public var chartRows = 0
    /// How many values a zoomed chart has room for.
    public var plotPoints = 0

    public init(page: Int, lines: Int) {
        self.page = page
        self.lines = lines
    }
}

/// The layout that ``topScreen(_:rows:columns:appearance:now:)`` uses.
public func topLayout(_ state: TopState, rows: Int, columns: Int, appearance: Appearance, now: Double) -> TopLayout {
    TopPainter(state, rows: rows, columns: columns, appearance, now).layout
}

extension TopPainter {
    var layout: TopLayout {
        if case .attention(let index) = state.overlay {
            let list = attentionRows
            var layout = TopLayout(page: max(1, list.count), lines: state.attention.count)
            layout.list = list
            layout.first = firstShown(index, of: state.attention.count, in: list.count)
            return layout
        }
        switch state.view {
        case .hosts: return listLayout(hostRows, state.selectedRow ?? 0, state.rows.count)
        case .rejected: return listLayout(refusalRows, state.selectedRefusal, state.document?.refusals.count ?? 0)
        case .topology:
            let nodes = state.topology
            return listLayout(topologyRows, nodes.firstIndex { $0.id == state.selectedNode } ?? 0, nodes.count)
        case .events: return TopLayout(page: max(1, body.count), lines: state.shownEvents.count)
        case .host: return hostLayout
        case .alarms: return alarmLayout
        }
    }

    /// The first item on the screen, so that the chosen one stays in its middle where it can.
    func firstShown(_ chosen: Int, of count: Int, in rows: Int) -> Int {
        min(max(0, chosen - rows / 2), max(0, count - rows))
    }

    private func listLayout(_ rows: Range<Int>, _ chosen: Int, _ count: Int) -> TopLayout {
        var layout = TopLayout(page: max(1, rows.count), lines: count)
        layout.list = rows
        layout.first = firstShown(chosen, of: count, in: rows.count)
        return layout
    }

    private var hostLayout: TopLayout {
        let page = hostPageRows
        var layout = TopLayout(page: max(1, page.count), lines: page.isEmpty ? 0 : hostLines().count)
        let charts = chartRows
        layout.chartRows = charts.count
        let shown = state.charts.shown(state.chartFilter)
        let chosen = shown.firstIndex { $0.id == state.charts.selected } ?? 0
        layout.firstChart = firstShown(chosen, of: shown.count, in: charts.count)
        if state.charts.hasFocus {
            layout.page = max(1, charts.count)
            layout.list = charts
            layout.first = layout.firstChart
        }
        layout.plotPoints = plotPoints
        return layout
    }

    private var alarmLayout: TopLayout {
        guard state.alarms.isOpen else {
            return listLayout(alarmRows, state.alarms.selectedRow ?? 0, state.alarms.rows.count)
        }
        var layout = TopLayout(page: max(1, body.count), lines: state.charts.isZoomed ? 0 : alarmLines().count)
        layout.plotPoints = plotPoints
        return layout
    }

    private var plotPoints: Int { max(10, (grid.columns - Plot.axisWidth - 1) * 2) }
}
