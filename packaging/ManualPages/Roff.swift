/// A page in the language of man(7), built line by line.
struct Roff {
    private(set) var text: String

    /// - Parameter source: who the page is of: name and version.
    init(_ name: String, section: Int, source: String) {
        text =
            ".TH \(Self.escaped(name.uppercased())) \(section) \"\" \"\(Self.escaped(source))\" \"ndstream manual\"\n"
        // Words and paths are there to be copied: none is broken or spread.
        text += ".nh\n.ad l\n"
    }

    mutating func section(_ title: String) { text += ".SH \(Self.argument(title))\n" }

    mutating func subsection(_ title: String) { text += ".SS \(Self.argument(title))\n" }

    mutating func paragraph(_ prose: String) { text += ".PP\n" + Self.line(prose) }

    /// A line of prose, or one made with ``bold(_:)`` and ``italic(_:)``.
    mutating func put(_ prose: String) { text += Self.line(prose) }

    /// A line that is escaped already.
    mutating func put(escaped line: String) { text += line + "\n" }

    /// Something with its meaning beside or below it.
    mutating func item(escaped tag: String, _ meaning: String) { text += ".TP\n\(tag)\n" + Self.line(meaning) }

    mutating func item(_ tag: String, _ meaning: String) { item(escaped: Self.bold(tag), meaning) }

    /// Lines as they are, for commands to copy.
    mutating func verbatim(_ lines: [String]) {
        text += ".PP\n.nf\n.RS 4\n" + lines.map { Self.line($0) }.joined() + ".RE\n.fi\n"
    }

    /// One line each, set in from what stands before.
    mutating func indented(_ lines: [String]) {
        text += ".RS\n"
        for line in lines { text += ".br\n" + Self.line(line) }
        text += ".RE\n"
    }

    static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }

    static func italic(_ text: String) -> String { "\\fI\(escaped(text))\\fR" }

    /// What roff would take for its own, and what it would replace by a finer character that nobody can copy.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "\"": result += "\\(dq"
            default: result.append(character)
            }
        }
        return result
    }

    private static func argument(_ text: String) -> String { "\"\(escaped(text))\"" }

    private static func line(_ text: String) -> String {
        // A point at the beginning would be a request.
        (text.hasPrefix(".") ? "\\&" : "") + escaped(text) + "\n"
    }
}
