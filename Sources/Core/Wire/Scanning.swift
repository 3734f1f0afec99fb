public import Basics

// Eight bytes at a time, for the two things a usual line consists of: words in double quotes and decimal numbers. Each
// function answers `nil` for whatever is not usual and leaves it to ``Words``. Reads stay before `end`.

/// The word in double quotes at the cursor, which then stands behind the closing quote. `nil` without an opening or
/// closing quote, with a backslash, or where the word is empty.
@inlinable @inline(__always)
func quotedWord(_ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Word? {
    guard cursor[0] == doubleQuote else { return nil }
    let start = cursor + 1
    var next = start
    while end - next >= 8 {
        let block = eightBytes(next)
        // The lowest hit is exact: a borrow only ever marks bytes above a true one.
        let hits =
            zeroBytes(block ^ 0x2222_2222_2222_2222) | zeroBytes(block ^ 0x0a0a_0a0a_0a0a_0a0a)
            | zeroBytes(block ^ 0x5c5c_5c5c_5c5c_5c5c)
        if hits == 0 {
            next += 8
            continue
        }
        next += hits.trailingZeroBitCount >> 3
        guard next[0] == doubleQuote, next > start else { return nil }
        cursor = next + 1
        return Word(start: start, count: next - start)
    }
    return nil
}

/// A SET's value after its separators, if it is a plain decimal number of at most 18 digits; `nil` also where C would read
/// it with another base.
@inlinable @inline(__always)
func signedNumber(_ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    if end - cursor >= 4, fourBytes(cursor) & 0x00ff_ffff == 0x203d20 {
        cursor += 3
    } else {
        skipSeparators(&cursor)
    }
    let isNegative = cursor[0] == 0x2d
    if isNegative { cursor += 1 }
    if cursor[0] == 0x30, (cursor[1] >= 0x30 && cursor[1] <= 0x39) || cursor[1] | 0x20 == 0x78 { return nil }
    guard let magnitude = digits(&cursor, end) else { return nil }
    return isNegative ? 0 &- magnitude : magnitude
}

/// A BEGIN's microseconds after their separators, 0 at the end of the line; `nil` for anything but up to 18 digits.
@inlinable @inline(__always)
func plainNumber(_ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    skipSeparators(&cursor)
    return cursor[0] == newline ? 0 : digits(&cursor, end)
}

@inlinable @inline(__always)
func digits(_ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    var value: UInt64 = 0
    var left = 18
    if end - cursor >= 8 {
        let block = eightBytes(cursor) ^ 0x3030_3030_3030_3030
        let others = ((block &+ 0x7676_7676_7676_7676) | block) & 0x8080_8080_8080_8080
        if others != 0 {
            let bits = others.trailingZeroBitCount & ~7
            guard bits > 0 else { return nil }
            cursor += bits >> 3
            return Int64(bitPattern: eightDigits(block &<< UInt64(truncatingIfNeeded: 64 &- bits)))
        }
        value = eightDigits(block)
        cursor += 8
        left = 10
    }
    let first = left
    while case let digit = cursor[0] &- 0x30, digit <= 9 {
        guard left > 0 else { return nil }
        value = value &* 10 &+ UInt64(digit)
        cursor += 1
        left &-= 1
    }
    return first == 18 && left == 18 ? nil : Int64(bitPattern: value)
}

/// The number that eight digit values make, the first in the lowest byte.
@inlinable @inline(__always)
func eightDigits(_ block: UInt64) -> UInt64 {
    let pairs = (block &* 10 &+ (block &>> 8)) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs &* 100 &+ (pairs &>> 16)) & 0x0000_ffff_0000_ffff
    return (fours &* 10_000 &+ (fours &>> 32)) & 0xffff_ffff
}

@inlinable @inline(__always)
func skipSeparators(_ cursor: inout UnsafePointer<UInt8>) {
    while cursor[0] == 0x20 || cursor[0] == 0x3d { cursor += 1 }
}

/// An RSET's value: one blank, then letters, digits, signs and points; `nil` for anything else.
@inlinable @inline(__always)
func bareValue(_ cursor: inout UnsafePointer<UInt8>) -> Word? {
    guard cursor[0] == 0x20 else { return nil }
    let start = cursor + 1
    var next = start
    while case let byte = next[0], byte &- 0x30 <= 9 || byte &- 0x2b <= 3 || (byte | 0x20) &- 0x61 <= 25 { next += 1 }
    guard next > start, next[0] == 0x20 else { return nil }
    cursor = next
    return Word(start: start, count: next - start)
}

/// An RSET's flags: one blank, none or one letter between quotes, and the end of the line, which is passed; `nil` for
/// anything else.
@inlinable @inline(__always)
func quotedFlags(_ cursor: inout UnsafePointer<UInt8>) -> Word? {
    guard cursor[0] == 0x20, cursor[1] == doubleQuote || cursor[1] == 0x27 else { return nil }
    let start = cursor + 2
    let count = start[0] | 0x20 >= 0x61 && start[0] | 0x20 <= 0x7a ? 1 : 0
    guard start[count] == cursor[1], start[count + 1] == newline else { return nil }
    cursor = start + count + 2
    return Word(start: start, count: count)
}

/// The start of the next line.
@inlinable @inline(__always)
func endOfLine(_ cursor: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var cursor = cursor
    while cursor[0] != newline { cursor += 1 }
    return cursor + 1
}

@inlinable @inline(__always)
func zeroBytes(_ block: UInt64) -> UInt64 {
    (block &- 0x0101_0101_0101_0101) & ~block & 0x8080_8080_8080_8080
}

@inlinable @inline(__always)
func fourBytes(_ cursor: UnsafePointer<UInt8>) -> UInt32 {
    UInt32(littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt32.self))
}

@inlinable @inline(__always)
func eightBytes(_ cursor: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self))
}

extension Word {
    /// The decimal digits at the front, 0 without any; too large ones clamp.
    @usableFromInline
    var plainNumber: Int64 {
        var value: Int64 = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { break }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(byte &- 0x30))
            if overflow || carry { return .max }
            value = sum
        }
        return value
    }
}
