import Basics
import Config
import Store
import Synchronization
import Transport

/// The scrape: `/api/v1/allmetrics?format=prometheus` and `prometheus_all_hosts` (exporting §7).
struct PrometheusMetrics {
    private let request: PrometheusRequest
    private let context: WebContext
    private let settings: ExportingSettings.Scrape
    /// Microseconds since 1970.
    private let now: Int64
    private var body: [UInt8] = []

    static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let buffers = request.context.bodyBuffers
        var metrics = PrometheusMetrics(request)
        let hosts = metrics.request.isAllHosts ? request.context.hosts.all() : [request.host]
        if request.http["filter"] == nil {
            // An answer that grows is moved again and again.
            let metricCount = hosts.reduce(0) { sum, host in sum + host.withDatabase { $0.dimensionCount } }
            metrics.body = buffers.take(capacity: 1024 * hosts.count + bytesOfAMetric * metricCount)
        }
        for host in hosts { metrics.print(host, request) }
        var response = HTTPResponse(contentType: ContentType.prometheus, body: metrics.body)
        response.loan = BodyBuffers.Loan(of: metrics.body, from: buffers)
        return response
    }

    private init(_ request: EndpointRequest) {
        settings = request.context.facts().scrape
        self.request = PrometheusRequest(request.http, settings)
        context = request.context
        now = context.clock.now()
    }

    /// More than one has mostly.
    private static let bytesOfAMetric = 176

    private mutating func print(_ host: Host, _ endpoint: EndpointRequest) {
        let identity = host.identity.withLock { $0 }
        let second = now / 1_000_000
        let (visits, isFirst) = context.prometheusServers.visit(
            request.server,
            host: host.guid,
            now: second,
            window: settings.updateEvery
        )
        let last = visits[visits.count - 1]
        if request.hasHelp {
            let seen = isFirst ? "0 never" : "\(second - last) seconds ago"
            line(
                "# COMMENT netdata \"\(comment(identity.hostname))\" to \(isFirst ? "FIRST SEEN " : "")prometheus "
                    + "\"\(comment(request.server))\", source \"\(request.source.text)\", last seen \(seen), "
                    + "time range \(last) to \(second)\n"
            )
        }
        printInformation(identity, isLocal: host === context.hosts.local)
        if request.hasVariables { printVariables(host) }
        var scrape = PrometheusScrape(
            request,
            instance: request.isAllHosts ? identity.hostname : nil,
            visits: visits,
            before: second
        )
        let matchesNames = request.matchesNames
        let refs = endpoint.refs(of: host) { $0.matches(matchesNames ? $1.name : $1.id) }
        let charts = host.read(refs, scrape.subject)
        // By their places: what charts say is counted by atomics, and each copy of a reading would count.
        for place in charts.indices where charts[place].isExported && request.lets(out: charts[place]) {
            scrape.print(charts[place], to: &body) { from, through in
                host.withDatabase { $0.shared(charts[place].ref, from: from, to: through) }.copied()
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
        for label in identity.labels
        where label.isMeant(configured: settings.sendsConfiguredLabels, automatic: settings.sendsAutomaticLabels) {
            text += ",\(PrometheusName.cleaned(label.key))=\"\(PrometheusName.escaped(label.value))\""
        }
        line(text + "} 1" + (request.hasTimestamps ? " \(now / 1000)" : ""))
    }

    private mutating func printVariables(_ host: Host) {
        let own = host.withDatabase { $0.hostVariables }
        let charts = host.take { $0.snapshot(of: $1) }.filter { !$0.variables.isEmpty }
        guard !own.isEmpty || !charts.isEmpty else { return }
        if request.hasHelp { line("\n# COMMENT global host and chart variables") }
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
