/// Rows of a chart that no longer change, compressed (docs/store.md): immutable, shared with readers by reference.
struct SealedBlock: @unchecked Sendable {
    /// One piece of memory for the object and its bytes: many blocks are not much larger than what two would waste.
    private let buffer: ManagedBuffer<Header, UInt8>

    private struct Header {
        var rows: UInt32
        var bytes: UInt32
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
        buffer = .create(minimumCapacity: bytes.count) { _ in
            Header(rows: UInt32(truncatingIfNeeded: count), bytes: UInt32(truncatingIfNeeded: bytes.count))
        }
        buffer.withUnsafeMutablePointerToElements { target in
            bytes.withUnsafeBufferPointer { target.initialize(from: $0.baseAddress!, count: $0.count) }
        }
    }

    var rows: Int { Int(buffer.header.rows) }

    /// Copies rows `from ..< from + count` of the columns that are asked for. A dimension that came later than the block has
    /// gaps there.
    ///
    /// - Parameter targets: where the rows of each dimension go, in the order of the dimensions.
    func copy(from: Int, count: Int, to targets: [UnsafeMutablePointer<UInt32>]) {
        let columns = DecodedBlocks.shared.columns(.init(owner: ObjectIdentifier(buffer), place: 0)) {
            withBytes { DecodedBlocks.decode($0, rows: rows, owner: Owner(buffer)) }
        }
        for (column, target) in targets.enumerated() {
            if let columns, column < columns.width {
                columns.copy(column, from: from, count: count, to: target)
            } else {
                target.update(repeating: StorageNumber.empty, count: count)
            }
        }
    }

    /// Its first rows as a block of their own.
    func cut(to count: Int) -> SealedBlock {
        withBytes { bytes in
            let width = BlockDecoder.width(bytes) ?? 0
            return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, 2 * width * count)) { buffer in
                let columns = buffer.baseAddress!
                let rows = columns + width * count
                BlockRows.copy(
                    bytes,
                    rows: self.rows,
                    from: 0,
                    count: count,
                    to: (0..<width).map { columns + $0 * count }
                )
                for row in 0..<count {
                    for column in 0..<width { rows[row * width + column] = columns[column * count + row] }
                }
                return SealedBlock(rows, width: width, count: count)
            }
        }
    }

    /// The block as it is written to a disk.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        buffer.withUnsafeMutablePointers { header, start in
            body(UnsafeBufferPointer(start: UnsafePointer(start), count: Int(header.pointee.bytes)))
        }
    }

    /// All of its memory, about.
    var bytes: Int { Int(buffer.header.bytes) + 40 }
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
