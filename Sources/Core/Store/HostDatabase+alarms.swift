import Basics

/// Single values of charts, for alarms: read by the dozen under one lock, and nothing is copied for them.
extension HostDatabase {
    /// What decides whether a chart's alarms can be evaluated (health §5.1).
    public struct ChartClock: Sendable {
        /// Collections since it was defined or reset.
        public var collections: Int
        /// When it was collected last by its own clock, Unix seconds; 0 before the first time.
        public var lastCollected: Int
        public var updateEvery: Int
        public var isObsolete: Bool
        /// Unix seconds of the oldest and the newest point; 0 without any.
        public var first: Int
        public var last: Int
    }

    /// `nil` for a chart that is gone.
    public func clock(of ref: ChartRef) -> ChartClock? {
        guard let chart = pointer(ref) else { return nil }
        let retention = retention(of: ref)
        return ChartClock(
            collections: chart.pointee.collections,
            lastCollected: Int(chart.pointee.hasClock ? chart.pointee.lastCollected / microsecondsPerSecond : 0),
            updateEvery: Int(chart.pointee.updateEvery),
            isObsolete: chart.pointee.isObsolete,
            first: Int(retention.reportedFirst(settings.mode)),
            last: Int(retention.last)
        )
    }

    /// When a chart was collected last by its own clock, Unix seconds; 0 before the first time, `nil` for one that is gone.
    public func lastCollected(of ref: ChartRef) -> Int? {
        pointer(ref).map { Int($0.pointee.hasClock ? $0.pointee.lastCollected / microsecondsPerSecond : 0) }
    }

    /// Seconds between two of its collections; `nil` for one that is gone.
    public func updateEvery(of ref: ChartRef) -> Int? { pointer(ref).map { Int($0.pointee.updateEvery) } }

    /// Whether its source has spoken of a chart in this run: others are known from a disk only.
    public func isDefined(_ ref: ChartRef) -> Bool {
        guard let chart = pointer(ref) else { return false }
        return !chart.pointee.isRecalled || chart.pointee.collections > 0
    }

    /// A dimension's newest value; NaN for a gap. Of a chart that was never collected it is 0, as in 1.37.1.
    public func newestValue(of ref: ChartRef, _ dimension: Int) -> Double {
        guard let chart = pointer(ref), chart.pointee.collections > 0 else { return 0 }
        guard let one = pointer(to: dimension, of: ref), one.pointee.collections > 0 else { return .nan }
        return one.pointee.latest
    }

    /// What was collected last for a dimension, as it was collected.
    public func collectedValue(of ref: ChartRef, _ dimension: Int) -> Double {
        guard let one = pointer(to: dimension, of: ref), one.pointee.collections > 0 else { return .nan }
        return Double(one.pointee.previous)
    }

    /// When a dimension was set last, Unix seconds of this machine's clock; 0 before that.
    public func collectedAt(_ ref: ChartRef, _ dimension: Int) -> Int {
        guard let chart = pointer(ref), let one = pointer(to: dimension, of: ref) else { return 0 }
        return Int(one.pointee.lastSet(chart.pointee.lastEnded))
    }

    /// What a plugin or a child set for a chart.
    public func variable(_ name: String, of ref: ChartRef) -> Double? {
        pointer(ref) == nil ? nil : records[Int(ref.index)]?.variables[name]
    }

    public func variables(of ref: ChartRef) -> [String: Double] {
        pointer(ref) == nil ? [:] : records[Int(ref.index)]?.variables ?? [:]
    }

    /// Changes with whatever alarms are bound to: definitions, names of variables, and what becomes obsolete or defined.
    public var bindingsStamp: UInt64 {
        guard let charts else { return 0 }
        var stamp = definitionsStamp ^ variableNames &* 0x9e37_79b9_7f4a_7c15
        for slot in 0..<Int(chartSlots) where records[slot] != nil {
            let isDefined = !charts[slot].isRecalled || charts[slot].collections > 0
            if isDefined { stamp = (stamp ^ UInt64(truncatingIfNeeded: slot)) &* 0x0000_0100_0000_01b3 }
        }
        return stamp
    }

    private func pointer(to dimension: Int, of ref: ChartRef) -> UnsafeMutablePointer<Dimension>? {
        guard let chart = pointer(ref), dimension >= 0, dimension < Int(chart.pointee.dimensionCount) else {
            return nil
        }
        return chart.pointee.dimensions.map { $0 + dimension }
    }
}
