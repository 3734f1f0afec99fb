/// One line of an error.log, of any generation (streaming protocol §16.1).
///
/// Read are the layout of 1.2x–1.37 with a thread, the older one without, both also without a date, `key=value` lines
/// of 2.x and of ours, one object of JSON a line, ours or the journal's, and lines of access.log and of syslog. A line of
/// none of these is all message: nothing is ever lost.
public struct LogLine: Sendable, Equatable {
    public enum Level: String, Sendable {
        case debug
        case info
        case warning
        case error
    }

    /// As it is written; local time in all but the `key=value` lines, which carry their zone. The journal's are
    /// microseconds since 1970.
    public var time: String?
    public var program: String?
    public var level: Level?
    /// The thread tag: `STREAM_SENDER[web-01]`.
    public var thread: String?
    public var message: String
    /// What the original appends to errors, related to them or not: `11, Resource temporarily unavailable`.
    public var errno: String?
    /// The condition's code, in the layouts that carry it.
    public var code: String?
    /// The hostname it is about, in the layouts that carry it.
    public var node: String?
    /// The machine GUID it is about, in ours.
    public var guid: String?
    /// The address that a request came from, in the layouts that carry it.
    public var address: String?
    /// Where it is in the journal.
    public var cursor: String?

    /// - Parameter line: without its end; bytes that aren't UTF-8 become U+FFFD.
    public init(_ line: some Collection<UInt8>) {
        var text = Array(line)
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        message = ""
        if let fields = jsonFields(text) ?? keyValueFields(text) {
            take(fields)
        } else {
            takeClassic(text[...])
        }
    }

    public init(_ line: String) {
        self.init(line.utf8)
    }

    /// The address of the thread tag: `STREAM_RECEIVER[HOST,[ADDRESS]:PORT]`.
    var threadAddress: String? {
        guard let thread, thread.hasPrefix("STREAM_"), let start = thread.firstRange(of: ",[")?.upperBound else {
            return nil
        }
        return String(thread[start...].prefix { $0 != "]" })
    }

    /// The host of the thread tag: `STREAM_SENDER[HOST]`, `STREAM_RECEIVER[HOST,[ADDRESS]:PORT]`.
    public var threadHost: String? {
        guard let thread, thread.hasPrefix("STREAM_"), thread.hasSuffix("]"), let open = thread.firstIndex(of: "[")
        else {
            return nil
        }
        let inside = thread[thread.index(after: open)...].dropLast()
        return String(inside.prefix { $0 != "," })
    }

    private mutating func takeClassic(_ text: ArraySlice<UInt8>) {
        var rest = text
        if let (date, program, message) = syslogParts(text) {
            time = string(date)
            self.program = string(program)
            rest = message
        }
        if rest.count > 21, isDate(rest.prefix(19)), rest.dropFirst(19).starts(with: ": ".utf8) {
            time = string(rest.prefix(19))
            rest = rest.dropFirst(21)
        }
        let (word, afterWord) = firstWord(rest)
        if let level = classicLevel(word), let message = afterColon(afterWord) {
            self.level = level
            takeThread(message)
        } else if word.last == UInt8(ascii: ":"), case let (next, afterNext) = firstWord(afterWord.dropFirst()),
            let level = classicLevel(next.last == UInt8(ascii: ":") ? next.dropLast() : next),
            let message = next.last == UInt8(ascii: ":") ? afterNext.dropFirst() : afterColon(afterNext)
        {
            // The layout before threads were named: `netdata: ERROR: …`.
            program = string(word.dropLast())
            self.level = level
            takeMessage(message)
        } else if !word.isEmpty, case let (next, afterNext) = firstWord(afterWord.dropFirst()),
            let level = classicLevel(next), let message = afterColon(afterNext)
        {
            program = string(word)
            self.level = level
            takeThread(message)
        } else {
            takeMessage(rest)
        }
    }

    private mutating func takeThread(_ text: ArraySlice<UInt8>) {
        let separator = Array(" : ".utf8)
        guard let end = firstOccurrence(of: separator, in: text, from: text.startIndex) else {
            takeMessage(text)
            return
        }
        thread = string(text[text.startIndex..<end])
        takeMessage(text[(end + separator.count)...])
    }

    private mutating func takeMessage(_ text: ArraySlice<UInt8>) {
        let opening = Array(" (errno ".utf8)
        if text.last == UInt8(ascii: ")"), let start = lastOccurrence(of: opening, in: text) {
            errno = string(text[(start + opening.count)...].dropLast())
            message = string(text[text.startIndex..<start])
        } else {
            message = string(text)
        }
    }

    private mutating func take(_ fields: [String: String]) {
        // What a service writes to its standard error, the journal holds whole: a line within a line.
        if fields["MESSAGE"] != nil {
            takeClassic(ArraySlice((fields["msg"] ?? "").utf8))
        } else {
            message = fields["msg"] ?? ""
        }
        time = fields["time"] ?? time
        program = fields["comm"] ?? program
        level = fields["level"].flatMap { keyValueLevel($0) } ?? level
        thread = fields["thread"] ?? thread
        errno = fields["errno"] ?? errno
        code = fields["code"]
        node = fields["node"]
        guid = fields["host"]
        address = fields["src_ip"]
        cursor = fields["__CURSOR"]
    }
}

/// `Nov 22 09:26:23 HOST PROGRAM[123]: message`, as syslog and journalctl write: where each part is.
private func syslogParts(
    _ text: ArraySlice<UInt8>
) -> (date: ArraySlice<UInt8>, program: ArraySlice<UInt8>, message: ArraySlice<UInt8>)? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard text.count > 16, months.contains(string(text.prefix(3))) else { return nil }
    let start = text.startIndex
    guard text[start + 3] == 0x20, text[start + 6] == 0x20, text[start + 9] == UInt8(ascii: ":"),
        text[start + 12] == UInt8(ascii: ":"), text[start + 15] == 0x20
    else { return nil }
    let afterHost = text[(start + 16)...].drop { $0 != 0x20 }.dropFirst()
    let tag = afterHost.prefix { $0 != UInt8(ascii: ":") && $0 != 0x20 }
    let rest = afterHost[tag.endIndex...]
    guard !tag.isEmpty, rest.starts(with: ": ".utf8) else { return nil }
    return (text.prefix(15), tag.prefix { $0 != UInt8(ascii: "[") }, rest.dropFirst(2))
}

/// The words of 2.x and the numbers of the journal; `nil` for none of them.
private func keyValueLevel(_ name: String) -> LogLine.Level? {
    switch name {
    case "debug", "7": .debug
    case "info", "notice", "5", "6": .info
    case "warning", "4": .warning
    case "error", "critical", "alert", "emergency", "0", "1", "2", "3": .error
    default: nil
    }
}

private func classicLevel(_ word: ArraySlice<UInt8>) -> LogLine.Level? {
    switch string(word) {
    case "DEBUG": .debug
    case "INFO": .info
    case "WARNING": .warning
    case "ERROR", "FATAL": .error
    default: nil
    }
}

/// `nil` unless the line is made of `key=value` fields and has a message among them.
func keyValueFields(_ text: [UInt8]) -> [String: String]? {
    guard text.starts(with: "time=".utf8) || text.starts(with: "comm=".utf8) || text.starts(with: "level=".utf8) else {
        return nil
    }
    var fields: [String: String] = [:]
    var index = 0
    while index < text.count {
        guard let equals = text[index...].firstIndex(of: UInt8(ascii: "=")) else { break }
        let key = string(text[index..<equals])
        var value: [UInt8] = []
        index = equals + 1
        if index < text.count, text[index] == UInt8(ascii: "\"") {
            value = quotedText(text, &index)
        } else {
            while index < text.count, text[index] != 0x20 {
                value.append(text[index])
                index += 1
            }
        }
        fields[key] = string(value[...])
        while index < text.count, text[index] == 0x20 { index += 1 }
    }
    return fields["msg"] == nil ? nil : fields
}

/// `YYYY-MM-DD HH:MM:SS`.
private func isDate(_ text: ArraySlice<UInt8>) -> Bool {
    zip(text, "0000-00-00 00:00:00".utf8).allSatisfy { byte, pattern in
        pattern == UInt8(ascii: "0") ? byte >= 48 && byte <= 57 : byte == pattern
    }
}

private func firstWord(_ text: ArraySlice<UInt8>) -> (word: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    let word = text.prefix { $0 != 0x20 }
    return (word, text[word.endIndex...])
}

/// What follows the colon after a padded level: ` : message` or `  : message`.
private func afterColon(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let rest = text.drop { $0 == 0x20 }
    guard rest.first == UInt8(ascii: ":") else { return nil }
    return rest.dropFirst().first == 0x20 ? rest.dropFirst(2) : rest.dropFirst()
}

private func string(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
}

func firstOccurrence(of part: [UInt8], in text: ArraySlice<UInt8>, from start: Int) -> Int? {
    guard let first = part.first else { return start }
    var index = start
    while index + part.count <= text.endIndex {
        guard let found = text[index...].firstIndex(of: first), found + part.count <= text.endIndex else { return nil }
        if text[found...].starts(with: part) { return found }
        index = found + 1
    }
    return nil
}

private func lastOccurrence(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
    guard text.count >= part.count else { return nil }
    var index = text.endIndex - part.count
    while index >= text.startIndex {
        if text[index...].starts(with: part) { return index }
        index -= 1
    }
    return nil
}
