import Basics

/// How the texts of values are read (streaming protocol §15.1). Reading never fails: what can't be read is what C makes
/// of it, and ``Values/oddity(of:as:)`` says so.
enum Values {
    static func boolean(_ text: String) -> Bool { trueWords.contains(text.lowercased()) }

    static let trueWords: Set<String> = ["yes", "true", "on", "auto", "on demand"]
    /// What somebody means by a no; everything else that is none of the true words is read as one without being meant.
    static let falseWords: Set<String> = ["no", "false", "off", "never", "none", "0"]

    /// `nil` where the word is none of the exact ones: the default then counts.
    static func health(_ text: String) -> TriState? {
        text == "on demand" ? .auto : TriState(rawValue: text)
    }

    static func mode(_ text: String) -> DatabaseMode { DatabaseMode(rawValue: text) ?? .ofUnknownWord }

    /// A number as `strtoll` with base 0 reads it.
    static func integer(_ text: String) -> Int64 { text.withWord(\.number) }

    /// What follows the digits that ``integer(_:)`` reads; `nil` where there are none.
    static func afterDigits(_ text: String) -> Substring? {
        var rest = text.drop(while: \.isWhitespace)
        if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
        let lower = rest.lowercased()
        if lower.hasPrefix("0x"), lower.dropFirst(2).first?.isHexDigit == true {
            return rest.dropFirst(2).drop { $0.isASCII && $0.isHexDigit }
        }
        let digits: ClosedRange<Character> = rest.first == "0" ? "0"..."7" : "0"..."9"
        let after = rest.drop { digits.contains($0) }
        return after.startIndex == rest.startIndex ? nil : after
    }

    /// Seconds: a number, or numbers with units one after the other (`1h30m`). Fractions of a second count as one.
    static func seconds(_ text: String) -> Int64? {
        if text.lowercased() == "never" || text.lowercased() == "off" { return 0 }
        return quantity(text, units: secondsPerUnit)
    }

    /// Bytes: a number, or a number with a unit (`10MiB`, `10MB`).
    static func bytes(_ text: String) -> Int64? { quantity(text, units: bytesPerUnit) }

    /// MiB: a number, or a size with a unit, rounded down to whole ones but not to none.
    static func megabytes(_ text: String) -> Int64? {
        if afterDigits(text)?.isEmpty == true { return integer(text) }
        guard let bytes = bytes(text) else { return nil }
        return bytes <= 0 ? bytes : max(1, bytes >> 20)
    }

    private static let secondsPerUnit: [String: Double] = [
        "ms": 0.001, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60,
        "minute": 60, "minutes": 60, "h": 3_600, "hour": 3_600, "hours": 3_600, "d": 86_400, "day": 86_400,
        "days": 86_400, "w": 604_800, "week": 604_800, "weeks": 604_800, "mo": 2_592_000, "month": 2_592_000,
        "months": 2_592_000, "y": 31_536_000, "year": 31_536_000, "years": 31_536_000,
    ]

    private static let bytesPerUnit: [String: Double] = [
        "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "k": 1_024, "m": 1_048_576, "g": 1_073_741_824,
        "t": 1_099_511_627_776, "kib": 1_024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]

    private static func quantity(_ text: String, units: [String: Double]) -> Int64? {
        if let rest = afterDigits(text), rest.allSatisfy(\.isWhitespace) { return integer(text) }
        var rest = text[...]
        var sum = 0.0
        while true {
            rest = rest.drop(while: \.isWhitespace)
            if rest.isEmpty { break }
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count).drop(while: \.isWhitespace)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            guard let number = decimal(digits), let factor = units[unit.lowercased()] else { return nil }
            sum += number * factor
            rest = rest.dropFirst(unit.count)
        }
        guard sum > 0 else { return sum == 0 && !text.allSatisfy(\.isWhitespace) ? 0 : nil }
        return sum.rounded(.up) < 9e18 ? Int64(sum.rounded(.up)) : .max
    }

    private static func decimal(_ digits: Substring) -> Double? {
        guard let first = digits.first, first != ".", digits.last != ".", digits.count <= 20 else { return nil }
        return Double(digits)
    }
}
