/// When a connector is due: in the last step of each of its periods (exporting §2).
struct Schedule: Sendable, Equatable {
    /// Seconds.
    private let period: Int64
    private let step: Int64
    private var index: Int64
    private var last: Int64

    /// - Parameters:
    ///   - period: seconds between batches.
    ///   - step: seconds between collections.
    ///   - now: Unix seconds.
    init(period: Int, step: Int, now: Int64) {
        self.period = Int64(max(1, period))
        self.step = Int64(min(max(1, step), max(1, period)))
        index = (now + self.step) / self.period
        last = now
    }

    /// Asked every second, or later where the machine was asleep.
    /// - Returns: since when values are wanted, Unix seconds; `nil` while it is not due.
    mutating func due(at now: Int64) -> Int64? {
        let current = (now + step) / period
        guard current != index else { return nil }
        let isBackwards = current < index
        defer { (index, last) = (current, now) }
        // The clock was set back: what lies before it was sent already.
        return isBackwards ? nil : last
    }
}
