internal import Basics
internal import Config

/// One request on its way to its answer.
struct HTTPTurn: Sendable {
    /// Who makes the answer.
    enum Work: Sendable {
        case ready(HTTPResponse)
        case light(HTTPService)
        /// Not on an event loop.
        case heavy(HTTPService)
    }

    /// `nil` for what could not be read as one.
    let request: HTTPRequest?
    /// Whether the connection may stay.
    let keepAlive: Bool
    /// Microseconds of the monotonic clock.
    let received: Int64

    /// What may be asked for over HTTP; which of them a path needs, its endpoint knows.
    private static let rights: Rights = [.dashboard, .registry, .badges, .management, .netdataConf]

    init(request: HTTPRequest?, keepAlive: Bool, received: Int64) {
        self.request = request
        self.keepAlive = keepAlive
        self.received = received
    }

    /// Reads a request, and finds out who answers it (web API §1).
    static func find(_ head: HTTPHead, of client: Client) -> (turn: HTTPTurn, work: Work) {
        let clock = client.context.clock
        let received = clock.monotonic()
        guard
            let request = HTTPRequest(
                head.method,
                head.target,
                fields: head.fields,
                peer: client.peer,
                rights: client.rights,
                isTLS: client.tls != nil,
                receivedAt: clock.now()
            )
        else {
            let refusal = HTTPResponse.text(400, "URL not valid. I don't understand you...\r\n")
            return (HTTPTurn(request: nil, keepAlive: false, received: received), .ready(refusal))
        }
        let keepAlive = head.wantsKeepAlive && !client.isSentToTLS
        return (HTTPTurn(request: request, keepAlive: keepAlive, received: received), work(request, client))
    }

    private static func work(_ request: HTTPRequest, _ client: Client) -> Work {
        if client.isSentToTLS { return .ready(SecureRedirect.response(request)) }
        if request.method == .options { return .ready(.text(200, "OK")) }
        if client.rights.isDisjoint(with: rights) { return .ready(.forbidden) }
        let route = client.context.router(request)
        return route.isHeavy ? .heavy(route.service) : .light(route.service)
    }

    /// The line of access.log.
    /// - Parameters:
    ///   - prepared: when the answer was ready, microseconds of the monotonic clock.
    ///   - sent: when it was on its way.
    func answered(_ response: HTTPResponse, prepared: Int64, sent: Int64) -> ClientLog.Answered {
        ClientLog.Answered(
            mode: response.isFile ? "FILECOPY" : request?.method == .options ? "OPTIONS" : "DATA",
            bytes: response.body.count,
            received: received,
            prepared: prepared,
            sent: sent,
            status: response.status,
            url: request.map { PercentEncoding.decode($0.target) } ?? ""
        )
    }
}
