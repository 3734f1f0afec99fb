/// How rows of a tier are stored: a matrix of `UInt32` like a block of tier 0, four columns for each dimension.
///
/// First all totals, then all minima, all maxima, all counts, each in the order of the dimensions: what is often alike, as
/// the counts of a chart are, stands side by side. A gap is four zeros.
///
/// A total is the shortest decimal number that gives the average when it is divided by the count: of whole numbers a whole
/// one, where the average has seven digits that no compressor can shorten. Where a single row of a column has none, the averages
/// themselves stand there, and the counts say so (``holdsAverage``). Either carries the RESET mark.
public enum TierForm {
    /// Columns that a dimension takes.
    public static let columnsPerDimension = 4

    /// In a count: the first column holds the average, not a total.
    public static let holdsAverage: UInt32 = 1 << 31

    /// Columns of a matrix.
    public static func width(dimensions: Int) -> Int { columnsPerDimension * dimensions }

    /// Where the four columns of a dimension are, for whoever reads single columns.
    public static func columns(
        of dimension: Int,
        dimensions: Int
    ) -> (totals: Int, minima: Int, maxima: Int, counts: Int) {
        (dimension, dimensions + dimension, 2 * dimensions + dimension, 3 * dimensions + dimension)
    }

    /// The rows one after another, each of ``width(dimensions:)`` numbers.
    public static func pack(_ rows: TierColumns) -> [UInt32] {
        let dimensions = rows.columns.count
        let width = width(dimensions: dimensions)
        return [UInt32](unsafeUninitializedCapacity: width * rows.count) { matrix, count in
            count = width * rows.count
            guard let start = matrix.baseAddress else { return }
            for (index, column) in rows.columns.enumerated() {
                let place = columns(of: index, dimensions: dimensions)
                let totals = totals(column)
                let mark = totals == nil ? holdsAverage : 0
                for row in 0..<rows.count {
                    let target = start + row * width
                    let count = column.counts[row]
                    (target + place.totals).initialize(to: totals?[row] ?? column.averages[row])
                    (target + place.minima).initialize(to: column.minima[row])
                    (target + place.maxima).initialize(to: column.maxima[row])
                    (target + place.counts).initialize(to: count == 0 ? 0 : count | mark)
                }
            }
        }
    }

    /// The rows of a matrix; any numbers may stand in it.
    ///
    /// - Parameters:
    ///   - firstTime: Unix seconds at which the first row ends.
    ///   - step: seconds of a row.
    /// - Returns: `nil` where the length is no multiple of the width.
    public static func unpack(
        _ matrix: [UInt32],
        dimensions: Int,
        firstTime: Int64,
        step: Int64
    ) -> TierColumns? {
        let width = width(dimensions: dimensions)
        guard dimensions > 0, matrix.count % width == 0 else { return nil }
        let rows = matrix.count / width
        return TierColumns(
            firstTime: firstTime,
            step: step,
            columns: matrix.withUnsafeBufferPointer { matrix in
                (0..<dimensions).map { dimension in
                    let place = columns(of: dimension, dimensions: dimensions)
                    func gather(_ column: Int) -> [UInt32] {
                        [UInt32](unsafeUninitializedCapacity: rows) { target, count in
                            for row in 0..<rows { target[row] = matrix[row * width + column] }
                            count = rows
                        }
                    }
                    return column(
                        totals: gather(place.totals),
                        minima: gather(place.minima),
                        maxima: gather(place.maxima),
                        counts: gather(place.counts)
                    )
                }
            }
        )
    }

    /// A dimension's column out of its four stored ones, which must be equally long. What is half a gap, as only damage can
    /// make it, becomes a whole one.
    public static func column(
        totals: [UInt32],
        minima: [UInt32],
        maxima: [UInt32],
        counts: [UInt32]
    ) -> TierColumn {
        var column = TierColumn(averages: totals, minima: minima, maxima: maxima, counts: counts)
        for row in 0..<column.count {
            let count = counts[row] & ~holdsAverage
            if totals[row] == StorageNumber.empty || minima[row] == StorageNumber.empty
                || maxima[row] == StorageNumber.empty || count == 0
            {
                column.averages[row] = StorageNumber.empty
                column.minima[row] = StorageNumber.empty
                column.maxima[row] = StorageNumber.empty
                column.counts[row] = 0
            } else if count == counts[row] {
                column.averages[row] = average(totals[row], count)
            } else {
                column.counts[row] = count
            }
        }
        return column
    }

    /// The totals of a column; `nil` where not all averages have one.
    private static func totals(_ column: TierColumn) -> [UInt32]? {
        var totals = column.averages
        for row in totals.indices where column.counts[row] > 0 {
            guard let total = total(column.averages[row], column.counts[row]) else { return nil }
            totals[row] = total
        }
        return totals
    }

    private static func total(_ average: UInt32, _ count: UInt32) -> UInt32? {
        guard average != StorageNumber.empty else { return average }
        let exact = StorageNumber.value(average) * Double(count)
        for scale in scales {
            let code = StorageNumber.encode((exact * scale).rounded() / scale, flags: average & StorageNumber.reset)
            if self.average(code, count) == average { return code }
        }
        return nil
    }

    private static func average(_ total: UInt32, _ count: UInt32) -> UInt32 {
        StorageNumber.encode(StorageNumber.value(total) / Double(count), flags: total & StorageNumber.reset)
    }

    private static let scales: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7]
}
