import Basics

/// An `allow … from` list: words for the client's canonical address, from left to right; the first that fits decides
/// (streaming protocol §1, §15.2).
///
/// A word is a simple pattern (`10.*`), an address in whatever way it is written, a network (`10.0.0.0/8`,
/// `2001:db8::/32`), or `localhost`; a `!` in front says no. Where `allow … by dns` has it so, a word may also be a pattern for
/// the client's name (`*.example`). Matching is linear in the list and in the address.
public struct AccessList: Sendable, Equatable, CustomStringConvertible {
    /// What `allow … by dns` says of clients' names.
    public enum Names: String, Sendable {
        /// Only addresses are compared.
        case ignored = "no"
        /// Words that cannot be addresses are compared with names.
        case heuristic
        /// All patterns are compared with the address, and then with the name.
        case compared = "yes"
    }

    private enum Part: Sendable, Equatable {
        case pattern(SimplePattern)
        /// One word, in small letters.
        case name(SimplePattern)
        case network(Network, isAllowed: Bool)
    }

    public let description: String
    /// Which words are for names.
    public let names: Names
    private let parts: [Part]
    private let hasNames: Bool

    public init(_ text: String, names: Names = .ignored) {
        description = text
        self.names = names
        var parts: [Part] = []
        var words: [Substring] = []
        func finish() {
            if !words.isEmpty { parts.append(.pattern(SimplePattern(words.joined(separator: " ")))) }
            words = []
        }
        for word in text.split(whereSeparator: \.isWhitespace) {
            let isAllowed = word.first != "!"
            let place = isAllowed ? word : word.dropFirst()
            if let network = Network(place) {
                finish()
                parts.append(.network(network, isAllowed: isAllowed))
            } else if let plain = Network.canonical(place) {
                words.append(plain == place ? word : Substring((isAllowed ? "" : "!") + plain))
            } else if names == .compared || names == .heuristic && Self.isForNames(place) {
                finish()
                parts.append(.name(SimplePattern(word.lowercased())))
            } else {
                words.append(word)
            }
        }
        finish()
        self.parts = parts
        hasNames = parts.contains { if case .name = $0 { true } else { false } }
    }

    /// Allows everybody.
    public static let everyone = AccessList("*")

    /// Whether an address may pass. An empty list allows everybody.
    ///
    /// - Parameters:
    ///   - address: as ``canonical(_:)`` makes it; `localhost` for loopback and unix sockets, `UNKNOWN` where there is none.
    ///   - name: of the client, in small letters; `nil` where it has none that is to be believed.
    public func allows(_ address: String, name: String? = nil) -> Bool {
        var isEmpty = true
        // Only a list with networks needs the address as a number.
        var number: [[UInt8]]?
        for part in parts {
            switch part {
            case .pattern(let pattern):
                if let verdict = pattern.verdict(address) { return verdict }
                isEmpty = isEmpty && pattern.isEmpty
            case .name(let pattern):
                if let verdict = pattern.verdict(address) ?? name.flatMap({ pattern.verdict($0) }) { return verdict }
                isEmpty = isEmpty && pattern.isEmpty
            case .network(let network, let isAllowed):
                isEmpty = false
                let known = number ?? Network.numbers(of: address)
                number = known
                if known.contains(where: network.contains) { return isAllowed }
            }
        }
        return isEmpty
    }

    /// Whether the name of a client may decide: a word for names comes before any that fits its address.
    public func needsName(of address: String) -> Bool {
        guard hasNames else { return false }
        for part in parts {
            switch part {
            case .pattern(let pattern): if pattern.verdict(address) != nil { return false }
            case .name(let pattern): return pattern.verdict(address) == nil
            case .network(let network, _):
                if Network.numbers(of: address).contains(where: network.contains) { return false }
            }
        }
        return false
    }

    /// Whether a word cannot be meant for addresses: it has a letter that none has, or one where only IPv4 has dots.
    static func isForNames(_ word: some StringProtocol) -> Bool {
        if word == "localhost" || word == "UNKNOWN" || word.contains(":") { return false }
        let isHexadecimal = word.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 32) || ".*%?\\".utf8.contains(byte)
        }
        let hasLetters = word.utf8.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 32) }
        if word.contains("/") || word.contains(",") || word.hasPrefix("[") { return false }
        return !isHexadecimal || hasLetters && word.contains(".")
    }

    /// The address as lists and logs know it: `127.0.0.1` and `::1` are `localhost`, and an IPv4 address that came
    /// through an IPv6 socket is written without its `::ffff:`.
    public static func canonical(_ numeric: String) -> String {
        let plain = numeric.hasPrefix("::ffff:") ? String(numeric.dropFirst(7)) : numeric
        return plain == "127.0.0.1" || plain == "::1" ? "localhost" : plain
    }

    public static func == (one: AccessList, other: AccessList) -> Bool {
        one.description == other.description && one.names == other.names
    }
}
