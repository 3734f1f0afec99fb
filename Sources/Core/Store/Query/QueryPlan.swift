import Basics

/// Why a query has no answer.
public enum QueryRefusal: Error, Equatable, Sendable {
    /// Neither chart nor context was given.
    case nothingAsked
    /// No such chart, no dimension that matches, or nothing stored in the window.
    case nothingMatched
    /// One of ``QueryLimits``; the text says which.
    case tooLarge(String)
}

/// A query against charts whose points are still to be copied: what is selected and which rows come out.
///
/// Made and run in two steps, so that a host's lock is held for copying only: describe the charts under the lock, plan,
/// copy the points of one chart at a time (``points(of:)`` says which), and ``run(_:)`` without any lock.
public struct QueryPlan: Sendable {
    public struct Part: Sendable {
        public let chart: QueryChart
        /// Indices of the chart's dimensions whose rows are returned.
        public let shown: [Int]
        /// Indices of the ones that are computed: with percentages, all of them.
        public let computed: [Int]
        /// Whether a pattern named the dimensions: those count as nonzero always.
        let isExplicit: Bool
        /// Where the points come from: one tier for the whole window. Empty where the chart has not the tier asked for.
        public internal(set) var source: TierSpan

        public var tier: Int { source.tier }
    }

    /// What was asked for, and the option `selected-tier` wherever a tier is fixed.
    public let parameters: QueryParameters
    /// The tier that was asked for, if there is such a one.
    public let fixedTier: Int?
    /// Whether the query names exactly one chart, by id or name.
    public let isSingleChart: Bool
    public private(set) var parts: [Part]
    /// The charts of the contexts that are asked for, whether they are meant by their names and labels or not, and whether they have
    /// anything in the window or not.
    public let candidates: [QueryChart]
    public let grid: TimeGrid
    public let updateEvery: Int64
    public let first: Int64
    public let last: Int64

    /// - Parameters:
    ///   - charts: all charts of the host, or at least the ones that may match, in the host's order.
    ///   - tiers: how many the host has; a tier beyond them cannot be asked for.
    ///   - now: microseconds since 1970.
    public init(
        _ parameters: QueryParameters,
        charts: [QueryChart],
        tiers: Int = 1,
        now: Int64,
        limits: QueryLimits = QueryLimits()
    ) throws(QueryRefusal) {
        // All of them are none in particular.
        guard [parameters.chart, parameters.context].contains(where: { !$0.isEmpty && $0 != "*" }) else {
            throw .nothingAsked
        }
        let patterns = parameters.dimensions.utf8.lazy.filter { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: ",") }
        guard patterns.count <= limits.patterns else { throw .tooLarge("more than \(limits.patterns) dimensions") }
        let single =
            parameters.context.isEmpty
            ? charts.first { $0.id == parameters.chart } ?? charts.first { $0.name == parameters.chart } : nil
        let selection = QuerySelection(parameters, single: single != nil)
        let second = now / 1_000_000 - 1
        let window = TimeGrid.absolute(after: parameters.after, before: parameters.before, now: second)

        let candidates = (single.map { [$0] } ?? Self.byContext(charts)).filter { chart in
            chart.first != 0 && selection.hasContext(chart)
        }
        let parts = candidates.compactMap { chart in
            chart.isWithin(after: window.after, before: window.before) && selection.includes(chart)
                ? Part(chart, selection, isPercentage: parameters.options.contains(.percentage)) : nil
        }
        guard !parts.isEmpty else { throw .nothingMatched }
        let fixed = TierChoice.fixed(parameters, tiers: tiers)
        var parameters = parameters
        if fixed != nil { parameters.options.insert(.selectedTier) }
        self.parameters = parameters
        self.parts = parts
        fixedTier = fixed
        isSingleChart = single != nil
        self.candidates = candidates
        // All of the contexts count, also those that their names, labels or times leave out: so the original has it.
        updateEvery = candidates.map { $0.updateEvery }.min() ?? 1
        first = parts.map { $0.chart.first }.min() ?? 0
        last = parts.map { $0.chart.last }.max() ?? 0
        // Natural rows of a tier that was asked for are its points.
        let step = fixed.flatMap { tier in candidates.compactMap { $0.span(of: tier)?.step }.min() }
        grid = TimeGrid(
            parameters,
            updateEvery: step ?? updateEvery,
            first: first,
            last: last,
            now: second,
            limits: limits
        )
        chooseTiers(limits)
        try checkSize(limits)
    }

    /// Several charts are answered context by context, in the order in which these came up.
    private static func byContext(_ charts: [QueryChart]) -> [QueryChart] {
        var places: [String: Int] = [:]
        var groups: [[QueryChart]] = []
        for chart in charts {
            let place = places[chart.context] ?? groups.count
            if place == groups.count {
                places[chart.context] = place
                groups.append([])
            }
            groups[place].append(chart)
        }
        return groups.flatMap { $0 }
    }

    /// Each part's best tier. If that were too much to read, the best ones among the higher tiers.
    private mutating func chooseTiers(_ limits: QueryLimits) {
        let highest = parts.map { $0.chart.tiers.count }.max() ?? 1
        var lowest = 0
        repeat {
            for index in parts.indices {
                parts[index].source = TierChoice(grid).source(of: parts[index].chart, fixed: fixedTier, from: lowest)
            }
            lowest += 1
        } while fixedTier == nil && lowest < highest && storedPoints > limits.storedPoints
    }

    private func checkSize(_ limits: QueryLimits) throws(QueryRefusal) {
        guard values <= limits.values else {
            throw .tooLarge("\(grid.rows) rows of \(columns) dimensions (limit \(limits.values) values)")
        }
        let stored = storedPoints
        guard stored <= limits.storedPoints else {
            throw .tooLarge("\(stored) stored points (limit \(limits.storedPoints))")
        }
    }

    private var columns: Int { parts.reduce(0) { $0 + $1.computed.count } }

    /// Values to be computed: rows × dimensions.
    public var values: Int64 { Int64(columns) * grid.rows }

    /// Points to be read, over all dimensions and each in its tier.
    public var storedPoints: Int64 {
        var stored: Int64 = 0
        for part in parts {
            guard let range = points(of: part) else { continue }
            stored += (range.upperBound - range.lowerBound) / part.source.step * Int64(part.computed.count)
        }
        return stored
    }

    /// The times at which the points end that a part needs, in its tier; nil where it needs none. A point may end behind the
    /// window: the last row lies on the line to it. One may end in front of it, for the line to the first row.
    public func points(of part: Part) -> ClosedRange<Int64>? {
        let source = part.source
        guard source.tier == 0 || !source.isEmpty else { return nil }
        let from = max(grid.after - source.step + 1, source.first)
        let through = min(grid.before + source.step, source.last)
        return from <= through && source.first <= grid.before ? from...through : nil
    }

    /// - Parameters:
    ///   - points: copies the points of a part of tier 0, at least those of ``points(of:)``; nil where they are gone.
    ///   - tier: the same for a part of a higher tier: a column for each of the chart's dimensions.
    public func run(
        _ points: (Part, ClosedRange<Int64>) -> StoredPoints?,
        tier: (Part, ClosedRange<Int64>) -> TierColumns? = { _, _ in nil }
    ) -> QueryResult {
        let resampler = Resampler(
            grid: grid,
            grouping: parameters.grouping,
            groupOptions: parameters.groupOptions,
            readsAnomalies: parameters.options.contains(.anomalyBit)
        )
        var totals = RowTotals(isNeeded: parameters.options.contains(.percentage), grid.rows, parameters.options)
        var result = QueryResult(plan: self)
        for (index, part) in parts.enumerated() {
            let times = self.points(of: part)
            let copy = part.tier == 0 ? times.flatMap { points(part, $0) } : nil
            let rows = part.tier > 0 ? times.flatMap { tier(part, $0) } : nil
            let shown = Set(part.shown)
            for dimension in part.computed {
                let column =
                    copy.map { resampler.column($0, dimension) } ?? rows.map { resampler.column($0, dimension) }
                    ?? .nulls(Int(grid.rows))
                result.count(column.pointsRead, tier: part.tier)
                totals.add(column)
                if shown.contains(dimension) {
                    result.columns.append(
                        QueryResult.Column(
                            part: index,
                            dimension: part.chart.dimensions[dimension],
                            rows: column,
                            isExplicit: part.isExplicit
                        )
                    )
                }
            }
        }
        result.finish(totals)
        return result
    }
}

extension QueryPlan.Part {
    fileprivate init?(_ chart: QueryChart, _ selection: QuerySelection, isPercentage: Bool) {
        var shown: [Int] = []
        var isExplicit = false
        for (index, dimension) in chart.dimensions.enumerated() {
            let verdict = selection.matches(dimension)
            if verdict == true { isExplicit = true }
            if verdict ?? !dimension.isHidden { shown.append(index) }
        }
        // Nothing matches: no answer. Nothing but hidden dimensions, or nothing to be a percentage: an answer without data.
        let isAnswered = isPercentage || !selection.namesDimensions
        guard !shown.isEmpty || isAnswered && !chart.dimensions.isEmpty else { return nil }
        self.chart = chart
        self.shown = shown
        self.isExplicit = isExplicit
        source = chart.tiers[0]
        computed = isPercentage ? Array(chart.dimensions.indices) : shown
    }
}

/// What the values of a row add up to, for percentages.
struct RowTotals {
    private var totals: [Double]
    private let takesMagnitudes: Bool

    init(isNeeded: Bool, _ rows: Int64, _ options: QueryOptions) {
        totals = isNeeded ? Array(repeating: 0, count: Int(rows)) : []
        takesMagnitudes = options.contains(.absolute)
    }

    mutating func add(_ column: QueryColumn) {
        guard !totals.isEmpty else { return }
        for (row, value) in column.values.enumerated() where !value.isNaN {
            totals[row] += takesMagnitudes ? value.magnitude : value
        }
    }

    var isEmpty: Bool { totals.isEmpty }

    /// Replaces a column's values by their shares of the rows.
    func makePercentages(_ values: inout [Double]) {
        for row in values.indices {
            let value = takesMagnitudes ? values[row].magnitude : values[row]
            values[row] = value * 100 / (totals[row] == 0 ? 1 : totals[row])
        }
    }
}

extension QueryPlan {
    /// The keys of the charts' labels that the query asks to see: those that it names, in its order, and then those that a
    /// pattern of it means, in the order in which they come up.
    public var labelKeys: [String] {
        guard let pattern = QuerySelection.pattern(parameters.labelKeys) else { return [] }
        let words = parameters.labelKeys.split { $0 == "," || $0 == "|" }.map(String.init)
        var keys = words.filter { !$0.contains("*") && !$0.hasPrefix("!") }
        guard keys.count < words.count else { return keys }
        for label in parts.flatMap(\.chart.labels) where pattern.matches(label.key) && !keys.contains(label.key) {
            keys.append(label.key)
        }
        return keys
    }
}
