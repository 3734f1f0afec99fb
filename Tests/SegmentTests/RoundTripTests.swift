import Basics
import FaultyFiles
import System
import Testing

@testable import Store

@Suite struct RoundTripTests {
    @Test func whatIsGivenIsServed() throws {
        var bench = SegmentBench()
        try bench.store.open()
        try bench.fill(hosts: 3, charts: 4, rounds: 0..<5)
        // Before it is written, after it, from another process, and from a finished segment.
        #expect(bench.served() == Array(bench.given.indices))
        try bench.store.flush()
        #expect(bench.served() == Array(bench.given.indices))
        var next = bench.restarted()
        try next.store.open()
        #expect(next.served() == Array(bench.given.indices))
        try next.fill(hosts: 3, charts: 4, rounds: 5..<7)
        try next.store.finishSegment()
        #expect(next.served() == Array(next.given.indices))
        try next.fill(hosts: 3, charts: 4, rounds: 7..<9)
        try next.store.flush()
        let last = next.restarted()
        try last.store.open()
        #expect(last.served() == Array(next.given.indices))
        #expect(bench.events.codes + next.events.codes + last.events.codes == [])
    }

    @Test func spansHostsAndSeries() throws {
        var bench = SegmentBench()
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<3)
        try bench.store.finishSegment()
        try bench.fill(hosts: 1, charts: 2, rounds: 3..<4, generation: { _ in 1 })
        func check(_ store: SegmentStore) {
            let key = SegmentBench.definition(1).key(of: SegmentBench.guid(0))
            let start = SegmentBench.start
            #expect(store.span(of: key) == TimeSpan(first: start, last: start + 239))
            var other = key
            other.host = SegmentBench.guid(1)
            #expect(store.span(of: other) == TimeSpan(first: start, last: start + 179))
            other.updateEvery = 2
            #expect(store.span(of: other) == nil)
            #expect(store.hosts() == [SegmentBench.guid(0): "host0", SegmentBench.guid(1): "host1"])
            let series = store.series(of: SegmentBench.guid(0))
            #expect(series.count == 2)
            #expect(series[key]?.definition == SegmentBench.definition(1, generation: 1))
            #expect(series[key]?.span == TimeSpan(first: start, last: start + 239))
            #expect(store.series(of: SegmentBench.guid(1))[other] == nil)
            #expect(store.blocks(of: key, from: start + 60, to: start + 60).map(\.firstTime) == [start + 60])
            #expect(store.blocks(of: key, from: start + 59, to: start + 60).map(\.firstTime) == [start, start + 60])
            #expect(store.blocks(of: key, from: start + 240).isEmpty)
        }
        check(bench.store)
        try bench.store.flush()
        let next = bench.restarted()
        try next.store.open()
        check(next.store)
        try next.store.finishSegment()
        check(next.store)
    }

    @Test func changedDefinitionsStandBesideTheOldOnes() throws {
        var bench = SegmentBench()
        try bench.store.open()
        // There and back: the first definition is not written twice.
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<6, generation: { $0 % 2 })
        try bench.store.flush()
        #expect(bench.served() == Array(bench.given.indices))
        let kinds = try bench.pieces().map(\.kind)
        #expect(kinds.count { $0 == .definition } == 4)
        #expect(kinds.count { $0 == .series } == 8)
        #expect(kinds.count { $0 == .host } == 2)
        #expect(bench.store.series(of: SegmentBench.guid(0)).values.allSatisfy { $0.definition.dimensions.count == 4 })
    }

    @Test func removedHostsAreHiddenUntilTheyComeBack() throws {
        var bench = SegmentBench()
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<2)
        try bench.store.finishSegment()
        try bench.fill(hosts: 2, charts: 2, rounds: 2..<3)
        try bench.store.remove(SegmentBench.guid(0))
        let rest = bench.given.indices.filter { bench.given[$0].host != SegmentBench.guid(0) }
        func check(_ store: SegmentStore, _ expected: [Int]) {
            #expect(bench.served(by: store) == expected)
            let isBack = expected.count > rest.count
            #expect((store.hosts()[SegmentBench.guid(0)] != nil) == isBack)
            #expect(store.series(of: SegmentBench.guid(0)).isEmpty == !isBack)
            let span = store.span(of: SegmentBench.definition(0).key(of: SegmentBench.guid(0)))
            #expect(span?.first == (isBack ? SegmentBench.start + 180 : nil))
        }
        check(bench.store, rest)
        try bench.store.flush()
        let next = bench.restarted()
        try next.store.open()
        check(next.store, rest)
        let before = bench.given.count
        try bench.fill(hosts: 1, charts: 2, rounds: 3..<4)
        check(bench.store, rest + [before, before + 1])
        try bench.store.finishSegment()
        check(bench.store, rest + [before, before + 1])
        let last = bench.restarted()
        try last.store.open()
        check(last.store, rest + [before, before + 1])
    }

    @Test func definitionsKeepEverything() throws {
        var definition = SegmentBench.definition(1, generation: 2, updateEvery: 86_400)
        definition.chart.priority = -5
        definition.chart.labels.append(Label(key: "", value: "ü\n\"", source: .max))
        definition.chart.options = [.obsolete, .storeFirst]
        definition.dimensions[0].multiplier = .min
        definition.dimensions[1].divisor = .max
        definition.dimensions[2].name = ""
        definition.dimensions[3].algorithm = .percentageOfIncrementalRow
        var bytes: [UInt8] = []
        definition.put(to: &bytes)
        let back = bytes.withUnsafeBytes { all in
            var reader = ByteReader(all)
            return SeriesDefinition.read(&reader)
        }
        #expect(back == definition)
        for count in bytes.indices {
            let cut = Array(bytes[..<count]).withUnsafeBytes { all in
                var reader = ByteReader(all)
                return SeriesDefinition.read(&reader)
            }
            #expect(cut == nil, "of \(count) bytes")
        }
    }

    /// At most 32 bytes beside the payload, index included, where a segment has many blocks of a chart; each series costs 46 more.
    @Test func blocksCostLittle() throws {
        var bench = SegmentBench()
        try bench.store.open()
        try bench.fill(hosts: 4, charts: 50, rounds: 0..<20, bytes: 400)
        let before = bench.given.count
        try bench.store.flush()
        let path = SegmentBench.directory + "/" + SegmentFormat.name(1)
        let small = try #require(bench.files[path]?.count)
        try bench.fill(hosts: 4, charts: 50, rounds: 20..<60, bytes: 400)
        let more = bench.given.count - before
        try bench.store.flush()
        let records = (try #require(bench.files[path]?.count) - small - more * 400) / more
        try bench.store.finishSegment()
        let all = try #require(bench.files[path]?.count)
        let overhead = Double(all - bench.given.count * 400) / Double(bench.given.count)
        print("overhead per block: \(records) bytes of record, \(overhead) bytes with definitions and index")
        #expect(records <= 20)
        #expect(overhead <= 32)
    }

    @Test func onlyOneProcessHasADirectory() throws {
        let bench = SegmentBench()
        try bench.store.open()
        let other = SegmentBench(bench.files)
        #expect(throws: SegmentStoreError.inUse(SegmentBench.directory)) { try other.store.open() }
        try bench.store.close()
        try other.store.open()
        #expect(throws: SegmentStoreError.notOpen) { try bench.store.flush() }
    }

    @Test func whatIsBeyondTheLimitsIsRefused() throws {
        var bench = SegmentBench()
        try bench.store.open()
        let good = GivenBlock(
            host: SegmentBench.guid(1),
            hostname: "h",
            definition: SegmentBench.definition(1),
            stamp: 1,
            firstTime: 1,
            rows: 65_535,
            payload: []
        )
        try bench.append(good)
        func refused(_ change: (inout GivenBlock) -> Void) {
            var bad = good
            change(&bad)
            #expect(throws: SegmentStoreError.self) { try bench.append(bad) }
        }
        refused { $0.rows = 0 }
        refused { $0.rows = 65_536 }
        refused { $0.firstTime = 0 }
        refused { $0.firstTime = .max }
        refused { $0.firstTime = SegmentFormat.timeLimit }
        refused { $0.definition.chart.id = "" }
        refused { $0.definition.chart.updateEvery = 0 }
        refused { $0.payload = [UInt8](repeating: 0, count: SegmentFormat.recordLimit / 2 + 1) }
        #expect(bench.served() == [0])
    }
}
