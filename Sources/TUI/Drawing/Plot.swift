/// What a plot is drawn with.
public enum PlotMarker: Sendable, CaseIterable {
    /// Lines of dots, eight to a cell.
    case braille
    /// Bars of eighths of a cell, of one series.
    case blocks
    /// One letter for each series.
    case ascii
}

/// Curves over a time, for a rectangle of a picture. A place without a value stays empty: a gap is no zero.
struct Plot {
    struct Series {
        /// From the oldest to the newest, over the whole width.
        var values: [Double?]
        var role: Role
    }

    /// The last one is drawn over those before it.
    var series: [Series]
    var marker: PlotMarker
    /// What the lowest and the highest line stand for.
    private let low: Double
    private let high: Double

    /// The numbers beside a plot take so many columns.
    static let axisWidth = 8

    /// - Parameter always: a value that shall be in the picture, whatever the series have.
    init(_ series: [Series], marker: PlotMarker, always: Double? = 0) {
        self.series = series
        self.marker = marker
        let values = series.lazy.flatMap(\.values).compactMap { $0 }.filter(\.isFinite)
        let least = min(values.min() ?? 0, always ?? .infinity)
        let most = max(values.max() ?? 0, always ?? -.infinity)
        low = least
        high = most > least ? most : least + 1
    }

    /// Draws the numbers of the axis at the left and the curves beside them.
    func draw(on grid: inout Grid, rows: Range<Int>, columns: Range<Int>, _ appearance: Appearance) {
        guard !rows.isEmpty, columns.count > Self.axisWidth + 1 else { return }
        let left = columns.lowerBound + Self.axisWidth
        for (row, value) in labels(rows) {
            let text = padded(Figures.value(value), Self.axisWidth - 2, right: true)
            grid.put(text + " " + appearance.tick, row: row, column: columns.lowerBound, role: .quiet)
        }
        let inner = left..<columns.upperBound
        switch appearance.unicode ? marker : .ascii {
        case .braille: drawDots(on: &grid, rows, inner)
        case .blocks: drawBars(on: &grid, rows, inner)
        case .ascii: drawLetters(on: &grid, rows, inner)
        }
    }

    /// The letter of a series where dots can't be drawn.
    static func letter(_ index: Int) -> String { letters[index % letters.count] }

    private static let letters = ["*", "+", "o", "x", "#", "@", "%", "="]

    private func labels(_ rows: Range<Int>) -> [(Int, Double)] {
        let middle = rows.lowerBound + rows.count / 2
        let last = rows.upperBound - 1
        if rows.count == 1 { return [(last, high)] }
        if rows.count < 4 { return [(rows.lowerBound, high), (last, low)] }
        let share = Double(last - middle) / Double(rows.count - 1)
        return [(rows.lowerBound, high), (middle, low + (high - low) * share), (last, low)]
    }

    /// Where a value stands: 0 at the lowest line, `steps - 1` at the highest.
    private func step(_ value: Double, _ steps: Int) -> Int {
        let share = (value - low) / (high - low)
        return min(max(Int((share * Double(steps - 1)).rounded()), 0), steps - 1)
    }

    private func drawDots(on grid: inout Grid, _ rows: Range<Int>, _ columns: Range<Int>) {
        let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
        let steps = rows.count * 4
        var dots = [UInt32](repeating: 0, count: rows.count * columns.count)
        var roles = [Role](repeating: .plain, count: dots.count)
        for one in series {
            var before: Int?
            for (slot, value) in resampled(one.values, to: columns.count * 2).enumerated() {
                guard let value else {
                    before = nil
                    continue
                }
                let now = step(value, steps)
                // What lies between two neighbours belongs to the newer one.
                let from = before.map { $0 < now ? min($0 + 1, now) : max($0 - 1, now) } ?? now
                for height in min(from, now)...max(from, now) {
                    let place = (rows.count - 1 - height / 4) * columns.count + slot / 2
                    dots[place] |= bits[slot % 2][3 - height % 4]
                    roles[place] = one.role
                }
                before = now
            }
        }
        for (place, dot) in dots.enumerated() where dot != 0 {
            guard let scalar = Unicode.Scalar(0x2800 + dot) else { continue }
            let row = rows.lowerBound + place / columns.count
            grid.put(String(scalar), row: row, column: columns.lowerBound + place % columns.count, role: roles[place])
        }
    }

    private func drawBars(on grid: inout Grid, _ rows: Range<Int>, _ columns: Range<Int>) {
        let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        guard let one = series.last else { return }
        for (slot, value) in resampled(one.values, to: columns.count).enumerated() {
            guard let value else { continue }
            let eighths = step(value, rows.count * 8) + 1
            for (height, row) in rows.reversed().enumerated() {
                let part = min(eighths - height * 8, 8)
                guard part > 0 else { break }
                grid.put(bars[part - 1], row: row, column: columns.lowerBound + slot, role: one.role)
            }
        }
    }

    private func drawLetters(on grid: inout Grid, _ rows: Range<Int>, _ columns: Range<Int>) {
        for (index, one) in series.enumerated() {
            for (slot, value) in resampled(one.values, to: columns.count).enumerated() {
                guard let value else { continue }
                let row = rows.upperBound - 1 - step(value, rows.count)
                let letter = Self.letter(one.role.seriesIndex ?? index)
                grid.put(letter, row: row, column: columns.lowerBound + slot, role: one.role)
            }
        }
    }
}

/// Values over another width: the mean of those that share a place; one that covers several places is in all of them.
func resampled(_ values: [Double?], to width: Int) -> [Double?] {
    guard !values.isEmpty, width > 0 else { return [] }
    return (0..<width).map { slot in
        let first = slot * values.count / width
        let end = max(first + 1, (slot + 1) * values.count / width)
        let known = values[first..<end].compactMap { $0 }.filter(\.isFinite)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}
