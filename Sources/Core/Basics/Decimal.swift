/// Appends a number with up to seven decimals: no exponent, no trailing zeros, no `.` where it is integral
/// (web API §6, "Printing"). NaN and infinities become `null`.
///
/// The seventh decimal is rounded half to even on the exact product, which is what the original prints.
public func appendDecimal(_ number: Double, to bytes: inout [UInt8]) {
    guard number.isFinite else {
        bytes += "null".utf8
        return
    }
    let magnitude = number.magnitude
    guard magnitude < 1e18 else {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendHuge(magnitude, to: &bytes)
        return
    }
    var whole = UInt64(magnitude)
    // Adding 2^52 leaves the integer in the low bits, rounded to nearest, ties to even.
    let scaled = (magnitude - Double(whole)) * 10_000_000 + 0x1p52
    var decimals = UInt32(truncatingIfNeeded: scaled.bitPattern & 0xffff_ffff)
    if decimals >= 10_000_000 {
        whole += 1
        decimals -= 10_000_000
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longestNumber) { text in
        // The whole part ends where the point stands, and the decimals follow it.
        let point = longestNumber - 9
        var start = point
        var end = point
        while whole >= 100 {
            let (rest, pair) = whole.quotientAndRemainder(dividingBy: 100)
            start -= 2
            text[start] = tens(pair)
            text[start + 1] = ones(pair)
            whole = rest
        }
        start -= 1
        text[start] = ones(whole)
        if whole >= 10 {
            start -= 1
            text[start] = tens(whole)
        }
        if number < 0 {
            start -= 1
            text[start] = UInt8(ascii: "-")
        }
        if decimals > 0 {
            text[point] = UInt8(ascii: ".")
            let (high, low) = (decimals / 1000, decimals % 1000)
            text[point + 1] = tens(high / 100)
            text[point + 2] = ones(high / 100)
            text[point + 3] = tens(high % 100)
            text[point + 4] = ones(high % 100)
            text[point + 5] = UInt8(truncatingIfNeeded: 48 + low / 100)
            text[point + 6] = tens(low % 100)
            text[point + 7] = ones(low % 100)
            end = point + 8
            while text[end - 1] == UInt8(ascii: "0") { end -= 1 }
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
    }
}

/// The two digits of 0…99.
@inline(__always) private func tens(_ pair: some BinaryInteger) -> UInt8 { 48 &+ UInt8(truncatingIfNeeded: pair) / 10 }
@inline(__always) private func ones(_ pair: some BinaryInteger) -> UInt8 { 48 &+ UInt8(truncatingIfNeeded: pair) % 10 }

/// Appends a number with always so many decimals, at most seven, as C's `%0.7f` has them. NaN and infinities become `null`.
public func appendFixed(_ number: Double, decimals: Int, to bytes: inout [UInt8]) {
    guard number.isFinite else {
        bytes += "null".utf8
        return
    }
    if number.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    let magnitude = number.magnitude
    guard magnitude < 1e15 else {
        appendDecimal(magnitude, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: decimals))
        return
    }
    var scale: UInt64 = 1
    for _ in 0..<decimals { scale *= 10 }
    var whole = UInt64(magnitude)
    var rest = UInt64(((magnitude - Double(whole)) * Double(scale)).rounded(.toNearestOrEven))
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
    var value = value
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longestNumber) { text in
        var start = text.count
        repeat { prepend(digitOf: &value, to: text, &start) } while value > 0
        bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: text[start...]))
    }
}

/// Bytes of a sign, 20 digits, a point and seven decimals, and some more.
private let longestNumber = 32

/// Puts the last digit of a number in front of a text that is written from its end, and takes it off the number.
@inline(__always)
private func prepend(digitOf value: inout UInt64, to text: UnsafeMutableBufferPointer<UInt8>, _ start: inout Int) {
    let rest = value / 10
    start &-= 1
    text[start] = UInt8(truncatingIfNeeded: value &- rest &* 10) + 48
    value = rest
}

/// Appends a signed integer.
public func appendDigits(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(value.magnitude, to: &bytes)
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
