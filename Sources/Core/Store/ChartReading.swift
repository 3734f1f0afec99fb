/// What a look at all charts of a host needs of each: what it says of itself, shared instead of copied, and a number for each
/// dimension.
///
/// Whoever prints all metrics looks at thousands of charts; copies of their texts would cost more than the rest of it.
public struct ChartReading: Sendable {
    /// One for each dimension, in the chart's order.
    public enum Numbers: Sendable {
        /// Averages or sums of the stored points of the window; NaN where there is none, or nothing to tell of the dimension.
        case stored([Double])
        /// The last integers that came; `nil` where there is nothing to tell of the dimension.
        case collected([Collected?])
        /// The last values, NaN for null; `nil` where there is nothing to tell of the dimension.
        case latest([Double?])
        /// Nothing is stored in the window.
        case none
        /// Not all points of the window are where a look at them is cheap: they have to be copied. Says of which dimensions
        /// there is anything to tell.
        case elsewhere([Bool])
    }

    /// The integer that came last of a dimension.
    public struct Collected: Sendable {
        public let value: Int64
        /// Seconds from then to the chart's last collection: 0 where that brought it.
        public let age: UInt16
    }

    /// What is read of each dimension. There is something to tell of those that have been collected and are not obsolete.
    public enum Subject: Sendable {
        /// Of what was stored since the last scrape. Unix seconds of former ones, ascending, one at least; and of this one.
        case average(visits: [Int64], before: Int64)
        case sum(visits: [Int64], before: Int64)
        case collected
        case latest
    }

    public let ref: ChartRef
    public let numbers: Numbers
    /// Unix seconds of the points that averages and sums are of.
    public let window: StoredWindow?
    /// Collections since it was defined or reset.
    public let collections: Int
    /// Microseconds since 1970 of the last collection by the chart's own clock; 0 before the first.
    public let lastCollected: Int64
    /// The same by this machine's clock: when it came.
    public let lastActive: Int64
    /// Unix seconds of this machine's clock at which the last collection came: ``lastActive`` may be of a definition after it.
    public let lastEnded: Int64
    /// Unix seconds of the newest point; 0 where nothing is stored.
    public let lastStored: Int64
    private let texts: ChartTexts

    fileprivate init(
        _ ref: ChartRef,
        _ texts: ChartTexts,
        _ chart: borrowing Chart,
        _ retention: Retention,
        window: StoredWindow?,
        numbers: Numbers
    ) {
        self.ref = ref
        self.texts = texts
        self.window = window
        self.numbers = numbers
        collections = chart.collections
        lastCollected = chart.hasClock ? chart.lastCollected : 0
        lastActive = chart.lastActive
        lastEnded = chart.lastEnded
        lastStored = retention.last
    }

    public var id: String { texts.definition.id }
    public var name: String { texts.definition.name }
    public var context: String { texts.definition.context }
    public var family: String { texts.definition.family }
    public var units: String { texts.definition.units }
    public var options: ChartOptions { texts.definition.options }
    public var dimensions: [DimensionDefinition] { texts.dimensions }

    /// Whether exporters see it.
    public var isExported: Bool { collections > 0 && !texts.dimensions.isEmpty && !options.contains(.obsolete) }
}

extension Host {
    /// Looks at charts, a few at a time (``take(of:_:)``).
    ///
    /// - Parameter refs: which; without them all there are.
    public func read(_ refs: [ChartRef]? = nil, _ subject: ChartReading.Subject) -> [ChartReading] {
        take(of: refs) { database, ref in database.read(ref, subject) }
    }
}

extension HostDatabase {
    /// Rows that are looked at under the lock, for each dimension; where it would take more they are copied.
    static let rowsToTotal = 64

    /// - Returns: `nil` for a chart that is gone.
    func read(_ ref: ChartRef, _ subject: ChartReading.Subject) -> ChartReading? {
        guard let chart = pointer(ref), let texts = records[Int(ref.index)]?.texts else { return nil }
        let retention = retention(of: ref)
        var window: StoredWindow?
        let numbers: ChartReading.Numbers
        switch subject {
        case .collected:
            numbers = .collected(
                Self.numbers(chart, texts) { ChartReading.Collected(value: $0.previous, age: $0.secondsUnset) }
            )
        case .latest: numbers = .latest(Self.numbers(chart, texts) { $0.latest })
        case .average(let visits, let before):
            window = StoredWindow(visits: visits, before: before, retention)
            numbers = window.map { Self.stored(chart, texts, $0) { $0 / Double($1) } } ?? .none
        case .sum(let visits, let before):
            window = StoredWindow(visits: visits, before: before, retention)
            numbers = window.map { Self.stored(chart, texts, $0) { sum, _ in sum } } ?? .none
        }
        return ChartReading(ref, texts, chart.pointee, retention, window: window, numbers: numbers)
    }

    private static func isTold(_ dimension: borrowing Dimension, _ definition: DimensionDefinition) -> Bool {
        dimension.collections > 0 && !definition.options.contains(.obsolete)
    }

    private static func numbers<Number>(
        _ chart: UnsafeMutablePointer<Chart>,
        _ texts: ChartTexts,
        _ number: (borrowing Dimension) -> Number
    ) -> [Number?] {
        guard let dimensions = chart.pointee.dimensions else { return [] }
        return (0..<Int(chart.pointee.dimensionCount)).map { index in
            isTold(dimensions[index], texts.dimensions[index]) ? number(dimensions[index]) : nil
        }
    }

    /// Out of the newest rows, as they are.
    /// - Parameter number: of the sum of the points that are no gaps, and how many those are.
    private static func stored(
        _ chart: UnsafeMutablePointer<Chart>,
        _ texts: ChartTexts,
        _ window: StoredWindow,
        _ number: (Double, Int) -> Double
    ) -> ChartReading.Numbers {
        guard let dimensions = chart.pointee.dimensions else { return .none }
        let every = chart.pointee.updateEvery
        let rowCount = Int(chart.pointee.rowCount)
        let width = Int(chart.pointee.dimensionCount)
        // Counted from the newest row; the first one is the first at or after the window's begin.
        let first = rowCount - 1 - Int((chart.pointee.lastUpdated &- window.from) / every)
        let end = rowCount - Int((chart.pointee.lastUpdated &- window.through &+ every &- 1) / every)
        guard first >= 0, end - first <= rowsToTotal, let rows = chart.pointee.rows else {
            return .elsewhere((0..<width).map { isTold(dimensions[$0], texts.dimensions[$0]) })
        }
        return .stored(
            (0..<width).map { index in
                guard isTold(dimensions[index], texts.dimensions[index]) else { return .nan }
                let (sum, count) = total(rows + first &* width + index, rows: end - first, width: width)
                return count > 0 ? number(sum, count) : .nan
            }
        )
    }

    /// Of the points of one column that are no gaps.
    private static func total(
        _ column: UnsafeMutablePointer<UInt32>,
        rows: Int,
        width: Int
    ) -> (sum: Double, count: Int) {
        var sum = 0.0
        var count = 0
        var place = 0
        for _ in 0..<max(0, rows) {
            let code = column[place]
            if code != StorageNumber.empty {
                sum += StorageNumber.value(code)
                count &+= 1
            }
            place &+= width
        }
        return (sum, count)
    }
}
