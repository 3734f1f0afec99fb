import Basics
import Config
import Status
import Store
import Synchronization

/// What one connector sends at one time: the values of all hosts and charts it wants (exporting §2, §3).
struct Batch: Sendable, Equatable {
    /// What is sent in one piece: one request of HTTP, or all lines.
    struct Part: Sendable, Equatable {
        var bytes: [UInt8]
        /// Values in it.
        var metrics: Int
    }

    /// Those that have not been sent yet.
    var parts: [Part] = []
    /// Charts that had no room in it.
    var omittedCharts = 0

    var metrics: Int { parts.reduce(0) { $0 + $1.metrics } }
    var bytes: Int { parts.reduce(0) { $0 + $1.bytes.count } }

    /// Bytes of one batch at most. Half a million lines of a usual length.
    static let byteLimit = 64 << 20

    init(parts: [Part] = []) { self.parts = parts }

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
        var writer = BatchWriter(connector)
        for host in hosts.all() {
            let isLocal = host === hosts.local
            guard connector.sendsHosts.matches(isLocal ? "localhost" : host.hostname) else { continue }
            // Without a database there is nothing but the last collected numbers.
            if host.settings.mode == .none, connector.source != .asCollected { continue }
            let identity = host.identity.withLock { $0 }
            let format = HostFormat(connector, identity, isLocal: isLocal)
            let charts = host.take { database, ref in
                ChartValues(database, ref, connector, after: after, before: now)
            }
            let isGone = host.status.withLock { $0.state == .down || $0.state == .archived }
            if case .series(let series) = format, !charts.isEmpty {
                writer.append { series.appendInformation(identity, now: now, to: &$0) }
                let variables = connector.sendsVariables ? host.withDatabase { $0.hostVariables } : [:]
                writer.appendMany { series.append(variables: variables, of: nil, now: now, to: &$0) }
            }
            for chart in charts {
                // The last numbers of a host that has left are sent once, not for ever.
                if isGone, chart.time < after, connector.source == .asCollected { continue }
                guard writer.bytes < byteLimit else {
                    omittedCharts += 1
                    continue
                }
                Self.append(chart, format, now: now, to: &writer)
            }
        }
        parts = writer.finish()
    }

    private static func append(_ chart: ChartValues, _ format: HostFormat, now: Int64, to writer: inout BatchWriter) {
        for dimension in chart.dimensions.indices {
            guard let number = chart.number(dimension) else { continue }
            writer.append { format.append(chart, dimension, number, to: &$0) }
        }
        guard case .series(let series) = format, !chart.variables.isEmpty else { return }
        writer.appendMany { series.append(variables: chart.variables, of: chart.definition.id, now: now, to: &$0) }
    }
}

/// How the values of one host are written.
private enum HostFormat {
    case lines(LineFormat)
    case objects(ObjectFormat)
    case series(SeriesFormat)

    init(_ connector: ExportingSettings.Connector, _ identity: HostIdentity, isLocal: Bool) {
        switch connector.format {
        case .graphite: self = .lines(LineFormat(connector, identity, isLocal: isLocal))
        case .openTSDB where !connector.delivery.isHTTP:
            self = .lines(LineFormat(connector, identity, isLocal: isLocal))
        case .openTSDB, .json: self = .objects(ObjectFormat(connector, identity, isLocal: isLocal))
        case .remoteWrite: self = .series(SeriesFormat(connector, identity, isLocal: isLocal))
        }
    }

    func append(_ chart: ChartValues, _ dimension: Int, _ number: ChartValues.Number, to bytes: inout [UInt8]) {
        switch self {
        case .lines(let format): format.append(chart, dimension, number, to: &bytes)
        case .objects(let format): format.append(chart, dimension, number, to: &bytes)
        case .series(let format): format.append(chart, dimension, number, to: &bytes)
        }
    }
}
