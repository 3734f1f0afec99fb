import Basics
import Config
import Store
import Testing
import Transport

@testable import Web

/// The captured badges, byte for byte but for the script, which the captures leave out; and what they don't show.
@Suite struct BadgeTests {
    static let bench = {
        let bench = WebBench()
        bench.collect(
            ChartDefinition(id: "test.gauge", units: "units", family: "tfam", context: "test.gauge"),
            [DimensionDefinition(id: "val", divisor: 10), DimensionDefinition(id: "two", name: "second")],
            Array(repeating: [20, 733], count: 30)
        )
        bench.hosts.local.alarms = TestAlarms([
            AlarmFacts(
                id: 1,
                name: "t_gauge",
                chart: "test.gauge",
                chartName: "test.gauge",
                status: .clear,
                value: 4,
                units: "widgets",
                updateEvery: 2
            ),
            AlarmFacts(
                id: 2,
                name: "t_undef",
                chart: "test.gauge",
                chartName: "test.gauge",
                status: .warning,
                value: .nan,
                units: "",
                updateEvery: 5
            ),
        ])
        return bench
    }()

    static let captured = ["badge-live", "badge-alarm", "badge-alarm2", "badge-alarm-nochart"]

    @Test(arguments: GoldenPair.names(in: "badges").map { ("badges", $0) } + captured.map { ("live", $0) })
    func answersAsTheOriginal(_ folder: String, _ name: String) {
        let pair = GoldenPair(folder: folder, name: name)
        let response = Self.bench.get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(response.isCacheable == (pair.field("Cache-Control") == "public"))
        let refresh = response.fields.first { $0.name == "Refresh" }?.value
        #expect(refresh == pair.field("Refresh"))
        let now = Self.bench.clock.now() / 1_000_000
        #expect(response.expires == refresh.flatMap { Int64($0) }.map { now + $0 })
        let script = folder == "badges" ? "<script>(left out)</script>" : Badge.script
        #expect(response.bodyText.replacing(Badge.script, with: script) == pair.body)
    }

    private func badge(_ query: String) -> String {
        Self.bench.body("/api/v1/badge.svg?chart=test.gauge&" + query)
    }

    private func valueColor(_ rules: String, _ dimensions: String = "val") -> String {
        let body = badge("dimensions=\(dimensions)&value_color=\(rules)")
        return body.firstMatch(of: /bdge-rect-val"[^>]*fill="#([^"]*)"/).map { String($0.1) } ?? ""
    }

    /// As the original chose, for a value of 2 and for none.
    @Test func coloursFollowTheirConditions() {
        let blue = "007ec6"
        let red = "e05d44"
        for (rules, color) in [
            ("red", red), ("red%3Enull", red), ("red:null|blue", blue), ("red:2|blue", red), ("red!2|blue", blue),
            ("red%3C%3E3|blue", red), ("red%7B3|blue", red), ("red(3|blue", red), ("red)3|blue", blue),
            ("red%7D1|blue", red), ("red%3C=2|blue", red), ("red%3E=2.5|blue", red), ("red%3C2.5|blue", blue),
            ("zzz|blue", "555"), ("|blue", "555"), ("red%3E|blue", blue), ("red%3Eabc|blue", red),
            ("abc%3C5|blue", "abc"),
            ("red!null|blue", blue), ("red%3E-5|blue", red), ("red%3E5|green%3C1", "97CA00"),
            ("reddish%3C5|blue", "555"),
        ] {
            #expect(valueColor(rules) == color, "\(rules)")
        }
        for (rules, color) in [
            ("red:null|blue", red), ("red!null|blue", red), ("red%3E5|blue", blue), ("red!5|blue", blue),
            ("red=0|blue", blue), ("red%3C5|green%3E5", "97CA00"), ("red%3C%3Enull|yellow", red),
        ] {
            #expect(valueColor(rules, "nope") == color, "\(rules)")
        }
    }

    @Test func numbersOutOfBoundsAreKeptWithin() {
        #expect(badge("scale=10").contains("height=\"20.00\""))
        #expect(badge("scale=10000").contains("height=\"2000.00\""))
        #expect(badge("scale=10001").contains("height=\"2000.00\""))
        #expect(badge("scale=125").contains("y=\"18\""))
        #expect(badge("multiply=0&divide=0&dimensions=val").contains(">2 units<"))
        #expect(badge("divide=-3&dimensions=val").contains(">-0.67 units<"))
        #expect(badge("precision=7&dimensions=val").contains(">2.0000000 units<"))
        #expect(badge("precision=8&dimensions=val").contains(">2.0000000 units<"))
        #expect(badge("fixed_width_lbl=10001&fixed_width_val=1").contains("width=\"10001.00\""))
        #expect(!badge("fixed_width_lbl=100").contains("clipPath "))
        let response = Self.bench.get("/api/v1/badge.svg?chart=test.gauge&refresh=99999999999999999999")
        #expect(response.fields.first?.value == String(365 * 86_400))
    }

    @Test func longTextsAreCut() {
        let x = String(repeating: "x", count: 300)
        #expect(badge("label=" + x).contains(">\(x.prefix(200))<"))
        #expect(badge("dimensions=val&units=" + x).contains(">2 \(x.prefix(97))<"))
        // Never within a character.
        #expect(BadgeText(String(repeating: "é", count: 101), limit: 201).text.utf8.count == 200)
        #expect(BadgeText("é", limit: 9).width == 19.8)
    }

    @Test func textsCanNotLeaveTheirElement() {
        #expect(BadgeText("a<b>\"'\\c&\u{1b}\u{7f}", limit: 99).escaped == "a&lt;b&gt;&quot;&apos;/c&amp;  ")
        #expect(badge("label=%3Cscript%3E").contains(">&lt;script&gt;<"))
        #expect(!badge("label_color=%22/%3E").contains("\"/>\""))
    }

    @Test func alarmsWithoutAValueShowTheirStatus() {
        let body = badge("alarm=t_undef")
        #expect(body.contains(">t undef<"))
        #expect(body.contains(">-<"))
        #expect(body.contains("fill=\"#fe7d37\""))
    }

    /// Three collections long the newest value is shown, then none.
    @Test func aChartThatIsLostShowsNothing() {
        for (age, shown) in [(3, ">2 units<"), (4, ">-<")] {
            let bench = WebBench()
            bench.collect(
                ChartDefinition(id: "a.b", units: "units"),
                [DimensionDefinition(id: "val")],
                Array(repeating: [2], count: 30)
            )
            bench.clock.advance(seconds: Int64(age))
            let now = GoldenDataset.start + 1640
            for window in ["after=-60", "after=\(now - 20)&before=\(now - 10)"] {
                #expect(bench.body("/api/v1/badge.svg?chart=a.b&" + window).contains(shown), "\(age) \(window)")
            }
        }
    }

    @Test func onlyWhoMaySeeBadgesSeesThem() {
        let target = "/api/v1/badge.svg?chart=test.gauge"
        #expect(Self.bench.get(target, rights: .badges).status == 200)
        #expect(Self.bench.get(target, rights: .dashboard).status == 403)
    }
}

/// Alarms that are what they are.
struct TestAlarms: AlarmSource {
    let alarmFacts: [AlarmFacts]

    init(_ facts: [AlarmFacts]) { alarmFacts = facts }

    var alarmTally: AlarmTally {
        AlarmTally(
            normal: alarmFacts.count { !$0.status.isRaised },
            warning: alarmFacts.count { $0.status == .warning },
            critical: alarmFacts.count { $0.status == .critical }
        )
    }
}
