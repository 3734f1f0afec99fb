import Basics
import Status
import Store
import Transport
import Web

/// Requests of the API, from their text to the answer's bytes, without sockets: a dashboard's `/data` over an hour of a chart of
/// ten dimensions, averaged to 300 rows, and what a page asks for first, one chart's and all charts' descriptions.
func benchmarkQuery() {
    let seconds = 3600
    let dimensions = 10
    let charts = 100
    let start: Int64 = 1_700_000_000
    let host = filledHost(charts: charts, dimensions: dimensions, seconds: seconds, start: start)
    let context = WebContext(
        hosts: Hosts(local: host),
        clock: ManualClock(seconds: start + Int64(seconds) - 1),
        facts: { NodeFacts(version: "0") },
        random: { 0 }
    )
    let service = WebService(context)
    let window = "chart=bench.chart7&after=\(start)&before=\(start + Int64(seconds) - 1)"
    let points = seconds * dimensions
    measure("query, average to 300 rows", points, "stored point", service, "data?\(window)&points=300")
    measure("query, median to 300 rows", points, "stored point", service, "data?\(window)&points=300&group=median")
    measure("query, all 3600 rows", points, "stored point", service, "data?\(window)&options=jsonwrap")
    host.keepTiers(in: Minutes(last: start + Int64(seconds)))
    let month = "chart=bench.chart7&after=\(start - 30 * 86_400)&before=\(start)&points=600"
    measure("query, a month of minutes to 600 rows", 43_200 * dimensions, "point", service, "data?\(month)")
    measure("chart", 1, "chart", service, "chart?chart=bench.chart7")
    measure("charts", charts, "chart", service, "charts")
    measure("allmetrics, Prometheus", charts * dimensions, "metric", service, "allmetrics?format=prometheus&source=raw")
}

/// The best of several runs of 20 requests.
private func measure(_ name: String, _ units: Int, _ unit: String, _ service: WebService, _ target: String) {
    guard let request = HTTPRequest(.get, "/api/v1/" + target) else { return }
    var best = Double.infinity
    var bytes = 0
    for _ in 0..<10 {
        let began = processTime()
        for _ in 0..<20 {
            let response = service.answer(request)
            precondition(response.status == 200, "the benchmark's own requests must be understood")
            bytes = response.body.count
        }
        best = min(best, (processTime() - began) / 20)
    }
    print(
        "\(name): \((best / Double(units) * 1e10).rounded() / 10) ns a \(unit), \((best * 1e7).rounded() / 10) µs, \(bytes) bytes"
    )
}

private func filledHost(charts: Int, dimensions: Int, seconds: Int, start: Int64) -> Host {
    let host = Host(
        guid: GUID("11111111-2222-3333-4444-555555555555")!,
        identity: HostIdentity(hostname: "benchmark"),
        settings: HostSettings(history: seconds, futureLimitSeconds: 0),
        state: .local,
        at: 0
    )
    host.withDatabase { database in
        for chart in 0..<charts {
            let ref = database.define(
                ChartDefinition(
                    id: "bench.chart\(chart)",
                    title: "A chart",
                    units: "units",
                    family: "f",
                    context: "bench"
                ),
                now: start * microsecondsPerSecond
            )!
            for index in 0..<dimensions { database.define(DimensionDefinition(id: "dimension\(index)"), in: ref) }
            // One chart has an hour, the others what is needed to be shown.
            for second in chart == 7 ? 0..<seconds : seconds - 10..<seconds {
                let values = (0..<dimensions).map { Double((second &* 7919 &+ $0 &* 104_729) & 0xffff) / 7 }
                database.load(values, at: start + Int64(second), into: ref)
            }
        }
    }
    return host
}

/// A tier of minutes that is there already: what a query makes of its points, not what reading them costs.
private struct Minutes: TierSource {
    private let points: TierColumns

    init(last: Int64) {
        let count = 31 * 1440
        let averages = (0..<count).map { StorageNumber.encode(Double(($0 &* 7919) & 0xffff) / 7) }
        let column = TierColumn(
            averages: averages,
            minima: averages,
            maxima: averages,
            counts: Array(repeating: 60, count: count)
        )
        let end = last / 60 * 60
        points = TierColumns(
            firstTime: end - Int64(count - 1) * 60,
            step: 60,
            columns: Array(repeating: column, count: 10)
        )
    }

    func knowsSpans(of host: GUID) -> Bool { true }

    func spans(_ series: TierSeries) -> [TierSpan] {
        [TierSpan(tier: 1, first: points.firstTime, last: points.lastTime, step: points.step)]
    }

    func points(_ series: TierSeries, tier: Int, from: Int64, through: Int64) -> TierColumns? { points }
}
