import Testing
import Transport

@testable import Web

/// No captured pair is left out by accident: each is replayed by a test, or stands here with the reason why it is not.
///
/// The head of nearly every live answer, status and header lines, is compared again with that of a live node
/// (CLITests/RecordedAnswersTests).
struct GoldenCoverageTests {
    @Test func everyPairOfTheDataSetIsReplayed() {
        let replayed = GoldenDataTests.pairs.map(\.name) + GoldenHostTests.pairs.map(\.name) + ContextsTests.captured
        let rest = GoldenPair.names(in: "data").filter { !replayed.contains($0) && !$0.contains("-ram-") }
        #expect(Set(rest) == Set(Self.elsewhere["data"]!.keys))
        #expect(GoldenDataTests.pairs.count == 273)
    }

    @Test func everyLivePairIsReplayedOrOfNoConcernHere() {
        let all = GoldenPair.names(in: "live")
        let known = Self.replayed + Self.elsewhere["live"]!.keys
        #expect(Set(all).subtracting(known).isEmpty)
        #expect(Set(known).subtracting(all).isEmpty)
        #expect(Set(known).count == known.count)
    }

    @Test func everyBadgeIsReplayed() {
        #expect(GoldenPair.names(in: "badges").count == 19)
    }

    private static let replayed =
        PathTests.captured + LiveMetricsTests.captured + LiveMetricsTests.capturedCharts + BadgeTests.captured
        + GoldenRegistryTests.captured + ContextsTests.capturedLive + OtherEndpointTests.captured
        + LiveHostTests.captured + GoldenFileTests.captured + GoldenFileTests.otherwise.keys

    /// Bodies of a machine and a moment, compared by shape; and what is no concern of endpoints.
    private static let elsewhere = [
        "data": [
            "286-ep-alarms": "HealthTests/AlarmAnswerTests",
            "287-ep-alarmvars": "every name in it: NodeTests/RecordedHealthTests",
            "288-ep-info": "its members: EndpointTests",
        ],
        "live": [
            "info": "members and shape: EndpointTests", "info-child": "members and shape: EndpointTests",
            "netdata.conf": "sections and marks: ConfigurationPageTests",
            "dbengine_stats": "members: EngineStatisticsTests",
            "alarms-active": alarms, "alarms-noarg": alarms, "alarms-all": alarms, "alarms_values": alarms,
            "alarm_log": alarms, "alarm_log-after": alarms, "alarm_log-chart": alarms,
            "alarm_variables": "what it says of the chart: CLITests/RecordedAnswersTests",
            "alarm_count": paths, "alarm_count-ctx": paths, "alarm_count-raised": paths,
            "mgmt-noauth": management, "mgmt-list0": management, "mgmt-disable": management, "mgmt-list1": management,
            "mgmt-silence": management, "mgmt-silenceall": management, "mgmt-disableall": management,
            "mgmt-list2": management, "mgmt-reset": management, "mgmt-bad": management, "mgmt-none": management,
            "host-guid": paths, "host-localhost": paths, "host-self": paths, "api-doubleslash": paths, "origin": paths,
            "keepalive-close": paths, "http10": paths,
            "host-noslash": redirects, "host-noslash-xfh": redirects,
            "url-nul": pipeline, "method-options": pipeline, "method-post": pipeline,
        ],
    ]

    private static let alarms = "HealthTests/AlarmAnswerTests"
    private static let management = "to the byte: NodeTests/RecordedHealthTests"
    private static let paths = "of an endpoint that the web has from Health: NodeTests/RecordedHealthTests"
    private static let redirects = "relative here, whatever the Host header says: PathTests"
    private static let pipeline = "decided before a request is one: TransportTests"
}
