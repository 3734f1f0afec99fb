public import Basics

/// An `allow … from` list: a simple pattern on the client's canonical address (streaming protocol §1, §15.2).
public struct AccessList: Sendable, Equatable, CustomStringConvertible {
    public let pattern: SimplePattern

    public init(_ text: String) { pattern = SimplePattern(text) }

    /// Allows everybody.
    public static let everyone = AccessList("*")

    /// Whether an address may pass. An empty list allows everybody.
    ///
    /// - Parameter address: as ``canonical(_:)`` makes it; `localhost` for loopback and unix sockets, `UNKNOWN` where
    ///   there is none.
    public func allows(_ address: String) -> Bool { pattern.isEmpty || pattern.matches(address) }

    public var description: String { pattern.description }

    /// The address as lists and logs know it: `127.0.0.1` and `::1` are `localhost`, and an IPv4 address that came
    /// through an IPv6 socket is written without its `::ffff:`.
    public static func canonical(_ numeric: String) -> String {
        let plain = numeric.hasPrefix("::ffff:") ? String(numeric.dropFirst(7)) : numeric
        return plain == "127.0.0.1" || plain == "::1" ? "localhost" : plain
    }
}
