import Basics
import FaultyFiles
import Synchronization
import System
import Testing

@testable import Store

@Suite struct RetentionTests {
    final class Losses: Sendable {
        private let list = Mutex<[SegmentLoss]>([])
        private let store = Mutex<SegmentStore?>(nil)

        /// Whoever hears of a loss is to find the same in the store.
        func watch(_ store: SegmentStore) { self.store.withLock { $0 = store } }

        func add(_ loss: SegmentLoss) {
            list.withLock { $0.append(loss) }
            guard let store = store.withLock({ $0 }) else { return }
            for series in loss.series { #expect(store.span(of: series.key)?.first == series.first) }
        }

        var all: [SegmentLoss] { list.withLock { $0 } }
    }

    @Test func theQuotaIsKeptAndLossesAreTold() throws {
        let losses = Losses()
        let quota = 20 << 10
        var bench = SegmentBench(
            retention: .quotaOf(quota, segmentBytes: 3 << 10),
            buffer: 200,
            losses: { losses.add($0) }
        )
        try bench.store.open()
        // One that is there only at first.
        try bench.append(
            GivenBlock(
                host: SegmentBench.guid(9),
                hostname: "gone",
                definition: SegmentBench.definition(9),
                stamp: 1,
                firstTime: SegmentBench.start,
                rows: 10,
                payload: [1]
            )
        )
        var told: [SeriesKey: Int64?] = [:]
        for round in 0..<80 {
            try bench.fill(hosts: 2, charts: 2, rounds: round..<round + 1, bytes: 60)
            try bench.store.flush()
            let bytes = bench.files.paths.reduce(0) { $0 + (bench.files[$1]?.count ?? 0) }
            #expect(bytes <= quota, "round \(round)")
            #expect(bench.store.accounting().bytes == bytes)
            for loss in losses.all.dropFirst(0) { for series in loss.series { told[series.key] = series.first } }
            for (key, first) in told { #expect(bench.store.span(of: key)?.first == first, "round \(round)") }
        }
        #expect(losses.all.count > 5)
        #expect(told.count == 5)
        #expect(told[SegmentBench.definition(9).key(of: SegmentBench.guid(9))] == .some(nil))
        #expect(bench.store.hosts()[SegmentBench.guid(9)] == nil)
        let served = bench.served()
        #expect(served == Array(bench.given.indices.suffix(served.count)))
        #expect(losses.all.map(\.segment) == (1...UInt32(losses.all.count)).map { $0 })
        let next = bench.restarted()
        try next.store.open()
        #expect(next.served() == served)
    }

    /// Points that were filled in later are in a younger segment: they stay longer than newer ones.
    @Test func olderPointsInYoungerSegments() throws {
        let losses = Losses()
        var bench = SegmentBench(
            retention: .quotaOf(14 << 10, segmentBytes: 2 << 10),
            losses: { losses.add($0) }
        )
        losses.watch(bench.store)
        try bench.store.open()
        for round in 0..<60 {
            let isOld = round % 5 == 0
            try bench.fill(
                hosts: 1,
                charts: 2,
                rounds: isOld ? 1_000 - round..<1_001 - round : 2_000 + round..<2_001 + round,
                bytes: 100
            )
            try bench.store.flush()
        }
        #expect(losses.all.count > 2)
    }

    @Test func segmentsThatNobodyNeedsGo() throws {
        let border = Mutex<Int64>(0)
        let asked = Mutex<[SeriesKey: TimeSpan]>([:])
        let state = Shared(border: border, asked: asked)
        var bench = SegmentBench(
            retention: .whileNeeded(segmentBytes: 2 << 10) { facts in
                state.asked.withLock { $0 = facts.series() }
                return facts.series().values.contains { $0.last >= state.border.withLock { $0 } }
            }
        )
        try bench.store.open()
        try bench.fill(hosts: 1, charts: 2, rounds: 0..<60)
        try bench.store.finishSegment()
        #expect(bench.served().count == 120)
        state.border.withLock { $0 = SegmentBench.start + 30 * 60 }
        try bench.store.discardUnneeded()
        let served = bench.served()
        #expect(served.count < 90 && served.count >= 60)
        #expect(served.last == 119)
        #expect(state.asked.withLock { $0.keys.allSatisfy { $0.host == SegmentBench.guid(0) } && !$0.isEmpty })
        let first = served.first { bench.given[$0].key == bench.given[0].key }.map { bench.given[$0].firstTime }
        #expect(bench.store.span(of: bench.given[0].key)?.first == first)
    }

    final class Shared: Sendable {
        let border: Mutex<Int64>
        let asked: Mutex<[SeriesKey: TimeSpan]>
        init(border: consuming Mutex<Int64>, asked: consuming Mutex<[SeriesKey: TimeSpan]>) {
            self.border = border
            self.asked = asked
        }
    }

    @Test func whatAStoreTakes() throws {
        var bench = SegmentBench()
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 3, rounds: 0..<4, bytes: 100)
        try bench.store.finishSegment()
        try bench.fill(hosts: 1, charts: 3, rounds: 4..<5, bytes: 100)
        try bench.store.flush()
        let sum = bench.store.accounting()
        #expect(sum.bytes == bench.files.paths.reduce(0) { $0 + (bench.files[$1]?.count ?? 0) })
        #expect(sum.segments == 2)
        #expect(sum.blocks == 27)
        #expect(sum.span == TimeSpan(first: SegmentBench.start, last: SegmentBench.start + 299))
        #expect(sum.hosts.keys.sorted() == [SegmentBench.guid(0), SegmentBench.guid(1)])
        #expect(sum.hosts.values.reduce(0, +) + sum.overheadBytes + 2 * SegmentFormat.headerLength == sum.bytes)
        let next = bench.restarted()
        try next.store.open()
        #expect(next.store.accounting() == sum)
    }

    /// As many segments and hosts as 10 GB have: what is read at the start.
    @Test func whatAStartReads() throws {
        let files = FaultyFiles()
        try files.makeDirectories(SegmentBench.directory)
        let segments = 160
        for number in 1...segments {
            files[SegmentBench.directory + "/" + SegmentFormat.name(UInt32(number))] = try Self.segment(
                UInt32(number),
                hosts: 300
            )
        }
        let bench = SegmentBench(files)
        files.set([])
        let clock = ContinuousClock()
        let time = try clock.measure { try bench.store.open() }
        print("\(segments) segments of 300 hosts: \(files.counts.calls) calls, \(time) in a debug build")
        print("bytes in memory per host and segment: \(MemoryLayout<IndexedHost>.stride)")
        #expect(bench.store.accounting().segments == segments)
        #expect(bench.store.hosts().count == 300)
        #expect(files.counts.calls < segments * 8)
        #expect(MemoryLayout<IndexedHost>.stride <= 48)
        #expect(bench.events.codes == [])
    }

    private static func segment(_ number: UInt32, hosts: Int) throws -> [UInt8] {
        var bytes = SegmentHeader(purpose: 0, number: number, created: SegmentBench.start, stepFactor: 1).bytes
        var contents = SegmentContents(stepFactor: 1)
        let definition = SegmentBench.definition(1)
        func put(_ kind: RecordKind, _ payload: [UInt8], _ add: (Int, Int) -> Void) {
            let offset = bytes.count
            RecordHead.put(kind, payload, segment: number, offset: offset, to: &bytes)
            add(offset, bytes.count - offset)
        }
        var body: [UInt8] = [0]
        definition.put(to: &body)
        put(.definition, body) { _ = contents.addDefinition(0, definition, offset: $0, bytes: $1) }
        for host in 0..<hosts {
            let guid = SegmentBench.guid(host)
            var payload: [UInt8] = []
            payload.put(guid)
            payload.put("host\(host)")
            put(.host, payload) { contents.addHost(guid, "host\(host)", bytes: $1) }
            let series = SeriesRecord(number: UInt32(host), host: guid, definition: 0)
            put(.series, series.bytes) { _ = contents.addSeries(series, bytes: $1) }
            let head = BlockHead(series: UInt32(host), firstTime: SegmentBench.start + Int64(number) * 240, rows: 240)
            put(.block, head.bytes + [UInt8](repeating: 5, count: 50)) {
                _ = contents.addBlock(head, offset: $0, bytes: $1)
            }
        }
        let index = SegmentIndex(of: contents)
        let end = bytes.count
        RecordHead.put(.index, index.bytes, segment: number, offset: end, to: &bytes)
        let trailer = SegmentTrailer(
            recordOffset: UInt32(end),
            indexOffset: UInt32(bytes.count - index.bytes.count),
            indexLength: UInt32(index.bytes.count),
            tableOffset: UInt32(index.tableOffset),
            tableSum: index.tableBytes.withUnsafeBytes { Checksum.of($0) },
            blocks: UInt32(contents.blocks),
            definitionBytes: UInt32(contents.definitionBytes),
            first: contents.span?.first ?? 0,
            last: contents.span?.last ?? -1
        )
        return bytes + trailer.bytes(segment: number, offset: bytes.count)
    }
}
