public import Basics

/// BEGIN, SET and END: the clock of a chart and the arithmetic of web API §5.
///
/// Everything here may come from a peer: no operator traps, nothing loops over a hole.
extension HostDatabase {
    /// Opens a collection of a chart (web API §5.1).
    ///
    /// - Parameters:
    ///   - microseconds: since the collection of this chart before; 0: unknown.
    ///   - now: µs since 1970 of this machine's clock.
    ///   - trusted: the sender measures well, so its microseconds count as they are; else they are compared with `now`.
    /// - Returns: `false` for a chart that was removed.
    @discardableResult
    public mutating func begin(_ ref: ChartRef, microseconds: Int64, now: Int64, trusted: Bool) -> Bool {
        guard let chart = pointer(ref) else { return false }
        begin(chart, ref.index, microseconds: microseconds, now: HostDatabase.time(now), trusted: trusted)
        return true
    }

    /// Opens a collection by the chart's id: the chart that followed the one before the last time, or a look-up.
    ///
    /// - Returns: `false` where there is no such chart.
    @inline(__always)
    mutating func begin(_ id: Word, microseconds: Int64, now: Int64, trusted: Bool) -> Bool {
        guard let charts else { return false }
        var slot = preceding >= 0 ? charts[Int(preceding)].follower : 0
        if !charts[Int(slot)].id.equals(id) {
            guard let found = findSlot(id) else { return false }
            slot = found
            if preceding >= 0 { charts[Int(preceding)].follower = slot }
        }
        begin(
            charts + Int(slot),
            slot,
            microseconds: microseconds,
            now: HostDatabase.time(now),
            trusted: trusted
        )
        return true
    }

    @inline(__always)
    mutating func begin(
        _ chart: UnsafeMutablePointer<Chart>,
        _ slot: Int32,
        microseconds: Int64,
        now: Int64,
        trusted: Bool
    ) {
        current = slot
        given = microseconds
        chart.pointee.predicted = 0
        chart.pointee.isRefused = false
        if trusted, microseconds > 0, chart.pointee.collections > 0, !chart.pointee.syncClock {
            chart.pointee.step = microseconds
        } else {
            synchronize(chart, slot, microseconds: microseconds, now: now, trusted: trusted)
        }
    }

    /// The step by this machine's clock, as far as needed.
    private mutating func synchronize(
        _ chart: UnsafeMutablePointer<Chart>,
        _ slot: Int32,
        microseconds: Int64,
        now: Int64,
        trusted: Bool
    ) {
        let step = chart.pointee.updateEvery &* microsecondsPerSecond
        chart.pointee.step = step
        // Where nothing is stored there is no other time for it.
        if !chart.pointee.isSettled { settle(chart, Int(slot)) }
        guard chart.pointee.hasClock, chart.pointee.collections > 0 else { return }
        // Right after a definition a child's measure reaches back before it. The first collection has nothing to measure
        // from, so of a new chart it is the second one that counts by this machine's clock.
        let given = chart.pointee.syncClock && trusted ? 0 : microseconds
        chart.pointee.syncClock = false
        let silence = now &- chart.pointee.lastCollected
        if given < 0 {
            chart.pointee.isRefused = true
            note(.refusedTime(chart: chart.word.string, microseconds: given, ahead: 0))
        } else if silence < 0 {
            pullBack(chart, slot, now: now)
        } else if given == 0 || silence > 5 &* step {
            chart.pointee.step = silence
        } else {
            chart.pointee.step = given
        }
    }

    /// The chart is ahead of this machine's clock: it continues one step before now.
    private mutating func pullBack(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int32, now: Int64) {
        let step = chart.pointee.updateEvery &* microsecondsPerSecond
        let before = now &- step
        let updated = floorSeconds(before, grid: chart.pointee.updateEvery)
        // Points that come now must not stand beside others of the same time.
        let ahead = (chart.pointee.lastUpdated &- updated) / chart.pointee.updateEvery
        if ahead > 0 { dropNewest(Int(ahead), to: updated, chart, Int(slot)) }
        chart.pointee.lastUpdated = min(updated, chart.pointee.lastUpdated)
        chart.pointee.lastCollected = before
    }

    /// Sets a value of the open collection: the dimension that is expected next, or a look-up by id.
    ///
    /// - Returns: `false` where no collection is open or there is no such dimension.
    @discardableResult
    public mutating func set(_ dimension: Word, _ value: Int64) -> Bool {
        guard current >= 0, let charts else { return false }
        let chart = charts + Int(current)
        guard let dimensions = chart.pointee.dimensions else { return false }
        var index = chart.pointee.predicted
        if index >= chart.pointee.dimensionCount || !dimensions[Int(index)].id.equals(dimension) {
            guard let found = HostDatabase.findDimension(chart, dimension) else { return false }
            index = found
        }
        chart.pointee.predicted = index &+ 1
        dimensions[Int(index)].collected = value
        dimensions[Int(index)].isUpdated = true
        counters.samples &+= 1
        return true
    }

    /// Sets a value by the dimension's place, as ``define(_:in:)`` returned it.
    @discardableResult
    public mutating func set(_ index: Int32, _ value: Int64) -> Bool {
        guard current >= 0, let charts, let dimensions = charts[Int(current)].dimensions, index >= 0,
            index < charts[Int(current)].dimensionCount
        else { return false }
        dimensions[Int(index)].collected = value
        dimensions[Int(index)].isUpdated = true
        counters.samples &+= 1
        return true
    }

    /// Forgets that a collection is open. What was set stays set (streaming protocol §8.4).
    public mutating func cancel() {
        current = -1
    }

    /// Closes the collection: its values become points (web API §5.2, §5.3), and the taps see it.
    ///
    /// - Parameters:
    ///   - now: µs since 1970 of this machine's clock.
    ///   - lines: the collection as it came, if it may be passed on like that; see ``Collection/lines``.
    /// - Returns: `false` where none is open.
    @discardableResult
    public mutating func end(
        now: Int64,
        lines: UnsafeBufferPointer<UInt8> = UnsafeBufferPointer(start: nil, count: 0)
    ) -> Bool {
        guard current >= 0, let charts else { return false }
        let now = HostDatabase.time(now)
        let slot = Int(current)
        let chart = charts + slot
        current = -1
        preceding = Int32(truncatingIfNeeded: slot)
        counters.updates &+= 1
        chart.pointee.lastActive = now
        if chart.pointee.isObsolete {
            note(.collectedObsolete(chart: chart.word.string))
            setObsolete(false, ref(preceding), now: now)
        }
        guard !chart.pointee.isRefused, isBelievable(chart, now: now) else {
            refuse(chart)
            return true
        }
        let collection = advance(chart, slot, now: now)
        let mark = calculate(chart)
        interpolate(chart, slot, collection, mark)
        finish(chart, collection, now: now)
        chart.pointee.collections &+= 1
        if !taps.isEmpty { offer(chart, slot, lines) }
        forget(chart)
        return true
    }

    // MARK: The clock

    /// A collection's place in time, µs since 1970.
    private struct Collected {
        /// L and N of web API §5.3.
        var before: Int64
        var at: Int64
        /// Nothing is stored: there is nothing yet to compare with.
        var isFirst: Bool
    }

    /// The latest time there is: the end of the year 9999.
    static let endOfTime: Int64 = 253_402_300_799 * microsecondsPerSecond

    /// The same in seconds.
    static let endOfSeconds: Int64 = endOfTime / microsecondsPerSecond

    /// A clock's time within bounds, so that no difference of two times runs over.
    @inline(__always)
    static func time(_ now: Int64) -> Int64 { max(0, min(now, endOfTime)) }

    /// Whether the step leads to where a chart may be: neither beyond the future limit nor beyond numbers.
    @inline(__always)
    private mutating func isBelievable(_ chart: UnsafeMutablePointer<Chart>, now: Int64) -> Bool {
        guard chart.pointee.hasClock else { return true }
        let (at, overflow) = chart.pointee.lastCollected.addingReportingOverflow(chart.pointee.step)
        let limit = min(settings.futureLimitSeconds, HostDatabase.endOfTime / microsecondsPerSecond)
        let ahead = at &- now
        if !overflow, at <= HostDatabase.endOfTime, limit <= 0 || ahead <= limit &* microsecondsPerSecond {
            return true
        }
        note(
            .refusedTime(
                chart: chart.word.string,
                microseconds: chart.pointee.step,
                ahead: overflow ? Int64.max : ahead
            )
        )
        return false
    }

    /// Drops a collection as if it had not come.
    private mutating func refuse(_ chart: UnsafeMutablePointer<Chart>) {
        counters.refusedCollections &+= 1
        chart.pointee.isRefused = false
        forget(chart)
    }

    /// Moves the chart's clock (web API §5.1).
    @inline(__always)
    private mutating func advance(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, now: Int64) -> Collected {
        let every = chart.pointee.updateEvery
        let step = every &* microsecondsPerSecond
        guard chart.pointee.hasClock else { return start(chart, now: now) }
        if chart.pointee.isRecalled {
            let last = chart.pointee.lastUpdated
            let collected = start(chart, now: now)
            bridge(chart, slot, from: last)
            return collected
        }
        if isQueryable, (chart.pointee.step &- 1) / step >= longestHole { return restart(chart, slot, now: now) }
        let before = chart.pointee.lastCollected
        let at = before &+ chart.pointee.step
        if isQueryable, (at &- chart.pointee.lastUpdated &* microsecondsPerSecond &- 1) / step >= longestHole {
            chart.pointee.lastCollected = at
            return restart(chart, slot, now: now)
        }
        chart.pointee.lastCollected = at
        return Collected(before: before, at: at, isFirst: chart.pointee.collections == 0 && !chart.pointee.storeFirst)
    }

    /// So many points missing make a chart begin anew.
    @inline(__always)
    private var longestHole: Int64 {
        settings.mode == .dbengine ? HostDatabase.longestHoleOnDisk : Int64(history)
    }

    /// The same where the disk has room for all of them (web API §5.1).
    private static let longestHoleOnDisk: Int64 = 1024

    /// The first collection: half a second into the current one, so that a jitter doesn't move points.
    private func start(_ chart: UnsafeMutablePointer<Chart>, now: Int64) -> Collected {
        let every = chart.pointee.updateEvery
        let seconds = floorSeconds(now, grid: every)
        let storeFirst = chart.pointee.storeFirst
        chart.pointee.hasClock = true
        chart.pointee.lastCollected = seconds &* microsecondsPerSecond &+ (storeFirst ? 0 : 500_000)
        chart.pointee.lastUpdated = storeFirst ? seconds &- every : seconds
        return Collected(
            before: chart.pointee.lastCollected &- every &* microsecondsPerSecond,
            at: chart.pointee.lastCollected,
            isFirst: !storeFirst
        )
    }

    /// Forgets what is too old to continue, and begins anew.
    private mutating func restart(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, now: Int64) -> Collected {
        let updated = chart.pointee.lastUpdated
        let keepsPoints = settings.mode == .dbengine
        reset(chart, slot, keepsPoints: keepsPoints)
        let collected = start(chart, now: now)
        if keepsPoints {
            bridge(chart, slot, from: updated)
            return collected
        }
        let every = chart.pointee.updateEvery
        noteHole(after: updated, before: chart.pointee.lastUpdated &+ every, every: every)
        return collected
    }

    /// Starts the chart anew: what it has is too old to continue.
    private mutating func reset(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, keepsPoints: Bool) {
        counters.resets &+= 1
        note(
            .reset(
                chart: chart.word.string,
                lastUpdated: chart.pointee.lastUpdated &* microsecondsPerSecond,
                lastCollected: chart.pointee.lastCollected
            )
        )
        if !keepsPoints { dropPoints(chart, slot) }
        chart.pointee.hasClock = false
        chart.pointee.collections = 0
        guard let dimensions = chart.pointee.dimensions else { return }
        for index in 0..<Int(chart.pointee.dimensionCount) {
            dimensions[index].collections = 0
            dimensions[index].lastCalculated = 0
            dimensions[index].latest = .nan
        }
    }

    // MARK: Values

    /// Makes a value of every number that was set (web API §5.2). Returns the flags of the points it leads to.
    @inline(__always)
    private func calculate(_ chart: UnsafeMutablePointer<Chart>) -> UInt32 {
        guard let dimensions = chart.pointee.dimensions else { return 0 }
        var mark: UInt32 = 0
        let (total, increments) = chart.pointee.hasPercentages ? totals(chart, &mark) : (0, 0)
        var dimension = dimensions
        let end = dimensions + Int(chart.pointee.dimensionCount)
        while dimension < end {
            if dimension.pointee.isUpdated {
                let value = dimension.pointee.collected
                if value.magnitude > UInt64(UInt32.max) { dimension.pointee.isWide = true }
                switch dimension.pointee.algorithm {
                case .absolute:
                    dimension.pointee.calculated =
                        Double(value) * dimension.pointee.multiplier / dimension.pointee.divisor
                case .incremental:
                    dimension.pointee.calculated = increment(dimension, &mark)
                case .percentageOfAbsoluteRow:
                    dimension.pointee.calculated = total == 0 ? 0 : 100 * Double(value) / Double(total)
                case .percentageOfIncrementalRow:
                    let grown = value &- dimension.pointee.previous
                    dimension.pointee.calculated =
                        increments == 0 || dimension.pointee.collections == 0
                        ? 0 : 100 * Double(grown) / Double(increments)
                }
            } else {
                dimension.pointee.calculated = 0
            }
            dimension += 1
        }
        return mark
    }

    /// The growth of a counter, through an overflow where it looks like one.
    @inline(__always)
    private func increment(_ dimension: UnsafeMutablePointer<Dimension>, _ mark: inout UInt32) -> Double {
        guard dimension.pointee.collections > 0 else { return 0 }
        let value = UInt64(bitPattern: dimension.pointee.collected)
        let previous = UInt64(bitPattern: dimension.pointee.previous)
        if value >= previous {
            let grown = Int64(bitPattern: value &- previous)
            return Double(grown) * dimension.pointee.multiplier / dimension.pointee.divisor
        }
        if !dimension.pointee.noreset { mark = StorageNumber.reset }
        let cap = dimension.pointee.isWide ? UInt64.max : UInt64(UInt32.max)
        let delta = cap &- previous &+ value
        guard delta < cap / 100 * 10 else { return 0 }
        return Double(delta) * dimension.pointee.multiplier / dimension.pointee.divisor
    }

    /// ΣC, and ΣC − ΣP, over what was set.
    private func totals(_ chart: UnsafeMutablePointer<Chart>, _ mark: inout UInt32) -> (Int64, Int64) {
        guard let dimensions = chart.pointee.dimensions else { return (0, 0) }
        var total: Int64 = 0
        var previous: Int64 = 0
        for index in 0..<Int(chart.pointee.dimensionCount) where dimensions[index].isUpdated {
            let dimension = dimensions + index
            let value = dimension.pointee.collected
            if dimension.pointee.algorithm == .percentageOfIncrementalRow {
                if dimension.pointee.collections == 0 {
                    dimension.pointee.previous = value
                } else if dimension.pointee.previous > value {
                    dimension.pointee.previous = value
                    mark = StorageNumber.reset
                }
            }
            total &+= value
            previous &+= dimension.pointee.previous
        }
        return (total, total &- previous)
    }

    // MARK: Points

    /// Stores the points on the chart's grid between the collection before and this one (web API §5.3).
    @inline(__always)
    private mutating func interpolate(
        _ chart: UnsafeMutablePointer<Chart>,
        _ slot: Int,
        _ collection: Collected,
        _ mark: UInt32
    ) {
        let every = chart.pointee.updateEvery
        let step = every &* microsecondsPerSecond
        let updated = chart.pointee.lastUpdated &* microsecondsPerSecond
        guard updated &+ step <= collection.at else { return }
        let points = (collection.at &- updated) / step
        var iterations = points &+ (collection.at % step == 0 ? 1 : 0)
        var before = collection.before
        var next = updated &+ step
        var mark = mark
        let gap = Int64(max(1, min(settings.gapWhenLostIterationsAbove, history)))
        let skipped = collection.isFirst ? points : max(0, min(points, iterations &- (gap &+ 1)))
        if skipped > 0 {
            appendGaps(Int(skipped), chart, slot)
            let last = updated &+ skipped &* step
            noteHole(after: chart.pointee.lastUpdated, before: last / microsecondsPerSecond &+ every, every: every)
            skip(chart, from: before, to: last, at: collection.at)
            before = last
            next = last &+ step
            iterations &-= skipped
            mark = 0
        }
        while next <= collection.at {
            let row = appendRow(chart, slot)
            store(
                chart,
                row,
                mark,
                Interpolation(
                    part: Double(next &- before),
                    whole: Double(collection.at &- before),
                    isLast: iterations == 1,
                    every: Double(every)
                )
            )
            before = next
            next &+= step
            iterations &-= 1
            mark = 0
        }
        chart.pointee.lastUpdated &+= points &* every
    }

    /// How a point divides the time between two collections.
    private struct Interpolation {
        /// From the point (or collection) before to this point; from there to this collection. µs.
        var part: Double
        var whole: Double
        var isLast: Bool
        /// Seconds.
        var every: Double
    }

    @inline(__always)
    private func store(
        _ chart: UnsafeMutablePointer<Chart>,
        _ row: UnsafeMutablePointer<UInt32>?,
        _ mark: UInt32,
        _ interpolation: Interpolation
    ) {
        guard let dimensions = chart.pointee.dimensions else { return }
        let storeFirst = chart.pointee.storeFirst
        for index in 0..<Int(chart.pointee.dimensionCount) {
            let dimension = dimensions + index
            guard dimension.pointee.isUpdated, dimension.pointee.collections > 0 || storeFirst else {
                // Also what an interrupted counter had left over is lost with its point.
                if dimension.pointee.algorithm == .incremental { dimension.pointee.lastCalculated = 0 }
                dimension.pointee.latest = .nan
                row?[index] = StorageNumber.empty
                continue
            }
            var value: Double
            if dimension.pointee.algorithm == .incremental {
                value = dimension.pointee.calculated * interpolation.part / interpolation.whole
                dimension.pointee.calculated -= value
                value = (value + dimension.pointee.lastCalculated) / interpolation.every
                dimension.pointee.lastCalculated = 0
            } else if interpolation.isLast {
                value = dimension.pointee.calculated
            } else {
                let last = dimension.pointee.lastCalculated
                value = (dimension.pointee.calculated - last) * interpolation.part / interpolation.whole + last
            }
            dimension.pointee.latest = value
            row?[index] = StorageNumber.encode(value, flags: mark)
        }
    }

    /// What gaps consume of the values, all at once.
    private func skip(_ chart: UnsafeMutablePointer<Chart>, from before: Int64, to last: Int64, at: Int64) {
        guard let dimensions = chart.pointee.dimensions else { return }
        let rest = at > before ? Double(at &- last) / Double(at &- before) : 0
        for index in 0..<Int(chart.pointee.dimensionCount) {
            dimensions[index].latest = .nan
            guard dimensions[index].algorithm == .incremental else { continue }
            dimensions[index].calculated *= rest
            dimensions[index].lastCalculated = 0
        }
    }

    /// What the next collection needs of this one.
    @inline(__always)
    private func finish(_ chart: UnsafeMutablePointer<Chart>, _ collection: Collected, now: Int64) {
        age(chart, at: now / microsecondsPerSecond)
        guard let dimensions = chart.pointee.dimensions else { return }
        for index in 0..<Int(chart.pointee.dimensionCount) where dimensions[index].isUpdated {
            let dimension = dimensions + index
            dimension.pointee.secondsUnset = 0
            dimension.pointee.previous = dimension.pointee.collected
            if dimension.pointee.algorithm == .incremental {
                if !collection.isFirst { dimension.pointee.lastCalculated += dimension.pointee.calculated }
            } else {
                dimension.pointee.lastCalculated = dimension.pointee.calculated
            }
            dimension.pointee.calculated = 0
            if dimension.pointee.collections < 2 { dimension.pointee.collections &+= 1 }
        }
    }

    /// Another collection of the chart has come: what it did not set was set so much longer ago.
    @inline(__always)
    func age(_ chart: UnsafeMutablePointer<Chart>, at second: Int64) {
        let passed = UInt16(clamping: second &- chart.pointee.lastEnded)
        chart.pointee.lastEnded = second
        guard passed > 0, let dimensions = chart.pointee.dimensions else { return }
        for index in 0..<Int(chart.pointee.dimensionCount) {
            let (seconds, isLong) = dimensions[index].secondsUnset.addingReportingOverflow(passed)
            dimensions[index].secondsUnset = isLong ? Dimension.neverSet : seconds
        }
    }

    /// Closes a collection: nothing is set any more.
    @inline(__always)
    private func forget(_ chart: UnsafeMutablePointer<Chart>) {
        guard let dimensions = chart.pointee.dimensions else { return }
        for index in 0..<Int(chart.pointee.dimensionCount) { dimensions[index].isUpdated = false }
    }

    private func offer(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int, _ lines: UnsafeBufferPointer<UInt8>) {
        let isAsItCame = chart.pointee.step == given && !lines.isEmpty
        let ref = ref(Int32(truncatingIfNeeded: slot))
        records.withUnsafeBufferPointer { records in
            let collection = Collection(
                chart: chart,
                ref: ref,
                record: records.baseAddress! + slot,
                isStoring: isStoring,
                lines: isAsItCame ? lines : nil
            )
            for tap in taps { tap.collected(guid, collection) }
        }
    }
}

/// Whole seconds since 1970, rounded down to a multiple of `grid`.
@inline(__always)
func floorSeconds(_ microseconds: Int64, grid: Int64) -> Int64 {
    let seconds = microseconds / microsecondsPerSecond &- (microseconds % microsecondsPerSecond < 0 ? 1 : 0)
    let rest = seconds % grid
    return seconds &- (rest < 0 ? rest &+ grid : rest)
}
