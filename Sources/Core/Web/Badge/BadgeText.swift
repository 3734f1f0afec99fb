/// A text of a badge: how wide it is drawn, and how it stands in SVG (web API §9).
struct BadgeText: Sendable, Equatable {
    let text: String
    /// Pixels at scale 1, with the room at both sides.
    let width: Double

    /// - Parameter limit: bytes; the rest is cut off.
    init(_ text: String, limit: Int) {
        let text = Self.cut(text, limit)
        self.text = text
        width = text.unicodeScalars.reduce(Self.padding) { $0 + Self.width(of: $1) }
    }

    /// As the inside of an element. What no XML may hold becomes a blank; a backslash becomes a slash, as in the original.
    var escaped: String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            case "\\": escaped += "/"
            case _ where character.value < 0x20 || character.value == 0x7f || character.value & 0xfffe == 0xfffe:
                escaped += " "
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var cut = ""
        for character in text.unicodeScalars {
            guard cut.utf8.count + UTF8.width(character) <= limit else { break }
            cut.unicodeScalars.append(character)
        }
        return cut
    }

    // MARK: Widths

    static let fontSize = 11.0
    private static let padding = 8.8
    private static let kerning = 0.2

    /// Signs beyond ASCII count as one em each.
    private static func width(of character: Unicode.Scalar) -> Double {
        guard character.value < 0x7f else { return fontSize }
        let index = max(0, Int(character.value) - 0x20)
        return Double(advances[index]) * fontSize / 2048 + kerning
    }

    /// How far Verdana's signs from blank to tilde go, in 2048ths of an em.
    private static let advances: [Int16] = [
        720, 806, 940, 1676, 1302, 2204, 1489, 550, 930, 930, 1302, 1676, 745, 930, 745, 930, 1302, 1302, 1302, 1302,
        1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117, 2048, 1400, 1404, 1430, 1578, 1295, 1177,
        1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612, 1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260,
        1403, 930, 930, 930, 1676, 1302, 1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992,
        1296, 1243, 1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676,
    ]
}
