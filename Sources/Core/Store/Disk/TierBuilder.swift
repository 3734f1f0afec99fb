import Basics
import Config
import System

/// Makes the rows of a tier out of the tier below, for all that has become complete since the last time (storage §4).
///
/// What it has not made yet, queries make themselves (``TierReader``): so it may be late, and a node that is killed loses
/// nothing by it.
struct TierBuilder {
    let store: SegmentStore
    let below: SegmentStore
    /// Points of the tier below in one of this one.
    let factor: Int
    let fills: DiskEngineSettings.Backfill
    let isStopped: () -> Bool

    /// Seconds between two times.
    static let everySeconds = 600
    /// Fewer rows than this are not worth a block.
    static let leastRows = 60
    /// Rows of a block.
    private static let mostRows = 256

    func build(least: Int) {
        for (guid, name) in below.hosts() {
            let made = store.series(of: guid)
            for (key, series) in below.series(of: guid) {
                guard !isStopped() else { return }
                build(key, series, after: made[key]?.span.last, name, least: least)
            }
        }
        try? store.flush()
    }

    private func build(_ key: SeriesKey, _ series: StoredSeries, after made: Int64?, _ name: String, least: Int) {
        let belowStep = Int64(key.updateEvery) * Int64(below.settings.stepFactor)
        let step = Int64(key.updateEvery) * Int64(store.settings.stepFactor)
        let dimensions = series.definition.dimensions.map(\.id)
        guard belowStep > 0, !dimensions.isEmpty, fills != .none || made != nil else { return }
        // The row in which the points below begin is not complete.
        var after = made ?? TierMaker.end(of: series.span.first - belowStep, step: step)
        let through = series.span.last - series.span.last % step
        guard (through - after) / step >= Int64(least) else { return }
        while after < through, !isStopped() {
            let end = min(through, after + Int64(Self.mostRows) * step)
            let rows = rows(key, dimensions, belowStep, after: after, through: end)
            guard rows.count > 0, append(rows, series, key, name) else { return }
            after = end
        }
    }

    private func rows(
        _ key: SeriesKey,
        _ dimensions: [String],
        _ belowStep: Int64,
        after: Int64,
        through: Int64
    ) -> TierColumns {
        if below.settings.stepFactor == 1 {
            let points = StoredPoints(below, key, dimensions, after: after, through: through)
            return TierMaker.rows(of: points, factor: factor, after: after, through: through)
        }
        let points = TierColumns(below, key, dimensions, from: after + belowStep, through: through, step: belowStep)
        return TierMaker.rows(of: points, factor: factor, after: after, through: through)
    }

    private func append(_ rows: TierColumns, _ series: StoredSeries, _ key: SeriesKey, _ name: String) -> Bool {
        let matrix = TierForm.pack(rows)
        let payload = matrix.withUnsafeBufferPointer { matrix in
            BlockEncoder(
                matrix.baseAddress!,
                width: TierForm.width(dimensions: rows.columns.count),
                count: rows.count
            ).encode()
        }
        do throws(SegmentStoreError) {
            try store.append(
                host: key.host,
                hostname: name,
                definition: series.definition,
                stamp: nil,
                firstTime: rows.firstTime,
                rows: rows.count,
                payload: payload
            )
            return true
        } catch {
            // The disk's state is the business of full resolution; here the rows are made again the next time.
            return false
        }
    }
}

extension StoredPoints {
    /// What a store has of a series in `after < t ≤ through`.
    init(_ store: SegmentStore, _ key: SeriesKey, _ dimensions: [String], after: Int64, through: Int64) {
        let step = Int64(key.updateEvery)
        var shared = SharedPoints(firstTime: after + step, step: step, width: dimensions.count)
        let rows = ArchivedRows(
            store: store,
            host: key.host,
            chart: key.chart,
            updateEvery: step,
            dimensions: dimensions,
            firstTime: after + step,
            isAsked: false
        )
        let count = Int((through - after) / step)
        if count > 0 { shared.add(.archived(rows), from: 0, count: count) }
        self = shared.copied()
    }
}

extension TierColumns {
    /// What a tier's store has of a series in `from...through`: gaps elsewhere.
    init(
        _ store: SegmentStore,
        _ key: SeriesKey,
        _ dimensions: [String],
        from: Int64,
        through: Int64,
        step: Int64
    ) {
        let first = TierMaker.end(of: from, step: step)
        let count = first <= through ? Int((through - first) / step) + 1 : 0
        self.init(gaps: count, firstTime: first, step: step, dimensions: dimensions.count)
        guard count > 0 else { return }
        for reference in store.blocks(of: key, from: first, to: through) {
            guard let block = store.read(reference), let rows = TierColumns(block, step: step) else { continue }
            let stored = block.dimensionIDs
            copy(rows, dimensions: dimensions.map { stored.firstIndex(of: $0) })
        }
    }

    private init?(_ block: StoredBlock, step: Int64) {
        let dimensions = block.definition.dimensions.count
        let width = TierForm.width(dimensions: dimensions)
        let columns: [[UInt32]]? = block.payload.withUnsafeBufferPointer { bytes in
            guard BlockDecoder.width(bytes) == width else { return nil }
            return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, width * block.rows)) { buffer in
                let start = buffer.baseAddress!
                var decoder = BlockDecoder(bytes, count: block.rows)
                guard decoder.decode({ start + $0 * block.rows }) != nil else { return nil }
                return (0..<width).map { column in
                    Array(UnsafeBufferPointer(start: start + column * block.rows, count: block.rows))
                }
            }
        }
        guard let columns else { return nil }
        self.init(
            firstTime: block.firstTime,
            step: step,
            columns: (0..<dimensions).map { dimension in
                let place = TierForm.columns(of: dimension, dimensions: dimensions)
                return TierForm.column(
                    totals: columns[place.totals],
                    minima: columns[place.minima],
                    maxima: columns[place.maxima],
                    counts: columns[place.counts]
                )
            }
        )
    }
}
