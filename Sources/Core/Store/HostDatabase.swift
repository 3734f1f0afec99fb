public import Basics
import Synchronization

/// The charts, dimensions and points of one host, in flat memory with one writer.
///
/// The hot structs (``Chart``, ``Dimension``) are plain memory without references, so that a collection costs neither
/// reference counts nor allocations; everything with texts is in records beside them. ``Host`` keeps it behind a lock; its
/// writer takes the lock once per read or run, a reader for one copy.
public struct HostDatabase: ~Copyable, @unchecked Sendable {
    public let guid: GUID
    public private(set) var settings: HostSettings
    public let limits: StoreLimits
    /// Points per chart; ``history(of:)`` where there is a ring.
    private(set) var history: Int
    /// Whether points are kept at all, in a database or in a ring.
    private(set) var isStoring: Bool
    /// Whether they are kept for queries: what a ring has, only replication sees.
    private(set) var isQueryable: Bool

    var charts: UnsafeMutablePointer<Chart>?
    var chartSlots: Int32 = 0
    private var chartCapacity: Int32 = 0
    /// One per slot; `nil` for a slot whose chart was removed.
    var records: [ChartRecord?] = []
    private var freeSlots: [Int32] = []
    var byID = IdentifierTable()
    /// Full names, `type.name`.
    var byName: [String: Int32] = [:]

    /// The chart between BEGIN and END; -1 outside.
    var current: Int32 = -1
    /// What the BEGIN of the open collection said, µs.
    var given: Int64 = 0
    /// The chart of the END before: its follower probably comes next.
    var preceding: Int32 = -1

    public internal(set) var hostVariables: [String: Double] = [:]
    /// Counts the names of variables that came, of charts and of the host.
    var variableNames: UInt64 = 0
    public internal(set) var counters = StoreCounters()
    /// What happened that an operator may want to read; taken by ``takeNotices()``.
    var notices: [StoreNotice] = []
    var taps: [any CollectionTap] = []
    /// Another one for each database of this process.
    let number: UInt64
    private static let databases = Atomic<UInt64>(0)
    /// Another number for each host: what its charts do now and then, others shall not do in the same second.
    let spread: UInt
    /// What of it is on a disk, besides what is in memory.
    var archive: HostArchive?
    /// Blocks of charts that have gone, for the disk.
    var left: [UnwrittenBlock] = []
    /// What the journal must take back of them.
    var leftCuts: [JournalCut] = []
    /// Missing times of charts since they were taken by ``takeHoles()``.
    var holes: Holes?
    /// Holes that begin long before this have nothing to do with what is going on. Unix seconds.
    public var holesMatterFrom: Int64 = 0

    public init(guid: GUID, settings: HostSettings, limits: StoreLimits = .standard) {
        self.guid = guid
        self.settings = settings
        self.limits = limits
        history = settings.capacity
        isQueryable = settings.mode != .none
        isStoring = isQueryable || settings.isRing
        number = Self.databases.wrappingAdd(1, ordering: .relaxed).newValue
        spread = guid.description.utf8.reduce(0) { $0 &* 31 &+ UInt($1) }
    }

    /// Other settings for the same charts. A smaller history lets the oldest points go, a larger one lets more of the coming
    /// ones stay; mode none keeps none, and a mode that keeps points begins with what comes.
    mutating func reconfigure(_ new: HostSettings) {
        if new.mode == .none, isQueryable, archive != nil { leaveAll() }
        settings = new
        history = new.capacity
        isQueryable = new.mode != .none
        isStoring = isQueryable || new.isRing
        guard let charts else { return }
        for slot in 0..<Int(chartSlots) where records[slot] != nil {
            if isQueryable {
                charts[slot].points = min(charts[slot].points, history)
                records[slot]!.dropOldest(keeping: max(0, history - Int(charts[slot].rowCount)))
            } else {
                dropPoints(charts + slot, slot)
            }
        }
    }

    /// Changes whenever the definition of a chart or a dimension does, or one comes or goes.
    public var definitionsStamp: UInt64 {
        guard let charts else { return 0 }
        var stamp: UInt64 = 0
        for slot in 0..<Int(chartSlots) where records[slot] != nil {
            let chart = charts[slot]
            let own =
                UInt64(chart.generation) &+ UInt64(chart.incarnation) << 32 &+ UInt64(slot) &* 0x9e37_79b9_7f4a_7c15
            stamp = (stamp ^ own) &* 0x0000_0100_0000_01b3
        }
        return stamp
    }

    deinit {
        if let charts {
            for index in 0..<Int(chartSlots) { charts[index].deallocate() }
            charts.deallocate()
        }
        byID.deallocate()
    }

    /// Room for one more chart: a place that became free, or a new one.
    mutating func makeSlot() -> Int32 {
        if let slot = freeSlots.popLast() { return slot }
        if chartSlots == chartCapacity {
            let capacity = chartCapacity < 16 ? 16 : chartCapacity + chartCapacity / 2
            let larger = UnsafeMutablePointer<Chart>.allocate(capacity: Int(capacity))
            if let charts {
                larger.moveInitialize(from: charts, count: Int(chartSlots))
                charts.deallocate()
            }
            charts = larger
            chartCapacity = capacity
            records.reserveCapacity(Int(capacity))
        }
        let slot = chartSlots
        (charts! + Int(slot)).initialize(to: Chart(id: HostDatabase.nobody, incarnation: 0, updateEvery: 1))
        chartSlots += 1
        records.append(nil)
        return slot
    }

    /// Makes a slot's place free again. Refs to the chart become stale.
    mutating func freeSlot(_ slot: Int32) {
        guard let charts else { return }
        let chart = charts + Int(slot)
        let incarnation = chart.pointee.incarnation &+ 1
        chart.pointee.deallocate()
        chart.pointee = Chart(id: HostDatabase.nobody, incarnation: incarnation, updateEvery: 1)
        records[Int(slot)] = nil
        freeSlots.append(slot)
    }

    private static var nobody: Identifier { Identifier(Word(start: StaticString("").utf8Start, count: 0), hash: 0) }

    /// Charts there are.
    public var chartCount: Int { Int(chartSlots) - freeSlots.count }

    /// The chart of a ref, unless it was removed.
    @inline(__always)
    func pointer(_ ref: ChartRef) -> UnsafeMutablePointer<Chart>? {
        guard let charts, ref.index >= 0, ref.index < chartSlots else { return nil }
        let chart = charts + Int(ref.index)
        return chart.pointee.incarnation == ref.incarnation ? chart : nil
    }

    func ref(_ slot: Int32) -> ChartRef {
        ChartRef(index: slot, incarnation: charts.map { $0[Int(slot)].incarnation } ?? 0)
    }

    /// Continues where a session stopped: its open collection, if that chart still is, and the one before.
    mutating func resume(_ open: ChartRef?, after closed: ChartRef?) {
        current = open.flatMap { pointer($0) == nil ? nil : $0.index } ?? -1
        preceding = closed.flatMap { pointer($0) == nil ? nil : $0.index } ?? -1
    }

    /// What ``resume(_:after:)`` needs.
    mutating func suspend() -> (open: ChartRef?, closed: ChartRef?) {
        defer {
            current = -1
            preceding = -1
        }
        return (current < 0 ? nil : ref(current), preceding < 0 ? nil : ref(preceding))
    }

    /// Bytes of the chart slots.
    var slotBytes: Int { Int(chartCapacity) * MemoryLayout<Chart>.stride + byID.bytes }
}

/// What a host's database has counted since it was made.
public struct StoreCounters: Sendable, Equatable {
    /// Values that came (`SET`).
    public var samples = 0
    /// Finished collections (`END`).
    public var updates = 0
    /// Collections dropped because their time was unbelievable.
    public var refusedCollections = 0
    /// Definitions, labels and variables beyond a limit.
    public var refusedDefinitions = 0
    /// Charts that started anew because their data was too old.
    public var resets = 0
    /// Points that came out of a child's database, and their values.
    public var replicatedPoints = 0
    public var replicatedSamples = 0
    /// Points of a child's database that were here already.
    public var repeatedPoints = 0
    /// Points of a child's database that were not taken: too old, of another interval, or of an unbelievable time.
    public var refusedPoints = 0

    public init() {}
}

/// Something the database noticed while it worked. Values come from peers.
public enum StoreNotice: Sendable, Equatable {
    /// A chart starts anew: the hole is longer than its history. Times in µs.
    case reset(chart: String, lastUpdated: Int64, lastCollected: Int64)
    /// A collection lies too far ahead of this machine's clock, or in no time at all.
    case refusedTime(chart: String, microseconds: Int64, ahead: Int64)
    /// A collected chart was marked obsolete; the mark is gone.
    case collectedObsolete(chart: String)
}

extension HostDatabase {
    /// Notices beyond this are dropped until the next ``takeNotices()``.
    static let noticeLimit = 32

    mutating func note(_ notice: StoreNotice) {
        if notices.count < HostDatabase.noticeLimit { notices.append(notice) }
    }

    /// What was noticed since the last call.
    public mutating func takeNotices() -> [StoreNotice] {
        guard !notices.isEmpty else { return [] }
        defer { notices = [] }
        return notices
    }

    /// From now on every finished collection goes to `tap` too.
    public mutating func add(_ tap: any CollectionTap) {
        taps.append(tap)
    }

    public mutating func remove(_ tap: any CollectionTap) {
        taps.removeAll { $0 === tap }
    }

    func tell(_ change: DefinitionChange) {
        for tap in taps { tap.changed(guid, change) }
    }
}
