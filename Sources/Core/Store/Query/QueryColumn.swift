/// One dimension's rows, in time order.
public struct QueryColumn: Sendable {
    private enum Content {
        case computed([Double])
        /// Each row is one stored point, as it is: ``StorageNumber``'s codes.
        case stored([UInt32])
    }

    private var content: Content
    /// Rows in which a counter was reset or overflowed; empty where none was.
    public internal(set) var resets: [Bool] = []
    /// Whether any point that went in was neither zero nor null.
    public internal(set) var isNonzero = false
    /// Points read from the store.
    public internal(set) var pointsRead = 0

    init(values: [Double]) { content = .computed(values) }

    init(stored codes: [UInt32]) { content = .stored(codes) }

    static func nulls(_ count: Int) -> QueryColumn { QueryColumn(values: Array(repeating: .nan, count: count)) }

    /// The rows' codes where nothing was computed: they need not become numbers to be printed. Else `nil`.
    public var codes: [UInt32]? {
        guard case .stored(let codes) = content else { return nil }
        return codes
    }

    /// NaN is null.
    public internal(set) var values: [Double] {
        get {
            switch content {
            case .computed(let values): values
            case .stored(let codes): codes.map(StorageNumber.value)
            }
        }
        set { content = .computed(newValue) }
    }

    /// The value of the newest row; NaN for null, and where there are no rows.
    public var last: Double {
        switch content {
        case .computed(let values): values.last ?? .nan
        case .stored(let codes): StorageNumber.value(codes.last ?? StorageNumber.empty)
        }
    }

    /// Smallest and largest value, nulls counting as 0; infinities where there are no rows.
    var extremes: (least: Double, most: Double) {
        switch content {
        case .computed(let values): Self.extremes(values) { $0.isNaN ? 0 : $0 }
        // A gap's digits are 0.
        case .stored(let codes): Self.extremes(codes, StorageNumber.valueOrZero)
        }
    }

    @inline(__always)
    private static func extremes<Row>(_ rows: [Row], _ value: (Row) -> Double) -> (least: Double, most: Double) {
        rows.withUnsafeBufferPointer { rows in
            var least = SIMD4<Double>(repeating: .infinity)
            var most = -least
            let place = rows.count & ~3
            // Four at a time: none waits for the comparison with the one before.
            for index in stride(from: 0, to: place, by: 4) {
                let four = SIMD4(
                    value(rows[index]),
                    value(rows[index + 1]),
                    value(rows[index + 2]),
                    value(rows[index + 3])
                )
                least.replace(with: four, where: four .< least)
                most.replace(with: four, where: four .> most)
            }
            var (smallest, largest) = (least.min(), most.max())
            for row in rows[place...] {
                let value = value(row)
                if value < smallest { smallest = value }
                if value > largest { largest = value }
            }
            return (smallest, largest)
        }
    }
}
