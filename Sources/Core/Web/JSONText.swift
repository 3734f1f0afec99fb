import Basics

/// JSON, and JavaScript, as bytes.
extension [UInt8] {
    mutating func append(decimal number: Double) {
        if number.isNaN { append("null") } else { appendDecimal(number, to: &self) }
    }

    /// Always so many decimals, as C's `%0.7f` has them; at most 7.
    mutating func append(fixed number: Double, decimals: Int) {
        appendFixed(number, decimals: decimals, to: &self)
    }

    /// The inside of a JSON string, or of JavaScript's with `'` for quote.
    mutating func append(escaped text: String, quote: Unicode.Scalar = "\"") {
        var text = text
        text.withUTF8 { append(escaped: $0, quote: UInt8(ascii: quote)) }
    }

    /// A JSON string, or JavaScript's.
    mutating func append(quoted text: String, quote: Unicode.Scalar = "\"") {
        append("", quoted: text, quote: quote)
    }

    /// The same behind another text: all at once, as nearly all texts are as they are.
    mutating func append(_ start: StaticString, quoted text: String, quote: Unicode.Scalar = "\"") {
        let mark = UInt8(ascii: quote)
        var text = text
        text.withUTF8 { text in
            guard Self.isPlain(text, mark) else {
                append(start)
                append(mark)
                append(escaped: text, quote: mark)
                append(mark)
                return
            }
            append(addingCapacity: start.utf8CodeUnitCount + text.count + 2) { span in
                span.withUnsafeMutableBufferPointer { bytes, count in
                    var place = bytes.baseAddress! + count
                    place.update(from: start.utf8Start, count: start.utf8CodeUnitCount)
                    place += start.utf8CodeUnitCount
                    place.pointee = mark
                    if let source = text.baseAddress { (place + 1).update(from: source, count: text.count) }
                    place += text.count + 1
                    place.pointee = mark
                    count = place + 1 - bytes.baseAddress!
                }
            }
        }
    }

    private mutating func append(escaped text: UnsafeBufferPointer<UInt8>, quote: UInt8) {
        // Nearly all texts are as they are.
        guard let special = text.firstIndex(where: { Self.isEscaped($0, quote) }) else {
            append(contentsOf: text)
            return
        }
        append(contentsOf: text[..<special])
        for byte in text[special...] {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case quote:
                append("\\")
                append(byte)
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\t"): append("\\t")
            case UInt8(ascii: "\r"): append("\\r")
            case 0..<0x20, 0x7f:
                let digits = Array("0123456789abcdef".utf8)
                append("\\u00")
                append(digits[Int(byte >> 4)])
                append(digits[Int(byte & 15)])
            default: append(byte)
            }
        }
    }

    /// Whether no byte is escaped; looks at eight of them at a time.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>, _ quote: UInt8) -> Bool {
        guard text.count >= 8 else { return text.allSatisfy { !isEscaped($0, quote) } }
        let bytes = UnsafeRawBufferPointer(text)
        var found = marks(bytes.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self), quote)
        for place in stride(from: 0, to: text.count - 8, by: 8) {
            found |= marks(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self), quote)
        }
        return found == 0
    }

    /// Not zero where any of eight bytes is escaped. A byte is zero when taking one from it borrows its highest bit, which was
    /// not set; and below 32 when taking 32 does.
    @inline(__always)
    private static func marks(_ bytes: UInt64, _ quote: UInt8) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        let controls = (bytes &- ones &* 0x20) & ~bytes
        let others = zeros(bytes ^ ones &* 0x5c) | zeros(bytes ^ ones &* 0x7f) | zeros(bytes ^ ones &* UInt64(quote))
        return (controls | others) & (ones &* 0x80)
    }

    @inline(__always)
    private static func isEscaped(_ byte: UInt8, _ quote: UInt8) -> Bool {
        byte < 0x20 || byte == 0x5c || byte == 0x7f || byte == quote
    }
}
