/// Appends a number with up to seven decimals: no exponent, no trailing zeros, no `.` where it is integral
/// (web API §6, "Printing"). NaN and infinities become `null`.
///
/// The seventh decimal is rounded half to even on the exact product, which is what the original prints.
public func appendDecimal(_ number: Double, to bytes: inout [UInt8]) {
    guard number.isFinite else {
        bytes += "null".utf8
        return
    }
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = number.magnitude
    guard magnitude < 1e18 else {
        appendHuge(magnitude, to: &bytes)
        return
    }
    var whole = UInt64(magnitude)
    var decimals = UInt64(((magnitude - Double(whole)) * 10_000_000).rounded(.toNearestOrEven))
    if decimals >= 10_000_000 {
        whole += 1
        decimals -= 10_000_000
    }
    appendDigits(whole, to: &bytes)
    guard decimals > 0 else { return }
    var width = 7
    while decimals % 10 == 0 {
        decimals /= 10
        width -= 1
    }
    bytes.append(UInt8(ascii: "."))
    let end = bytes.count + width
    bytes.append(contentsOf: repeatElement(48, count: width))
    var index = end
    while decimals > 0 {
        index -= 1
        bytes[index] = UInt8(truncatingIfNeeded: decimals % 10) + 48
        decimals /= 10
    }
}

/// Appends the digits of an integer.
public func appendDigits(_ value: UInt64, to bytes: inout [UInt8]) {
    var value = value
    let start = bytes.count
    repeat {
        bytes.append(UInt8(truncatingIfNeeded: value % 10) + 48)
        value /= 10
    } while value > 0
    bytes[start...].reverse()
}

/// Appends a signed integer.
public func appendDigits(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(value.magnitude, to: &bytes)
}

/// Integral numbers beyond 64 bits, digit by digit: a double of that size has no fraction.
private func appendHuge(_ magnitude: Double, to bytes: inout [UInt8]) {
    var digits: [UInt8] = []
    var rest = magnitude
    while rest >= 1 {
        digits.append(UInt8(rest.truncatingRemainder(dividingBy: 10)) + 48)
        rest = (rest / 10).rounded(.down)
    }
    bytes += digits.reversed()
}
