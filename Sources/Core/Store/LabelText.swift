/// What of a label is kept, as 1.37.1 keeps it of its children's: its key is one that every database takes for a name, its value one
/// that nothing has to be escaped in (streaming protocol §8.2).
enum LabelText {
    /// Bytes of a key that count.
    static let longestKey = 199
    /// What stands for a value that there is not.
    static let none = "[none]"

    /// Lower-case letters, digits, `.`, `-`, `/` and `_`; a `,` is a point, a `\` a slash, blanks are a `_`, and so is anything else.
    /// - Returns: `nil` where nothing of it is left.
    static func key(_ text: String) -> String? {
        let key = joined(text) { scalar in
            switch scalar {
            case "A"..."Z": Unicode.Scalar(scalar.value | 0x20)
            case "a"..."z", "0"..."9", ".", "-", "/": scalar
            case ",": "."
            case "\\": "/"
            default: nil
            }
        }
        let cut = key.prefix(longestKey)
        return cut.allSatisfy { $0 == "_" } ? nil : String(cut)
    }

    /// The same without a change of letters, and with `:`, `(`, `)`, `+`, `@`, single blanks, and whatever is beyond ASCII; `;` and `=`
    /// are a colon.
    static func value(_ text: String) -> String {
        if text == none { return none }
        let value = joined(text) { scalar in
            switch scalar {
            case "A"..."Z", "a"..."z", "0"..."9", ".", "-", "/", ":", "(", ")", "+", "@", " ": scalar
            case ",": "."
            case ";", "=": ":"
            case "\\": "/"
            case _ where !scalar.isASCII: scalar
            default: nil
            }
        }
        return value.utf8.allSatisfy { $0 == UInt8(ascii: "_") } ? none : value
    }

    /// The text without blanks at its ends, and with one instead of several.
    /// - Parameter kept: what a sign becomes; `nil`: a `_`, two of them for what is beyond ASCII.
    private static func joined(_ text: String, _ kept: (Unicode.Scalar) -> Unicode.Scalar?) -> String {
        var joined = ""
        var blank: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == " " || scalar.value >= 9 && scalar.value <= 13 {
                blank = blank ?? scalar
                continue
            }
            if let between = blank, !joined.isEmpty { joined.unicodeScalars.append(kept(between) ?? "_") }
            blank = nil
            if let one = kept(scalar) {
                joined.unicodeScalars.append(one)
            } else {
                joined += scalar.isASCII ? "_" : "__"
            }
        }
        return joined
    }
}

extension [Label] {
    /// Appends a label; one with the same key gives way to it, in its place.
    mutating func take(_ label: Label) {
        if let place = firstIndex(where: { $0.key == label.key }) { self[place] = label } else { append(label) }
    }
}
