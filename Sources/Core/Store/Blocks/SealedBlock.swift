/// Rows of a chart that no longer change, compressed (docs/store.md): immutable, shared with readers by reference.
struct SealedBlock: @unchecked Sendable {
    /// One piece of memory for the object and its bytes: many blocks are not much larger than what two would waste.
    private let buffer: ManagedBuffer<Header, UInt8>

    private struct Header {
        var rows: UInt32
        var bytes: UInt32
    }

    /// - Parameter rows: `count` rows of `width` codes.
    init(_ rows: UnsafePointer<UInt32>, width: Int, count: Int) {
        let bytes = BlockEncoder(rows, width: width, count: count).encode()
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
        withBytes { SealedBlock.copy($0, rows: rows, from: from, count: count, to: targets) }
    }

    /// The same out of a block's bytes. What is no block has gaps.
    static func copy(
        _ bytes: UnsafeBufferPointer<UInt8>,
        rows: Int,
        from: Int,
        count: Int,
        to targets: [UnsafeMutablePointer<UInt32>]
    ) {
        var decoder = BlockDecoder(bytes, count: rows)
        var width: Int?
        if from == 0, count == rows {
            width = decoder.decode { $0 < targets.count ? targets[$0] : nil }
        } else {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rows * targets.count) { scratch in
                let start = scratch.baseAddress!
                width = decoder.decode { $0 < targets.count ? start + $0 * rows : nil }
                for (column, target) in targets.enumerated() where column < width ?? 0 {
                    target.update(from: start + column * rows + from, count: count)
                }
            }
        }
        for column in targets.indices where column >= width ?? 0 {
            targets[column].update(repeating: StorageNumber.empty, count: count)
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
