/// The stored times that an exported value is made of: two collections behind, so that they are complete (exporting §3).
public struct StoredWindow: Sendable, Equatable {
    /// Unix seconds, both ends included.
    public let from: Int64
    public let through: Int64

    /// - Parameters:
    ///   - after: Unix seconds of the export before this one.
    ///   - before: Unix seconds of this one.
    /// - Returns: `nil` where nothing is stored in it.
    public init?(after: Int64, before: Int64, _ retention: Retention) {
        let step = max(1, retention.updateEvery)
        guard retention.points > 0 else { return nil }
        var from = after - 2 * step
        var through = before - 2 * step
        from -= from % step
        through -= through % step + step
        if from > through { from = through }
        guard through >= retention.first, from <= retention.last else { return nil }
        self.from = max(from, retention.first)
        self.through = min(through, retention.last)
    }

    /// The window of somebody who comes again and again, for whom a point that is told twice is the same both times.
    ///
    /// Where nothing was stored since the last visit its newest point is told again, of the window in which it was told first: two
    /// values of one time are one too many for a Prometheus.
    ///
    /// - Parameter visits: Unix seconds of former visits, ascending, one at least.
    public init?(visits: [Int64], before: Int64, _ retention: Retention) {
        let step = max(1, retention.updateEvery)
        let through = before - 2 * step - (before - 2 * step) % step - step
        let after = visits.last { $0 - 2 * step - ($0 - 2 * step) % step <= through } ?? visits[visits.count - 1]
        self.init(after: after, before: before, retention)
    }

    /// The sum of the points that are no gaps; `nil` where all of them are.
    public static func sum(_ codes: [UInt32]) -> Double? { total(codes).map(\.sum) }

    /// Their average.
    public static func average(_ codes: [UInt32]) -> Double? { total(codes).map { $0.sum / Double($0.count) } }

    private static func total(_ codes: [UInt32]) -> (sum: Double, count: Int)? {
        var total = (sum: 0.0, count: 0)
        for code in codes where code != StorageNumber.empty {
            total.sum += StorageNumber.value(code)
            total.count += 1
        }
        return total.count > 0 ? total : nil
    }
}

extension ChartSnapshot {
    /// Whether exporters see it.
    public var isExported: Bool { collections > 0 && !dimensions.isEmpty && !definition.options.contains(.obsolete) }
}
