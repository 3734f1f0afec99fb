/// Compression in Snappy's block format, as remote write wants it.
///
/// https://github.com/google/snappy/blob/main/format_description.txt: the length as a varint, then literals and copies of what
/// came before. Each piece of 64 KiB is searched on its own, with a table of where four bytes were seen last.
enum Snappy {
    /// Bytes that a copy may reach back: offsets have two bytes.
    static let pieceBytes = 1 << 16
    private static let tableBits = 14
    /// Shorter matches are not worth a copy.
    private static let shortestCopy = 4
    private static let longestCopy = 64

    static func compress(_ input: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(input.count / 4 + 16)
        appendVarint(UInt64(input.count), to: &output)
        var table = [Int32](repeating: -1, count: 1 << tableBits)
        input.withUnsafeBufferPointer { input in
            var start = 0
            while start < input.count {
                let end = min(start + pieceBytes, input.count)
                compress(input, start..<end, &table, &output)
                start = end
            }
        }
        return output
    }

    private static func compress(
        _ input: UnsafeBufferPointer<UInt8>,
        _ piece: Range<Int>,
        _ table: inout [Int32],
        _ output: inout [UInt8]
    ) {
        for index in table.indices { table[index] = -1 }
        var literal = piece.lowerBound
        var position = piece.lowerBound
        var misses = 0
        while position + shortestCopy <= piece.upperBound {
            let word = word(input, position)
            let slot = Int((word &* 0x1e35_a7bd) >> (32 - UInt32(tableBits)))
            let candidate = Int(table[slot])
            table[slot] = Int32(position - piece.lowerBound)
            guard candidate >= 0, Self.word(input, piece.lowerBound + candidate) == word else {
                // What does not repeat is passed over faster and faster.
                misses += 1
                position += 1 + misses >> 5
                continue
            }
            misses = 0
            let from = piece.lowerBound + candidate
            var length = shortestCopy
            while position + length < piece.upperBound, input[from + length] == input[position + length] { length += 1 }
            append(literal: input, literal..<position, to: &output)
            appendCopy(offset: position - from, length: length, to: &output)
            position += length
            literal = position
        }
        append(literal: input, literal..<piece.upperBound, to: &output)
    }

    private static func word(_ input: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt32 {
        UInt32(input[index]) | UInt32(input[index + 1]) << 8 | UInt32(input[index + 2]) << 16
            | UInt32(input[index + 3]) << 24
    }

    /// Tag 00: the length less one in six bits, or in one to four bytes that follow.
    private static func append(
        literal input: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        to output: inout [UInt8]
    ) {
        guard !range.isEmpty else { return }
        let last = range.count - 1
        if last < 60 {
            output.append(UInt8(last << 2))
        } else if last < 1 << 8 {
            output += [60 << 2, UInt8(last)]
        } else {
            // A piece is no longer than 64 KiB.
            output += [61 << 2, UInt8(last & 0xff), UInt8(last >> 8)]
        }
        output += UnsafeBufferPointer(rebasing: input[range])
    }

    /// Tag 10: the length less one, and the offset in two bytes. Copies of more than 64 bytes are several.
    private static func appendCopy(offset: Int, length: Int, to output: inout [UInt8]) {
        var rest = length
        while rest > 0 {
            let count = min(rest, longestCopy)
            output += [UInt8((count - 1) << 2 | 2), UInt8(offset & 0xff), UInt8(offset >> 8)]
            rest -= count
        }
    }
}
