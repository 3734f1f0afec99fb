/// The `key: value` lines of a health.d file, continued ones joined (health §1, "Line rules").
struct HealthLines: Sequence, IteratorProtocol {
    struct Line: Equatable {
        /// Where it begins.
        var number: Int
        /// Trimmed, blanks reduced to one; a `\` at a line's end has become a blank.
        var text: String
        /// The line is too long; its text is what fits.
        var isCut = false
    }

    static let longest = 4096

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[(bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0)...]
        position = self.bytes.startIndex
    }

    /// The next line that is neither blank nor a comment.
    mutating func next() -> Line? {
        while let first = physicalLine() {
            guard !first.isEmpty, first.first != UInt8(ascii: "#") else { continue }
            let start = number
            var joined = Array(first)
            var last = first
            while last.last == UInt8(ascii: "\\") {
                joined[joined.count - 1] = 0x20
                guard let more = physicalLine() else { break }
                if joined.count <= Self.longest { joined += more }
                last = more
            }
            let isCut = joined.count > Self.longest
            return Line(number: start, text: reduced(joined.prefix(Self.longest)), isCut: isCut)
        }
        return nil
    }

    private mutating func physicalLine() -> ArraySlice<UInt8>? {
        guard position < bytes.endIndex else { return nil }
        let end = bytes[position...].firstIndex(of: 10) ?? bytes.endIndex
        defer { position = end + 1 }
        number += 1
        var line = bytes[position..<end]
        while let byte = line.first, isSpace(byte) { line.removeFirst() }
        while let byte = line.last, isSpace(byte) { line.removeLast() }
        return line
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) || byte == 0 }

/// Trimmed, and each run of blanks as one.
private func reduced(_ bytes: ArraySlice<UInt8>) -> String {
    let words = bytes.split(whereSeparator: isSpace)
    return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
}
