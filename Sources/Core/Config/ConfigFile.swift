import Diagnostics

/// A file of `[section]` and `name = value` lines as it was written (streaming protocol §15.1): nothing is merged,
/// renamed or judged yet, and every line that isn't understood has a finding.
public struct ConfigFile: Sendable {
    public struct Entry: Sendable, Equatable {
        public var section: String
        public var name: String
        public var value: String
        public var line: Int
    }

    /// The line of a section; the same section may stand in a file many times.
    public struct Header: Sendable, Equatable {
        public var section: String
        public var line: Int
    }

    /// The path it was read from: what findings and origins show.
    public let path: String
    public private(set) var headers: [Header] = []
    public private(set) var entries: [Entry] = []
    /// What could not be read as it stands.
    public var findings: [Finding] { found.closed(at: .file(path: path, line: lines)) }

    private let limits: ConfigLimits
    private var found: LimitedFindings
    private var lines = 0
    private var section: String?

    /// A file without a line.
    public init(path: String) {
        self.path = path
        limits = ConfigLimits()
        found = LimitedFindings(limit: 0)
    }

    /// Reads a whole file. Any bytes do: UTF-8 with or without a mark in front, lines that end in LF or CRLF, the last
    /// one with or without its end.
    public init(_ bytes: [UInt8], path: String, limits: ConfigLimits = ConfigLimits()) {
        self.path = path
        self.limits = limits
        found = LimitedFindings(limit: limits.findingsPerFile)
        var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        let end = min(bytes.count, limits.fileBytes)
        while start < end {
            lines += 1
            let stop = bytes[start..<end].firstIndex(of: UInt8(ascii: "\n")) ?? end
            if stop == end, end < bytes.count {
                // A line that was cut could say something else than it does: drop it whole.
                find(.configTooLarge, lines, ["limit": String(limits.fileBytes)])
                break
            }
            read(bytes[start..<stop], line: lines)
            start = stop + 1
        }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, line: Int) {
        if bytes.contains(0) { return find(.configZeroByte, line) }
        let text = String(decoding: trimmed(bytes), as: UTF8.self)
        if text.isEmpty || text.hasPrefix("#") { return }
        if text.contains("\u{fffd}"), String(validating: bytes, as: UTF8.self) == nil {
            find(.configNotUTF8, line, ["text": text])
        }
        if text.hasPrefix("[") {
            readHeader(text, line: line)
        } else {
            readEntry(text, line: line)
        }
    }

    private mutating func readHeader(_ text: String, line: Int) {
        let inner = text.dropFirst()
        let close = text.hasSuffix("]") ? text.index(before: text.endIndex) : inner.firstIndex(of: "]")
        let name = trimmed(close.map { inner[..<$0] } ?? inner)
        section = name
        headers.append(Header(section: name, line: line))
        guard let close else { return find(.configUnclosedSection, line, ["text": text, "section": name]) }
        let rest = trimmed(inner[text.index(after: close)...])
        if rest.isEmpty { return }
        let isOption = rest.contains("=") && !rest.hasPrefix("#")
        find(
            .configTextAfterSection,
            line,
            ["text": rest, "section": name, "read": isOption ? "read as an option in it" : "ignored"]
        )
        if isOption { readEntry(rest, line: line) }
    }

    private mutating func readEntry(_ text: String, line: Int) {
        guard let section else {
            return find(.configOutsideSection, line, ["line": String(line), "text": text, "file": path])
        }
        guard let equals = text.firstIndex(of: "=") else {
            return find(.configNoEquals, line, ["line": String(line), "text": text, "file": path])
        }
        let name = trimmed(text[..<equals])
        guard !name.isEmpty else { return find(.configNoName, line, ["text": text]) }
        let value = trimmed(text[text.index(after: equals)...])
        entries.append(Entry(section: section, name: name, value: value, line: line))
    }

    private mutating func find(_ condition: Condition, _ line: Int, _ values: [String: String] = [:]) {
        let shown = values.mapValues { quoted($0, limit: limits.quotedCharacters) }
        found.add(Finding(condition, at: .file(path: path, line: line), shown))
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 9 && byte <= 13) }

private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
    let end = bytes.lastIndex { !isBlank($0) } ?? start - 1
    return bytes[start..<(end + 1)]
}

/// Without the blanks C knows at either end: a blank of another alphabet is part of the text.
func trimmed(_ text: some StringProtocol) -> String {
    String(decoding: trimmed(Array(text.utf8)[...]), as: UTF8.self)
}
