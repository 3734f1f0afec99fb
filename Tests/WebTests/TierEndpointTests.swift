import Basics
import Store
import Synchronization
import Testing
import Transport

@testable import Web

/// `/api/v1/data` of a host with downsampled tiers (web API §7.7).
struct TierEndpointTests {
    /// Tiers 1 and 2 of a chart whose value is the same all the time.
    private final class Kept: TierSource {
        let first: Int64
        let last: Int64
        let value: Double
        let asked = Mutex<[TierSeries]>([])
        /// Whether its spans are known without a disk.
        let isInMemory = Atomic(true)

        init(first: Int64, last: Int64, value: Double) {
            (self.first, self.last, self.value) = (first, last, value)
        }

        func knowsSpans(of host: GUID) -> Bool { isInMemory.load(ordering: .relaxed) }

        func spans(_ series: TierSeries) -> [TierSpan] {
            guard series.chart == "t.a" else { return [] }
            return [(1, Int64(60)), (2, 3600)].map { tier, step in
                TierSpan(tier: tier, first: (first + step - 1) / step * step, last: last / step * step, step: step)
            }
        }

        func points(_ series: TierSeries, tier: Int, from: Int64, through: Int64) -> TierColumns? {
            asked.withLock { $0.append(series) }
            let step: Int64 = tier == 1 ? 60 : 3600
            let start = (from + step - 1) / step * step
            let count = max(0, Int((through - start) / step) + 1)
            let column = TierColumn(
                averages: Array(repeating: StorageNumber.encode(value), count: count),
                minima: Array(repeating: StorageNumber.encode(value - 1), count: count),
                maxima: Array(repeating: StorageNumber.encode(value + 1), count: count),
                counts: Array(repeating: UInt32(step), count: count)
            )
            return TierColumns(firstTime: start, step: step, columns: series.dimensions.map { _ in column })
        }
    }

    private let bench: WebBench
    private let kept: Kept
    private let host: Host

    init() {
        var bench = WebBench()
        bench.context.storageTiers = 3
        host = WebBench.host(WebBench.childGUID, "kid", settings: HostSettings(mode: .dbengine, history: 3600))
        _ = bench.hosts.add(host)
        let now = bench.clock.now() / 1_000_000
        kept = Kept(first: now - 40 * 86_400, last: now, value: 8)
        host.keepTiers(in: kept)
        let definition = ChartDefinition(id: "t.a", context: "t.a", updateEvery: 1)
        bench.collect(
            definition,
            [DimensionDefinition(id: "x"), DimensionDefinition(id: "y")],
            Self.rows(300),
            on: host
        )
        bench.collect(ChartDefinition(id: "t.b", updateEvery: 1), [DimensionDefinition(id: "x")], [[1], [2]], on: host)
        self.bench = bench
    }

    private static func rows(_ count: Int) -> [[Int64]] { (0..<count).map { [Int64($0), 5] } }

    private func ask(_ query: String) -> String { bench.body("/host/kid/api/v1/data?\(query)") }

    @Test func aMonthComesFromTheTiers() {
        let body = ask("chart=t.a&after=-2592000&points=5&options=jsonwrap")
        #expect(body.contains("\"db_points_per_tier\": [ 0, 0, "))
        #expect(body.contains(",8,8],\n"))
        #expect(
            kept.asked.withLock { $0 } == [
                TierSeries(host: WebBench.childGUID, chart: "t.a", updateEvery: 1, dimensions: ["x", "y"])
            ]
        )
        #expect(ask("chart=t.a&after=-2592000&points=5&group=max").contains(",9,9],\n"))
        #expect(ask("chart=t.a&after=-2592000&points=5&group=min").contains(",7,7],\n"))
    }

    @Test func theLastMinutesComeFromFullResolution() {
        let body = ask("chart=t.a&after=-60&options=jsonwrap")
        #expect(body.contains("\"db_points_per_tier\": [ 120, 0, 0 ]"))
        #expect(kept.asked.withLock { $0.isEmpty })
    }

    /// No event loop waits for a disk: what the tiers answer, and what must be read to find out whether they do.
    @Test func onlyFullResolutionIsLight() throws {
        func isHeavy(_ query: String) throws -> Bool {
            bench.service.route(try #require(HTTPRequest(.get, "/host/kid/api/v1/data?chart=t.a&" + query))).isHeavy
        }
        #expect(try !isHeavy("after=-60"))
        #expect(try isHeavy("after=-2592000&points=5"))
        #expect(try isHeavy("after=-60&tier=1"))
        kept.isInMemory.store(false, ordering: .relaxed)
        #expect(try isHeavy("after=-60"))
        #expect(kept.asked.withLock { $0.isEmpty })
    }

    @Test func aTierMayBeAskedFor() {
        let body = ask("chart=t.a&after=-600&tier=1&options=jsonwrap")
        #expect(body.contains("\"view_update_every\": 60,"))
        #expect(body.contains("\"update_every\": 1,"))
        #expect(body.contains("\"options\": \"jsonwrap,selected-tier,natural-points\""))
        #expect(body.contains("/options:jsonwrap,selected-tier/tier:1\","))
        #expect(body.contains("\"db_points_per_tier\": [ 0, 20, 0 ]"))
        let resampled = ask("chart=t.a&after=-600&tier=1&gtime=60&points=2&options=jsonwrap")
        #expect(resampled.contains("/resampling:60/tier:1\","))
        // There is no such tier, and as if it was not said.
        let beyond = ask("chart=t.a&after=-60&tier=3&options=jsonwrap")
        #expect(beyond.contains("\"options\": \"jsonwrap,natural-points\""))
        #expect(!beyond.contains("/tier:"))
    }

    /// What was stored before this node started begins where the tiers do.
    @Test func theFirstEntryIsTheTiers() {
        let first = kept.spans(
            TierSeries(host: WebBench.childGUID, chart: "t.a", updateEvery: 1, dimensions: [])
        )[0].first
        #expect(ask("chart=t.a&after=-60&options=jsonwrap").contains("\"first_entry\": \(first),"))
    }

    /// A host that keeps everything in memory has one tier, whatever the node's others have.
    @Test func hostsWithoutTiersHaveOne() {
        bench.collect(ChartDefinition(id: "t.a", updateEvery: 1), [DimensionDefinition(id: "x")], [[1], [2], [3]])
        let body = bench.body("/api/v1/data?chart=t.a&after=-60&tier=1&options=jsonwrap")
        #expect(body.contains("\"options\": \"jsonwrap,natural-points\""))
        #expect(body.contains(", 0, 0 ]"))
    }
}
