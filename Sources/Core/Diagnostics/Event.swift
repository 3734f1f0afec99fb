/// A ``Condition`` that came about: when, where, to whom, with which values.
public struct Event: Sendable {
    public let condition: Condition
    /// Microseconds since 1970.
    public let at: Int64
    /// The thread tag of the log line, `STREAM_RECEIVER[web01,[10.0.0.4]:51234]` for example.
    public let thread: String
    /// The machine GUID of the host it is about, if it is about one.
    public let host: String?
    /// The values of the text's `{names}`, as they came; ``text`` shows them escaped.
    public let values: [String: String]

    public init(_ condition: Condition, at: Int64, thread: String, host: String? = nil, values: [String: String] = [:])
    {
        self.condition = condition
        self.at = at
        self.thread = thread
        self.host = host
        self.values = values
    }

    /// The log line's message.
    public var text: String { condition.render(values) }
}

/// Whoever takes events: the node's journal, or a list in a test.
public protocol Reporter: Sendable {
    func report(_ event: Event)
}

extension Condition {
    /// The log text with its values.
    public func render(_ values: [String: String]) -> String { filled(text, values) }

    /// The way out with the values of this case.
    public func fix(_ values: [String: String]) -> [String] { fix.map { filled($0, values) } }
}

/// A text of the catalogue as a person reads it who has not all of its values: a name without one stands in capitals, as
/// what is to be put in, `{key}` as `KEY`.
public func spelledOut(_ text: String, _ values: [String: String] = [:]) -> String {
    filled(text, values) { $0.uppercased() }
}

/// A text with its `{names}` replaced; what comes from a peer can neither start a line nor reach the terminal. A name
/// without a value stays as it is, unless something else is made of it.
private func filled(
    _ text: String,
    _ values: [String: String],
    missing: (String) -> String = { "{\($0)}" }
) -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        result += rest[..<open]
        let name = String(rest[rest.index(after: open)..<close])
        if let value = values[name] {
            result += escapedForLog(clipped(value))
        } else {
            result += missing(name)
        }
        rest = rest[rest.index(after: close)...]
    }
    return result + rest
}

/// Bytes of one value in a text that is logged, kept and shown: a peer's may be as long as its request.
public let loggedValueLimit = 1024

/// The beginning of a value, with `…` where the rest is missing.
public func clipped(_ text: String) -> String {
    guard text.utf8.count > loggedValueLimit else { return text }
    // Cut between two characters of UTF-8: what a cut leaves of one would become a sign of its own.
    var end = text.utf8.index(text.startIndex, offsetBy: loggedValueLimit)
    while end > text.startIndex, text.utf8[end] & 0xc0 == 0x80 { end = text.utf8.index(before: end) }
    return String(text[..<end]) + "…"
}

/// Control characters, among them escapes and line ends, and the two invisible families that reorder or hide text on a
/// terminal, as `\xNN` and `\u{N}`; everything else as it is.
public func escapedForLog(_ text: String) -> String {
    // Nearly all texts are plain ASCII.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var safe = ""
    for scalar in text.unicodeScalars {
        if !isUnsafe(scalar) {
            safe.unicodeScalars.append(scalar)
        } else if scalar.value < 0x100 {
            let digits = String(scalar.value, radix: 16)
            safe += "\\x" + (digits.count < 2 ? "0" : "") + digits
        } else {
            safe += "\\u{" + String(scalar.value, radix: 16) + "}"
        }
    }
    return safe
}

private func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: true
    case 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff: true
    default: false
    }
}
