internal import Basics

/// A number with up to seven decimals, as expressions and their variables are printed.
func numberText(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let scaled = (value.magnitude * 10_000_000).rounded()
    // So large that it has no decimals.
    guard scaled < 9e15 else { return wholeText(value) }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let whole = Int64(scaled) / 10_000_000
    var decimals = String(Int64(scaled) % 10_000_000)
    decimals = String(repeating: "0", count: 7 - decimals.count) + decimals
    while decimals.last == "0" { decimals.removeLast() }
    return sign + String(whole) + (decimals.isEmpty ? "" : "." + decimals)
}

/// The nearest whole number, however large.
func wholeText(_ value: Double) -> String {
    let rounded = value.rounded(.toNearestOrEven)
    if rounded.magnitude < 9e18 { return String(Int64(rounded)) }
    // Exact: a double of this size is a whole number of at most 309 digits.
    var digits: [UInt8] = [0]
    var bits = rounded.magnitude.significandBitPattern | (1 << 52)
    var shift = Int(rounded.magnitude.exponent) - 52
    var parts: [UInt8] = []
    while bits > 0 {
        parts.append(UInt8(bits % 10))
        bits /= 10
    }
    digits = parts
    while shift > 0 {
        var carry: UInt8 = 0
        for index in digits.indices {
            let doubled = digits[index] * 2 + carry
            digits[index] = doubled % 10
            carry = doubled / 10
        }
        if carry > 0 { digits.append(carry) }
        shift -= 1
    }
    return (rounded < 0 ? "-" : "") + digits.reversed().map(String.init).joined()
}
