import Basics
import Store
import Testing

@testable import Collection

/// When the collectors run, and which (collectors §5).
@Suite struct ScheduleTests {
    private static let second: Int64 = 1_000_000

    @Test func roundsAreAlignedToTheClock() throws {
        let run = try CollectorRun(try FakeMachine("first"))
        let collector = run.collector
        let start = CollectorRun.start * Self.second
        #expect(collector.microsecondsToNextTick(now: start) == Collector.offset)
        #expect(collector.microsecondsToNextTick(now: start + Collector.offset) == 0)
        collector.tick(now: start + Collector.offset + 5000)
        // The next second, however late this round was.
        #expect(collector.microsecondsToNextTick(now: start + Collector.offset + 6000) == Self.second - 6000)
        collector.tick(now: start + Self.second + 900_000)
        #expect(collector.microsecondsToNextTick(now: start + Self.second + 900_000) == 400_000)
    }

    @Test func aClockThatIsSetBackStopsNothing() throws {
        let run = try CollectorRun(try FakeMachine("first"))
        run.tick(1000)
        let earlier = (CollectorRun.start + 10) * Self.second
        #expect(run.collector.microsecondsToNextTick(now: earlier) == Collector.offset)
        run.tick(10)
        #expect(run.collector.microsecondsToNextTick(now: earlier + Collector.offset) <= Self.second)
    }

    @Test func longerIntervalsAreMultiples() throws {
        let run = try CollectorRun(try FakeMachine("first"), updateEvery: 5)
        let now = (CollectorRun.start + 1) * Self.second
        #expect(run.collector.microsecondsToNextTick(now: now) == 4 * Self.second + Collector.offset)
        run.tick(0)
        #expect(run.charts["system.cpu"]?.updateEvery == 5)
        #expect(run.charts["system.cpu_some_pressure"]?.updateEvery == 5)
    }

    @Test func pluginsMayBeSlower() throws {
        let run = try CollectorRun(
            try FakeMachine("first"),
            ["plugin:proc": ["update every": "3"], "plugin:netdata": ["update every": "2"]]
        )
        for second: Int64 in 0..<12 { run.tick(second) }
        #expect(run.charts["system.ctxt"]?.updateEvery == 3)
        #expect(collections(run, "system.ctxt") == 5)
        #expect(collections(run, "netdata.clients") == 6)
        // Slower than one round of its plugin is no more than asked for.
        #expect(run.charts["system.load"]?.updateEvery == 5)
    }

    @Test func aMissedTimeIsTold() throws {
        let run = try CollectorRun(try FakeMachine("first"))
        run.tick(0)
        run.tick(10)
        #expect(run.events.codes.isEmpty)
        run.tick(60)
        #expect(run.events.codes.count == 1)
        #expect(run.events.texts[0].contains("49"))
    }

    @Test func aModuleWithoutItsFileIsToldOnceAndLeftAlone() throws {
        let machine = try FakeMachine("first")
        machine.delete("/proc/vmstat")
        let run = try CollectorRun(machine)
        run.tick(0)
        run.tick(1)
        #expect(run.events.texts.count { $0.contains(machine.root + "/proc/vmstat") } == 1)
        machine.write("/proc/vmstat", "pgfault 1\n")
        run.tick(2)
        #expect(run.charts["mem.pgfaults"] == nil)
        #expect(run.charts["system.cpu"] != nil)
    }

    @Test(arguments: CollectorRun.modules)
    func everyModuleCanBeSwitchedOff(_ module: String) throws {
        let only = try CollectorRun(try FakeMachine("first"), only: module)
        only.tick(0)
        let without = try CollectorRun(
            try FakeMachine("first"),
            ["plugin:proc": [module: "no"], "db": ["enable zero metrics": "yes"]]
        )
        without.tick(0)
        // Zram has no file on the hand-made machine.
        #expect(only.charts.isEmpty == (module == "/sys/block/zram"))
        #expect(Set(only.charts.keys).isDisjoint(with: without.charts.keys))
        let name = module.replacing("/conntrack", with: "/nf_conntrack")
        #expect(only.charts.values.allSatisfy { $0.module == name })
    }

    private func collections(_ run: CollectorRun, _ chart: String) -> Int? {
        run.host.withDatabase { database in
            database.find(chart).flatMap { database.snapshot(of: $0)?.collections }
        }
    }
}
