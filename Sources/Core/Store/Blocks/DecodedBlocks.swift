import Synchronization

/// Blocks that were read lately, decompressed: dashboards ask for the same hour again and again, second by second.
///
/// Shared by all readers of a process. It holds at most ``limit`` bytes, and nothing before the first question.
final class DecodedBlocks: Sendable {
    static let shared = DecodedBlocks(limit: 16 << 20)

    /// Whose block: an object that the entry keeps alive, and a place in it.
    struct Key: Hashable {
        let owner: ObjectIdentifier
        let place: UInt64
    }

    /// A block's columns, one after the other, and what they are.
    final class Columns: Sendable {
        let codes: [UInt32]
        let rows: Int
        let width: Int
        /// `nil` for a block in memory, whose columns are its chart's.
        let dimensions: [DimensionDefinition]?
        private let owner: any AnyObject & Sendable

        init(
            codes: [UInt32],
            rows: Int,
            width: Int,
            dimensions: [DimensionDefinition]? = nil,
            owner: any AnyObject & Sendable
        ) {
            self.codes = codes
            self.rows = rows
            self.width = width
            self.dimensions = dimensions
            self.owner = owner
        }

        var bytes: Int { codes.count * 4 + 128 }

        /// Copies rows `from ..< from + count` of a column.
        func copy(_ column: Int, from: Int, count: Int, to target: UnsafeMutablePointer<UInt32>) {
            codes.withUnsafeBufferPointer { codes in
                target.update(from: codes.baseAddress! + column * rows + from, count: count)
            }
        }
    }

    /// What was used since the last change of generations, and what only before: that goes with the next one.
    fileprivate struct State {
        var young: [Key: Columns] = [:]
        var old: [Key: Columns] = [:]
        var bytes = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// - Parameter make: decompresses it; `nil` where that is not possible.
    func columns(_ key: Key, _ make: () -> Columns?) -> Columns? {
        if let known = state.withLock({ $0.find(key, limit) }) { return known }
        guard let made = make() else { return nil }
        state.withLock { $0.add(made, key, limit) }
        return made
    }

    /// Decompresses a block's bytes.
    static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        rows: Int,
        dimensions: [DimensionDefinition]? = nil,
        owner: any AnyObject & Sendable
    ) -> Columns? {
        guard let width = BlockDecoder.width(bytes) else { return nil }
        var isWhole = false
        let codes = [UInt32](unsafeUninitializedCapacity: width * rows) { buffer, count in
            count = width * rows
            guard let start = buffer.baseAddress else { return }
            buffer.update(repeating: StorageNumber.empty)
            var decoder = BlockDecoder(bytes, count: rows)
            isWhole = decoder.decode { start + $0 * rows } != nil
        }
        return isWhole ? Columns(codes: codes, rows: rows, width: width, dimensions: dimensions, owner: owner) : nil
    }
}

extension DecodedBlocks.State {
    fileprivate mutating func find(_ key: DecodedBlocks.Key, _ limit: Int) -> DecodedBlocks.Columns? {
        if let found = young[key] { return found }
        guard let found = old.removeValue(forKey: key) else { return nil }
        add(found, key, limit)
        return found
    }

    fileprivate mutating func add(_ columns: DecodedBlocks.Columns, _ key: DecodedBlocks.Key, _ limit: Int) {
        guard columns.bytes <= limit / 4, young[key] == nil else { return }
        if bytes + columns.bytes > limit / 2 {
            old = young
            young = [:]
            bytes = 0
        }
        young[key] = columns
        bytes += columns.bytes
    }
}
