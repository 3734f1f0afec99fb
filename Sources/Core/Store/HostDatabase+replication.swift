/// What a parent may be given of a chart's past (streaming protocol §10 "Child, definition"). Unix seconds; both 0 where
/// nothing is kept.
public struct ReplicablePast: Sendable, Equatable {
    /// Where the oldest point begins.
    public var first: Int64
    /// Where the newest point ends.
    public var last: Int64
    /// Seconds.
    public var updateEvery: Int64

    public init(first: Int64, last: Int64, updateEvery: Int64) {
        self.first = first
        self.last = last
        self.updateEvery = updateEvery
    }
}

/// What the next collection of a chart continues from: what RDSTATE and RSSTATE say (streaming protocol §10).
public struct ReplicationState: Sendable, Equatable {
    public struct Dimension: Sendable, Equatable {
        /// µs since 1970; 0 where it was never collected.
        public var collectedAt: Int64
        /// The number as it was collected.
        public var collected: Int64
        /// What an incremental one has left over, the value of others.
        public var calculated: Double
        /// The newest point, not rounded to what is stored; 0 for a gap.
        public var stored: Double
    }

    /// The chart's clock: µs since 1970.
    public var lastCollected: Int64
    /// The newest point's time, µs since 1970; 0 where nothing is kept.
    public var lastUpdated: Int64
    /// In the chart's order.
    public var dimensions: [Dimension]
}

/// Tells whether a chart is what it was a moment ago.
public struct ChartMark: Sendable, Equatable {
    let collections: Int
    let lastCollected: Int64
    let lastUpdated: Int64
    let generation: UInt32
}

extension Chart {
    func past(isStoring: Bool) -> ReplicablePast {
        guard isStoring, hasClock else { return ReplicablePast(first: 0, last: 0, updateEvery: updateEvery) }
        return ReplicablePast(
            first: lastUpdated &- Int64(points) &* updateEvery,
            last: lastUpdated,
            updateEvery: updateEvery
        )
    }
}

/// What replication reads: also out of a ring, which queries do not see.
extension HostDatabase {
    /// From when to when there is something for a parent; `nil` for a chart that is gone.
    public func past(of ref: ChartRef) -> ReplicablePast? {
        pointer(ref)?.pointee.past(isStoring: isStoring)
    }

    /// The points with `after < end ≤ before`; see ``shared(_:from:to:)``.
    ///
    /// - Parameters:
    ///   - after: Unix seconds.
    ///   - before: Unix seconds.
    public func past(of ref: ChartRef, after: Int64, before: Int64) -> SharedPoints {
        guard let chart = pointer(ref), after < before else { return SharedPoints(firstTime: 0, step: 1, width: 0) }
        return stored(chart, ref, from: after &+ 1, to: before)
    }

    public func mark(of ref: ChartRef) -> ChartMark? {
        guard let chart = pointer(ref) else { return nil }
        return ChartMark(
            collections: chart.pointee.collections,
            lastCollected: chart.pointee.lastCollected,
            lastUpdated: chart.pointee.lastUpdated,
            generation: chart.pointee.generation
        )
    }

    /// Whether the chart's own child still sends what it missed (streaming protocol §10.6).
    public func isReplicating(_ ref: ChartRef) -> Bool { pointer(ref)?.pointee.isReplicating ?? false }

    /// Says whether what comes of a chart is its past.
    mutating func setReplicating(_ isReplicating: Bool, _ ref: ChartRef) {
        pointer(ref)?.pointee.isReplicating = isReplicating
    }

    /// The child has gone: what it had not sent yet does not come any more.
    public mutating func endReplication() {
        guard let charts else { return }
        for slot in 0..<Int(chartSlots) { charts[slot].isReplicating = false }
    }

    /// Where the next collection continues. A collection that is open counts for nothing yet.
    public func replicationState(of ref: ChartRef) -> ReplicationState? {
        guard let chart = pointer(ref) else { return nil }
        let count = Int(chart.pointee.dimensionCount)
        return ReplicationState(
            lastCollected: chart.pointee.hasClock ? chart.pointee.lastCollected : 0,
            lastUpdated: isStoring && chart.pointee.hasClock ? chart.pointee.lastUpdated &* 1_000_000 : 0,
            dimensions: (0..<count).compactMap { index in
                chart.pointee.dimensions.map { state(of: $0 + index, at: chart.pointee.lastActive) }
            }
        )
    }

    /// Where nothing is kept, nothing was calculated either: so it is in the original, and a parent starts with the next
    /// collection.
    private func state(of dimension: UnsafeMutablePointer<Dimension>, at now: Int64) -> ReplicationState.Dimension {
        let isCollected = dimension.pointee.collections > 0
        let latest = dimension.pointee.latest
        return ReplicationState.Dimension(
            collectedAt: isCollected ? now : 0,
            collected: dimension.pointee.previous,
            calculated: isStoring ? dimension.pointee.lastCalculated : 0,
            stored: isStoring && latest.isFinite ? latest : 0
        )
    }
}
