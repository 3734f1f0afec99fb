import Basics

/// Points that come with their time instead of being calculated here.
extension HostDatabase {
    /// Appends one finished point per dimension to a chart. What lies between its newest point and this one becomes a gap, and
    /// the chart's clock stands at `time` afterwards.
    ///
    /// - Parameters:
    ///   - values: in the order of the dimensions; a missing one is a gap.
    ///   - time: Unix seconds, a multiple of the chart's update every.
    /// - Returns: `false` where the chart is gone, or already has that time, or `time` is not on its grid.
    @discardableResult
    public mutating func load(_ values: [Double?], at time: Int64, into ref: ChartRef) -> Bool {
        guard let chart = pointer(ref), time > 0, time % chart.pointee.updateEvery == 0,
            time <= HostDatabase.endOfTime / microsecondsPerSecond
        else { return false }
        if chart.pointee.hasClock {
            guard time > chart.pointee.lastUpdated else { return false }
            let steps = (time &- chart.pointee.lastUpdated) / chart.pointee.updateEvery
            appendGaps(Int(steps &- 1), chart, Int(ref.index))
        }
        let row = appendRow(chart, Int(ref.index))
        for index in 0..<Int(chart.pointee.dimensionCount) {
            guard let dimension = chart.pointee.dimensions.map({ $0 + index }) else { break }
            let value = index < values.count ? values[index] : nil
            dimension.pointee.latest = value ?? .nan
            if dimension.pointee.collections < 2 { dimension.pointee.collections &+= 1 }
            row?[index] = StorageNumber.encode(value ?? .nan)
        }
        chart.pointee.hasClock = true
        chart.pointee.syncClock = false
        chart.pointee.isRecalled = false
        chart.pointee.lastUpdated = time
        chart.pointee.lastCollected = time &* microsecondsPerSecond
        chart.pointee.collections &+= 1
        return true
    }
}
