public import Diagnostics

/// Why a parent isn't streamed to, and for how long it is left alone (streaming protocol §4.1).
public enum ConnectFailure: Sendable, Equatable, CaseIterable {
    case localhost
    case virtualNode
    case already
    case denied
    case busy
    case internalError
    case initializing
    /// HTTP, TLS, a missing right, any other text.
    case notUnderstood
    /// Silence, or the end of the connection before a reply.
    case noReply
    case requestNotSent
    /// The connection could not be encrypted.
    case notEncrypted
    /// It could, but with a certificate that we don't take.
    case certificateNotValid

    /// The number in the log's `due to last error (code: …)`. Those above -9 are 1.37's; it can't tell the others apart,
    /// so theirs are ours.
    public var code: Int { entry.code }

    /// Seconds until this destination may be tried again, at most: the real delay is random between ``shortestDelay``
    /// and this, so that the children of a restarted parent don't return all at once.
    public var longestDelay: Int { entry.seconds }

    public static let shortestDelay = 5

    /// What happened, without a final period: for `due to last error (code: …, WORDS)`.
    public var words: String { entry.words }

    /// The log line that says it, in the words of the generation that has documented it.
    public var condition: Condition { entry.condition }
}

extension ConnectFailure {
    /// What a reply means for the child; `nil` where it accepts.
    public init?(_ reply: Reply) {
        switch reply {
        case .first, .hostLabels, .version: return nil
        case .denied: self = .denied
        case .busy: self = .busy
        case .already: self = .already
        case .localhost: self = .localhost
        case .virtualNode: self = .virtualNode
        case .internalError: self = .internalError
        case .initializing: self = .initializing
        case .nothing: self = .noReply
        case .noAccess, .notUnderstood: self = .notUnderstood
        }
    }

    private var entry: (code: Int, seconds: Int, words: String, condition: Condition) {
        switch self {
        case .localhost:
            (-2, 3600, ConnectFailure.rejected + "is its localhost", .parentIsHost)
        case .virtualNode:
            (-12, 3600, ConnectFailure.rejected + "is its vnode", .parentHasVirtualNode)
        case .already:
            (-3, 120, ConnectFailure.rejected + "is already streamed to it", .parentHasHost)
        case .denied:
            (-4, 60, "remote server denied access, probably we don't have the right API key?", .parentDenied)
        case .busy:
            (-9, 120, "remote server is currently busy, we should try later", .parentBusy)
        case .internalError:
            (-10, 300, "remote server is encountered an internal error, we should try later", .parentInternalError)
        case .initializing:
            (-11, 30, "remote server is initializing, we should try later", .parentInitializing)
        case .notUnderstood:
            (-1, 60, "remote node response is not understood, is it Netdata?", .parentForbidsPort)
        case .noReply:
            (-6, 30, "remote netdata does not respond", .parentSilent)
        case .requestNotSent:
            (-5, 60, "failed to send HTTP header to remote netdata", .requestNotSent)
        case .notEncrypted:
            (-8, 300, "SSL error", .cannotEncrypt)
        case .certificateNotValid:
            (-7, 300, "invalid SSL certificate", .certificateNotValid)
        }
    }

    private static let rejected = "remote server rejected this stream, the host we are trying to stream "
}
