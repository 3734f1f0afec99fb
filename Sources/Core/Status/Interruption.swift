/// Why a host has a gap (status document, `hosts[].gaps[].cause`).
public enum GapCause: String, Sendable, CaseIterable {
    /// The connection broke.
    case link
    /// The child ended it, or collected nothing.
    case childStopped = "child stopped"
    /// This node was not running.
    case nodeStopped = "node stopped"
    case bufferDropped = "buffer dropped"
    /// The child does not have it either.
    case unfillable
    /// The child's clock was set.
    case clock
}

/// The end of a host's data, before it is known when it goes on.
public struct Interruption: Sendable, Equatable {
    /// The newest second that is there, Unix seconds.
    public var after: Int64
    public var cause: GapCause
    /// The condition that ended the connection.
    public var code: String?

    public init(after: Int64, cause: GapCause, code: String? = nil) {
        self.after = after
        self.cause = cause
        self.code = code
    }
}
