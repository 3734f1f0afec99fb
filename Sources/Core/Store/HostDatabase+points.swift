/// Rows of points: the newest block of a chart grows, full ones are sealed, old ones go.
extension HostDatabase {
    /// Rows of a full block.
    static let rowsPerBlock: Int32 = 128
    /// The same where it is written to a disk: larger blocks are smaller for each point.
    static let rowsPerDiskBlock = 1024
    /// A hole of so many points becomes a segment of its own, which needs no memory however long it is.
    static let rowsWorthASegment = 64

    /// The next row of a chart, one code per dimension; `nil` where nothing is stored or there are no dimensions.
    @inline(__always)
    mutating func appendRow(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) -> UnsafeMutablePointer<UInt32>? {
        guard isStoring else { return nil }
        if chart.pointee.points < history(of: chart) { chart.pointee.points &+= 1 }
        if chart.pointee.rowCount == chart.pointee.rowCapacity { growRows(chart, slot) }
        let width = Int(chart.pointee.dimensionCount)
        let row = Int(chart.pointee.rowCount)
        chart.pointee.rowCount &+= 1
        return chart.pointee.rows.map { $0 + row * width }
    }

    @inline(never)
    private mutating func growRows(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        if !chart.pointee.isSettled { settle(chart, slot) }
        let most = blockRows(of: chart, slot)
        if Int(chart.pointee.rowCapacity) >= most { seal(chart, slot) }
        let width = Int(chart.pointee.dimensionCount)
        let old = Int(chart.pointee.rowCapacity)
        // Small steps: a chart's first minute shall not cost an hour's memory.
        let capacity = old == 0 ? min(16, most) : min(old + min(old, 32), most)
        if width > 0 {
            let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * width)
            if let rows = chart.pointee.rows {
                larger.update(from: rows, count: Int(chart.pointee.rowCount) * width)
                rows.deallocate()
            }
            chart.pointee.rows = larger
        }
        chart.pointee.rowCapacity = Int32(truncatingIfNeeded: capacity)
    }

    /// Closes the newest block and lets the oldest go where it is no longer needed.
    mutating func seal(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        let count = Int(chart.pointee.rowCount)
        if count > 0 {
            let width = Int(chart.pointee.dimensionCount)
            let block = chart.pointee.rows.map { SealedBlock($0, width: width, count: count) }
            append(Segment(rows: count, block: block), to: slot, keeping: kept(of: chart))
            chart.pointee.hasSealed = true
            records[slot]?.journaled.rows = 0
        }
        releaseRows(chart)
    }

    private mutating func append(_ segment: Segment, to slot: Int, keeping history: Int) {
        guard records[slot] != nil else { return }
        if settings.mode == .dbengine {
            records[slot]!.append(segment, keepingBlocks: history)
        } else {
            records[slot]!.append(segment, keeping: history)
            // What the disk may want to have stays as it wants it, and a ring is for ten minutes.
            if archive == nil, isQueryable { records[slot]!.joinNewest() }
        }
    }

    /// Codes that are moved for a new dimension; more are sealed instead.
    private static let widenedCodes = 1 << 16

    /// Makes room for one more dimension in the newest block, which has gaps there: a block for each of many dimensions that
    /// come one after the other would be short, and so large for what is in it.
    mutating func widenRows(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        let (width, count) = (Int(chart.pointee.dimensionCount), Int(chart.pointee.rowCount))
        guard count > 0, count * (width + 1) <= Self.widenedCodes else {
            seal(chart, slot)
            return
        }
        let wider = UnsafeMutablePointer<UInt32>.allocate(capacity: Int(chart.pointee.rowCapacity) * (width + 1))
        for row in 0..<count {
            let target = wider + row * (width + 1)
            if let rows = chart.pointee.rows { target.update(from: rows + row * width, count: width) }
            target[width] = StorageNumber.empty
        }
        chart.pointee.rows?.deallocate()
        chart.pointee.rows = wider
        records[slot]?.journaled.rows = 0
    }

    /// Points a chart may have: a ring is measured in time.
    @inline(__always)
    func history(of chart: UnsafeMutablePointer<Chart>) -> Int {
        guard isQueryable else { return max(1, settings.ringSeconds / Int(chart.pointee.updateEvery)) }
        // Where the disk cannot be used at all there is no more than what stays in memory.
        return settings.mode == .dbengine && archive == nil ? inMemory : history
    }

    private var inMemory: Int { max(settings.requestedHistory, Self.rowsPerDiskBlock * 2) }

    /// Points that must stay in memory. With dbengine they are those that are not written yet: they go with
    /// ``noteWritten(_:until:mayEvict:)``, unless the disk takes nothing for so long that there is an ordinary history of them.
    private func kept(of chart: UnsafeMutablePointer<Chart>) -> Int {
        guard settings.mode == .dbengine, archive != nil else { return history(of: chart) }
        let blocks = chart.pointee.hasSealed ? Self.blocksKeptUnwritten : 2
        return max(settings.requestedHistory, Self.rowsPerDiskBlock * blocks)
    }

    /// A child's past comes faster than once in a second it is written.
    private static let blocksKeptUnwritten = 16

    /// Rows of a full block.
    ///
    /// A ring's are short: what is kept too much and what is not filled yet shall be an eighth. A chart's first block is shorter
    /// than the others, by another length for each chart: else all charts of all hosts that came together, as after a restart, would
    /// compress their blocks in the same second.
    private func blockRows(of chart: UnsafeMutablePointer<Chart>, _ slot: Int) -> Int {
        let full = settings.mode == .dbengine ? Self.rowsPerDiskBlock : Int(HostDatabase.rowsPerBlock)
        guard isQueryable else { return max(1, min(full, (history(of: chart) + 7) / 8)) }
        guard records[slot]?.segments.isEmpty ?? false else { return full }
        return full / 4 + Int((UInt(slot) &* 37 &+ spread) % UInt(full * 3 / 4))
    }

    /// Writes gaps for `count` steps, at the cost of one however many there are.
    mutating func appendGaps(_ count: Int, _ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        guard isStoring, count > 0 else { return }
        if count < HostDatabase.rowsWorthASegment {
            for _ in 0..<count {
                appendRow(chart, slot)?.update(repeating: StorageNumber.empty, count: Int(chart.pointee.dimensionCount))
            }
            return
        }
        seal(chart, slot)
        let history = history(of: chart)
        let kept = min(count, history)
        append(Segment(rows: kept, block: nil), to: slot, keeping: self.kept(of: chart))
        chart.pointee.points = min(history, chart.pointee.points + kept)
    }

    /// Forgets all points.
    mutating func dropPoints(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        releaseRows(chart)
        chart.pointee.points = 0
        chart.pointee.isRecalled = false
        records[slot]?.journaled.rows = 0
        records[slot]?.segments = []
        records[slot]?.segmentRows = 0
    }

    /// Gives the newest block's memory back, with whatever is in it.
    func releaseRows(_ chart: UnsafeMutablePointer<Chart>) {
        chart.pointee.rows?.deallocate()
        chart.pointee.rows = nil
        chart.pointee.rowCount = 0
        chart.pointee.rowCapacity = 0
    }

    /// Forgets the `count` newest points: the clock went back behind them, to `time`.
    mutating func dropNewest(_ count: Int, to time: Int64, _ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        takeBack(to: time, chart, slot)
        guard count < chart.pointee.points else {
            dropPoints(chart, slot)
            return
        }
        chart.pointee.points -= count
        let fromRows = min(count, Int(chart.pointee.rowCount))
        chart.pointee.rowCount -= Int32(fromRows)
        records[slot]?.dropNewest(count - fromRows)
    }
}

extension ChartRecord {
    /// - Parameter history: points that must stay.
    mutating func append(_ segment: Segment, keeping history: Int) {
        segments.append(segment)
        segmentRows += segment.rows
        dropOldest(keeping: history)
    }

    /// The same where only blocks count, however long the gaps between them are: what is not on the disk yet must not go because of
    /// a child that was away.
    mutating func append(_ segment: Segment, keepingBlocks history: Int) {
        segments.append(segment)
        segmentRows += segment.rows
        guard segment.block != nil else { return }
        var rows = segments.reduce(0) { $0 + ($1.block == nil ? 0 : $1.rows) }
        while let first = segments.first {
            if first.block != nil { rows -= first.rows }
            guard rows >= history else { return }
            segmentRows -= first.rows
            segments.removeFirst()
        }
    }

    /// Lets the blocks go that are older than the `history` newest points of them.
    mutating func dropOldest(keeping history: Int) {
        while let first = segments.first, segmentRows - first.rows >= history {
            segmentRows -= first.rows
            segments.removeFirst()
        }
        guard let first = segments.first, segmentRows > history,
            let rest = first.block?.droppingFirst(atMost: segmentRows - history)
        else { return }
        segmentRows -= first.rows - rest.rows
        segments[0] = Segment(rows: rest.rows, block: rest)
    }

    /// Joins the newest blocks, two of the same count each time: so each is copied three times at most, and all but a few newest
    /// are in the largest pieces there are.
    mutating func joinNewest() {
        while segments.count > 1, let last = segments[segments.count - 1].block,
            let before = segments[segments.count - 2].block, last.parts == before.parts,
            let both = before.joined(with: last)
        {
            segments.removeLast()
            segments[segments.count - 1] = Segment(rows: both.rows, block: both)
        }
    }

    /// All blocks by themselves, as a disk takes them.
    mutating func splitBlocks() {
        segments = segments.flatMap { segment in
            segment.block.map { $0.split.map { Segment(rows: $0.rows, block: $0) } } ?? [segment]
        }
    }

    mutating func dropNewest(_ count: Int) {
        var rest = count
        while rest > 0, let last = segments.last {
            let dropped = min(rest, last.rows)
            rest -= dropped
            segmentRows -= dropped
            if dropped == last.rows {
                segments.removeLast()
            } else {
                segments[segments.count - 1].cut(to: last.rows - dropped)
            }
        }
    }
}

extension Segment {
    fileprivate mutating func cut(to count: Int) {
        rows = count
        block = block?.cut(to: count)
    }
}
