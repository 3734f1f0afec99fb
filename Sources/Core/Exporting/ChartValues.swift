import Basics
import Config
import Store

/// What a batch says of one chart: copied under the host's lock.
struct ChartValues: Sendable {
    let definition: ChartDefinition
    let dimensions: [DimensionDefinition]
    /// Milliseconds since 1970 that stand beside the values.
    let milliseconds: Int64
    /// Variables of the chart, where they are sent.
    let variables: [String: Double]
    private let values: Values

    private enum Values: Sendable {
        case collected([LatestValue])
        /// Per dimension; `nil` where all points are gaps.
        case stored([Double?])
    }

    /// One value.
    enum Number: Sendable, Equatable {
        /// The last collected integer.
        case collected(Int64)
        /// Average or sum.
        case stored(Double)
    }

    /// Unix seconds that stand beside the values.
    var time: Int64 { milliseconds / 1000 }

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
        let isRemoteWrite = connector.format == .remoteWrite
        variables = isRemoteWrite && connector.sendsVariables ? chart.variables : [:]
        guard connector.source != .asCollected else {
            // Lines repeat what has not changed; a series must not have two samples of one time.
            if isRemoteWrite, chart.lastCollected / microsecondsPerSecond < after { return nil }
            milliseconds = chart.lastCollected / 1000
            values = .collected(database.latest(of: ref))
            return
        }
        guard let window = StoredWindow(after: after, before: before, chart.retention) else { return nil }
        if isRemoteWrite, window.repeats(after: after, chart.retention) { return nil }
        milliseconds = window.through * 1000
        let points = database.points(of: ref, from: window.from, to: window.through).columns
        values = .stored(points.map(connector.source == .sum ? StoredWindow.sum : StoredWindow.average))
    }

    /// What there is to send of a dimension; `nil`: nothing.
    func number(_ dimension: Int) -> Number? {
        guard !dimensions[dimension].options.contains(.obsolete) else { return nil }
        switch values {
        case .collected(let latest):
            guard dimension < latest.count, latest[dimension].isCollected else { return nil }
            return .collected(latest[dimension].collected)
        case .stored(let points):
            guard dimension < points.count, let value = points[dimension] else { return nil }
            return .stored(value)
        }
    }
}

extension ChartValues.Number {
    /// Appends it as text: an integer, or seven decimals.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .collected(let number): appendDigits(number, to: &bytes)
        case .stored(let number): appendFixed(number, decimals: 7, to: &bytes)
        }
    }

    var double: Double {
        switch self {
        case .collected(let number): Double(number)
        case .stored(let number): number
        }
    }
}

extension StoredWindow {
    /// Whether the batch before has ended with the same point: nothing was stored since, because the chart is slower than
    /// the connector.
    fileprivate func repeats(after: Int64, _ retention: Retention) -> Bool {
        let step = max(1, retention.updateEvery)
        let start = after - 2 * step
        return through < start - start % step
    }
}
