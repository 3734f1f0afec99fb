import Store
import Synchronization
import Testing
import Transport

@testable import Web

/// Captured answers of a parent with several hosts, line by line with their numbers masked.
struct LiveHostTests {
    static let captured = [
        "charts-first4k", "data-default", "data-zero-zero", "allmetrics-prometheus_all_hosts", "prom-host",
        "prom-server",
    ]

    /// The hosts of that parent.
    private static func makeBench() -> WebBench {
        let bench = LiveMetricsTests.makeBench()
        for (name, guid, program) in [
            ("inj-db", WebBench.goldenGUID, "inject"), ("nd-b", WebBench.childGUID, "netdata"),
        ] {
            let host = bench.hosts.add(WebBench.host(guid, name, program: program))
            let labels = name == "nd-b" ? [("role", "web server"), ("dc", "eu-1")] : [("role", "golden")]
            host.identity.withLock { $0.labels = labels.map { Label(key: $0.0, value: $0.1, source: 2) } }
            if name == "nd-b" { LiveMetricsTests.fill(host, of: bench) }
        }
        return bench
    }

    @Test(arguments: ["allmetrics-prometheus_all_hosts", "prom-host", "prom-server"])
    func scrapesAreAnsweredAsByTheOriginal(_ name: String) {
        let pair = GoldenPair(folder: "live", name: name)
        let bench = Self.makeBench()
        // That server had been there before.
        if name == "prom-server" { _ = bench.get(pair.target) }
        let response = bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(!response.isCacheable)
        // The captured parent had one host more, and one of its hosts a chart less.
        let expected = pair.body.split(separator: "\n").filter { !$0.contains("inj-ram") }.joined(separator: "\n")
        let own = response.bodyText.split(separator: "\n").filter {
            !$0.contains("chart=\"test.gauge\"") || !$0.contains("instance=\"nd-b\"")
        }.joined(separator: "\n")
        #expect(lines(own) == lines(expected))
    }

    private func lines(_ body: String) -> [String] { body.split(separator: "\n").map(LiveMetricsTests.masked) }

    /// The newest rows, and three over all there is.
    @Test(arguments: ["data-default", "data-zero-zero"])
    func windowsAreAnsweredAsByTheOriginal(_ name: String) {
        let pair = GoldenPair(folder: "live", name: name)
        let response = Self.makeBench().get(pair.target)
        #expect(response.status == pair.status)
        #expect(!response.isCacheable)
        func rows(_ body: String) -> [String] {
            body.split(separator: "\n").map { String($0).replacing(/-?[0-9]+(\.[0-9]+)?|null/, with: "N") }
        }
        #expect(rows(response.bodyText) == rows(pair.body))
    }

    /// What stands before the first chart, and that chart but for what it is.
    @Test func chartsBeginAsTheOriginals() {
        let pair = GoldenPair(folder: "live", name: "charts-first4k")
        let response = Self.makeBench().get(pair.target)
        #expect(response.isCacheable)
        #expect(shape(response.bodyText).prefix(11) == shape(pair.body).prefix(11))
        #expect(members(response.bodyText) == members(pair.body))
        #expect(isJSON(response.bodyText))
        let tail = Fixture.text("live/charts-tail.txt")
        func end(_ body: String) -> [String] {
            Array(shape(body).drop { !$0.hasPrefix("\t\"charts_count\"") }.prefix(9))
        }
        #expect(end(response.bodyText) == end(tail))
    }

    /// Lines with their values masked.
    private func shape(_ body: String) -> [String] {
        body.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0).replacing(/: ?("[^"]*"|[0-9]+)/, with: ": V")
        }
    }

    /// The members of a chart.
    private func members(_ body: String) -> [String] {
        let chart = body.split(separator: "\n").drop { !$0.contains(": \t\t{") }.dropFirst().prefix {
            !$0.hasPrefix("\t\t}")
        }
        return chart.filter { $0.hasPrefix("\t\t\t\"") }.map { String($0.dropFirst(4).prefix { $0 != "\"" }) }
    }
}
