/// Fills the rows of a grid from one dimension's stored points (web API §7.4).
struct Resampler {
    let grid: TimeGrid
    let grouping: Grouping
    let groupOptions: String
    /// Values are not what was stored but how anomalous it was: nothing ever is here.
    var readsAnomalies = false

    /// A dimension's rows out of full resolution; nulls where there is no such column.
    func column(_ points: StoredPoints, _ dimension: Int) -> QueryColumn {
        column(
            codes: points.columns.indices.contains(dimension) ? points.columns[dimension] : [],
            firstTime: points.firstTime,
            step: points.step
        )
    }

    /// - Parameters:
    ///   - codes: storage numbers, one for each step.
    ///   - firstTime: where the first of them ends.
    ///   - step: seconds between two.
    func column(codes: [UInt32], firstTime: Int64, step: Int64) -> QueryColumn {
        let times = Times(firstTime: firstTime, step: step, count: codes.count, countsFront: true)
        return column(times, readsAnomalies ? codes.map(StorageNumber.anomalyRate) : codes)
    }

    /// A dimension's rows out of a higher tier. What counts of a point depends on the function: its sum, its smallest or
    /// its largest value, for all others its average.
    func column(_ rows: TierColumns, _ dimension: Int) -> QueryColumn {
        guard rows.columns.indices.contains(dimension) else { return .nulls(Int(grid.rows)) }
        let column = rows.columns[dimension]
        let count = min(column.averages.count, column.minima.count, column.maxima.count, column.counts.count)
        let times = Times(firstTime: rows.firstTime, step: rows.step, count: count, countsFront: false)
        if readsAnomalies { return self.column(times, column.averages[..<count].map(StorageNumber.anomalyRate)) }
        return column.averages.withUnsafeBufferPointer { averages in
            switch grouping.function {
            case .sum:
                column.counts.withUnsafeBufferPointer { counts in
                    fill(times, Sums(averages: averages, counts: counts), unlessSingle: Sum())
                }
            case .minimum:
                column.minima.withUnsafeBufferPointer { minima in
                    let points = MarkedCodes(codes: minima, marks: averages)
                    return fill(times, points, unlessSingle: Extreme(isMaximum: false))
                }
            case .maximum:
                column.maxima.withUnsafeBufferPointer { maxima in
                    let points = MarkedCodes(codes: maxima, marks: averages)
                    return fill(times, points, unlessSingle: Extreme(isMaximum: true))
                }
            default: self.column(times, Codes(codes: averages))
            }
        }
    }

    private func column(_ times: Times, _ codes: [UInt32]) -> QueryColumn {
        isEachPointARow(times)
            ? copySeconds(times, codes) : codes.withUnsafeBufferPointer { column(times, Codes(codes: $0)) }
    }

    private func column(_ times: Times, _ points: Codes) -> QueryColumn {
        switch grouping.function {
        case .average:
            let function = Average(resamplingDivisor: grid.resamplingGroup > 1 ? grid.resamplingDivisor : 0)
            return fill(times, points, unlessSingle: function)
        case .sum: return fill(times, points, unlessSingle: Sum())
        case .minimum: return fill(times, points, unlessSingle: Extreme(isMaximum: false))
        case .maximum: return fill(times, points, unlessSingle: Extreme(isMaximum: true))
        case .incrementalSum: return fill(times, points, IncrementalSum())
        case .standardDeviation: return fill(times, points, Deviation(isRelative: false))
        case .coefficientOfVariation: return fill(times, points, Deviation(isRelative: true))
        case .countIf: return fill(times, points, CountIf(comparison: Comparison(groupOptions)))
        case .singleExponential:
            return fill(times, points, Exponential(group: grid.group, rows: grid.rows, followsTrend: false))
        case .doubleExponential:
            return fill(times, points, Exponential(group: grid.group, rows: grid.rows, followsTrend: true))
        case .median, .trimmedMedian, .trimmedMean, .percentile:
            let percent = grouping.percent(options: groupOptions)
            return fill(times, points, Ordered(function: grouping.function, percent: percent))
        }
    }

    /// The cheaper function where no row can have more than one point, whatever it would be grouped by.
    private func fill(
        _ times: Times,
        _ points: some PointValues,
        unlessSingle function: some RowFunction
    ) -> QueryColumn {
        hasOnePointARow(times) ? fill(times, points, SinglePoint()) : fill(times, points, function)
    }

    /// Whether the rows end exactly where points do (or between them, one at a time).
    private func hasOnePointARow(_ times: Times) -> Bool {
        guard grid.group == 1, grid.resamplingGroup == 1, !countsFront(times) else { return false }
        return grid.granularity == 1
            || times.step == grid.granularity && (times.firstTime - grid.firstRow) % times.step == 0
    }

    /// Whether the point in front of the window counts in the first row: it ends where that row begins, and another point goes
    /// on through the beginning.
    private func countsFront(_ times: Times) -> Bool {
        let start = firstIndex(times)
        return times.countsFront && hasFront(times, start) && times.end(start - 1) >= grid.after - grid.granularity
    }

    /// Whether the line to the first row begins at a point in front of the window.
    private func hasFront(_ times: Times, _ start: Int) -> Bool {
        start > 0 && start < times.count && times.end(start) > grid.after
    }

    /// Whether there is nothing to compute: a point a second, a row a second, and a function that gives back a single point.
    private func isEachPointARow(_ times: Times) -> Bool {
        guard times.step == 1, grid.step == 1, grid.resamplingGroup == 1 else { return false }
        switch grouping.function {
        case .average, .sum, .minimum, .maximum: return true
        default: return false
        }
    }

    /// When the points of a column end.
    private struct Times {
        let firstTime: Int64
        let step: Int64
        let count: Int
        /// Whether the point in front of the window may count in the first row: the original has it so.
        let countsFront: Bool

        init(firstTime: Int64, step: Int64, count: Int, countsFront: Bool) {
            self.firstTime = firstTime
            self.step = max(1, step)
            self.count = count
            self.countsFront = countsFront
        }

        @inline(__always) func end(_ index: Int) -> Int64 { firstTime &+ Int64(index) &* step }
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
    private func fill<Values: PointValues, Function: RowFunction>(
        _ times: Times,
        _ points: Values,
        _ function: Function
    ) -> QueryColumn {
        guard times.count > 0, times.firstTime <= grid.before else { return .nulls(Int(grid.rows)) }
        if times.step == 1 { return fillSeconds(times, points, function) }
        var function = function
        let rows = Int(grid.rows)
        let stride = grid.step
        var column = QueryColumn(values: [])
        var resets: [Bool] = []
        var isNonzero = false
        var rowEnd = grid.firstRow
        var rowStart = grid.after - grid.granularity
        let start = firstIndex(times)
        let lead = hasFront(times, start) ? 1 : 0
        var index = start
        var added = 0
        var isReset = false
        var newest: Point? = lead > 0 ? read(start - 1) : nil
        var previous: Point?
        var older: Point?

        @inline(__always) func read(_ index: Int) -> Point {
            let end = times.end(index)
            return Point(
                start: end &- times.step,
                end: end,
                value: points.value(index),
                isReset: points.isReset(index)
            )
        }

        @inline(__always) func add(_ value: Double, _ reset: Bool) {
            guard !value.isNaN else { return }
            function.add(value)
            added &+= 1
            if value != 0 { isNonzero = true }
            if reset { isReset = true }
        }

        if countsFront(times), let front = newest { add(front.value, front.isReset) }
        column.values = Array(unsafeUninitializedCapacity: rows) { values, filled in
            while filled < rows {
                older = previous
                previous = newest
                if index < times.count {
                    newest = read(index)
                    index &+= 1
                    if newest!.end < rowEnd {
                        if newest!.end >= rowStart { add(newest!.value, newest!.isReset) }
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
        column.resets = resets
        column.isNonzero = isNonzero
        column.pointsRead = index - start + lead
        return column
    }

    /// The same where each second has a point: a row has those that end in it, and there is nothing to interpolate.
    @inline(__always)
    private func fillSeconds<Values: PointValues, Function: RowFunction>(
        _ times: Times,
        _ points: Values,
        _ function: Function
    ) -> QueryColumn {
        var function = function
        let rows = Int(grid.rows)
        var column = QueryColumn(values: [])
        var resets: [Bool] = []
        var isNonzero = false
        let start = firstIndex(times)
        var index = start
        // A first point that has rows in front of it counts only where its own row ends with it: §7.4 reads it to end those.
        if index < times.count, times.end(index) > grid.firstRow, (times.end(index) &- grid.firstRow) % grid.step != 0 {
            index &+= 1
        }
        column.values = Array(unsafeUninitializedCapacity: rows) { values, filled in
            var rowEnd = grid.firstRow
            while filled < rows {
                var added = 0
                var isReset = false
                let end = max(index, min(times.count, Int(rowEnd &- times.firstTime) &+ 1))
                while index < end {
                    let value = points.value(index)
                    if !value.isNaN {
                        function.add(value)
                        added &+= 1
                        if value != 0 { isNonzero = true }
                        if points.isReset(index) { isReset = true }
                    }
                    index &+= 1
                }
                values.initializeElement(at: filled, to: function.finish(count: added))
                if isReset {
                    if resets.isEmpty { resets = Array(repeating: false, count: rows) }
                    resets[filled] = true
                }
                filled &+= 1
                rowEnd &+= grid.step
            }
        }
        column.resets = resets
        column.isNonzero = isNonzero
        column.pointsRead = index - start
        return column
    }

    /// The same where each point is a row: what dashboards ask for most.
    private func copySeconds(_ times: Times, _ codes: [UInt32]) -> QueryColumn {
        let rows = Int(grid.rows)
        let start = firstIndex(times)
        // Rows in front of the first point.
        let missing = min(rows, max(0, Int(times.firstTime &- grid.firstRow)))
        let count = max(0, min(times.count - start, rows - missing))
        guard count > 0 else { return .nulls(rows) }
        let points = codes[start..<start + count]
        let copy = [UInt32](unsafeUninitializedCapacity: rows) { copy, filled in
            let end = missing + count
            copy[..<missing].initialize(repeating: StorageNumber.empty)
            _ = copy[missing..<end].initialize(fromContentsOf: points)
            copy[end...].initialize(repeating: StorageNumber.empty)
            filled = rows
        }
        var column = QueryColumn(stored: copy)
        let all = points.reduce(0, |)
        column.isNonzero = StorageNumber.isNonzero(all)
        column.pointsRead = count
        if StorageNumber.hasReset(all) {
            column.resets = copy.map(StorageNumber.hasReset)
        }
        return column
    }

    /// The first point that ends within the window.
    private func firstIndex(_ times: Times) -> Int {
        guard grid.after > times.firstTime else { return 0 }
        let index = (grid.after - times.firstTime + times.step - 1) / times.step
        return Int(min(index, Int64(times.count)))
    }
}

/// What the points of one column say. Specialised, like the functions, so that the walk has neither calls nor branches for
/// the tier in it.
protocol PointValues {
    /// NaN is null.
    func value(_ index: Int) -> Double
    func isReset(_ index: Int) -> Bool
}

/// Full resolution, or a higher tier's averages.
private struct Codes: PointValues {
    let codes: UnsafeBufferPointer<UInt32>

    @inline(__always) func value(_ index: Int) -> Double { StorageNumber.value(codes[index]) }
    @inline(__always) func isReset(_ index: Int) -> Bool { StorageNumber.hasReset(codes[index]) }
}

/// A higher tier's minima or maxima: the RESET mark is the average's.
private struct MarkedCodes: PointValues {
    let codes: UnsafeBufferPointer<UInt32>
    let marks: UnsafeBufferPointer<UInt32>

    @inline(__always) func value(_ index: Int) -> Double { StorageNumber.value(codes[index]) }
    @inline(__always) func isReset(_ index: Int) -> Bool { StorageNumber.hasReset(marks[index]) }
}

/// A higher tier's sums.
private struct Sums: PointValues {
    let averages: UnsafeBufferPointer<UInt32>
    let counts: UnsafeBufferPointer<UInt32>

    @inline(__always) func value(_ index: Int) -> Double {
        StorageNumber.value(averages[index]) * Double(counts[index])
    }

    @inline(__always) func isReset(_ index: Int) -> Bool { StorageNumber.hasReset(averages[index]) }
}
