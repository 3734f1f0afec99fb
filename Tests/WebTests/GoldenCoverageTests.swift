import Testing
import Transport

@testable import Web

/// No captured pair is left out by accident: each is replayed by a test, or stands here with the reason why it is not.
struct GoldenCoverageTests {
    @Test func everyPairOfTheDataSetIsReplayed() {
        let replayed = Set(GoldenDataTests.pairs.map(\.name) + GoldenHostTests.pairs.map(\.name))
        let rest = GoldenPair.names(in: "data").filter { !replayed.contains($0) && !$0.contains("-ram-") }
        #expect(Set(rest) == Set(Self.unserved["data"]! + ["286-ep-alarms", "288-ep-info"]))
        #expect(GoldenDataTests.pairs.count == 273)
    }

    @Test func everyLivePairIsReplayedOrOfNoConcernHere() {
        let all = GoldenPair.names(in: "live")
        let known = Self.replayed + Self.unserved["live"]! + Self.elsewhere
        #expect(Set(all).subtracting(known).isEmpty)
        #expect(Set(known).subtracting(all).isEmpty)
    }

    /// Commands that other parts of the original's API serve: whoever asks is told so.
    @Test(arguments: unserved.flatMap { folder, names in names.map { (folder, $0) } })
    func whatIsNotServedIsSaidSo(_ folder: String, _ name: String) {
        let target = GoldenPair.target(folder: folder, name: name)
        let path = target.prefix { $0 != "?" }
        let command = path.split(separator: "/").drop { $0 != "v1" }.dropFirst().joined(separator: "&#x2F;")
        let response = GoldenHostTests.bench.get(target)
        #expect(response.status == 404)
        #expect(response.bodyText == "Unsupported v1 API command: \(command)")
    }

    static let unserved = [
        "data": [
            "280-ep-contexts", "281-ep-contexts-full", "282-ep-context", "283-ep-context-full",
            "284-ep-context-missing",
            "285-ep-context-nope", "287-ep-alarmvars",
        ],
        "live": [
            "contexts", "context-full", "context", "alarms_values", "alarm_log", "alarm_log-after", "alarm_log-chart",
            "alarm_variables", "alarm_count", "alarm_count-ctx", "alarm_count-raised", "dbengine_stats",
            "archivedcharts", "functions", "aclk",
            "mgmt-noauth",
            "mgmt-list0", "mgmt-disable", "mgmt-list1", "mgmt-silence", "mgmt-silenceall", "mgmt-disableall",
            "mgmt-list2",
            "mgmt-reset", "mgmt-bad", "mgmt-none", "host-guid", "host-localhost", "host-self", "api-doubleslash",
            "origin",
            "keepalive-close", "http10",
        ],
    ]

    private static let replayed =
        PathTests.captured + LiveMetricsTests.captured + LiveMetricsTests.capturedCharts
        + BadgeTests.captured + ["registry-hello", "netdata.conf"] + GoldenFileTests.captured
        + GoldenFileTests.otherwise.keys

    /// Their bodies are of a machine and a moment, or they are about what the HTTP pipeline, a registry or files do.
    private static let elsewhere = [
        // The members of `info` are compared with 288-ep-info, the shape of `charts` with 279-ep-charts.
        "info", "info-child", "charts-first4k", "data-default", "data-zero-zero",
        // Alarms of that machine; the shape is compared with 286-ep-alarms.
        "alarms-active", "alarms-noarg", "alarms-all",
        // The first visit of a server; several hosts; another host: MetricsTests.
        "prom-server", "allmetrics-prometheus_all_hosts", "prom-host",
        // This node is no registry: everything but `hello` says "disabled".
        "registry-hello-child", "registry-access-verifycookie", "registry-access-nocookie", "registry-access-cookie",
        "registry-search", "registry-delete-own", "registry-delete", "registry-switch", "registry-switch-bad",
        "registry-access-missing",
        // Redirects are relative here, whatever the Host header says: PathTests.
        "host-noslash", "host-noslash-xfh",
        // Decided before a request is one: TransportTests.
        "url-nul", "method-options", "method-post",
    ]
}
