internal import Basics

/// A request's URL taken apart (web API §1): the query begins at the first `?`, or where there is none at the first
/// `%3F`, because one widely used client encodes it.
struct RequestTarget {
    let path: String
    let words: [String]

    init?(_ target: String) {
        let bytes = Array(target.utf8)
        // Decoded, a NUL would end the text for some reader and hide what follows from another.
        guard !bytes.contains(0), !Self.containsEncodedNUL(bytes) else { return nil }
        let (path, query) = Self.split(bytes)
        self.path = String(decoding: Self.withoutRepeatedSlashes(PercentEncoding.decode(path)), as: UTF8.self)
        words = query.split(separator: UInt8(ascii: "&")).map {
            String(decoding: PercentEncoding.decode($0), as: UTF8.self)
        }
    }

    private static func split(_ bytes: [UInt8]) -> (path: ArraySlice<UInt8>, query: ArraySlice<UInt8>) {
        if let mark = bytes.firstIndex(of: UInt8(ascii: "?")) { return (bytes[..<mark], bytes[(mark + 1)...]) }
        for index in bytes.indices.dropLast(2)
        where bytes[index] == UInt8(ascii: "%") && bytes[index + 1] == UInt8(ascii: "3")
            && bytes[index + 2] | 32 == UInt8(ascii: "f")
        {
            return (bytes[..<index], bytes[(index + 3)...])
        }
        return (bytes[...], [])
    }

    private static func containsEncodedNUL(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast(2).contains { index in
            bytes[index] == UInt8(ascii: "%") && bytes[index + 1] == UInt8(ascii: "0")
                && bytes[index + 2] == UInt8(ascii: "0")
        }
    }

    private static func withoutRepeatedSlashes(_ path: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        guard zip(path, path.dropFirst()).contains(where: { $0 == slash && $1 == slash }) else { return path }
        var last: UInt8 = 0
        return path.filter { byte in
            defer { last = byte }
            return byte != slash || last != slash
        }
    }
}
