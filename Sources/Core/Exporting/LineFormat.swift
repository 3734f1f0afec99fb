import Basics
import Config
import Store

/// The lines of one host for graphite, or for opentsdb's telnet commands (exporting §4). What is the same in all of them is made
/// once.
struct LineFormat {
    private let isGraphite: Bool
    private let usesNames: Bool
    /// What stands in front of the chart.
    private let head: [UInt8]
    /// Tags and labels.
    private let tail: [UInt8]

    /// - Parameter isLocal: the own host's, whose name the connector may change.
    init(_ connector: ExportingSettings.Connector, _ identity: HostIdentity, isLocal: Bool) {
        isGraphite = connector.format == .graphite
        usesNames = connector.usesNames
        let hostname = oneLine(connector.hostname(of: identity, isLocal: isLocal))
        let prefix = oneLine(connector.prefix)
        let labels = connector.labels(of: identity)
        var tail = isGraphite ? "" : " host=\(hostname)"
        let separator = isGraphite ? ";" : " "
        if !identity.tags.isEmpty { tail += separator + oneLine(identity.tags) }
        let isPlain = isGraphite ? LabelText.isPlainInGraphite : LabelText.isPlainInOpenTSDB
        for label in labels {
            tail += separator + LabelText.key(label.key) + "=" + LabelText.value(label.value, keeping: isPlain)
        }
        head = Array((isGraphite ? "\(prefix).\(hostname)." : "put \(prefix).").utf8)
        self.tail = Array(tail.utf8)
    }

    /// Appends the line of one dimension.
    func append(_ chart: ChartValues, _ dimension: Int, _ number: ChartValues.Number, to bytes: inout [UInt8]) {
        let definition = chart.dimensions[dimension]
        bytes += head
        Exporting.append(cleaned: usesNames ? chart.definition.name : chart.definition.id, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        Exporting.append(cleaned: usesNames ? definition.name : definition.id, to: &bytes)
        if isGraphite {
            bytes += tail
            bytes.append(UInt8(ascii: " "))
            number.append(to: &bytes)
            bytes.append(UInt8(ascii: " "))
            appendDigits(chart.time, to: &bytes)
        } else {
            bytes.append(UInt8(ascii: " "))
            appendDigits(chart.time, to: &bytes)
            bytes.append(UInt8(ascii: " "))
            number.append(to: &bytes)
            bytes += tail
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
