/// Which tier a chart's points are read from (web API §7.7).
struct TierChoice {
    private let grid: TimeGrid

    init(_ grid: TimeGrid) { self.grid = grid }

    /// The tier that the request fixes, `nil` where there is a choice. One that does not exist is as if not named; the option
    /// without a number means full resolution.
    ///
    /// - Parameter tiers: how many there are.
    static func fixed(_ parameters: QueryParameters, tiers: Int) -> Int? {
        if let tier = parameters.tier, tier < Int64(max(1, tiers)) { return Int(tier) }
        return parameters.options.contains(.selectedTier) ? 0 : nil
    }

    /// The span of the tier to be read: the fixed one, or the best of the tiers from `lowest` on. Higher ones win ties: fewer
    /// points, the same rows.
    func source(of chart: QueryChart, fixed: Int?, from lowest: Int) -> TierSpan {
        if let fixed {
            return chart.span(of: fixed) ?? TierSpan(tier: fixed, first: 0, last: 0, step: chart.updateEvery)
        }
        var best = chart.tiers[0]
        var highest: Int64 = -1
        for span in chart.tiers where span.tier >= lowest {
            let score = score(span)
            if score > 0 || span.tier == 0, score >= highest {
                best = span
                highest = score
            }
        }
        return best
    }

    /// The share of the window that a tier covers, in millionths; less by the share of rows that it has no point of its own
    /// for.
    func score(_ span: TierSpan) -> Int64 {
        let window = grid.before - grid.after
        guard !span.isEmpty, window > 0 else { return 0 }
        let overlap = min(grid.before, span.last) - max(grid.after, span.first)
        guard overlap > 0 else { return 0 }
        let coverage = overlap * Self.millionths / window
        let points = overlap / span.step
        return points < grid.rows ? coverage * points / grid.rows : coverage
    }

    private static let millionths: Int64 = 1_000_000
}

extension QueryChart {
    func span(of tier: Int) -> TierSpan? { tiers.first { $0.tier == tier } }
}
