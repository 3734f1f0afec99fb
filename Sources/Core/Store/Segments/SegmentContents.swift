import Basics

/// Where a block is in its segment, and from when to when its rows are.
struct BlockPlace: Sendable, Equatable {
    /// Of the record's head.
    var offset: UInt32
    /// Bytes of the whole record.
    var length: UInt32
    var rows: UInt32
    /// Unix seconds of the first row.
    var firstTime: Int64

    /// Unix seconds of the last row.
    func lastTime(step: Int64) -> Int64 { firstTime + Int64(rows - 1) * step }
}

/// From when to when something has rows. Unix seconds of the first and of the last one.
public struct TimeSpan: Sendable, Equatable {
    public var first: Int64
    public var last: Int64
    /// Of a series: some of its rows are there twice, as its clock went back, and what was written last decides where it ends.
    var wentBack = false

    public init(first: Int64, last: Int64) {
        self.first = first
        self.last = last
    }

    mutating func include(_ other: TimeSpan) {
        wentBack = wentBack || other.wentBack || overlaps(other.first, other.last)
        first = min(first, other.first)
        last = max(last, other.last)
    }

    /// When, however that is known.
    public static func == (one: TimeSpan, other: TimeSpan) -> Bool {
        one.first == other.first && one.last == other.last
    }

    func overlaps(_ from: Int64, _ to: Int64) -> Bool { first <= to && last >= from }
}

/// A series as indexes know it.
struct IndexedSeries: Sendable {
    /// ``SeriesKey/hash``.
    var hash: UInt64
    /// Seconds.
    var updateEvery: Int
    /// In the segment.
    var number: UInt32
    /// Where the record of its definition begins.
    var definition: UInt32
    /// In the order in which they were written.
    var blocks: [BlockPlace] = []

    func span(factor: Int64, after offset: UInt32 = 0) -> TimeSpan? {
        let step = Int64(updateEvery) * factor
        var span: TimeSpan?
        for block in blocks where block.offset >= offset {
            let own = TimeSpan(first: block.firstTime, last: block.lastTime(step: step))
            if span == nil { span = own } else { span?.include(own) }
        }
        return span
    }
}

/// What is in a segment, gathered record by record: while it is written, or while it is scanned.
struct SegmentContents: Sendable {
    struct Definition: Sendable {
        var offset: UInt32
        var hash: UInt64
        var updateEvery: Int
        var dimensions: Int
    }

    struct HostPart: Sendable {
        var name: String?
        var series: [UInt32] = []
        /// Of block records.
        var bytes = 0
        var blocks = 0
        var span: TimeSpan?
    }

    struct Removal: Sendable {
        var host: GUID
        var offset: UInt32
    }

    /// A host's chart as indexes know it.
    struct Address: Hashable, Sendable {
        var host: GUID
        var hash: UInt64
    }

    let stepFactor: Int64
    private var numbers: [Address: [UInt32]] = [:]
    private(set) var hosts: [GUID: HostPart] = [:]
    private(set) var definitions: [UInt32: Definition] = [:]
    private(set) var series: [UInt32: (host: GUID, indexed: IndexedSeries)] = [:]
    private(set) var removals: [Removal] = []
    private(set) var blocks = 0
    private(set) var span: TimeSpan?
    /// Bytes of all records but blocks.
    private(set) var definitionBytes = 0

    init(stepFactor: UInt32) { self.stepFactor = Int64(stepFactor) }

    mutating func addHost(_ host: GUID, _ name: String, bytes: Int) {
        hosts[host, default: HostPart()].name = name
        definitionBytes += bytes
    }

    /// - Returns: whether the number was free.
    mutating func addDefinition(
        _ number: UInt32,
        _ definition: SeriesDefinition,
        offset: Int,
        bytes: Int
    ) -> Bool {
        guard definitions[number] == nil else { return false }
        let key = definition.key(of: GUID(words: (0, 0)))
        definitions[number] = Definition(
            offset: UInt32(offset),
            hash: key.hash,
            updateEvery: key.updateEvery,
            dimensions: definition.dimensions.count
        )
        definitionBytes += bytes
        return true
    }

    /// - Returns: whether the number was free, and the definition is there.
    mutating func addSeries(_ record: SeriesRecord, bytes: Int) -> Bool {
        guard let definition = definitions[record.definition], series[record.number] == nil else { return false }
        let indexed = IndexedSeries(
            hash: definition.hash,
            updateEvery: definition.updateEvery,
            number: record.number,
            definition: definition.offset
        )
        series[record.number] = (record.host, indexed)
        hosts[record.host, default: HostPart()].series.append(record.number)
        numbers[Address(host: record.host, hash: definition.hash), default: []].append(record.number)
        definitionBytes += bytes
        return true
    }

    /// - Returns: whether its series is there.
    mutating func addBlock(_ head: BlockHead, offset: Int, bytes: Int) -> Bool {
        // No copy of the series stays, or its blocks would be copied to add one.
        guard let host = series[head.series]?.host, let updateEvery = series[head.series]?.indexed.updateEvery else {
            return false
        }
        let place = BlockPlace(
            offset: UInt32(offset),
            length: UInt32(bytes),
            rows: UInt32(head.rows),
            firstTime: head.firstTime
        )
        let step = Int64(updateEvery) * stepFactor
        let last = place.lastTime(step: step)
        guard last <= SegmentFormat.timeLimit else { return false }
        let own = TimeSpan(first: head.firstTime, last: last)
        series[head.series]?.indexed.blocks.append(place)
        if hosts[host]?.span == nil { hosts[host]?.span = own } else { hosts[host]?.span?.include(own) }
        hosts[host]?.bytes += bytes
        hosts[host]?.blocks += 1
        if span == nil { span = own } else { span?.include(own) }
        blocks += 1
        return true
    }

    mutating func addRemoval(_ host: GUID, offset: Int, bytes: Int) {
        removals.append(Removal(host: host, offset: UInt32(offset)))
        definitionBytes += bytes
    }

    /// Bytes that the index will hardly exceed.
    var indexEstimate: Int { hosts.count * 100 + series.count * 26 + blocks * 13 + removals.count * 20 + 128 }

    func series(of host: GUID) -> [IndexedSeries] {
        hosts[host]?.series.compactMap { series[$0]?.indexed } ?? []
    }
    func series(of key: SeriesKey) -> [IndexedSeries] {
        numbers[Address(host: key.host, hash: key.hash)]?.compactMap { series[$0]?.indexed } ?? []
    }
}
