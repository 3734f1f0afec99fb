import Basics
import Diagnostics
import FaultyFiles
import Glibc
import Status
import Synchronization
import System
import Testing

@testable import Config
@testable import Store

/// A disk that is full at the start, cannot be used at all, or takes long for everything.
@Suite(.serialized) struct IllDiskTests {
    private typealias Node = DiskStoreTests.Node

    /// A node that was killed with so many points, its disk as it left it.
    private func killed(_ points: Int, _ files: FaultyFiles = FaultyFiles()) throws -> FaultyFiles {
        let node = try Node(files, .dbengine)
        let ref = node.define()
        for second in stride(from: 0, to: points, by: 10) {
            node.load(ref, second..<(second + 10))
            node.disk.writeOnce()
        }
        return files.afterCrash()
    }

    /// Whatever the full disk still takes, all that the journal has is served at once, by this start and by the next one, and
    /// is written when there is room.
    @Test(arguments: [0, 1, 40, 200, 1000, 5000, 20_000]) func aFullDiskKeepsTheJournal(space: Int) throws {
        var files = try killed(700)
        for _ in 0..<2 {
            files.set([.noSpace(afterBytes: space)])
            let node = try Node(files, .dbengine)
            #expect(node.points(node.define(), 0, 699) == DiskStoreTests.expected(0..<700))
            node.disk.writeOnce()
            files = files.afterCrash()
        }
        files.set([.noSpace(afterBytes: 0)])
        let node = try Node(files, .dbengine)
        let ref = node.define()
        node.disk.writeOnce()
        #expect(node.reporter.codes.contains("ND-D02"))
        node.load(ref, 700..<900)
        files.set([])
        node.clock.advance(6)
        node.disk.writeOnce()
        #expect(node.reporter.codes.contains("ND-D03"))
        let last = try Node(files.afterPowerFailure(), .dbengine)
        #expect(last.points(last.define(), 0, 899) == DiskStoreTests.expected(0..<900))
    }

    /// A chart goes while no segment can be begun: what it had is kept until one can.
    @Test func aChartThatGoesMeanwhileIsKept() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine)
        let ref = node.define()
        node.load(ref, 0..<100)
        node.disk.writeOnce()
        node.disk.finishSegments()
        files.set([.readOnly])
        node.host.withDatabase { $0.remove(ref) }
        for _ in 0..<3 {
            node.disk.writeOnce()
            node.clock.advance(6)
        }
        #expect(node.reporter.codes.contains("ND-D02"))
        files.set([])
        node.disk.writeOnce()
        #expect(node.reporter.codes.contains("ND-D03"))
        #expect(node.points(node.define(), 0, 99) == DiskStoreTests.expected(0..<100))
        let last = try Node(files.afterCrash(), .dbengine)
        #expect(last.points(last.define(), 0, 99) == DiskStoreTests.expected(0..<100))
    }

    /// A journal goes only when what was in it is certain to be on the disk: power may fail right after.
    @Test func noJournalGoesTooEarly() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine)
        func define(_ node: Node, _ chart: Int) -> ChartRef {
            node.host.withDatabase { database in
                let ref = database.define(ChartDefinition(id: "a.c\(chart)", updateEvery: 1), now: 0)!
                for dimension in 0..<200 { database.define(DimensionDefinition(id: "d\(dimension)"), in: ref) }
                return ref
            }
        }
        func values(_ time: Int) -> [Double?] { (0..<200).map { Double(time * 200 + $0) } }
        let refs = (0..<12).map { define(node, $0) }
        var journals: Set<String> = []
        var changes = 0
        for second in 0..<700 {
            node.host.withDatabase { database in
                for ref in refs { database.load(values(second), at: DiskStoreTests.start + Int64(second), into: ref) }
            }
            node.disk.writeOnce()
            let now = Set(files.paths.filter { $0.hasSuffix(".ndj") })
            defer { journals = now }
            guard second > 0, now != journals else { continue }
            changes += 1
            let next = try Node(files.afterPowerFailure(), .dbengine)
            let expected = (0...second).map { StorageNumber.value(StorageNumber.encode(Double($0 * 200))) }
            #expect(next.points(define(next, 7), 0, second) == expected)
        }
        #expect(changes > 0, "no journal was begun anew, so nothing was tested")
    }

    /// Nobody but the writer waits for the disk: not who brings hosts, not who brings points, not who asks for what is in memory.
    @Test func aSlowDiskIsNobodyElsesBusiness() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine)
        let ref = node.define()
        node.load(ref, 0..<1000)
        node.disk.writeOnce()
        node.load(ref, 1000..<1600)
        let slowness: Int64 = 300_000
        files.set([.slow(Int(slowness))])
        let over = Over()
        Threads.start(name: "DISK") { [disk = node.disk] in
            disk.writeOnce()
            over.set()
        }
        while files.counts.calls == 0 { usleep(1000) }
        let clock = SystemClock()
        var longest: Int64 = 0
        for number in 0..<20 {
            let began = clock.monotonic()
            let host = Host(
                guid: GUID("11111111-2222-3333-4444-" + String(100_000_000_000 + number))!,
                identity: HostIdentity(hostname: "new"),
                settings: HostSettings(mode: .dbengine, futureLimitSeconds: 0),
                state: .live,
                at: 0
            )
            node.disk.attach(host)
            node.load(ref, (1600 + number * 10)..<(1610 + number * 10))
            #expect(node.points(ref, 1500, 1600) == DiskStoreTests.expected(1500..<1601))
            _ = node.disk.facts
            longest = max(longest, clock.monotonic() - began)
        }
        #expect(!over.isSet, "the writer was done before anybody could have waited for it")
        #expect(longest < slowness, "\(longest) µs")
        files.set([])
        while !over.isSet { usleep(1000) }
    }

    @Test func aDirectoryThatCannotBeUsedIsSaidOnce() throws {
        let files = FaultyFiles()
        files.set([.readOnly])
        let node = try Node(files, .dbengine)
        node.disk.attach(node.host)
        node.disk.open(for: [.dbengine, .map, .map])
        #expect(node.reporter.codes == ["ND-D01", "ND-D01"], "one for each directory")
        #expect(node.disk.facts.engine?.isRefused == true)
        #expect(node.disk.facts.engine?.problemSince == node.clock.now())
        #expect(node.disk.facts.history?.isRefused == true)
        let ref = node.define()
        node.load(ref, 0..<600)
        node.disk.writeOnce()
        #expect(node.points(ref, 0, 599) == DiskStoreTests.expected(0..<600))
        // What it says that it has is there: an ordinary history.
        node.load(ref, 600..<10_000)
        let retention = node.host.withDatabase { $0.retention(of: ref) }
        #expect(retention.points == 3600)
        let first = Int(retention.first - DiskStoreTests.start)
        #expect(node.points(ref, first, 9999) == DiskStoreTests.expected(first..<10_000))
    }

    private final class Over: Sendable {
        private let value = Atomic<Bool>(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }
}
