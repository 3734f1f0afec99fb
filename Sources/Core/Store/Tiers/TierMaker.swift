/// Makes the points of a tier out of the tier below (storage §4).
public enum TierMaker {
    /// The largest factor between two tiers.
    public static let largestFactor = 255

    /// Tier 1 out of stored points: `factor` of them make one.
    ///
    /// - Parameters:
    ///   - points: of one chart. What they have no value for is a gap.
    ///   - factor: 2…255.
    ///   - after, through: the times `after < t ≤ through` in which `points` holds all that is stored, Unix seconds. Without
    ///     them: from the first point to the last.
    /// - Returns: the rows that lie in this time as a whole, without holes between them; none where there are none.
    public static func rows(
        of points: StoredPoints,
        factor: Int,
        after: Int64? = nil,
        through: Int64? = nil
    ) -> TierColumns {
        let frame = TierFrame(
            below: max(1, points.step),
            factor: factor,
            after: after ?? points.firstTime &- points.step,
            through: through ?? points.lastTime
        )
        return TierColumns(
            firstTime: frame.first,
            step: frame.step,
            columns: points.columns.map { codes in
                column(frame, firstTime: points.firstTime, below: max(1, points.step), CodeSource(codes: codes))
            }
        )
    }

    /// The next tier out of rows of a tier, under the same rules.
    public static func rows(
        of rows: TierColumns,
        factor: Int,
        after: Int64? = nil,
        through: Int64? = nil
    ) -> TierColumns {
        let frame = TierFrame(
            below: max(1, rows.step),
            factor: factor,
            after: after ?? rows.firstTime &- rows.step,
            through: through ?? rows.lastTime
        )
        return TierColumns(
            firstTime: frame.first,
            step: frame.step,
            columns: rows.columns.map { source in
                column(frame, firstTime: rows.firstTime, below: max(1, rows.step), RowSource(column: source))
            }
        )
    }

    /// Where the row that holds a time ends.
    static func end(of time: Int64, step: Int64) -> Int64 {
        let rest = time % step
        return rest == 0 ? time : rest < 0 ? time - rest : time + (step - rest)
    }

    private static func column<Source: TierMakerSource>(
        _ frame: TierFrame,
        firstTime: Int64,
        below: Int64,
        _ source: Source
    ) -> TierColumn {
        var column = TierColumn(gaps: frame.count)
        guard frame.count > 0 else { return column }
        // The first point behind the start of the first row, and from there on row by row.
        let start = frame.first - frame.step
        var index = firstTime > start ? 0 : Int(min((start - firstTime) / below + 1, Int64(source.count)))
        var sum = RunningPoint()
        for row in 0..<frame.count {
            let end = frame.first + Int64(row) * frame.step
            while index < source.count, firstTime + Int64(index) * below <= end {
                source.add(index, to: &sum)
                index += 1
            }
            sum.finish(&column, row)
        }
        return column
    }
}

/// Which rows are to be made.
private struct TierFrame {
    /// Where the first row ends.
    let first: Int64
    let step: Int64
    let count: Int

    init(below: Int64, factor: Int, after: Int64, through: Int64) {
        step = below * Int64(min(max(2, factor), TierMaker.largestFactor))
        first = TierMaker.end(of: after, step: step) + step
        count = first <= through ? Int((through - first) / step) + 1 : 0
    }
}

/// What a row is made of.
private protocol TierMakerSource {
    var count: Int { get }
    func add(_ index: Int, to point: inout RunningPoint)
}

private struct CodeSource: TierMakerSource {
    let codes: [UInt32]
    var count: Int { codes.count }

    @inline(__always)
    func add(_ index: Int, to point: inout RunningPoint) {
        let code = codes[index]
        guard code != StorageNumber.empty else { return }
        let value = StorageNumber.value(code)
        point.add(sum: value, count: 1, least: code, most: code, isReset: StorageNumber.hasReset(code))
    }
}

private struct RowSource: TierMakerSource {
    let column: TierColumn
    var count: Int { column.count }

    @inline(__always)
    func add(_ index: Int, to point: inout RunningPoint) {
        let code = column.averages[index]
        let count = column.counts[index]
        guard code != StorageNumber.empty, count > 0 else { return }
        point.add(
            sum: StorageNumber.value(code) * Double(count),
            count: count,
            least: column.minima[index],
            most: column.maxima[index],
            isReset: StorageNumber.hasReset(code)
        )
    }
}

/// A row in the making.
private struct RunningPoint {
    private var sum = 0.0
    private var count: UInt32 = 0
    private var least = Double.infinity
    private var most = -Double.infinity
    private var leastCode = StorageNumber.empty
    private var mostCode = StorageNumber.empty
    private var isReset = false

    @inline(__always)
    mutating func add(sum: Double, count: UInt32, least: UInt32, most: UInt32, isReset: Bool) {
        self.sum += sum
        // Wraps only for counts that no tier can have.
        self.count &+= count
        let low = StorageNumber.value(least)
        if low < self.least {
            self.least = low
            leastCode = least & ~StorageNumber.reset
        }
        let high = StorageNumber.value(most)
        if high > self.most {
            self.most = high
            mostCode = most & ~StorageNumber.reset
        }
        if isReset { self.isReset = true }
    }

    /// Writes the row and starts the next one.
    @inline(__always)
    mutating func finish(_ column: inout TierColumn, _ row: Int) {
        guard count > 0, leastCode != StorageNumber.empty, mostCode != StorageNumber.empty else {
            self = RunningPoint()
            return
        }
        // Where all are alike the average is that value, whatever the sum lost: three equal columns compress best.
        let average = leastCode == mostCode ? leastCode : StorageNumber.encode(sum / Double(count))
        column.averages[row] = average | (isReset ? StorageNumber.reset : 0)
        column.minima[row] = leastCode
        column.maxima[row] = mostCode
        column.counts[row] = count
        self = RunningPoint()
    }
}
