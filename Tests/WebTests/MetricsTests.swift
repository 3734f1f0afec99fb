import Basics
import Config
import Store
import Synchronization
import Testing
import Transport

@testable import Web

/// `/api/v1/allmetrics`: shapes from the captured answers, values of our own (web API §8.7, exporting §7).
struct MetricsTests {
    static let now = GoldenDataset.start

    /// A gauge of two dimensions and a counter, 30 seconds of each.
    static func bench() -> WebBench {
        let bench = WebBench(now: now)
        bench.hosts.local.identity.withLock {
            $0.labels = [
                Label(key: "_os_name", value: "unknown", source: 1),
                Label(key: "_is_ephemeral", value: "false", source: 2), Label(key: "my key", value: "a\"b", source: 2),
            ]
        }
        let gauge = bench.collect(
            ChartDefinition(
                id: "test.gauge",
                units: "units",
                family: "tfam",
                context: "test.gauge",
                plugin: "tst.plugin"
            ),
            [
                DimensionDefinition(id: "val", divisor: 10),
                DimensionDefinition(id: "two", name: "second"),
                DimensionDefinition(id: "out", multiplier: -1),
                DimensionDefinition(id: "gone", options: .hidden),
            ],
            (1...30).map { [20, $0, 7, 100] }
        )
        bench.collect(
            ChartDefinition(
                id: "system.ctxt",
                units: "context switches/s",
                family: "processes",
                context: "system.ctxt"
            ),
            [DimensionDefinition(id: "switches", algorithm: .incremental)],
            (1...30).map { [$0 * 1000] }
        )
        bench.collect(
            ChartDefinition(id: "old.chart", units: "%", options: .obsolete),
            [DimensionDefinition(id: "x")],
            [[1], [2], [3]]
        )
        bench.hosts.local.withDatabase { database in
            _ = database.setVariable("lim", 77, of: gauge)
            _ = database.setHostVariable("hv", 12.25)
            let old = database.find("old.chart")!
            database.setObsolete(true, old, now: now * 1_000_000)
        }
        return bench
    }

    @Test func shellGetsVariables() {
        #expect(
            Self.bench().body("/api/v1/allmetrics?filter=test.gauge%20old.*") == """

                # chart: test.gauge (name: test.gauge)
                NETDATA_TEST_GAUGE_VAL="2"      # units
                NETDATA_TEST_GAUGE_SECOND="30"      # units
                NETDATA_TEST_GAUGE_OUT="7"      # units
                NETDATA_TEST_GAUGE_GONE="100"      # units
                NETDATA_TEST_GAUGE_VISIBLETOTAL="39"      # units

                # chart: old.chart (name: old.chart)

                # NETDATA ALARMS RUNNING

                """
        )
    }

    /// The answer is made for `eval`: no text of a peer may start a line or close the quotes.
    @Test func shellCannotBeMadeToRunAnything() {
        let bench = WebBench(now: Self.now)
        let hostile = "x\n$(reboot)\"`id`;\r#"
        bench.collect(
            ChartDefinition(id: hostile, title: hostile, units: hostile, family: hostile, context: hostile),
            [DimensionDefinition(id: hostile, name: hostile)],
            [[1], [2], [3]]
        )
        for line in bench.body("/api/v1/allmetrics").split(whereSeparator: \.isNewline) {
            let isComment = line.hasPrefix("#")
            let isVariable = line.wholeMatch(of: /NETDATA_[A-Z0-9_]+="-?[0-9]*"      #.*/) != nil
            #expect(isComment || isVariable, "\(line)")
        }
    }

    @Test func jsonHasTheOriginalsShape() {
        let body = Self.bench().body("/api/v1/allmetrics?format=json&filter=*gauge")
        #expect(isJSON(body))
        #expect(
            body.hasPrefix(
                """
                {
                	"test.gauge": {
                		"name":"test.gauge",
                		"family":"tfam",
                		"context":"test.gauge",
                		"units":"units",
                		"last_updated": \(Self.now),
                		"dimensions": {
                			"val": {
                				"name": "val",
                				"value": 2.0000000
                			},
                			"two": {
                				"name": "second",
                				"value": 30.0000000
                			},
                """
            )
        )
        #expect(body.hasSuffix("\t\t\t}\n\t\t}\n\t}\n}"))
        #expect(Self.bench().body("/api/v1/allmetrics?format=json&filter=nothing") == "{\n}")
    }

    private static let information =
        "netdata_info{instance=\"nd-a\",application=\"netdata\",version=\"v1.37.1\",_is_ephemeral=\"false\","
        + "my_key=\"a\\\"b\"} 1 \(now)000\n"

    /// Ten seconds back at first, two collections behind: the values of T-13 … T-3.
    @Test func prometheusGetsAverages() {
        let response = Self.bench().get("/api/v1/allmetrics?format=prometheus&filter=!*ctxt%20*")
        #expect(response.contentType == "text/plain; version=0.0.4")
        #expect(!response.isCacheable)
        let labels = "{chart=\"test.gauge\",family=\"tfam\",dimension="
        #expect(
            response.bodyText == Self.information + """
                netdata_test_gauge_units_average\(labels)"val"} 2.0000000 \(Self.now - 3)000
                netdata_test_gauge_units_average\(labels)"second"} 22.5000000 \(Self.now - 3)000
                netdata_test_gauge_units_average\(labels)"out"} -7.0000000 \(Self.now - 3)000
                netdata_test_gauge_units_average\(labels)"gone"} 100.0000000 \(Self.now - 3)000

                """
        )
    }

    /// Whoever comes seldom gets the average of more points than are looked at as they are: of sealed ones, too.
    @Test(arguments: [5, 64, 65, 200, 290])
    func averagesAreOfTheWholeWindow(_ seconds: Int64) {
        let bench = WebBench(now: Self.now)
        bench.collect(
            ChartDefinition(id: "a.b", units: "u", family: "f", context: "a.b"),
            [
                DimensionDefinition(id: "x"), DimensionDefinition(id: "gone", options: .obsolete),
                DimensionDefinition(id: "y", multiplier: 2),
            ],
            (1...300).map { [$0, 7, $0] }
        )
        bench.clock.advance(seconds: -seconds)
        let target = "/api/v1/allmetrics?format=prometheus&timestamps=no"
        _ = bench.body(target)
        bench.clock.advance(seconds: seconds)
        // Two collections behind both visits: as many points as seconds, the last of them three seconds old.
        let average = 300 - 2.5 - Double(seconds) / 2
        let lines = bench.body(target).split(separator: "\n").dropFirst()
        let labels = "{chart=\"a.b\",family=\"f\",dimension="
        #expect(
            lines.joined(separator: "\n") == """
                netdata_a_b_u_average\(labels)"x"} \(average)000000
                netdata_a_b_u_average\(labels)"y"} \(2 * average)000000
                """
        )
    }

    @Test func prometheusGetsWhatWasCollected() {
        let target = "/api/v1/allmetrics?format=prometheus&source=as-collected&help=yes&types=yes"
        let body = Self.bench().body(target)
        #expect(
            body.hasPrefix(
                "# COMMENT netdata \"nd-a\" to FIRST SEEN prometheus \"localhost\", source \"as collected\", "
                    + "last seen 0 never, time range \(Self.now - 10) to \(Self.now)\n\n\(Self.information)\n"
            )
        )
        let common = "chart \"test.gauge\", context \"test.gauge\", family \"tfam\""
        #expect(
            body.contains(
                """
                # COMMENT homogeneous \(common), units "units"
                # COMMENT netdata_test_gauge: \(common), dimension "val", value * 1 / 10 gives units (gauge)
                # TYPE netdata_test_gauge gauge
                netdata_test_gauge{chart="test.gauge",family="tfam",dimension="val"} 20 \(Self.now)000

                """
            ),
            "\(body)"
        )
        #expect(
            body.contains(
                """
                (counter)
                # TYPE netdata_system_ctxt counter
                netdata_system_ctxt_total{chart="system.ctxt",family="processes",dimension="switches"} 30000 \(Self.now)000

                """
            )
        )
    }

    @Test func prometheusRemembersWhoWasHere() {
        let bench = Self.bench()
        let target = "/api/v1/allmetrics?format=prometheus&help=1&server=p1&filter=nothing"
        #expect(bench.body(target).contains("to FIRST SEEN prometheus \"p1\""))
        bench.clock.advance(seconds: 14)
        #expect(
            bench.body(target).contains(
                "to prometheus \"p1\", source \"average\", last seen 14 seconds ago, time range \(Self.now) to "
                    + "\(Self.now + 14)\n"
            )
        )
        #expect(bench.body(target.replacing("p1", with: "p2")).contains("FIRST SEEN"))
    }

    @Test func prometheusServersAreForgottenBeyondTheirLimit() {
        let servers = PrometheusServers()
        func visit(_ server: String, _ now: Int64) -> [Int64] {
            servers.visit(server, host: WebBench.localGUID, now: now, window: 10).visits
        }
        for index in 0...PrometheusServers.limit { #expect(visit("s\(index)", Int64(index)) == [Int64(index - 10)]) }
        #expect(visit("s1", 1_000_000) == [-9, 1])
        #expect(visit("s0", 1_000_000) == [999_990])
        for now in 1...Int64(PrometheusServers.remembered + 5) { _ = visit("s", now) }
        #expect(visit("s", 100) == Array(6...21))
    }

    /// Two values of one time would be rejected: what is told again is the average that was told first, as often as visits are
    /// remembered.
    @Test func aPointThatIsToldAgainIsTheSame() {
        let bench = Self.bench()
        let target = "/api/v1/allmetrics?format=prometheus&filter=test.gauge"
        let first = bench.body(target)
        #expect(first.contains("dimension=\"second\"} 22.5000000 "))
        for _ in 1..<PrometheusServers.remembered { #expect(bench.body(target) == first) }
        #expect(bench.body(target).contains("dimension=\"second\"} 27.0000000 "), "the point alone, as 1.37.1 tells it")
    }

    @Test(arguments: [
        ("hideunits=yes", "netdata_test_gauge_average{chart=\"test.gauge\",family=\"tfam\",dimension=\"second\"} "),
        ("source=sum", "netdata_test_gauge_sum{chart=\"test.gauge\",family=\"tfam\",dimension=\"second\"} 22.5"),
        ("prefix=f-o", "f_o_test_gauge_units_average{"),
        ("names=no", "dimension=\"two\"} "),
        ("timestamps=no", "netdata_info{instance=\"nd-a\""),
        ("variables=yes", "\nnetdata_test_gauge_lim 77.0000000 \(now)000\nnetdata_hv 12.2500000 \(now)000\n"),
        (
            "variables=yes&help=1&timestamps=0",
            "\n\n# COMMENT global host and chart variables\nnetdata_test_gauge_lim 77.0000000\n"
        ),
        ("types=true", "# TYPE netdata_test_gauge_units_average gauge\nnetdata_test_gauge_units_average{"),
        (
            "help=yes",
            "# COMMENT netdata_test_gauge_units_average: dimension \"val\", value is units, gauge, dt \(now - 10) to "
                + "\(now - 3) inclusive\n"
        ),
    ])
    func prometheusOptions(_ option: String, _ expected: String) {
        let body = Self.bench().body("/api/v1/allmetrics?format=prometheus&\(option)")
        #expect(body.contains(expected), "\(body)")
        if option.contains("timestamps") { #expect(!body.contains(" \(Self.now - 3)000\n")) }
    }

    /// Patterns mean names or ids as it is configured, whatever the request wants to be told (asked of 1.37.1).
    @Test(arguments: ["", "&names=yes", "&names=no"], [true, false])
    func whatPatternsMean(_ option: String, _ isConfiguredForNames: Bool) {
        var bench = Self.bench()
        bench.collect(
            ChartDefinition(id: "an.id", name: "renamed", units: "furlongs", context: "a.context"),
            [DimensionDefinition(id: "x")],
            (1...30).map { [$0] }
        )
        /// As the request's filter, and as what is configured to be sent.
        func isTold(_ pattern: String) -> [Bool] {
            [true, false].map { isFilter in
                var facts = NodeFacts(version: "1.2.3")
                facts.scrape.usesNames = isConfiguredForNames
                if !isFilter { facts.scrape.sendsCharts = SimplePattern(pattern) }
                bench.context.facts = { [facts] in facts }
                let filter = isFilter ? "&filter=" + pattern.replacing(" ", with: "%20") : ""
                return bench.body("/api/v1/allmetrics?format=prometheus\(option)\(filter)").contains("furlongs")
            }
        }
        let byName = [isConfiguredForNames, isConfiguredForNames]
        let byID = byName.map { !$0 }
        #expect(isTold("an.renamed") == byName)
        #expect(isTold("an.id") == byID)
        #expect(isTold("!an.renamed *") == byID)
        #expect(isTold("!an.id *") == byName)
    }

    /// What `[prometheus:exporter]` says counts for a request that says nothing.
    @Test func theConfiguredScrape() {
        func body(_ options: String, _ change: (inout ExportingSettings.Scrape) -> Void) -> String {
            var facts = NodeFacts(version: "1.2.3")
            change(&facts.scrape)
            var bench = Self.bench()
            bench.context.facts = { [facts] in facts }
            return bench.body("/api/v1/allmetrics?format=prometheus&\(options)")
        }
        #expect(body("timestamps=no") { $0.prefix = "own" }.contains("\nown_test_gauge_units_average{"))
        #expect(body("prefix=asked") { $0.prefix = "own" }.contains("\nasked_test_gauge_units_average{"))
        let ids = body("") { $0.usesNames = false }
        #expect(ids.contains("dimension=\"two\"") && !ids.contains("dimension=\"second\""))
        #expect(body("names=yes") { $0.usesNames = false }.contains("dimension=\"second\""))
        let charts = body("") { $0.sendsCharts = SimplePattern("!test.* *") }
        #expect(charts.contains("system_ctxt") && !charts.contains("test_gauge"))
        #expect(!body("filter=test.*") { $0.sendsCharts = SimplePattern("!test.* *") }.contains("test_gauge"))
        let labels = body("") { ($0.sendsConfiguredLabels, $0.sendsAutomaticLabels) = (false, true) }
        #expect(labels.contains("_os_name=") && !labels.contains("_is_ephemeral="))
        #expect(body("help=yes") { $0.updateEvery = 7 }.contains("time range \(Self.now - 7) to \(Self.now)"))
        // Of the ten points that averages are of too.
        let average = "{chart=\"test.gauge\",family=\"tfam\",dimension=\"val\"} 2.0000000\n"
        #expect(body("timestamps=no") { _ in }.contains("netdata_test_gauge_units_average\(average)"))
        let sum = body("timestamps=no") { $0.source = .sum }
        #expect(
            sum.contains("netdata_test_gauge_sum{chart=\"test.gauge\",family=\"tfam\",dimension=\"val\"} 20.0000000\n"),
            "\(sum)"
        )
        #expect(body("source=raw&timestamps=no") { $0.source = .sum }.contains("dimension=\"val\"} 20\n"))
    }

    @Test func everyHostHasItsInstance() {
        let bench = Self.bench()
        let child = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        bench.collect(
            ChartDefinition(id: "test.gauge", units: "units", family: "f", context: "test.gauge"),
            [DimensionDefinition(id: "x")],
            (1...30).map { [$0] },
            on: child
        )
        let all = bench.body("/api/v1/allmetrics?format=prometheus_all_hosts")
        #expect(all.contains("dimension=\"val\",instance=\"nd-a\"} "))
        #expect(all.contains("{chart=\"test.gauge\",family=\"f\",dimension=\"x\",instance=\"nd-b\"} "))
        #expect(all.contains("netdata_info{instance=\"nd-b\",application=\"netdata\",version=\"v1.37.1\"} 1 "))
        let one = bench.body("/host/nd-b/api/v1/allmetrics?format=prometheus")
        #expect(one.contains("dimension=\"x\"} "))
        #expect(!one.contains("nd-a"))
    }

    /// Prometheus takes one sample of a series a scrape: without the label those of a second host were rejected.
    @Test func variablesOfAllHostsAreTheirOwn() {
        let bench = Self.bench()
        let child = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        child.withDatabase { _ = $0.setHostVariable("hv", 3) }
        let all = bench.body("/api/v1/allmetrics?format=prometheus_all_hosts&variables=yes&timestamps=no")
        #expect(all.contains("\nnetdata_hv{instance=\"nd-a\"} 12.2500000\n"), "\(all)")
        #expect(all.contains("\nnetdata_hv{instance=\"nd-b\"} 3.0000000\n"))
        #expect(all.contains("\nnetdata_test_gauge_lim{instance=\"nd-a\"} 77.0000000\n"))
        let one = bench.body("/host/nd-b/api/v1/allmetrics?format=prometheus&variables=yes&timestamps=no")
        #expect(one.contains("\nnetdata_hv 3.0000000\n"))
    }

    /// A database that keeps nothing still has what was collected last.
    @Test func modeNoneHasOnlyWhatWasCollected() {
        let bench = WebBench(now: Self.now)
        let child = bench.hosts.add(
            WebBench.host(WebBench.childGUID, "nd-b", settings: HostSettings(mode: .none))
        )
        bench.collect(ChartDefinition(id: "a.b"), [DimensionDefinition(id: "x")], [[1], [2], [3]], on: child)
        let average = bench.body("/host/nd-b/api/v1/allmetrics?format=prometheus")
        #expect(average.split(separator: "\n").count == 1)
        let collected = bench.body("/host/nd-b/api/v1/allmetrics?format=prometheus&source=raw")
        #expect(collected.contains("dimension=\"x\"} 3 \(Self.now)000\n"))
    }

    /// Labels are one line, whatever a peer calls itself.
    @Test func prometheusLabelsStayInTheirLine() {
        let bench = WebBench(now: Self.now)
        let hostile = "x\"} 1\nevil{a=\"\\\r"
        bench.collect(
            ChartDefinition(id: "a.b", units: hostile, family: hostile, context: hostile),
            [DimensionDefinition(id: hostile)],
            (1...30).map { [$0] }
        )
        bench.hosts.rename(bench.hosts.local, to: hostile)
        let body = bench.body("/api/v1/allmetrics?format=prometheus_all_hosts&help=yes&types=yes&server=%0a\"evil")
        for line in body.split(separator: "\n") {
            #expect(line.hasPrefix("#") || line.hasPrefix("netdata_"), "\(line)")
        }
    }
}
