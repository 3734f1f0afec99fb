import Basics

/// What a collection touches of a dimension. Flat, so that a chart's dimensions are one run of memory.
struct Dimension {
    /// The first of all, for ``UnsafeMutablePointer/word``.
    let id: Identifier
    /// What was set since the last end.
    var collected: Int64 = 0
    /// What the collection before set: P of web API §5.2.
    var previous: Int64 = 0
    /// The value of the collection being finished.
    var calculated = 0.0
    /// What the collection before left over (incremental), or its value (others).
    var lastCalculated = 0.0
    /// The newest point, not rounded to what is stored; NaN for a gap.
    var latest = Double.nan
    var multiplier: Double
    var divisor: Double
    /// Finished collections that brought a value, up to two: only the first is special.
    var collections: UInt8 = 0
    var algorithm: Algorithm
    var noreset: Bool
    /// Set since the last end.
    var isUpdated = false
    /// Whether a value beyond 32 bits was ever seen: tells how wide the counter behind it is.
    var isWide = false
    /// Seconds from its last value to the chart's last collection; ``neverSet`` and more are one.
    var secondsUnset = Dimension.neverSet

    static let neverSet = UInt16.max

    /// When it was set last, Unix seconds; 0 before that.
    /// - Parameter chart: when its chart was collected last.
    func lastSet(_ chart: Int64) -> Int64 { secondsUnset == Dimension.neverSet ? 0 : chart &- Int64(secondsUnset) }

    init(_ definition: DimensionDefinition, id: Identifier) {
        self.id = id
        multiplier = Double(definition.multiplier)
        divisor = Double(definition.divisor)
        algorithm = definition.algorithm
        noreset = definition.options.contains(.noreset)
    }
}
