public import Basics

/// A chart's points as a tier knows them: whose, which chart, and the columns that are wanted.
public struct TierSeries: Sendable, Hashable {
    public var host: GUID
    /// The chart's id.
    public var chart: String
    /// Seconds between two points of tier 0.
    public var updateEvery: Int64
    /// Ids of the dimensions, in the order in which columns are to come.
    public var dimensions: [String]

    public init(host: GUID, chart: String, updateEvery: Int64, dimensions: [String]) {
        self.host = host
        self.chart = chart
        self.updateEvery = updateEvery
        self.dimensions = dimensions
    }
}

/// Whoever keeps downsampled tiers: the disk store. Asked by readers, from any thread and without the host's lock.
public protocol TierSource: Sendable {
    /// From when to when ``points(_:tier:from:through:)`` can give points, for each tier from 1 on, in order. A tier without
    /// points has an empty span, not none.
    ///
    /// A span may reach beyond what is stored of the tier: what its head or its tail does not have yet, the source makes of
    /// the tier below (``TierMaker``). Only complete points count.
    func spans(_ series: TierSeries) -> [TierSpan]

    /// Whether ``spans(_:)`` of a host's charts asks no disk at this moment.
    func knowsSpans(of host: GUID) -> Bool

    /// The points of a tier that end in `from...through`, Unix seconds: one uniform run, gaps where nothing is known.
    ///
    /// - Returns: a column for each dimension of the series; `nil` where the tier or the chart is gone or could not be read.
    func points(_ series: TierSeries, tier: Int, from: Int64, through: Int64) -> TierColumns?
}
