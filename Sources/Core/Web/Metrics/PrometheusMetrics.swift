import Basics
import Store
import Synchronization
import Transport

/// The scrape: `/api/v1/allmetrics?format=prometheus` and `prometheus_all_hosts` (exporting §7).
struct PrometheusMetrics {
    private let request: PrometheusRequest
    private let context: WebContext
    /// Microseconds since 1970.
    private let now: Int64
    private var body: [UInt8] = []

    static func print(_ request: EndpointRequest) -> [UInt8] {
        var metrics = PrometheusMetrics(request)
        for host in metrics.request.isAllHosts ? request.context.hosts.all() : [request.host] {
            metrics.print(host, request)
        }
        return metrics.body
    }

    private init(_ request: EndpointRequest) {
        self.request = PrometheusRequest(request.http)
        context = request.context
        now = context.clock.now()
    }

    /// Seconds that a server's first scrape looks back: `[prometheus:exporter] update every` by default.
    static let firstWindow: Int64 = 10

    private mutating func print(_ host: Host, _ endpoint: EndpointRequest) {
        let identity = host.identity.withLock { $0 }
        let second = now / 1_000_000
        let visit = context.prometheusServers.visit(request.server, host: host.guid, now: second)
        let after = visit ?? second - Self.firstWindow
        if request.hasHelp {
            let seen = visit.map { "\(second - $0) seconds ago" } ?? "0 never"
            line(
                "# COMMENT netdata \"\(comment(identity.hostname))\" to \(visit == nil ? "FIRST SEEN " : "")prometheus "
                    + "\"\(comment(request.server))\", source \"\(request.source.text)\", last seen \(seen), "
                    + "time range \(after) to \(second)\n"
            )
        }
        printInformation(identity, isLocal: host === context.hosts.local)
        if request.hasVariables { printVariables(host) }
        let instance = request.isAllHosts ? ",instance=\"\(PrometheusName.escaped(identity.hostname))\"" : ""
        let usesNames = request.usesNames
        for (chart, latest) in endpoint.charts(of: host, { $0.matches(usesNames ? $1.name : $1.id) })
        where chart.isExported {
            var scrape = Scrape(
                request: request,
                chart: chart,
                latest: latest,
                instance: instance,
                after: after,
                before: second
            )
            scrape.print(&body) { from, through in
                host.withDatabase { $0.shared(chart.ref, from: from, to: through) }.copied()
            }
        }
    }

    private mutating func line(_ text: String) {
        body.append(text: text)
        body.append("\n")
    }

    private func comment(_ text: String) -> String { PrometheusName.escaped(text) }

    /// The line that says who the host is. Its labels are the configured ones.
    private mutating func printInformation(_ identity: HostIdentity, isLocal: Bool) {
        let application = isLocal ? "netdata" : identity.programName
        let version = isLocal ? NodeFacts.apiVersion : identity.programVersion
        var text = "netdata_info{instance=\"\(PrometheusName.escaped(identity.hostname))\""
        text += ",application=\"\(PrometheusName.escaped(application))\",version=\"\(PrometheusName.escaped(version))\""
        for label in identity.labels where label.source & 2 != 0 {
            text += ",\(PrometheusName.cleaned(label.key))=\"\(PrometheusName.escaped(label.value))\""
        }
        line(text + "} 1" + (request.hasTimestamps ? " \(now / 1000)" : ""))
    }

    private mutating func printVariables(_ host: Host) {
        if request.hasHelp { line("\n# COMMENT global host and chart variables") }
        let own = host.withDatabase { $0.hostVariables }
        let charts = host.take { $0.snapshot(of: $1) }.filter { !$0.variables.isEmpty }
        // Without the label those of all hosts would be one series, of which Prometheus takes the first value only.
        let labels =
            request.isAllHosts
            ? "{instance=\"\(PrometheusName.escaped(host.identity.withLock { $0.hostname }))\"}" : ""
        let end = request.hasTimestamps ? " \(now / 1_000_000)000" : ""
        func print(_ prefix: String, _ variables: [String: Double]) {
            for (name, value) in variables.sorted(by: { $0.key < $1.key }) where value.isFinite {
                body.append(text: "\(prefix)_\(PrometheusName.cleaned(name))\(labels) ")
                body.append(fixed: value, decimals: 7)
                line(end)
            }
        }
        for chart in charts {
            print("\(request.prefix)_\(PrometheusName.cleaned(chart.definition.id))", chart.variables)
        }
        print(request.prefix, own)
    }
}

/// One chart of a scrape.
private struct Scrape {
    let request: PrometheusRequest
    let chart: ChartSnapshot
    let latest: [LatestValue]
    /// The label that tells hosts apart.
    let instance: String
    /// Unix seconds: since the last visit, until now.
    let after: Int64
    let before: Int64

    mutating func print(_ body: inout [UInt8], _ points: (Int64, Int64) -> StoredPoints) {
        let definition = chart.definition
        if request.hasHelp {
            body.append(
                text: "\n# COMMENT homogeneous chart \"\(shown(definition.name, definition.id))\", context "
                    + "\"\(PrometheusName.escaped(definition.context))\", family "
                    + "\"\(PrometheusName.escaped(definition.family))\", units "
                    + "\"\(PrometheusName.escaped(definition.units))\"\n"
            )
        }
        if request.source == .asCollected { printCollected(&body) } else { printStored(&body, points) }
    }

    /// A name or an id, as the request likes it, and as a label's value may hold it.
    private func shown(_ name: String, _ id: String) -> String {
        PrometheusName.escaped(request.usesNames ? name : id)
    }

    private var metric: String { "\(request.prefix)_\(PrometheusName.cleaned(chart.definition.context))" }

    private func labels(_ dimension: String) -> String {
        let definition = chart.definition
        return
            "{chart=\"\(shown(definition.name, definition.id))\",family=\"\(PrometheusName.escaped(definition.family))\","
            + "dimension=\"\(dimension)\"\(instance)}"
    }

    /// The last integers as they came, with the milliseconds at which they came.
    private func printCollected(_ body: inout [UInt8]) {
        guard chart.lastCollected / 1_000_000 >= after else { return }
        let definition = chart.definition
        let time = request.hasTimestamps ? " \(chart.lastCollected / 1000)" : ""
        for (index, value) in latest.enumerated() where value.isCollected && !value.options.contains(.obsolete) {
            let algorithm = chart.dimensions[index].algorithm
            let isCounter = algorithm == .incremental || algorithm == .percentageOfIncrementalRow
            let name = metric + (isCounter ? "_total" : "")
            let dimension = shown(value.name, value.id)
            if request.hasHelp {
                body.append(
                    text: "# COMMENT \(name): chart \"\(shown(definition.name, definition.id))\", context "
                        + "\"\(PrometheusName.escaped(definition.context))\", family "
                        + "\"\(PrometheusName.escaped(definition.family))\", dimension \"\(dimension)\", value * "
                        + "\(value.multiplier) / \(value.divisor) \(isCounter ? "delta gives" : "gives") "
                        + "\(PrometheusName.escaped(definition.units)) (\(isCounter ? "counter" : "gauge"))\n"
                )
            }
            if request.hasTypes { body.append(text: "# TYPE \(metric) \(isCounter ? "counter" : "gauge")\n") }
            body.append(text: "\(name)\(labels(dimension)) \(value.collected)\(time)\n")
        }
    }

    /// The average of what was stored since the last visit.
    ///
    /// Asked for sums the original only changes the names, unless sums are configured: so here.
    private func printStored(_ body: inout [UInt8], _ points: (Int64, Int64) -> StoredPoints) {
        guard let window = StoredWindow(after: after, before: before, chart.retention) else { return }
        let stored = points(window.from, window.through)
        let units =
            request.hidesUnits || request.source == .sum
            ? "" : PrometheusName.units(chart.definition.units, areOld: request.usesOldUnits)
        let name = metric + units + (request.source == .sum ? "_sum" : "_average")
        let time = request.hasTimestamps ? " \(window.through)000" : ""
        for (index, value) in latest.enumerated() where value.isCollected && !value.options.contains(.obsolete) {
            guard index < stored.columns.count, let average = StoredWindow.average(stored.columns[index]) else {
                continue
            }
            let dimension = shown(value.name, value.id)
            if request.hasHelp {
                body.append(
                    text: "# COMMENT \(name): dimension \"\(dimension)\", value is "
                        + "\(PrometheusName.escaped(chart.definition.units)), gauge, dt \(after) to \(window.through) "
                        + "inclusive\n"
                )
            }
            if request.hasTypes { body.append(text: "# TYPE \(name) gauge\n") }
            body.append(text: "\(name)\(labels(dimension)) ")
            body.append(fixed: average, decimals: 7)
            body.append(text: time)
            body.append("\n")
        }
    }
}
