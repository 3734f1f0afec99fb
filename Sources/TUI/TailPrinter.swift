internal import Basics
public import Diagnostics

/// Turns recognised log lines into what `tail` prints.
public struct TailPrinter: Sendable {
    private let appearance: Appearance
    private let isColored: Bool
    /// Code and host of what was explained already: once is enough. Bounded: then everything may be explained again.
    private var explained: Set<String> = []
    private static let explainedLimit = 10_000

    public init(appearance: Appearance, isColored: Bool) {
        self.appearance = appearance
        self.isColored = isColored
    }

    /// One line, and below it the meaning and the fix where something is wrong and hasn't been explained yet.
    public mutating func text(_ recognised: RecognisedLine) -> String {
        let line = recognised.line
        let severity = recognised.severity
        let (message, place) = recognised.parts
        let color = severity == .error ? "31" : severity == .warning ? "33" : "0"
        let mark = severity == .error ? "x" : severity == .warning ? "!" : " "
        // Who was refused may have said no name, but always has an address.
        let host = shown(recognised.host ?? recognised.values["ip"] ?? "-")
        var text = paint(padded(line.time ?? "-", 19), "2") + "  "
        text += padded(displayWidth(of: host) > 16 ? cut(host, 15) + appearance.ellipsis : host, 16) + " "
        text += paint(mark + " " + padded(recognised.condition?.code ?? "", 7), color) + " "
        text += paint(shown(message), severity == .info ? "0" : color)
        if let place { text += paint("  (" + shown(place) + ")", "2") }
        if let errno = line.errno { text += paint("  errno " + shown(errno), "2") }
        text += "\n"
        if severity > .info { text += explanation(recognised) }
        return text
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

    private func shown(_ text: String) -> String { oneLine(text, appearance) }

    private func paint(_ text: String, _ color: String) -> String {
        isColored && color != "0" ? "\u{1b}[\(color)m\(text)\u{1b}[0m" : text
    }
}

/// A recognised line as one JSON object.
public func tailJSON(_ recognised: RecognisedLine, raw: String) -> String {
    let line = recognised.line
    var json = JSONWriter()
    json.object { json in
        json.member("time", line.time)
        json.member("level", line.level?.rawValue)
        json.member("severity", recognised.severity.rawValue)
        json.member("code", recognised.condition?.code)
        json.member("host", recognised.host)
        json.member("thread", line.thread)
        json.member("message", line.message)
        json.key("values")
        json.object { json in
            for (name, value) in recognised.values.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
        }
        json.member("errno", line.errno)
        json.member("raw", raw)
    }
    return json.string + "\n"
}

/// The whole entry of a condition, for whoever looks a code up.
public func catalogueEntry(_ condition: Condition, appearance: Appearance) -> String {
    var lines = ["\(condition.code)  \(condition.severity.rawValue)", ""]
    lines += wrapped(appearance.spelt(condition.sentence), width: 78).map { "  " + $0 }
    func add(_ title: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        lines += ["", title] + texts.map { "  " + appearance.spelt($0) }
    }
    add("Usual causes, the likeliest first", condition.causes)
    add("What to do", condition.fix.map { spelledOut($0) })
    add("In the log", [spelledOut(condition.text)])
    add("In the log of other versions", condition.recognised.map { spelledOut($0) })
    return lines.joined(separator: "\n") + "\n"
}
