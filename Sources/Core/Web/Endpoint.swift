public import Config
public import Store
public import Transport

/// One address of the web API and the function that answers it.
///
/// The node lists them: this room's are in ``WebEndpoints/table``, other rooms bring theirs.
public struct Endpoint: Sendable {
    /// Below `/api/`: `v1/info`, `v3/stream_info`.
    public let command: String
    /// Any of these is enough.
    public let rights: Rights
    /// The only method it answers.
    public let method: HTTPRequest.Method
    /// Finds out how a request is answered. Quick itself: it runs on the event loop.
    public let begin: @Sendable (EndpointRequest) -> Work

    /// What remains to be done for an answer.
    public enum Work: Sendable {
        /// Takes a millisecond, in the worst case.
        case light(@Sendable () -> HTTPResponse)
        /// May take more than 5 ms or wait for a disk: done by the pool.
        case heavy(@Sendable () -> HTTPResponse)
    }

    /// Whether asking changes nothing, so that HEAD may ask as well: management has parameters that order something.
    var isSafe: Bool { method == .get && rights != .management }

    public init(
        _ command: String,
        rights: Rights = .dashboard,
        method: HTTPRequest.Method = .get,
        begin: @escaping @Sendable (EndpointRequest) -> Work
    ) {
        self.command = command
        self.rights = rights
        self.method = method
        self.begin = begin
    }

    /// One that answers each request in the same way.
    /// - Parameters:
    ///   - isHeavy: whether it may take more than 5 ms.
    ///   - isLight: of a heavy one, whether this very request will not take long: a millisecond, in the worst case. Itself it is
    ///     quick.
    public init(
        _ command: String,
        rights: Rights = .dashboard,
        method: HTTPRequest.Method = .get,
        isHeavy: Bool = false,
        isLight: @escaping @Sendable (EndpointRequest) -> Bool = { _ in false },
        answer: @escaping @Sendable (EndpointRequest) -> HTTPResponse
    ) {
        self.init(command, rights: rights, method: method) { request in
            isHeavy && !isLight(request) ? .heavy { answer(request) } : .light { answer(request) }
        }
    }
}

/// A request on its way to its endpoint.
public struct EndpointRequest: Sendable {
    public let http: HTTPRequest
    public let context: WebContext
    /// The host that is asked about: the own one, or that of `/host/NAME`.
    public let host: Host

    public init(http: HTTPRequest, context: WebContext, host: Host) {
        self.http = http
        self.context = context
        self.host = host
    }
}
