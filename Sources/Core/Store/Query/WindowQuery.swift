import Basics

/// A query for one row over a window of one chart, asked again and again: what an alarm's lookup is (health §3).
///
/// It answers what a ``QueryPlan`` with the same parameters would, out of full resolution, without describing the chart anew
/// each time.
public struct WindowQuery: Sendable {
    private let parameters: QueryParameters

    /// - Parameters:
    ///   - after: seconds from the window's end to its beginning, negative.
    ///   - before: seconds from the newest point to its end; 0 or negative.
    ///   - options: of a query; those that shape an answer of many rows mean nothing here.
    public init(_ grouping: Grouping, after: Int, before: Int, options: QueryOptions) {
        var parameters = QueryParameters()
        parameters.grouping = grouping
        parameters.after = Int64(after)
        parameters.before = Int64(before)
        parameters.options = options
        parameters.points = 1
        self.parameters = parameters
    }

    /// The dimensions that patterns mean; without patterns those that are not hidden.
    ///
    /// - Returns: places among the dimensions; none where nothing matches.
    public func selection(_ patterns: String, of dimensions: [DimensionDefinition]) -> [Int32] {
        var parameters = parameters
        parameters.dimensions = patterns
        let selection = QuerySelection(parameters, single: true)
        return dimensions.indices.compactMap { index in
            let one = dimensions[index]
            let isHidden = one.options.contains(.hidden)
            let dimension = QueryChart.Dimension(id: one.id, name: one.name, isHidden: isHidden)
            return selection.matches(dimension) ?? !isHidden ? Int32(index) : nil
        }
    }

    /// A window whose points are on their way out of the database.
    public struct Window: Sendable {
        let grid: TimeGrid
        /// `nil` where nothing is stored in it: all its values are nulls.
        let points: SharedPoints?

        /// Where its first point and its last one end, Unix seconds.
        public var after: Int { Int(grid.after) }
        public var before: Int { Int(grid.before) }
    }

    /// Finds the window and copies what still grows of it; under the host's lock.
    ///
    /// - Parameter now: microseconds since 1970.
    /// - Returns: `nil` where nothing is stored near the window.
    public func window(of chart: ChartRef, in database: borrowing HostDatabase, now: Int64) -> Window? {
        let retention = database.retention(of: chart)
        let first = retention.reportedFirst(database.settings.mode)
        let last = retention.last
        let second = now / microsecondsPerSecond - 1
        let step = max(1, retention.updateEvery)
        let asked = TimeGrid.absolute(after: parameters.after, before: parameters.before, now: second)
        guard first != 0, first - 2 * step <= asked.before, last + 2 * step >= asked.after else { return nil }
        let grid = TimeGrid(parameters, updateEvery: step, first: first, last: last, now: second)
        let (from, through) = (max(grid.after, first), min(grid.before + step, last))
        guard from <= through, first <= grid.before else { return Window(grid: grid, points: nil) }
        return Window(grid: grid, points: database.shared(chart, from: from, to: through).beginning(at: from))
    }

    /// The row of a window: its values are asked of it; without the lock.
    public func row(of window: Window) -> Row {
        Row(
            points: window.points?.copied(),
            resampler: Resampler(grid: window.grid, grouping: parameters.grouping, groupOptions: ""),
            options: parameters.options
        )
    }

    /// One row over all dimensions of a chart. Several alarms may ask for parts of it: what is said of a dimension is
    /// computed once.
    public struct Row: Sendable {
        private let points: StoredPoints?
        private let resampler: Resampler
        private let options: QueryOptions
        private var known: [Double?]
        private var total: Double?

        fileprivate init(points: StoredPoints?, resampler: Resampler, options: QueryOptions) {
            self.points = points
            self.resampler = resampler
            self.options = options
            known = Array(repeating: nil, count: points?.columns.count ?? 0)
        }

        /// - Parameter dimensions: places of those that count, of ``WindowQuery/selection(_:of:)``.
        /// - Returns: the sum over the dimensions or, with `min2max`, how far apart they are; NaN where all are null.
        public mutating func value(dimensions: [Int32]) -> Double {
            let total = options.contains(.percentage) ? sumOfAll() : 1
            var sum = Double.nan
            var (least, most) = (0.0, 0.0)
            for dimension in dimensions {
                var value = value(Int(dimension))
                if options.contains(.percentage) { value = magnitude(value) * 100 / total }
                value = magnitude(value)
                if value.isNaN, options.contains(.null2zero) { value = 0 }
                guard !value.isNaN else { continue }
                sum = (sum.isNaN ? 0 : sum) + value
                least = min(least, value)
                most = max(most, value)
            }
            return options.contains(.min2max) && !sum.isNaN ? most - least : sum
        }

        /// What percentages are of; never 0.
        private mutating func sumOfAll() -> Double {
            if let total { return total }
            var sum = 0.0
            for dimension in known.indices {
                let value = magnitude(value(dimension))
                if !value.isNaN { sum += value }
            }
            total = sum == 0 ? 1 : sum
            return sum == 0 ? 1 : sum
        }

        private mutating func value(_ dimension: Int) -> Double {
            guard let points, known.indices.contains(dimension) else { return .nan }
            if let value = known[dimension] { return value }
            let value = resampler.column(points, dimension).last
            known[dimension] = value
            return value
        }

        private func magnitude(_ value: Double) -> Double { options.contains(.absolute) ? value.magnitude : value }
    }
}
