internal import Diagnostics

/// What whoever reads a report can be shown.
public struct Style: Sendable {
    /// Whether characters beyond ASCII can be shown.
    public var unicode: Bool
    public var isColored: Bool

    /// Columns that everything fits into.
    static let width = 80

    public init(unicode: Bool = true, isColored: Bool = false) {
        self.unicode = unicode
        self.isColored = isColored
    }

    /// One column.
    func symbol(_ mark: Mark) -> String {
        let symbol =
            switch mark {
            case .ok: unicode ? "√" : "+"
            case .fail: unicode ? "×" : "x"
            case .warn: unicode ? "‼" : "!"
            case .none: "-"
            }
        return paint(symbol, mark)
    }

    /// `OK`, `FAIL`, `WARN`, `n/a`.
    func word(_ mark: Mark) -> String { paint(mark == .none ? mark.rawValue : mark.rawValue.uppercased(), mark) }

    func paint(_ text: String, _ mark: Mark) -> String {
        switch mark {
        case .ok: paint(text, "32")
        case .fail: paint(text, "31")
        case .warn: paint(text, "33")
        case .none: paint(text, "2")
        }
    }

    func bold(_ text: String) -> String { paint(text, "1") }

    func dim(_ text: String) -> String { paint(text, "2") }

    private func paint(_ text: String, _ code: String) -> String {
        isColored ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }

    /// What came from elsewhere: nothing in it reaches the terminal as a command, nor goes beyond what can be shown.
    func shown(_ text: String) -> String {
        let safe = escapedForLog(text)
        guard !unicode, safe.utf8.contains(where: { $0 >= 0x80 }) else { return safe }
        return String(String.UnicodeScalarView(safe.unicodeScalars.map { $0.isASCII ? $0 : "?" }))
    }
}

extension String {
    /// With blanks up to a width.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }

    /// Lines of at most `width` characters, broken between words; a word that is too long stands alone and whole, to be
    /// copied.
    func wrapped(_ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
