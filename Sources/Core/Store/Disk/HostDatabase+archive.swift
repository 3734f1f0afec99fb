import Basics

/// A database whose points also are on a disk (storage §2): what it takes over from there, what it has for it, and what it may
/// let go of in memory once it is written.
extension HostDatabase {
    /// From now on what is older than memory is in `archive`; `nil`: nothing is.
    mutating func attach(_ archive: HostArchive?) {
        if archive == nil, self.archive != nil { leaveArchive() }
        self.archive = archive
        guard archive != nil, let charts else { return }
        for slot in 0..<Int(chartSlots) where records[slot] != nil { recall(charts + slot, slot) }
    }

    /// Continues a chart where the disk's points of it end.
    mutating func recall(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        guard let archive, isQueryable, let id = records[slot]?.definition.id,
            chart.pointee.points == 0, !chart.pointee.hasClock,
            let past = archive.takePast(of: id, updateEvery: chart.pointee.updateEvery)
        else { return }
        let every = chart.pointee.updateEvery
        chart.pointee.lastUpdated = past.last
        chart.pointee.lastCollected = past.last &* microsecondsPerSecond
        chart.pointee.points = min(Int((past.last &- past.first) / every) + 1, history)
        chart.pointee.collections = 0
        chart.pointee.hasClock = true
        chart.pointee.isRecalled = true
        records[slot]?.writtenUntil = past.last
    }

    /// The clock of a recalled chart at its first collection: it begins as a new chart's does, and what lies between is a gap.
    ///
    /// - Returns: what is missing before the first collection.
    mutating func bridge(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, from last: Int64) {
        chart.pointee.isRecalled = false
        let every = chart.pointee.updateEvery
        let missing = (chart.pointee.lastUpdated &- last) / every
        if missing >= Int64(history) {
            // A longer stop than the ring.
            dropPoints(chart, slot)
        } else if missing > 0 {
            noteHole(after: last, before: chart.pointee.lastUpdated &+ every, every: every)
            appendGaps(Int(missing), chart, slot)
        } else if missing < 0 {
            // This machine's clock was ahead before.
            dropNewest(Int(-missing), chart, slot)
        }
    }

    /// What is in memory stays there alone.
    private mutating func leaveArchive() {
        guard let charts else { return }
        for slot in 0..<Int(chartSlots) {
            guard let record = records[slot] else { continue }
            charts[slot].points = min(charts[slot].points, record.segmentRows + Int(charts[slot].rowCount))
            charts[slot].isRecalled = false
        }
    }

    /// A chart goes whose points stay on the disk.
    mutating func leave(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        guard let archive, isQueryable, chart.pointee.points > 0, let record = records[slot] else { return }
        if chart.pointee.rowCount > 0 { seal(chart, slot) }
        left += unwritten(chart, slot)
        let every = chart.pointee.updateEvery
        let last = chart.pointee.lastUpdated
        let first = last &- Int64(chart.pointee.points &- 1) &* every
        archive.keepPast(TimeSpan(first: first, last: last), of: record.definition.id, updateEvery: every)
    }

    // MARK: What the disk does not have yet

    /// Sealed blocks of a chart that are newer than what is written, oldest first.
    func unwritten(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) -> [UnwrittenBlock] {
        guard let record = records[slot], chart.pointee.hasClock else { return [] }
        let every = chart.pointee.updateEvery
        // Where the newest segment ends.
        var end = chart.pointee.lastUpdated &- Int64(chart.pointee.rowCount) &* every
        var blocks: [UnwrittenBlock] = []
        for segment in record.segments.reversed() {
            guard end > record.writtenUntil else { break }
            if let block = segment.block {
                blocks.append(
                    UnwrittenBlock(
                        chart: ref(Int32(truncatingIfNeeded: slot)),
                        definition: SeriesDefinition(chart: record.definition, dimensions: record.dimensions),
                        stamp: UInt64(chart.pointee.generation) | UInt64(chart.pointee.incarnation) << 32,
                        firstTime: end &- Int64(segment.rows &- 1) &* every,
                        rows: block.rows,
                        lastTime: end,
                        block: block
                    )
                )
            }
            end &-= Int64(segment.rows) &* every
        }
        return blocks.reversed()
    }

    /// The disk has a chart's blocks up to a time. What memory need not have twice goes.
    ///
    /// - Parameter mayEvict: asked before each block that goes; with its bytes.
    mutating func noteWritten(_ ref: ChartRef, until time: Int64, mayEvict: (Int) -> Bool) {
        guard let chart = pointer(ref), records[Int(ref.index)] != nil else { return }
        let slot = Int(ref.index)
        records[slot]!.writtenUntil = max(records[slot]!.writtenUntil, time)
        guard settings.mode == .dbengine else { return }
        evict(chart, slot, mayEvict: mayEvict)
    }

    private mutating func evict(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, mayEvict: (Int) -> Bool) {
        let every = chart.pointee.updateEvery
        while let first = records[slot]!.segments.first {
            let after = records[slot]!.segmentRows - first.rows + Int(chart.pointee.rowCount)
            let end = chart.pointee.lastUpdated &- Int64(after) &* every
            guard end <= records[slot]!.writtenUntil, mayEvict(first.block?.bytes ?? 0) else { return }
            records[slot]!.segments.removeFirst()
            records[slot]!.segmentRows -= first.rows
        }
    }

    /// Old segments were deleted: nothing of a chart is left before `first`; `nil`: nothing at all on the disk.
    mutating func noteLost(_ id: String, updateEvery: Int, before first: Int64?) {
        archive?.forget(id, updateEvery: updateEvery, before: first)
        guard let ref = id.withWord({ find(chart: $0) }), let chart = pointer(ref),
            chart.pointee.updateEvery == Int64(updateEvery), chart.pointee.points > 0,
            let record = records[Int(ref.index)]
        else { return }
        let every = chart.pointee.updateEvery
        let inMemory = record.segmentRows + Int(chart.pointee.rowCount)
        let left = first.map { Int(max(0, (chart.pointee.lastUpdated &- $0) / every)) + 1 } ?? 0
        chart.pointee.points = min(chart.pointee.points, max(left, inMemory))
    }

    /// Closes all newest blocks, so that everything can be written: at the end of a node.
    public mutating func sealAll() {
        guard let charts, isQueryable else { return }
        for slot in 0..<Int(chartSlots) where charts[slot].rowCount > 0 { seal(charts + slot, slot) }
    }
}

/// A sealed block that is to be written, with what its chart is.
struct UnwrittenBlock: Sendable {
    let chart: ChartRef
    let definition: SeriesDefinition
    /// Changes whenever the definition does.
    let stamp: UInt64
    /// Unix seconds.
    let firstTime: Int64
    let rows: Int
    let lastTime: Int64
    let block: SealedBlock
}
