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
    /// Columns that the option `nonzero` has left out: they count in ``extremes``.
    private var leftOut: [Column] = []
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
            for index in columns.indices { totals.makePercentages(&columns[index].rows.values) }
        }
        guard plan.parameters.options.contains(.nonzero) else { return }
        let isKept = { (column: Column) in column.isExplicit || column.rows.isNonzero }
        guard columns.contains(where: isKept) else { return }
        leftOut = columns.filter { !isKept($0) }
        columns = columns.filter(isKept)
    }

    /// Smallest and largest value of the answer, nulls counting as 0 (web API §7.5).
    public var extremes: (least: Double, most: Double) {
        let all = (columns + leftOut).lazy.map(\.rows.extremes)
        let (least, most) = all.reduce((Double.infinity, -Double.infinity)) {
            (min($0.0, $1.least), max($0.1, $1.most))
        }
        return least <= most ? (least, most) : (0, 0)
    }
}
