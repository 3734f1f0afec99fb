import Basics
import Config
import Store
import Testing

@testable import Collection

/// `charts.tsv`: every chart of a netdata 1.37.1 with two processors, one disk, one interface and zero metrics shown.
/// Each of them that we have too is the same, column by column.
@Suite struct GoldenChartsTests {
    /// What netdata counts of itself and we don't have (docs/differences-from-netdata.md), and other programs' charts.
    private static let foreign = SimplePattern(
        "apps.plugin statsd.plugin netdata.sqlite3_* netdata.dictionaries.* netdata.strings_* netdata.workers*"
    )

    @Test func everyChartIsTheOriginals() throws {
        let ours = try tables()
        let byID = Dictionary(uniqueKeysWithValues: ours.map { ($0[0], $0) })
        let byContext = Dictionary(grouping: ours) { $0[3] }
        var compared = 0
        for golden in try CollectionFixtures.table("charts.tsv") {
            if Self.foreign.matches(golden[0]) || Self.foreign.matches(golden[8]) { continue }
            compared += 1
            // Devices and mount points have other names on the hand-made machine.
            let found = byID[golden[0]] ?? byContext[golden[3]]?.first
            let line = try #require(found, "no chart of \(golden[3])")
            let isItself = line[0] == golden[0]
            for column in [3, 4, 5, 6, 7, 8, 9, 10, 12] {
                #expect(line[column] == golden[column], "\(golden[0]), column \(column)")
            }
            #expect(labelNames(line[11]) == labelNames(golden[11]), "\(golden[0])")
            if isItself, golden[11].isEmpty { #expect(line[2] == golden[2], "\(golden[0]), family") }
            // Which interrupts there are is each machine's own.
            if !golden[9].hasSuffix("interrupts"), !golden[9].hasSuffix("softirqs") {
                #expect(line[13] == golden[13], "\(golden[0])")
            }
        }
        #expect(compared > 200)
    }

    private func labelNames(_ labels: String) -> [Substring] {
        labels.split(separator: ",").map { $0.prefix { $0 != ":" } }.sorted()
    }

    /// The lines of all our charts on the hand-made machine.
    private func tables() throws -> [[String]] {
        let machine = try FakeMachine("first")
        machine.write("/sys/block/zram0/mm_stat", "1 1 1\n")
        machine.write(
            "/proc/pressure/cpu",
            "some avg10=1 avg60=1 avg300=1 total=1\nfull avg10=1 avg60=1 avg300=1 total=1\n"
        )
        let settings = ["db": ["enable zero metrics": "yes"], "plugins": ["timex": "no"]]
        let run = try CollectorRun(machine, settings)
        run.tick(0)
        run.tick(1)
        let options = CollectionOptions(settings: Settings(settings), root: machine.root)
        let second = CollectorRun.start + 2
        let tick = Tick(now: second * 1_000_000, second: second, updateEvery: 1, buffer: ReadBuffer())
        let jitter = IdleJitter()
        jitter.add(1)
        var collectors: [any CollectorModule] = [
            IdleJitterCollector(jitter), ClockCollector(options, ask: { ClockState() }),
        ]
        for index in collectors.indices { _ = run.host.withDatabase { collectors[index].collect(into: &$0, at: tick) } }
        var diskspace = DiskspaceCollector(options) { _ in FilesystemUse(blockSize: 4096, blocks: 9, files: 9) }
        diskspace.measure(tick)
        run.host.withDatabase { diskspace.collect(into: &$0, at: tick) }
        return ChartTable.lines(run.host).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
