import Basics
import Diagnostics
import FaultyFiles
import Status
import System
import Testing
import Transport

@testable import Config
@testable import Store
@testable import Web

/// The captured answers in every memory mode, and after the node was stopped and killed: whatever keeps the points, what is answered
/// is the same (storage §2).
struct GoldenStoreTests {
    /// What became of the node between storing and asking.
    enum Fate: CaseIterable {
        case runs
        case wasStopped
        case wasKilled
    }

    struct Life: CustomTestStringConvertible {
        var mode: MemoryMode
        var fate: Fate

        var testDescription: String { "\(mode), \(fate)" }

        static let all = MemoryMode.allCases.filter { $0 != .none }.flatMap { mode in
            Fate.allCases.filter { $0 == .runs || mode.isOnDisk && ($0 == .wasStopped || mode != .save) }.map {
                Life(mode: mode, fate: $0)
            }
        }
    }

    /// In memory a chart begins one step before its first point, with a gap (``Retention/reportedFirst(_:)``). So that point counts in
    /// the row that it ends in, and rows are another set of points where they lie by the chart's beginning; and it is read in front of a
    /// first row that begins within the first point.
    static let beginsEarlier: Set<String> = [
        "160-win-3-97-p50", "184-win-m20-5-p5", "185-winun-m20-5-p5", "193-win-before-only", "196-gtime-60-average",
        "197-gtime-60-sum", "199-gtime-7-average", "200-gtime-7-sum", "202-gtime-100-average", "203-gtime-100-sum",
        "205-gtime-1000-average", "206-gtime-1000-sum", "247-u5-wrap", "267-ctx-star", "273-chart-two",
    ]
    /// Tier 1 is complete here, so it answers (web API §7.7); the original's lacked its last point, and tier 0 answered.
    static let hasTiers: Set<String> = ["144-win-1-600-p7"]

    @Test(arguments: Life.all)
    func answersAsTheOriginal(_ life: Life) throws {
        let (bench, host) = try Self.node(life)
        var different: Set<String> = []
        for pair in GoldenHostTests.pairs {
            let response = bench.get(pair.target)
            let isAlike =
                response.status == pair.status && response.contentType == pair.field("Content-Type")
                && Self.comparable(response.bodyText, life.mode) == Self.comparable(pair.body, life.mode)
            if !isAlike { different.insert(pair.name) }
        }
        let expected = Set(GoldenDataTests.differences.keys).union(
            life.mode == .dbengine ? Self.hasTiers : Self.beginsEarlier
        )
        #expect(different.subtracting(expected).sorted() == [])
        #expect(expected.subtracting(different).sorted() == [])
        try check(life, bench, host)
    }

    /// Without the lines in which a chart that is kept in memory begins one step earlier.
    private static func comparable(_ body: String, _ mode: MemoryMode) -> [Substring] {
        GoldenHostTests.comparable(body).filter { line in
            let name = line.drop { $0 == " " || $0 == "\t" }
            return mode == .dbengine || !name.hasPrefix("\"first_entry\"") && !name.hasPrefix("\"duration\"")
        }
    }

    /// What else says the mode and how much there is.
    private func check(_ life: Life, _ bench: WebBench, _ host: Host) throws {
        let charts = bench.body("/host/inj-db/api/v1/charts")
        let history = [.ram: 4096, .alloc: 3600, .save: 3996, .map: 3996, .dbengine: 0][life.mode]
        #expect(isJSON(charts))
        #expect(charts.contains("\"history\": \(try #require(history)),"))
        #expect(charts.contains("\"memory_mode\": \"\(life.mode.rawValue)\","))
        #expect(bench.body("/host/inj-db/api/v1/info").contains("\"memory-mode\": \"\(life.mode.rawValue)\""))
        #expect(isJSON(bench.body("/host/inj-db/api/v1/allmetrics?format=json")))
        let retention = host.withDatabase { database in database.refs.map { database.retention(of: $0) } }
        for one in retention {
            #expect(charts.contains("\"first_entry\": \(one.first - (life.mode == .dbengine ? 0 : one.updateEvery)),"))
            #expect(charts.contains("\"last_entry\": \(one.last),"))
        }
        let stored = GoldenHostTests.bench.hosts.host(named: "inj-db")!
        #expect(retention == stored.withDatabase { database in database.refs.map { database.retention(of: $0) } })
    }

    /// A node that has stored the data set, as it is after what it went through.
    private static func node(_ life: Life) throws -> (WebBench, Host) {
        var bench = WebBench()
        bench.context.storageTiers = 3
        // What the list of hosts has besides.
        _ = bench.hosts.add(
            WebBench.host(GUID("44444444-dddd-11ed-8000-0000000000dd")!, "inj-ram", program: "inject")
        )
        _ = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        let dataset = GoldenDataset()
        let files = FaultyFiles()
        let (disk, host) = try attached(life.mode, files, bench.clock)
        for chart in dataset.charts { host.withDatabase { chart.load(into: &$0) } }
        guard life.fate != .runs else {
            disk.writeOnce()
            _ = bench.hosts.add(host)
            return (bench, host)
        }
        disk.writeOnce()
        if life.fate == .wasStopped { disk.stop() }
        let (_, next) = try attached(life.mode, files.afterCrash(), bench.clock)
        for chart in dataset.charts {
            next.withDatabase { database in
                let ref = database.define(chart.definition, now: bench.clock.now())!
                for dimension in chart.dimensions { database.define(dimension, in: ref) }
            }
        }
        _ = bench.hosts.add(next)
        return (bench, next)
    }

    private static func attached(
        _ mode: MemoryMode,
        _ files: FaultyFiles,
        _ clock: any Clock
    ) throws -> (DiskStore, Host) {
        let tiers = [1, 60, 3600].enumerated().map { tier, points in
            DiskEngineSettings.Tier(
                quota: 64 << 20,
                pageCache: 1 << 20,
                factor: tier == 0 ? 1 : 60,
                pointsOfTierZero: points,
                backfill: .new
            )
        }
        let disk = try DiskStore(
            cache: "/cache",
            settings: DiskEngineSettings(tiers: tiers),
            files: files,
            clock: clock,
            reporter: Silent()
        )
        let host = WebBench.host(
            WebBench.goldenGUID,
            "inj-db",
            program: "inject",
            settings: HostSettings(mode: mode)
        )
        disk.attach(host)
        return (disk, host)
    }

    private struct Silent: Reporter {
        func report(_ event: Event) {}
    }
}
