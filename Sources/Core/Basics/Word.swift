public import Glibc

/// A borrowed run of bytes, usually one word of a line.
///
/// It is valid only while the buffer it points into stays where it is: use it at once or make a `String` of it.
/// It exists because the per-line path may neither allocate nor retain (ARCHITECTURE.md, law 4).
public struct Word {
    public let start: UnsafePointer<UInt8>
    public let count: Int

    @inlinable @inline(__always)
    public init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    @inlinable public var isEmpty: Bool { count == 0 }

    @inlinable public subscript(_ index: Int) -> UInt8 { start[index] }

    @inlinable public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// The text; bytes that aren't UTF-8 become U+FFFD.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    @inlinable @inline(__always)
    public static func == (word: Word, text: StaticString) -> Bool {
        word.count == text.utf8CodeUnitCount && memcmp(word.start, text.utf8Start, word.count) == 0
    }

    @inlinable @inline(__always)
    public static func == (word: Word, other: Word) -> Bool {
        word.count == other.count && memcmp(word.start, other.start, word.count) == 0
    }

    public static func == (word: Word, text: String) -> Bool {
        var text = text
        return text.withUTF8 { $0.count == word.count && memcmp(word.start, $0.baseAddress!, word.count) == 0 }
    }

    /// FNV-1a over the bytes: short, and good enough for ids that differ in their last characters.
    @inlinable @inline(__always)
    public var hash: UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in 0..<count { hash = (hash ^ UInt32(start[index])) &* 16_777_619 }
        return hash
    }

    /// Whether the bytes contain `text` anywhere: how the wire's option words are read.
    public func contains(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        for offset in 0...(count - length) where memcmp(start + offset, text.utf8Start, length) == 0 { return true }
        return false
    }

    /// A signed number as C's `strtoll` with base 0 reads it: blanks, sign, `0x` and `0` prefixes; what follows
    /// the digits is ignored, no digits are 0. Too large values clamp, as strtoll's do.
    public var number: Int64 {
        var index = 0
        while index < count, start[index] == 0x20 || (start[index] >= 9 && start[index] <= 13) { index += 1 }
        var negative = false
        if index < count, start[index] == UInt8(ascii: "-") || start[index] == UInt8(ascii: "+") {
            negative = start[index] == UInt8(ascii: "-")
            index += 1
        }
        var base: UInt64 = 10
        if index < count, start[index] == UInt8(ascii: "0") {
            base = 8
            if index + 2 < count, start[index + 1] | 0x20 == UInt8(ascii: "x"),
                hexadecimalDigit(start[index + 2]) != nil
            {
                base = 16
                index += 2
            }
        }
        var value: UInt64 = 0
        let limit: UInt64 = negative ? 1 << 63 : 1 << 63 - 1
        while index < count, let digit = hexadecimalDigit(start[index]), digit < base {
            let (product, overflow) = value.multipliedReportingOverflow(by: base)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            value = overflow || carry || sum > limit ? limit : sum
            index += 1
        }
        return negative ? Int64(truncatingIfNeeded: 0 &- value) : Int64(value)
    }
}

@available(*, unavailable)
extension Word: Sendable {}

extension String {
    /// Calls `body` with the text as a ``Word``.
    public func withWord<Result>(_ body: (Word) throws -> Result) rethrows -> Result {
        var copy = self
        return try copy.withUTF8 { bytes in
            guard let start = bytes.baseAddress else {
                return try body(Word(start: StaticString("").utf8Start, count: 0))
            }
            return try body(Word(start: start, count: bytes.count))
        }
    }
}
