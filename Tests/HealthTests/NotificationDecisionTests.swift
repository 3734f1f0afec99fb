import Store
import Testing

@testable import Health

/// Which changes somebody is told of (health §5.5, §5.6).
@Suite struct NotificationDecisionTests {
    private static let rules = "template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\ncrit: $this > 8\n"

    private static func bench(_ more: String = "") -> HostBench {
        let bench = HostBench(rules + more)
        bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [1])
        bench.tick(until: bench.now + 3)
        return bench
    }

    private static func sent(_ bench: HostBench) -> [String] { bench.notifications.map { $0.arguments[9] } }

    @Test(
        arguments: [
            // Values of three seconds each, and what is sent of them.
            ([1], []), ([5], ["WARNING"]), ([9], ["CRITICAL"]), ([5, 1], ["WARNING", "CLEAR"]),
            ([5, 9, 5, 1], ["WARNING", "CRITICAL", "WARNING", "CLEAR"]),
            ([1, 5, 1, 5], ["WARNING", "CLEAR", "WARNING"]),
        ] as [([Int64], [String])]
    )
    func changesAreSent(_ values: [Int64], _ expected: [String]) {
        let bench = Self.bench()
        for value in values {
            bench.values["t.a"] = [value]
            bench.tick(until: bench.now + 3)
        }
        #expect(Self.sent(bench) == expected)
    }

    @Test func aChangeThatIsTakenBackWithinItsDelayIsNotSent() {
        let bench = Self.bench("delay: up 10s down 10s\n")
        bench.values["t.a"] = [5]
        bench.tick(until: bench.now + 5)
        bench.values["t.a"] = [1]
        bench.tick(until: bench.now + 40)
        #expect(Self.sent(bench) == [], "nobody was told that it began")
        bench.values["t.a"] = [5]
        bench.tick(until: bench.now + 10)
        #expect(Self.sent(bench) == [])
        bench.tick(until: bench.now + 2)
        #expect(Self.sent(bench) == ["WARNING"])
    }

    @Test func whatWasToldBeforeIsNotToldAgain() {
        let bench = Self.bench("delay: down 10s\n")
        bench.values["t.a"] = [5]
        bench.tick(until: bench.now + 3)
        bench.values["t.a"] = [1]
        bench.tick(until: bench.now + 5)
        bench.values["t.a"] = [5]
        bench.tick(until: bench.now + 30)
        #expect(Self.sent(bench) == ["WARNING"])
        #expect(bench.log.contains { $0.contains("not sending again notification for alarm 't.a.a' status WARNING") })
    }

    @Test func silencersThatChangeCountFromThenOn() {
        let bench = Self.bench()
        _ = bench.silencers.apply([("cmd", "SILENCE"), ("alarm", "a")])
        bench.silencersGeneration += 1
        bench.values["t.a"] = [5]
        bench.tick(until: bench.now + 3)
        #expect(Self.sent(bench) == [] && bench.alarm("a")?.status == .warning)
        _ = bench.silencers.apply([("cmd", "RESET")])
        bench.silencersGeneration += 1
        bench.values["t.a"] = [9]
        bench.tick(until: bench.now + 3)
        #expect(Self.sent(bench) == ["CRITICAL"])
        _ = bench.silencers.apply([("cmd", "DISABLE"), ("context", "ctx")])
        bench.silencersGeneration += 1
        bench.values["t.a"] = [1]
        bench.tick(until: bench.now + 20)
        #expect(bench.alarm("a")?.status == .critical && Self.sent(bench) == ["CRITICAL"], "it is not evaluated")
        _ = bench.silencers.apply([("cmd", "RESET")])
        bench.silencersGeneration += 1
        bench.tick(until: bench.now + 12)
        #expect(Self.sent(bench) == ["CRITICAL", "CLEAR"])
    }

    @Test func repetitionsWaitForTheDelay() {
        let bench = Self.bench("repeat: warning 5s critical 3s\ndelay: up 4s\n")
        bench.values["t.a"] = [5]
        bench.tick(until: bench.now + 4)
        #expect(Self.sent(bench) == [])
        bench.tick(until: bench.now + 11)
        #expect(Self.sent(bench) == ["WARNING", "WARNING", "WARNING"])
        _ = bench.silencers.apply([("cmd", "SILENCE ALL")])
        bench.silencersGeneration += 1
        bench.tick(until: bench.now + 10)
        #expect(Self.sent(bench).count == 3)
    }

    @Test func anEntryOfARuleThatIsNoMoreIsNobodys() throws {
        var entry = alarmEntry(1_795_339_000, alarm: 1_795_339_000, name: "gone", when: 1_795_339_000)
        entry.delayUpTo = 1_795_339_310
        let bench = HostBench(Self.rules, log: AlarmLog(now: 1_795_339_300, limit: 1000, entries: [entry]))
        bench.tick(until: bench.now + 20)
        #expect(bench.notifications.isEmpty)
        #expect(bench.health.entries().first { $0.name == "gone" }?.flags.contains(.processed) == true)
    }
}
