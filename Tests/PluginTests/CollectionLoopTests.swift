import Basics
import Diagnostics
import Glibc
import Synchronization
import System
import Testing

@testable import Collection
@testable import Config

/// Real processes on the real loop: the shell scripts of Fixtures/Plugins/Running.
struct CollectionLoopTests {
    @Test func aPluginIsGivenItsIntervalItsOptionsAndItsSurroundings() {
        let bench = Bench(
            ["good"],
            options: ["plugin:good": ["update every": "3", "command options": "debug 'a b'"]]
        )
        bench.run { bench.journal.lines(.pluginSays).count == 3 }
        #expect(
            bench.journal.lines(.pluginSays) == ["arguments: 3 debug a b", "hostname: web01", "/"]
        )
        #expect(bench.outputs["good"] == 1)
        #expect(bench.journal.count(.pluginStarted) == 1)
        #expect(bench.journal.lines(.pluginStopping).count == 1)
    }

    @Test func anotherThreadAsksForARound() throws {
        let stopSwitch = try CollectionLoop.Switch()
        var rounds = 0
        let began = ContinuousClock.now
        CollectionLoop(stoppedBy: stopSwitch, clock: SystemTime(), plugins: nil, ticking: []) {
            rounds += 1
            guard rounds == 1 else { return stopSwitch.stop() }
            Threads.start(name: "aside") { stopSwitch.wake() }
        }.run()
        // Of itself the loop, which has nothing to do, looks about once a minute.
        #expect(rounds == 2 && ContinuousClock.now - began < .seconds(50))
    }

    @Test func whenTheLoopEndsNothingIsLeftRunning() {
        let bench = Bench(["good", "background", "flood"])
        bench.run { bench.journal.count(.pluginStarted) >= 3 && bench.outputs["flood", default: 0] > 1000 }
        #expect(bench.journal.count(.pluginEnded) >= 3)
        for line in bench.journal.lines(.pluginStarted) {
            let id = Int32(line.split(separator: " ").last!)!
            #expect(kill(id, 0) != 0, "\(line)")
        }
    }

    @Test func whatIgnoresTermIsKilled() {
        let bench = Bench(["stubborn"])
        bench.run { bench.outputs["stubborn"] == 1 }
        #expect(bench.journal.lines(.pluginSignal).allSatisfy { $0.hasSuffix("killed by signal 9.") })
        #expect(bench.journal.count(.pluginSignal) == 1)
        #expect(bench.journal.count(.pluginKilled) == 0)
    }

    @Test func aUsefulPluginThatFailsRests() {
        let bench = Bench(["once"])
        bench.run { bench.journal.count(.pluginFailed) == 1 }
        let path = Fixtures.directory + "/Running/once.plugin"
        let id = bench.journal.lines(.pluginStarted)[0].split(separator: " ").last!
        #expect(
            bench.journal.lines.suffix(4) == [
                "connected to '\(path)' running on pid \(id)",
                "'\(path)' (pid \(id)) disconnected after 1 successful data collections (ENDs).",
                "child pid \(id) exited with code 3.",
                "'\(path)' (pid \(id)) exited with error code 3, but has given useful output in the past (1 times). "
                    + "Waiting a bit before starting it again.",
            ]
        )
    }

    @Test(arguments: [
        ("fails", Condition.pluginFailedAtOnce), ("crash", .pluginKilled), ("noexec", .pluginFailedAtOnce),
        ("nothing", .pluginUseless), ("badline", .pluginUseless),
    ])
    func theEndIsToldAsItWas(_ name: String, _ condition: Condition) {
        let bench = Bench([name])
        bench.run { bench.journal.count(condition) == 1 }
        #expect(bench.journal.count(.pluginStarted) == 1)
    }

    @Test func disableEndsTheRunAndThereIsNoOther() {
        let bench = Bench(["disable"])
        bench.run { bench.journal.count(.pluginEnded) == 1 }
        bench.runSteps(5)
        #expect(bench.journal.count(.pluginStarted) == 1)
    }

    @Test func aRunLastsAsLongAsTheOutputIsOpen() {
        let bench = Bench(["background"])
        bench.run { bench.journal.count(.pluginEnded) == 1 }
        #expect(bench.outputs["background"] == 2)
    }

    @Test func whatClosesItsOutputIsEnded() {
        let bench = Bench(["closes"])
        bench.run { bench.journal.count(.pluginEnded) == 1 }
        #expect(bench.journal.lines(.pluginSignal).first?.hasSuffix("killed by signal 15.") == true)
    }

    @Test func aFloodLeavesTheTicksAndTheOthersTheirTurn() {
        let bench = Bench(["flood", "good"])
        let ticker = Ticker()
        bench.run(ticking: [ticker]) { ticker.ticks >= 20 && bench.outputs["good"] == 1 }
        #expect(ticker.ticks >= 20)
    }

    @Test func whatPluginsSayCannotReachATerminal() {
        let bench = Bench(["escape"])
        bench.run { bench.journal.count(.pluginSays) == 1 }
        #expect(bench.journal.lines(.pluginSays) == ["red \\x1b[31m"])
    }

    @Test func aDirectoryIsComplainedAboutOnce() {
        let bench = Bench([], directories: ["/nonexistent"], checkEvery: 1)
        bench.runSteps(3)
        bench.clock.advance(seconds: 5)
        bench.runSteps(3)
        #expect(bench.journal.lines == ["cannot open plugins directory '/nonexistent'"])
    }

    /// A machine without Netdata's plugins is nothing to worry about, unless somebody said where they are.
    @Test func theBuiltInDirectoryMayBeMissing() {
        let bench = Bench(
            [],
            directories: ["/nonexistent", Fixtures.directory + "/Running/good.plugin"],
            directoriesAreBuiltIn: true,
            checkEvery: 1
        )
        bench.runSteps(3)
        bench.clock.advance(seconds: 5)
        bench.runSteps(3)
        #expect(bench.journal.lines(.pluginDirectoryMissing) == ["there is no plugins directory '/nonexistent'"])
        #expect(bench.journal.count(.pluginDirectoryUnreadable) == 1)
        #expect(bench.journal.lines.count == 2)
    }

    /// With the clock in our hands: ten failures, each ten intervals apart, then no more.
    @Test func aUselessPluginIsGivenUpAfterElevenRuns() {
        let bench = Bench(["nothing"])
        for run in 1...11 {
            bench.runSteps(until: { bench.journal.count(.pluginEnded) == run })
            bench.clock.advance(seconds: 10)
        }
        bench.runSteps(5)
        #expect(bench.journal.count(.pluginUseless) == 10)
        #expect(bench.journal.count(.pluginUselessTooOften) == 1)
        #expect(bench.journal.count(.pluginStarted) == 11)
    }
}

/// A loop with plugins of the fixtures.
private final class Bench {
    let journal = Journal()
    let clock = ManualClock()
    private(set) var outputs: [String: Int] = [:]
    private var plugins: Plugins!
    private var list: [pollfd] = []

    init(
        _ names: [String],
        options: [String: [String: String]] = [:],
        directories: [String]? = nil,
        directoriesAreBuiltIn: Bool = false,
        checkEvery: Int = 60
    ) {
        var values = options
        values["plugins"] = ["enable running new plugins": "no", "check for new plugins every": "\(checkEvery)"]
        for name in names { values["plugins"]?[name] = "yes" }
        plugins = Plugins(
            settings: PluginSettings(Settings(values)),
            directories: directories ?? [Fixtures.directory + "/Running"],
            directoriesAreBuiltIn: directoriesAreBuiltIn,
            environment: ["PATH=/usr/bin:/bin", "NETDATA_HOSTNAME=web01"],
            directory: "/",
            clock: SplitClock(manual: clock),
            reporter: journal
        ) { [unowned self] file in
            CountingOutput { self.outputs[file.name] = $0 }
        }
    }

    /// The loop as it is in a node, until `done` or 10 seconds have gone by.
    func run(ticking: [any TickDriven] = [], until done: @escaping () -> Bool) {
        let stopSwitch = try! CollectionLoop.Switch()
        let watcher = Watcher(stopSwitch: stopSwitch, withinSeconds: 10, done: done)
        CollectionLoop(
            stoppedBy: stopSwitch,
            clock: SystemTime(),
            plugins: plugins,
            ticking: ticking + [watcher]
        ).run()
        #expect(watcher.reached, "not within 10 s; seen: \(journal.lines)")
    }

    /// Some turns of the loop with a clock that stands still.
    func runSteps(_ count: Int) {
        for _ in 0..<count { step() }
    }

    func runSteps(until done: () -> Bool) {
        for _ in 0..<5000 where !done() { step() }
        #expect(done(), "not reached; seen: \(journal.lines)")
    }

    private func step() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            list.removeAll()
            plugins.watch(&list)
            _ = poll(&list, nfds_t(list.count), 2)
            plugins.serve(list[...], buffer)
            plugins.step()
        }
    }
}

/// Real time as long as nobody has moved the manual one; both added up.
private struct SplitClock: Clock {
    let manual: ManualClock
    func now() -> Int64 { SystemTime().now() }
    func monotonic() -> Int64 { SystemTime().monotonic() &+ manual.monotonic() }
}

private final class Ticker: TickDriven {
    private(set) var ticks = 0
    private var next: Int64 = 0

    func tick(now: Int64) {
        ticks += 1
        next = now + 5000
    }

    func microsecondsToNextTick(now: Int64) -> Int64 { next - now }
}

/// Knows END, DISABLE and the commands that a chart needs; everything else is a bad line.
private final class CountingOutput: PluginOutput {
    private(set) var collections = 0
    private var line: [UInt8] = []
    private let count: (Int) -> Void

    init(count: @escaping (Int) -> Void) {
        self.count = count
    }

    func feed(_ bytes: UnsafeRawBufferPointer) -> PluginOutputResult {
        for byte in bytes {
            guard byte == 10 else {
                line.append(byte)
                continue
            }
            defer { line.removeAll(keepingCapacity: true) }
            switch String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self) {
            case "END":
                collections += 1
                count(collections)
            case "DISABLE": return .disabled
            case "CHART", "DIMENSION", "BEGIN", "SET", "": break
            default: return .stopped
            }
        }
        return .goesOn
    }
}
