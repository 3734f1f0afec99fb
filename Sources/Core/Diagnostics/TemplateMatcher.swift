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

    /// Those with the most literal text first: the first that matches is the most specific.
    private let templates: [Template]

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
        self.templates = templates.enumerated()
            .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element)
    }

    public func match(_ message: String) -> Match? {
        var bytes = ArraySlice(message.utf8)
        while bytes.last == 0x20 { bytes = bytes.dropLast() }
        for template in templates {
            if let values = template.match(bytes) { return Match(condition: template.condition, values: values) }
        }
        return nil
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

    func match(_ text: ArraySlice<UInt8>) -> [String: String]? {
        guard text.starts(with: parts[0]) else { return nil }
        guard let lastPart = parts.last, !names.isEmpty else { return text.count == parts[0].count ? [:] : nil }
        guard text.count >= weight, text.suffix(lastPart.count).elementsEqual(lastPart) else { return nil }
        var values: [String: String] = [:]
        var position = text.startIndex + parts[0].count
        for (index, name) in names.enumerated() {
            let isLast = index == names.count - 1
            let end: Int
            if isLast {
                end = text.endIndex - lastPart.count
            } else if let found = firstOccurrence(of: parts[index + 1], in: text, from: position) {
                end = found
            } else {
                return nil
            }
            guard end >= position else { return nil }
            // A name that comes twice has the same value both times; the first is kept.
            if values[name] == nil { values[name] = String(decoding: text[position..<end], as: UTF8.self) }
            position = end + parts[index + 1].count
        }
        return values
    }
}
