import Basics
import Store
import Synchronization
import Transport

/// `/api/v1/allmetrics` (web API §8.7).
enum AllMetricsEndpoint {
    /// Dimensions of a host whose metrics take less than a millisecond.
    private static let lightDimensions = 1000

    /// Whether one host is asked for, all of it, and it is small: the way to another thread and back would cost as much again. A
    /// filter is the client's, and may take its time.
    @Sendable static func isLight(_ request: EndpointRequest) -> Bool {
        request.http["format"] != "prometheus_all_hosts" && request.http["filter"] == nil
            && request.host.withDatabase { $0.hasAtMost(dimensions: lightDimensions) }
    }

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
            return PrometheusMetrics.answer(request)
        default:
            return .text(
                400,
                "Which format? 'shell', 'prometheus', 'prometheus_all_hosts' and 'json' are currently supported."
            )
        }
    }
}

extension EndpointRequest {
    /// The charts that the parameter `filter` lets through; `nil` where there is no filter and all are meant.
    ///
    /// - Parameter isMatch: by which of its texts a chart is matched.
    func refs(of host: Host, _ isMatch: @Sendable (SimplePattern, ChartDefinition) -> Bool) -> [ChartRef]? {
        guard let filter = http["filter"].map({ SimplePattern($0) }), !filter.isEmpty else { return nil }
        // Patterns are the client's, and may take their time: they are matched without the lock.
        let all = host.take { database, ref in database.definition(of: ref).map { (ref, $0) } }
        return all.filter { isMatch(filter, $0.1) }.map(\.0)
    }
}

/// Variables for a shell: `eval "$(curl …)"`.
enum ShellMetrics {
    static func print(_ request: EndpointRequest) -> [UInt8] {
        var body: [UInt8] = []
        let refs = request.refs(of: request.host) { $0.matches($1.name) }
        for chart in request.host.read(refs, .latest) {
            let name = chart.name
            body.append("\n# chart: ")
            body.append(text: escapedForComment(chart.id))
            body.append(" (name: ")
            body.append(text: escapedForComment(name))
            body.append(")\n")
            guard chart.isShown, case .latest(let values) = chart.numbers else { continue }
            let prefix = "NETDATA_" + variable(name) + "_"
            let units = "\"      # " + escapedForComment(chart.units) + "\n"
            var total = 0.0
            for (value, dimension) in zip(values, chart.dimensions) {
                guard let value else { continue }
                body.append(text: prefix)
                body.append(text: variable(dimension.name))
                body.append("=\"")
                if !value.isNaN {
                    let flipped = dimension.multiplier < 0 || dimension.divisor < 0 ? -value : value
                    let rounded = flipped.rounded(.toNearestOrAwayFromZero)
                    if !dimension.options.contains(.hidden) { total += rounded }
                    body.append(decimal: rounded)
                }
                body.append(text: units)
            }
            body.append(text: prefix)
            body.append("VISIBLETOTAL=\"")
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
        if alarm.value.isFinite { body.append(decimal: alarm.value.rounded(.toNearestOrAwayFromZero)) }
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
        let refs = request.refs(of: request.host) { $0.matches($1.id) || $0.matches($1.name) }
        var body: [UInt8] = []
        body.append("{")
        for (index, chart) in request.host.read(refs, .latest).lazy.filter(\.isShown).enumerated() {
            body.append(index == 0 ? "\n\t" : ",\n\t")
            body.append(quoted: chart.id)
            body.append(": {")
            for (position, (name, value)) in [
                ("name", chart.name), ("family", chart.family), ("context", chart.context), ("units", chart.units),
            ].enumerated() {
                body.append(position == 0 ? "\n\t\t" : ",\n\t\t")
                body.append(quoted: name)
                body.append(":")
                body.append(quoted: value)
            }
            body.append(",\n\t\t\"last_updated\": ")
            body.append(number: chart.lastUpdated)
            body.append(",\n\t\t\"dimensions\": {")
            print(chart, to: &body)
            body.append("\n\t\t}\n\t}")
        }
        body.append("\n}")
        return body
    }

    private static func print(_ chart: ChartReading, to body: inout [UInt8]) {
        guard case .latest(let values) = chart.numbers else { return }
        var isFirst = true
        for (value, dimension) in zip(values, chart.dimensions) {
            guard let value else { continue }
            body.append(isFirst ? "\n\t\t\t" : ",\n\t\t\t")
            isFirst = false
            body.append(quoted: dimension.id)
            body.append(": {\n\t\t\t\t\"name\": ")
            body.append(quoted: dimension.name)
            body.append(",\n\t\t\t\t\"value\": ")
            body.append(fixed: value, decimals: 7)
            body.append("\n\t\t\t}")
        }
    }
}

extension ChartReading {
    /// Whether people see it: collected, with dimensions, neither hidden nor gone.
    fileprivate var isShown: Bool {
        collections > 0 && !dimensions.isEmpty && options.isDisjoint(with: [.hidden, .obsolete])
    }

    /// Unix seconds of the newest value; in a database that keeps none, of the last collection.
    fileprivate var lastUpdated: Int64 { lastStored != 0 ? lastStored : lastCollected / 1_000_000 }
}
