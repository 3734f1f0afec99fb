import Basics
import Store

/// A query's result in the order and with the values in which a format prints it.
struct DataTable {
    let names: [String]
    let rowCount: Int
    /// Rows in which a counter was reset or overflowed; empty where none was.
    let resets: [Bool]
    let options: QueryOptions
    private let result: QueryResult

    init(_ result: QueryResult) {
        let rows = result.rowCount
        let options = result.plan.parameters.options
        let isFlipped = options.contains(.flip)
        self.options = options
        self.result = result
        rowCount = rows
        names = result.columns.map { $0.dimension.name }
        let marked = result.columns.map { $0.rows.resets }.filter { !$0.isEmpty }
        resets =
            marked.isEmpty
            ? []
            : (0..<rows).map { row in marked.contains { $0[isFlipped ? row : rows - 1 - row] } }
    }

    var isEmpty: Bool { rowCount == 0 }

    /// When a row ends, Unix seconds.
    func time(_ index: Int) -> Int64 { result.time(options.contains(.flip) ? index : rowCount - 1 - index) }

    /// - Parameter body: gets each row's number and its values, NaN for null.
    func forEachRow(_ body: (Int, UnsafeBufferPointer<Double>) -> Void) {
        forEachRow(of: result.columns.map { shown($0.rows.values) }, body)
    }

    /// The values of the newest row, NaN for null.
    var newest: [Double] {
        result.columns.flatMap { shown([$0.rows.last]) }
    }

    /// Appends a line for each row.
    /// - Parameters:
    ///   - start: stands in front of the row's numbers.
    ///   - separator: stands in front of each number.
    ///   - end: stands behind them.
    ///   - last: the same in the last line, where that ends otherwise.
    func print(to bytes: inout [UInt8], _ start: RowStart, separator: UInt8, _ end: ShortText, last: ShortText? = nil) {
        var start = start
        let lastRow = rowCount - 1
        let last = last ?? end
        guard let columns = stored else {
            forEachRow { index, row in
                start.set(time(index))
                bytes.append(start.text, decimals: row, separator: separator, index == lastRow ? last : end)
            }
            return
        }
        forEachRow(of: columns) { index, row in
            start.set(time(index))
            bytes.append(start.text, codes: row, separator: separator, index == lastRow ? last : end)
        }
    }

    /// All columns, where nothing was computed in any: stored numbers are printed without becoming others.
    private var stored: [[UInt32]]? {
        let columns = result.columns.compactMap(\.rows.codes)
        return columns.count == result.columns.count ? columns.map(shown) : nil
    }

    /// Values as the options have them; NaN is null.
    private func shown(_ values: [Double]) -> [Double] {
        guard !options.isDisjoint(with: [.absolute, .null2zero]) else { return values }
        let (null, takesMagnitudes) = (options.contains(.null2zero) ? 0 : Double.nan, options.contains(.absolute))
        return values.map { $0.isNaN ? null : takesMagnitudes ? $0.magnitude : $0 }
    }

    /// The same with stored numbers.
    private func shown(_ codes: [UInt32]) -> [UInt32] {
        guard !options.isDisjoint(with: [.absolute, .null2zero]) else { return codes }
        let null = options.contains(.null2zero) ? StorageNumber.encode(0) : StorageNumber.empty
        let kept = options.contains(.absolute) ? ~StorageNumber.negative : ~0
        return codes.map { $0 == StorageNumber.empty ? null : $0 & kept }
    }

    /// Rows that are put together at once: few enough to stay in the processor's nearest cache until they are printed.
    private static let rowsAtOnce = 32

    /// - Parameter columns: in time order.
    @inline(__always)
    private func forEachRow<Cell>(of columns: [[Cell]], _ body: (Int, UnsafeBufferPointer<Cell>) -> Void) {
        let width = columns.count
        let isFlipped = options.contains(.flip)
        let capacity = max(1, min(rowCount, Self.rowsAtOnce) * width)
        withUnsafeTemporaryAllocation(of: Cell.self, capacity: capacity) { cells in
            var first = 0
            while first < rowCount {
                let count = min(Self.rowsAtOnce, rowCount - first)
                for (index, column) in columns.enumerated() {
                    column.withUnsafeBufferPointer { column in
                        var cell = cells.baseAddress! + index
                        var place = isFlipped ? first : column.count - 1 - first
                        let next = isFlipped ? 1 : -1
                        for _ in 0..<count {
                            cell.initialize(to: column[place])
                            cell += width
                            place &+= next
                        }
                    }
                }
                for row in 0..<count {
                    body(first + row, UnsafeBufferPointer(rebasing: cells[row * width..<(row + 1) * width]))
                }
                first += count
            }
        }
    }

    /// What ssv and array print of a row: the sum of its values, or how far apart they are.
    func total(_ row: some Swift.Collection<Double>) -> Double {
        guard row.contains(where: { !$0.isNaN }) else { return .nan }
        guard options.contains(.min2max) else { return row.reduce(0) { $1.isNaN ? $0 : $0 + $1 } }
        // Both start at zero, so that a single value counts from there.
        var (least, most) = (0.0, 0.0)
        for value in row {
            if value < least { least = value }
            if value > most { most = value }
        }
        return most - least
    }
}
