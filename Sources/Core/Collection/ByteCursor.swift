import Basics

/// Reads words and numbers of a file of /proc from left to right, without allocation and never past its end.
struct ByteCursor {
    private(set) var position: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    /// The bytes must outlive the cursor and every ``Word`` it gave.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        position = bytes.baseAddress ?? StaticString("").utf8Start
        end = position + bytes.count
    }

    var isAtEnd: Bool { position >= end }

    /// Whether nothing but blanks is left of this line.
    var isAtLineEnd: Bool {
        mutating get {
            skipBlanks()
            return position >= end || position[0] == newline
        }
    }

    /// The next word of this line; empty at its end. `separator` ends a word as a blank does, and is skipped likewise.
    mutating func word(separator: UInt8 = space) -> Word {
        while position < end, isBlank(position[0]) || position[0] == separator { position += 1 }
        let start = position
        while position < end, !isBlank(position[0]), position[0] != separator, position[0] != newline { position += 1 }
        return Word(start: start, count: position - start)
    }

    /// The next word as a decimal number. What isn't a digit ends the number; too large ones wrap, as the kernel's own
    /// counters do. A missing word is 0.
    mutating func number() -> Int64 { word().decimal }

    /// The next word as a hexadecimal number without prefix.
    mutating func hexadecimal() -> Int64 { word().hexadecimal }

    /// Goes over one byte if it is the next one.
    mutating func skip(_ byte: UInt8) {
        if position < end, position[0] == byte { position += 1 }
    }

    mutating func skipWords(_ count: Int) {
        for _ in 0..<count { _ = word() }
    }

    /// Goes to the start of the next line. False where there is none.
    @discardableResult
    mutating func nextLine() -> Bool {
        while position < end, position[0] != newline { position += 1 }
        if position < end { position += 1 }
        return position < end
    }

    /// What is left of this line, its end not included.
    mutating func restOfLine() -> Word {
        let start = position
        while position < end, position[0] != newline { position += 1 }
        return Word(start: start, count: position - start)
    }

    private mutating func skipBlanks() {
        while position < end, isBlank(position[0]) { position += 1 }
    }
}

extension Word {
    /// Decimal digits after an optional `-`, up to the first other byte.
    var decimal: Int64 { fixedPoint(decimals: 0) }

    /// A decimal number multiplied by 10 to the power of `decimals`: `1.99` with 2 is 199. More decimals than that are
    /// dropped, missing ones are zeros.
    func fixedPoint(decimals: Int) -> Int64 {
        var index = 0
        let negative = count > 0 && start[0] == UInt8(ascii: "-")
        if negative { index = 1 }
        var value: UInt64 = 0
        while index < count, case let digit = start[index] &- 48, digit <= 9 {
            value = value &* 10 &+ UInt64(digit)
            index += 1
        }
        var missing = decimals
        if missing > 0, index < count, start[index] == UInt8(ascii: ".") {
            index += 1
            while missing > 0, index < count, case let digit = start[index] &- 48, digit <= 9 {
                value = value &* 10 &+ UInt64(digit)
                missing -= 1
                index += 1
            }
        }
        for _ in 0..<missing { value = value &* 10 }
        return Int64(bitPattern: negative ? 0 &- value : value)
    }

    /// Hexadecimal digits without prefix, up to the first other byte.
    var hexadecimal: Int64 {
        var value: UInt64 = 0
        for byte in bytes {
            guard let digit = hexadecimalDigit(byte) else { break }
            value = value &<< 4 | UInt64(digit)
        }
        return Int64(bitPattern: value)
    }

    /// Whether the word starts with `text`.
    func hasPrefix(_ text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where start[index] != text.utf8Start[index] { return false }
        return true
    }

    /// The word without its first `length` bytes.
    func dropping(_ length: Int) -> Word {
        let length = min(length, count)
        return Word(start: start + length, count: count - length)
    }
}

private let newline = UInt8(ascii: "\n")
let space = UInt8(ascii: " ")

@inline(__always)
private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
