import Basics
import Config
import Store

/// The series of one host for Prometheus remote write (exporting §6), each as a `TimeSeries` message with one sample.
struct SeriesFormat {
    private let connector: ExportingSettings.Connector
    private let isLocal: Bool
    private let hostname: String
    private let prefix: String

    /// What the scrape says of the own host too, so that both make one series.
    private static let ownProgram = ("netdata", "v1.37.1")

    /// Fields of the messages `WriteRequest`, `TimeSeries`, `Label` and `Sample`.
    private enum Field {
        static let series: UInt64 = 1
        static let labels: UInt64 = 1
        static let samples: UInt64 = 2
        static let name: UInt64 = 1
        static let text: UInt64 = 2
        static let value: UInt64 = 1
        static let timestamp: UInt64 = 2
    }

    /// - Parameter isLocal: the own host's, whose name the connector may change.
    init(_ connector: ExportingSettings.Connector, _ identity: HostIdentity, isLocal: Bool) {
        self.connector = connector
        self.isLocal = isLocal
        hostname = connector.hostname(of: identity, isLocal: isLocal)
        prefix = PrometheusName.whole(connector.prefix)
    }

    /// Appends what says who the host is: always 1, with its program and its labels.
    /// - Parameter now: Unix seconds.
    func appendInformation(
        _ identity: HostIdentity,
        now: Int64,
        to bytes: inout [UInt8]
    ) {
        let program = isLocal ? Self.ownProgram : (identity.programName, identity.programVersion)
        let own = [("instance", hostname), ("application", program.0), ("version", program.1)]
        let labels = connector.labels(of: identity).map { label in
            (PrometheusName.whole(label.key), LabelText.value(label.value) { _ in true })
        }
        append("netdata_info", own + labels, 1, milliseconds: now * 1000, to: &bytes)
    }

    /// Appends variables, in the order of their names.
    /// - Parameters:
    ///   - chart: whose they are; `nil`: the host's.
    ///   - now: Unix seconds.
    /// - Returns: how many.
    func append(
        variables: [String: Double],
        of chart: String?,
        now: Int64,
        to bytes: inout [UInt8]
    ) -> Int {
        let start = chart.map { "\(prefix)_\(PrometheusName.cleaned($0))" } ?? prefix
        var count = 0
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) where value.isFinite {
            let metric = "\(start)_\(PrometheusName.cleaned(name))"
            append(metric, [("instance", hostname)], value, milliseconds: now * 1000, to: &bytes)
            count += 1
        }
        return count
    }

    /// Appends the series of one dimension.
    func append(_ chart: ChartValues, _ dimension: Int, _ number: ChartValues.Number, to bytes: inout [UInt8]) {
        let definition = chart.definition
        let one = chart.dimensions[dimension]
        append(
            PrometheusName.metric(of: definition, one, prefix: prefix, connector.source),
            [
                ("chart", connector.usesNames ? definition.name : definition.id),
                ("dimension", connector.usesNames ? one.name : one.id), ("family", definition.family),
                ("instance", hostname),
            ],
            number.double,
            milliseconds: chart.milliseconds,
            to: &bytes
        )
    }

    /// Receivers want labels in the order of their names, and refuse a whole request for two of one name; an empty value is no
    /// label.
    private func append(
        _ metric: String,
        _ labels: [(String, String)],
        _ value: Double,
        milliseconds: Int64,
        to bytes: inout [UInt8]
    ) {
        var names: Set<String> = []
        let labels = ([("__name__", metric)] + labels).filter { !$1.isEmpty && names.insert($0).inserted }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        var request = Protobuf()
        request.field(Field.series) { series in
            for (name, value) in labels {
                series.field(Field.labels) { label in
                    label.field(Field.name, name)
                    label.field(Field.text, value)
                }
            }
            series.field(Field.samples) { sample in
                sample.field(Field.value, value)
                sample.field(Field.timestamp, milliseconds)
            }
        }
        bytes += request.bytes
    }
}

extension PrometheusName {
    /// The metric that a dimension is a series of.
    fileprivate static func metric(
        of chart: ChartDefinition,
        _ dimension: DimensionDefinition,
        prefix: String,
        _ source: ExportingSettings.Source
    ) -> String {
        let start = "\(prefix)_\(cleaned(chart.context))"
        switch source {
        case .average: return start + units(chart.units) + "_average"
        case .sum: return start + "_sum"
        case .asCollected:
            let isCounter =
                dimension.algorithm == .incremental || dimension.algorithm == .percentageOfIncrementalRow
            return isCounter ? start + "_total" : start
        }
    }
}
