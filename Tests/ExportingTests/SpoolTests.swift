import Diagnostics
import FaultyFiles
import Synchronization
import System
import Testing

@testable import Exporting

/// Batches in files, on disks that do what they want.
@Suite struct SpoolTests {
    private final class Lines: Sendable {
        let list = Mutex<[String]>([])
        func add(_ condition: Condition, _ values: [String: String]) {
            list.withLock { $0.append(condition.code + (values["reason"].map { " " + $0 } ?? "")) }
        }
        var all: [String] { list.withLock { $0 } }
    }

    private let lines = Lines()
    private let directory = "/cache/exporting/a"

    private func open(_ files: FaultyFiles, kind: String = "graphite plain", megabytes: Int = 1) -> Spool? {
        Spool(files, directory: directory, kind: kind, megabytes: megabytes) { [lines] in lines.add($0, $1) }
    }

    private func batch(_ number: Int, bytes: Int = 10) -> Batch {
        Batch(parts: [.init(bytes: [UInt8](repeating: UInt8(number & 0xff), count: bytes), metrics: number)])
    }

    /// Metrics that are lost by keeping another one.
    private func keep(_ spool: inout Spool, _ number: Int, bytes: Int = 10) -> Int {
        let lost = spool.append(batch(number, bytes: bytes))
        #expect((lost.metrics == 0) == (lost.bytes == 0))
        return lost.metrics
    }

    /// Everything in it, oldest first.
    private func drain(_ spool: inout Spool) -> [Int] {
        var metrics: [Int] = []
        var lost = 0
        while let batch = spool.first(&lost) {
            metrics.append(batch.metrics)
            spool.removeFirst()
        }
        return metrics
    }

    @Test func whatWasKeptIsSentAfterARestart() throws {
        let files = FaultyFiles()
        var spool = try #require(open(files))
        #expect(spool.isEmpty && lines.all == [])
        let lostByKeeping = (1...12).map { keep(&spool, $0) }
        #expect(lostByKeeping.allSatisfy { $0 == 0 } && lines.all == ["ND-E14"] && spool.metrics == 78)
        var lost = 0
        let (first, again) = (spool.first(&lost), spool.first(&lost))
        #expect(first == batch(1) && again == batch(1))
        spool.removeFirst()
        spool.close()
        var next = try #require(open(files.afterPowerFailure()))
        #expect(next.metrics == 77 && lines.all.last == "ND-E15")
        let thirteenth = keep(&next, 13)
        #expect(thirteenth == 0)
        let drained = drain(&next)
        #expect(drained == Array(2...13) && next.bytes == 0 && lost == 0)
    }

    @Test func partsAndKindsAreKept() throws {
        let whole = Batch(parts: [.init(bytes: [1, 2], metrics: 3), .init(bytes: [], metrics: 0)])
        let file = SpoolFile.encode(whole, kind: "json http")
        #expect(try SpoolFile.decode(file, kind: "json http") == whole)
        #expect(throws: SpoolFile.Damage.otherKind("json http")) { try SpoolFile.decode(file, kind: "graphite plain") }
        for cut in 0..<file.count {
            #expect(throws: SpoolFile.Damage.notWhole) { try SpoolFile.decode(Array(file[..<cut]), kind: "json http") }
        }
        for place in file.indices {
            var changed = file
            changed[place] ^= 0x10
            #expect(throws: SpoolFile.Damage.notWhole) { try SpoolFile.decode(changed, kind: "json http") }
        }
    }

    /// The process dies at each change of a file in turn: what was kept before is there, and nothing that is not whole is sent.
    @Test func killedInTheMiddleOfAWrite() throws {
        var torn = 0
        for change in 0..<30 {
            let files = FaultyFiles()
            var spool = try #require(open(files))
            _ = spool.append(batch(1))
            files.set([.crash(at: change)])
            var kept = [1]
            for number in 2...6 where !files.isDead {
                if spool.append(batch(number, bytes: 1000)).metrics == 0 { kept.append(number) }
            }
            let before = lines.all.count
            var next = try #require(open(files.afterCrash()))
            torn += lines.all[before...].filter { $0 == "ND-E18 it was not finished" }.count
            let found = drain(&next)
            // The last one may have got its name before the end.
            #expect(found.starts(with: kept) && found.count <= kept.count + 1, "change \(change): \(found), \(kept)")
            #expect(lines.all[before...].allSatisfy { !$0.contains("not whole") })
            #expect(files.afterCrash().paths.count <= kept.count + 1)
        }
        #expect(torn > 0)
    }

    /// A machine that loses power while it writes: what was not on the disk is not sent.
    @Test func damagedFilesAreDropped() throws {
        let files = FaultyFiles()
        var spool = try #require(open(files))
        for number in 1...4 { _ = spool.append(batch(number)) }
        let second = try #require(files.paths.dropFirst().first)
        files[second]?[30] ^= 1
        let third = try #require(files.paths.dropFirst(2).first)
        files[third] = []
        var lost = 0
        var metrics: [Int] = []
        while let batch = spool.first(&lost) {
            metrics.append(batch.metrics)
            spool.removeFirst()
        }
        #expect(metrics == [1, 4] && lost == 5 && files.paths == [])
        #expect(lines.all.filter { $0 == "ND-E18 it is not whole" }.count == 2)
    }

    @Test func whatAnotherTypeHasLeftIsNotSent() throws {
        let files = FaultyFiles()
        var spool = try #require(open(files))
        _ = spool.append(batch(7))
        spool.close()
        var other = try #require(open(files, kind: "json plain"))
        var lost = 0
        let found = other.first(&lost)
        #expect(found == nil && lost == 7 && other.isEmpty)
        #expect(lines.all.last == "ND-E18 it is for a connector of type graphite plain")
    }

    @Test func theSizeHasALimitAndTheOldestGoes() throws {
        let files = FaultyFiles()
        var spool = try #require(open(files))
        // Four of these are a MiB with what belongs to each file.
        let overhead = SpoolFile.encode(batch(1, bytes: 0), kind: "graphite plain").count
        let quarter = (1 << 20) / 4 - overhead
        let lost = (1...4).map { keep(&spool, $0, bytes: quarter) }
        #expect(lost == [0, 0, 0, 0] && spool.bytes == 1 << 20 && lines.all == ["ND-E14"])
        let more = (5...6).map { keep(&spool, $0, bytes: quarter) }
        #expect(more == [1, 2])
        // Said once.
        #expect(lines.all == ["ND-E14", "ND-E16"])
        // One that could never be kept takes no other's place.
        let tooLarge = spool.append(batch(9, bytes: 1 << 20))
        #expect(tooLarge.metrics == 9 && tooLarge.bytes == 1 << 20)
        let drained = drain(&spool)
        #expect(drained == [3, 4, 5, 6])
    }

    @Test func aFullDiskIsToldOnceAndIsLoss() throws {
        let files = FaultyFiles()
        var spool = try #require(open(files))
        files.set([.noSpace(afterBytes: 100)])
        let lost = (1...6).map { keep(&spool, $0, bytes: 40) }
        #expect(lost == [0, 2, 3, 4, 5, 6])
        #expect(lines.all.filter { $0.hasPrefix("ND-E17") }.count == 1, "\(lines.all)")
        #expect(files.paths.count == 1, "nothing half is left behind")
        files.set([])
        let seventh = keep(&spool, 7)
        files.set([.readOnly])
        let eighth = keep(&spool, 8)
        #expect(seventh == 0 && eighth == 8)
        #expect(lines.all.filter { $0.hasPrefix("ND-E17") }.count == 2, "and again when it could be written meanwhile")
        files.set([])
        let drained = drain(&spool)
        #expect(drained == [1, 7])
    }

    @Test func aDirectoryIsOnlyOnes() throws {
        let files = FaultyFiles()
        var first = try #require(open(files))
        #expect(open(files) == nil && lines.all == ["ND-E19"])
        first.close()
        let lost = keep(&first, 1)
        #expect(lost == 1, "what is closed keeps nothing")
        #expect(open(files) != nil)
        files.set([.readOnly])
        #expect(open(files) == nil && lines.all.last?.hasPrefix("ND-E17") == true)
    }

    @Test func otherFilesAreLeftAlone() throws {
        let files = FaultyFiles()
        try files.makeDirectories(directory)
        for name in ["notes.txt", "1-2.batch", "0000000000000001.batch", "000000000000000x-1.batch"] {
            files[directory + "/" + name] = [1]
        }
        let spool = try #require(open(files))
        #expect(spool.isEmpty && files.paths.count == 4)
    }
}
