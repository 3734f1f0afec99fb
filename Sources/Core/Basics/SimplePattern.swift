/// A list of words with `*` and `!`, as `allow from` and `send charts matching` take it
/// (streaming protocol §15.2).
///
/// Words are tried from left to right and the first that matches decides: a word with a leading `!` says no. No
/// match at all is no. Matching is linear in the text for each word: what lies between two `*` is searched from
/// the left without going back, so no pattern can be made slow.
public struct SimplePattern: Sendable, Equatable, CustomStringConvertible {
    struct Term: Sendable, Equatable {
        var negative: Bool
        /// The literal parts between the stars: `a*b` has two. One part is an exact match.
        var parts: [[UInt8]]
    }

    /// The text it was made of.
    public let description: String
    let terms: [Term]

    /// - Parameters:
    ///   - text: words; `\` takes the next character literally, a blank included.
    ///   - separators: what lies between words besides white space; the web API adds `,` and `|`.
    public init(_ text: String, separators: String = "") {
        description = text
        let extra = Array(separators.utf8)
        var terms: [Term] = []
        var parts: [[UInt8]] = [[]]
        var negative = false
        var started = false
        var escaped = false
        func finish() {
            if started { terms.append(Term(negative: negative, parts: parts)) }
            parts = [[]]
            negative = false
            started = false
        }
        for byte in text.utf8 {
            if escaped {
                parts[parts.count - 1].append(byte)
                escaped = false
                started = true
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == 0x20 || (byte >= 9 && byte <= 13) || extra.contains(byte) {
                finish()
            } else if byte == UInt8(ascii: "!"), !started {
                negative = true
                started = true
            } else if byte == UInt8(ascii: "*") {
                started = true
                if parts.count < 2 || !parts[parts.count - 1].isEmpty { parts.append([]) }
            } else {
                parts[parts.count - 1].append(byte)
                started = true
            }
        }
        finish()
        // A lone "!" has nothing to refuse.
        self.terms = terms.filter { $0.parts != [[]] || !$0.negative }
    }

    /// Whether there is no word in it. The options that take a pattern treat that as "no list".
    public var isEmpty: Bool { terms.isEmpty }

    /// Whether the first word that matches is positive.
    public func matches(_ text: String) -> Bool {
        verdict(text) == true
    }

    /// What the first matching word says; `nil` where none matches.
    public func verdict(_ text: String) -> Bool? {
        var text = text
        return text.withUTF8 { bytes in
            for term in terms where Self.matches(term.parts, bytes) { return !term.negative }
            return nil
        }
    }

    private static func matches(_ parts: [[UInt8]], _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = parts[0]
        guard text.starts(with: first) else { return false }
        guard parts.count > 1 else { return text.count == first.count }
        var position = first.count
        for part in parts[1..<(parts.count - 1)] {
            guard let found = search(part, text, from: position) else { return false }
            position = found + part.count
        }
        let last = parts[parts.count - 1]
        return text.count - position >= last.count && text.suffix(last.count).elementsEqual(last)
    }

    private static func search(_ part: [UInt8], _ text: UnsafeBufferPointer<UInt8>, from: Int) -> Int? {
        guard text.count - from >= part.count else { return nil }
        for offset in from...(text.count - part.count) where text[offset...].starts(with: part) { return offset }
        return nil
    }
}
