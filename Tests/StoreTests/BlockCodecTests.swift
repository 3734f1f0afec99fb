import Testing

@testable import Store

/// The compressed form of sealed blocks: whatever goes in comes out again, and what is no block does no harm.
@Suite struct BlockCodecTests {
    /// Columns of every kind that a chart has, in rows.
    private static func rows(_ columns: [[UInt32]]) -> [UInt32] {
        let count = columns[0].count
        return (0..<count).flatMap { row in columns.map { $0[row] } }
    }

    private static func bytes(_ columns: [[UInt32]]) -> [UInt8] {
        let rows = rows(columns)
        return rows.withUnsafeBufferPointer { rows in
            BlockEncoder(rows.baseAddress!, width: columns.count, count: columns[0].count).encode()
        }
    }

    /// - Parameter wanted: the columns that are asked for; all without it.
    private static func columns(_ bytes: [UInt8], count: Int, wanted: [Int]? = nil) -> [[UInt32]]? {
        bytes.withUnsafeBufferPointer { bytes in
            guard let width = BlockDecoder.width(bytes), width < 10_000 else { return nil }
            let targets = (0..<width).map { _ in UnsafeMutablePointer<UInt32>.allocate(capacity: count) }
            defer { for target in targets { target.deallocate() } }
            for target in targets { target.initialize(repeating: 77, count: count) }
            var decoder = BlockDecoder(bytes, count: count)
            let result = decoder.decode { column in
                column < width && wanted?.contains(column) ?? true ? targets[column] : nil
            }
            guard result != nil else { return nil }
            return (wanted ?? Array(0..<width)).map { Array(UnsafeBufferPointer(start: targets[$0], count: count)) }
        }
    }

    private static func walk(_ count: Int, _ step: (Int) -> Double) -> [UInt32] {
        (0..<count).map { StorageNumber.encode(step($0)) }
    }

    private static let kinds: [(name: String, column: @Sendable (Int) -> [UInt32])] = [
        ("gaps", { Array(repeating: 0, count: $0) }),
        ("zero", { walk($0) { _ in 0 } }),
        ("constant", { walk($0) { _ in 42.5 } }),
        ("steps", { walk($0) { Double(1000 + $0 / 3) } }),
        ("counter", { walk($0) { Double($0) * 1_234_567 } }),
        ("huge", { walk($0) { Double($0) * 1e13 + 1e14 } }),
        ("percent", { walk($0) { Double(($0 &* 7919) % 10_000) / 100 } }),
        ("negative", { walk($0) { -Double(($0 &* 104_729) % 1_000) / 7 } }),
        ("nearly whole", { walk($0) { Double($0 % 9) + Double(($0 &* 31) % 17) * 1e-6 } }),
        ("off the grid now and then", { walk($0) { $0 % 20 == 7 ? 140.99997 : Double(140 + $0 % 3) } }),
        ("few values", { walk($0) { [0, 100, 33.333333, 0.0001][($0 &* $0) % 4] } }),
        ("with gaps", { walk($0) { $0 % 30 < 3 ? .nan : Double($0) } }),
        (
            "with marks",
            { (0..<$0).map { StorageNumber.encode(Double($0 % 50), flags: $0 % 50 == 0 ? StorageNumber.reset : 0) } }
        ),
        ("no storage numbers", { (0..<$0).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) } }),
        ("small integers", { (0..<$0).map { UInt32($0 % 61) } }),
        ("a mark alone", { (0..<$0).map { $0 % 5 == 0 ? StorageNumber.reset : 0 } }),
    ]

    @Test(arguments: [1, 2, 3, 17, 128, 512])
    func everyKindOfColumnComesBack(count: Int) {
        for kind in Self.kinds {
            let column = kind.column(count)
            #expect(Self.columns(Self.bytes([column]), count: count) == [column], "\(kind.name), \(count) rows")
        }
        let all = Self.kinds.map { $0.column(count) }
        #expect(Self.columns(Self.bytes(all), count: count) == all)
    }

    @Test func anyColumnsOfAWideBlockComeBackByThemselves() {
        let all = (0..<100).map { Self.kinds[$0 % Self.kinds.count].column(60) }
        let bytes = Self.bytes(all)
        #expect(Self.columns(bytes, count: 60) == all)
        for wanted in [[0], [31], [32], [99], [5, 40, 41, 98]] {
            #expect(Self.columns(bytes, count: 60, wanted: wanted) == wanted.map { all[$0] })
        }
    }

    @Test func everyCodeComesBack() {
        let seed = UInt64.random(in: 0 ... .max)
        print("BlockCodecTests.everyCodeComesBack: seed \(seed)")
        var random = SplitMix(seed)
        for round in 0..<300 {
            let count = Int(random.next() % 200) + 1
            let width = Int(random.next() % 6) + 1
            let kind = random.next() % 4
            let columns = (0..<width).map { _ in
                (0..<count).map { _ -> UInt32 in
                    switch kind {
                    case 0: UInt32(truncatingIfNeeded: random.next())
                    case 1: UInt32(truncatingIfNeeded: random.next()) | 1 << 31
                    case 2: StorageNumber.encode(Double(bitPattern: random.next()))
                    default: StorageNumber.encode(Double(Int(random.next() % 2_000) - 1_000) / 8)
                    }
                }
            }
            #expect(Self.columns(Self.bytes(columns), count: count) == columns, "round \(round), seed \(seed)")
        }
    }

    @Test func partsOfABlockAreTheSamePoints() {
        let columns = Self.kinds.map { $0.column(128) }
        let block = Self.rows(columns).withUnsafeBufferPointer {
            SealedBlock($0.baseAddress!, width: columns.count, count: 128)
        }
        #expect(block.rows == 128)
        for (from, count) in [(0, 128), (0, 1), (127, 1), (60, 33)] {
            // One dimension more than the block has: it came later.
            let targets = (0...columns.count).map { _ in UnsafeMutablePointer<UInt32>.allocate(capacity: count) }
            defer { for target in targets { target.deallocate() } }
            block.copy(from: from, count: count, to: targets)
            for (column, target) in zip(columns, targets) {
                #expect(Array(UnsafeBufferPointer(start: target, count: count)) == Array(column[from..<(from + count)]))
            }
            #expect(UnsafeBufferPointer(start: targets[columns.count], count: count).allSatisfy { $0 == 0 })
        }
    }

    /// However blocks are joined, cut and parted: the rows are those that went in.
    @Test func joinedBlocksAreTheSameRows() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("BlockCodecTests.joinedBlocksAreTheSameRows: seed \(seed)")
        var random = SplitMix(seed)
        for round in 0..<100 {
            var sizes: [Int] = []
            var model: [UInt32] = []
            var joined: SealedBlock?
            for _ in 0..<SealedBlock.mostParts {
                let column = Self.kinds[Int(random.next() % 16)].column(Int(random.next() % 90) + 1)
                let block = Self.block(column)
                joined = joined == nil ? block : joined?.joined(with: block)
                model += column
                sizes.append(column.count)
            }
            let all = try #require(joined)
            #expect(all.parts == SealedBlock.mostParts && all.joined(with: all) == nil)
            #expect(Self.codes(all) == model, "round \(round), seed \(seed)")
            #expect(all.split.map(\.rows) == sizes && all.split.flatMap { Self.codes($0) } == model)
            let from = Int(random.next() % UInt64(model.count))
            let count = Int(random.next() % UInt64(model.count - from)) + 1
            #expect(Self.codes(all, from: from, count: count) == Array(model[from..<(from + count)]))
            #expect(Self.codes(all.cut(to: count)) == Array(model[..<count]), "round \(round), seed \(seed)")
            // Whole blocks go, and never the last one.
            let whole = sizes.indices.map { sizes[...$0].reduce(0, +) }.dropLast().last { $0 <= count }
            let rest = count >= model.count ? nil : all.droppingFirst(atMost: count)
            #expect(rest.map { Self.codes($0) } == (count >= model.count ? nil : whole.map { Array(model[$0...]) }))
        }
        let large = Self.block((0..<8_000).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) })
        #expect(large.joined(with: large) == nil, "nothing is gained by it")
    }

    private static func block(_ column: [UInt32]) -> SealedBlock {
        column.withUnsafeBufferPointer { SealedBlock($0.baseAddress!, width: 1, count: column.count) }
    }

    private static func codes(_ block: SealedBlock, from: Int = 0, count: Int? = nil) -> [UInt32] {
        let count = count ?? block.rows
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, done in
            block.copy(from: from, count: count, to: [buffer.baseAddress!])
            done = count
        }
    }

    @Test func whatIsNoBlockDoesNoHarm() {
        let bytes = Self.bytes(Self.kinds.map { $0.column(64) })
        for end in 0..<bytes.count { _ = Self.columns(Array(bytes[..<end]), count: 64) }
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                _ = Self.columns(changed, count: 64)
            }
        }
        #expect(Self.columns([], count: 64) == nil)
        #expect(Self.columns([1], count: 64) == nil)
        #expect(Self.columns([1, 0x55], count: 64) == nil)
        #expect(Self.columns([1, 2, 0], count: 64) == nil)
        #expect(Self.columns([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], count: 1) == nil)
    }

    /// What columns that cost nothing may cost: a byte each, and the width.
    @Test func whatDoesNotChangeCostsNothing() {
        let columns = (0..<50).map { _ in Self.walk(512) { _ in 0 } }
        #expect(Self.bytes(columns).count == 51)
        #expect(Self.bytes([Self.kinds[3].column(512)]).count < 120)
    }
}

/// Random numbers that a seed gives again.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
