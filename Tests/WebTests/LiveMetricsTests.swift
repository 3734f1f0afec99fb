import Basics
import Store
import Synchronization
import Testing
import Transport

@testable import Web

/// The captured answers of `allmetrics`, number by number masked: the same charts, so the same lines.
///
/// Values and times are of the machine where they were captured; of its alarms here are those of one chart.
struct LiveMetricsTests {
    static let bench = makeBench()

    static func makeBench() -> WebBench {
        let bench = WebBench(now: GoldenDataset.start)
        fill(bench.hosts.local, of: bench)
        bench.hosts.local.alarms = TestAlarms(alarms)
        return bench
    }

    /// The charts that were asked for.
    static func fill(_ host: Host, of bench: WebBench) {
        host.identity.withLock {
            $0.labels += [
                Label(key: "_is_ephemeral", value: "false", source: 2),
                Label(key: "_has_unstable_connection", value: "false", source: 2),
            ]
        }
        func collect(_ definition: ChartDefinition, _ dimensions: [DimensionDefinition]) -> ChartRef {
            bench.collect(
                definition,
                dimensions,
                (1...30).map { row in dimensions.indices.map { Int64(row * ($0 + 1) * 7) } },
                on: host
            )
        }
        let cpu = ["guest_nice", "guest", "steal", "softirq", "irq", "user", "system", "nice", "iowait", "idle"].map {
            DimensionDefinition(id: $0, algorithm: .percentageOfIncrementalRow, options: $0 == "idle" ? .hidden : [])
        }
        let gauge = collect(
            ChartDefinition(
                id: "test.gauge",
                title: "Test gauge",
                units: "units",
                family: "tfam",
                context: "test.gauge",
                priority: 9000,
                plugin: "tst.plugin",
                labels: [Label(key: "inst", value: "disk one", source: 1)]
            ),
            [DimensionDefinition(id: "val", divisor: 10), DimensionDefinition(id: "two", name: "second")]
        )
        _ = collect(
            ChartDefinition(id: "system.cpu", units: "percentage", family: "cpu", context: "system.cpu"),
            cpu
        )
        _ = collect(
            ChartDefinition(
                id: "system.ctxt",
                units: "context switches/s",
                family: "processes",
                context: "system.ctxt"
            ),
            [DimensionDefinition(id: "switches", algorithm: .incremental)]
        )
        _ = collect(
            ChartDefinition(
                id: "cpu.cpu0",
                title: "Core utilization",
                units: "percentage",
                family: "utilization",
                context: "cpu.cpu",
                type: .stacked,
                priority: 1001,
                plugin: "proc.plugin",
                module: "/proc/stat"
            ),
            cpu
        )
        host.withDatabase { database in
            collectLoad(into: &database)
            _ = database.setVariable("lim", 77, of: gauge)
            _ = database.setHostVariable("hv", 12.25)
        }
    }

    private static let alarms = [
        alarm(1_795_339_398, "t_gauge", .clear, 4, "widgets", every: 2),
        alarm(1_795_339_399, "t_rep", .critical, 482, "units", every: 3),
        alarm(1_795_339_400, "t_undef", .clear, .nan, "units", every: 5),
        alarm(1_795_339_442, "t_tpl", .clear, 479, "s", every: 5),
    ]

    private static func alarm(
        _ id: UInt32,
        _ name: String,
        _ status: AlarmStatus,
        _ value: Double,
        _ units: String,
        every: Int
    ) -> AlarmFacts {
        AlarmFacts(
            id: id,
            name: name,
            chart: "test.gauge",
            chartName: "test.gauge",
            status: status,
            value: value,
            units: units,
            updateEvery: every,
            green: 10,
            red: 90
        )
    }

    /// Every five seconds, the last time four seconds ago.
    private static func collectLoad(into database: inout HostDatabase) {
        var now = (GoldenDataset.start - 4 - 29 * 5) * microsecondsPerSecond
        let chart = database.define(
            ChartDefinition(id: "system.load", units: "load", family: "load", context: "system.load", updateEvery: 5),
            now: now
        )!
        for id in ["load1", "load5", "load15"] {
            database.define(DimensionDefinition(id: id, divisor: 1000), in: chart)
        }
        for row in 0..<30 {
            database.begin(chart, microseconds: 5_000_000, now: now, trusted: false)
            for dimension in 0..<3 { database.set(Int32(dimension), Int64(row * 1000)) }
            database.end(now: now)
            now += 5_000_000
        }
    }

    static let captured = [
        "allmetrics-json", "allmetrics-shell", "allmetrics-noformat", "allmetrics-prometheus", "prom-raw", "prom-raw2",
        "prom-sum", "prom-avg", "prom-help", "prom-types", "prom-helptypes-raw", "prom-names-no", "prom-ts-no",
        "prom-oldunits", "prom-hideunits", "prom-prefix", "prom-server-again", "prom-vars", "prom-vars-help",
    ]

    @Test(arguments: captured)
    func answersAsTheOriginal(_ name: String) {
        let pair = GoldenPair(folder: "live", name: name)
        // Once more: the first visit of a server is told from the next.
        _ = Self.bench.get(pair.target)
        let response = Self.bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(Self.comparable(response.bodyText, pair) == Self.comparable(pair.body, pair))
    }

    static let capturedCharts = ["chart-test.gauge", "chart-by-name"]

    @Test(arguments: capturedCharts)
    func describesChartsAsTheOriginal(_ name: String) {
        let pair = GoldenPair(folder: "live", name: name)
        let response = Self.bench.get(pair.target)
        #expect(response.isCacheable)
        #expect(
            response.bodyText.split(separator: "\n").map(Self.masked)
                == pair.body.split(separator: "\n").map(Self.masked)
        )
        // Alarms and their levels to the byte.
        let lines = pair.body.split(separator: "\n", omittingEmptySubsequences: false)
        let expected = lines.drop { !$0.contains("\"green\"") }.prefix { !$0.contains("_labels") }
        #expect(expected.count == (name == "chart-test.gauge" ? 28 : 5))
        #expect(response.bodyText.contains(expected.joined(separator: "\n")))
    }

    @Test func shellsGetAlarmsAsFromTheOriginal() {
        let pair = GoldenPair(folder: "live", name: "allmetrics-shell")
        func alarms(_ body: String) -> [Substring] {
            Array(body.split(separator: "\n").drop { $0 != "# NETDATA ALARMS RUNNING" }.prefix(7))
        }
        #expect(alarms(Self.bench.body(pair.target)) == alarms(pair.body))
        #expect(alarms(Self.bench.body(pair.target)).count == 7)
    }

    @Test func alarmsAreCounted() {
        let info = Self.bench.body("/api/v1/info")
        #expect(info.contains("\"alarms\": {\n\t\t\"normal\": 3,\n\t\t\"warning\": 0,\n\t\t\"critical\": 1\n\t},"))
        #expect(Self.bench.body("/api/v1/charts").contains("\n\t\"alarms_count\": 4,\n"))
    }

    static func masked(_ line: Substring) -> String {
        String(line).replacing(/-?\b[0-9]+(\.[0-9]+)?\b/, with: "N")
    }

    /// Numbers masked, alarms and the variables of that machine left out.
    static func comparable(_ body: String, _ pair: GoldenPair) -> [String] {
        let text = body.split(separator: "# NETDATA ALARMS RUNNING").first.map(String.init) ?? body
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            masked(line).replacing("=\"\"", with: "=\"N\"")
        }.filter { line in
            line.wholeMatch(of: /netdata_(\w+) N( N)?/).map { ["test_gauge_lim", "hv"].contains($0.1) } ?? true
        }
    }
}
