import Basics
import Diagnostics
import FaultyFiles
import Synchronization
import System
import Testing

@testable import Store

/// Remembers what was reported.
final class EventList: Reporter {
    private let list = Mutex<[Event]>([])
    func report(_ event: Event) { list.withLock { $0.append(event) } }
    var codes: [String] { list.withLock { $0.map(\.condition.code) } }
    var texts: [String] { list.withLock { $0.map(\.text) } }
}

/// Numbers that look random, and are the same for the same seed.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &+ 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }
}

/// A block as it was given to a store.
struct GivenBlock: Equatable {
    var host: GUID
    var hostname: String
    var definition: SeriesDefinition
    var stamp: UInt64
    var firstTime: Int64
    var rows: Int
    var payload: [UInt8]

    var key: SeriesKey { definition.key(of: host) }
    var lastTime: Int64 { firstTime + Int64(rows - 1) * Int64(definition.chart.updateEvery) }
}

/// A store in memory, and all that it was given.
struct SegmentBench {
    static let directory = "/cache/dbengine"
    static let start: Int64 = 1_700_000_000

    var files: FaultyFiles
    var events = EventList()
    var retention: SegmentRetention
    var store: SegmentStore
    var given: [GivenBlock] = []

    init(
        _ files: FaultyFiles = FaultyFiles(),
        retention: SegmentRetention = .quota(1 << 30),
        buffer: Int = 256 << 10,
        losses: (@Sendable (SegmentLoss) -> Void)? = nil
    ) {
        self.files = files
        self.retention = retention
        var settings = SegmentSettings(directory: Self.directory, retention: retention)
        settings.bufferBytes = buffer
        store = SegmentStore(settings, files: files, clock: ManualClock(), reporter: events, losses: losses)
    }

    /// The next process on the same files.
    func restarted(_ files: FaultyFiles? = nil) -> SegmentBench {
        var next = SegmentBench(files ?? self.files.afterCrash(), retention: retention)
        next.given = given
        return next
    }

    mutating func append(_ block: GivenBlock) throws(SegmentStoreError) {
        try store.append(
            host: block.host,
            hostname: block.hostname,
            definition: block.definition,
            stamp: block.stamp,
            firstTime: block.firstTime,
            rows: block.rows,
            payload: block.payload
        )
        given.append(block)
    }

    static func guid(_ number: Int) -> GUID { GUID(words: (0x1111_0000_0000_0000, UInt64(number))) }

    /// A chart of the usual kind; `generation` changes its dimensions.
    static func definition(_ chart: Int, generation: Int = 0, updateEvery: Int = 1) -> SeriesDefinition {
        let id = "disk.sd\(chart)"
        return SeriesDefinition(
            chart: ChartDefinition(
                id: id,
                name: id,
                title: "Disk I/O Bandwidth",
                units: "KiB/s",
                family: "sd\(chart)",
                context: "disk.io",
                type: .area,
                priority: 2000,
                updateEvery: updateEvery,
                options: [.detail],
                plugin: "proc.plugin",
                module: "/proc/diskstats",
                labels: [Label(key: "device", value: "sd\(chart)", source: 1)]
            ),
            dimensions: (0...generation).flatMap { number in
                [
                    DimensionDefinition(id: "reads\(number)", name: "reads\(number)", algorithm: .incremental),
                    DimensionDefinition(
                        id: "writes\(number)",
                        name: "w\(number)",
                        algorithm: .incremental,
                        multiplier: -1,
                        divisor: 1024,
                        options: .hidden
                    ),
                ]
            }
        )
    }

    /// Rounds of one block per host and chart, of 60 rows, one after the other.
    mutating func fill(
        hosts: Int,
        charts: Int,
        rounds: Range<Int>,
        bytes: Int = 40,
        seed: UInt64 = 1,
        generation: (Int) -> Int = { _ in 0 }
    ) throws(SegmentStoreError) {
        var numbers = SeededNumbers(seed &+ UInt64(rounds.lowerBound) << 32)
        for round in rounds {
            for host in 0..<hosts {
                for chart in 0..<charts {
                    let payload = (0..<bytes).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
                    try append(
                        GivenBlock(
                            host: Self.guid(host),
                            hostname: "host\(host)",
                            definition: Self.definition(chart, generation: generation(round)),
                            stamp: UInt64(generation(round)),
                            firstTime: Self.start + Int64(round) * 60,
                            rows: 60,
                            payload: payload
                        )
                    )
                }
            }
        }
    }

    /// What a store serves, in the order of what was given. Anything that was never given, or not so, is a failure.
    func served(
        by store: SegmentStore? = nil,
        _ message: @autoclosure () -> String = "",
        location: SourceLocation = #_sourceLocation
    ) -> [Int] {
        let store = store ?? self.store
        var served: [Int] = []
        var places: [SeriesKey: [Int]] = [:]
        for (index, block) in given.enumerated() { places[block.key, default: []].append(index) }
        for (key, indices) in places.sorted(by: { $0.value[0] < $1.value[0] }) {
            var rest = indices[...]
            for reference in store.blocks(of: key) {
                guard let block = store.read(reference) else { continue }
                // In the order in which they were written, so each is among those that come after the one before.
                while let index = rest.first, !isSame(given[index], block) { rest = rest.dropFirst() }
                guard let index = rest.popFirst() else {
                    Issue.record(
                        "\(message()): \(key.chart) at \(block.firstTime) was never given",
                        sourceLocation: location
                    )
                    break
                }
                served.append(index)
            }
        }
        return served.sorted()
    }

    private func isSame(_ given: GivenBlock, _ block: StoredBlock) -> Bool {
        given.payload == block.payload && given.firstTime == block.firstTime && given.rows == block.rows
            && given.definition == block.definition
    }

    /// A record of a segment file.
    struct Piece {
        var kind: RecordKind
        var range: Range<Int>
        /// Blocks that cannot be served without it, where the index is good.
        var blocks: Set<Int>
        /// Those that cannot be served without it, where there is no index.
        var blocksOfScan: Set<Int>
    }

    /// The records of the only segment; blocks are numbered in the order in which they stand there.
    func pieces(of name: String = SegmentFormat.name(1), first: Int = 0) throws -> [Piece] {
        let path = Self.directory + "/" + name
        let bytes = try #require(files[path])
        let number = try #require(SegmentFormat.number(ofName: name))
        var scanner = SegmentScanner(try files.open(path, .read), segment: number, size: bytes.count)
        var pieces: [Piece] = []
        var definitions: [UInt32: Int] = [:]
        var series: [UInt32: (piece: Int, definition: Int)] = [:]
        var block = first
        _ = try scanner.scan(factor: 1) { record, offset, length in
            let range = offset..<offset + length
            func put(_ kind: RecordKind, _ blocks: Set<Int> = []) {
                pieces.append(Piece(kind: kind, range: range, blocks: blocks, blocksOfScan: blocks))
            }
            switch record {
            case .host: put(.host)
            case .definition(let number, _):
                definitions[number] = pieces.count
                put(.definition)
            case .series(let record):
                series[record.number] = (pieces.count, definitions[record.definition]!)
                put(.series)
            case .block(let head):
                let (own, definition) = series[head.series]!
                pieces[own].blocksOfScan.insert(block)
                pieces[definition].blocksOfScan.insert(block)
                pieces[definition].blocks.insert(block)
                put(.block, [block])
                block += 1
            case .removal: put(.removal)
            case .index: put(.index)
            }
        }
        return pieces
    }
}
