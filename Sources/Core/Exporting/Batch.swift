import Basics
import Config
import Status
import Store
import Synchronization

/// What one connector sends at one time: the values of all hosts and charts it wants (exporting §2, §3).
struct Batch: Sendable, Equatable {
    var bytes: [UInt8] = []
    /// Lines in it.
    var metrics = 0
    /// Charts that had no room in it.
    var omittedCharts = 0

    /// Bytes of one batch at most. Half a million lines of a usual length.
    static let byteLimit = 64 << 20

    init() {}

    /// - Parameters:
    ///   - after: Unix seconds of the batch before.
    ///   - now: Unix seconds.
    init(
        _ connector: ExportingSettings.Connector,
        _ hosts: Hosts,
        after: Int64,
        now: Int64,
        byteLimit: Int = Batch.byteLimit
    ) {
        for host in hosts.all() {
            let isLocal = host === hosts.local
            guard connector.sendsHosts.matches(isLocal ? "localhost" : host.hostname) else { continue }
            // Without a database there is nothing but the last collected numbers.
            if host.settings.mode == .none, connector.source != .asCollected { continue }
            let format = LineFormat(connector, host.identity.withLock { $0 }, isLocal: isLocal)
            let charts = host.take { database, ref in
                ChartValues(database, ref, connector, after: after, before: now)
            }
            let isGone = host.status.withLock { $0.state == .down || $0.state == .archived }
            for chart in charts {
                // The last numbers of a host that has left are sent once, not for ever.
                if isGone, chart.time < after, connector.source == .asCollected { continue }
                guard bytes.count < byteLimit else {
                    omittedCharts += 1
                    continue
                }
                append(chart, connector, format)
            }
        }
    }

    private mutating func append(
        _ chart: ChartValues,
        _ connector: ExportingSettings.Connector,
        _ format: LineFormat
    ) {
        let name = connector.usesNames ? chart.definition.name : chart.definition.id
        func line(_ dimension: Int, _ value: (inout [UInt8]) -> Void) {
            let definition = chart.dimensions[dimension]
            format.append(
                chart: name,
                dimension: connector.usesNames ? definition.name : definition.id,
                time: chart.time,
                to: &bytes,
                value: value
            )
            metrics += 1
        }
        for index in chart.dimensions.indices where !chart.dimensions[index].options.contains(.obsolete) {
            switch chart.values {
            case .collected(let latest):
                guard index < latest.count, latest[index].isCollected else { continue }
                line(index) { appendDigits(latest[index].collected, to: &$0) }
            case .stored(let points):
                guard index < points.count, let value = points[index] else { continue }
                line(index) { appendFixed(value, decimals: 7, to: &$0) }
            }
        }
    }
}

/// What a batch says of one chart.
private struct ChartValues: Sendable {
    let definition: ChartDefinition
    let dimensions: [DimensionDefinition]
    /// Unix seconds that stand beside the values.
    let time: Int64
    let values: Values

    enum Values: Sendable {
        case collected([LatestValue])
        /// Per dimension; `nil` where all points are gaps.
        case stored([Double?])
    }

    /// - Returns: `nil` for a chart that the connector doesn't want, or that has nothing in this time.
    init?(
        _ database: borrowing HostDatabase,
        _ ref: ChartRef,
        _ connector: ExportingSettings.Connector,
        after: Int64,
        before: Int64
    ) {
        guard let chart = database.snapshot(of: ref), chart.isExported,
            connector.sendsCharts.matches(chart.definition.id) || connector.sendsCharts.matches(chart.definition.name)
        else { return nil }
        definition = chart.definition
        dimensions = chart.dimensions
        guard connector.source != .asCollected else {
            time = chart.lastCollected / microsecondsPerSecond
            values = .collected(database.latest(of: ref))
            return
        }
        guard let window = StoredWindow(after: after, before: before, chart.retention) else { return nil }
        time = window.through
        let points = database.points(of: ref, from: window.from, to: window.through).columns
        values = .stored(points.map(connector.source == .sum ? StoredWindow.sum : StoredWindow.average))
    }
}
