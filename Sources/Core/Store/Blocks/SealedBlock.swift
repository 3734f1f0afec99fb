/// Rows of a chart that no longer change, compressed (docs/store.md): immutable, shared with readers by reference. One block, or
/// several that were joined.
struct SealedBlock: @unchecked Sendable {
    /// One piece of memory for the object and its bytes: many blocks are not much larger than what two would waste.
    private let buffer: ManagedBuffer<Header, UInt8>

    private struct Header {
        var bytes: UInt32
        var rows: UInt16
        var parts: UInt16
    }

    /// Keeps the memory of a block whose columns somebody has.
    private final class Owner: @unchecked Sendable {
        private let buffer: ManagedBuffer<Header, UInt8>
        init(_ buffer: ManagedBuffer<Header, UInt8>) { self.buffer = buffer }
    }

    /// - Parameter rows: `count` rows of `width` codes.
    init(_ rows: UnsafePointer<UInt32>, width: Int, count: Int) {
        self.init(BlockEncoder(rows, width: width, count: count).encode(), count: count)
    }

    /// Nothing but gaps, however many.
    init(gaps count: Int, width: Int) { self.init(BlockRows.gaps(width: width), count: count) }

    private init(_ bytes: [UInt8], count: Int) {
        self.init(bytes: bytes.count, rows: count, parts: 1) { target in
            bytes.withUnsafeBufferPointer { target.initialize(from: $0.baseAddress!, count: $0.count) }
        }
    }

    private init(bytes: Int, rows: Int, parts: Int, fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        buffer = .create(minimumCapacity: bytes) { _ in
            Header(
                bytes: UInt32(truncatingIfNeeded: bytes),
                rows: UInt16(truncatingIfNeeded: rows),
                parts: UInt16(truncatingIfNeeded: parts)
            )
        }
        buffer.withUnsafeMutablePointerToElements(fill)
    }

    var rows: Int { Int(buffer.header.rows) }

    /// Of how many blocks it was joined; 1 for one that was not.
    var parts: Int { Int(buffer.header.parts) }

    /// All of its memory, about.
    var bytes: Int { Int(buffer.header.bytes) + 40 }

    /// The block as it is written to a disk.
    ///
    /// - Precondition: it was not joined.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        precondition(parts == 1, "only its parts are blocks")
        return withMemory(body)
    }

    private func withMemory<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        buffer.withUnsafeMutablePointers { header, start in
            body(UnsafeBufferPointer(start: UnsafePointer(start), count: Int(header.pointee.bytes)))
        }
    }

    /// Copies rows `from ..< from + count` of the columns that are asked for. A dimension that came later than the block has
    /// gaps there.
    ///
    /// - Parameter targets: where the rows of each dimension go, in the order of the dimensions.
    func copy(from: Int, count: Int, to targets: [UnsafeMutablePointer<UInt32>]) {
        var first = 0
        forEachPart { place, rows, bytes in
            let low = max(from, first)
            let high = min(from + count, first + rows)
            if low < high {
                let key = DecodedBlocks.Key(owner: ObjectIdentifier(buffer), place: UInt64(place))
                let columns = DecodedBlocks.shared.columns(key) {
                    DecodedBlocks.decode(bytes, rows: rows, owner: Owner(buffer))
                }
                for (column, target) in targets.enumerated() {
                    if let columns, column < columns.width {
                        columns.copy(column, from: low - first, count: high - low, to: target + (low - from))
                    } else {
                        (target + (low - from)).update(repeating: StorageNumber.empty, count: high - low)
                    }
                }
            }
            first += rows
        }
    }

    /// Its first rows as a block of their own.
    func cut(to count: Int) -> SealedBlock {
        var parts: [SealedBlock] = []
        var rest = count
        forEachPart { _, rows, bytes in
            guard rest > 0 else { return }
            let kept = min(rest, rows)
            parts.append(kept == rows ? SealedBlock(Array(bytes), count: rows) : Self.cut(bytes, rows: rows, to: kept))
            rest -= kept
        }
        return SealedBlock(joining: parts)
    }

    private static func cut(_ bytes: UnsafeBufferPointer<UInt8>, rows: Int, to count: Int) -> SealedBlock {
        let width = BlockDecoder.width(bytes) ?? 0
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, 2 * width * count)) { buffer in
            let columns = buffer.baseAddress!
            let kept = columns + width * count
            let targets = (0..<width).map { columns + $0 * count }
            BlockRows.copy(bytes, rows: rows, from: 0, count: count, to: targets)
            for row in 0..<count {
                for column in 0..<width { kept[row * width + column] = columns[column * count + row] }
            }
            return SealedBlock(kept, width: width, count: count)
        }
    }
}

/// Blocks that were joined: a small block's object, its place in a list and what the allocator adds are a tenth of it.
extension SealedBlock {
    /// No more blocks are joined, and none that are so large that nothing is to be gained.
    static let mostParts = 8
    private static let mostBytes = 1 << 14

    /// In front of each block: its rows and its bytes.
    private static let partHead = 4

    /// Both in one piece of memory, the other one behind this.
    /// - Returns: `nil` where they are too many or too large.
    func joined(with other: SealedBlock) -> SealedBlock? {
        guard parts + other.parts <= Self.mostParts, bytes + other.bytes <= Self.mostBytes else { return nil }
        return SealedBlock(joining: [self, other])
    }

    /// All of the blocks' memory one behind the other.
    ///
    /// - Precondition: there is at least one. Of several none is larger than 64 KiB, and all together have less than 65,536 rows.
    private init(joining blocks: [SealedBlock]) {
        guard blocks.count > 1 else {
            self = blocks[0]
            return
        }
        let bytes = blocks.reduce(0) { sum, block in
            sum + Int(block.buffer.header.bytes) + (block.parts == 1 ? Self.partHead : 0)
        }
        self.init(
            bytes: bytes,
            rows: blocks.reduce(0) { $0 + $1.rows },
            parts: blocks.reduce(0) { $0 + $1.parts }
        ) { start in
            var target = start
            for block in blocks {
                if block.parts == 1 {
                    let head = UnsafeMutableRawPointer(target)
                    head.storeBytes(of: UInt16(block.rows), as: UInt16.self)
                    head.storeBytes(of: UInt16(block.buffer.header.bytes), toByteOffset: 2, as: UInt16.self)
                    target += Self.partHead
                }
                block.withMemory { memory in
                    target.initialize(from: memory.baseAddress!, count: memory.count)
                    target += memory.count
                }
            }
        }
    }

    /// Its blocks, apart.
    var split: [SealedBlock] {
        guard parts > 1 else { return [self] }
        var blocks: [SealedBlock] = []
        forEachPart { _, rows, bytes in blocks.append(SealedBlock(Array(bytes), count: rows)) }
        return blocks
    }

    /// The rest behind as many of the first blocks as have no more rows than `count`; `nil` where that are none, or all.
    func droppingFirst(atMost count: Int) -> SealedBlock? {
        var dropped = (blocks: 0, rows: 0, bytes: 0)
        forEachPart { place, rows, bytes in
            guard dropped.blocks == place, dropped.rows + rows <= count else { return }
            dropped = (place + 1, dropped.rows + rows, dropped.bytes + Self.partHead + bytes.count)
        }
        guard dropped.blocks > 0, dropped.blocks < parts else { return nil }
        let isOne = parts - dropped.blocks == 1
        return withMemory { memory in
            let rest = memory[(dropped.bytes + (isOne ? Self.partHead : 0))...]
            return SealedBlock(bytes: rest.count, rows: rows - dropped.rows, parts: parts - dropped.blocks) { target in
                _ = UnsafeMutableBufferPointer(start: target, count: rest.count).initialize(from: rest)
            }
        }
    }

    /// - Parameter body: gets each block's place among them, its rows and its bytes.
    private func forEachPart(_ body: (Int, Int, UnsafeBufferPointer<UInt8>) -> Void) {
        withMemory { memory in
            guard parts > 1 else { return body(0, rows, memory) }
            var offset = 0
            for place in 0..<parts {
                let head = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[offset...])
                let rows = Int(head.loadUnaligned(as: UInt16.self))
                let count = Int(head.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
                offset += Self.partHead
                body(place, rows, UnsafeBufferPointer(rebasing: memory[offset..<(offset + count)]))
                offset += count
            }
        }
    }
}

/// A part of a block's rows.
enum BlockRows {
    /// A block of nothing but gaps, however many rows it has.
    static func gaps(width: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.put(varint: width)
        return bytes + [UInt8](repeating: ColumnForm.empty.byte, count: width)
    }

    /// Whether it is one.
    static func areGaps(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { BlockDecoder.width($0) }.map { bytes == gaps(width: $0) } ?? false
    }

    /// Copies rows `from ..< from + count` of the columns that are asked for.
    ///
    /// - Parameters:
    ///   - rows: how many the block has.
    ///   - targets: where the rows of each column go; `nil` for one that nobody wants.
    /// - Returns: how many columns the block has; `nil` for bytes that are no block. Then what was written means nothing.
    @discardableResult
    static func copy(
        _ bytes: UnsafeBufferPointer<UInt8>,
        rows: Int,
        from: Int,
        count: Int,
        to targets: [UnsafeMutablePointer<UInt32>?]
    ) -> Int? {
        var decoder = BlockDecoder(bytes, count: rows)
        if from == 0, count == rows { return decoder.decode { $0 < targets.count ? targets[$0] : nil } }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, rows * targets.count)) { scratch in
            let start = scratch.baseAddress!
            let width = decoder.decode { $0 < targets.count && targets[$0] != nil ? start + $0 * rows : nil }
            for (column, target) in targets.enumerated() where column < width ?? 0 {
                target?.update(from: start + column * rows + from, count: count)
            }
            return width
        }
    }
}

/// Rows as they were when a reader came: a copy of what still grew.
final class PlainRows: @unchecked Sendable {
    private let codes: UnsafeMutablePointer<UInt32>
    private let width: Int

    /// Takes the memory over: rows of `width` codes.
    init(owning codes: UnsafeMutablePointer<UInt32>, width: Int) {
        self.codes = codes
        self.width = width
    }

    deinit { codes.deallocate() }

    /// Copies rows `from ..< from + count`.
    func copy(from: Int, count: Int, to targets: [UnsafeMutablePointer<UInt32>]) {
        for (column, target) in targets.enumerated() {
            guard column < width else {
                target.update(repeating: StorageNumber.empty, count: count)
                continue
            }
            var source = codes + from * width + column
            for row in 0..<count {
                target[row] = source.pointee
                source += width
            }
        }
    }
}
