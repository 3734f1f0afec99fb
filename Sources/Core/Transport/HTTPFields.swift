/// The header lines of a request or an answer, in their order; names are compared without regard to case.
public struct HTTPFields: Sendable {
    private var fields: [(name: String, value: String)] = []

    public init() {}

    /// - Parameter fields: names and values, for requests made by hand.
    public init(_ fields: [(name: String, value: String)]) { self.fields = fields }

    /// The value of the first line with this name.
    public subscript(_ name: String) -> String? {
        fields.first { Self.same($0.name, name) }?.value
    }

    /// The values of all lines with this name.
    func all(_ name: String) -> [String] { fields.filter { Self.same($0.name, name) }.map(\.value) }

    public func contains(_ name: String) -> Bool { self[name] != nil }

    mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

    var count: Int { fields.count }

    /// Whether a value contains an ASCII word, without regard to case: `Connection: Keep-Alive, TE`.
    func value(of name: String, contains word: String) -> Bool {
        guard let value = self[name] else { return false }
        if Self.same(value, word) { return true }
        let bytes = Array(value.utf8.map(Self.lower))
        let wanted = Array(word.utf8.map(Self.lower))
        guard !wanted.isEmpty, bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
    }

    /// Whether two names are the same.
    static func same(_ one: String, _ other: String) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        var rest = other.utf8.makeIterator()
        for byte in one.utf8 {
            guard let next = rest.next(), lower(byte) == lower(next) else { return false }
        }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 32 : byte }
}
