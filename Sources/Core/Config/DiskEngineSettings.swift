/// `[db] dbengine …`: what the disk engine has to live on, for all hosts together (storage §1, §4).
public struct DiskEngineSettings: Sendable {
    /// What a new tier is filled with from the tier below.
    public enum Backfill: String, Sendable, CaseIterable {
        /// What is newer than its last point.
        case new
        /// Everything.
        case full
        case none
    }

    public struct Tier: Sendable, Equatable {
        /// Bytes of its files.
        public var quota: Int64
        /// Bytes of it in memory.
        public var pageCache: Int64
        /// Points of the tier below in one of its own; 1 for tier 0.
        public var factor: Int
        /// Points of tier 0 in one of its own.
        public var pointsOfTierZero: Int
        public var backfill: Backfill
    }

    /// Full resolution first; at least that.
    public private(set) var tiers: [Tier]
    /// The first tier that is left out because of ``mostPointsOfTierZero``, and how many points of tier 0 one of its own would
    /// hold.
    public private(set) var leftOut: (tier: Int, points: Int)?
    /// Bytes of full resolution in memory.
    public var pageCache: Int64 { tiers[0].pageCache }
    /// Bytes of the files of full resolution.
    public var quota: Int64 { tiers[0].quota }

    /// No point holds more points of tier 0 than this: a tier that would, and those above it, are left out, as in the
    /// original.
    public static let mostPointsOfTierZero = 65_535

    /// - Parameter tiers: full resolution first.
    init(tiers: [Tier]) { self.tiers = tiers }

    init(_ settings: Settings) {
        func bytes(_ name: String) -> Int64 {
            let (bytes, overflows) = Int64(settings.integer("db", name)).multipliedReportingOverflow(by: 1 << 20)
            return overflows ? .max : bytes
        }
        tiers = [
            Tier(
                quota: bytes("dbengine multihost disk space MB"),
                pageCache: bytes("dbengine page cache size MB"),
                factor: 1,
                pointsOfTierZero: 1,
                backfill: .none
            )
        ]
        for number in 1..<max(1, settings.integer("db", "storage tiers")) {
            let name = "dbengine tier \(number)"
            let factor = settings.integer("db", "\(name) update every iterations")
            let points = tiers[number - 1].pointsOfTierZero * factor
            guard points <= Self.mostPointsOfTierZero else {
                leftOut = (number, points)
                break
            }
            tiers.append(
                Tier(
                    quota: bytes("\(name) multihost disk space MB"),
                    pageCache: bytes("\(name) page cache size MB"),
                    factor: factor,
                    pointsOfTierZero: points,
                    backfill: Backfill(rawValue: settings.word("db", "\(name) backfill")) ?? .new
                )
            )
        }
    }
}
