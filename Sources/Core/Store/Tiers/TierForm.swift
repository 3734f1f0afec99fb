/// How rows of a tier are stored: a matrix of `UInt32` like a block of tier 0, four columns for each dimension.
///
/// First all averages, then all minima, all maxima, all counts, each in the order of the dimensions: what is often alike, as
/// the counts of a chart are, stands side by side. Where all points of a row are alike, the three codes are too, but for
/// the RESET mark, which only the average carries. A gap is four zeros.
public enum TierForm {
    /// Columns that a dimension takes.
    public static let columnsPerDimension = 4

    /// Columns of a matrix.
    public static func width(dimensions: Int) -> Int { columnsPerDimension * dimensions }

    /// Where the four columns of a dimension are, for whoever reads single columns.
    public static func columns(
        of dimension: Int,
        dimensions: Int
    ) -> (averages: Int, minima: Int, maxima: Int, counts: Int) {
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
                scatter(column.averages, to: start + place.averages, every: width)
                scatter(column.minima, to: start + place.minima, every: width)
                scatter(column.maxima, to: start + place.maxima, every: width)
                scatter(column.counts, to: start + place.counts, every: width)
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
                        averages: gather(place.averages),
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
        averages: [UInt32],
        minima: [UInt32],
        maxima: [UInt32],
        counts: [UInt32]
    ) -> TierColumn {
        var column = TierColumn(averages: averages, minima: minima, maxima: maxima, counts: counts)
        for row in 0..<column.count {
            let hasAll =
                averages[row] != StorageNumber.empty && minima[row] != StorageNumber.empty
                && maxima[row] != StorageNumber.empty && counts[row] > 0
            guard !hasAll else { continue }
            column.averages[row] = StorageNumber.empty
            column.minima[row] = StorageNumber.empty
            column.maxima[row] = StorageNumber.empty
            column.counts[row] = 0
        }
        return column
    }

    private static func scatter(_ column: [UInt32], to start: UnsafeMutablePointer<UInt32>, every width: Int) {
        var target = start
        for code in column {
            target.initialize(to: code)
            target += width
        }
    }
}
