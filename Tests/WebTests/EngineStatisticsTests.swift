import Store
import Testing
import Transport

@testable import Web

/// `dbengine_stats`: the members of the captured answer, with this store's numbers (web API §4).
struct EngineStatisticsTests {
    private static let stored = {
        var stored = SegmentAccounting()
        stored.bytes = 1_000_000
        stored.overheadBytes = 200_000
        stored.segments = 3
        stored.blocks = 400
        stored.span = TimeSpan(first: 1_795_000_000, last: 1_795_003_600)
        return stored
    }()

    private static let answer = {
        let tiers = [1, 60, 3600].map { TierStatistics(factor: $0, stored: stored, quota: 268_435_456 / Int64($0)) }
        let kept = KeptPoints(metrics: 500, collected: 480, points: 1_800_000, seconds: 1_800_000)
        return String(decoding: EngineStatistics.json(tiers, kept, updateEvery: 1), as: UTF8.self)
    }()

    @Test func hasTheOriginalsMembers() {
        let pair = GoldenPair(folder: "live", name: "dbengine_stats")
        #expect(Self.shape(Self.answer) == Self.shape(pair.body))
        #expect(isJSON(Self.answer))
    }

    /// What must be right whatever is stored: tiers, their granularity, the size of a point.
    private static func shape(_ body: String) -> [String] {
        body.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let isFixed = line.contains("\"default_granularity_secs\"") || line.contains("\"sizeof_point_data\"")
            if isFixed { return String(line) }
            return String(line).replacing(/:[0-9]+(\.[0-9]{2})?/) { $0.1 == nil ? ":N" : ":N.NN" }
        }
    }

    @Test func numbersAreThoseOfTheStore() {
        for expected in [
            "\"datafiles\":3,", "\"extents\":400,", "\"points\":1800000,", "\"points\":30000,", "\"points\":500,",
            "\"metrics\":500,", "\"extents_compressed_bytes\":800000,", "\"pages_uncompressed_bytes\":7200000,",
            "\"first_t\":1795000000,", "\"database_retention_secs\":3600,", "\"average_compression_savings\":88.89,",
            "\"average_point_duration_secs\":60.00,", "\"currently_collected_metrics\":480,", "\"disk_space\":1000000,",
            "\"max_disk_space\":268435456\n",
        ] {
            #expect(Self.answer.contains(expected), "\(expected)")
        }
    }

    /// Nothing is stored: nothing is divided by it.
    @Test func anEmptyStoreHasFiguresToo() {
        let tiers = [TierStatistics(factor: 1, stored: SegmentAccounting(), quota: 1)]
        let body = String(decoding: EngineStatistics.json(tiers, KeptPoints(), updateEvery: 1), as: UTF8.self)
        #expect(isJSON(body))
        #expect(body.contains("\"average_compression_savings\":0.00,"))
    }

    @Test func withoutTheEngineThereIsNone() {
        let response = WebBench().get("/api/v1/dbengine_stats")
        #expect(response.status == 404)
        #expect(response.bodyText == "dbengine is not enabled")
    }
}
