/// A log line together with what the catalogue knows of it.
public struct RecognisedLine: Sendable {
    public let line: LogLine
    /// What it is in the catalogue; ``Condition/unrecognised`` for a streaming line that is in none.
    public let condition: Condition?
    /// The values of the condition's names.
    public let values: [String: String]
    /// Whether it is about streaming.
    public let isStreaming: Bool
    /// The hostname it is about, where it says one.
    public let host: String?

    /// Codes of these letters are about streaming, also where the line doesn't say `STREAM`.
    private static let streamingLetters: Set<Character> = ["F", "B", "C", "T", "P", "Z", "R"]

    public init(_ line: LogLine, _ matcher: TemplateMatcher) {
        self.line = line
        let match = Self.match(line, matcher)
        let saysStream = line.message.contains("STREAM") || line.thread?.hasPrefix("STREAM") == true
        // A line that carries its code knows better than its words.
        let known = line.code.flatMap { Catalogue.condition(code: $0) } ?? match?.condition
        let letter = known?.code.dropFirst(3).first
        isStreaming = saysStream || letter.map { Self.streamingLetters.contains($0) } == true
        condition = known ?? (saysStream ? .unrecognised : nil)
        values = match?.values ?? [:]
        host = match?.values["host"] ?? line.threadHost ?? hostOfPrefix(line.message)
    }

    /// The errno is the original's afterthought, related to the line or not, unless the catalogue has it in a text.
    private static func match(_ line: LogLine, _ matcher: TemplateMatcher) -> TemplateMatcher.Match? {
        let opening = " (errno "
        if let errno = line.errno, let match = matcher.match(line.message + opening + errno + ")"),
            match.values.values.allSatisfy({ !$0.contains(opening) })
        {
            return match
        }
        return matcher.match(line.message)
    }

    /// The line's own level where the catalogue has none to offer.
    public var severity: Severity {
        if let condition, condition != .unrecognised { return condition.severity }
        return switch line.level {
        case .error: .error
        case .warning: .warning
        case .info, .debug, nil: .info
        }
    }

    /// The message without `STREAM HOST [to or from where]: `, and that place on its own.
    public var parts: (message: String, place: String?) {
        guard line.message.hasPrefix("STREAM "), let end = firstRange(of: "]: ", in: line.message),
            let open = line.message.firstIndex(of: "["), open < end.lowerBound
        else { return (line.message, nil) }
        let message = String(line.message[end.upperBound...])
        var place = line.message[line.message.index(after: open)..<end.lowerBound]
        for (prefix, word) in [("receive from ", "from "), ("send to ", "to ")] where place.hasPrefix(prefix) {
            place = place.dropFirst(prefix.count)
            return (message, word + place)
        }
        // `[send]` says nothing that the message doesn't.
        return place == "send" ? (message, nil) : (line.message, nil)
    }

    /// What to do, with the values of this line in it.
    public var fix: [String] { (condition?.fix ?? []).map { spelledOut($0, values) } }

    /// Whether any of the names the line goes by matches: hostname, address, machine GUID.
    public func isAbout(_ matches: (String) -> Bool) -> Bool {
        [host, values["ip"], values["guid"]].contains { $0.map(matches) == true }
    }
}

/// `STREAM HOST [send …`, of lines that are in no catalogue.
private func hostOfPrefix(_ message: String) -> String? {
    guard message.hasPrefix("STREAM "), let open = message.firstIndex(of: "[") else { return nil }
    let name = message[message.index(message.startIndex, offsetBy: 7)..<open]
    guard name.last == " ", name.count > 1 else { return nil }
    return String(name.dropLast())
}

private func firstRange(of part: String, in text: String) -> Range<String.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
        if text[index...].hasPrefix(part) { return index..<text.index(index, offsetBy: part.count) }
        index = text.index(after: index)
    }
    return nil
}
