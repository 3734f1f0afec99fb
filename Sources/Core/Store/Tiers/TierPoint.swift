/// What one point of a downsampled tier says about the points of the tier below that lie in its time (storage §4).
///
/// Its time ends at a multiple of the tier's step and holds the points that end in it, the last moment included.
public struct TierPoint: Sendable, Equatable {
    /// The sum of all values: average × count, so as precise as the average is stored.
    public var sum: Double
    /// Smallest and largest value as they were stored; NaN in a gap.
    public var minimum: Double
    public var maximum: Double
    /// Points of tier 0 that had a value; 0 is a gap.
    public var count: UInt32
    /// Whether a counter was reset or ran over in its time.
    public var isReset: Bool

    public init(sum: Double, minimum: Double, maximum: Double, count: UInt32, isReset: Bool = false) {
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
        self.count = count
        self.isReset = isReset
    }

    public static let gap = TierPoint(sum: 0, minimum: .nan, maximum: .nan, count: 0)

    /// NaN in a gap.
    public var average: Double { count == 0 ? .nan : sum / Double(count) }

    public static func == (one: TierPoint, other: TierPoint) -> Bool {
        one.count == other.count
            && (one.count == 0
                || one.sum == other.sum && one.minimum == other.minimum && one.maximum == other.maximum
                    && one.isReset == other.isReset)
    }
}

/// From when to when a chart has points of a tier, without holes between them.
public struct TierSpan: Sendable, Equatable {
    /// 0 is full resolution.
    public var tier: Int
    /// Unix seconds at which the oldest and the newest point end; both 0 where there is none.
    public var first: Int64
    public var last: Int64
    /// Seconds of a point.
    public var step: Int64

    public init(tier: Int, first: Int64, last: Int64, step: Int64) {
        self.tier = tier
        self.first = first
        self.last = last
        self.step = step
    }

    public var isEmpty: Bool { first == 0 || last < first }
}
