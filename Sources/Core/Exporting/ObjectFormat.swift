import Basics
import Config
import Store

/// The JSON objects of one host: those of the json connectors, and opentsdb's over HTTP (exporting §4).
///
/// Spaces stand where the original has them. Unlike there, every text is escaped, so that what comes is JSON whatever a
/// peer calls its charts.
struct ObjectFormat {
    private let isOpenTSDB: Bool
    private let usesNames: Bool
    /// `as collected` has no space behind three of its colons.
    private let gap: String
    private let head: [UInt8]
    private let tail: [UInt8]

    /// - Parameter isLocal: the own host's, whose name the connector may change.
    init(_ connector: ExportingSettings.Connector, _ identity: HostIdentity, isLocal: Bool) {
        isOpenTSDB = connector.format == .openTSDB
        usesNames = connector.usesNames
        gap = connector.source == .asCollected ? "" : " "
        let hostname = connector.hostname(of: identity, isLocal: isLocal)
        let labels = connector.labels(of: identity)
        var head: [UInt8] = []
        var tail: [UInt8] = []
        if isOpenTSDB {
            head += Array("{\"metric\":\"".utf8)
            appendText(oneLine(connector.prefix), to: &head)
            head.append(UInt8(ascii: "."))
            tail += Array(",\"tags\":".utf8)
            let tags = Self.members(ofTags: identity.tags)
            let isPlain = LabelText.isPlainInOpenTSDB
            let named = labels.map { (LabelText.key($0.key), LabelText.value($0.value, keeping: isPlain)) }
            appendObject([("host", oneLine(hostname))] + tags + named, to: &tail)
            tail.append(UInt8(ascii: "}"))
        } else {
            head += Array("{\"prefix\":".utf8)
            appendQuoted(connector.prefix, to: &head)
            head += Array(",\"hostname\":".utf8)
            appendQuoted(hostname, to: &head)
            if !identity.tags.isEmpty {
                head += Array(",\"host_tags\":".utf8)
                appendQuoted(identity.tags, to: &head)
            }
            if connector.sendsConfiguredLabels || connector.sendsAutomaticLabels {
                head += Array(",\"labels\":".utf8)
                let isPlain = LabelText.isPlainInJSON
                let named = labels.map { (LabelText.key($0.key), LabelText.value($0.value, keeping: isPlain)) }
                appendObject(named, to: &head)
            }
        }
        self.head = head
        self.tail = tail
    }

    /// Host tags as telnet has them, `key=value` with blanks between; what is not of this form has no place in an object.
    private static func members(ofTags tags: String) -> [(String, String)] {
        tags.split(whereSeparator: \.isWhitespace).compactMap { word in
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let value = LabelText.value(String(parts[1]), keeping: LabelText.isPlainInOpenTSDB)
            return (LabelText.key(String(parts[0])), value)
        }
    }

    /// Appends the object of one dimension, without anything behind it.
    func append(_ chart: ChartValues, _ dimension: Int, _ number: ChartValues.Number, to bytes: inout [UInt8]) {
        let definition = chart.definition
        let dimension = chart.dimensions[dimension]
        bytes += head
        if isOpenTSDB {
            Exporting.append(cleaned: usesNames ? definition.name : definition.id, to: &bytes)
            bytes.append(UInt8(ascii: "."))
            Exporting.append(cleaned: usesNames ? dimension.name : dimension.id, to: &bytes)
            bytes += "\",\"timestamp\":".utf8
            appendDigits(chart.time, to: &bytes)
            bytes += ",\"value\":".utf8
            number.append(to: &bytes)
            bytes += tail
            return
        }
        func member(_ name: String, _ value: String, _ gap: String = "") {
            bytes += ",\"".utf8
            bytes += name.utf8
            bytes += "\":".utf8
            bytes += gap.utf8
            appendQuoted(value, to: &bytes)
        }
        member("chart_id", definition.id)
        member("chart_name", definition.name)
        member("chart_family", definition.family)
        member("chart_context", definition.context, gap)
        member("chart_type", String(definition.id.prefix { $0 != "." }))
        member("units", definition.units, gap)
        member("id", dimension.id)
        member("name", dimension.name)
        bytes += ",\"value\":".utf8
        number.append(to: &bytes)
        bytes += ",\"timestamp\":".utf8
        bytes += gap.utf8
        appendDigits(chart.time, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }
}

/// The inside of a JSON string.
private func appendText(_ text: String, to bytes: inout [UInt8]) { appendJSONText(text, to: &bytes) }

private func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    appendJSONText(text, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
}

/// Of two members with one name the first stays: readers differ in which one they take.
private func appendObject(_ members: [(String, String)], to bytes: inout [UInt8]) {
    var names: Set<String> = []
    bytes.append(UInt8(ascii: "{"))
    for (name, value) in members where names.insert(name).inserted {
        if names.count > 1 { bytes.append(UInt8(ascii: ",")) }
        appendQuoted(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendQuoted(value, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
}
