/// One dimension's rows, in time order.
public struct QueryColumn: Sendable {
    /// NaN is null.
    public internal(set) var values: [Double]
    /// Rows in which a counter was reset or overflowed; empty where none was.
    public internal(set) var resets: [Bool] = []
    /// Whether any point that went in was neither zero nor null.
    public internal(set) var isNonzero = false
    /// Points read from the store.
    public internal(set) var pointsRead = 0

    static func nulls(_ count: Int) -> QueryColumn { QueryColumn(values: Array(repeating: .nan, count: count)) }
}

/// Fills the rows of a grid from one dimension's stored points (web API §7.4).
struct Resampler {
    let grid: TimeGrid
    let grouping: Grouping
    let groupOptions: String

    /// - Parameters:
    ///   - codes: storage numbers, one for each step.
    ///   - firstTime: where the first of them ends.
    ///   - step: seconds between two.
    func column(codes: [UInt32], firstTime: Int64, step: Int64) -> QueryColumn {
        guard !codes.isEmpty, firstTime <= grid.before else { return .nulls(Int(grid.rows)) }
        let points = Points(codes: codes, firstTime: firstTime, step: max(1, step))
        switch grouping.function {
        case .average, .sum, .minimum, .maximum: if hasOnePointARow(points) { return fill(points, SinglePoint()) }
        default: break
        }
        switch grouping.function {
        case .average:
            return fill(points, Average(resamplingDivisor: grid.resamplingGroup > 1 ? grid.resamplingDivisor : 0))
        case .sum: return fill(points, Sum())
        case .minimum: return fill(points, Extreme(isMaximum: false))
        case .maximum: return fill(points, Extreme(isMaximum: true))
        case .incrementalSum: return fill(points, IncrementalSum())
        case .standardDeviation: return fill(points, Deviation(isRelative: false))
        case .coefficientOfVariation: return fill(points, Deviation(isRelative: true))
        case .countIf: return fill(points, CountIf(comparison: Comparison(groupOptions)))
        case .singleExponential:
            return fill(points, Exponential(group: grid.group, rows: grid.rows, followsTrend: false))
        case .doubleExponential:
            return fill(points, Exponential(group: grid.group, rows: grid.rows, followsTrend: true))
        case .median, .trimmedMedian, .trimmedMean, .percentile:
            let percent = grouping.percent(options: groupOptions)
            return fill(points, Ordered(function: grouping.function, percent: percent))
        }
    }

    /// Whether the rows end exactly where points do (or between them, one at a time).
    private func hasOnePointARow(_ points: Points) -> Bool {
        guard grid.group == 1, grid.resamplingGroup == 1 else { return false }
        return grid.granularity == 1
            || points.step == grid.granularity && (points.firstTime - grid.firstRow) % points.step == 0
    }

    private struct Points {
        let codes: [UInt32]
        let firstTime: Int64
        let step: Int64
    }

    /// A stored point; its time spans from `start` to `end`.
    private struct Point {
        var start: Int64
        var end: Int64
        /// NaN is null.
        var value: Double
        var isReset: Bool

        /// The value at a time within the point: on the line from the point before, where there is one and the points
        /// are wider than a second.
        @inline(__always) func value(at time: Int64, after previous: Point?) -> Double {
            guard end - start > 1, let previous, previous.end == start, !previous.value.isNaN, !value.isNaN else {
                return value
            }
            return previous.value
                + (value - previous.value) * (1 - Double(end - time) / Double(end - start))
        }
    }

    @inline(__always)
    private func fill<Function: RowFunction>(_ points: Points, _ function: Function) -> QueryColumn {
        var function = function
        let rows = Int(grid.rows)
        let stride = grid.step
        var column = QueryColumn(values: [])
        var resets: [Bool] = []
        var isNonzero = false
        var rowEnd = grid.firstRow
        var rowStart = grid.after - grid.granularity
        let start = firstIndex(points)
        var index = start
        var added = 0
        var isReset = false
        var newest: Point?
        var previous: Point?
        var older: Point?

        @inline(__always) func add(_ value: Double, _ reset: Bool) {
            guard !value.isNaN else { return }
            function.add(value)
            added &+= 1
            if value != 0 { isNonzero = true }
            if reset { isReset = true }
        }

        points.codes.withUnsafeBufferPointer { codes in
            column.values = Array(unsafeUninitializedCapacity: rows) { values, filled in
                while filled < rows {
                    older = previous
                    previous = newest
                    if index < codes.count {
                        let code = codes[index]
                        let end = points.firstTime &+ Int64(index) &* points.step
                        newest = Point(
                            start: end &- points.step,
                            end: end,
                            value: StorageNumber.value(code),
                            isReset: StorageNumber.hasReset(code)
                        )
                        index &+= 1
                        if end < rowEnd {
                            if end >= rowStart { add(newest!.value, newest!.isReset) }
                            continue
                        }
                    } else {
                        // Nothing more is stored: null up to where the row ends.
                        newest = Point(
                            start: previous?.end ?? rowStart,
                            end: rowEnd,
                            value: .nan,
                            isReset: false
                        )
                    }
                    let point = newest!
                    while rowEnd <= point.end, filled < rows {
                        if rowEnd > point.start {
                            add(point.value(at: rowEnd, after: previous), point.isReset)
                        } else if let previous, rowEnd <= previous.end {
                            add(previous.value(at: rowEnd, after: older), previous.isReset)
                        }
                        values.initializeElement(at: filled, to: function.finish(count: added))
                        if isReset {
                            if resets.isEmpty { resets = Array(repeating: false, count: rows) }
                            resets[filled] = true
                        }
                        filled &+= 1
                        rowStart = rowEnd
                        rowEnd &+= stride
                        added = 0
                        isReset = false
                    }
                }
            }
        }
        column.resets = resets
        column.isNonzero = isNonzero
        column.pointsRead = index - start
        return column
    }

    /// The first point that ends within the window.
    private func firstIndex(_ points: Points) -> Int {
        guard grid.after > points.firstTime else { return 0 }
        let index = (grid.after - points.firstTime + points.step - 1) / points.step
        return Int(min(index, Int64(points.codes.count)))
    }
}
