import Basics

/// An `allow … from` list: words for the client's canonical address, from left to right; the first that fits decides
/// (streaming protocol §1, §15.2).
///
/// A word is a simple pattern (`10.*`), an address in whatever way it is written, a network (`10.0.0.0/8`,
/// `2001:db8::/32`), or `localhost`; a `!` in front says no. Matching is linear in the list and in the address.
public struct AccessList: Sendable, Equatable, CustomStringConvertible {
    private enum Part: Sendable, Equatable {
        case pattern(SimplePattern)
        case network(Network, isAllowed: Bool)
    }

    public let description: String
    private let parts: [Part]

    public init(_ text: String) {
        description = text
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
            } else if let plain = Network.canonical(place), plain != place {
                words.append(Substring((isAllowed ? "" : "!") + plain))
            } else {
                words.append(word)
            }
        }
        finish()
        self.parts = parts
    }

    /// Allows everybody.
    public static let everyone = AccessList("*")

    /// Whether an address may pass. An empty list allows everybody.
    ///
    /// - Parameter address: as ``canonical(_:)`` makes it; `localhost` for loopback and unix sockets, `UNKNOWN` where
    ///   there is none.
    public func allows(_ address: String) -> Bool {
        var isEmpty = true
        // Only a list with networks needs the address as a number.
        var number: [[UInt8]]?
        for part in parts {
            switch part {
            case .pattern(let pattern):
                if let verdict = pattern.verdict(address) { return verdict }
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

    /// The address as lists and logs know it: `127.0.0.1` and `::1` are `localhost`, and an IPv4 address that came
    /// through an IPv6 socket is written without its `::ffff:`.
    public static func canonical(_ numeric: String) -> String {
        let plain = numeric.hasPrefix("::ffff:") ? String(numeric.dropFirst(7)) : numeric
        return plain == "127.0.0.1" || plain == "::1" ? "localhost" : plain
    }

    public static func == (one: AccessList, other: AccessList) -> Bool { one.description == other.description }
}
