/// The answer to a query: rows in time order, one column for each dimension that is shown.
public struct QueryResult: Sendable {
    public struct Column: Sendable {
        /// Index of the chart among the plan's parts.
        public let part: Int
        public let dimension: QueryChart.Dimension
        public internal(set) var rows: QueryColumn
        /// Matched by a pattern: never left out as zero.
        let isExplicit: Bool
    }

    public let plan: QueryPlan
    public internal(set) var columns: [Column] = []
    /// Smallest and largest value of the answer, nulls counting as 0 (web API §7.5).
    public private(set) var minimum = 0.0
    public private(set) var maximum = 0.0
    /// Points read from each tier of the store, over all dimensions; full resolution first, at least that.
    public private(set) var pointsPerTier = [0]
    /// The same over all tiers.
    public var pointsRead: Int { pointsPerTier.reduce(0, +) }

    init(plan: QueryPlan) { self.plan = plan }

    mutating func count(_ points: Int, tier: Int) {
        while pointsPerTier.count <= tier { pointsPerTier.append(0) }
        pointsPerTier[tier] += points
    }

    /// Rows of the answer; none where no dimension is left.
    public var rowCount: Int { columns.isEmpty ? 0 : Int(plan.grid.rows) }

    /// The time at which a row ends.
    @inlinable public func time(_ row: Int) -> Int64 { plan.grid.firstRow + Int64(row) * plan.grid.step }

    mutating func finish(_ totals: RowTotals) {
        if !totals.isEmpty {
            for index in columns.indices {
                for row in columns[index].rows.values.indices {
                    columns[index].rows.values[row] = totals.percent(columns[index].rows.values[row], row: row)
                }
            }
        }
        findExtremes()
        guard plan.parameters.options.contains(.nonzero) else { return }
        let kept = columns.filter { $0.isExplicit || $0.rows.isNonzero }
        if !kept.isEmpty { columns = kept }
    }

    private mutating func findExtremes() {
        var (least, most) = (Double.infinity, -Double.infinity)
        for column in columns {
            for value in column.rows.values {
                let number = value.isNaN ? 0 : value
                if number < least { least = number }
                if number > most { most = number }
            }
        }
        if least <= most { (minimum, maximum) = (least, most) }
    }
}
