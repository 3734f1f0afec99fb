/// Whether a text is one JSON value, to the letter of the grammar: no control characters in strings, no trailing commas.
func isJSON(_ text: String) -> Bool {
    var scanner = JSONScanner(bytes: Array(text.utf8))
    scanner.skipBlanks()
    guard scanner.value(depth: 0) else { return false }
    scanner.skipBlanks()
    return scanner.isAtEnd
}

private struct JSONScanner {
    let bytes: [UInt8]
    var index = 0

    var isAtEnd: Bool { index == bytes.count }
    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func skipBlanks() { while let next, [9, 10, 13, 32].contains(next) { index += 1 } }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    mutating func value(depth: Int) -> Bool {
        guard depth < 100 else { return false }
        switch next {
        case UInt8(ascii: "{"): return list("}", depth) { $0.string() && $0.colon() && $0.value(depth: depth + 1) }
        case UInt8(ascii: "["): return list("]", depth) { $0.value(depth: depth + 1) }
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func list(_ end: Unicode.Scalar, _ depth: Int, _ element: (inout JSONScanner) -> Bool) -> Bool {
        index += 1
        skipBlanks()
        if take(end) { return true }
        while true {
            guard element(&self) else { return false }
            skipBlanks()
            if take(end) { return true }
            guard take(",") else { return false }
            skipBlanks()
        }
    }

    private mutating func colon() -> Bool {
        skipBlanks()
        guard take(":") else { return false }
        skipBlanks()
        return true
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            index += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = next, Array("\"\\/bfnrtu".utf8).contains(escaped) else { return false }
                index += escaped == UInt8(ascii: "u") ? 5 : 1
            }
        }
        return false
    }

    private mutating func word(_ word: String) -> Bool {
        guard bytes[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    private mutating func number() -> Bool {
        _ = take("-")
        let start = index
        while let next, next >= 48, next <= 57 || next == UInt8(ascii: ".") { index += 1 }
        if index == start, next == UInt8(ascii: ".") { return false }
        while let next, next >= 48 && next <= 57 || next == UInt8(ascii: ".") { index += 1 }
        return index > start
    }
}
