import Basics

/// What a collection touches of a chart. Its texts and sealed points are in a ``ChartRecord``.
struct Chart {
    /// The first of all, for ``UnsafeMutablePointer/word``.
    let id: Identifier
    let incarnation: UInt32
    /// Seconds.
    var updateEvery: Int64
    /// The chart's clock: when it was collected last, µs since 1970. Valid from the first collection on.
    var lastCollected: Int64 = 0
    /// The time of the newest point, whole seconds. Valid from the first collection on.
    var lastUpdated: Int64 = 0
    /// What BEGIN said: µs from the collection before to this one.
    var step: Int64 = 0
    /// Collections since the first or since a reset.
    var collections = 0
    /// When anything came for it last, µs of this machine's clock.
    var lastActive: Int64 = 0
    /// When a collection came last, Unix seconds of this machine's clock.
    var lastEnded: Int64 = 0

    var dimensions: UnsafeMutablePointer<Dimension>?
    var dimensionCount: Int32 = 0
    var dimensionCapacity: Int32 = 0
    /// The dimension that probably comes next.
    var predicted: Int32 = 0
    /// The chart that followed this one the last time.
    var follower: Int32 = 0

    /// The newest block: rows of one code per dimension, growing.
    var rows: UnsafeMutablePointer<UInt32>?
    var rowCount: Int32 = 0
    var rowCapacity: Int32 = 0
    /// Points since the last reset, never more than the history.
    var points = 0

    var generation: UInt32 = 1
    var hasClock = false
    /// The microseconds of the next BEGIN don't count: the chart was defined anew.
    var syncClock = false
    var storeFirst = false
    var isObsolete = false
    /// Its own child is still sending it what it missed: nothing of it may go further yet (streaming protocol §10.6).
    var isReplicating = false
    /// What it has comes from a disk: its clock goes on with the first collection.
    var isRecalled = false
    /// Some block was sealed since they were last written.
    var hasSealed = false
    /// Rows that the journal has count no more: those after ``ChartRecord/cutTime``.
    var isCut = false
    /// BEGIN said something unbelievable: this collection is dropped.
    var isRefused = false
    /// Some dimension is a percentage of the row.
    var hasPercentages = false
    /// Its definition is in as little memory as it takes: see ``HostDatabase/settle(_:_:)``.
    var isSettled = false
    /// Where there are many dimensions, by id.
    var table = IdentifierTable()

    init(id: Identifier, incarnation: UInt32, updateEvery: Int64) {
        self.id = id
        self.incarnation = incarnation
        self.updateEvery = updateEvery
    }

    /// Frees everything it owns.
    mutating func deallocate() {
        id.deallocate()
        if let dimensions {
            for index in 0..<Int(dimensionCount) { dimensions[index].id.deallocate() }
            dimensions.deallocate()
        }
        rows?.deallocate()
        table.deallocate()
    }
}

extension UnsafeMutablePointer<Chart> {
    /// The chart's id, as long as the chart stands there.
    @inline(__always) var word: Word { Identifier.word(at: UnsafeRawPointer(self)) }
}

extension UnsafeMutablePointer<Dimension> {
    /// The dimension's id, as long as the dimension stands there.
    @inline(__always) var word: Word { Identifier.word(at: UnsafeRawPointer(self)) }
}

/// What a collection doesn't touch of a chart.
struct ChartRecord {
    /// What it says of itself, where others say the same together with them.
    var texts: ChartTexts
    var variables: [String: Double] = [:]
    /// Full blocks, oldest first.
    var segments: [Segment] = []
    var segmentRows = 0
    /// Unix seconds up to which sealed points are on the disk.
    var writtenUntil: Int64 = 0
    /// The same, with blocks that are on their way there.
    var takenUntil: Int64 = 0
    /// How often points that the disk may have were taken back: what was on its way then does not count as written.
    var cuts: UInt32 = 0
    /// Where they were taken back to; see ``Chart/isCut``.
    var cutTime: Int64 = 0
    /// What of the newest block is in the disk's journal.
    var journaled = JournaledRows()
}

/// Consecutive points of a chart that no longer change.
struct Segment {
    /// How many of the block's rows count.
    var rows: Int
    /// `nil`: nothing but gaps, however many.
    var block: SealedBlock?
}
