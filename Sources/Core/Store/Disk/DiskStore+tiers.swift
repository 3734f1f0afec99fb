public import Basics

/// Tiers as queries see them: what is stored of them, and the rest made of the tier below (web API §7.7).
extension DiskStore: TierSource {
    public func spans(_ series: TierSeries) -> [TierSpan] {
        guard let host = engineHost(series.host) else { return [] }
        let retention = host.withDatabase { database in database.find(series.chart).map { database.retention(of: $0) } }
        guard let retention, retention.points > 0, retention.updateEvery == series.updateEvery else { return [] }
        return openTierStores.enumerated().map { index, store in
            let step = series.updateEvery * Int64(store.settings.stepFactor)
            let stored = store.span(of: series.key)
            let first = TierMaker.end(of: retention.first - retention.updateEvery, step: step) + step
            return TierSpan(
                tier: index + 1,
                first: min(first, stored?.first ?? first),
                last: retention.last - retention.last % step,
                step: step
            )
        }
    }

    public func knowsSpans(of host: GUID) -> Bool { openTierStores.allSatisfy { $0.knowsSpans(of: host) } }

    public func points(_ series: TierSeries, tier: Int, from: Int64, through: Int64) -> TierColumns? {
        let stores = openTierStores
        guard tier >= 1, tier <= stores.count, series.updateEvery > 0 else { return nil }
        let store = stores[tier - 1]
        let step = series.updateEvery * Int64(store.settings.stepFactor)
        var points = TierColumns(store, series.key, series.dimensions, from: from, through: through, step: step)
        let stored = store.span(of: series.key)
        // Before and behind what is stored.
        let tail = stored.map { max(from, $0.last + 1) } ?? from
        if tail <= through { make(&points, series, tier, from: tail, through: through) }
        if let stored, from < stored.first, from < tail {
            make(&points, series, tier, from: from, through: min(through, stored.first - 1))
        }
        return points
    }

    private func make(_ points: inout TierColumns, _ series: TierSeries, _ tier: Int, from: Int64, through: Int64) {
        let step = points.step
        let first = TierMaker.end(of: from, step: step)
        let last = through - through % step
        guard first <= last else { return }
        let after = first - step
        let factor = Int(openTierStores[tier - 1].settings.stepFactor)
        if tier == 1 {
            guard let below = stored(series, after: after, through: last) else { return }
            points.copy(TierMaker.rows(of: below, factor: factor, after: after, through: last))
        } else {
            let lower = series.updateEvery * Int64(openTierStores[tier - 2].settings.stepFactor)
            guard let below = self.points(series, tier: tier - 1, from: after + lower, through: last) else { return }
            points.copy(TierMaker.rows(of: below, factor: Int(step / lower), after: after, through: last))
        }
    }

    /// Full resolution, also what is only in memory.
    private func stored(_ series: TierSeries, after: Int64, through: Int64) -> StoredPoints? {
        guard let host = engineHost(series.host) else { return nil }
        let shared = host.withDatabase { database in
            database.find(series.chart).map {
                ($0, database.shared($0, from: after + 1, to: through), database.dimensions(of: $0).map(\.id))
            }
        }
        guard let (_, points, ids) = shared else { return nil }
        var copied = points.copied()
        guard ids != series.dimensions else { return copied }
        let gaps = [UInt32](repeating: StorageNumber.empty, count: copied.count)
        copied.columns = series.dimensions.map { id in ids.firstIndex(of: id).map { copied.columns[$0] } ?? gaps }
        return copied
    }
}

extension TierSeries {
    fileprivate var key: SeriesKey { SeriesKey(host: host, chart: chart, updateEvery: Int(updateEvery)) }
}
