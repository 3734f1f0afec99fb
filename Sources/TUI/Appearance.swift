/// What the terminal and the user allow a screen to use.
public struct Appearance: Sendable, Equatable {
    /// Whether characters beyond ASCII can be shown.
    public var unicode: Bool
    /// Seconds that local time is ahead of UTC.
    public var utcOffset: Int

    public init(unicode: Bool = true, utcOffset: Int = 0) {
        self.unicode = unicode
        self.utcOffset = utcOffset
    }

    var pointer: String { unicode ? "▸" : ">" }
    var rule: String { unicode ? "─" : "-" }
    var dot: String { unicode ? "·" : "." }
    var descending: String { unicode ? "▼" : "v" }
    var ascending: String { unicode ? "▲" : "^" }
    var enter: String { unicode ? "↵" : "Enter " }
    var ellipsis: String { unicode ? "…" : "~" }

    /// Texts of our own, spelt for terminals that only know ASCII.
    func spelt(_ text: String) -> String {
        guard !unicode else { return text }
        var result = ""
        for character in text {
            switch character {
            case "…": result += "~"
            case "·", "•": result += "."
            case "–", "—": result += "-"
            case "→": result += "->"
            case "’": result += "'"
            default: result.append(character)
            }
        }
        return result
    }
}
