/// `-10m`, `1.5h`, `90`, `never`: seconds with a sign (health §2, "Durations").
///
/// Only the first letter of the unit counts, and any other one means seconds.
/// - Returns: whole seconds, cut towards zero; `nil` where no number begins it.
func healthSeconds(_ text: some StringProtocol) -> Int? {
    if text == "never" { return 0 }
    let number = text.prefix { "+-.0123456789".contains($0) }
    let digits = number.drop { $0 == "+" || $0 == "-" }
    guard
        let value = Double(digits.hasPrefix(".") ? "0" + digits : digits.hasSuffix(".") ? digits + "0" : String(digits))
    else { return nil }
    let factor: Double =
        switch text.dropFirst(number.count).first {
        case "m": 60
        case "h": 3600
        case "d": 86_400
        case "w": 604_800
        case "M": 2_592_000
        case "Y": 31_536_000
        default: 1
        }
    let seconds = value * factor
    guard seconds < 1e15 else { return nil }
    return number.hasPrefix("-") ? -Int(seconds) : Int(seconds)
}
