public import Basics

/// Appends the lines that a child sends (streaming protocol §8) to a buffer; nothing else is allocated.
///
/// What the peer's version doesn't know is left out, because an unknown command ends the connection. Texts can't leave their
/// quotes, and lines stay below what the peer bears (streaming protocol §7).
public struct CommandWriter: Sendable {
    public let capabilities: Capabilities

    public init(_ capabilities: Capabilities) {
        self.capabilities = capabilities
    }
}

// MARK: Values, the hot part

extension CommandWriter {
    /// `BEGIN "type.id" `: what never changes of a chart's BEGIN, to be kept and given to ``line(_:_:to:)``.
    public static func beginPrefix(_ chart: String) -> [UInt8] { beginPrefix(chart.utf8) }

    public static func beginPrefix(_ chart: some Sequence<UInt8>) -> [UInt8] {
        var bytes = Array("BEGIN ".utf8)
        appendQuoted(chart, to: &bytes)
        bytes.append(0x20)
        return bytes
    }

    /// `SET "id" = `: what never changes of a dimension's SET, to be kept and given to ``line(_:_:to:)``.
    public static func setPrefix(_ dimension: String) -> [UInt8] {
        var bytes = Array("SET ".utf8)
        appendQuoted(dimension, to: &bytes)
        bytes += " = ".utf8
        return bytes
    }

    /// A kept prefix, a number, the end of the line.
    @inlinable @inline(__always)
    public static func line(_ prefix: UnsafeBufferPointer<UInt8>, _ number: Int64, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: prefix)
        appendNumber(number, end: newline, to: &bytes)
    }

    @inlinable @inline(__always)
    public static func line(_ prefix: Word, _ number: Int64, to bytes: inout [UInt8]) {
        line(prefix.bytes, number, to: &bytes)
    }

    /// A BEGIN without a kept prefix.
    public static func begin(_ chart: Word, _ microseconds: Int64, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: StaticString("BEGIN ").bytes)
        appendQuoted(chart.bytes, to: &bytes)
        bytes.append(0x20)
        appendNumber(microseconds, end: newline, to: &bytes)
    }

    /// A SET without a kept prefix.
    public static func set(_ dimension: Word, _ value: Int64, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: StaticString("SET ").bytes)
        appendQuoted(dimension.bytes, to: &bytes)
        bytes.append(contentsOf: StaticString(" = ").bytes)
        appendNumber(value, end: newline, to: &bytes)
    }

    @inlinable
    public static func end(to bytes: inout [UInt8]) {
        bytes.append(0x45)
        bytes.append(0x4e)
        bytes.append(0x44)
        bytes.append(newline)
    }
}

// MARK: Pieces of lines

extension CommandWriter {
    @usableFromInline
    static func appendNumber(_ number: Int64, end: UInt8, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
            var index = 23
            buffer[index] = end
            var rest = number.magnitude
            repeat {
                index &-= 1
                buffer[index] = UInt8(truncatingIfNeeded: rest % 10) | 0x30
                rest /= 10
            } while rest > 0
            if number < 0 {
                index &-= 1
                buffer[index] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[index...]))
        }
    }

    static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
        appendQuoted(text.utf8, to: &bytes)
    }

    /// Nobody unescapes anything, so `"` becomes `'` and control characters blanks. A backslash keeps the quote behind it
    /// from closing: at the end of the text it becomes a slash.
    static func appendQuoted(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(doubleQuote)
        var isEscaped = false
        for byte in text {
            switch byte {
            case doubleQuote: bytes.append(UInt8(ascii: "'"))
            case 0..<0x20: bytes.append(0x20)
            default: bytes.append(byte)
            }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        if isEscaped { bytes[bytes.count - 1] = UInt8(ascii: "/") }
        bytes.append(doubleQuote)
    }

    static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: text.bytes)
    }
}

extension StaticString {
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}
