import Basics

/// What readers take out: copies, under the host's lock, for as short as they can.
extension HostDatabase {
    /// All charts, in the order of their definition.
    public var refs: [ChartRef] {
        (0..<chartSlots).compactMap { records[Int($0)] == nil ? nil : ref($0) }
    }

    public func definition(of ref: ChartRef) -> ChartDefinition? {
        pointer(ref) == nil ? nil : records[Int(ref.index)]?.definition
    }

    public func dimensions(of ref: ChartRef) -> [DimensionDefinition] {
        pointer(ref) == nil ? [] : records[Int(ref.index)]?.dimensions ?? []
    }

    /// Everything about a chart but its points.
    public func snapshot(of ref: ChartRef) -> ChartSnapshot? {
        guard let chart = pointer(ref), let record = records[Int(ref.index)] else { return nil }
        let retention = retention(of: ref)
        return ChartSnapshot(
            ref: ref,
            definition: record.definition,
            dimensions: record.dimensions,
            retention: retention,
            reportedFirst: retention.reportedFirst(settings.mode),
            variables: record.variables,
            collections: chart.pointee.collections,
            lastCollected: chart.pointee.hasClock ? chart.pointee.lastCollected : 0,
            generation: chart.pointee.generation
        )
    }

    /// ``snapshot(of:)`` of all charts.
    public func snapshots() -> [ChartSnapshot] {
        refs.compactMap { snapshot(of: $0) }
    }

    /// What changes with everything that a question about a chart may be answered from; `nil` for a chart that is gone.
    public func stamp(of ref: ChartRef) -> ChartStamp? {
        guard let chart = pointer(ref) else { return nil }
        return ChartStamp(
            chart: ref,
            generation: chart.pointee.generation,
            collections: chart.pointee.collections,
            lastUpdated: chart.pointee.lastUpdated,
            points: chart.pointee.points,
            isObsolete: chart.pointee.isObsolete
        )
    }

    /// From when to when there are points; nothing for a chart that is gone.
    public func retention(of ref: ChartRef) -> Retention {
        guard let chart = pointer(ref) else { return .empty(updateEvery: 1) }
        let every = chart.pointee.updateEvery
        let points = chart.pointee.points
        guard points > 0, isQueryable else { return .empty(updateEvery: every) }
        let last = chart.pointee.lastUpdated
        return Retention(first: last &- Int64(points &- 1) &* every, last: last, updateEvery: every, points: points)
    }

    /// The newest time with data over all charts, Unix seconds; 0 without any. In mode none the last collection counts.
    public var lastUpdated: Int64 {
        guard let charts else { return 0 }
        var newest: Int64 = 0
        for slot in 0..<Int(chartSlots) where charts[slot].hasClock {
            guard charts[slot].collections > 0 || charts[slot].points > 0 else { continue }
            newest = max(newest, charts[slot].lastUpdated)
        }
        return newest
    }

    /// The oldest point's time over all charts, Unix seconds; 0 without any.
    public var firstStored: Int64 {
        guard let charts, isQueryable else { return 0 }
        var oldest: Int64 = 0
        for slot in 0..<Int(chartSlots) where charts[slot].points > 0 {
            let first = charts[slot].lastUpdated &- Int64(charts[slot].points &- 1) &* charts[slot].updateEvery
            oldest = oldest == 0 ? first : min(oldest, first)
        }
        return oldest
    }

    /// The last values of a chart, as many as it has dimensions and in their order.
    public func latest(of ref: ChartRef) -> [LatestValue] {
        guard let chart = pointer(ref), let record = records[Int(ref.index)], let dimensions = chart.pointee.dimensions
        else { return [] }
        return record.dimensions.enumerated().map { index, definition in
            let dimension = dimensions + index
            let latest = dimension.pointee.latest
            return LatestValue(
                id: definition.id,
                name: definition.name,
                options: definition.options,
                collected: dimension.pointee.previous,
                value: latest.isNaN ? nil : latest,
                isCollected: dimension.pointee.collections > 0,
                collectedAt: dimension.pointee.lastSet(chart.pointee.lastEnded),
                multiplier: definition.multiplier,
                divisor: definition.divisor
            )
        }
    }

    /// The values alone, as many as the chart has dimensions and in their order; NaN where there is none.
    public func latestNumbers(of ref: ChartRef) -> [Double] {
        guard let chart = pointer(ref), let dimensions = chart.pointee.dimensions else { return [] }
        return (0..<Int(chart.pointee.dimensionCount)).map { dimensions[$0].latest }
    }

    /// Copies a chart's points of a time frame, both ends included: those there are.
    ///
    /// - Parameters:
    ///   - from: Unix seconds; the first point is the first one at or after it.
    ///   - to: Unix seconds; the last point is the last one at or before it.
    public func points(of ref: ChartRef, from: Int64 = .min, to: Int64 = .max) -> StoredPoints {
        shared(ref, from: from, to: to).copied()
    }

    /// The same in two steps: this one, under the lock, only copies what still grows; ``SharedPoints/copied()`` does the rest
    /// and needs no lock.
    public func shared(_ ref: ChartRef, from: Int64 = .min, to: Int64 = .max) -> SharedPoints {
        guard isQueryable, let chart = pointer(ref) else {
            let step = pointer(ref)?.pointee.updateEvery ?? 1
            return SharedPoints(firstTime: 0, step: step, width: dimensionCount(of: ref))
        }
        return stored(chart, ref, from: from, to: to)
    }

    /// Whether all there is of a chart from a time on is in memory, so that ``SharedPoints/copied()`` asks no disk.
    public func isInMemory(_ ref: ChartRef, from time: Int64) -> Bool {
        guard archive != nil, let chart = pointer(ref), let record = records[Int(ref.index)] else { return true }
        let held = record.segmentRows + Int(chart.pointee.rowCount)
        return held >= chart.pointee.points
            || time > chart.pointee.lastUpdated &- Int64(held) &* chart.pointee.updateEvery
    }

    /// What there is, also in a ring.
    func stored(_ chart: UnsafeMutablePointer<Chart>, _ ref: ChartRef, from: Int64, to: Int64) -> SharedPoints {
        guard let record = records[Int(ref.index)] else { return SharedPoints(firstTime: 0, step: 1, width: 0) }
        let every = chart.pointee.updateEvery
        let width = Int(chart.pointee.dimensionCount)
        guard chart.pointee.points > 0 else { return SharedPoints(firstTime: 0, step: every, width: width) }
        let last = chart.pointee.lastUpdated
        let first = last &- Int64(chart.pointee.points &- 1) &* every
        // Counted from the oldest point that is reported.
        let skipped = from <= first ? 0 : Int((min(from, last &+ every) &- first &+ every &- 1) / every)
        let end = to >= last ? chart.pointee.points : to < first ? 0 : Int((to &- first) / every) + 1
        var shared = SharedPoints(firstTime: first &+ Int64(skipped) &* every, step: every, width: width)
        guard skipped < end else { return shared }
        // What is in memory may begin before the oldest point that counts, or after it: the rest is on a disk.
        var offset = chart.pointee.points - record.segmentRows - Int(chart.pointee.rowCount)
        if skipped < offset, let archive {
            let count = min(end, offset) - skipped
            shared.add(.archived(rows(of: record, archive, every, from: shared.firstTime)), from: 0, count: count)
        }
        for segment in record.segments {
            let low = max(skipped, offset)
            let high = min(end, offset + segment.rows)
            if low < high {
                shared.add(segment.block.map(SharedPoints.Content.sealed), from: low - offset, count: high - low)
            }
            offset += segment.rows
        }
        let low = max(skipped, offset)
        let high = min(end, offset + Int(chart.pointee.rowCount))
        if low < high {
            let count = high - low
            let copy = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, count * width))
            if let rows = chart.pointee.rows {
                copy.update(from: rows + (low - offset) * width, count: count * width)
            }
            shared.add(.plain(PlainRows(owning: copy, width: width)), from: 0, count: count)
        }
        return shared
    }

    private func rows(
        of record: ChartRecord,
        _ archive: HostArchive,
        _ every: Int64,
        from time: Int64
    ) -> ArchivedRows {
        ArchivedRows(
            store: archive.store,
            host: archive.host,
            chart: record.definition.id,
            updateEvery: every,
            dimensions: record.dimensions.map(\.id),
            firstTime: time
        )
    }

    /// Dimensions of a chart; none of one that is gone.
    public func dimensionCount(of ref: ChartRef) -> Int { pointer(ref).map { Int($0.pointee.dimensionCount) } ?? 0 }

    /// Dimensions of all charts.
    public var dimensionCount: Int {
        guard let charts else { return 0 }
        return (0..<Int(chartSlots)).reduce(0) { $0 + Int(charts[$1].dimensionCount) }
    }

    /// Whether there are no more, without counting all of a large host.
    public func hasAtMost(dimensions: Int) -> Bool {
        guard let charts else { return true }
        guard Int(chartSlots) <= dimensions else { return false }
        var rest = dimensions
        for slot in 0..<Int(chartSlots) {
            rest -= Int(charts[slot].dimensionCount)
            if rest < 0 { return false }
        }
        return true
    }

    /// Bytes of blocks that are sealed and in memory.
    var sealedBytes: Int {
        records.reduce(0) { $0 + ($1?.segments.reduce(0) { $0 + ($1.block?.bytes ?? 0) } ?? 0) }
    }

    /// Bytes that points take (storage §2: `rrd_memory_bytes` of `charts`).
    public var pointBytes: Int {
        guard let charts else { return 0 }
        var sum = 0
        for slot in 0..<Int(chartSlots) {
            sum += Int(charts[slot].rowCapacity) * Int(charts[slot].dimensionCount) * 4
        }
        return sum + sealedBytes
    }

    /// All bytes of the database, its texts estimated.
    public var memoryBytes: Int {
        guard let charts else { return 0 }
        var sum = pointBytes + slotBytes + records.capacity * MemoryLayout<ChartRecord?>.stride
        for slot in 0..<Int(chartSlots) {
            sum += Int(charts[slot].dimensionCapacity) * MemoryLayout<Dimension>.stride + charts[slot].table.bytes
            if let record = records[slot] {
                sum +=
                    record.dimensions.capacity * MemoryLayout<DimensionDefinition>.stride + record.definition.textBytes
            }
        }
        return sum
    }
}

/// Points of a chart whose sealed blocks are still shared with the database.
public struct SharedPoints: Sendable {
    let firstTime: Int64
    private let step: Int64
    private let width: Int
    private(set) var pieces: [Piece] = []

    enum Content: Sendable {
        case gap
        case sealed(SealedBlock)
        case plain(PlainRows)
        case archived(ArchivedRows)
    }

    struct Piece: Sendable {
        var content: Content
        var from: Int
        var count: Int
    }

    init(firstTime: Int64, step: Int64, width: Int) {
        self.firstTime = firstTime
        self.step = step
        self.width = width
    }

    mutating func add(_ content: Content?, from: Int, count: Int) {
        pieces.append(Piece(content: content ?? .gap, from: from, count: count))
    }

    /// The same with a gap in front of it where it begins later than `time`.
    public func beginning(at time: Int64) -> SharedPoints {
        guard firstTime > time, !pieces.isEmpty else { return self }
        let missing = (firstTime &- time &+ step &- 1) / step
        var longer = SharedPoints(firstTime: firstTime &- missing &* step, step: step, width: width)
        longer.pieces = [Piece(content: .gap, from: 0, count: Int(missing))] + pieces
        return longer
    }

    /// The points, column by column.
    public func copied() -> StoredPoints {
        let count = pieces.reduce(0) { $0 + $1.count }
        guard width > 0 else { return StoredPoints(firstTime: firstTime, step: step, columns: []) }
        let columns = withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, width * count)) { rows in
            let start = rows.baseAddress!
            var done = 0
            for piece in pieces {
                piece.copy(to: (0..<width).map { start + $0 * count + done })
                done += piece.count
            }
            return (0..<width).map { Array(UnsafeBufferPointer(start: start + $0 * count, count: count)) }
        }
        return StoredPoints(firstTime: firstTime, step: step, columns: columns)
    }
}

extension SharedPoints.Piece {
    fileprivate func copy(to targets: [UnsafeMutablePointer<UInt32>]) {
        switch content {
        case .gap: for target in targets { target.update(repeating: StorageNumber.empty, count: count) }
        case .sealed(let block): block.copy(from: from, count: count, to: targets)
        case .plain(let rows): rows.copy(from: from, count: count, to: targets)
        case .archived(let rows): rows.copy(from: from, count: count, to: targets)
        }
    }
}

extension ChartDefinition {
    /// Bytes of its texts beyond what fits into a `String` itself.
    fileprivate var textBytes: Int {
        let texts =
            [id, name, title, units, family, context, plugin, module] + labels.flatMap { [$0.key, $0.value] }
        return texts.reduce(labels.count * MemoryLayout<Label>.stride) { sum, text in
            sum + (text.utf8.count > 15 ? text.utf8.count + 32 : 0)
        }
    }
}
