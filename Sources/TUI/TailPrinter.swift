internal import Basics
public import Diagnostics

/// Turns recognised log lines into what `tail` prints.
public struct TailPrinter: Sendable {
    private let form: TailForm
    private let appearance: Appearance
    private let isColored: Bool
    private let isTerminal: Bool
    private let zone: LocalTime
    private let sourceWidth: Int
    /// Code and host of what was explained already: once is enough. Bounded: then everything may be explained again.
    private var explained: Set<String> = []
    private static let explainedLimit = 10_000

    /// - Parameters:
    ///   - isTerminal: raw lines go to a terminal, and must not write its escapes.
    ///   - zone: the one whose clocks people are shown.
    ///   - sources: the names of the logs, where there are several.
    public init(
        _ form: TailForm = .pretty,
        appearance: Appearance,
        isColored: Bool,
        isTerminal: Bool = false,
        zone: LocalTime,
        sources: [String] = []
    ) {
        self.form = form
        self.appearance = appearance
        self.isColored = isColored
        self.isTerminal = isTerminal
        self.zone = zone
        sourceWidth = min(16, sources.map { displayWidth(of: $0) }.max() ?? 0)
    }

    /// One line; for people below it the meaning and the fix where something is wrong and hasn't been explained yet.
    public mutating func text(_ line: TailLine) -> [UInt8] {
        switch form {
        case .pretty: Array(pretty(line).utf8)
        case .raw: raw(line)
        case .json: Array(tailJSON(line).utf8)
        case .logfmt: Array(tailFields(line).utf8)
        }
    }

    /// Instead of `count` further lines like `line`.
    /// - Parameter every: microseconds between two, where that is known.
    public func same(_ line: TailLine, count: Int, every: Int64?) -> [UInt8] {
        var words = "same, \(grouped(count)) more"
        if let every, every >= 50_000 { words += ", every " + spoken(every) }
        return Array((columns(line) + paint(words, "2") + "\n").utf8)
    }

    /// Instead of lines that a slow terminal had no room for.
    public func missing(_ count: Int) -> [UInt8] {
        let lines = count == 1 ? "1 line" : "\(grouped(count)) lines"
        return Array((paint("\(appearance.ellipsis) \(lines) not shown: this terminal is too slow", "33") + "\n").utf8)
    }

    private mutating func pretty(_ line: TailLine) -> String {
        let recognised = line.recognised
        let (message, place) = recognised.parts
        var text = columns(line)
        text += paint(shown(message), recognised.severity == .info ? "0" : color(recognised))
        if let place { text += paint("  (" + shown(place) + ")", "2") }
        if let errno = recognised.line.errno { text += paint("  errno " + shown(errno), "2") }
        text += "\n"
        if recognised.severity > .info { text += explanation(recognised) }
        return text
    }

    /// Time, log, subject, mark and code.
    private func columns(_ line: TailLine) -> String {
        let recognised = line.recognised
        let time = line.moment.map { localDate($0, zone) } ?? recognised.line.time.map { shown($0) } ?? "-"
        var text = paint(padded(time, 19), "2") + "  "
        if sourceWidth > 0 { text += paint(fitted(shown(line.source ?? "-"), sourceWidth), "36") + "  " }
        let mark = recognised.severity == .error ? "x" : recognised.severity == .warning ? "!" : " "
        text += fitted(shown(line.subject), 16) + " "
        return text + paint(mark + " " + padded(recognised.condition?.code ?? "", 7), color(recognised)) + " "
    }

    private func color(_ recognised: RecognisedLine) -> String {
        recognised.severity == .error ? "31" : recognised.severity == .warning ? "33" : "0"
    }

    private mutating func explanation(_ recognised: RecognisedLine) -> String {
        guard let condition = recognised.condition, condition != .unrecognised else { return "" }
        if explained.count >= Self.explainedLimit { explained = [] }
        guard explained.insert(condition.code + " " + (recognised.host ?? "")).inserted else { return "" }
        let corner = appearance.unicode ? "└ " : "\\ "
        var text = "    " + paint(corner, "2") + appearance.spelt(condition.sentence) + "\n"
        for (index, fix) in recognised.fix.enumerated() {
            text += "      " + paint(index == 0 ? "fix: " : "     ", "2") + shown(fix) + "\n"
        }
        return text
    }

    /// Bytes of a log may be anything.
    private func raw(_ line: TailLine) -> [UInt8] {
        guard isTerminal else { return line.raw + [10] }
        return Array(oneLine(String(decoding: line.raw, as: UTF8.self), appearance).utf8) + [10]
    }

    private func fitted(_ text: String, _ width: Int) -> String {
        padded(displayWidth(of: text) > width ? cut(text, width - 1) + appearance.ellipsis : text, width)
    }

    private func shown(_ text: String) -> String { oneLine(text, appearance) }

    private func paint(_ text: String, _ color: String) -> String {
        isColored && color != "0" ? "\u{1b}[\(color)m\(text)\u{1b}[0m" : text
    }
}

/// `1,204`.
func grouped(_ number: Int) -> String {
    var digits = String(number)
    var text = ""
    while digits.count > 3 {
        text = "," + digits.suffix(3) + text
        digits.removeLast(3)
    }
    return digits + text
}

/// `0.3 s`, `12 s`, `5 min`.
private func spoken(_ microseconds: Int64) -> String {
    let seconds = Double(microseconds) / 1_000_000
    if seconds < 9.95 { return Figures.decimal(seconds, 1) + " s" }
    return seconds < 99.5 ? Figures.decimal(seconds, 0) + " s" : Figures.decimal(seconds / 60, 0) + " min"
}
