import Basics
import Store

/// A query's result in the order and with the values in which a format prints it.
struct DataTable {
    let names: [String]
    let times: [Int64]
    /// Row by row; NaN is null.
    let values: [Double]
    /// Rows in which a counter was reset or overflowed; empty where none was.
    let resets: [Bool]
    let options: QueryOptions

    init(_ result: QueryResult) {
        let rows = result.rowCount
        let columns = result.columns.count
        let options = result.plan.parameters.options
        let takesMagnitudes = options.contains(.absolute)
        let null = options.contains(.null2zero) ? 0 : Double.nan
        let isFlipped = options.contains(.flip)
        self.options = options
        names = result.columns.map(\.dimension.name)
        times = (0..<rows).map { result.time(isFlipped ? $0 : rows - 1 - $0) }
        values = Array(unsafeUninitializedCapacity: rows * columns) { table, count in
            for (index, column) in result.columns.enumerated() {
                column.rows.values.withUnsafeBufferPointer { values in
                    var cell = (isFlipped ? 0 : (rows - 1) * columns) + index
                    let next = isFlipped ? columns : -columns
                    for value in values {
                        let shown = value.isNaN ? null : takesMagnitudes ? value.magnitude : value
                        (table.baseAddress! + cell).initialize(to: shown)
                        cell += next
                    }
                }
            }
            count = rows * columns
        }
        let marked = result.columns.map(\.rows.resets).filter { !$0.isEmpty }
        resets =
            marked.isEmpty
            ? []
            : (0..<rows).map { row in marked.contains { $0[isFlipped ? row : rows - 1 - row] } }
    }

    func row(_ index: Int) -> ArraySlice<Double> { values[index * names.count..<(index + 1) * names.count] }

    /// What ssv and array print of a row: the sum of its values, or how far apart they are.
    func total(_ index: Int) -> Double {
        let row = row(index)
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

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(text: String) { append(contentsOf: text.utf8) }

    mutating func append(character: Unicode.Scalar) { append(UInt8(ascii: character)) }

    mutating func append(decimal number: Double) {
        if number.isNaN { append("null") } else { appendDecimal(number, to: &self) }
    }

    mutating func append(number: some BinaryInteger) { appendDigits(Int64(clamping: number), to: &self) }

    /// Always so many decimals, as C's `%0.7f` has them; at most 7.
    mutating func append(fixed number: Double, decimals: Int) {
        appendFixed(number, decimals: decimals, to: &self)
    }

    /// Two digits.
    mutating func append(pair number: Int) {
        append(UInt8(truncatingIfNeeded: number / 10 % 10) + 48)
        append(UInt8(truncatingIfNeeded: number % 10) + 48)
    }

    /// The inside of a JSON string, or of JavaScript's with `'` for quote.
    mutating func append(escaped text: String, quote: Unicode.Scalar = "\"") {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: quote):
                append("\\")
                append(byte)
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\t"): append("\\t")
            case UInt8(ascii: "\r"): append("\\r")
            case 0..<0x20, 0x7f:
                let digits = Array("0123456789abcdef".utf8)
                append("\\u00")
                append(digits[Int(byte >> 4)])
                append(digits[Int(byte & 15)])
            default: append(byte)
            }
        }
    }

    mutating func append(quoted text: String, quote: Unicode.Scalar = "\"") {
        append(character: quote)
        append(escaped: text, quote: quote)
        append(character: quote)
    }
}
