/// Where a host's history is kept (storage §2).
public enum MemoryMode: String, Sendable, CaseIterable {
    /// Nowhere: only the last values, and what passes through.
    case none
    /// In memory, in whole pages of 1024 points.
    case ram
    /// In memory, exactly as many points as asked for.
    case alloc
    case save
    case map
    case dbengine

    /// The mode that serves this one here: what would live on a disk lives in memory.
    public var served: MemoryMode {
        switch self {
        case .none: .none
        case .alloc: .alloc
        case .ram, .save, .map, .dbengine: .ram
        }
    }

    /// How many points a chart keeps when `entries` are asked for (storage §2).
    public func history(rounding entries: Int) -> Int {
        let asked = min(max(entries, Self.leastHistory), Self.mostHistory)
        switch served {
        case .none: return Self.leastHistory
        case .alloc: return asked
        default: return (asked + Self.pointsPerPage - 1) / Self.pointsPerPage * Self.pointsPerPage
        }
    }

    /// The smallest history there is (storage §1).
    public static let leastHistory = 5
    /// The largest one: 34 years of seconds.
    public static let mostHistory = 1 << 30
    /// A page of memory holds so many points of four bytes.
    static let pointsPerPage = 1024
}
