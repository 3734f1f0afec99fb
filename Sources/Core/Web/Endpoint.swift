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
    /// Whether it may take more than 5 ms.
    public let isHeavy: Bool
    /// Of a heavy one, whether this very request will not take long: a millisecond, in the worst case. Itself it is quick.
    public let isLight: @Sendable (EndpointRequest) -> Bool
    public let answer: @Sendable (EndpointRequest) -> HTTPResponse

    /// Whether asking changes nothing, so that HEAD may ask as well: management has parameters that order something.
    var isSafe: Bool { method == .get && rights != .management }

    public init(
        _ command: String,
        rights: Rights = .dashboard,
        method: HTTPRequest.Method = .get,
        isHeavy: Bool = false,
        isLight: @escaping @Sendable (EndpointRequest) -> Bool = { _ in false },
        answer: @escaping @Sendable (EndpointRequest) -> HTTPResponse
    ) {
        self.command = command
        self.rights = rights
        self.method = method
        self.isHeavy = isHeavy
        self.isLight = isLight
        self.answer = answer
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
