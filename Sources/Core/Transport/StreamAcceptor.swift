public import Config

/// A `STREAM ` request that has arrived whole.
public struct StreamOffer: Sendable {
    /// The head with its final empty line.
    public let head: [UInt8]
    /// The number of this client in access.log.
    public let client: Int
    /// Microseconds since 1970.
    public let receivedAt: Int64
}

/// What the streaming code makes of an offer.
public enum StreamVerdict: Sendable, Equatable {
    /// It has taken the connection, and answers itself.
    case accepted
    /// The bare text is sent, the code goes to access.log, and the connection is closed.
    case refused(status: Int, text: String)
    /// It is answered as whoever speaks another protocol: with HTTP's 400.
    case notUnderstood
}

/// Takes or refuses a stream; called on the connection's event loop, once for each offer. Also called for a peer without
/// the right to stream, which ``StreamConnection/rights`` tells: whoever refuses knows the words for it.
public typealias StreamAcceptor = @Sendable (StreamOffer, StreamConnection) -> StreamVerdict

/// Whether a stream would be refused if its head were offered now: the head with its empty line, who sends it, and what this
/// peer may do on its port. A guess, which decides only who is looked at first; ``StreamAcceptor`` has the last word. Called
/// on a thread that others wait for, so it must be quick and must not block.
public typealias StreamForesight = @Sendable (_ head: [UInt8], _ peer: Peer, _ rights: Rights) -> Bool
