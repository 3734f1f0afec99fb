/// A value with its unit, as a person reads it (health §6.4).
///
/// - Parameter decimals: always so many, at most seven; `nil`: fewer the larger it is, without zeros at the end.
public func spokenValue(_ value: Double, units: String, decimals: Int? = nil) -> String {
    // Nothing is not zero: so 1.37.1 has it.
    if let words = words(units) { return value != 0 ? words.0 : words.1 }
    switch units {
    case "seconds", "seconds ago": return time(value, suffix: units == "seconds ago" ? " ago" : "")
    case "minutes", "minutes ago":
        return minutesTime(value, suffix: units == "minutes ago" ? " ago" : "")
    case "hours", "hours ago": return hoursTime(value, suffix: units == "hours ago" ? " ago" : "")
    default: break
    }
    if value.isNaN { return "-" }
    let number = decimals.map { fixedNumber(value, decimals: $0) } ?? shortNumber(value)
    switch units {
    case "", "empty", "null": return number
    case "percentage", "percent", "pcent": return number + "%"
    default:
        let isWord =
            units.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a } ?? false
        return number + (isWord ? " " : "") + units
    }
}

private func words(_ units: String) -> (String, String)? {
    switch units {
    case "on/off", "on-off", "onoff": ("on", "off")
    case "up/down", "up-down", "updown": ("up", "down")
    case "ok/error", "ok-error", "okerror": ("ok", "error")
    case "ok/failed", "ok-failed", "okfailed": ("ok", "failed")
    default: nil
    }
}

/// What of a value in units of time counts: whole units; `nil` for what is no number, or none of a time.
private func wholeUnits(_ value: Double) -> UInt64? { UInt64(exactly: value.magnitude.rounded(.towardZero)) }

/// `1 day 02:03:04`.
private func time(_ value: Double, suffix: String) -> String {
    guard let seconds = wholeUnits(value) else { return "undefined" }
    if value == 0 { return "now" }
    let days = seconds / 86_400
    let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    let before = days > 0 ? "\(days) \(days == 1 ? "day" : "days") " : ""
    return before + clock.joined(separator: ":") + suffix
}

/// `2d 03h 04m`, `0h 4m`.
private func minutesTime(_ value: Double, suffix: String) -> String {
    guard let minutes = wholeUnits(value) else { return "undefined" }
    if value == 0 { return "now" }
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
    func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return (days > 0 ? "\(days)d \(two(hours))h \(two(rest))m" : "\(hours)h \(rest)m") + suffix
}

/// `2d 3h`.
private func hoursTime(_ value: Double, suffix: String) -> String {
    guard let hours = wholeUnits(value) else { return "undefined" }
    if value == 0 { return "now" }
    return (hours >= 24 ? "\(hours / 24)d " : "") + "\(hours % 24)h" + suffix
}

private func fixedNumber(_ value: Double, decimals: Int) -> String {
    guard value.isFinite, decimals > 0 else { return value.isFinite ? wholeText(value) : shortNumber(value) }
    var bytes: [UInt8] = []
    appendFixed(value, decimals: min(decimals, 7), to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

/// Fewer decimals the larger it is; without zeros at its end.
private func shortNumber(_ value: Double) -> String {
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let size = value.magnitude
    let digits =
        size >= 1000
        ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : size >= 0.01 ? 4 : size >= 0.001 ? 5 : size >= 0.0001 ? 6 : 7
    guard digits > 0 else { return wholeText(value) }
    let factor = [1.0, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7][digits]
    let scaled = Int64(roundedProduct(size, factor))
    var decimals = String(scaled % Int64(factor))
    decimals = String(repeating: "0", count: digits - decimals.count) + decimals
    while decimals.last == "0" { decimals.removeLast() }
    let text = String(scaled / Int64(factor)) + (decimals.isEmpty ? "" : "." + decimals)
    return value < 0 && scaled != 0 ? "-" + text : text
}

/// The product rounded as if it was exact: what seems to lie in the middle mostly doesn't.
private func roundedProduct(_ size: Double, _ factor: Double) -> Double {
    let product = size * factor
    let below = product.rounded(.down)
    let rest = (-product).addingProduct(size, factor)
    guard product - below == 0.5, rest != 0 else { return product.rounded(.toNearestOrEven) }
    return rest > 0 ? below + 1 : below
}

/// The nearest whole number, however large.
public func wholeText(_ value: Double) -> String {
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
