public import Config

/// One request of the web API (web API §1). Nothing in it has been checked beyond its form; above all `Host` says nothing.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        /// What ``get`` would answer, without the body.
        case head = "HEAD"
        case options = "OPTIONS"
        /// Without a body: what is wanted stands in the URL.
        case post = "POST"
    }

    public let method: Method
    /// What stood between the method and ` HTTP/`, undecoded.
    public let target: String
    /// The part before the query: decoded, without repeated slashes.
    public let path: String
    /// The words of the query between `&`, decoded, empty ones left out: `chart=a.b`, `active`.
    public let words: [String]
    /// The parameters among them in their order; those with an empty name or an empty value do not count.
    public let parameters: [(name: String, value: String)]
    public let fields: HTTPFields
    public let peer: Peer
    /// What this client may do on this port.
    public let rights: Rights
    public let isTLS: Bool
    /// Microseconds since 1970.
    public let receivedAt: Int64

    /// - Returns: `nil` for a URL that hides a NUL.
    public init?(
        _ method: Method = .get,
        _ target: String,
        fields: HTTPFields = HTTPFields(),
        peer: Peer = .unix,
        rights: Rights = .all,
        isTLS: Bool = false,
        receivedAt: Int64 = 0
    ) {
        guard let url = RequestTarget(target) else { return nil }
        self.method = method
        self.target = target
        path = url.path
        words = url.words
        parameters = url.words.compactMap(Self.parameter)
        self.fields = fields
        self.peer = peer
        self.rights = rights
        self.isTLS = isTLS
        self.receivedAt = receivedAt
    }

    private static func parameter(_ word: String) -> (name: String, value: String)? {
        guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let value = word.utf8[word.utf8.index(after: equals)...]
        guard equals != word.startIndex, !value.isEmpty else { return nil }
        return (String(Substring(word.utf8[..<equals])), String(Substring(value)))
    }

    /// The value of a parameter; where it is repeated the last one counts.
    public subscript(_ parameter: String) -> String? {
        parameters.last { $0.name == parameter }?.value
    }
}
