/// A log line together with what the catalogue knows of it.
public struct RecognisedLine: Sendable {
    public let line: LogLine
    /// What it is in the catalogue; ``Condition/unrecognised`` for a streaming line that is in none.
    public let condition: Condition?
    /// The values of the condition's names.
    public internal(set) var values: [String: String]
    /// Whether it is about streaming.
    public let isStreaming: Bool
    /// The hostname it is about, where it says one.
    public let host: String?

    /// Who of the two ends wrote a line.
    public enum Side: String, Sendable, CaseIterable {
        /// It receives.
        case parent
        /// It sends, a proxy too.
        case child
    }

    /// Codes of these letters are about streaming, also where the line doesn't say `STREAM`.
    private static let streamingLetters: Set<Character> = ["F", "B", "C", "T", "P", "Z", "R"]

    public init(_ line: LogLine, _ matcher: TemplateMatcher) {
        self.line = line
        let match = Self.match(line, matcher)
        let saysStream = contains(line.message, "STREAM") || line.thread?.hasPrefix("STREAM") == true
        // A line that carries its code knows better than its words.
        let known = line.code.flatMap { Catalogue.condition(code: $0) } ?? match?.condition
        let letter = known?.code.dropFirst(3).first
        isStreaming = saysStream || letter.map { Self.streamingLetters.contains($0) } == true
        condition = known ?? (saysStream ? .unrecognised : nil)
        values = match?.values ?? [:]
        let named = match?.values["host"] ?? line.node ?? line.threadHost ?? hostOfPrefix(line.message)
        // What access.log has, and 2.x, for a name that was not said.
        host = named == "-" || named == "" ? nil : named
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
    public var parts: (message: String, place: String?) { messageParts(line.message) }

    /// Which end wrote it; `nil` where nothing tells.
    public var side: Side? {
        if let thread = line.thread {
            if thread.hasPrefix("STREAM_SENDER") { return .child }
            if thread.hasPrefix("STREAM_RECEIVER") || thread.hasPrefix("STREAM_PARENT") { return .parent }
        }
        let text = line.message
        if contains(text, "[send to ") || contains(text, "[send]") || text.hasPrefix("STREAM CONNECT")
            || text.hasPrefix("STREAM PARENTS") || text.hasPrefix("STREAM SND")
        {
            return .child
        }
        if contains(text, "receive from [") || contains(text, "[receive from ") || text.hasPrefix("STREAM RCV") {
            return .parent
        }
        // access.log of who receives; what a parent asks of a child stands in the child's, without brackets.
        if text.hasPrefix("STREAM: "), contains(text, " '[") { return .parent }
        guard let condition, condition != .unrecognised else { return nil }
        return Self.sides[condition.code]
    }

    /// Of conditions whose words don't say it.
    private static let sides: [String: Side] = {
        let parents: [Condition] = [
            .wantsToStream, .receiverCreated, .streamAnswered, .hostInitialized, .hostRenamed, .receiving,
            .receiverDisconnected, .answerNotSent, .hostNotToBeHad, .receiverEndOfFile, .receiverTimeout,
            .cannotAnswerPlainChild,
        ]
        let children: [Condition] = [
            .parentAsked, .connecting, .destinationSkipped, .destinationAdded, .uncompressed, .connectRefused,
            .connectTimedOut, .connectUnreachable, .connectExhausted, .connectForbidden, .connectMissing,
            .connectFailed, .cannotResolve, .resolverFailed, .compressionDeactivated, .compressionFailed,
            .clearingDefinitions,
        ]
        let sides = parents.map { ($0.code, Side.parent) } + children.map { ($0.code, Side.child) }
        return Dictionary(sides) { first, _ in first }
    }()

    /// The address at the other end, where the line says one: of a child, or the destination.
    public var address: String? {
        values["ip"] ?? values["destination"] ?? values["address"] ?? line.address ?? line.threadAddress
    }

    /// What makes two lines say the same of the same: code, host, side, address, and every value that is not of one moment.
    /// Lines that are in no catalogue are the same where their words are.
    public var likeness: String {
        guard let condition, condition != .unrecognised else { return line.message }
        let lasting = values.filter { !Self.passing.contains($0.key) }.sorted { $0.key < $1.key }
        return
            ([condition.code, host ?? "", side?.rawValue ?? "", address ?? "", line.errno ?? ""]
            + lasting.map { $0.key + "=" + $0.value }).joined(separator: "\u{0}")
    }

    /// Values that differ each time.
    private static let passing: Set<String> = [
        "age", "all", "attempts", "bytes", "client", "date", "elapsed", "logs", "port", "potential", "prep", "saved",
        "seconds", "sent", "size", "skipped", "task", "times", "total", "unsent", "updates", "useless",
    ]

    /// What to do, with the values of this line in it.
    public var fix: [String] { (condition?.fix ?? []).map { spelledOut($0, values) } }

    /// Whether any of the names the line goes by matches: hostname, address, machine GUID.
    public func isAbout(_ matches: (String) -> Bool) -> Bool {
        [host, values["ip"], line.address, line.threadAddress, values["guid"], line.guid].contains {
            $0.map(matches) == true
        }
    }
}

/// `STREAM HOST [send …`, and 2.x's `STREAM RCV 'HOST' [from …`, of lines that are in no catalogue.
private func hostOfPrefix(_ message: String) -> String? {
    let words = message.split(separator: " ", maxSplits: 2)
    if words.count == 3, words[0] == "STREAM", words[2].first == "'", words[1].allSatisfy(\.isUppercase) {
        return String(words[2].dropFirst().prefix { $0 != "'" })
    }
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

/// Byte by byte: every line is asked, and characters don't matter.
private func contains(_ text: String, _ part: StaticString) -> Bool {
    part.withUTF8Buffer { part in
        var text = text
        return text.withUTF8 { text in
            var index = 0
            while index + part.count <= text.count {
                if text[index] == part[0], part.indices.allSatisfy({ text[index + $0] == part[$0] }) { return true }
                index += 1
            }
            return false
        }
    }
}

/// A message of the log without `STREAM HOST [to or from where]: `, and that place on its own.
public func messageParts(_ text: String) -> (message: String, place: String?) {
    guard text.hasPrefix("STREAM "), let end = firstRange(of: "]: ", in: text), let open = text.firstIndex(of: "["),
        open < end.lowerBound
    else { return (text, nil) }
    let message = String(text[end.upperBound...])
    var place = text[text.index(after: open)..<end.lowerBound]
    for (prefix, word) in [("receive from ", "from "), ("send to ", "to ")] where place.hasPrefix(prefix) {
        place = place.dropFirst(prefix.count)
        return (message, word + place)
    }
    // `[send]` says nothing that the message doesn't.
    return place == "send" ? (message, nil) : (text, nil)
}
