import Config
import Store

/// The charts of one disk (collectors §5 and §6).
struct Disk {
    /// What makes a disk be shown, in pairs of a plain and an extended chart.
    struct Wishes {
        var bandwidth: Appearance
        var operations: Appearance
        var merged: Appearance
        var time: Appearance
        var queued: Appearance
        var utilization: Appearance
        var backlog: Appearance
        var extended: Appearance
    }

    let kind: String
    private let templates: DiskTemplates
    private let wishes: Wishes
    private(set) var reading = DiskReading()
    private var previous: DiskReading?
    private var hasReading = false

    private var bandwidth = Pair()
    private var operations = Pair()
    private var merged = Pair()
    private var time = Pair()
    private var latency = Pair()
    private var size = Pair()
    private var queued = LiveChart()
    private var backlog = LiveChart()
    private var busy = LiveChart()
    private var utilization = LiveChart()
    private var service = LiveChart()

    /// A chart and the one of the newer counters: discards and flushes.
    private struct Pair {
        var plain = LiveChart()
        var extended = LiveChart()
    }

    init(name: String, kind: String, mountPoint: String?, wishes: Wishes) {
        self.kind = kind
        templates = DiskTemplates(name: name, kind: kind, mountPoint: mountPoint)
        self.wishes = wishes
    }

    mutating func collect(_ new: DiskReading, into database: inout HostDatabase, at tick: Tick) {
        previous = hasReading ? reading : nil
        reading = new
        hasReading = true
        collectCounters(into: &database, at: tick)
        collectUse(into: &database, at: tick)
        if let previous { collectAverages(since: previous, into: &database, at: tick) }
    }

    private static func isWanted(_ appearance: Appearance, _ isShown: Bool, _ isNonZero: Bool) -> Bool {
        switch appearance {
        case .never: false
        case .always: true
        case .whenNonZero: isShown || isNonZero
        }
    }

    private mutating func collectCounters(into database: inout HostDatabase, at tick: Tick) {
        let templates = templates
        let now = reading
        let isExtended = wishes.extended != .never
        if Self.isWanted(
            wishes.bandwidth,
            bandwidth.plain.isShown,
            now.sectorsRead | now.sectorsWritten | now.sectorsDiscarded != 0
        ) {
            Self.fill(&bandwidth.plain, templates.bandwidth, now.sectorsRead, now.sectorsWritten, &database, tick)
            if isExtended {
                Self.fill(&bandwidth.extended, templates.discarded, now.sectorsDiscarded, nil, &database, tick)
            }
        }
        if Self.isWanted(
            wishes.operations,
            operations.plain.isShown,
            now.reads | now.writes | now.discards | now.flushes != 0
        ) {
            Self.fill(&operations.plain, templates.operations, now.reads, now.writes, &database, tick)
            if isExtended {
                Self.fill(
                    &operations.extended,
                    templates.extendedOperations,
                    now.discards,
                    now.flushes,
                    &database,
                    tick
                )
            }
        }
        if Self.isWanted(
            wishes.merged,
            merged.plain.isShown,
            now.mergedReads | now.mergedWrites | now.mergedDiscards != 0
        ) {
            Self.fill(&merged.plain, templates.merged, now.mergedReads, now.mergedWrites, &database, tick)
            if isExtended {
                Self.fill(&merged.extended, templates.mergedDiscards, now.mergedDiscards, nil, &database, tick)
            }
        }
        let milliseconds =
            now.millisecondsReading | now.millisecondsWriting | now.millisecondsDiscarding | now.millisecondsFlushing
        if Self.isWanted(wishes.time, time.plain.isShown, milliseconds != 0) {
            Self.fill(&time.plain, templates.time, now.millisecondsReading, now.millisecondsWriting, &database, tick)
            if isExtended {
                Self.fill(
                    &time.extended,
                    templates.extendedTime,
                    now.millisecondsDiscarding,
                    now.millisecondsFlushing,
                    &database,
                    tick
                )
            }
        }
    }

    private mutating func collectUse(into database: inout HostDatabase, at tick: Tick) {
        let templates = templates
        if Self.isWanted(wishes.queued, queued.isShown, reading.inProgress != 0) {
            Self.fill(&queued, templates.queued, reading.inProgress, nil, &database, tick)
        }
        if Self.isWanted(wishes.backlog, backlog.isShown, reading.millisecondsOfBacklog != 0) {
            Self.fill(&backlog, templates.backlog, reading.millisecondsOfBacklog, nil, &database, tick)
        }
        guard Self.isWanted(wishes.utilization, busy.isShown, reading.millisecondsBusy != 0) else { return }
        Self.fill(&busy, templates.busy, reading.millisecondsBusy, nil, &database, tick)
        let milliseconds = previous.map { reading.millisecondsBusy &- $0.millisecondsBusy } ?? 0
        let percentage = min(100, max(0, milliseconds) / (10 * Int64(tick.updateEvery)))
        Self.fill(&utilization, templates.utilization, percentage, nil, &database, tick)
    }

    /// What an operation cost on average since the last round; 0 where there was none.
    private mutating func collectAverages(
        since before: DiskReading,
        into database: inout HostDatabase,
        at tick: Tick
    ) {
        let templates = templates
        let now = reading
        let reads = now.reads &- before.reads
        let writes = now.writes &- before.writes
        let discards = now.discards &- before.discards
        let flushes = now.flushes &- before.flushes
        let isExtended = wishes.extended != .never
        if time.plain.isShown, operations.plain.isShown {
            Self.fill(
                &latency.plain,
                templates.await,
                Self.average(now.millisecondsReading &- before.millisecondsReading, reads),
                Self.average(now.millisecondsWriting &- before.millisecondsWriting, writes),
                &database,
                tick
            )
            if isExtended {
                Self.fill(
                    &latency.extended,
                    templates.extendedAwait,
                    Self.average(now.millisecondsDiscarding &- before.millisecondsDiscarding, discards),
                    Self.average(now.millisecondsFlushing &- before.millisecondsFlushing, flushes),
                    &database,
                    tick
                )
            }
        }
        if bandwidth.plain.isShown, operations.plain.isShown {
            Self.fill(
                &size.plain,
                templates.size,
                Self.average(now.sectorsRead &- before.sectorsRead, reads),
                Self.average(now.sectorsWritten &- before.sectorsWritten, writes),
                &database,
                tick
            )
            if isExtended {
                Self.fill(
                    &size.extended,
                    templates.discardSize,
                    Self.average(now.sectorsDiscarded &- before.sectorsDiscarded, discards),
                    nil,
                    &database,
                    tick
                )
            }
        }
        if busy.isShown, operations.plain.isShown {
            let busy = Self.average(now.millisecondsBusy &- before.millisecondsBusy, reads &+ writes)
            Self.fill(&service, templates.service, busy, nil, &database, tick)
        }
    }

    private static func average(_ sum: Int64, _ operations: Int64) -> Int64 {
        operations > 0 ? sum / operations : 0
    }

    private static func fill(
        _ chart: inout LiveChart,
        _ template: @autoclosure () -> ChartTemplate,
        _ first: Int64,
        _ second: Int64?,
        _ database: inout HostDatabase,
        _ tick: Tick
    ) {
        chart.begin(&database, tick, .proc(DiskstatsCollector.name), template())
        database.set(0, first)
        if let second { database.set(1, second) }
        database.end(now: tick.now)
    }

    /// The disk is gone.
    mutating func retire(from database: inout HostDatabase, at tick: Tick) {
        for pair in [bandwidth, operations, merged, time, latency, size] {
            var pair = pair
            pair.plain.retire(from: &database, tick)
            pair.extended.retire(from: &database, tick)
        }
        for chart in [queued, backlog, busy, utilization, service] {
            var chart = chart
            chart.retire(from: &database, tick)
        }
    }
}
