import Basics
import FaultyFiles
import System
import Testing

@testable import Store

/// Whatever happens to the bytes of a store: what is intact is served, and nothing else.
@Suite struct DamageTests {
    static let path = SegmentBench.directory + "/" + SegmentFormat.name(1)

    /// A small segment with definitions that change.
    private func bench(isFinished: Bool) throws -> SegmentBench {
        var bench = SegmentBench()
        try bench.store.open()
        try bench.fill(hosts: 2, charts: 2, rounds: 0..<3, generation: { $0 == 0 ? 0 : 1 })
        if isFinished { try bench.store.finishSegment() } else { try bench.store.flush() }
        return bench
    }

    /// What is served of a store whose segment has these bytes, by a process that then goes on.
    private func serve(
        _ bytes: [UInt8],
        _ bench: SegmentBench,
        _ what: String
    ) throws -> (served: [Int], codes: [String]) {
        let files = bench.files.afterCrash()
        files[Self.path] = bytes
        var next = bench.restarted(files)
        try next.store.open()
        let served = next.served(what)
        let codes = next.events.codes
        // Twice is not reported twice.
        #expect(next.served(what) == served, "\(what)")
        #expect(next.events.codes == codes, "\(what)")
        let before = next.given.count
        try next.fill(hosts: 1, charts: 1, rounds: 9..<10)
        try next.store.flush()
        let after = next.restarted()
        try after.store.open()
        #expect(after.served(what) == served + [before], "\(what), gone on")
        return (served, codes)
    }

    @Test(arguments: [false, true]) func everyByteChanged(isFinished: Bool) throws {
        let bench = try bench(isFinished: isFinished)
        let bytes = try #require(bench.files[Self.path])
        let pieces = try bench.pieces()
        let all = Set(bench.given.indices)
        for offset in bytes.indices {
            let piece = pieces.first { $0.range.contains(offset) }
            let lost = isFinished ? piece?.blocks : piece?.blocksOfScan
            for change in [UInt8(1) << UInt8(offset % 8), 0xff] {
                var changed = bytes
                changed[offset] ^= change
                let what = "byte \(offset) of \(piece.map { "\($0.kind)" } ?? "the borders") ^ \(change)"
                let (served, codes) = try serve(changed, bench, what)
                #expect(Set(served) == all.subtracting(lost ?? []), "\(what)")
                if lost?.isEmpty == false { #expect(!codes.isEmpty, "\(what) is not reported") }
            }
        }
    }

    @Test(arguments: [false, true]) func cutAtEveryByte(isFinished: Bool) throws {
        let bench = try bench(isFinished: isFinished)
        let bytes = try #require(bench.files[Self.path])
        let blocks = try bench.pieces().filter { $0.kind == .block }
        for count in 0...bytes.count {
            let expected = blocks.indices.filter { blocks[$0].range.upperBound <= count }
            let (served, _) = try serve(Array(bytes[..<count]), bench, "cut to \(count)")
            #expect(served == expected, "cut to \(count)")
        }
    }

    @Test(arguments: [false, true]) func zerosAnywhere(isFinished: Bool) throws {
        let bench = try bench(isFinished: isFinished)
        let bytes = try #require(bench.files[Self.path])
        let pieces = try bench.pieces()
        let seed: UInt64 = 7
        print("seed \(seed)")
        var numbers = SeededNumbers(seed)
        for _ in 0..<300 {
            let start = Int.random(in: 0..<bytes.count, using: &numbers)
            let end = Int.random(in: start...min(bytes.count, start + 600), using: &numbers)
            var changed = bytes
            for index in start..<end { changed[index] = 0 }
            let what = "zeros in \(start)..<\(end)"
            let (served, _) = try serve(changed, bench, what)
            // With the index, unless that is among what is gone; a definition may have been of zeros already.
            var lost: Set<Int> = []
            for piece in pieces where piece.range.overlaps(start..<end) {
                if changed[piece.range] != bytes[piece.range] { lost.formUnion(piece.blocksOfScan) }
            }
            let expected = Set(bench.given.indices).subtracting(lost)
            // All of it gone is no segment any more.
            #expect(Set(served).isSuperset(of: expected), "\(what)")
        }
    }

    @Test(arguments: [false, true]) func recordsInEachOthersPlaces(isFinished: Bool) throws {
        let bench = try bench(isFinished: isFinished)
        let bytes = try #require(bench.files[Self.path])
        let pieces = try bench.pieces()
        let blocks = pieces.filter { $0.kind == .block }
        // Of the same length, so that each fits in the other's place.
        for one in blocks.indices {
            for other in blocks.indices where other > one {
                let places = (blocks[one].range, blocks[other].range)
                guard places.0.count == places.1.count else { continue }
                var changed = bytes
                changed.replaceSubrange(places.0, with: bytes[places.1])
                changed.replaceSubrange(places.1, with: bytes[places.0])
                let (served, codes) = try serve(changed, bench, "blocks \(one) and \(other) exchanged")
                #expect(served == bench.given.indices.filter { $0 != one && $0 != other })
                #expect(!codes.isEmpty)
            }
        }
        // All records from the last to the first.
        var turned = Array(bytes[..<SegmentFormat.headerLength])
        for piece in pieces.reversed() { turned += bytes[piece.range] }
        let (served, _) = try serve(turned, bench, "turned round")
        #expect(served == [])
    }

    @Test func namesOfFilesExchanged() throws {
        var bench = SegmentBench()
        try bench.store.open()
        for round in 0..<3 {
            try bench.fill(hosts: 2, charts: 2, rounds: round..<round + 1)
            try bench.store.finishSegment()
        }
        let files = bench.files.afterCrash()
        let paths = (1...3).map { SegmentBench.directory + "/" + SegmentFormat.name($0) }
        (files[paths[0]], files[paths[2]]) = (files[paths[2]], files[paths[0]])
        let next = bench.restarted(files)
        try next.store.open()
        #expect(next.served() == Array(bench.given.indices))
        #expect(next.events.codes == [])
    }

    /// A copy, a later version's, another store's, and something else: kept under another name, and not used.
    @Test func foreignFilesAreSetAside() throws {
        let bench = try bench(isFinished: true)
        let bytes = try #require(bench.files[Self.path])
        func path(_ number: UInt32) -> String { SegmentBench.directory + "/" + SegmentFormat.name(number) }
        var newer = bytes
        newer[8] = 2
        newer.replaceSubrange(28..<32, with: [UInt8].little(Checksum.of(Array(newer[..<28]))))
        var others = bytes
        others[10] = 1
        others.replaceSubrange(28..<32, with: [UInt8].little(Checksum.of(Array(others[..<28]))))
        let strange = Array("SQLite format 3".utf8) + [UInt8](repeating: 7, count: 5_000)
        let files = bench.files.afterCrash()
        for (number, content) in [(2, newer), (3, bytes), (4, others), (5, strange), (6, [1, 2, 3])] {
            files[path(UInt32(number))] = content
        }
        files[SegmentBench.directory + "/notes.txt"] = [1]
        files[path(2) + ".set-aside"] = [9]
        var next = bench.restarted(files)
        try next.store.open()
        #expect(next.served() == Array(bench.given.indices))
        #expect(next.events.codes == [String](repeating: "ND-D13", count: 5))
        #expect(files[path(2) + ".set-aside.2"] == newer)
        #expect(files[path(2) + ".set-aside"] == [9])
        #expect(files[path(3) + ".set-aside"] == bytes)
        #expect(files[path(4) + ".set-aside"] == others)
        #expect(files[path(5) + ".set-aside"] == strange)
        #expect(files[path(6) + ".set-aside"] == [1, 2, 3])
        #expect(files[path(1)] == bytes)
        try next.fill(hosts: 1, charts: 1, rounds: 9..<10)
        try next.store.flush()
        // Once is enough.
        let last = next.restarted(files.afterCrash())
        try last.store.open()
        #expect(last.served() == Array(next.given.indices))
        #expect(last.events.codes == [])
        #expect(last.store.accounting().otherBytes == newer.count + bytes.count + others.count + strange.count + 5)
    }

    /// Payloads and indexes that mean nothing, with checksums that are right: nothing traps, and nothing is served that was not given.
    @Test func hostileBytesWithGoodChecksums() throws {
        let seed: UInt64 = 11
        print("seed \(seed)")
        var numbers = SeededNumbers(seed)
        let open = try bench(isFinished: false)
        let bytes = try #require(open.files[Self.path])
        let pieces = try open.pieces()
        for _ in 0..<1_500 {
            var made = Array(bytes[..<SegmentFormat.headerLength])
            let victim = Int.random(in: pieces.indices, using: &numbers)
            for (index, piece) in pieces.enumerated() {
                let record = Array(bytes[piece.range])
                let head = record.withUnsafeBytes { RecordHead.read($0, segment: 1, offset: piece.range.lowerBound) }
                var payload = Array(record[(try #require(head)).size...])
                if index == victim { mutate(&payload, &numbers) }
                let kind =
                    index == victim && Bool.random(using: &numbers)
                    ? try #require(RecordKind.allCases.randomElement(using: &numbers)) : piece.kind
                RecordHead.put(kind, payload, segment: 1, offset: made.count, to: &made)
            }
            touch(made, open)
        }
        // The same with what finishes a segment.
        let finished = try bench(isFinished: true)
        let whole = try #require(finished.files[Self.path])
        let index = try #require(try finished.pieces().last { $0.kind == .index })
        let head = Array(whole[index.range]).withUnsafeBytes {
            RecordHead.read($0, segment: 1, offset: index.range.lowerBound)
        }
        let start = index.range.lowerBound + (try #require(head)).size
        let trailer = try #require(
            SegmentTrailer.read(Array(whole.suffix(64)), segment: 1, offset: whole.count - 64)
        )
        for _ in 0..<3_000 {
            var payload = Array(whole[start..<index.range.upperBound])
            let table = Int(trailer.tableOffset)
            var directories = Array(payload[..<table])
            var hosts = Array(payload[table...])
            if Bool.random(using: &numbers) { mutate(&directories, &numbers) } else { mutate(&hosts, &numbers) }
            fixSums(&hosts, directories)
            payload = directories + hosts
            var made = Array(whole[..<index.range.lowerBound])
            RecordHead.put(.index, payload, segment: 1, offset: made.count, to: &made)
            var changed = trailer
            changed.indexOffset = UInt32(made.count - payload.count)
            changed.indexLength = UInt32(payload.count)
            changed.tableOffset = UInt32(directories.count)
            changed.tableSum = Checksum.of(hosts)
            made += changed.bytes(segment: 1, offset: made.count)
            touch(made, finished)
        }
    }

    /// Gives the directories' checksums to a table of hosts that may be mutated.
    private func fixSums(_ hosts: inout [UInt8], _ directories: [UInt8]) {
        guard let table = HostTable.read(hosts, limit: directories.count) else { return }
        var fixed = table
        for index in fixed.hosts.indices {
            let part = fixed.hosts[index]
            fixed.hosts[index].sum = Checksum.of(
                Array(directories[Int(part.offset)..<Int(part.offset) + Int(part.length)])
            )
        }
        hosts = []
        fixed.put(to: &hosts)
    }

    private func mutate(_ bytes: inout [UInt8], _ numbers: inout SeededNumbers) {
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            guard !bytes.isEmpty else { return }
            let index = Int.random(in: bytes.indices, using: &numbers)
            switch Int.random(in: 0..<5, using: &numbers) {
            case 0: bytes[index] = 0xff
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &numbers), at: index)
            case 3: bytes.replaceSubrange(index..<min(index + 9, bytes.count), with: [UInt8](repeating: 0xff, count: 9))
            default: bytes[index] = UInt8.random(in: 0...255, using: &numbers)
            }
        }
    }

    /// Asks everything; what comes need not be true, as the checksums say that it is.
    private func touch(_ bytes: [UInt8], _ bench: SegmentBench) {
        let files = bench.files.afterCrash()
        files[Self.path] = bytes
        let next = bench.restarted(files)
        guard (try? next.store.open()) != nil else { return }
        for host in next.store.hosts().keys {
            for (key, _) in next.store.series(of: host) {
                _ = next.store.span(of: key)
                for block in next.store.blocks(of: key) { _ = next.store.read(block) }
            }
        }
        for block in next.store.blocks(of: bench.given[0].key) { _ = next.store.read(block) }
        _ = next.store.accounting()
        try? next.store.finishSegment()
    }

    /// Heads that all promise much cost a time that grows with the file, not with its square.
    @Test func manyHeadsThatPromiseMuch() throws {
        let bench = try bench(isFinished: false)
        var bytes = try #require(bench.files[Self.path])
        let size = 1 << 18
        while bytes.count < size {
            var record: [UInt8] = []
            let rest = size - bytes.count - 20
            guard rest > 0 else { break }
            RecordHead.put(.block, [UInt8](repeating: 1, count: rest), segment: 1, offset: bytes.count, to: &record)
            // The head is right, what follows is the next one.
            bytes += record.prefix(9)
        }
        let clock = ContinuousClock()
        let time = try clock.measure { _ = try serve(bytes, bench, "heads") }
        print("\(bytes.count) bytes of heads: \(time)")
        #expect(time < .seconds(20))
    }
}

extension [UInt8] {
    static func little(_ number: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.put(number)
        return bytes
    }
}
