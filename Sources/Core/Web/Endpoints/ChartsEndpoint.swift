import Basics
import Config
import Diagnostics
import Status
import Store
import Synchronization
import Transport

/// `/api/v1/charts` and `/api/v1/chart` (web API §8.2).
enum ChartsEndpoint {
    @Sendable static func chart(_ request: EndpointRequest) -> HTTPResponse {
        guard let name = request.http["chart"] else { return .text(400, "No chart id is given at the request.") }
        let snapshot = request.host.withDatabase { database in
            database.find(name).flatMap { database.snapshot(of: $0) }
        }
        guard let snapshot else {
            return .text(404, Condition.chartNotFound.render(["chart": htmlEscaped(name)]))
        }
        var body: [UInt8] = []
        let alarms = request.host.alarms?.alarmFacts.filter { $0.chart == snapshot.definition.id } ?? []
        print(PrintedChart(snapshot), alarms, to: &body)
        return HTTPResponse(contentType: ContentType.json, body: body, isCacheable: true)
    }

    /// Dimensions of a host whose charts take less than a millisecond.
    private static let lightDimensions = 1000

    /// Whether the host is small: the way to another thread and back would cost as much again.
    @Sendable static func isLight(_ request: EndpointRequest) -> Bool {
        request.host.withDatabase { $0.hasAtMost(dimensions: lightDimensions) }
    }

    @Sendable static func charts(_ request: EndpointRequest) -> HTTPResponse {
        let host = request.host
        // Of a host that is known from its file nothing is collected; its charts are what there was.
        let isArchived = host.status.withLock { $0.state == .archived }
        let charts = host.take { database, ref in
            database.snapshot(of: ref).flatMap { chart in
                // What the disk has of a chart is there before its first collection.
                let isShown = chart.isShown || chart.isVisible && (isArchived || chart.retention.points > 0)
                return isShown ? PrintedChart(chart) : nil
            }
        }
        return HTTPResponse(contentType: ContentType.json, body: document(charts, request), isCacheable: true)
    }

    /// Charts of the host that is asked about, and about it.
    static func document(_ charts: [PrintedChart], _ request: EndpointRequest) -> [UInt8] {
        let host = request.host
        let identity = host.identity.withLock { $0 }
        let alarms = Dictionary(grouping: host.alarms?.alarmFacts ?? [], by: \.chart)
        let pointBytes = host.withDatabase { $0.pointBytes }
        var body: [UInt8] = []
        body.reserveCapacity(1024 * (charts.count + 4))
        body.append("{\n\t\"hostname\": ")
        body.append(quoted: identity.hostname)
        for (name, value) in [
            ("version", version(of: host, request)), ("release_channel", "stable"), ("os", identity.os),
            ("timezone", identity.timezone),
        ] {
            member(name, &body)
            body.append(quoted: value)
        }
        member("update_every", &body)
        body.append(number: host.settings.updateEvery)
        member("history", &body)
        body.append(number: host.settings.history)
        member("memory_mode", &body)
        body.append(quoted: host.settings.mode.rawValue)
        member("custom_info", &body)
        body.append(quoted: request.context.facts().settings.text("web", "custom dashboard_info.js"))
        member("charts", &body)
        body.append("{")
        for (index, chart) in charts.enumerated() {
            body.append(index == 0 ? "\n\t\t" : ",\n\t\t")
            body.append(quoted: chart.definition.id)
            body.append(": ")
            print(chart, alarms[chart.definition.id] ?? [], to: &body)
        }
        body.append("\n\t}")
        let dimensions = charts.reduce(0) { $0 + $1.dimensions.count }
        let alarmCount = charts.reduce(0) { $0 + (alarms[$1.definition.id]?.count ?? 0) }
        let hosts = request.context.hosts.all()
        for (name, value) in [
            ("charts_count", charts.count), ("dimensions_count", dimensions), ("alarms_count", alarmCount),
            ("rrd_memory_bytes", pointBytes), ("hosts_count", hosts.count),
        ] {
            member(name, &body)
            body.append(number: value)
        }
        member("hosts", &body)
        body.append("[")
        for (index, host) in hosts.enumerated() {
            body.append(index == 0 ? "\n\t\t{\n\t\t\t\"hostname\": " : ",\n\t\t{\n\t\t\t\"hostname\": ")
            body.append(quoted: host.hostname)
            body.append("\n\t\t}")
        }
        body.append("\n\t]\n}\n")
        return body
    }

    /// What the own host says it answers like; of others what they said.
    static func version(of host: Host, _ request: EndpointRequest) -> String {
        host === request.context.hosts.local
            ? NodeFacts.apiVersion : host.identity.withLock { $0.programVersion }
    }

    private static func member(_ name: String, _ body: inout [UInt8]) {
        body.append(",\n\t")
        body.append(quoted: name)
        body.append(": ")
    }

    private static func print(_ chart: PrintedChart, _ alarms: [AlarmFacts], to body: inout [UInt8]) {
        let definition = chart.definition
        body.append("\t\t{\n\t\t\t\"id\": ", quoted: definition.id)
        body.append(",\n\t\t\t\"name\": ", quoted: definition.name)
        let type = String(Substring(definition.id.utf8.prefix { $0 != UInt8(ascii: ".") }))
        body.append(",\n\t\t\t\"type\": ", quoted: type)
        body.append(",\n\t\t\t\"family\": ", quoted: definition.family)
        body.append(",\n\t\t\t\"context\": ", quoted: definition.context)
        body.append(",\n\t\t\t\"title\": \"")
        body.append(escaped: definition.title)
        body.append(" (")
        body.append(escaped: definition.name)
        body.append(")\",\n\t\t\t\"priority\": ")
        body.append(number: definition.priority)
        body.append(",\n\t\t\t\"plugin\": ", quoted: definition.plugin)
        body.append(",\n\t\t\t\"module\": ", quoted: definition.module)
        body.append(",\n\t\t\t\"units\": ", quoted: definition.units)
        body.append(",\n\t\t\t\"data_url\": \"/api/v1/data?chart=")
        body.append(escaped: definition.name)
        body.append("\",\n\t\t\t\"chart_type\": ", quoted: definition.type.rawValue)
        body.append(",\n\t\t\t\"duration\": ")
        body.append(number: chart.last - chart.first + Int64(definition.updateEvery))
        body.append(",\n\t\t\t\"first_entry\": ")
        body.append(number: chart.first)
        body.append(",\n\t\t\t\"last_entry\": ")
        body.append(number: chart.last)
        body.append(",\n\t\t\t\"update_every\": ")
        body.append(number: definition.updateEvery)
        body.append(",\n\t\t\t\"dimensions\": {")
        for (index, dimension) in chart.dimensions.enumerated() {
            body.append(index == 0 ? "\n\t\t\t\t" : ",\n\t\t\t\t", quoted: dimension.id)
            body.append(": { \"name\": ", quoted: dimension.name)
            body.append(" }")
        }
        body.append("\n\t\t\t},\n\t\t\t\"chart_variables\": {")
        for (index, variable) in chart.variables.sorted(by: { $0.key < $1.key }).enumerated() {
            body.append(index == 0 ? "\n\t\t" : ",\n\t\t")
            body.append(quoted: variable.key)
            body.append(": ")
            body.append(fixed: variable.value, decimals: 5)
        }
        body.append("\n\t\t\t},\n\t\t\t\"green\": ")
        // The first alarm of a chart sets its thresholds (health §2).
        body.append(decimal: alarms.first?.green ?? .nan)
        body.append(",\n\t\t\t\"red\": ")
        body.append(decimal: alarms.first?.red ?? .nan)
        body.append(",\n\t\t\t\"alarms\": ")
        print(alarms, to: &body)
        body.append(",\n\t\t\t\"chart_labels\": {")
        for (index, label) in definition.labelsAutomaticFirst.enumerated() {
            body.append(index == 0 ? "\n\t\t\t\t" : ",\n\t\t\t\t")
            body.append(quoted: label.key)
            body.append(":")
            body.append(quoted: label.value)
        }
        body.append("\n\t\t\t},\n\t\t\t\"functions\": {\n\t\t\t}\n\t\t}")
    }
}

/// A chart as `charts` and `chart` show it.
struct PrintedChart: Sendable {
    var definition: ChartDefinition
    /// Those that are for people.
    var dimensions: [DimensionDefinition]
    /// Unix seconds of the oldest and the newest entry; both 0 for none.
    var first: Int64
    var last: Int64
    var variables: [String: Double] = [:]

    init(_ chart: ChartSnapshot) {
        definition = chart.definition
        dimensions = chart.shownDimensions
        first = chart.reportedFirst
        last = chart.retention.last
        variables = chart.variables
    }

    init(_ chart: ArchivedChart) {
        definition = chart.definition
        dimensions = chart.dimensions.filter { $0.options.isDisjoint(with: [.hidden, .obsolete]) }
        first = chart.first
        last = chart.last
    }
}

extension ChartsEndpoint {
    /// The alarms of a chart; without any an empty line stands where they would.
    private static func print(_ alarms: [AlarmFacts], to body: inout [UInt8]) {
        body.append("{")
        if alarms.isEmpty { body.append("\n") }
        for (index, alarm) in alarms.enumerated() {
            body.append(index == 0 ? "\n\t\t\t\t" : ",\n\t\t\t\t")
            body.append(quoted: alarm.name)
            body.append(": {\n\t\t\t\t\t\"id\": ")
            body.append(number: alarm.id)
            body.append(",\n\t\t\t\t\t\"status\": ")
            body.append(quoted: alarm.status.name)
            body.append(",\n\t\t\t\t\t\"units\": ")
            body.append(quoted: alarm.units)
            body.append(",\n\t\t\t\t\t\"update_every\": ")
            body.append(number: alarm.updateEvery)
            body.append("\n\t\t\t\t}")
        }
        body.append("\n\t\t\t}")
    }
}

extension ChartSnapshot {
    /// Whether people see it: collected, with dimensions, neither hidden nor gone.
    var isShown: Bool { collections > 0 && isVisible }

    /// Whether people would see it, once it is collected.
    var isVisible: Bool { !dimensions.isEmpty && definition.options.isDisjoint(with: [.hidden, .obsolete]) }

    var shownDimensions: [DimensionDefinition] {
        dimensions.filter { $0.options.isDisjoint(with: [.hidden, .obsolete]) }
    }

    /// Unix seconds of the newest value; in a database that keeps none, of the last collection.
    var lastUpdated: Int64 { retention.last != 0 ? retention.last : lastCollected / 1_000_000 }
}

extension ChartDefinition {
    /// `_collect_plugin` and `_collect_module`, then what the chart brought itself.
    var labelsAutomaticFirst: [Label] {
        let isAutomatic = { (label: Label) in label.key.utf8.starts(with: "_collect_".utf8) }
        // Most charts have no others.
        if labels.allSatisfy(isAutomatic) { return labels }
        return labels.filter(isAutomatic) + labels.filter { !isAutomatic($0) }
    }
}
