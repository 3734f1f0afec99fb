internal import Status

extension TopPainter {
    /// One chart over the whole view: curves, what each is, and why where there are none.
    mutating func drawZoom() {
        guard let chart = state.charts.selectedChart else { return }
        let window = ChartsState.windows[state.charts.window]
        var title = Line(" " + chart.id, .title).with("  " + chart.title, .plain)
        title = title.with("  \(chart.units)  every \(chart.updateEvery) s  window \(window.name)", .quiet)
        if let end = state.charts.end {
            title = title.with("  to \(Figures.clock(Double(end), offset: appearance.utcOffset))", .notice)
        }
        grid.put(title, row: body.lowerBound)
        guard let (zoom, data) = state.charts.zoomed, zoom.chart == chart.id else {
            let text = state.charts.failure ?? "asking for its points"
            grid.put(" " + text, row: body.lowerBound + 1, column: 0, role: .quiet)
            return
        }
        let gaps = gaps(of: data)
        let legendRows = min(max(1, body.count / 3), data.dimensions.count + 1)
        let gapRows = min(gaps.count, max(0, min(3, body.count - legendRows - 6)))
        let plot = (body.lowerBound + 1)..<max(body.lowerBound + 1, body.upperBound - legendRows - gapRows - 1)
        let inner = Plot.axisWidth..<grid.columns
        drawCurves(data, rows: plot)
        for gap in gaps { draw(gap, of: data, plot, inner) }
        drawTimes(data, row: plot.upperBound, inner)
        for (row, gap) in zip((plot.upperBound + 1)..<body.upperBound, gaps.suffix(gapRows).reversed()) {
            grid.put(describe(gap), row: row, column: 1, role: .notice)
        }
        drawDimensions(data, rows: (plot.upperBound + 1 + gapRows)..<body.upperBound)
    }

    private mutating func drawCurves(_ data: APIData, rows: Range<Int>) {
        var order = Array(data.dimensions.indices)
        let chosen = state.charts.dimension
        // The chosen one is drawn last, over the others.
        if let chosen, order.contains(chosen) {
            order.removeAll { $0 == chosen }
            order.append(chosen)
        }
        let series = order.map { index in
            Plot.Series(
                values: data.values[index],
                role: chosen == nil || chosen == index ? Role.series(index) : .quiet
            )
        }
        guard !data.times.isEmpty else {
            grid.put(" No points in this time.", row: rows.lowerBound, column: 0, role: .quiet)
            return
        }
        Plot(series, marker: state.charts.marker).draw(on: &grid, rows: rows, columns: 0..<grid.columns, appearance)
    }

    /// The times at the left edge, in the middle, and at the right one.
    private mutating func drawTimes(_ data: APIData, row: Int, _ columns: Range<Int>) {
        guard let first = data.times.first, let last = data.times.last, row < body.upperBound else { return }
        func text(_ at: Double) -> String { Figures.clock(at, offset: appearance.utcOffset) }
        let isLong = last - first >= 172_800
        let days = isLong ? "\(Figures.age(now - first)) ago, " : ""
        grid.put(days + text(first), row: row, column: columns.lowerBound, role: .quiet)
        if columns.count >= 40 {
            let middle = text((first + last) / 2)
            grid.put(middle, row: row, endingAt: columns.lowerBound + columns.count / 2 + 4, role: .quiet)
        }
        grid.put(text(last), row: row, endingAt: columns.upperBound, role: .quiet)
    }

    private mutating func drawDimensions(_ data: APIData, rows: Range<Int>) {
        guard let top = rows.first else { return }
        let name = min(24, max(8, grid.columns - 44))
        let headings = ["NOW", "MIN", "MAX", "MEAN"].map { padded($0, 8, right: true) }.joined()
        grid.put("   " + padded("DIMENSION", name) + headings, row: top, column: 0, role: .heading)
        let chosen = state.charts.dimension ?? 0
        let room = rows.count - 1
        let first = firstShown(chosen, of: data.dimensions.count, in: room)
        for (row, index) in zip(rows.dropFirst(), data.dimensions.indices.dropFirst(first)) {
            let known = data.values[index].compactMap { $0 }
            let mean = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
            let figures = [data.values[index].last ?? nil, known.min(), known.max(), mean]
                .map { padded(Figures.value($0), 8, right: true) }.joined()
            let mark = appearance.unicode && state.charts.marker != .ascii ? "━" : Plot.letter(index)
            grid.put(mark, row: row, column: 1, role: .series(index))
            grid.put(padded(shortened(data.dimensions[index], name), name) + figures, row: row, column: 3)
            if state.charts.dimension == index { grid.select(row: row) }
        }
        let left = data.dimensions.count - first - room
        if left > 0, let last = rows.last {
            grid.put(" \(left) more ", row: last, endingAt: grid.columns, role: .quiet)
        }
    }
}

/// Times without points.
extension TopPainter {
    struct ShownGap: Equatable {
        /// Indices of the rows without a value.
        var rows: Range<Int>
        var from: Double
        var to: Double
        /// What the node knows of it.
        var known: StatusDocument.Gap?
        /// Whether the chart has no points that are as old.
        var isBeforeFirst = false

        var cause: String { isBeforeFirst ? "older than what is kept" : known?.cause ?? "no data" }
    }

    /// Stretches in which no dimension has a value, each with its cause where the node knows one.
    func gaps(of data: APIData) -> [ShownGap] {
        let step = data.times.count > 1 ? data.times[1] - data.times[0] : 1
        var found: [ShownGap] = []
        for row in data.times.indices where data.values.allSatisfy({ $0[row] == nil }) {
            if let last = found.last, last.rows.upperBound == row {
                found[found.count - 1].rows = last.rows.lowerBound..<(row + 1)
                found[found.count - 1].to = data.times[row]
            } else {
                found.append(ShownGap(rows: row..<(row + 1), from: data.times[row] - step, to: data.times[row]))
            }
        }
        let known = state.selectedHost?.gaps ?? []
        let first = state.charts.selectedChart?.firstEntry ?? 0
        return found.map { gap in
            var gap = gap
            gap.isBeforeFirst = gap.to <= first
            gap.known = known.first { $0.fromAt <= gap.to && $0.toAt >= gap.from }
            return gap
        }
    }

    private mutating func draw(_ gap: ShownGap, of data: APIData, _ plot: Range<Int>, _ columns: Range<Int>) {
        guard let bottom = plot.last, !data.times.isEmpty else { return }
        let first = columns.lowerBound + gap.rows.lowerBound * columns.count / data.times.count
        let end = columns.lowerBound + gap.rows.upperBound * columns.count / data.times.count
        guard end > first else { return }
        grid.put(String(repeating: appearance.dot, count: end - first), row: bottom, column: first, role: .notice)
        let text = gap.cause
        if end - first >= displayWidth(of: text) + 2 {
            let column = first + (end - first - displayWidth(of: text)) / 2
            grid.put(text, row: bottom, column: column, role: .notice)
        }
    }

    private func describe(_ gap: ShownGap) -> String {
        let times = [gap.from, gap.to].map { Figures.clock($0, offset: appearance.utcOffset) }
        var text = "gap \(times[0]) to \(times[1]), \(Figures.lag(gap.to - gap.from))"
        text += ": " + gap.cause
        guard let known = gap.known, !gap.isBeforeFirst else { return text }
        if let code = known.code { text += " " + code }
        return text + (known.filled ? ", filled" : ", not filled")
    }
}
