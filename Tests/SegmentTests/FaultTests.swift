import Basics
import FaultyFiles
import System
import Testing

@testable import Store

/// Processes that die, disks that are full or broken.
@Suite struct FaultTests {
    private static let retention = SegmentRetention.quotaOf(12 << 10, segmentBytes: 2 << 10)

    /// Goes through several segments and their quota.
    /// - Returns: blocks that were certainly written when it ended, however it ended.
    private func run(_ bench: inout SegmentBench, rounds: Range<Int> = 0..<24) -> Int {
        var written = 0
        for round in rounds {
            do {
                try bench.fill(hosts: 2, charts: 2, rounds: round..<round + 1, bytes: 60, generation: { $0 / 8 })
                try bench.store.flush()
            } catch {
                return written
            }
            written = bench.given.count
        }
        return written
    }

    @Test func deathAtEveryChange() throws {
        var changes = 0
        do {
            var bench = SegmentBench(retention: Self.retention, buffer: 300)
            try bench.store.open()
            bench.files.set([])
            _ = run(&bench)
            changes = bench.files.counts.changes
        }
        print("\(changes) changes")
        #expect(changes > 40)
        for change in 0..<changes {
            for powerIsLost in [false, true] {
                var bench = SegmentBench(retention: Self.retention, buffer: 300)
                try bench.store.open()
                bench.files.set([.crash(at: change)])
                let written = run(&bench)
                #expect(bench.files.isDead, "at \(change)")
                // What the dead process could still see, before anything was deleted.
                let files = powerIsLost ? bench.files.afterPowerFailure() : bench.files.afterCrash()
                var next = bench.restarted(files)
                // The one that was being given when it died may be there too.
                try next.store.open()
                let served = next.served("died at \(change)")
                if !powerIsLost {
                    let oldest = served.first ?? written
                    let missing = (oldest..<written).filter { !served.contains($0) }
                    #expect(missing.isEmpty, "died at \(change): \(missing) of \(written)")
                    // The quota took whole segments from the beginning and not more than it needs.
                    #expect(written - oldest >= min(written, 40), "died at \(change)")
                }
                let before = next.given.count
                try next.fill(hosts: 2, charts: 2, rounds: 30..<31)
                try next.store.flush()
                let last = next.restarted()
                try last.store.open()
                #expect(last.served().suffix(4) == [before, before + 1, before + 2, before + 3], "died at \(change)")
                #expect(!next.events.codes.contains { $0 == "ND-D11" } || powerIsLost, "died at \(change)")
            }
        }
    }

    @Test func fullDisk() throws {
        for room in stride(from: 0, to: 9_000, by: 97) {
            try goOnAfter([.noSpace(afterBytes: room)], "room for \(room)")
            try goOnAfter([.noSpace(afterBytes: room), .shortWrites(50)], "short and room for \(room)")
        }
    }

    @Test func brokenDisk() throws {
        for call in 0..<90 {
            try goOnAfter([.failing(at: call, times: 1)], "call \(call)")
            try goOnAfter([.failing(at: call, times: 1_000)], "call \(call) and later")
        }
    }

    @Test func readOnlyDisk() throws {
        try goOnAfter([.readOnly], "read-only")
        try goOnAfter([.shortWrites(1)], "a byte at a time")
    }

    /// What cannot be written is kept and written later, and all the while everything is served.
    private func goOnAfter(_ faults: [FaultyFiles.Fault], _ what: String) throws {
        var bench = SegmentBench(retention: .quotaOf(1 << 20, segmentBytes: 2 << 10), buffer: 500)
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<6, bytes: 60)
        bench.files.set(faults)
        _ = run(&bench, rounds: 6..<18)
        bench.files.set([])
        // What was not taken is not there, what was is.
        #expect(bench.served(what) == Array(bench.given.indices), "\(what)")
        try bench.fill(hosts: 2, charts: 2, rounds: 20..<30, bytes: 60)
        try bench.store.flush()
        #expect(bench.served(what) == Array(bench.given.indices), "\(what)")
        let next = bench.restarted()
        try next.store.open()
        #expect(next.served(what) == Array(bench.given.indices), "\(what), restarted")
        #expect(next.events.codes == [], "\(what)")
    }

    @Test func aReadOnlyDirectoryIsServed() throws {
        var bench = SegmentBench(retention: Self.retention)
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<2)
        try bench.store.flush()
        let files = bench.files.afterCrash()
        let path = SegmentBench.directory + "/" + SegmentFormat.name(1)
        files[path]?.removeLast(3)
        files.set([.readOnly])
        var next = bench.restarted(files)
        try next.store.open()
        #expect(next.served() == Array(bench.given.indices.dropLast()))
        #expect(next.events.codes.contains("ND-D16"))
        #expect(throws: SegmentStoreError.self) { try next.fill(hosts: 1, charts: 1, rounds: 4..<5) }
        #expect(next.served() == Array(bench.given.indices.dropLast()))
        files.set([])
        try next.fill(hosts: 1, charts: 1, rounds: 4..<5)
        #expect(next.served().count == bench.given.count)
    }

    @Test func readersGoOnWhileADiskIsSlow() async throws {
        var bench = SegmentBench(retention: Self.retention, buffer: 300)
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<10, bytes: 60)
        bench.files.set([.slow(300)])
        let snapshot = bench
        let reader = Task.detached {
            for _ in 0..<30 {
                for key in Set(snapshot.given.map(\.key)) {
                    for block in snapshot.store.blocks(of: key) {
                        if let read = snapshot.store.read(block) { #expect(read.firstTime == block.firstTime) }
                    }
                    _ = snapshot.store.span(of: key)
                }
            }
        }
        for round in 10..<40 {
            try bench.fill(hosts: 2, charts: 2, rounds: round..<round + 1, bytes: 60)
            try bench.store.flush()
        }
        await reader.value
        bench.files.set([])
        #expect(bench.events.codes == [])
        #expect(bench.served().last == bench.given.count - 1)
    }
}
