import Diagnostics
import Testing

@testable import Config

/// What the disk engine has to live on (storage §1, §4). The numbers are what netdata 1.37.1 makes of the same files.
@Suite struct DiskEngineTests {
    private static let mebibyte: Int64 = 1 << 20

    private func engine(_ lines: String...) -> DiskEngineSettings {
        load(netdata: "[db]\n" + lines.map { "    \($0)\n" }.joined()).database.diskEngine
    }

    private func quotas(_ engine: DiskEngineSettings) -> [Int64] { engine.tiers.map { $0.quota / Self.mebibyte } }
    private func caches(_ engine: DiskEngineSettings) -> [Int64] { engine.tiers.map { $0.pageCache / Self.mebibyte } }

    @Test func withoutAWordThereAreThreeTiers() {
        let engine = engine()
        #expect(quotas(engine) == [256, 128, 64])
        #expect(caches(engine) == [32, 16, 8])
        #expect(engine.tiers.map(\.factor) == [1, 60, 60])
        #expect(engine.tiers.map(\.pointsOfTierZero) == [1, 60, 3600])
        #expect(engine.tiers.dropFirst().allSatisfy { $0.backfill == .new })
        #expect(engine.quota == 256 * Self.mebibyte)
        #expect(engine.pageCache == 32 * Self.mebibyte)
    }

    /// The quota of one host, of times when each had a database of its own, counts for all of them where nobody says more.
    @Test func theOldQuotaCountsWhereThereIsNoOther() {
        let old = engine(
            "dbengine disk space MB = 512",
            "storage tiers = 5",
            "dbengine tier 1 update every iterations = 4"
        )
        #expect(quotas(old) == [512, 256, 128, 64])
        #expect(
            quotas(engine("dbengine disk space MB = 2000", "dbengine multihost disk space MB = 1000")) == [
                1000, 500, 250,
            ]
        )
        let older = load(netdata: "[global]\n dbengine disk space = 512\n").database.diskEngine
        #expect(quotas(older) == [512, 256, 128])
    }

    /// It is said where it was asked for: at the number of tiers, or at the tier's own line.
    @Test func aTierThatIsTooCoarseIsSaid() {
        func findings(_ text: String) -> [String] {
            load(netdata: text).findings.filter { $0.condition == .configTierTooCoarse }.map(\.short)
        }
        #expect(findings("[db]\n storage tiers = 3\n") == [])
        #expect(findings("[db]\n mode = dbengine\n storage tiers = 4\n") == ["ND-K63:3"])
        let factors = "[db]\n storage tiers = 3\n dbengine tier 1 update every iterations = 255\n"
        #expect(findings(factors + " dbengine tier 2 update every iterations = 255\n") == [])
        let text = factors + " dbengine tier 3 update every iterations = 2\n"
        #expect(findings(text.replacing("tiers = 3", with: "tiers = 4")) == [])
        let tooMany = text.replacing("tiers = 3", with: "tiers = 4").replacing("= 2\n", with: "= 19\n")
        #expect(findings(tooMany) == ["ND-K63:4"])
        let found = load(netdata: tooMany).findings.first { $0.condition == .configTierTooCoarse }
        #expect(found?.values["points"] == "290700")
    }

    /// A tier has its share of tier 0's quota, not of the one below.
    @Test func eachTierHasHalfOfTheOneBelow() {
        let engine = engine(
            "storage tiers = 4",
            "dbengine page cache size MB = 64",
            "dbengine multihost disk space MB = 1000",
            "dbengine tier 2 multihost disk space MB = 90",
            "dbengine tier 2 page cache size MB = 40",
            "dbengine tier 1 update every iterations = 4",
            "dbengine tier 2 update every iterations = 5",
            "dbengine tier 2 backfill = full",
            "dbengine tier 3 backfill = none"
        )
        #expect(quotas(engine) == [1000, 500, 90, 125])
        #expect(caches(engine) == [64, 32, 40, 8])
        #expect(engine.tiers.map(\.pointsOfTierZero) == [1, 4, 20, 1200])
        #expect(engine.tiers[1...].map(\.backfill) == [.new, .full, .none])
        #expect(quotas(self.engine("dbengine multihost disk space MB = 64")) == [64, 32, 16])
    }

    @Test func aTierIsNoCoarserThanItMayBe() {
        let five = ["storage tiers = 5", "dbengine tier 1 update every iterations = 255"]
        #expect(engine(five[0], five[1], "dbengine tier 2 update every iterations = 255").tiers.count == 3)
        #expect(engine(five[0], five[1]).tiers.map(\.pointsOfTierZero) == [1, 255, 15_300])
        #expect(engine(five[0]).tiers.count == 3)
        #expect(engine("storage tiers = 1").tiers.count == 1)
    }

    @Test(arguments: [
        ("mode = dbengine", 3), ("mode = dbengine\n storage tiers = 2", 2), ("mode = ram\n storage tiers = 2", 1),
        ("mode = none", 1), ("mode = dbengine\n storage tiers = 5", 3), ("", 3),
    ])
    func onlyTheDiskEngineHasTiers(_ lines: String, _ tiers: Int) {
        #expect(load(netdata: "[db]\n \(lines)\n").database.storageTiers == tiers)
    }

    /// What is printed is what counts.
    @Test func sharesArePrinted() {
        let settings = load(netdata: "[db]\n dbengine multihost disk space MB = 1000\n").settings
        #expect(settings.text("db", "dbengine tier 1 multihost disk space MB") == "500")
        #expect(settings.text("db", "dbengine tier 4 page cache size MB") == "2")
        #expect(
            load(netdata: "[db]\n dbengine tier 1 multihost disk space MB = lots\n").database.diskEngine.tiers[1].quota
                == 128 << 20
        )
    }
}
