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
    var enter: String { unicode ? "↵" : "Enter" }
    var ellipsis: String { unicode ? "…" : "~" }
    /// Beside a number of an axis.
    var tick: String { unicode ? "┤" : "|" }
    /// Branches of a tree: one that others follow, the last one, and what passes by below it.
    var branch: String { unicode ? "├─ " : "|- " }
    var lastBranch: String { unicode ? "└─ " : "`- " }
    var branchEnd: String { unicode ? "└ " : "` " }
    var trunk: String { unicode ? "│  " : "|  " }
    /// Where metrics go on to.
    var onward: String { unicode ? "└▶ " : "`> " }
    var upDown: String { unicode ? "↑↓" : "jk" }
    var leftRight: String { unicode ? "←→" : "Left Right" }

    /// Texts of our own, spelt for terminals that only know ASCII.
    func spelt(_ text: String) -> String { unicode ? text : asciiSpelt(text) }
}

/// With signs of ASCII for those that our own texts use beyond it.
func asciiSpelt(_ text: String) -> String {
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
