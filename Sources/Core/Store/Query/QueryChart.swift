public import Basics

/// A chart as a query sees it: what it is called and what is stored of it.
public struct QueryChart: Sendable {
    public struct Dimension: Sendable {
        public var id: String
        public var name: String
        /// Returned only to those who name it; always part of percentages.
        public var isHidden: Bool
        /// The last stored value; NaN is null.
        public var latest: Double

        public init(id: String, name: String, isHidden: Bool = false, latest: Double = .nan) {
            self.id = id
            self.name = name
            self.isHidden = isHidden
            self.latest = latest
        }
    }

    public let id: String
    public let name: String
    public let context: String
    /// Seconds between two stored points, at least 1.
    public let updateEvery: Int64
    /// Oldest and newest stored time over all tiers; both 0 where nothing is stored.
    public let first: Int64
    public let last: Int64
    /// Of each tier, full resolution first.
    public let tiers: [TierSpan]
    public let labels: [(key: String, value: String)]
    public let dimensions: [Dimension]

    /// - Parameters:
    ///   - first, last: of full resolution; both 0 where there is none.
    ///   - higherTiers: the spans of tier 1, 2 …; none where only full resolution is kept.
    public init(
        id: String,
        name: String,
        context: String,
        updateEvery: Int64,
        first: Int64,
        last: Int64,
        higherTiers: [TierSpan] = [],
        labels: [(key: String, value: String)] = [],
        dimensions: [Dimension]
    ) {
        self.id = id
        self.name = name
        self.context = context
        let updateEvery = min(max(1, updateEvery), Self.longestStep)
        self.updateEvery = updateEvery
        tiers = [TierSpan(tier: 0, first: first, last: last, step: updateEvery)] + higherTiers.map { $0.bounded }
        let kept = tiers.filter { !$0.isEmpty }
        self.first = kept.map { $0.first }.min() ?? first
        self.last = kept.map { $0.last }.max() ?? last
        self.labels = labels
        self.dimensions = dimensions
    }

    /// Seconds that a point may have.
    fileprivate static let longestStep: Int64 = 366 * 86_400

    /// Whether anything of it may lie in a window (web API §7.1, "time frame").
    func isWithin(after: Int64, before: Int64) -> Bool {
        first != 0 && first - 2 * updateEvery <= before && last + 2 * updateEvery >= after
    }
}

extension TierSpan {
    /// With numbers that may be added and divided by.
    fileprivate var bounded: TierSpan {
        func time(_ time: Int64) -> Int64 { min(max(0, time), 1 << 40) }
        return TierSpan(
            tier: tier,
            first: time(first),
            last: time(last),
            step: min(max(1, step), QueryChart.longestStep)
        )
    }
}

/// Which dimensions a list of patterns means, as queries and lookups of alarms have it; `nil` where it means all.
public func dimensionPattern(_ text: String) -> SimplePattern? { QuerySelection.pattern(text) }

/// Which charts and dimensions a query means.
struct QuerySelection {
    private let chart: SimplePattern?
    private let context: SimplePattern?
    private let dimensions: SimplePattern?
    private let labels: SimplePattern?
    private let labelKeys: SimplePattern?
    private let matchesIDs: Bool
    private let matchesNames: Bool

    /// - Parameter single: the chart was found by its id or name, so its text is no pattern.
    init(_ parameters: QueryParameters, single: Bool) {
        chart = single ? nil : Self.pattern(parameters.chart)
        context = single ? nil : Self.pattern(parameters.context)
        dimensions = Self.pattern(parameters.dimensions)
        labels = Self.pattern(parameters.labelFilter)
        labelKeys = Self.pattern(parameters.labelKeys)
        let (ids, names) = (parameters.options.contains(.matchIDs), parameters.options.contains(.matchNames))
        matchesIDs = ids || !names
        matchesNames = names || !ids
    }

    /// Whether a chart is meant by its context.
    func hasContext(_ candidate: QueryChart) -> Bool { context?.matches(candidate.context) ?? true }

    /// Whether one of the context is meant by its name and its labels.
    func includes(_ candidate: QueryChart) -> Bool {
        if let chart {
            let isNamed =
                matchesIDs && chart.matches(candidate.id) || matchesNames && chart.matches(candidate.name)
            guard isNamed else { return false }
        }
        if let labels, !candidate.labels.contains(where: { labels.matches("\($0.key):\($0.value)") }) { return false }
        if let labelKeys, !candidate.labels.contains(where: { labelKeys.matches($0.key) }) { return false }
        return true
    }

    var namesDimensions: Bool { dimensions != nil }

    /// Nil where all dimensions are meant.
    func matches(_ dimension: QueryChart.Dimension) -> Bool? {
        guard let dimensions else { return nil }
        return matchesIDs && dimensions.matches(dimension.id) || matchesNames && dimensions.matches(dimension.name)
    }

    /// Words between `,` and `|`; a blank inside a word belongs to it, as in "context switches".
    static func pattern(_ text: String) -> SimplePattern? {
        guard !text.isEmpty else { return nil }
        let words = text.split(whereSeparator: { $0 == "," || $0 == "|" }).map { word in
            var escaped = ""
            for character in word.drop(while: \.isWhitespace) {
                if character.isWhitespace, escaped.last != "\\" { escaped.append("\\") }
                escaped.append(character)
            }
            return escaped
        }
        let pattern = SimplePattern(words.joined(separator: ","), separators: ",")
        return pattern.isEmpty ? nil : pattern
    }
}
