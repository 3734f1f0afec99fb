import Basics

/// Counts what lists leave out; written as `dropped`, an object of list names and counts, only where there is any.
struct Dropped {
    private var counts: [String: Int]

    init(_ known: [String: Int]?) {
        counts = known ?? [:]
    }

    mutating func add(_ list: some CodingKey, _ count: Int) {
        if count > 0 { counts[list.stringValue, default: 0] &+= count }
    }

    func write(to json: inout JSONWriter) {
        guard !counts.isEmpty else { return }
        json.key("dropped")
        json.object { json in
            for (list, count) in counts.sorted(by: { $0.key < $1.key }) { json.member(list, count) }
        }
    }
}

/// The names of the document stand once, as the decoder's keys; the writer takes them from there.
extension JSONWriter {
    mutating func member(_ key: some CodingKey, _ text: String?) { member(key.stringValue, text) }
    mutating func member(_ key: some CodingKey, _ number: Int?) { member(key.stringValue, number) }
    mutating func member(_ key: some CodingKey, _ flag: Bool?) { member(key.stringValue, flag) }
    mutating func member(_ key: some CodingKey, _ number: Double?) { member(key.stringValue, number) }

    mutating func member(_ key: some CodingKey, _ body: (inout JSONWriter) -> Void) {
        self.key(key.stringValue)
        body(&self)
    }

    /// `null` where there is no value.
    mutating func optional<Value>(_ key: some CodingKey, _ value: Value?, _ body: (inout JSONWriter, Value) -> Void) {
        self.key(key.stringValue)
        if let value { body(&self, value) } else { null() }
    }

    mutating func list<Element>(
        _ key: some CodingKey,
        _ elements: [Element],
        _ limit: Int,
        _ dropped: inout Dropped,
        _ each: (inout JSONWriter, Element) -> Void
    ) {
        dropped.add(key, elements.count - limit)
        self.key(key.stringValue)
        array(elements.prefix(limit), each)
    }
}
