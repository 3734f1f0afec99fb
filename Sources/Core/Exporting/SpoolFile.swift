import System

/// A batch as a file: what it is for, its parts, and a checksum over all of it.
///
/// ```
/// "ndspill1"                          8 bytes
/// kind: length, text                  1 byte, …
/// number of parts                     4 bytes, little-endian as all numbers
/// each part: metrics, length, bytes   4, 4, …
/// CRC-32C of what precedes            4 bytes
/// ```
enum SpoolFile {
    private static let magic = Array("ndspill1".utf8)

    /// - Parameter kind: the same for batches whose bytes one connector could send in place of the other's.
    static func encode(_ batch: Batch, kind: String) -> [UInt8] {
        var bytes = magic
        bytes.reserveCapacity(batch.bytes + 64)
        let kind = Array(kind.utf8.prefix(255))
        bytes.append(UInt8(kind.count))
        bytes += kind
        append(batch.parts.count, to: &bytes)
        for part in batch.parts {
            append(part.metrics, to: &bytes)
            append(part.bytes.count, to: &bytes)
            bytes += part.bytes
        }
        append(Int(Checksum.of(bytes)), to: &bytes)
        return bytes
    }

    /// Why a file is not sent.
    enum Damage: Error, Equatable {
        /// It is of a connector of another type.
        case otherKind(String)
        case notWhole
    }

    static func decode(_ bytes: [UInt8], kind: String) throws(Damage) -> Batch {
        guard bytes.count > magic.count + 9, bytes.starts(with: magic) else { throw .notWhole }
        let end = bytes.count - 4
        var cursor = end
        let checksum = Self.number(bytes, &cursor)
        guard Int(bytes[..<end].withUnsafeBytes { Checksum.of($0) }) == checksum else { throw .notWhole }
        cursor = magic.count
        let length = Int(bytes[cursor])
        cursor += 1
        guard cursor + length <= end else { throw .notWhole }
        let found = String(decoding: bytes[cursor..<(cursor + length)], as: UTF8.self)
        guard found == kind else { throw .otherKind(found) }
        cursor += length
        guard let count = Self.number(bytes, &cursor, before: end) else { throw .notWhole }
        var batch = Batch()
        for _ in 0..<count {
            guard let metrics = Self.number(bytes, &cursor, before: end),
                let length = Self.number(bytes, &cursor, before: end), length <= end - cursor
            else { throw .notWhole }
            batch.parts.append(.init(bytes: Array(bytes[cursor..<(cursor + length)]), metrics: metrics))
            cursor += length
        }
        return batch
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func number(_ bytes: [UInt8], _ cursor: inout Int, before end: Int = .max) -> Int? {
        guard cursor + 4 <= min(end, bytes.count) else { return nil }
        defer { cursor += 4 }
        return (0..<4).reduce(0) { $0 | Int(bytes[cursor + $1]) << (8 * $1) }
    }
}
