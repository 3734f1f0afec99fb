import Basics
import Store
import Transport

/// A query of a host's charts, planned: what it reads is known, and not read yet.
struct HostQuery {
    enum Outcome {
        case finished(QueryResult)
        /// The time the client gave was over while it ran.
        case abandoned
    }

    let plan: QueryPlan
    private let host: Host
    private let refs: [String: ChartRef]

    init(_ query: QueryParameters, _ request: EndpointRequest) throws(QueryRefusal) {
        let context = request.context
        let host = request.host
        let described = host.describe(query)
        plan = try QueryPlan(
            query,
            charts: described.map { $0.chart },
            tiers: host.settings.mode == .dbengine ? context.storageTiers : 1,
            now: context.clock.now(),
            limits: context.queryLimits
        )
        self.host = host
        refs = Dictionary(described.map { ($0.chart.id, $0.ref) }) { first, _ in first }
    }

    // MARK: How long it takes

    /// Points that are read and values that are printed within a millisecond. Points whose blocks have to be decompressed take some
    /// 20 ns each.
    private static let lightPoints: Int64 = 40_000
    private static let lightValues: Int64 = 10_000

    /// Of a chart that is planned quickly: dimensions, and their product with the bytes of the patterns they are compared with.
    private static let lightDimensions = 1000
    private static let lightComparing = 100_000

    /// Whether a query of one chart is planned without a disk, and without looking at much.
    /// - Parameter dimensions: of the chart.
    static func isPlannedQuickly(_ query: QueryParameters, _ host: Host, dimensions: Int) -> Bool {
        let patterns = [query.dimensions, query.labelFilter, query.labelKeys].reduce(0) { $0 + $1.utf8.count }
        return dimensions <= lightDimensions && patterns <= lightComparing / max(1, dimensions) && host.knowsTierSpans
    }

    /// Whether it is what dashboards ask for all the time: a window of one chart that is in memory and not long. For these the
    /// way to another thread and back would cost as much as half the answer. What leaves the memory before it is read is read from the
    /// disk after all, where it has just been written.
    var isLight: Bool {
        guard plan.isSingleChart, let part = plan.parts.first, part.tier == 0 else { return false }
        guard plan.storedPoints <= Self.lightPoints, plan.values <= Self.lightValues else { return false }
        guard let times = plan.points(of: part), let ref = refs[part.chart.id] else { return true }
        return host.withDatabase { $0.isInMemory(ref, from: times.lowerBound) }
    }

    // MARK: The answer

    /// - Parameter isLate: whether the client has given up.
    func run(_ isLate: @escaping () -> Bool) -> Outcome {
        var isAbandoned = false
        func mayGoOn() -> Bool {
            if isLate() { isAbandoned = true }
            return !isAbandoned
        }
        let result = plan.run { part, times in
            guard mayGoOn(), let ref = refs[part.chart.id] else { return nil }
            // What still grows is copied under the lock, the rest without it.
            return host.withDatabase { $0.shared(ref, from: times.lowerBound, to: times.upperBound) }
                .beginning(at: times.lowerBound).copied()
        } tier: { part, times in
            guard mayGoOn() else { return nil }
            let chart = part.chart
            let series = host.series(chart.id, chart.updateEvery, chart.dimensions.map(\.id))
            return host.tierColumns(series, tier: part.tier, from: times.lowerBound, through: times.upperBound)
        }
        return isAbandoned ? .abandoned : .finished(result)
    }
}

extension Host {
    /// The charts that a query may mean: the one it names, or all of them.
    fileprivate func describe(_ query: QueryParameters) -> [(chart: QueryChart, ref: ChartRef)] {
        let ref = query.context.isEmpty ? withDatabase { $0.find(query.chart) } : nil
        let meant =
            if let ref { withDatabase { $0.describe(ref) }.map { [$0] } ?? [] } else { take { $0.describe($1) } }
        return meant.map { chart, latest in
            let tiers = tierSpans(
                series(chart.definition.id, chart.retention.updateEvery, chart.dimensions.map(\.id))
            )
            return (QueryChart(chart, latest: latest, higherTiers: tiers), chart.ref)
        }
    }

    fileprivate func series(_ chart: String, _ updateEvery: Int64, _ dimensions: [String]) -> TierSeries {
        TierSeries(host: guid, chart: chart, updateEvery: updateEvery, dimensions: dimensions)
    }
}

extension HostDatabase {
    fileprivate func describe(_ ref: ChartRef) -> (chart: ChartSnapshot, latest: [Double])? {
        snapshot(of: ref).map { ($0, latestNumbers(of: ref)) }
    }
}

extension QueryChart {
    fileprivate init(_ chart: ChartSnapshot, latest: [Double], higherTiers: [TierSpan]) {
        self.init(
            id: chart.definition.id,
            name: chart.definition.name,
            context: chart.definition.context,
            updateEvery: chart.retention.updateEvery,
            first: chart.reportedFirst,
            last: chart.retention.last,
            higherTiers: higherTiers,
            labels: chart.definition.labelsAutomaticFirst.map { ($0.key, $0.value) },
            dimensions: zip(chart.dimensions, latest).map { dimension, latest in
                Dimension(
                    id: dimension.id,
                    name: dimension.name,
                    isHidden: dimension.options.contains(.hidden),
                    latest: latest
                )
            }
        )
    }
}
