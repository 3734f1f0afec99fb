import Status
import Store
import Synchronization

/// A host's charts by what they are about: contexts, their charts, and the charts' dimensions (web API §8.4).
struct ContextTree: Sendable {
    struct Dimension: Sendable {
        var id: String
        var name: String
        var span: Span
    }

    struct Chart: Sendable {
        var definition: ChartDefinition
        var span: Span
        var dimensions: [Dimension]
    }

    struct Context: Sendable {
        var id: String
        /// Those that are meant.
        var charts: [Chart]
        /// What all charts say together, whether they are meant or not: at least one.
        var definitions: [ChartDefinition]
        var span: Span
    }

    /// From when to when there is something.
    struct Span: Sendable {
        /// Unix seconds; 0 for nothing yet.
        var first: Int64
        /// Unix seconds; of what is collected it is now.
        var last: Int64
        var isCollected: Bool

        /// Whether it is not for people.
        var isHidden = false

        /// Whether there is nothing at all.
        var isEmpty: Bool { first == 0 && !isCollected }

        func joined(with other: Span) -> Span {
            Span(
                first: first == 0 ? other.first : other.first == 0 ? first : min(first, other.first),
                last: max(last, other.last),
                isCollected: isCollected || other.isCollected,
                isHidden: isHidden && other.isHidden
            )
        }
    }

    /// In the order in which their first charts were defined. What a context says is said by all its charts.
    private(set) var contexts: [Context] = []

    /// - Parameter now: Unix seconds.
    init(_ host: Host, _ request: ContextsRequest, now: Int64) {
        let isAlive = host.isCollecting
        let charts = host.take { database, ref in
            database.snapshot(of: ref).map { ($0, database.latest(of: ref).map(\.isCollected)) }
        }
        var places: [String: Int] = [:]
        for (snapshot, isCollected) in charts {
            let definition = snapshot.definition
            guard request.context.map({ $0 == definition.context }) ?? true else { continue }
            let isCollecting = isAlive && snapshot.collections > 0 && !definition.options.contains(.obsolete)
            let stored = host.retention(of: snapshot)
            // Nothing was ever stored of it, and nothing comes: as good as deleted.
            guard isCollecting || stored.first != 0 || request.options.contains(.deleted) else { continue }
            var span = Span(first: stored.first, last: isCollecting ? now : stored.last, isCollected: isCollecting)
            if span.first == 0 { span.first = span.last }
            span.isHidden = definition.options.contains(.hidden)
            let place = places[definition.context] ?? contexts.count
            if place == contexts.count {
                places[definition.context] = place
                contexts.append(Context(id: definition.context, charts: [], definitions: [definition], span: span))
            } else {
                contexts[place].definitions.append(definition)
                contexts[place].span = contexts[place].span.joined(with: span)
            }
            if let chart = Self.chart(snapshot, isCollected, span, lastStored: stored.last, request, now: now) {
                contexts[place].charts.append(chart)
            }
        }
        contexts.removeAll(where: \.charts.isEmpty)
    }

    /// - Returns: `nil` for one that is not meant.
    private static func chart(
        _ snapshot: ChartSnapshot,
        _ collected: [Bool],
        _ span: Span,
        lastStored: Int64,
        _ request: ContextsRequest,
        now: Int64
    ) -> Chart? {
        guard request.includes(snapshot.definition),
            request.isWithin(first: span.first, last: lastStored == 0 ? span.last : lastStored)
        else { return nil }
        let dimensions = zip(snapshot.dimensions, collected).filter { request.includes($0.0) }.map {
            dimension,
            isUsed in
            let isCollected = span.isCollected && isUsed && !dimension.options.contains(.obsolete)
            return Dimension(
                id: dimension.id,
                name: dimension.name,
                span: Span(first: span.first, last: isCollected ? now : lastStored, isCollected: isCollected)
            )
        }
        if request.selectsDimensions, dimensions.isEmpty { return nil }
        return Chart(definition: snapshot.definition, span: span, dimensions: dimensions)
    }
}

extension Host {
    /// Whether something may come: it is the own host, or connected.
    var isCollecting: Bool { status.withLock { $0.state == .local || $0.state.isConnected } }

    /// Unix seconds of the oldest and the newest point of a chart, in whatever tier they are; both 0 for none.
    fileprivate func retention(of chart: ChartSnapshot) -> (first: Int64, last: Int64) {
        let first = chart.reportedFirst
        guard settings.mode == .dbengine else { return (first, chart.retention.last) }
        let series = TierSeries(
            host: guid,
            chart: chart.definition.id,
            updateEvery: chart.retention.updateEvery,
            dimensions: chart.dimensions.map(\.id)
        )
        let oldest = tierSpans(series).filter { !$0.isEmpty }.map(\.first).min() ?? first
        return (first == 0 ? oldest : min(first, oldest), chart.retention.last)
    }
}
