/// A copy of the points of one chart in one time frame.
public struct StoredPoints: Sendable, Equatable {
    /// Unix seconds of the first element of every column.
    public var firstTime: Int64
    /// Seconds between two points: the chart's update every.
    public var step: Int64
    /// How many points each column has.
    public var count: Int
    /// Per dimension, in the chart's order: ``StorageNumber`` codes, 0 where there is nothing.
    public var columns: [[UInt32]]

    public init(firstTime: Int64, step: Int64, columns: [[UInt32]]) {
        self.firstTime = firstTime
        self.step = step
        self.columns = columns
        count = columns.first?.count ?? 0
    }

    /// Unix seconds of the last point; before ``firstTime`` when there is none.
    public var lastTime: Int64 { firstTime + Int64(count - 1) * step }
}

/// From when to when a chart has points (storage §2).
public struct Retention: Sendable, Equatable {
    /// Unix seconds of the oldest point. 0 when nothing is stored.
    public var first: Int64
    /// Unix seconds of the newest point. 0 when nothing is stored.
    public var last: Int64
    /// Seconds between points.
    public var updateEvery: Int64
    /// How many points there are.
    public var points: Int

    /// What a host reports as oldest, and where its queries begin: in the modes that keep everything in memory one step before
    /// the oldest point, as if there was a gap (storage §2).
    public func reportedFirst(_ mode: MemoryMode) -> Int64 {
        points == 0 ? 0 : mode == .dbengine ? first : first - updateEvery
    }

    public static func empty(updateEvery: Int64) -> Retention {
        Retention(first: 0, last: 0, updateEvery: updateEvery, points: 0)
    }
}

/// Two that are equal: nothing has been collected or defined between them.
public struct ChartStamp: Sendable, Hashable {
    let chart: ChartRef
    let generation: UInt32
    let collections: Int
    let lastUpdated: Int64
    let points: Int
    let isObsolete: Bool
}

/// What a dimension looks like right now.
public struct LatestValue: Sendable, Equatable {
    public var id: String
    public var name: String
    public var options: DimensionOptions
    /// The number as it was collected last.
    public var collected: Int64
    /// The last value, not rounded to what is stored; `nil` where the newest point is empty.
    public var value: Double?
    /// Whether it was ever collected.
    public var isCollected: Bool
    /// When it was collected last, Unix seconds of this machine's clock; 0 before that.
    public var collectedAt: Int64
    public var multiplier: Int64
    public var divisor: Int64
}

/// Everything about a chart but its points.
public struct ChartSnapshot: Sendable, Equatable {
    public var ref: ChartRef
    public var definition: ChartDefinition
    public var dimensions: [DimensionDefinition]
    public var retention: Retention
    /// ``Retention/reportedFirst(_:)`` of the host's mode. Unix seconds.
    public var reportedFirst: Int64
    public var variables: [String: Double]
    /// Collections since it was defined or reset.
    public var collections: Int
    /// Microseconds since 1970 of the last collection by the chart's own clock; 0 before the first.
    public var lastCollected: Int64
    /// Changes with every change of the definition.
    public var generation: UInt32
}
