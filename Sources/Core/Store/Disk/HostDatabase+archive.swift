import Basics

/// A database whose points also are on a disk (storage §2): what it takes over from there, what it has for it, and what it may
/// let go of in memory once it is written.
extension HostDatabase {
    /// From now on what is older than memory is in `archive`; `nil`: nothing is.
    mutating func attach(_ archive: HostArchive?) {
        if archive == nil, self.archive != nil { leaveArchive() }
        self.archive = archive
        left = []
        leftCuts = []
        guard archive != nil, let charts else { return }
        for slot in 0..<Int(chartSlots) where records[slot] != nil { adopt(charts + slot, slot) }
    }

    /// A chart that is there already: all that memory has of it is to be written, in place of what the disk has of the same
    /// times, and what the disk has from before is in front of it.
    private mutating func adopt(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        records[slot]!.forgetWritten(after: 0)
        records[slot]!.splitBlocks()
        records[slot]!.journaled = JournaledRows()
        chart.pointee.isCut = false
        chart.pointee.hasSealed = true
        guard chart.pointee.hasClock else {
            recall(chart, slot)
            return
        }
        guard let archive, isQueryable, let record = records[slot],
            let past = archive.takePast(of: record.definition.id, updateEvery: chart.pointee.updateEvery)
        else { return }
        let every = chart.pointee.updateEvery
        let inMemory = record.segmentRows + Int(chart.pointee.rowCount)
        records[slot]!.writtenUntil = past.last
        takeBack(to: min(past.last, chart.pointee.lastUpdated &- Int64(inMemory) &* every), chart, slot)
        guard past.first <= chart.pointee.lastUpdated else { return }
        let points = Int((chart.pointee.lastUpdated &- past.first) / every) + 1
        chart.pointee.points = min(history, max(chart.pointee.points, points))
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
        records[slot]?.takenUntil = past.last
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
            dropNewest(Int(-missing), to: chart.pointee.lastUpdated, chart, slot)
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

    /// Points after `time` do not count any more. Where the disk has them, gaps take their place there before anything else is
    /// written.
    mutating func takeBack(to time: Int64, _ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        guard archive != nil, let record = records[slot] else { return }
        let until = max(record.writtenUntil, record.takenUntil)
        if until > time { left += gaps(of: record, after: time, through: until, chart, slot) }
        records[slot]!.cutTime = chart.pointee.isCut ? min(record.cutTime, time) : time
        chart.pointee.isCut = true
        records[slot]!.journaled.rows = 0
        records[slot]!.forgetWritten(after: time)
    }

    private func gaps(
        of record: ChartRecord,
        after: Int64,
        through: Int64,
        _ chart: UnsafeMutablePointer<Chart>,
        _ slot: Int
    ) -> [UnwrittenBlock] {
        let every = chart.pointee.updateEvery
        guard chart.pointee.dimensionCount > 0 else { return [] }
        let most = Int64(SegmentFormat.rowLimit)
        return stride(from: after, to: through, by: Int(most * every)).map { start in
            let rows = Int(min(most, (through - start) / every))
            let block = SealedBlock(gaps: rows, width: Int(chart.pointee.dimensionCount))
            // Nothing is known to be written by it.
            return unwritten(block, of: record, from: start + every, rows: rows, until: after, chart, slot)
        }.filter { $0.rows > 0 }
    }

    /// A chart goes whose points stay on the disk.
    mutating func leave(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        guard let archive, isQueryable, let record = records[slot] else { return }
        let every = chart.pointee.updateEvery
        if chart.pointee.isCut {
            let definition = SeriesDefinition(chart: record.definition, dimensions: record.dimensions)
            leftCuts.append(
                JournalCut(definition: definition, journaled: record.journaled, time: record.cutTime &+ every)
            )
            chart.pointee.isCut = false
        }
        guard chart.pointee.points > 0 else { return }
        if chart.pointee.rowCount > 0 { seal(chart, slot) }
        left += unwritten(chart, slot)
        let last = chart.pointee.lastUpdated
        let first = last &- Int64(chart.pointee.points &- 1) &* every
        archive.keepPast(TimeSpan(first: first, last: last), of: record.definition.id, updateEvery: every)
    }

    /// Nothing stays in memory: the disk gets what it does not have.
    mutating func leaveAll() {
        guard let charts else { return }
        for slot in 0..<Int(chartSlots) where records[slot] != nil { leave(charts + slot, slot) }
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
                let first = end &- Int64(segment.rows &- 1) &* every
                blocks.append(unwritten(block, of: record, from: first, rows: block.rows, until: end, chart, slot))
            }
            end &-= Int64(segment.rows) &* every
        }
        return blocks.reversed()
    }

    private func unwritten(
        _ block: SealedBlock,
        of record: ChartRecord,
        from firstTime: Int64,
        rows: Int,
        until lastTime: Int64,
        _ chart: UnsafeMutablePointer<Chart>,
        _ slot: Int
    ) -> UnwrittenBlock {
        UnwrittenBlock(
            chart: ref(Int32(truncatingIfNeeded: slot)),
            definition: SeriesDefinition(chart: record.definition, dimensions: record.dimensions),
            stamp: stamp(of: chart, slot),
            firstTime: firstTime,
            rows: rows,
            lastTime: lastTime,
            cuts: record.cuts,
            block: block
        )
    }

    /// Another number for each definition there ever is of a chart, whichever its place, its host and the host's before it.
    private func stamp(of chart: UnsafeMutablePointer<Chart>, _ slot: Int) -> UInt64 {
        var stamp = number
        for part in [UInt64(slot), UInt64(chart.pointee.incarnation), UInt64(chart.pointee.generation)] {
            stamp = (stamp ^ part) &* 0x9e37_79b9_7f4a_7c15
            stamp ^= stamp >> 29
        }
        return stamp
    }

    /// The disk has a chart's blocks up to a time. What memory need not have twice goes.
    ///
    /// - Parameters:
    ///   - cuts: the chart's when the block was taken: what was taken back since does not count as written.
    ///   - mayEvict: asked before each block that goes; with its bytes.
    mutating func noteWritten(_ ref: ChartRef, until time: Int64, cuts: UInt32, mayEvict: (Int) -> Bool) {
        guard let chart = pointer(ref), records[Int(ref.index)]?.cuts == cuts else { return }
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
        let newest = chart.pointee.lastUpdated
        let left =
            first.map { Int(max(0, (newest &- $0) / every)) + 1 } ?? Int(max(0, newest &- record.writtenUntil) / every)
        // What memory still has of the others goes with them: it would not be there for long.
        chart.pointee.points = min(chart.pointee.points, left)
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
    /// Up to here the chart is on the disk when this is.
    let lastTime: Int64
    /// ``ChartRecord/cuts``.
    let cuts: UInt32
    let block: SealedBlock
    /// No chart has it any more.
    var isLeft = false
}

extension ChartRecord {
    /// From here on nothing counts as written.
    mutating func forgetWritten(after time: Int64) {
        writtenUntil = min(writtenUntil, time)
        takenUntil = min(takenUntil, time)
        cuts &+= 1
    }
}
