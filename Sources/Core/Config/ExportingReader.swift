import Basics
import Diagnostics

/// Reads `exporting.conf` (exporting §1): the connectors, and what is wrong with the file.
struct ExportingReader {
    private(set) var settings = ExportingSettings()
    private(set) var findings: [Finding] = []

    private let path: String
    private var sections: [Section] = []
    private var global = Section(name: "exporting:global", line: 0)

    /// A section with all its lines, wherever they stand in the file.
    private struct Section {
        var name: String
        var line: Int
        var values: [String: (text: String, line: Int)] = [:]
    }

    /// What may follow the `:` of a type, and the port where a destination has none.
    private static let served: [String: (ExportingSettings.Format, port: String)] = [
        "graphite": (.graphite, "2003"), "graphite:plaintext": (.graphite, "2003"),
        "opentsdb": (.openTSDB, "4242"), "opentsdb:telnet": (.openTSDB, "4242"),
    ]
    private static let others: Set<String> = [
        "graphite:http", "graphite:https", "opentsdb:http", "opentsdb:https", "json", "json:plaintext", "json:http",
        "json:https", "prometheus_remote_write", "prometheus_remote_write:http", "prometheus_remote_write:https",
        "kinesis", "pubsub", "mongodb",
    ]
    private static let names: Set<String> = [
        "enabled", "destination", "data source", "prefix", "hostname", "update every", "buffer on failures",
        "timeout ms", "send charts matching", "send hosts matching", "send names instead of ids",
        "send configured labels", "send automatic labels",
    ]
    /// Options of connectors that this version does not have, and of the scrape.
    private static let silent: Set<String> = ["send variables", "username", "password", "remote write URL path"]

    /// Whether the own host has a database, and whether any mirrored one may have.
    private let storesOwn: Bool
    private let storesOthers: Bool

    init(_ file: ConfigFile, _ configuration: Configuration) {
        path = file.path
        storesOwn = configuration.database.mode != .none
        storesOthers = configuration.peers.contains { $0.mode.map { $0.value != .none } ?? false }
        collect(file)
        var taken: Set<String> = []
        for section in sections { read(section, &taken) }
    }

    private mutating func collect(_ file: ConfigFile) {
        for header in file.headers where header.section != global.name {
            if !sections.contains(where: { $0.name == header.section }) {
                sections.append(Section(name: header.section, line: header.line))
            }
        }
        for entry in file.entries {
            if !Self.names.contains(entry.name), !Self.silent.contains(entry.name), !isForeign(entry.section) {
                find(.configUnknownName, entry.line, ["section": entry.section, "name": entry.name])
            } else if entry.section == global.name {
                global.values[entry.name] = (entry.value, entry.line)
            } else if let index = sections.firstIndex(where: { $0.name == entry.section }) {
                sections[index].values[entry.name] = (entry.value, entry.line)
            }
        }
    }

    /// The options of a scrape, and of connectors that this version does not know, are none of ours.
    private func isForeign(_ section: String) -> Bool {
        section != global.name && Self.served[kind(of: section).type] == nil
    }

    /// `[json:http:a]`: what lies before the last `:`, and what follows it.
    private func kind(of section: String) -> (type: String, name: String) {
        guard let colon = section.lastIndex(of: ":") else { return (section, "") }
        return (String(section[..<colon]), String(section[section.index(after: colon)...]))
    }

    // MARK: One section

    private mutating func read(_ section: Section, _ taken: inout Set<String>) {
        let (type, name) = kind(of: section.name)
        guard section.name != "prometheus:exporter" else { return }
        let served = Self.served[type]
        // `[graphite:http]` is a type without a name, not a connector that is called http.
        let isWhole = Self.served[section.name] != nil || Self.others.contains(section.name)
        guard served != nil || Self.others.contains(type), !isWhole else {
            let shown = quoted(isWhole ? section.name : type)
            return find(.exportingUnknownConnector, section.line, ["section": shown])
        }
        guard taken.insert(name).inserted else {
            return find(.exportingInstanceExists, section.line, ["name": quoted(name)])
        }
        guard let enabled = section.values["enabled"], Values.boolean(enabled.text) else { return }
        guard let isOn = global.values["enabled"], Values.boolean(isOn.text) else {
            return find(.exportingNotEnabled, enabled.line, ["section": quoted(section.name)])
        }
        guard let served else {
            return find(
                .configFeatureNoted,
                enabled.line,
                ["feature": "Exporting to \(type)", "instead": "nothing is sent to [\(quoted(section.name))]"]
            )
        }
        guard settings.connectors.count < ExportingSettings.mostConnectors else {
            let limit = String(ExportingSettings.mostConnectors)
            return find(.exportingTooMany, section.line, ["section": quoted(section.name), "limit": limit])
        }
        let connector = connector(section, type: type, name: name, served)
        guard !connector.destinations.isEmpty else { return }
        if connector.source != .asCollected, !storesOwn {
            let line = (section.values["data source"] ?? global.values["data source"])?.line ?? section.line
            find(
                .exportingNeedsDatabase,
                line,
                ["name": quoted(name), "source": connector.source.rawValue]
            )
            guard storesOthers else { return }
        }
        settings.connectors.append(connector)
    }

    private mutating func connector(
        _ section: Section,
        type: String,
        name: String,
        _ served: (format: ExportingSettings.Format, port: String)
    ) -> ExportingSettings.Connector {
        let hostname = text("hostname", section, "")
        let destinationText = text("destination", section, "localhost")
        return ExportingSettings.Connector(
            name: name,
            format: served.format,
            type: type,
            destinationText: destinationText,
            destinations: destinations(destinationText, section, port: served.port),
            source: source(section),
            prefix: text("prefix", section, "netdata"),
            hostname: hostname.isEmpty ? nil : hostname,
            updateEvery: number("update every", section, 10, ExportingSettings.updateEverySeconds),
            bufferedBatches: number("buffer on failures", section, 10, ExportingSettings.bufferedBatches),
            timeoutMilliseconds: number("timeout ms", section, 10_000, ExportingSettings.timeoutMilliseconds),
            sendsCharts: SimplePattern(text("send charts matching", section, "*")),
            sendsHosts: SimplePattern(text("send hosts matching", section, "localhost *")),
            usesNames: boolean("send names instead of ids", section, true),
            sendsConfiguredLabels: boolean("send configured labels", section, true),
            sendsAutomaticLabels: boolean("send automatic labels", section, false)
        )
    }

    // MARK: Values: the section's own, else the global one, else the default

    private func value(_ name: String, _ section: Section) -> (text: String, line: Int)? {
        section.values[name] ?? global.values[name]
    }

    private func text(_ name: String, _ section: Section, _ standard: String) -> String {
        value(name, section)?.text ?? standard
    }

    private func boolean(_ name: String, _ section: Section, _ standard: Bool) -> Bool {
        value(name, section).map { Values.boolean($0.text) } ?? standard
    }

    private mutating func number(_ name: String, _ section: Section, _ standard: Int, _ range: ClosedRange<Int>) -> Int
    {
        guard let value = value(name, section) else { return standard }
        let isNumber = Values.afterDigits(value.text)?.allSatisfy(\.isWhitespace) == true
        let read = isNumber ? Int(clamping: Values.integer(value.text)) : standard
        let used = min(max(read, range.lowerBound), range.upperBound)
        if !isNumber || used != read {
            let accepted = "\(range.lowerBound) to \(range.upperBound)"
            let values = ["value": quoted(value.text), "name": name, "used": String(used), "accepted": accepted]
            find(isNumber ? .configOutOfRange : .configNoNumber, value.line, values)
        }
        return used
    }

    private mutating func source(_ section: Section) -> ExportingSettings.Source {
        guard let value = value("data source", section) else { return .average }
        if let source = ExportingSettings.Source(word: value.text) { return source }
        find(.exportingUnknownSource, value.line, ["value": quoted(value.text)])
        return .average
    }

    private mutating func destinations(_ text: String, _ section: Section, port: String) -> [Destination] {
        let (found, problems) = Destination.list(text, defaultPort: port)
        let origin = Origin.file(path: path, line: value("destination", section)?.line ?? section.line)
        for problem in problems { add(problem.finding(at: origin)) }
        for destination in found where destination.tls {
            let instead = "destination '\(quoted(destination.description))' is left out"
            add(Finding(.configFeatureMissing, at: origin, ["feature": "TLS for exporters", "instead": instead]))
        }
        return found.filter { !$0.tls }
    }

    // MARK: Findings

    private mutating func find(_ condition: Condition, _ line: Int, _ values: [String: String]) {
        add(Finding(condition, at: .file(path: path, line: line), values))
    }

    /// A global value that is wrong is wrong once, however many connectors take it.
    private mutating func add(_ finding: Finding) {
        if findings.count < ConfigLimits().findingsPerFile, !findings.contains(finding) { findings.append(finding) }
    }
}
