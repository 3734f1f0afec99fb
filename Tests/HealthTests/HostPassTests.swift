import Basics
import Diagnostics
import Store
import Testing

@testable import Health

/// What disturbs the passes over a host: clocks, sleep, switches, and children that send too much.
@Suite struct HostPassTests {
    private static let rules = "template: a\non: ctx\nevery: 10s\ncalc: $x\nwarn: $this > 3\n"

    private static func bench(_ rules: String = rules, isOwn: Bool = true, log: AlarmLog? = nil) -> HostBench {
        let bench = HostBench(rules, isOwn: isOwn, log: log)
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [5])
        return bench
    }

    @Test func aClockThatIsSetBackADayStopsNoAlarm() throws {
        let bench = Self.bench(
            "template: a\non: ctx\nevery: 10s\nlookup: max -5s unaligned of x\nwarn: $this > 3\n"
                + "template: n\non: ctx\nevery: 10s\ncalc: $now\nrepeat: warning 20s\nwarn: 1\n"
        )
        bench.tick(until: bench.now + 15)
        let before = try #require(bench.alarm("n"))
        let sent = bench.notifications.count
        bench.charts = [:]
        bench.now -= 86_400
        bench.tick(until: bench.now + 12)
        let alarm = try #require(bench.alarm("n"))
        #expect(alarm.nextUpdate <= bench.now + 10)
        #expect(alarm.lastStatusChange < before.lastStatusChange - 86_000)
        bench.tick(until: bench.now + 20)
        #expect(bench.notifications.count == sent + 2, "what repeats itself goes on")
        #expect(bench.health.entries().allSatisfy { $0.duration >= 0 })
    }

    @Test func whatWaitsStillWaitsAsLongWhenTheClockIsSetBack() {
        let bench = Self.bench("template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\ndelay: up 10s\n")
        bench.tick(until: bench.now + 6)
        #expect(bench.notifications.isEmpty)
        bench.now -= 86_400
        bench.tick(until: bench.now + 3, collecting: false)
        #expect(bench.notifications.isEmpty)
        bench.tick(until: bench.now + 5, collecting: false)
        #expect(bench.notifications.count == 1)
    }

    @Test func afterSleepNothingIsEvaluatedNorTold() {
        let bench = Self.bench("template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\ndelay: up 10s\n")
        bench.tick(until: bench.now + 5)
        let evaluated = bench.now
        bench.health.withState { $0.attendance.postpone(until: evaluated + 60) }
        bench.tick(until: evaluated + 59)
        #expect(bench.alarm("a")?.lastUpdated == evaluated)
        #expect(bench.notifications.isEmpty, "it was due, and nobody knows whether it is so still")
        bench.tick()
        #expect(bench.alarm("a")?.lastUpdated == bench.now && bench.notifications.count == 1)
        #expect(bench.log.contains("[nd-a]: Resuming health checks after delay."))
        #expect(bench.log.count { $0.hasSuffix("Health is running.") } == 1)
    }

    @Test func healthThatIsSwitchedOffTakesTheAlarmsAlong() {
        let bench = Self.bench()
        bench.tick(until: bench.now + 5)
        #expect(bench.health.alarmTally.warning == 1)
        bench.situation.attention = .off
        bench.tick(until: bench.now + 5)
        #expect(bench.health.alarms.isEmpty && bench.health.alarmTally.total == 0)
        #expect(bench.changes.last == "a WARNING>REMOVED" && bench.changes.count == 3)
        #expect(bench.log.last == "[nd-a]: Health thread ended.")
        bench.situation.attention = .always
        bench.tick(until: bench.now + 3)
        #expect(bench.changes.suffix(2) == ["a UNINITIALIZED>UNINITIALIZED", "a UNINITIALIZED>WARNING"])
        #expect(bench.notifications.count == 1, "it was told before")
    }

    @Test func allEntriesOfAPassAreDecidedOnAndWrittenThoughTheyAreMoreThanStay() {
        let rules = "template: a\non: ctx\nevery: 1s\nlookup: max -3s unaligned foreach *\nwarn: $this > 3\n"
        let bench = HostBench(rules, log: AlarmLog(now: 1_795_339_300, limit: 100))
        let names = (0..<300).map { "d\($0)" }
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), names, values: names.map { _ in 5 })
        bench.tick(until: bench.now + 6)
        #expect(bench.notifications.count == 300)
        #expect(bench.written.count == 600, "each entry once")
        #expect(bench.health.entries().count <= 100)
        // Their ends are told though their beginnings are long gone.
        bench.values["t.a"] = names.map { _ in 1 }
        bench.tick(until: bench.now + 6)
        #expect(bench.notifications.count == 600)
        #expect(bench.notifications.suffix(300).allSatisfy { $0.arguments[9] == "CLEAR" })
    }

    @Test func aHostHasAsManyAlarmsAsItMayHaveAndThatIsSaid() {
        let rules = (0..<5).map {
            "template: a\($0)\non: ctx\nevery: 60s\nlookup: max -3s unaligned foreach *\nwarn: $this > 3\n"
        }
        let bench = HostBench(rules.joined())
        let names = (0..<4000).map { "d\($0)" }
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), names, values: names.map { _ in 1 })
        bench.tick(until: bench.now + 3)
        #expect(bench.health.alarms.count == HostAlarms.alarmsAtMost)
        #expect(bench.events.isEmpty)
        bench.add(ChartDefinition(id: "t.b", context: "ctx"), ["one"], values: [5])
        bench.tick(until: bench.now + 3)
        #expect(bench.health.alarms.count == HostAlarms.alarmsAtMost)
        #expect(bench.events.map(\.condition.code) == ["ND-A54"], "once")
    }

    @Test func aChartOfThousandsOfDimensionsIsReadOnceForAllItsAlarms() throws {
        let bench = HostBench(
            "template: p\non: ctx\nevery: 1s\nlookup: average -3s unaligned percentage foreach *\ncalc: $this + $nosuch_raw * 0 + 1\n"
                + "warn: ($nosuch != nan) ? 1 : 0\n"
        )
        let names = (0..<4000).map { "d\($0)" }
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), names, values: names.indices.map { Int64($0 % 4) })
        let began = ContinuousClock.now
        bench.tick(until: bench.now + 6)
        #expect(began.duration(to: .now) < .seconds(60), "hours, if each alarm reads and searches all")
        #expect(bench.health.alarms.count == 4000)
    }

    @Test func alarmsOfAForeachHaveTheirOwnValues() {
        let bench = HostBench(
            "template: p\non: ctx\nevery: 1s\nlookup: average -3s unaligned percentage foreach *\n"
                + "template: q\non: ctx\nevery: 1s\nlookup: max -3s unaligned of b\n"
        )
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["a", "b"], values: [1, 3])
        bench.add(ChartDefinition(id: "t.b", context: "ctx"), ["a", "b"], values: [10, 10])
        bench.tick(until: bench.now + 6)
        #expect(
            bench.health.alarms.map { "\($0.chartID).\($0.name) \($0.value)" } == [
                "t.a.p_a 25.0", "t.a.p_b 75.0", "t.a.q 3.0", "t.b.p_a 50.0", "t.b.p_b 50.0", "t.b.q 10.0",
            ]
        )
        #expect(bench.health.alarms.allSatisfy { $0.windowBefore > 0 && $0.windowAfter > 0 })
    }

    @Test func hostileNamesBreakNoLine() throws {
        let evil = "x\n2026-01-01 00:00:00: [h]: forged\t\u{1b}[2J\u{2028}'; rm -rf /; '"
        let bench = HostBench(
            "template: d\non: ctx\nlookup: max -3s unaligned foreach *\nevery: 1s\nwarn: $this > 3\ninfo: of $family\n",
            hostname: evil
        )
        bench.add(
            ChartDefinition(id: "t.a", units: evil, family: evil, context: "ctx"),
            [evil, "-rf"],
            values: [5, 5]
        )
        bench.tick(until: bench.now + 6)
        #expect(bench.health.alarms.count == 2)
        #expect(bench.notifications.count == 2)
        for text in bench.notifications.flatMap(\.arguments) {
            #expect(!text.hasPrefix("-") && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 })
        }
        for entry in bench.health.entries() {
            let line = AlarmLogText.line(entry, isNew: true, hostname: evil)
            #expect(line.count { $0 == 10 } == 1 && !line.contains(0x1b))
            #expect(AlarmLogText.entry(line.dropLast()[...]) != nil)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308, 1e-300])
    func valuesOfAnySizeAreSpoken(_ value: Double) {
        for units in ["", "seconds", "seconds ago", "minutes", "hours", "on/off", "percentage", "widgets"] {
            let bench = Self.bench("template: a\non: ctx\nevery: 1s\ncalc: $v\nwarn: $v != nan\nunits: \(units)\n")
            bench.host.withDatabase { [ref = bench.charts["t.a"]!] in _ = $0.setVariable("v", value, of: ref) }
            bench.tick(until: bench.now + 3)
            #expect(bench.alarm("a") != nil)
            #expect(bench.health.alarmFacts.count == 1)
        }
    }

    @Test func delaysOfAnySizeAreCounted() {
        for delay in [
            "up 1e9Y", "up -5 down -5 multiplier 1e308", "up 5 multiplier 1e308 max 1e9Y",
            "up 30000000Y multiplier 1e308",
        ] {
            let bench = Self.bench("template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\ndelay: \(delay)\n")
            for second in 0..<10 {
                bench.values["t.a"] = [second % 2 == 0 ? 5 : 1]
                bench.tick()
            }
            #expect(bench.alarm("a") != nil, "\(delay)")
        }
    }

    @Test func aHostOfMoreChartsIsBoundLessOften() throws {
        let bench = Self.bench()
        bench.tick(until: bench.now + 3)
        bench.health.withState { $0.alarms.bindsAgainAt = $0.lastLook + 10 }
        bench.add(ChartDefinition(id: "t.b", context: "ctx"), ["x"], values: [5])
        bench.tick(until: bench.now + 9)
        #expect(bench.health.alarms.count == 1)
        bench.tick(until: bench.now + 11)
        #expect(bench.health.alarms.count == 2)
    }

    @Test func numbersOfAlarmsThatAreGoneAreBounded() throws {
        let bench = Self.bench()
        bench.tick(until: bench.now + 3)
        let id = try #require(bench.alarm("a")).id
        bench.health.withState { state in
            for index in 0..<AlarmLog.goneAtMost + 2000 {
                _ = state.alarms.log.identify(chart: "gone\(index)", name: "a")
            }
        }
        bench.add(ChartDefinition(id: "t.b", context: "ctx"), ["x"], values: [5])
        bench.tick(until: bench.now + 12)
        #expect(bench.health.withState { !$0.alarms.log.isCrowded(bound: 0) })
        #expect(bench.alarm("a")?.id == id)
    }

    @Test func withoutAHandlerNobodyIsTold() throws {
        let bench = Self.bench("template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\n")
        bench.settings.handler.path = ""
        bench.tick(until: bench.now + 3)
        #expect(bench.changes.last == "a UNINITIALIZED>WARNING")
        #expect(bench.notifications.isEmpty && !bench.log.contains { $0.contains("Sending notification") })
        // Who was never told that it began is not told that it is over.
        bench.settings.handler.path = "/bin/true"
        bench.values["t.a"] = [1]
        bench.tick(until: bench.now + 3)
        #expect(bench.changes.last == "a WARNING>CLEAR" && bench.notifications.isEmpty)
    }

    @Test func othersAreCountedAllAndNamedInPart() throws {
        let rules =
            "template: p\non: ctx\nevery: 1s\nlookup: max -3s unaligned foreach *\nwarn: $this > 3\ncrit: $this > 8\n"
        let bench = HostBench(rules)
        let names = (0..<40).map { "d\($0)" }
        bench.add(
            ChartDefinition(id: "t.a", context: "ctx"),
            names,
            values: names.indices.map { $0 < 10 ? 9 : $0 < 35 ? 5 : 1 }
        )
        bench.tick(until: bench.now + 6)
        #expect(bench.notifications.count == 35)
        let warning = try #require(bench.notifications.first { $0.arguments[6] == "p_d20" }).arguments
        #expect(warning[22] == "24" && warning[23] == "10")
        let critical = try #require(bench.notifications.first { $0.arguments[6] == "p_d3" }).arguments
        #expect(critical[22] == "25" && critical[23] == "9")
        let named = (critical[24] + "," + critical[25]).split(separator: ",")
        #expect(named.count == NotificationArguments.namesAtMost && !named.contains { $0.hasPrefix("p_d3=") })
    }

    @Test func anAlarmOfAnObsoleteChartIsAmongTheOthersUntilItIsRemoved() {
        let bench = HostBench(
            "template: other\non: gone\nevery: 1s\ncalc: $x\nwarn: $this > 3\n"
                + "template: told\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\n"
        )
        let gone = bench.add(ChartDefinition(id: "t.gone", context: "gone"), ["x"], values: [5])
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [1])
        bench.tick(until: bench.now + 3)
        bench.charts["t.gone"] = nil
        let now = Int64(bench.now) * 1_000_000
        bench.host.withDatabase { $0.setObsolete(true, gone, now: now) }
        bench.values["t.a"] = [9]
        bench.tick(until: bench.now + 3)
        #expect(bench.notifications.last?.arguments[22] == "1")
        bench.values["t.a"] = [1]
        bench.tick(until: bench.now + 70)
        #expect(bench.notifications.last?.arguments[9] == "CLEAR")
        bench.values["t.a"] = [9]
        bench.tick(until: bench.now + 3)
        #expect(bench.notifications.last?.arguments[22] == "0")
    }

    @Test func raisedOnesAreThoseOfAllThatAreRaised() {
        let bench = HostBench(
            "template: d\non: ctx\nlookup: max -3s unaligned foreach *\nevery: 1s\nwarn: $this > 3\ncrit: $this > 8\n"
        )
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["a", "b", "c"], values: [5, 1, 9])
        bench.tick(until: bench.now + 6)
        #expect(bench.health.alarmFacts.map(\.name) == ["d_a", "d_b", "d_c"])
        #expect(bench.health.raisedAlarmFacts.map { "\($0.name) \($0.status)" } == ["d_a warning", "d_c critical"])
        #expect(bench.health.alarmTally == AlarmTally(normal: 1, warning: 1, critical: 1))
    }
}
