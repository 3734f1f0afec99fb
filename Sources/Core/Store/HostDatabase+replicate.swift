import Basics

/// Finished points out of a child's database, and the state from which its live data continues (streaming protocol §10,
/// "Parent, receiving").
///
/// Points of a chart stay without holes up to ``Chart/lastUpdated``: newer ones are appended, with gaps in between, others
/// are here already. So nothing is ever stored twice, whatever a child repeats.
extension HostDatabase {
    /// Opens a point: what ``setReplicated(_:_:_:)`` then says of the dimensions is its value.
    ///
    /// - Parameters:
    ///   - start, end: Unix seconds; the point stands at `end`.
    ///   - now: Unix seconds of the child's clock.
    ///   - defined: the seconds between points that the chart's definition asks for.
    /// - Returns: `false` where the point is not wanted.
    mutating func openReplicated(_ ref: ChartRef, from start: Int64, to end: Int64, now: Int64, defined: Int64) -> Bool
    {
        guard isStoring, let chart = pointer(ref) else { return false }
        let slot = Int(ref.index)
        let interval = end &- start
        if interval != chart.pointee.updateEvery {
            // One strange interval must not cost what is stored already.
            guard interval == defined || chart.pointee.points == 0, interval <= Int64(limits.updateEvery) else {
                counters.refusedPoints &+= 1
                return false
            }
            setUpdateEvery(interval, ref)
        }
        let every = chart.pointee.updateEvery
        let time = end &- end % every
        if chart.pointee.points > 0 {
            guard time > chart.pointee.lastUpdated else {
                counters.repeatedPoints &+= 1
                return false
            }
            fill(chart, slot, before: time)
        } else if time <= now &- Int64(history) &* every {
            counters.refusedPoints &+= 1
            return false
        } else if chart.pointee.hasClock {
            noteHole(after: chart.pointee.lastUpdated, before: time, every: every)
        }
        chart.pointee.isRecalled = false
        let row = appendRow(chart, slot)
        let count = Int(chart.pointee.dimensionCount)
        row?.update(repeating: StorageNumber.empty, count: count)
        if let dimensions = chart.pointee.dimensions {
            for index in 0..<count { dimensions[index].latest = .nan }
        }
        let collected = time &* microsecondsPerSecond
        chart.pointee.lastCollected =
            chart.pointee.hasClock ? max(chart.pointee.lastCollected, collected) : collected
        chart.pointee.lastUpdated = time
        chart.pointee.hasClock = true
        chart.pointee.predicted = 0
        counters.replicatedPoints &+= 1
        return true
    }

    /// A value of the point that was opened last.
    ///
    /// - Parameter time: of that point, as ``Chart/lastUpdated`` was then: another one has taken its place otherwise.
    /// - Returns: `false` where there is no such dimension.
    @inline(__always)
    mutating func setReplicated(
        _ slot: Int32,
        at time: Int64,
        _ dimension: Word,
        _ value: Double,
        isReset: Bool
    ) -> Bool {
        guard let charts, slot >= 0, slot < chartSlots else { return false }
        let chart = charts + Int(slot)
        guard let dimensions = chart.pointee.dimensions else { return false }
        var index = chart.pointee.predicted
        if index >= chart.pointee.dimensionCount || !dimensions[Int(index)].id.equals(dimension) {
            guard let found = HostDatabase.findDimension(chart, dimension) else { return false }
            index = found
        }
        chart.pointee.predicted = index &+ 1
        guard chart.pointee.lastUpdated == time, chart.pointee.rowCount > 0, let rows = chart.pointee.rows else {
            return true
        }
        let width = Int(chart.pointee.dimensionCount)
        rows[(Int(chart.pointee.rowCount) &- 1) &* width &+ Int(index)] =
            StorageNumber.encode(value, flags: isReset ? StorageNumber.reset : 0)
        dimensions[Int(index)].latest = value
        counters.replicatedSamples &+= 1
        return true
    }

    /// Where a dimension stands: what its next collected value is compared with.
    ///
    /// - Parameters:
    ///   - collectedAt: µs since 1970; 0: it never was.
    /// - Returns: `false` where there is no such dimension.
    mutating func resumeDimension(
        _ ref: ChartRef,
        _ dimension: Word,
        collectedAt: Int64,
        collected: Int64,
        calculated: Double,
        stored: Double
    ) -> Bool {
        guard let chart = pointer(ref), let index = HostDatabase.findDimension(chart, dimension),
            let state = chart.pointee.dimensions.map({ $0 + Int(index) })
        else { return false }
        guard collectedAt > 0 else { return true }
        state.pointee.previous = collected
        if collected.magnitude > UInt64(UInt32.max) { state.pointee.isWide = true }
        state.pointee.lastCalculated = calculated.isFinite ? calculated : 0
        state.pointee.latest = stored.isFinite ? stored : .nan
        state.pointee.collections = 2
        setLast(chart, state, at: collectedAt / microsecondsPerSecond)
        return true
    }

    /// Remembers when a dimension was set last, by the child's clock.
    private func setLast(
        _ chart: UnsafeMutablePointer<Chart>,
        _ dimension: UnsafeMutablePointer<Dimension>,
        at second: Int64
    ) {
        if second > chart.pointee.lastEnded { age(chart, at: second) }
        dimension.pointee.secondsUnset = UInt16(clamping: chart.pointee.lastEnded &- second)
    }

    /// Where a chart stands: its live data continues from there by the child's own measure, so that no second is missing and
    /// none doubled.
    ///
    /// - Parameters:
    ///   - collected, updated: µs since 1970 of the last collection and of the newest point by the child.
    ///   - now: µs since 1970, the latest time that is believable.
    mutating func resumeChart(_ ref: ChartRef, collected: Int64, updated: Int64, latest now: Int64) {
        guard let chart = pointer(ref), collected > 0 else { return }
        guard collected <= now, updated <= now else {
            counters.refusedCollections &+= 1
            note(
                .refusedTime(
                    chart: chart.word.string,
                    microseconds: collected,
                    ahead: max(collected, updated) &- now
                )
            )
            return
        }
        let every = chart.pointee.updateEvery
        let step = every &* microsecondsPerSecond
        if chart.pointee.hasClock, collected &+ step <= chart.pointee.lastCollected {
            // Another time base: the next collection counts by this machine's clock.
            return
        }
        let grid = floorSeconds(collected, grid: every)
        let newest = updated > 0 ? min(floorSeconds(updated, grid: every), grid) : grid
        if !chart.pointee.hasClock {
            chart.pointee.hasClock = true
            chart.pointee.lastUpdated = newest
            chart.pointee.lastCollected = collected
        } else {
            if newest > chart.pointee.lastUpdated {
                let slot = Int(ref.index)
                if chart.pointee.points > 0 {
                    fill(chart, slot, before: newest &+ every)
                } else {
                    noteHole(after: chart.pointee.lastUpdated, before: newest &+ every, every: every)
                }
                chart.pointee.lastUpdated = newest
            }
            chart.pointee.lastCollected = max(chart.pointee.lastCollected, collected)
        }
        chart.pointee.syncClock = false
        chart.pointee.isRecalled = false
        chart.pointee.collections = max(1, chart.pointee.collections)
    }

    /// The seconds between two points become others: points of two distances can't share their time slots.
    mutating func setUpdateEvery(_ every: Int64, _ ref: ChartRef) {
        guard let chart = pointer(ref), every > 0, every <= Int64(limits.updateEvery),
            every != chart.pointee.updateEvery
        else { return }
        leave(chart, Int(ref.index))
        dropPoints(chart, Int(ref.index))
        chart.pointee.updateEvery = every
        records[Int(ref.index)]?.forgetWritten(after: 0)
        if chart.pointee.hasClock {
            chart.pointee.lastUpdated = floorSeconds(
                chart.pointee.lastUpdated &* microsecondsPerSecond,
                grid: every
            )
        }
        records[Int(ref.index)]?.definition.updateEvery = Int(every)
        changed(chart, ref)
    }

    /// Fills with gaps what is missing between the newest point and `time`, which comes next. Longer holes than the history
    /// leave nothing.
    private mutating func fill(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, before time: Int64) {
        let every = chart.pointee.updateEvery
        let missing = (time &- chart.pointee.lastUpdated) / every &- 1
        guard missing > 0 else { return }
        noteHole(after: chart.pointee.lastUpdated, before: time, every: every)
        if missing >= Int64(history) {
            dropPoints(chart, slot)
        } else {
            appendGaps(Int(missing), chart, slot)
        }
    }
}
