/// What one sender may make the store hold. Beyond a limit the surplus is refused and counted, and the rest goes on.
public struct StoreLimits: Sendable, Equatable {
    public var chartsPerHost = 50_000
    public var dimensionsPerChart = 5_000
    public var labelsPerChart = 100
    public var labelsPerHost = 500
    public var variablesPerChart = 1_000
    public var variablesPerHost = 5_000
    /// Bytes of a chart's or a dimension's id (streaming protocol §8.1).
    public var idBytes = 200
    /// Bytes of every other text: longer ones are cut.
    public var textBytes = 1_000
    /// Seconds between two points of a chart: larger ones count as this.
    public var updateEvery = 86_400

    public static let standard = StoreLimits()

    public init() {}
}
