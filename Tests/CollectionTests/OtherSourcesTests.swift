import Config
import Store
import Testing

@testable import Collection

/// What doesn't come from a file of /proc: the kernel's clock, sleeping threads, compressed disks, the node itself.
@Suite struct OtherSourcesTests {
    private let buffer = ReadBuffer()

    private func tick(_ second: Int64) -> Tick {
        let second = CollectorRun.start + second
        return Tick(now: second * 1_000_000, second: second, updateEvery: 1, buffer: buffer)
    }

    // MARK: timex

    @Test func theClockIsAskedEveryTenSeconds() throws {
        let run = try CollectorRun(try FakeMachine())
        var clock = ClockCollector(CollectionOptions(settings: Settings([:]))) {
            ClockState(isSynchronized: true, unsynchronized: 1, error: 0, offset: -1234)
        }
        for second: Int64 in 1...25 { _ = run.host.withDatabase { clock.collect(into: &$0, at: tick(second)) } }
        #expect(run.values.of("system.clock_sync_state", "state") == [1])
        #expect(run.values.of("system.clock_status", "unsync") == [1])
        #expect(run.values.of("system.clock_status", "clockerr") == [0])
        #expect(run.values.of("system.clock_sync_offset", "offset") == [-1234])
        let collections = run.host.withDatabase { database in
            database.find("system.clock_status").flatMap { database.snapshot(of: $0)?.collections }
        }
        // At once, and then at every multiple of ten.
        #expect(collections == 3)
        #expect(run.charts["system.clock_status"]?.updateEvery == 10)
    }

    @Test func partsOfTheClockCanBeLeftOut() throws {
        let run = try CollectorRun(try FakeMachine(), ["plugins": ["timex": "no"]])
        let settings = ["plugin:timex": ["clock synchronization state": "no", "update every": "20"]]
        var clock = ClockCollector(CollectionOptions(settings: Settings(settings))) { ClockState(offset: 7) }
        #expect(run.host.withDatabase { clock.collect(into: &$0, at: tick(0)) })
        #expect(run.charts.keys.filter { $0.hasPrefix("system.clock") } == ["system.clock_sync_offset"])
        #expect(run.charts["system.clock_sync_offset"]?.updateEvery == 20)
    }

    @Test func aClockThatMayNotBeAskedIsNoCollector() throws {
        let run = try CollectorRun(try FakeMachine())
        var clock = ClockCollector(CollectionOptions(settings: Settings([:]))) { nil }
        #expect(!run.host.withDatabase { clock.collect(into: &$0, at: tick(0)) })
    }

    @Test func theKernelAnswers() throws {
        let state = try #require(ClockState.ask())
        #expect([0, 1].contains(state.unsynchronized) && [0, 1].contains(state.error))
    }

    // MARK: idlejitter

    @Test func jitterIsLeastMostAndAverage() throws {
        let run = try CollectorRun(try FakeMachine())
        let jitter = IdleJitter()
        var collector = IdleJitterCollector(jitter)
        for delay: Int64 in [30, 10, 51] { jitter.add(delay) }
        _ = run.host.withDatabase { collector.collect(into: &$0, at: tick(0)) }
        #expect(run.values.of("system.idlejitter", "min") == [10])
        #expect(run.values.of("system.idlejitter", "max") == [51])
        #expect(run.values.of("system.idlejitter", "average") == [30])
        // Nothing seen, nothing collected.
        _ = run.host.withDatabase { collector.collect(into: &$0, at: tick(1)) }
        #expect(jitter.take() == nil)
        jitter.add(.max)
        jitter.add(.max)
        #expect(jitter.take()?.count == 2)
    }

    @Test func aSleepingThreadSeesDelays() {
        let jitter = IdleJitter()
        jitter.start(sleeping: 1)
        defer { jitter.stop() }
        var seen: IdleJitter.Seen?
        while seen == nil { seen = jitter.take() }
        #expect(seen!.least >= 0 && seen!.most >= seen!.least && seen!.sum >= seen!.most)
    }

    // MARK: zram

    private func zram(_ text: String) throws -> (FakeMachine, CollectorRun) {
        let machine = try FakeMachine()
        machine.write("/sys/block/zram0/mm_stat", text)
        machine.write("/sys/block/sda/size", "1")
        let run = try CollectorRun(machine, only: "/sys/block/zram")
        run.tick(0)
        return (machine, run)
    }

    @Test func zramSavesWhatItCompresses() throws {
        let (machine, run) = try zram(
            "  4096000  1024000  1228800        0  1228800      100        0        0        0\n"
        )
        #expect(run.values.of("mem.zram_usage.zram0", "compressed") == [1_024_000])
        #expect(run.values.of("mem.zram_usage.zram0", "metadata") == [204_800])
        #expect(run.values.of("mem.zram_savings.zram0", "savings") == [-3_072_000])
        #expect(run.values.of("mem.zram_savings.zram0", "original") == [4_096_000])
        #expect(run.values.of("mem.zram_ratio.zram0", "ratio") == [333])
        #expect(run.values.of("mem.zram_efficiency.zram0", "percent") == [700_000])
        machine.delete("/sys/block/zram0/mm_stat")
        machine.write("/sys/block/zram0/mm_stat", "")
        #expect(run.charts.count == 4)
    }

    @Test func anEmptyZramDividesByNothing() throws {
        for text in ["0 0 0", "", "1", "99999999999999999999 99999999999999999999 -5", "x y z"] {
            let (_, run) = try zram(text)
            #expect(run.values.of("mem.zram_ratio.zram0", "ratio").count == 1, "\(text)")
        }
        let (_, run) = try zram("0 0 0 0\n")
        #expect(run.values.of("mem.zram_ratio.zram0", "ratio") == [1])
        #expect(run.values.of("mem.zram_efficiency.zram0", "percent") == [100])
    }

    // MARK: The node itself

    @Test func theNodeCollectsItsOwnFigures() throws {
        let run = try CollectorRun(try FakeMachine())
        var figures = NodeFigures()
        figures.clients = 3
        figures.requests = 17
        figures.bytesReceived = 1000
        figures.bytesSent = 2000
        figures.responseAverage = 40
        figures.responseMaximum = 90
        figures.compressionSavings = 5
        figures.dataQueries = 6
        figures.pointsRead = 70
        figures.pointsStored = 800
        let jitter = Heartbeat()
        jitter.add(150)
        var own = OwnCollector(heartbeat: jitter) { [figures] in figures }
        _ = run.host.withDatabase { own.collect(into: &$0, at: tick(0)) }
        let expected: [(String, String, Int64)] = [
            ("clients", "clients", 3), ("requests", "requests", 17), ("net", "in", 1000), ("net", "out", 2000),
            ("response_time", "average", 40), ("response_time", "max", 90), ("compression_ratio", "savings", 5),
            ("queries", "/api/v1/data", 6), ("queries", "health", 0), ("db_points_read", "/api/v1/data", 70),
            ("db_points_stored", "tier0", 800), ("heartbeat", "max", 150), ("uptime", "uptime", 1),
        ]
        for (chart, dimension, value) in expected {
            #expect(run.values.of("netdata." + chart, dimension) == [value], "\(chart) \(dimension)")
        }
        #expect(run.values.of("netdata.memory", "resident").first ?? 0 > 1 << 20)
        #expect(run.values.of("netdata.server_cpu", "user").first ?? 0 > 0)
    }
}
