internal import Config

/// Who is at the other end, in the words of access lists and logs (streaming protocol §1).
public struct Peer: Sendable, Hashable, CustomStringConvertible {
    /// `localhost` for loopback and unix sockets; IPv4 without `::ffff:`; `UNKNOWN` where the system does not say.
    public let address: String
    /// The port's number; `UNIX` for a unix socket.
    public let port: String
    public let isUnix: Bool

    /// - Parameter address: numeric, as the system writes it.
    public init(address: String, port: Int) {
        self.address = AccessList.canonical(address)
        self.port = String(port)
        isUnix = false
    }

    private init(address: String, port: String, isUnix: Bool) {
        self.address = address
        self.port = port
        self.isUnix = isUnix
    }

    public static let unix = Peer(address: "localhost", port: "UNIX", isUnix: true)
    public static let unknown = Peer(address: "UNKNOWN", port: "UNKNOWN", isUnix: false)

    /// `[10.0.0.4]:51234`, as the logs write it.
    public var description: String { "[\(address)]:\(port)" }
}
