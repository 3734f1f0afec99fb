/// One dimension's points of a tier, as codes: four columns of equal length.
public struct TierColumn: Sendable, Equatable {
    /// ``StorageNumber`` codes; the RESET mark stands here. 0 is a gap.
    public var averages: [UInt32]
    /// ``StorageNumber`` codes of stored values, so exact. 0 in a gap.
    public var minima: [UInt32]
    public var maxima: [UInt32]
    /// Points of tier 0 that had a value. 0 is a gap.
    public var counts: [UInt32]

    public init(averages: [UInt32], minima: [UInt32], maxima: [UInt32], counts: [UInt32]) {
        self.averages = averages
        self.minima = minima
        self.maxima = maxima
        self.counts = counts
    }

    /// Nothing but gaps.
    public init(gaps count: Int) {
        let gaps = [UInt32](repeating: 0, count: count)
        self.init(averages: gaps, minima: gaps, maxima: gaps, counts: gaps)
    }

    public var count: Int { counts.count }

    public subscript(row: Int) -> TierPoint {
        guard counts[row] > 0, averages[row] != StorageNumber.empty else { return .gap }
        return TierPoint(
            sum: StorageNumber.value(averages[row]) * Double(counts[row]),
            minimum: StorageNumber.value(minima[row]),
            maximum: StorageNumber.value(maxima[row]),
            count: counts[row],
            isReset: StorageNumber.hasReset(averages[row])
        )
    }
}

/// Points of one chart in one tier: a run of them without holes, column by column.
public struct TierColumns: Sendable, Equatable {
    /// Unix seconds at which the first point ends: a multiple of ``step``.
    public var firstTime: Int64
    /// Seconds of a point.
    public var step: Int64
    public private(set) var count: Int
    /// Per dimension, in the order that whoever asked for them gave.
    public private(set) var columns: [TierColumn]

    public init(firstTime: Int64, step: Int64, columns: [TierColumn]) {
        self.firstTime = firstTime
        self.step = step
        self.columns = columns
        count = columns.first?.count ?? 0
    }

    /// A run of gaps, to be filled by ``copy(_:dimensions:)``.
    public init(gaps count: Int, firstTime: Int64, step: Int64, dimensions: Int) {
        self.firstTime = firstTime
        self.step = step
        self.count = max(0, count)
        columns = Array(repeating: TierColumn(gaps: max(0, count)), count: max(0, dimensions))
    }

    /// Unix seconds at which the last point ends; before ``firstTime`` when there is none.
    public var lastTime: Int64 { firstTime + Int64(count - 1) * step }

    /// Puts points of the same tier in their place, over what is there. What lies outside is left out; points of another step
    /// are left out as a whole.
    ///
    /// - Parameter dimensions: for each dimension here its index in `other`; `nil` for one that `other` has not: it keeps what
    ///   it has. Without the list they have the same dimensions.
    public mutating func copy(_ other: TierColumns, dimensions: [Int?]? = nil) {
        guard other.step == step, step > 0, other.count > 0, count > 0 else { return }
        let (shift, isFar) = other.firstTime.subtractingReportingOverflow(firstTime)
        guard !isFar, shift % step == 0 else { return }
        let offset = shift / step
        let low = max(0, offset)
        let high = min(Int64(count), offset + Int64(other.count))
        guard low < high else { return }
        let place = Int(low)..<Int(high)
        let source = Int(low - offset)..<Int(high - offset)
        for index in columns.indices {
            guard let from = dimensions.map({ $0.indices.contains(index) ? $0[index] : nil }) ?? index,
                other.columns.indices.contains(from)
            else { continue }
            columns[index].averages.replaceSubrange(place, with: other.columns[from].averages[source])
            columns[index].minima.replaceSubrange(place, with: other.columns[from].minima[source])
            columns[index].maxima.replaceSubrange(place, with: other.columns[from].maxima[source])
            columns[index].counts.replaceSubrange(place, with: other.columns[from].counts[source])
        }
    }
}
