public import Basics
public import System

/// What a ``SegmentStore`` keeps, and where.
public struct SegmentSettings: Sendable {
    /// Its own directory; made when it is not there.
    public var directory: String
    /// Which of a node's stores it is: the number of the tier, or what else its owner chose. Segments of another purpose are
    /// not taken.
    public var purpose: UInt16
    /// Seconds between two rows of a block, in units of its chart's update every: 1 for tier 0, 60 for tier 1. 1…65,536.
    public var stepFactor: UInt32
    public var retention: SegmentRetention
    /// Bytes that are gathered before they are written.
    public var bufferBytes = 256 << 10
    /// Directories of hosts in segments that are kept in memory, of some 10 KB each.
    public var cachedDirectories = 64
    /// The thread tag of its log lines.
    public var thread = "STORE"

    public init(
        directory: String,
        purpose: UInt16 = 0,
        stepFactor: UInt32 = 1,
        retention: SegmentRetention
    ) {
        self.directory = directory
        self.purpose = purpose
        self.stepFactor = max(1, min(stepFactor, 1 << 16))
        self.retention = retention
    }
}

/// How long segments are kept.
public enum SegmentRetention: Sendable {
    /// All files of the directory together have at most so many bytes: the oldest segment goes first. A segment has a
    /// twentieth of it, within 4 and 64 MiB.
    case quota(Int)
    /// The same with segments of another size: for tests.
    case quotaOf(Int, segmentBytes: Int)
    /// Until nobody needs it: asked when a new segment begins, and by ``SegmentStore/discardUnneeded()``. Who is asked must not
    /// write to the store.
    case whileNeeded(segmentBytes: Int, @Sendable (SegmentFacts) -> Bool)

    /// Bytes of a segment.
    var segmentBytes: Int {
        switch self {
        case .quota(let bytes): min(max(bytes / 20, 4 << 20), 64 << 20)
        case .quotaOf(_, let bytes), .whileNeeded(let bytes, _): min(max(bytes, 1 << 10), 256 << 20)
        }
    }
}

/// A finished segment, as one sees it who decides whether it is still needed.
public struct SegmentFacts: Sendable {
    public let number: UInt32
    /// Bytes of the file.
    public let bytes: Int
    /// Of all blocks; `nil` where there are none.
    public let span: TimeSpan?
    /// Of each host's blocks.
    public let hosts: [GUID: TimeSpan]
    /// Reads from the disk which series are in it, with the time of their blocks.
    public let series: @Sendable () -> [SeriesKey: TimeSpan]
}

/// What a store cannot do.
public enum SegmentStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file could not be read or written. Nothing was taken; the same may be tried again.
    case system(SystemError)
    /// Another process has the directory.
    case inUse(String)
    /// What was given is beyond the limits of the format.
    case refused(String)
    /// ``SegmentStore/open()`` has not been called, or ``SegmentStore/close()`` has.
    case notOpen

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .inUse(let directory): "\(directory) is in use by another process"
        case .refused(let reason): reason
        case .notOpen: "the store is not open"
        }
    }
}

/// What went with a deleted segment.
public struct SegmentLoss: Sendable, Equatable {
    public struct Series: Sendable, Equatable {
        public var key: SeriesKey
        /// Unix seconds of the oldest row that is left; `nil` where nothing is.
        public var first: Int64?
    }

    /// The segment's number.
    public var segment: UInt32
    /// Every series that had blocks in it.
    public var series: [Series]
}

/// A block of a series: where it is and which rows it has.
public struct BlockReference: Sendable, Equatable {
    /// Unix seconds of the first row.
    public var firstTime: Int64
    public var rows: Int
    /// Seconds between two rows.
    public var step: Int64
    public let key: SeriesKey
    let position: SegmentPosition
    let length: Int
    let series: UInt32
    let definition: UInt32

    /// Unix seconds of the last row.
    public var lastTime: Int64 { firstTime + Int64(rows - 1) * step }

    /// The same without what it is of.
    var written: WrittenBlock {
        let place = BlockPlace(
            offset: position.offset,
            length: UInt32(length),
            rows: UInt32(rows),
            firstTime: firstTime
        )
        return WrittenBlock(segment: position.segment, series: series, place: place, step: step)
    }

    /// Another number for each block of a store.
    var place: UInt64 { UInt64(position.segment) << 32 | UInt64(position.offset) }
}

/// A block as it was given, with what its chart was then.
public struct StoredBlock: Sendable, Equatable {
    /// Unix seconds of the first row.
    public var firstTime: Int64
    public var rows: Int
    public var definition: SeriesDefinition
    public var payload: [UInt8]

    /// Ids of the block's columns, in their order.
    public var dimensionIDs: [String] { definition.dimensions.map(\.id) }
}

/// A series of a host: what it is, and from when to when there are rows of it.
public struct StoredSeries: Sendable, Equatable {
    /// The newest.
    public var definition: SeriesDefinition
    public var span: TimeSpan
    /// Where the block ends that was written last: before the span's end where a clock went back.
    public var end: Int64
}

/// What a store takes and has.
public struct SegmentAccounting: Sendable, Equatable {
    /// Of all files of the directory, and what is not written yet.
    public var bytes = 0
    /// Of files that were set aside, or that are not the store's.
    public var otherBytes = 0
    /// Of definitions and indexes.
    public var overheadBytes = 0
    public var segments = 0
    public var blocks = 0
    /// Unix seconds of the oldest and the newest row.
    public var span: TimeSpan?
    /// Bytes of each host's blocks.
    public var hosts: [GUID: Int] = [:]
    /// Blocks that were found damaged since the start.
    public var damagedBlocks = 0

    public init() {}
}

/// A place in a store.
struct SegmentPosition: Sendable, Hashable, Comparable {
    var segment: UInt32
    var offset: UInt32

    static func < (one: SegmentPosition, other: SegmentPosition) -> Bool {
        (one.segment, one.offset) < (other.segment, other.offset)
    }
}
