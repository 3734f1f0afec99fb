public import Basics

/// What is in the directory of a ``SegmentStore``, and whether it is as it was written.
public struct SegmentReport: Sendable, Equatable {
    public enum State: String, Sendable {
        /// With an index, as it was written.
        case finished
        /// Without an index: it is being written, or was when its node ended.
        case open
        /// Not everything is as it was written.
        case damaged
        /// No segment that is known here; see ``File/reason``.
        case foreign
    }

    /// Bytes of a file that cannot be used.
    public struct Damage: Sendable, Equatable {
        public var offset: Int
        public var bytes: Int
    }

    public struct File: Sendable, Equatable {
        public var name: String
        /// `nil` where it is no segment.
        public var number: UInt32?
        /// Of the format; `nil` where the header is damaged.
        public var version: Int?
        public var bytes = 0
        public var state = State.open
        /// Why it is foreign or cannot be read.
        public var reason: String?
        public var damages: [Damage] = []
        /// Whether the index says the same as the records. `nil` where there is none.
        public var indexIsGood: Bool?
        /// Bytes at the end that are not a whole record: normal while it is written.
        public var tail = 0
        /// Records whose checksum is right.
        public var records = 0
        public var hosts = 0
        public var series = 0
        public var blocks = 0
        /// Unix seconds of the first and the last row.
        public var span: TimeSpan?
    }

    public struct Host: Sendable, Equatable {
        public var guid: GUID
        public var hostname: String
        public var series = 0
        public var blocks = 0
        /// Rows times dimensions of all blocks.
        public var samples = 0
        /// Of its block records.
        public var bytes = 0
        public var span: TimeSpan?
        /// Its charts, each as it was last, by id.
        public var charts: [SeriesDefinition] = []
    }

    public var directory: String
    /// By number; those that are no segments last.
    public var files: [File] = []
    /// By hostname. Hosts that were removed are not there.
    public var hosts: [Host] = []

    public var isDamaged: Bool { files.contains { $0.state == .damaged } }
    public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
    public var span: TimeSpan? {
        files.reduce(nil) { sum, file in file.span.map { sum?.including($0) ?? $0 } ?? sum }
    }
}
