/// Finds the condition a message came from, and the values it was written with.
///
/// Every text and every recognised wording of the catalogue is a template: literal parts with a name between two of
/// them. The parts are searched from the left without going back, so no message can make it slow.
public struct TemplateMatcher: Sendable {
    /// A recognised message.
    public struct Match: Sendable {
        public let condition: Condition
        /// The values of the text's names, as they stand in the log: escaped.
        public let values: [String: String]
    }

    /// By the first byte of the messages that they may match, those with the most literal text first: the first that matches
    /// is the most specific.
    private let templates: [[Template]]

    /// - Parameter conditions: of the same length of literal text, the earlier one wins.
    public init(_ conditions: [Condition] = Catalogue.all) {
        var templates: [Template] = []
        for condition in conditions {
            for text in [condition.text] + condition.recognised {
                let template = Template(text, condition)
                // A text that is all values would match everything.
                if template.weight > 0 { templates.append(template) }
            }
        }
        let sorted = templates.enumerated()
            .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element)
        // Those that begin with a value may match whatever a message begins with.
        self.templates = (0...UInt8.max).map { byte in sorted.filter { $0.parts[0].first ?? byte == byte } }
    }

    public func match(_ message: String) -> Match? {
        var bytes = Array(message.utf8)
        while bytes.last == 0x20 { bytes.removeLast() }
        guard let first = bytes.first else { return nil }
        return bytes.withUnsafeBufferPointer { text in
            guard let template = templates[Int(first)].first(where: { $0.matches(text) }) else { return nil }
            return Match(condition: template.condition, values: template.values(text))
        }
    }
}

private struct Template: Sendable {
    let condition: Condition
    /// One more than there are names; the outer ones may be empty.
    let parts: [[UInt8]]
    let names: [String]
    let weight: Int

    init(_ text: String, _ condition: Condition) {
        self.condition = condition
        var parts: [[UInt8]] = []
        var names: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            parts.append(Array(rest[..<open].utf8))
            names.append(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        var last = Array(rest.utf8)
        // Messages are compared without trailing blanks.
        while last.last == 0x20 { last.removeLast() }
        parts.append(last)
        self.parts = parts
        self.names = names
        weight = parts.reduce(0) { $0 + $1.count }
    }

    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let last = parts[parts.count - 1]
        // The end first: many texts begin alike.
        guard text.count >= weight, isPart(last, of: text, at: text.count - last.count),
            isPart(parts[0], of: text, at: 0)
        else { return false }
        guard !names.isEmpty else { return text.count == weight }
        return walk(text) { _, _ in }
    }

    /// Of a text that matches.
    func values(_ text: UnsafeBufferPointer<UInt8>) -> [String: String] {
        var values: [String: String] = [:]
        _ = walk(text) { index, range in
            // A name that comes twice has the same value both times; the first is kept.
            guard values[names[index]] == nil else { return }
            values[names[index]] = String(decoding: text[range], as: UTF8.self)
        }
        return values
    }

    /// Finds the parts from the left to the right.
    /// - Parameter value: called with what stands between two of them.
    private func walk(_ text: UnsafeBufferPointer<UInt8>, _ value: (Int, Range<Int>) -> Void) -> Bool {
        var position = parts[0].count
        for index in names.indices {
            let part = parts[index + 1]
            let end: Int
            if index == names.count - 1 {
                end = text.count - part.count
            } else if let found = firstPart(part, in: text, from: position) {
                end = found
            } else {
                return false
            }
            guard end >= position else { return false }
            value(index, position..<end)
            position = end + part.count
        }
        return true
    }
}

/// Whether the bytes of a part stand at that place.
private func isPart(_ part: [UInt8], of text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    guard start >= 0, start + part.count <= text.count else { return false }
    for index in part.indices where text[start + index] != part[index] { return false }
    return true
}

private func firstPart(_ part: [UInt8], in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard let first = part.first else { return start }
    var index = start
    while index + part.count <= text.count {
        if text[index] == first, isPart(part, of: text, at: index) { return index }
        index += 1
    }
    return nil
}
