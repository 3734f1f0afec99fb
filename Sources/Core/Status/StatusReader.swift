import FoundationEssentials

/// Why a text is no status document.
public enum StatusReadError: Error, Equatable, Sendable {
    /// It isn't JSON, or a key that must be there is missing or of another type; the text names it.
    case malformed(String)
    /// The keys mean something else: written by a program with another schema.
    case schema(Int)
}

extension StatusDocument {
    /// Reads a document; keys it doesn't know are ignored.
    ///
    /// - Throws: ``StatusReadError``.
    public init(json: [UInt8]) throws(StatusReadError) {
        do {
            self = try decoded(json)
        } catch {
            // Of another schema anything may be otherwise: that is the better reason.
            guard let header: Header = try? decoded(json) else { throw error }
            guard header.schema == Self.currentSchema else { throw .schema(header.schema) }
            throw error
        }
        guard schema == Self.currentSchema else { throw .schema(schema) }
    }
}

/// Reads JSON into a type.
func decoded<Value: Decodable>(_ json: [UInt8]) throws(StatusReadError) -> Value {
    do {
        return try JSONDecoder().decode(Value.self, from: Data(json))
    } catch let error as DecodingError {
        throw .malformed(describe(error))
    } catch {
        throw .malformed("it is not JSON")
    }
}

/// What every schema has in common.
private struct Header: Decodable {
    var schema: Int
}

private func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
    case .typeMismatch(let type, let context): "\(path(context.codingPath)) is not \(type)"
    case .valueNotFound(_, let context): "\(path(context.codingPath)) is null"
    case .dataCorrupted(let context): context.codingPath.isEmpty ? "it is not JSON" : path(context.codingPath)
    @unknown default: "it is not JSON"
    }
}

private func path(_ keys: [any CodingKey]) -> String {
    keys.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined().drop { $0 == "." }.description
}

extension KeyedDecodingContainer {
    /// A list that is absent or null is empty: sections that don't apply are left out of the document.
    func decode<Element: Decodable>(_ type: [Element].Type, forKey key: Key) throws -> [Element] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}
