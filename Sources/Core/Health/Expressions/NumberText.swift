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
