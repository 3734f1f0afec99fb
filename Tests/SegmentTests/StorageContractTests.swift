import Basics
import FaultyFiles
import Status
import System
import Testing

@testable import Config
@testable import Store

/// What the contract says of stops, clocks, changes and ends (storage §2, §4, §6).
@Suite struct StorageContractTests {
    typealias Node = DiskStoreTests.Node

    private static let start = DiskStoreTests.start

    /// A collection of all three dimensions, `second` seconds after the start.
    private func collect(_ node: Node, _ ref: ChartRef, _ second: Int, _ value: Int64) {
        let clock = (Self.start + Int64(second)) * microsecondsPerSecond + 600_000
        node.host.withDatabase { database in
            _ = database.begin(ref, microseconds: 0, now: clock, trusted: false)
            for name in ["one", "two", "three"] { _ = name.withWord { database.set($0, value) } }
            _ = database.end(now: clock)
        }
    }

    private func retention(_ node: Node, _ ref: ChartRef) -> Retention {
        node.host.withDatabase { $0.retention(of: ref) }
    }

    private func restarted(_ files: FaultyFiles, _ mode: MemoryMode, history: Int = 3600) throws -> (Node, ChartRef) {
        let node = try Node(files.afterCrash(), mode, history: history)
        return (node, node.define())
    }

    @Test(arguments: [MemoryMode.save, .map])
    func aHistoryIsRoundedAndKept(mode: MemoryMode) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode, history: 100)
        #expect(first.host.settings.history == 924)
        let ref = first.define()
        first.load(ref, 0..<3000)
        first.disk.writeOnce()
        #expect(retention(first, ref).points == 924)
        #expect(first.points(ref, 0, 4000) == DiskStoreTests.expected(2076..<3000))
        first.disk.stop()
        let (second, again) = try restarted(files, mode, history: 100)
        #expect(retention(second, again).points == 924)
        #expect(second.points(again, 0, 4000) == DiskStoreTests.expected(2076..<3000))
    }

    /// The first collection of a session stores nothing, so a stop leaves one null more than it took.
    @Test(arguments: [MemoryMode.save, .map, .dbengine], [1, 5, 63, 64, 65, 900])
    func aStopLeavesOneNullMore(mode: MemoryMode, seconds: Int) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode, history: 924)
        first.load(first.define(), 0..<100)
        first.disk.stop()
        let (second, ref) = try restarted(files, mode, history: 924)
        // Seconds 100 to 99 + `seconds` are missed.
        for second_ in 0..<3 { collect(second, ref, 100 + seconds + second_, 7) }
        let points = second.points(ref, 98, 102 + seconds)
        #expect(points == DiskStoreTests.expected(98..<100) + Array(repeating: nil, count: seconds + 1) + [7, 7])
        #expect(retention(second, ref).first == Self.start + Int64(max(0, mode == .dbengine ? 0 : 103 + seconds - 924)))
    }

    @Test(arguments: [MemoryMode.save, .map])
    func aStopLongerThanTheRingBeginsAnew(mode: MemoryMode) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode, history: 924)
        first.load(first.define(), 0..<100)
        first.disk.stop()
        let (second, ref) = try restarted(files, mode, history: 924)
        #expect(retention(second, ref).points == 100)
        for time in 1100..<1103 { collect(second, ref, time, 7) }
        #expect(retention(second, ref).points == 2)
        #expect(second.points(ref, 0, 2000) == [7, 7])
    }

    /// In dbengine the past stays; only what a counter would be compared with is forgotten.
    @Test func aHoleOfMoreThan1024PointsKeepsThePast() throws {
        let node = try Node(FaultyFiles(), .dbengine)
        let ref = node.host.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b"), now: 0)!
            for name in ["one", "two", "three"] {
                database.define(DimensionDefinition(id: name, algorithm: .incremental), in: ref)
            }
            return ref
        }
        for time in 0..<20 { collect(node, ref, time, Int64(time) * 10) }
        for time in 2000..<2020 { collect(node, ref, time, Int64(time) * 20) }
        let points = node.points(ref, 0, 2019)
        #expect(retention(node, ref).first == Self.start + 1)
        // The first collection counts as the middle of its second.
        #expect(points.dropFirst(2).prefix(17).allSatisfy { abs(($0 ?? 0) - 10) < 0.01 })
        #expect(points.dropFirst(19).prefix(1981).allSatisfy { $0 == nil })
        #expect(points.suffix(17).allSatisfy { abs(($0 ?? 0) - 20) < 0.01 })
        #expect(points.count == 2019)
    }

    /// A child that was away for longer than memory keeps anything, with points that no round has written yet.
    @Test(arguments: [50, 300, 2000])
    func aLongAbsenceCostsNothing(unwritten: Int) throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine, history: 100)
        let ref = node.define()
        node.load(ref, 0..<unwritten)
        node.load(ref, 90_000..<90_010)
        #expect(node.points(ref, 0, unwritten - 1) == DiskStoreTests.expected(0..<unwritten))
        node.disk.writeOnce()
        #expect(node.points(ref, 0, unwritten - 1) == DiskStoreTests.expected(0..<unwritten))
        let (next, again) = try restarted(files, .dbengine, history: 100)
        #expect(next.points(again, 0, unwritten - 1) == DiskStoreTests.expected(0..<unwritten))
        #expect(next.points(again, 89_999, 90_009) == [nil] + DiskStoreTests.expected(90_000..<90_010))
    }

    @Test(arguments: [MemoryMode.save, .map, .dbengine])
    func anotherIntervalHasAPastOfItsOwn(mode: MemoryMode) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode)
        let ref = first.define()
        first.load(ref, 0..<300)
        _ = first.define(every: 5)
        #expect(retention(first, ref).points == 0)
        first.load(ref, stride(from: 300, to: 800, by: 5))
        first.disk.writeOnce()
        #expect(first.points(ref, 0, 2000) == DiskStoreTests.expected(stride(from: 300, to: 800, by: 5)))
        _ = first.define(every: 1)
        #expect(first.points(ref, 0, 2000) == DiskStoreTests.expected(0..<300))
        first.disk.stop()
        let (second, again) = try restarted(files, mode)
        #expect(second.points(again, 0, 2000) == DiskStoreTests.expected(0..<300))
        _ = second.define(every: 5)
        #expect(second.points(again, 0, 2000) == DiskStoreTests.expected(stride(from: 300, to: 800, by: 5)))
    }

    /// Its child sends its past with the new interval: times that the disk had with the old one are written all the same.
    @Test func aPastWithAnotherIntervalIsWritten() throws {
        let files = FaultyFiles()
        let first = try Node(files, .dbengine)
        let ref = first.define()
        first.load(ref, 0..<4000)
        first.disk.writeOnce()
        // What goes and what comes are in one round.
        first.load(ref, 4000..<4600)
        first.host.withDatabase { $0.setUpdateEvery(2, ref) }
        first.host.withDatabase { database in
            for time in stride(from: Int64(0), to: 4000, by: 2) {
                let end = Self.start + time
                let isTaken = database.openReplicated(ref, from: end - 2, to: end, now: end, defined: 2)
                #expect(isTaken)
                _ = "one".withWord { database.setReplicated(0, at: end, $0, Double(time), isReset: false) }
            }
        }
        first.disk.writeOnce()
        first.disk.stop()
        let second = try Node(files.afterPowerFailure(), .dbengine)
        let again = second.define(every: 2)
        #expect(second.points(again, 0, 3999) == stride(from: 0, to: 4000, by: 2).map { Double($0).stored })
    }

    @Test(arguments: [MemoryMode.save, .map, .dbengine])
    func aChartWithOtherDimensionsKeepsThoseItStillHas(mode: MemoryMode) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode)
        first.load(first.define(), 0..<300)
        first.disk.stop()
        let second = try Node(files.afterCrash(), mode)
        let ref = second.host.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b", updateEvery: 1), now: 0)!
            for name in ["new", "three", "one"] { database.define(DimensionDefinition(id: name), in: ref) }
            return ref
        }
        let points = second.host.withDatabase { $0.points(of: ref) }
        #expect(points.columns[0].allSatisfy { $0 == StorageNumber.empty })
        #expect(points.columns[1].allSatisfy { StorageNumber.decode($0) == 5 })
        #expect(points.columns[2].map { StorageNumber.decode($0) } == DiskStoreTests.expected(0..<300))
    }

    /// A new dimension, and the node is killed before a block has it.
    @Test func aNewDimensionOutlivesAKill() throws {
        let files = FaultyFiles()
        let first = try Node(files, .dbengine)
        let ref = first.define()
        first.load(ref, 0..<50)
        first.disk.writeOnce()
        first.host.withDatabase { database in
            database.define(DimensionDefinition(id: "four"), in: ref)
            for time in Int64(50)..<80 { database.load([1, 2, 3, 4], at: Self.start + time, into: ref) }
        }
        first.disk.writeOnce()
        let second = try Node(files.afterCrash(), .dbengine)
        let again = second.define()
        second.host.withDatabase { _ = $0.define(DimensionDefinition(id: "four"), in: again) }
        let points = second.host.withDatabase { $0.points(of: again) }
        #expect(points.columns[3].suffix(30).allSatisfy { StorageNumber.decode($0) == 4 })
        #expect(points.columns[3].prefix(50).allSatisfy { $0 == StorageNumber.empty })
    }

    /// A tier's blocks say what they are, also after a dimension came.
    @Test func tiersKnowNewDimensions() throws {
        let node = try Node(FaultyFiles(), .dbengine)
        let ref = node.define()
        node.load(ref, 0..<6000)
        node.disk.writeOnce()
        node.disk.buildTiers(least: 1)
        node.host.withDatabase { database in
            database.define(DimensionDefinition(id: "four"), in: ref)
            for time in Int64(6000)..<12_000 { database.load([1, 2, 3, 4], at: Self.start + time, into: ref) }
        }
        node.disk.writeOnce()
        node.disk.buildTiers(least: 1)
        let ids = ["one", "two", "three", "four"]
        let series = TierSeries(host: DiskStoreTests.guid, chart: "a.b", updateEvery: 1, dimensions: ids)
        let first = Self.start - Self.start % 60 + 120
        let points = try #require(node.disk.points(series, tier: 1, from: first, through: Self.start + 11_900))
        #expect(points.columns[2].counts.allSatisfy { $0 & 0xffff == 60 })
        #expect(points.columns[3].counts.last == 60)
    }

    // MARK: Clocks

    /// The clock was ahead when the node stopped: what is ahead goes with the first collection, and what was written of it stays
    /// hidden under the gap that follows.
    @Test(arguments: [MemoryMode.map, .dbengine], [false, true])
    func aClockThatWasAhead(mode: MemoryMode, isKilled: Bool) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode)
        first.load(first.define(), 0..<2000)
        first.disk.stop()
        let later = files.afterCrash()
        let second = try Node(later, mode)
        let ref = second.define()
        for time in 1000..<1003 { collect(second, ref, time, 7) }
        // The second in which it begins was stored before.
        let expected = DiskStoreTests.expected(0...1000) + [7, 7]
        #expect(second.points(ref, 0, 5000) == expected)
        for time in 1900..<1903 { collect(second, ref, time, 9) }
        let all = second.points(ref, 0, 5000)
        #expect(all.prefix(1003) == expected[...])
        #expect(all.count == 1903)
        #expect(all[1003..<1899].allSatisfy { $0 == nil })
        #expect(all.last == 9)
        second.disk.writeOnce()
        if !isKilled { second.disk.stop() }
        let third = try Node(later.afterCrash(), mode)
        #expect(third.points(third.define(), 0, 1902) == all)
    }

    /// The clock goes back over rows that only the journal has, and the node is killed.
    @Test func theJournalForgetsWhatAClockTookBack() throws {
        let files = FaultyFiles()
        let first = try Node(files, .dbengine)
        let ref = first.define()
        for time in 0..<100 { collect(first, ref, time, Int64(time)) }
        first.disk.writeOnce()
        for time in 50..<60 { collect(first, ref, time, 500) }
        first.disk.writeOnce()
        let before = first.points(ref, 0, 200)
        #expect(before.count == 59)
        let (second, again) = try restarted(files, .dbengine)
        #expect(second.points(again, 0, 200) == before)
    }

    /// The same of a chart, or a host, that goes before the next round; the journal has rows of the chart from before it was removed
    /// and came back.
    @Test(arguments: [false, true])
    func theJournalForgetsWhatAClockTookBackOfWhatGoes(hostGoes: Bool) throws {
        let files = FaultyFiles()
        let first = try Node(files, .dbengine)
        var ref = first.define()
        for time in 0..<100 { collect(first, ref, time, Int64(time)) }
        first.disk.writeOnce()
        if !hostGoes {
            first.host.withDatabase { $0.remove(ref) }
            first.disk.writeOnce()
            ref = first.define()
        }
        for time in 50..<60 { collect(first, ref, time, 500) }
        let before = first.points(ref, 0, 200)
        #expect(before.count == 59)
        if hostGoes {
            first.disk.detach(first.host, forgets: false)
        } else {
            first.host.withDatabase { $0.remove(ref) }
        }
        first.disk.writeOnce()
        let (second, again) = try restarted(files, .dbengine)
        #expect(second.points(again, 0, 200) == before)
    }

    // MARK: Hosts and modes

    @Test(arguments: [MemoryMode.map, .dbengine], [false, true])
    func aHostThatIsForgotten(mode: MemoryMode, forgets: Bool) throws {
        let files = FaultyFiles()
        let first = try Node(files, mode)
        first.load(first.define(), 0..<300)
        first.disk.writeOnce()
        first.disk.detach(first.host, forgets: forgets)
        first.disk.writeOnce()
        let expected = forgets ? [] : DiskStoreTests.expected(0..<300)
        let back = first.returning(dimensions: ["three", "two", "one"])
        #expect(back.column("one") == expected)
        back.node.load(back.ref, 300..<310)
        back.node.disk.writeOnce()
        let killed = try Node(files.afterCrash(), mode)
        let points = killed.points(killed.define(), 0, 299)
        #expect(points == expected)
    }

    /// In every direction: what memory has is there, also on the disk of the new mode.
    @Test(arguments: MemoryMode.allCases, MemoryMode.allCases)
    func anotherMode(from: MemoryMode, to: MemoryMode) throws {
        let files = FaultyFiles()
        let node = try Node(files, from)
        let ref = node.define()
        node.load(ref, 0..<500)
        node.disk.writeOnce()
        node.change(to: to)
        let kept = from != .none && to != .none
        #expect(node.points(ref, 0, 499) == (kept ? DiskStoreTests.expected(0..<500) : []))
        node.load(ref, 500..<700)
        node.disk.writeOnce()
        let expected = to == .none ? [] : DiskStoreTests.expected((kept ? 0 : 500)..<700)
        #expect(node.points(ref, 0, 699) == expected)
        node.change(to: from)
        // Where the first mode kept something, it is back; what was collected in the meantime is where memory has it.
        if from == .dbengine, to == .none {
            #expect(node.points(ref, 0, 499) == DiskStoreTests.expected(0..<500))
        } else if from != .none, to != .none {
            #expect(node.points(ref, 0, 699) == expected)
        }
        node.change(to: to)
        guard to.isOnDisk else { return }
        node.disk.stop()
        let next = try Node(files.afterPowerFailure(), to)
        let points = next.points(next.define(), 0, 699)
        #expect(points == expected || from == .none && points.suffix(200) == expected[...])
    }

    /// A parent is given what it missed out of the archive.
    @Test func replicationReadsTheDisk() throws {
        let files = FaultyFiles()
        let first = try Node(files, .dbengine)
        first.load(first.define(), 0..<3000)
        first.disk.stop()
        let (second, ref) = try restarted(files, .dbengine)
        let past = second.host.withDatabase { $0.past(of: ref) }
        #expect(past == ReplicablePast(first: Self.start - 1, last: Self.start + 2999, updateEvery: 1))
        let points = second.host.withDatabase { $0.past(of: ref, after: Self.start + 999, before: Self.start + 1599) }
        #expect(
            points.copied().columns[0].map { StorageNumber.decode($0) } == DiskStoreTests.expected(1000..<1600)
        )
        #expect(second.host.withDatabase { $0.lastUpdated } == Self.start + 2999)
        #expect(second.host.withDatabase { $0.firstStored } == Self.start)
    }

    /// With a small quota the oldest goes, and what is said to be there follows.
    @Test func whatTheQuotaTakesIsNoLongerSaid() throws {
        let files = FaultyFiles()
        let node = try Node(files, .dbengine, history: 100, quotaMegabytes: 9)
        var dice = Dice(seed: 5)
        let ref = node.host.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b"), now: 0)!
            for number in 0..<200 { database.define(DimensionDefinition(id: "d\(number)"), in: ref) }
            return ref
        }
        var second: Int64 = 0
        while second < 40_000, retention(node, ref).first <= Self.start {
            for _ in 0..<600 {
                let row = (0..<200).map { _ in Double(dice.next(1 << 24)) as Double? }
                _ = node.host.withDatabase { $0.load(row, at: Self.start + second, into: ref) }
                second += 1
            }
            node.disk.writeOnce()
        }
        let retention = retention(node, ref)
        #expect(retention.first > Self.start)
        #expect(retention.last == Self.start + second - 1)
        #expect(node.disk.facts.engine?.bytes ?? .max <= 9 << 20)
        let points = node.host.withDatabase { $0.shared(ref) }.copied()
        #expect(points.firstTime == retention.first)
        #expect(points.columns[0].first != StorageNumber.empty)
        #expect(points.columns[0].allSatisfy { $0 != StorageNumber.empty })
        let next = try Node(files.afterCrash(), .dbengine, history: 100, quotaMegabytes: 9)
        let again = next.define()
        #expect(self.retention(next, again).first == retention.first)
        #expect(next.disk.facts.engine?.oldest == retention.first)
    }
}

extension Double {
    /// As it is stored.
    fileprivate var stored: Double? { StorageNumber.decode(StorageNumber.encode(self)) }
}

extension DiskStoreTests.Node {
    init(disk: DiskStore, host: Host, clock: TestClock, reporter: Collected) {
        (self.disk, self.host, self.clock, self.reporter) = (disk, host, clock, reporter)
    }

    func change(to mode: MemoryMode) {
        host.reconfigure(HostSettings(mode: mode, history: 3600))
        disk.change(host)
    }

    /// The same host once more, as its child defines it after it was forgotten.
    func returning(dimensions: [String]) -> Returned {
        let host = Host(
            guid: DiskStoreTests.guid,
            identity: HostIdentity(hostname: "child"),
            settings: self.host.settings,
            state: .live,
            at: 0
        )
        disk.attach(host)
        let ref = host.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b", updateEvery: 1), now: 0)!
            for name in dimensions { database.define(DimensionDefinition(id: name), in: ref) }
            return ref
        }
        return Returned(node: DiskStoreTests.Node(disk: disk, host: host, clock: clock, reporter: reporter), ref: ref)
    }

    struct Returned {
        let node: DiskStoreTests.Node
        let ref: ChartRef

        func column(_ id: String) -> [Double?] {
            node.host.withDatabase { database in
                let points = database.points(of: ref)
                return database.dimensions(of: ref).firstIndex { $0.id == id }
                    .map { points.columns[$0].map { StorageNumber.decode($0) } } ?? []
            }
        }
    }
}
