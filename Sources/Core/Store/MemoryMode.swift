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

    /// Whether points outlive the node, and so where it keeps them besides memory.
    public var isOnDisk: Bool { self == .save || self == .map || self == .dbengine }

    /// How many points a chart keeps when `entries` are asked for, as the original reports it (storage §2); 0 for dbengine, whose
    /// limit is the space on the disk.
    public func history(rounding entries: Int) -> Int {
        let asked = min(max(entries, Self.leastHistory), Self.mostHistory)
        switch self {
        case .none: return Self.leastHistory
        case .alloc: return asked
        case .ram: return (asked + Self.pointsPerPage - 1) / Self.pointsPerPage * Self.pointsPerPage
        case .save, .map:
            // A file of whole pages, with a header: 100 points become 924.
            let pages = (Self.fileHeader + 4 * asked + Self.bytesPerPage - 1) / Self.bytesPerPage
            return (pages * Self.bytesPerPage - Self.fileHeader) / 4
        case .dbengine: return 0
        }
    }

    /// The smallest history there is (storage §1).
    public static let leastHistory = 5
    /// The largest one: 34 years of seconds.
    public static let mostHistory = 1 << 30
    /// A page of memory holds so many points of four bytes.
    static let pointsPerPage = 1024
    static let bytesPerPage = 4096
    /// What the original's file of a dimension begins with.
    private static let fileHeader = 400
}
