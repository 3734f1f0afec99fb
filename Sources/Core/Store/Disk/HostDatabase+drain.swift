import Basics

/// What a database gives to the disk in one look: sealed blocks that are not written yet, and new rows for the journal.
struct Drain {
    /// A journal's number: rows of another one are not in it yet.
    let epoch: UInt32
    /// Whether rows go to the journal at all.
    let isJournaling: Bool
    let hostname: String
    /// The journal's next free number of a chart.
    var nextNumber: UInt32
    var chunk = JournalChunk()
    var blocks: [UnwrittenBlock] = []
}

extension HostDatabase {
    /// Takes what is new of some charts, as many as one lock may last.
    ///
    /// - Parameter slot: where to begin, and then where to go on.
    /// - Returns: whether there are more.
    mutating func drain(into drain: inout Drain, from slot: inout Int32, limit: Int) -> Bool {
        guard let charts else { return false }
        // First each time: what a clock left behind that went back meanwhile is written before what came then.
        takeLeft(into: &drain)
        var work = 0
        while slot < chartSlots, work < limit {
            let chart = charts + Int(slot)
            work += Host.workOfAChart
            if chart.pointee.hasSealed { take(chart, Int(slot), &drain) }
            if drain.isJournaling, chart.pointee.rowCount > 0 || chart.pointee.isCut {
                work += Int(chart.pointee.dimensionCount)
                journal(chart, Int(slot), &drain)
            }
            slot += 1
        }
        return slot < chartSlots
    }

    /// Takes what charts that have gone had, and gaps in place of what counts no more.
    mutating func takeLeft(into drain: inout Drain) {
        for cut in leftCuts where drain.isJournaling {
            var number = cut.journaled.number
            if cut.journaled.epoch != drain.epoch {
                // The journal may have rows of it all the same: under the number of one that was defined before it.
                number = drain.nextNumber
                drain.nextNumber += 1
                drain.chunk.define(number, guid, drain.hostname, cut.definition)
            }
            drain.chunk.cut(number, from: cut.time)
        }
        leftCuts = []
        for var block in left {
            block.isLeft = true
            drain.blocks.append(block)
        }
        left = []
    }

    /// The disk did not take these: charts that are here still have theirs, and what is nowhere else is given again.
    mutating func putBack(_ blocks: some Sequence<UnwrittenBlock>) {
        left.insert(contentsOf: blocks.filter(\.isLeft), at: 0)
    }

    /// Whether rows count no more that a journal may still have.
    var hasCuts: Bool {
        guard leftCuts.isEmpty, let charts else { return !leftCuts.isEmpty }
        return (0..<Int(chartSlots)).contains { records[$0] != nil && charts[$0].isCut }
    }

    private mutating func take(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, _ drain: inout Drain) {
        let blocks = unwritten(chart, slot)
        guard let last = blocks.last else { return }
        drain.blocks += blocks
        records[slot]!.takenUntil = max(records[slot]!.takenUntil, last.lastTime)
    }

    private mutating func journal(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, _ drain: inout Drain) {
        guard records[slot] != nil, chart.pointee.dimensionCount > 0 else { return }
        // The newest point of a child's past is still being filled.
        let count = max(0, chart.pointee.rowCount - (chart.pointee.isReplicating ? 1 : 0))
        var journaled = records[slot]!.journaled
        let isNew = journaled.epoch != drain.epoch
        if isNew {
            journaled = JournaledRows(epoch: drain.epoch, number: drain.nextNumber, generation: 0, rows: 0)
        }
        guard journaled.rows < count || chart.pointee.isCut else { return }
        if isNew || journaled.generation != chart.pointee.generation {
            if isNew { drain.nextNumber += 1 }
            journaled.generation = chart.pointee.generation
            journaled.rows = 0
            drain.chunk.define(
                journaled.number,
                guid,
                drain.hostname,
                SeriesDefinition(chart: records[slot]!.definition, dimensions: records[slot]!.dimensions)
            )
        }
        let every = chart.pointee.updateEvery
        if chart.pointee.isCut {
            drain.chunk.cut(journaled.number, from: records[slot]!.cutTime &+ every)
            chart.pointee.isCut = false
        }
        if let rows = chart.pointee.rows, journaled.rows < count {
            let width = Int(chart.pointee.dimensionCount)
            drain.chunk.add(
                journaled.number,
                rows + Int(journaled.rows) * width,
                width: width,
                count: Int(count - journaled.rows),
                firstTime: chart.pointee.lastUpdated
                    &- Int64(chart.pointee.rowCount &- journaled.rows &- 1) &* every,
                continues: journaled.rows > 0
            )
            journaled.rows = count
        }
        records[slot]!.journaled = journaled
    }

    /// Says that a chart's blocks are all written, so that it need not be looked at before the next one.
    mutating func noteDrained(_ ref: ChartRef) {
        guard let chart = pointer(ref) else { return }
        if unwritten(chart, Int(ref.index)).isEmpty { chart.pointee.hasSealed = false }
    }
}
