/// Appends a number with up to seven decimals: no exponent, no trailing zeros, no `.` where it is integral
/// (web API §6, "Printing"). NaN and infinities become `null`.
///
/// The seventh decimal is rounded half to even on the exact product, which is what the original prints.
public func appendDecimal(_ number: Double, to bytes: inout [UInt8]) {
    guard number.magnitude < endOfUsual else { return appendUnusual(number, to: &bytes) }
    bytes.append(addingCapacity: longestNumber) { span in
        span.withUnsafeMutableBufferPointer { text, count in
            count = writeDecimal(number, at: text.baseAddress! + count) - text.baseAddress!
        }
    }
}

extension [UInt8] {
    /// Appends a line of a table: a text, a row of numbers as ``appendDecimal(_:to:)`` prints them with a separator in front
    /// of each, and a text.
    public mutating func append(
        _ start: ShortText,
        decimals row: UnsafeBufferPointer<Double>,
        separator: UInt8,
        _ end: ShortText
    ) {
        var index = 0
        let numbers = Swift.min(row.count, numbersAtOnce) * (longestNumber + 1)
        append(addingCapacity: numbers + 2 * ShortText.room) { span in
            span.withUnsafeMutableBufferPointer { text, count in
                var place = start.write(at: text.baseAddress! + count)
                index = writeUsual(row, from: 0, separator, at: &place)
                if index == row.count { place = end.write(at: place) }
                count = place - text.baseAddress!
            }
        }
        guard index < row.count else { return }
        append(decimals: UnsafeBufferPointer(rebasing: row[index...]), separator: separator)
        append(short: end)
    }

    /// Appends a row of numbers, each as ``appendDecimal(_:to:)`` prints it, with a separator in front of each.
    public mutating func append(decimals row: UnsafeBufferPointer<Double>, separator: UInt8) {
        var index = 0
        while index < row.count {
            append(addingCapacity: Swift.min(row.count - index, numbersAtOnce) * (longestNumber + 1)) { span in
                span.withUnsafeMutableBufferPointer { text, count in
                    var place = text.baseAddress! + count
                    index = writeUsual(row, from: index, separator, at: &place)
                    count = place - text.baseAddress!
                }
            }
            if index < row.count, row[index].isFinite, row[index].magnitude >= endOfUsual {
                append(separator)
                appendUnusual(row[index], to: &self)
                index += 1
            }
        }
    }
}

/// Room is made for so many numbers of a row: for most rows, and no more than a few hundred bytes.
private let numbersAtOnce = 16

/// Writes up to ``numbersAtOnce`` numbers of a row, and none from the first one on that is too long.
/// - Returns: the index of the first that is not written.
@inline(__always)
private func writeUsual(
    _ row: UnsafeBufferPointer<Double>,
    from first: Int,
    _ separator: UInt8,
    at place: inout Text
) -> Int {
    let last = min(row.count, first + numbersAtOnce)
    for index in first..<last {
        let number = row[index]
        if number.magnitude < endOfUsual {
            place.pointee = separator
            place = writeDecimal(number, at: place + 1)
        } else if number.isFinite {
            return index
        } else {
            place.pointee = separator
            place = write("null", at: place + 1)
        }
    }
    return last
}

/// From here on there is no unsigned integer to work with; NaN is not below it either.
private let endOfUsual = 1e18

/// What is `null`, or very long.
@inline(never)
private func appendUnusual(_ number: Double, to bytes: inout [UInt8]) {
    guard number.isFinite else {
        bytes += "null".utf8
        return
    }
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    appendHuge(number.magnitude, to: &bytes)
}

/// Appends a number with always so many decimals, at most seven, as C's `%0.7f` has them. NaN and infinities become `null`.
public func appendFixed(_ number: Double, decimals: Int, to bytes: inout [UInt8]) {
    guard decimals == 7, number.magnitude < endOfFixed else {
        return appendOtherFixed(number, decimals: decimals, to: &bytes)
    }
    bytes.append(addingCapacity: longestNumber) { span in
        span.withUnsafeMutableBufferPointer { text, count in
            count = writeFixed(number, at: text.baseAddress! + count) - text.baseAddress!
        }
    }
}

extension [UInt8] {
    /// Appends a number with seven decimals, as ``appendFixed(_:decimals:to:)`` prints it, and what follows it.
    public mutating func append(fixed number: Double, _ end: [UInt8]) {
        guard number.magnitude < endOfFixed else {
            appendOtherFixed(number, decimals: 7, to: &self)
            self += end
            return
        }
        append(addingCapacity: longestNumber + end.count) { span in
            span.withUnsafeMutableBufferPointer { text, count in
                var place = writeFixed(number, at: text.baseAddress! + count)
                end.withUnsafeBufferPointer { end in
                    if let source = end.baseAddress { place.update(from: source, count: end.count) }
                    place += end.count
                }
                count = place - text.baseAddress!
            }
        }
    }
}

/// From here on a double has one decimal, or two or three, and is not printed in one go.
private let endOfFixed = 1e15

/// Fewer decimals than seven, what is `null`, and what is very long.
@inline(never)
private func appendOtherFixed(_ number: Double, decimals: Int, to bytes: inout [UInt8]) {
    guard number.isFinite else {
        bytes += "null".utf8
        return
    }
    if number.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    let magnitude = number.magnitude
    // There are no decimals any more, and no integer for its digits.
    guard magnitude < endOfUsual else {
        appendDecimal(magnitude, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: decimals))
        return
    }
    var scale: UInt64 = 1
    for _ in 0..<decimals { scale *= 10 }
    var whole = UInt64(magnitude)
    var rest = rounded(magnitude - Double(whole), times: Double(scale))
    if rest >= scale {
        whole += 1
        rest -= scale
    }
    appendDigits(whole, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    let end = bytes.count + decimals
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: decimals))
    var index = end
    while rest > 0 {
        index -= 1
        bytes[index] += UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
    }
}

/// Appends the digits of an integer.
public func appendDigits(_ value: UInt64, to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: longestNumber) { span in
        span.withUnsafeMutableBufferPointer { text, count in
            count = writeDigits(value, at: text.baseAddress! + count) - text.baseAddress!
        }
    }
}

/// Appends a signed integer.
public func appendDigits(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(value.magnitude, to: &bytes)
}

// MARK: Writing without asking for room

/// Bytes of a sign, 20 digits, a point and eight decimals, and some more: whoever writes has so many.
private let longestNumber = 40

private typealias Text = UnsafeMutablePointer<UInt8>

@inline(__always)
private func write(_ text: StaticString, at start: Text) -> Text {
    start.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    return start + text.utf8CodeUnitCount
}

/// - Parameter number: its magnitude is below ``endOfUsual``.
/// - Returns: where the text ends.
@inline(__always)
private func writeDecimal(_ number: Double, at start: Text) -> Text {
    let magnitude = number.magnitude
    start.pointee = UInt8(ascii: "-")
    let text = start + (number < 0 ? 1 : 0)
    guard magnitude < endOfShort else { return writeLongDecimal(magnitude, at: text) }
    let (whole, decimals) = splitShort(magnitude)
    return writeDecimals(decimals, at: writeShortDigits(whole, at: text))
}

@inline(never)
private func writeLongDecimal(_ magnitude: Double, at start: Text) -> Text {
    let (whole, decimals) = split(magnitude)
    return writeDecimals(decimals, at: writeDigits(whole, at: start))
}

/// Seven decimals without the zeros at their end; without any no point either.
@inline(__always)
private func writeDecimals(_ decimals: UInt32, at point: Text) -> Text {
    guard decimals > 0 else { return point }
    point.pointee = UInt8(ascii: ".")
    let digits = eightDigits(decimals &* 10)
    store(digits, at: point + 1)
    // The zeros at the end are the highest bytes.
    return point + (9 &- digits.leadingZeroBitCount / 8)
}

/// All seven decimals, and the sign of -0 too.
///
/// - Parameter number: its magnitude is below ``endOfFixed``.
/// - Returns: where the text ends.
@inline(__always)
private func writeFixed(_ number: Double, at start: Text) -> Text {
    let magnitude = number.magnitude
    start.pointee = UInt8(ascii: "-")
    let text = start + (number.sign == .minus ? 1 : 0)
    let isBetween = isInTheMiddle((magnitude - Double(Int64(magnitude))) * 10_000_000)
    let point: Text
    let decimals: UInt32
    if magnitude < endOfShort, !isBetween {
        let parts = splitShort(magnitude)
        point = writeShortDigits(parts.whole, at: text)
        decimals = parts.decimals
    } else {
        let parts = isBetween ? splitExactly(magnitude) : split(magnitude)
        point = writeDigits(parts.whole, at: text)
        decimals = parts.decimals
    }
    point.pointee = UInt8(ascii: ".")
    store(eightDigits(decimals &* 10), at: point + 1)
    return point + 8
}

/// Most numbers of a host are below: their integers have four digits at most, also rounded up.
private let endOfShort = 9_999.0

/// ``split(_:)`` of a number below ``endOfShort``.
@inline(__always)
private func splitShort(_ magnitude: Double) -> (whole: UInt32, decimals: UInt32) {
    let integer = Int32(magnitude)
    let whole = UInt32(truncatingIfNeeded: integer)
    let rest = magnitude - Double(integer)
    // Counts have none, and are as frequent as all others.
    guard rest > 0 else { return (whole, 0) }
    return rounded(whole, rest)
}

/// Whether a product, which may have been rounded itself, is to be rounded up as much as down.
@inline(__always)
private func isInTheMiddle(_ product: Double) -> Bool { product - Double(Int64(product)) == 0.5 }

/// A number's part behind the point, times a power of ten, rounded as C's `printf` does it: what seems to lie in the middle mostly
/// does not.
private func rounded(_ rest: Double, times scale: Double) -> UInt64 {
    let product = rest * scale
    let error = (-product).addingProduct(rest, scale)
    guard isInTheMiddle(product), error != 0 else { return UInt64(product.rounded(.toNearestOrEven)) }
    return UInt64(product) + (error > 0 ? 1 : 0)
}

@inline(never)
private func splitExactly(_ magnitude: Double) -> (whole: UInt64, decimals: UInt32) {
    let whole = UInt64(magnitude)
    let decimals = rounded(magnitude - Double(whole), times: 10_000_000)
    return decimals < 10_000_000 ? (whole, UInt32(decimals)) : (whole + 1, 0)
}

/// A number's integer and its first seven decimals, rounded half to even.
@inline(__always)
private func split(_ magnitude: Double) -> (whole: UInt64, decimals: UInt32) {
    let whole = UInt64(truncatingIfNeeded: Int64(magnitude))
    return rounded(whole, magnitude - Double(Int64(truncatingIfNeeded: whole)))
}

/// - Parameter rest: what a number has beyond its integer.
@inline(__always)
private func rounded<Integer: FixedWidthInteger>(_ whole: Integer, _ rest: Double) -> (Integer, UInt32) {
    // Adding 2^52 leaves the integer in the low bits, rounded to nearest, ties to even.
    let scaled = rest * 10_000_000 + 0x1p52
    let decimals = UInt32(truncatingIfNeeded: scaled.bitPattern)
    return decimals < 10_000_000 ? (whole, decimals) : (whole &+ 1, decimals &- 10_000_000)
}

/// - Parameter value: below 10,000.
@inline(__always)
private func writeShortDigits(_ value: UInt32, at start: Text) -> Text {
    guard value > 9 else {
        start.pointee = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value)
        return start + 1
    }
    let hundreds = (value &* 10_486) &>> 20
    let digits = twoDigits(hundreds | (value &- hundreds &* 100) &<< 16)
    let zeros = digits.trailingZeroBitCount / 8
    UnsafeMutableRawPointer(start).storeBytes(
        of: ((digits | 0x3030_3030) &>> UInt32(zeros &* 8)).littleEndian,
        as: UInt32.self
    )
    return start + (4 &- zeros)
}

@inline(__always)
private func writeDigits(_ value: UInt64, at start: Text) -> Text {
    guard value < 100_000_000 else { return writeManyDigits(value, at: start) }
    return writeFirstDigits(UInt32(truncatingIfNeeded: value), at: start)
}

@inline(never)
private func writeManyDigits(_ value: UInt64, at start: Text) -> Text {
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    let next = writeDigits(high, at: start)
    store(eightDigits(UInt32(truncatingIfNeeded: low)), at: next)
    return next + 8
}

/// Up to eight digits, without zeros in front.
@inline(__always)
private func writeFirstDigits(_ value: UInt32, at start: Text) -> Text {
    let digits = eightDigits(value)
    // The zeros in front are the lowest bytes; one of them stays where there is nothing else.
    let zeros = (digits | 1 &<< 56).trailingZeroBitCount / 8
    store(digits &>> UInt64(zeros &* 8), at: start)
    return start + (8 &- zeros)
}

/// Writes eight bytes, the lowest first, as digits; those that count are the caller's business.
@inline(__always)
private func store(_ digits: UInt64, at text: Text) {
    UnsafeMutableRawPointer(text).storeBytes(
        of: (digits | 0x3030_3030_3030_3030).littleEndian,
        as: UInt64.self
    )
}

/// The digits of a number below 100,000,000, each in a byte, the first in the lowest: split in halves until each part is a
/// digit, all parts at once.
@inlinable @inline(__always)
public func eightDigits(_ value: UInt32) -> UInt64 {
    let high = value / 10_000
    let fours = UInt64(high) | UInt64(value &- high &* 10_000) &<< 32
    // 10,486 / 2^20 divides numbers of four digits by 100, and 103 / 2^10 those of two by 10.
    let hundreds = (fours &* 10_486) &>> 20 & 0x0000_007f_0000_007f
    return twoDigits(hundreds | (fours &- hundreds &* 100) &<< 16)
}

/// Numbers below 100, each in 16 bits, become two digits each.
@inlinable @inline(__always)
func twoDigits<Numbers: FixedWidthInteger>(_ twos: Numbers) -> Numbers {
    let tens = (twos &* 103) &>> 10 & Numbers(truncatingIfNeeded: 0x000f_000f_000f_000f as UInt64)
    return tens | (twos &- tens &* 10) &<< 8
}

/// Numbers too big for 64 bits, with all their digits: a double of that size is an integer of 53 bits and zeros.
private func appendHuge(_ magnitude: Double, to bytes: inout [UInt8]) {
    let base: UInt64 = 1_000_000_000
    // The last nine digits first.
    var limbs: [UInt64] = []
    var significand = magnitude.significandBitPattern | 1 << 52
    while significand > 0 {
        limbs.append(significand % base)
        significand /= base
    }
    var doublings = Int(magnitude.exponent) - 52
    while doublings > 0 {
        let step = min(doublings, 29)
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] << UInt64(step) + carry
            limbs[index] = product % base
            carry = product / base
        }
        if carry > 0 { limbs.append(carry) }
        doublings -= step
    }
    appendDigits(limbs.removeLast(), to: &bytes)
    for limb in limbs.reversed() {
        let digits = String(limb).utf8
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 9 - digits.count))
        bytes += digits
    }
}
