import Basics

/// Reads numbers and texts from bytes that nobody vouches for: what is not there is `nil`, and nothing traps.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    /// How many were read.
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var rest: Int { bytes.count - position }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= rest else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// Little endian.
    mutating func number<Number: FixedWidthInteger>() -> Number? {
        let size = MemoryLayout<Number>.size
        guard size <= rest else { return nil }
        defer { position += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    /// Seven bits per byte, the lowest first; only in its shortest form, so that a value has one.
    mutating func varint(upTo limit: UInt64 = .max) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                return byte == 0 && shift > 0 || value > limit ? nil : value
            }
            shift += 7
        }
        return nil
    }

    mutating func int(upTo limit: Int) -> Int? { varint(upTo: UInt64(max(0, limit))).map { Int($0) } }

    /// A number that may be below zero.
    mutating func signed() -> Int64? {
        varint().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    mutating func text() -> String? {
        guard let count = int(upTo: rest), let bytes = take(count) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func guid() -> GUID? {
        guard let high: UInt64 = number(), let low: UInt64 = number() else { return nil }
        return GUID(words: (UInt64(bigEndian: high.littleEndian), UInt64(bigEndian: low.littleEndian)))
    }
}

extension [UInt8] {
    /// Little endian.
    mutating func put(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    mutating func put(varint number: some BinaryInteger) {
        var rest = UInt64(truncatingIfNeeded: number)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(signed number: Int64) {
        put(varint: UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    mutating func put(_ text: String) {
        put(varint: text.utf8.count)
        append(contentsOf: text.utf8)
    }

    mutating func put(_ guid: GUID) {
        for word in [guid.words.0, guid.words.1] { put(word.byteSwapped) }
    }
}
