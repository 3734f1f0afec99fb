internal import Basics

/// A request's URL taken apart (web API §1): the query begins at the first `?`, or where there is none at the first
/// `%3F`, because one widely used client encodes it.
struct RequestTarget {
    let path: String
    let words: [String]

    private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    init?(_ target: String) {
        var target = target
        let parts = target.withUTF8 { Self.parts($0[...]) }
        guard let parts else { return nil }
        (path, words) = parts
    }

    private static func parts(_ target: Bytes) -> (path: String, words: [String])? {
        // Decoded, a NUL would end the text for some reader and hide what follows from another.
        guard !target.contains(0), escape(of: 0, in: target) == nil else { return nil }
        let (path, query) = split(target)
        return (withoutRepeatedSlashes(path), query.split(separator: UInt8(ascii: "&")).map(decoded))
    }

    private static func split(_ target: Bytes) -> (path: Bytes, query: Bytes) {
        if let mark = target.firstIndex(of: UInt8(ascii: "?")) { return (target[..<mark], target[(mark + 1)...]) }
        if let mark = escape(of: UInt8(ascii: "?"), in: target) { return (target[..<mark], target[(mark + 3)...]) }
        return (target, target[target.endIndex...])
    }

    /// Where a byte stands encoded.
    private static func escape(of byte: UInt8, in bytes: Bytes) -> Int? {
        bytes.indices.dropLast(2).first { index in
            bytes[index] == UInt8(ascii: "%") && hexadecimalDigit(bytes[index + 1]) == byte >> 4
                && hexadecimalDigit(bytes[index + 2]) == byte & 15
        }
    }

    private static func decoded(_ bytes: Bytes) -> String {
        guard isEncoded(bytes) else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: PercentEncoding.decode(bytes), as: UTF8.self)
    }

    private static func isEncoded(_ bytes: Bytes) -> Bool {
        bytes.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
    }

    /// Decoded.
    private static func withoutRepeatedSlashes(_ path: Bytes) -> String {
        let slash = UInt8(ascii: "/")
        // Nearly all are as they are.
        var last: UInt8 = 0
        let isPlain = path.allSatisfy { byte in
            defer { last = byte }
            return byte != UInt8(ascii: "%") && byte != UInt8(ascii: "+") && (byte != slash || last != slash)
        }
        guard !isPlain else { return String(decoding: path, as: UTF8.self) }
        last = 0
        let kept = PercentEncoding.decode(path).filter { byte in
            defer { last = byte }
            return byte != slash || last != slash
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
