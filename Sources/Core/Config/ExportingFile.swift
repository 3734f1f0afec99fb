import Basics
import Diagnostics

/// `exporting.conf` as its sections say it, and what counts where one of them says nothing (exporting §1).
struct ExportingFile: Sendable {
    /// A section with all its lines, wherever they stand in the file.
    struct Section: Sendable {
        var name: String
        var line: Int
        var values: [String: Sourced<String>] = [:]
    }

    static let globalName = "exporting:global"
    static let scrapeName = "prometheus:exporter"

    let path: String
    private(set) var global = Section(name: globalName, line: 0)
    /// The others, in the order of the file.
    private(set) var sections: [Section] = []
    /// What stands in it and nobody reads.
    private(set) var findings: [Finding] = []

    init(_ file: ConfigFile) {
        path = file.path
        for header in file.headers {
            if header.section == Self.globalName {
                if global.line == 0 { global.line = header.line }
            } else if !sections.contains(where: { $0.name == header.section }) {
                sections.append(Section(name: header.section, line: header.line))
            }
        }
        for entry in file.entries { add(entry) }
    }

    private mutating func add(_ entry: ConfigFile.Entry) {
        // Of what cannot be served it counts whether it is switched on.
        let isAbsent = ExportingType.absent[ExportingType.split(entry.section).type] != nil
        let places = Self.places(of: entry.section) ?? (isAbsent && entry.name == "enabled" ? .connector : nil)
        guard let places else { return }
        let option = ExportingOption.named(entry.name)
        // In the section of the scrape stand options that only a connector has, in files that were copied: no mistake.
        guard let option, !option.places.isDisjoint(with: places) || places == .scrape else {
            return findUnknown(entry, places)
        }
        let value = Sourced(entry.value, Origin.file(path: path, line: entry.line))
        if entry.section == Self.globalName {
            global.values[option.name] = value
        } else if let index = sections.firstIndex(where: { $0.name == entry.section }) {
            sections[index].values[option.name] = value
        }
    }

    private mutating func findUnknown(_ entry: ConfigFile.Entry, _ places: ExportingOption.Places) {
        guard findings.count < ConfigLimits().findingsPerFile else { return }
        let names = ExportingOption.all.filter { !$0.places.isDisjoint(with: places) }.map(\.name)
        let finding = Finding(
            .configUnknownName,
            at: .file(path: path, line: entry.line),
            ["section": quoted(entry.section), "name": quoted(entry.name)],
            suggestion: nearest(to: entry.name, among: names).map { "did you mean '\($0)'?" }
        )
        findings.append(finding)
    }

    /// `nil` for a section whose options are none of ours.
    private static func places(of section: String) -> ExportingOption.Places? {
        switch section {
        case globalName: .global
        case scrapeName: .scrape
        default: ExportingType.served(ExportingType.split(section).type) == nil ? nil : .connector
        }
    }

    // MARK: What counts

    /// The section's own, else the global one; `nil` where neither says anything.
    func value(_ name: String, _ section: Section) -> Sourced<String>? {
        section.values[name] ?? global.values[name]
    }

    /// The same with the table's default.
    func text(_ option: Option, _ section: Section) -> String {
        if let value = value(option.name, section)?.value { return value }
        guard case .text(let standard) = option.defaultValue else { return "" }
        return standard
    }
}

/// The types of connectors: what stands in front of an instance's name.
enum ExportingType {
    /// What a type sends, how, and to which port where a destination has none.
    struct Served {
        var format: ExportingSettings.Format
        var delivery: ExportingSettings.Delivery
        var port: String
    }

    static let names = [
        "graphite", "graphite:plaintext", "graphite:http", "graphite:https", "opentsdb", "opentsdb:telnet",
        "opentsdb:http", "opentsdb:https", "json", "json:plaintext", "json:http", "json:https",
        "prometheus_remote_write", "prometheus_remote_write:http", "prometheus_remote_write:https",
    ]

    /// Those that no Netdata has without libraries of its own, with what 1.37.1 calls them.
    static let absent = ["kinesis": "AWS Kinesis", "pubsub": "Google Cloud Pub/Sub", "mongodb": "MongoDB"]

    static func served(_ type: String) -> Served? {
        guard names.contains(type) else { return nil }
        let delivery: ExportingSettings.Delivery =
            type.hasSuffix(":https") ? .https : type.hasSuffix(":http") ? .http : .plain
        switch type.prefix(while: { $0 != ":" }) {
        case "graphite": return Served(format: .graphite, delivery: delivery, port: "2003")
        case "opentsdb": return Served(format: .openTSDB, delivery: delivery, port: "4242")
        case "json": return Served(format: .json, delivery: delivery, port: "5448")
        default:
            let isSecure = delivery == .https
            return Served(format: .remoteWrite, delivery: isSecure ? .https : .http, port: isSecure ? "443" : "80")
        }
    }

    static func isKnown(_ type: String) -> Bool { names.contains(type) || absent[type] != nil }

    /// `[json:http:a]`: what lies before the last `:`, and what follows it.
    static func split(_ section: String) -> (type: String, name: String) {
        guard let colon = section.lastIndex(of: ":") else { return (section, "") }
        return (String(section[..<colon]), String(section[section.index(after: colon)...]))
    }
}
