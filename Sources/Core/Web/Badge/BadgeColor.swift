import Store

/// Colours of a badge (web API §9).
enum BadgeColor {
    static let label = "555"
    static let text = "fff"
    static let value = "4c1"
    static let null = "999"

    /// A name or three or six hexadecimal digits, as it stands in SVG without `#`; `nil` for anything else.
    static func known(_ text: some StringProtocol) -> String? {
        switch text {
        case "brightgreen": return "4c1"
        case "green": return "97CA00"
        case "yellow": return "dfb317"
        case "yellowgreen": return "a4a61d"
        case "orange": return "fe7d37"
        case "red": return "e05d44"
        case "blue": return "007ec6"
        case "grey", "gray": return "555"
        case "lightgrey", "lightgray": return "9f9f9f"
        default:
            let isHexadecimal = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    true
                default: false
                }
            }
            return isHexadecimal && [3, 6].contains(text.utf8.count) ? String(text) : nil
        }
    }

    /// What an alarm's value has when nobody chose a colour.
    static func of(_ status: AlarmStatus) -> String {
        switch status {
        case .critical: "e05d44"
        case .warning: "fe7d37"
        case .clear: "4c1"
        case .undefined: "9f9f9f"
        case .removed, .uninitialized: "555"
        }
    }

    /// The colour that `value_color` has for a value: `green<5|red>=5`, `COLOR:null|COLOR`.
    ///
    /// The first whose condition holds; the last one where none does. Numbers are whole ones, `null` is no value, and nothing
    /// else holds for that. A colour without a condition always holds.
    /// - Returns: `nil` where it is no colour.
    static func chosen(_ rules: String, for value: Double) -> String? {
        var last: Substring = ""
        for rule in rules.split(separator: "|", omittingEmptySubsequences: false) {
            let color = rule.prefix { !signs.contains($0) }
            let condition = rule[color.endIndex...]
            last = color
            if condition.isEmpty || Condition(condition).holds(for: value) { break }
        }
        return known(last)
    }

    private static let signs = "<>{}()=:!"

    private struct Condition {
        /// What is compared; `nil` is null.
        private let number: Int64?
        private let holds: (Double, Double) -> Bool

        init(_ text: Substring) {
            var rest = text
            let first = rest.removeFirst()
            let second = rest.first
            switch (first, second) {
            case ("<", ">"), ("!", "="): holds = { $0 != $1 }
            case ("<", "="), ("{", "="), ("(", "="): holds = { $0 <= $1 }
            case (">", "="), ("}", "="), (")", "="): holds = { $0 >= $1 }
            case ("<", _), ("{", _), ("(", _): holds = { $0 < $1 }
            case (">", _), ("}", _), (")", _): holds = { $0 > $1 }
            case ("!", _): holds = { $0 != $1 }
            default: holds = { $0 == $1 }
            }
            if second == "=" || first == "<" && second == ">" { rest.removeFirst() }
            number = rest.isEmpty || rest == "null" ? nil : leadingInteger(String(rest))
        }

        func holds(for value: Double) -> Bool {
            guard let number else { return value.isNaN }
            return !value.isNaN && holds(value, Double(number))
        }
    }
}
