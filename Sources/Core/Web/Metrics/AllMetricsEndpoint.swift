import Basics
import Store
import Synchronization
import Transport

/// `/api/v1/allmetrics` (web API §8.7).
enum AllMetricsEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let usage = request.context.usage
        switch request.http["format"] ?? "shell" {
        case "shell":
            usage.shell.wrappingAdd(1, ordering: .relaxed)
            return HTTPResponse(contentType: ContentType.text, body: ShellMetrics.print(request))
        case "json":
            usage.json.wrappingAdd(1, ordering: .relaxed)
            return HTTPResponse(contentType: ContentType.json, body: JSONMetrics.print(request))
        case "prometheus", "prometheus_all_hosts":
            usage.prometheus.wrappingAdd(1, ordering: .relaxed)
            return HTTPResponse(contentType: ContentType.prometheus, body: PrometheusMetrics.print(request))
        default:
            return .text(
                400,
                "Which format? 'shell', 'prometheus', 'prometheus_all_hosts' and 'json' are currently supported."
            )
        }
    }
}

extension EndpointRequest {
    /// The charts that the parameter `filter` lets through, with their last values.
    ///
    /// - Parameter isMatch: by which of its texts a chart is matched.
    func charts(
        of host: Host,
        _ isMatch: @Sendable (SimplePattern, ChartDefinition) -> Bool
    ) -> [(chart: ChartSnapshot, latest: [LatestValue])] {
        let filter = http["filter"].map { SimplePattern($0) }
        var refs: [ChartRef]?
        if let filter, !filter.isEmpty {
            // Patterns are the client's, and may take their time: they are matched without the lock.
            let all = host.take { database, ref in database.definition(of: ref).map { (ref, $0) } }
            refs = all.filter { isMatch(filter, $0.1) }.map(\.0)
        }
        return host.take(of: refs) { database, ref in
            database.snapshot(of: ref).map { ($0, database.latest(of: ref)) }
        }
    }
}

/// Variables for a shell: `eval "$(curl …)"`.
enum ShellMetrics {
    static func print(_ request: EndpointRequest) -> [UInt8] {
        var body: [UInt8] = []
        for (chart, latest) in request.charts(of: request.host, { $0.matches($1.name) }) {
            let definition = chart.definition
            body.append("\n# chart: ")
            body.append(text: escapedForComment(definition.id))
            body.append(" (name: ")
            body.append(text: escapedForComment(definition.name))
            body.append(")\n")
            guard chart.isShown else { continue }
            let prefix = "NETDATA_" + variable(definition.name)
            let units = "\"      # " + escapedForComment(definition.units) + "\n"
            var total = 0.0
            for value in latest where value.isCollected && !value.options.contains(.obsolete) {
                body.append(text: "\(prefix)_\(variable(value.name))=\"")
                if let number = value.value {
                    let flipped = value.multiplier < 0 || value.divisor < 0 ? -number : number
                    let rounded = flipped.rounded(.toNearestOrEven)
                    if !value.options.contains(.hidden) { total += rounded }
                    body.append(decimal: rounded)
                }
                body.append(text: units)
            }
            body.append(text: "\(prefix)_VISIBLETOTAL=\"")
            body.append(decimal: total)
            body.append(text: units)
        }
        body.append("\n# NETDATA ALARMS RUNNING\n")
        for alarm in request.host.alarms?.alarmFacts ?? [] { print(alarm, to: &body) }
        return body
    }

    /// The filter is about charts: all alarms are printed.
    private static func print(_ alarm: AlarmFacts, to body: inout [UInt8]) {
        let prefix = "NETDATA_ALARM_\(variable(alarm.chartName))_\(variable(alarm.name))"
        body.append(text: prefix + "_VALUE=\"")
        if alarm.value.isFinite { body.append(decimal: alarm.value.rounded(.toNearestOrEven)) }
        body.append(text: "\"      # \(escapedForComment(alarm.units))\n\(prefix)_STATUS=\"\(alarm.status.name)\"\n")
    }

    /// Upper-case letters and digits; everything else is `_`: nothing a shell could take for a command.
    private static func variable(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
                default: UInt8(ascii: "_")
                }
            },
            as: UTF8.self
        )
    }

    /// A peer's text behind `#`: a line end in it would be a command for whoever evaluates the answer.
    private static func escapedForComment(_ text: String) -> String {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7f }
            ? String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "_") : $0 }, as: UTF8.self) : text
    }
}

enum JSONMetrics {
    static func print(_ request: EndpointRequest) -> [UInt8] {
        let charts = request.charts(of: request.host) { $0.matches($1.id) || $0.matches($1.name) }
        var body: [UInt8] = []
        body.append("{")
        for (index, (chart, latest)) in charts.filter(\.chart.isShown).enumerated() {
            body.append(index == 0 ? "\n\t" : ",\n\t")
            body.append(quoted: chart.definition.id)
            body.append(": {")
            for (position, (name, value)) in [
                ("name", chart.definition.name), ("family", chart.definition.family),
                ("context", chart.definition.context), ("units", chart.definition.units),
            ].enumerated() {
                body.append(position == 0 ? "\n\t\t" : ",\n\t\t")
                body.append(quoted: name)
                body.append(":")
                body.append(quoted: value)
            }
            body.append(",\n\t\t\"last_updated\": ")
            body.append(number: chart.lastUpdated)
            body.append(",\n\t\t\"dimensions\": {")
            print(latest.filter { $0.isCollected && !$0.options.contains(.obsolete) }, to: &body)
            body.append("\n\t\t}\n\t}")
        }
        body.append("\n}")
        return body
    }

    private static func print(_ dimensions: [LatestValue], to body: inout [UInt8]) {
        for (index, dimension) in dimensions.enumerated() {
            body.append(index == 0 ? "\n\t\t\t" : ",\n\t\t\t")
            body.append(quoted: dimension.id)
            body.append(": {\n\t\t\t\t\"name\": ")
            body.append(quoted: dimension.name)
            body.append(",\n\t\t\t\t\"value\": ")
            body.append(fixed: dimension.value ?? .nan, decimals: 7)
            body.append("\n\t\t\t}")
        }
    }
}
