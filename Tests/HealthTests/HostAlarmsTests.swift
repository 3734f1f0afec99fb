import Store
import System
import Testing

@testable import Health

/// The life of alarms on one host (health §5, §6).
@Suite struct HostAlarmsTests {
    private static func fixture(_ name: String) throws -> String {
        let directory = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return String(decoding: try Files.read("/\(directory)/Fixtures/Health/\(name)", limit: 1 << 20), as: UTF8.self)
    }

    /// The runs of a real 1.37.1 over the same values: each with its 29 arguments.
    private static func goldenRuns() throws -> [[String]] {
        try fixture("notify-args.txt").split(separator: "argc=29\n").dropFirst().map { block in
            block.split(separator: "\n").compactMap {
                $0.firstIndex(of: "|").map { bar in
                    String(block[block.index(after: bar)..<block.endIndex].prefix { $0 != "\n" })
                }
            }
        }
    }

    @Test func theGoldenCourseOfAnAlarmIsTaken() throws {
        let bench = HostBench(try Self.fixture("test-alarms.conf"), now: 1_795_339_299)
        var gauge = ChartDefinition(id: "test.gauge", units: "units", family: "tfam", context: "test.gauge")
        gauge.labels = [Label(key: "inst", value: "disk one", source: 1)]
        bench.add(gauge, ["val", "two"], values: [1, 5])
        // Alarms of every 2 s are evaluated in even seconds.
        for (until, value) in [(448, 1), (473, 15), (498, 60), (518, 8), (530, 15), (560, 1)] {
            bench.values["test.gauge"] = [Int64(value), 5]
            bench.tick(until: 1_795_339_000 + until)
        }
        let runs = bench.notifications.map(\.arguments).filter { $0[6] == "t_gauge" }
        let golden = try Self.goldenRuns().filter { $0[6] == "t_gauge" }
        try #require(runs.count == golden.count && golden.count == 4)
        for (run, expected) in zip(runs, golden) {
            // Numbers, time of the first change, and what other alarms of that machine were doing are of that day.
            for place in [5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 26, 27, 28] {
                #expect(run[place] == expected[place], "argument \(place + 1) of \(expected[9])")
            }
        }
        #expect(runs.dropFirst().map { $0[14] } == golden.dropFirst().map { $0[14] }, "durations")
        #expect(runs.map { $0[15] } == golden.map { $0[15] }, "seconds that it was raised")
        #expect(runs.map { $0[4] } == golden.map { $0[4] }, "its own numbers")
    }

    @Test func aPassLinksAndEvaluatesAtOnce() throws {
        let bench = HostBench("template: a\non: ctx\nevery: 5s\ncalc: $x\nwarn: $this > 3\n")
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        bench.tick()
        #expect(bench.changes == ["a UNINITIALIZED>UNINITIALIZED"], "collected once: nothing is evaluated")
        bench.tick()
        #expect(bench.changes.last == "a UNINITIALIZED>WARNING")
        let alarm = try #require(bench.alarm("a"))
        #expect(alarm.lastUpdated == bench.now && alarm.nextUpdate == bench.now + 5)
        #expect(bench.notifications.count == 1)
        #expect(bench.log.contains("[nd-a]: Alert event for [t.a.a], value [5 unknown], status [WARNING]."))
        #expect(bench.log.contains("[nd-a]: Sending notification for alarm 't.a.a' status WARNING."))
    }

    @Test func anAlarmWithoutConditionsStaysUndefinedAndFeedsOthers() {
        let bench = HostBench(
            """
            template: later
            on: ctx
            every: 1s
            calc: $base * 2
            warn: $this > 10
            template: base
            on: ctx
            every: 1s
            calc: $x + 1
            template: early
            on: ctx
            every: 1s
            calc: $base * 2
            """
        )
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        bench.tick(until: bench.now + 2)
        #expect(bench.alarm("base")?.status == .undefined && bench.alarm("base")?.value == 6)
        #expect(bench.alarm("early")?.value == 12, "what was computed before in the same pass is seen")
        #expect(bench.alarm("later")?.value.isNaN == true, "what comes later, as it was in the pass before")
        #expect(bench.alarm("later")?.status == .clear, "nothing is greater than nothing")
        bench.tick()
        #expect(bench.alarm("later")?.value == 12 && bench.alarm("later")?.status == .warning)
    }

    @Test func anAlarmWinsOverATemplateAndTheFirstOfTwoWins() {
        let bench = HostBench(
            """
            template: a
            on: ctx
            every: 1s
            calc: 1
            template: a
            on: ctx
            every: 1s
            calc: 2
            template: b
            on: ctx
            every: 1s
            calc: 3
            alarm: b
            on: t.a
            every: 1s
            calc: 4
            """
        )
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        bench.tick(until: bench.now + 2)
        #expect(bench.health.alarms.map(\.name) == ["b", "a"], "alarms stand before templates")
        #expect(bench.alarm("a")?.value == 1 && bench.alarm("b")?.value == 4)
    }

    @Test func foreachFollowsTheDimensions() {
        let bench = HostBench(
            "template: d\non: ctx\nlookup: max -3s unaligned foreach a*\nevery: 1s\nwarn: $this > 4\n"
        )
        let chart = bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["a1", "b", "a2"], values: [1, 9, 7])
        bench.tick(until: bench.now + 5)
        #expect(bench.health.alarms.map(\.name) == ["d_a1", "d_a2"])
        #expect(bench.health.alarms.map(\.value) == [1, 7])
        #expect(bench.health.alarms.map(\.status) == [.clear, .warning])
        bench.host.withDatabase { _ = $0.define(DimensionDefinition(id: "a3"), in: chart) }
        bench.values["t.a"] = [1, 9, 7, 3]
        bench.tick(until: bench.now + 5)
        #expect(bench.health.alarms.map(\.name) == ["d_a1", "d_a2", "d_a3"])
        #expect(bench.alarm("d_a3")?.value == 3)
        #expect(bench.changes.count { $0.hasPrefix("d_a1") } == 2, "the others go on")
    }

    @Test func aChartThatGoesTakesItsAlarmsAlongAndBringsThemBack() throws {
        let bench = HostBench("template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\n")
        let chart = bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        bench.tick(until: bench.now + 3)
        let id = try #require(bench.alarm("a")).id
        let gone = bench.now
        bench.host.withDatabase { $0.setObsolete(true, chart, now: Int64(gone) * 1_000_000) }
        bench.tick(until: gone + 60, collecting: false)
        #expect(bench.alarm("a")?.status == .warning)
        bench.tick(collecting: false)
        #expect(bench.changes.last == "a WARNING>REMOVED" && bench.alarm("a")?.value.isNaN == true)
        bench.host.withDatabase { [now = bench.now] in $0.setObsolete(false, chart, now: Int64(now) * 1_000_000) }
        bench.tick(until: bench.now + 3)
        #expect(bench.changes.last == "a REMOVED>WARNING")
        #expect(bench.alarm("a")?.id == id)
        #expect(bench.notifications.count == 1, "the same was told last")
        #expect(bench.log.contains { $0.contains("not sending again notification for alarm 't.a.a' status WARNING") })
        bench.host.withDatabase { $0.remove(chart) }
        bench.charts = [:]
        bench.tick()
        #expect(bench.changes.last == "a WARNING>REMOVED" && bench.health.alarms.isEmpty)
    }

    @Test func numbersAndStatusesSurviveARestart() throws {
        let rules = "template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\n"
        let first = HostBench(rules)
        first.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        first.tick(until: first.now + 3)
        let id = try #require(first.alarm("a")).id
        let entries = Array(first.health.entries().reversed())
        #expect(first.notifications.count == 1)
        let later = first.now + 100
        let second = HostBench(rules, now: later, log: AlarmLog(now: later, limit: 1000, entries: entries))
        second.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        second.tick(until: second.now + 3)
        #expect(second.alarm("a")?.id == id)
        let newest = try #require(second.health.entries().first)
        #expect(newest.uniqueID == entries[1].uniqueID + 2 && newest.eventID == 4)
        #expect(second.notifications.isEmpty, "it was told before")
    }

    @Test func whatRepeatsTellsAgain() {
        let bench = HostBench("template: a\non: ctx\nevery: 2s\ncalc: $x\nwarn: $this > 3\nrepeat: warning 8s\n")
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        bench.tick(until: bench.now + 20)
        let runs = bench.notifications.map(\.arguments)
        #expect(runs.map { $0[14] } == ["0", "8", "16"], "since the status changed")
        #expect(runs.map { $0[4] } == ["3", "4", "5"])
        #expect(bench.health.entries().allSatisfy { !$0.flags.contains(.processed) })
        bench.values["t.a"] = [1]
        bench.tick(until: bench.now + 5)
        #expect(bench.notifications.map { $0.arguments[9] } == ["WARNING", "WARNING", "WARNING", "CLEAR"])
        bench.tick(until: bench.now + 20)
        #expect(bench.notifications.count == 4)
    }

    @Test func aClearAlarmThatTellsNobodyAndOneThatIsSilenced() throws {
        let bench = HostBench(
            """
            template: quiet
            on: ctx
            every: 1s
            calc: $x
            warn: $this > 3
            options: no-clear-notification
            template: other
            on: ctx
            every: 1s
            calc: $x
            warn: $this > 3
            """
        )
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        _ = bench.silencers.apply([("cmd", "SILENCE"), ("alarm", "other")])
        bench.tick(until: bench.now + 3)
        #expect(bench.notifications.map { $0.arguments[6] } == ["quiet"])
        #expect(bench.alarm("other")?.isSilenced == true)
        bench.values["t.a"] = [1]
        bench.tick(until: bench.now + 3)
        #expect(bench.notifications.count == 1)
        #expect(bench.log.contains { $0.contains("(it has no-clear-notification enabled)") })
        #expect(bench.log.contains { $0.contains("(command API has disabled notifications)") })
        _ = bench.silencers.apply([("cmd", "RESET")])
        _ = bench.silencers.apply([("cmd", "DISABLE ALL")])
        bench.silencersGeneration += 1
        bench.values["t.a"] = [9]
        bench.tick(until: bench.now + 5)
        #expect(bench.alarm("other")?.status == .clear, "nothing is evaluated")
    }

    @Test func thresholdsAndVariablesOfAllScopes() throws {
        let bench = HostBench(
            """
            template: one
            on: ctx
            every: 1s
            calc: $green + $lim + $hv + $t.b.y + $y_raw + $ctx.b.y
            template: two
            on: ctx
            every: 1s
            green: 10
            calc: $green
            template: three
            on: ctx
            every: 1s
            green: 20
            calc: $nosuch
            warn: ($nosuch != nan) ? 1 : 0
            """
        )
        let chart = bench.add(ChartDefinition(id: "t.a", family: "f", context: "ctx"), ["x"], values: [5])
        bench.add(ChartDefinition(id: "t.b", family: "f", context: "ctx.b"), ["y"], values: [100])
        bench.host.withDatabase {
            _ = $0.setVariable("lim", 1000, of: chart)
            _ = $0.setHostVariable("hv", 10_000)
        }
        bench.tick(until: bench.now + 3)
        #expect(bench.alarm("one")?.value == 11_310)
        #expect(bench.alarm("three")?.chartGreen == 10, "the chart's, not its own")
        #expect(bench.alarm("three")?.value.isNaN == true && bench.alarm("three")?.status == .clear)
        // A variable that comes later is found.
        bench.host.withDatabase { _ = $0.setVariable("nosuch", 7, of: chart) }
        bench.tick(until: bench.now + 2)
        #expect(bench.alarm("three")?.value == 7 && bench.alarm("three")?.status == .warning)
    }
}
