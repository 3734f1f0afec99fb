internal import Status

/// The columns of the list of charts; what there is no room for goes.
private struct ChartTable {
    let name: Int
    let hasFamily: Bool
    let bars: Int
    let hasDimension: Bool
    let hasRange: Bool

    init(columns: Int) {
        hasFamily = columns >= 110
        hasDimension = columns >= 60
        hasRange = columns >= 76
        name = columns >= 110 ? 32 : columns >= 60 ? 22 : max(8, columns - 22)
        let others = 2 + name + (hasFamily ? 15 : 0) + (hasDimension ? 13 : 0) + 8 + (hasRange ? 16 : 0) + 2
        bars = min(60, max(0, columns - others))
    }
}

extension TopPainter {
    /// The list of the host's charts, each with its last minute.
    mutating func drawCharts(from row: Int, list: Range<Int>) {
        guard row < body.upperBound else { return }
        let shown = state.charts.shown(state.chartFilter)
        let title = "charts of \(state.selectedHost?.hostname ?? "-"): \(state.charts.list.count)"
        drawRule(row: row, state.charts.hasFocus ? title : title + "   c to choose", role: .heading)
        guard !list.isEmpty else { return }
        guard !state.charts.list.isEmpty else {
            let text = state.charts.failure.map { "no charts: " + $0 } ?? "asking for its charts"
            grid.put(" " + text, row: row + 1, column: 0, role: state.charts.failure == nil ? .quiet : .notice)
            return
        }
        let table = ChartTable(columns: grid.columns)
        drawChartHeadings(table, row: row + 1)
        if shown.isEmpty { grid.put("  no chart matches", row: list.lowerBound, column: 0, role: .quiet) }
        let first = hostFirstChart(shown, list)
        for (row, chart) in zip(list, shown.dropFirst(first)) {
            drawChart(chart, table, row: row)
            if state.charts.hasFocus, chart.id == state.charts.selected {
                grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                grid.select(row: row)
            }
        }
    }

    private func hostFirstChart(_ shown: [APICharts.Chart], _ list: Range<Int>) -> Int {
        firstShown(shown.firstIndex { $0.id == state.charts.selected } ?? 0, of: shown.count, in: list.count)
    }

    private mutating func drawChartHeadings(_ table: ChartTable, row: Int) {
        var text = "  " + padded("CHART", table.name)
        if table.hasFamily { text += " " + padded("FAMILY", 14) }
        text += " " + padded("LAST 60 s", table.bars)
        if table.hasDimension { text += " " + padded("DIMENSION", 12) }
        text += " " + padded("NOW", 7, right: true)
        if table.hasRange { text += " " + padded("MIN", 7, right: true) + " " + padded("MAX", 7, right: true) }
        grid.put(text, row: row, column: 0, role: .heading)
    }

    private mutating func drawChart(_ chart: APICharts.Chart, _ table: ChartTable, row: Int) {
        var column = grid.put("  " + padded(shortened(chart.id, table.name), table.name), row: row, column: 0)
        if table.hasFamily {
            column = grid.put(" " + padded(shortened(chart.family, 14), 14), row: row, column: column, role: .quiet)
        }
        let data = state.charts.minutes[chart.id]
        guard let data, let index = largestDimension(data) else {
            let text = data == nil ? "" : "no data in the last minute"
            grid.put(" " + text, row: row, column: column, role: .quiet)
            return
        }
        let values = data.values[index]
        let bars = Sparkline.metric(values, width: table.bars, unicode: appearance.unicode)
        column = grid.put(" " + bars, row: row, column: column, role: .good)
        if table.hasDimension {
            column = grid.put(" " + padded(shortened(data.dimensions[index], 12), 12), row: row, column: column)
        }
        let known = values.compactMap { $0 }
        var text = " " + padded(Figures.value(values.last ?? nil), 7, right: true)
        if table.hasRange {
            text += " " + padded(Figures.value(known.min()), 7, right: true)
            text += " " + padded(Figures.value(known.max()), 7, right: true)
        }
        grid.put(text + " " + chart.units, row: row, column: column)
    }

    /// The dimension that says most of the last minute.
    private func largestDimension(_ data: APIData) -> Int? {
        let sizes = data.values.map { values in values.reduce(0.0) { max($0, $1?.magnitude ?? -1) } }
        let known = data.values.indices.filter { data.values[$0].contains { $0 != nil } }
        return known.max { sizes[$0] < sizes[$1] }
    }
}
