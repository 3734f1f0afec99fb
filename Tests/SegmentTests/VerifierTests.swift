import Basics
import FaultyFiles
import System
import Testing

@testable import Store

@Suite struct VerifierTests {
    private static let path = SegmentBench.directory + "/" + SegmentFormat.name(1)

    private func bench() throws -> SegmentBench {
        var bench = SegmentBench()
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<2)
        try bench.store.finishSegment()
        try bench.fill(hosts: 2, charts: 2, rounds: 2..<4, generation: { _ in 1 })
        try bench.store.flush()
        return bench
    }

    @Test func whatIsWell() throws {
        let bench = try bench()
        let before = bench.files.paths.map { bench.files[$0] }
        // While the store is open.
        let report = try SegmentVerifier(SegmentBench.directory, files: bench.files).verify()
        #expect(bench.files.paths.map { bench.files[$0] } == before)
        #expect(!report.isDamaged)
        #expect(report.files.map(\.state) == [.finished, .open])
        #expect(report.files.map(\.blocks) == [8, 8])
        #expect(report.files.map(\.series) == [4, 4])
        #expect(report.files.map(\.indexIsGood) == [true, nil])
        #expect(report.files.map(\.version) == [1, 1])
        let start = SegmentBench.start
        #expect(report.span == TimeSpan(first: start, last: start + 239))
        #expect(report.hosts.map(\.hostname) == ["host0", "host1"])
        #expect(report.hosts.map(\.series) == [2, 2])
        #expect(report.hosts.map(\.blocks) == [8, 8])
        // Four blocks of two dimensions and four of four.
        #expect(report.hosts.map(\.samples) == [4 * 60 * 6, 4 * 60 * 6])
        #expect(report.hosts.map(\.bytes).reduce(0, +) == bench.store.accounting().hosts.values.reduce(0, +))
        var json = JSONWriter()
        report.write(to: &json)
        #expect(
            json.string.hasPrefix("{\"directory\":\"/cache/dbengine\",\"damaged\":false,\"bytes\":\(report.bytes),")
        )
        #expect(report.text.hasPrefix("/cache/dbengine: 2 segments, \(report.bytes) bytes, 2 hosts, no damage found\n"))
        #expect(report.text.contains("segment-0000000001.nds  finished        1"))
    }

    /// No byte of a finished segment can change without being seen, nor one before the last record of an open one.
    @Test func everyChangeIsSeen() throws {
        let bench = try bench()
        for number in [UInt32(1), 2] {
            let path = SegmentBench.directory + "/" + SegmentFormat.name(number)
            let bytes = try #require(bench.files[path])
            let last = try #require(try bench.pieces(of: SegmentFormat.name(number)).last)
            let end = number == 1 ? bytes.count : last.range.lowerBound
            for offset in 0..<end {
                let files = bench.files.afterCrash()
                files[path]?[offset] ^= UInt8(1) << UInt8(offset % 8)
                let report = try SegmentVerifier(SegmentBench.directory, files: files).verify()
                let file = try #require(report.files.first { $0.name == SegmentFormat.name(number) })
                #expect(file.state == .damaged, "byte \(offset) of \(number)")
                #expect(report.text.contains("DAMAGED"))
            }
        }
    }

    @Test func tornAndForeignFiles() throws {
        let bench = try bench()
        let files = bench.files.afterCrash()
        files[SegmentBench.directory + "/" + SegmentFormat.name(2)]?.removeLast(3)
        files[SegmentBench.directory + "/notes\u{1b}.txt"] = [1, 2]
        let strange = SegmentBench.directory + "/" + SegmentFormat.name(3)
        var report = try SegmentVerifier(SegmentBench.directory, files: files).verify()
        #expect(report.files.map(\.state) == [.finished, .open, .foreign])
        #expect(report.files[1].tail > 0)
        #expect(!report.text.contains("\u{1b}"))
        #expect(!report.isDamaged)
        // Only the last one may end in the middle.
        files[strange] = bench.files[Self.path]
        files[strange]?[8] = 9
        files[strange]?.replaceSubrange(28..<32, with: [UInt8].little(Checksum.of(Array(files[strange]![..<28]))))
        report = try SegmentVerifier(SegmentBench.directory, files: files).verify()
        #expect(report.files.map(\.state) == [.finished, .damaged, .foreign, .foreign])
        #expect(report.text.contains("its version is 9"))
    }

    @Test func removedHostsAreNotInTheTable() throws {
        let bench = try bench()
        try bench.store.remove(SegmentBench.guid(0))
        try bench.store.flush()
        let report = try SegmentVerifier(SegmentBench.directory, files: bench.files).verify()
        #expect(report.hosts.map(\.hostname) == ["host1"])
        #expect(!report.isDamaged)
    }

    @Test func anUnreadableFileIsDamaged() throws {
        let bench = try bench()
        bench.files.set([.failing(at: 2, times: 1)])
        let report = try SegmentVerifier(SegmentBench.directory, files: bench.files).verify()
        #expect(report.files.map(\.state) == [.damaged, .open])
        bench.files.set([.failing(at: 0, times: 1)])
        #expect(throws: SystemError.self) { try SegmentVerifier(SegmentBench.directory, files: bench.files).verify() }
    }
}
