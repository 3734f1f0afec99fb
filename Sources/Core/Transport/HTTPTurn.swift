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
    /// How its answer is compressed; `nil` where the client cannot read that, or this node does not do it.
    let gzip: GzipSettings?
    private let takesChunks: Bool

    /// Bytes of a body that an event loop compresses itself: some 0.2 ms. Longer ones are the pool's.
    static let compressedOnLoop = 16 << 10

    init(
        request: HTTPRequest?,
        keepAlive: Bool,
        received: Int64,
        gzip: GzipSettings? = nil,
        takesChunks: Bool = false
    ) {
        self.request = request
        self.keepAlive = keepAlive
        self.received = received
        self.gzip = gzip
        self.takesChunks = takesChunks
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
        let turn = HTTPTurn(
            request: request,
            keepAlive: head.wantsKeepAlive && !client.isSentToTLS,
            received: received,
            gzip: acceptsGzip(head.fields) ? client.policy.gzip : nil,
            takesChunks: head.takesChunks
        )
        return (turn, work(request, client))
    }

    /// `gzip` among what the client can read, unless it says that it is not to be taken. (`*` does not count, as with the original.)
    static func acceptsGzip(_ fields: HTTPFields) -> Bool {
        fields.all("Accept-Encoding").contains { list in
            // `identity`, the most frequent of those without it, need not be taken apart.
            list.utf8.contains { $0 | 32 == UInt8(ascii: "z") }
                && Self.acceptsGzip(list)
        }
    }

    private static func acceptsGzip(_ list: String) -> Bool {
        list.split(separator: ",").contains { word in
            let parts = word.lowercased().split(separator: ";").map(\.trimmingBlanks)
            guard parts.first == "gzip" || parts.first == "x-gzip" else { return false }
            return !parts.dropFirst().contains { part in
                part.hasPrefix("q=0") && part.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" }
            }
        }
    }

    /// How a body is compressed for this client; `nil`: it is not.
    func compression(of response: HTTPResponse) -> GzipSettings? {
        guard let gzip, response.isCompressible,
            (HTTPDelivery.leastCompressed...HTTPDelivery.mostCompressed).contains(response.length),
            response.pieces == nil || takesChunks
        else { return nil }
        return gzip
    }

    /// Whether there is so much to compress that no event loop should.
    func isWork(_ response: HTTPResponse) -> Bool {
        response.body.count > Self.compressedOnLoop && response.compressed?.isMade != true
            && compression(of: response) != nil
    }

    /// The answer as this client gets it.
    func delivery(of response: HTTPResponse) -> HTTPDelivery { HTTPDelivery(response, to: self) }

    private static func work(_ request: HTTPRequest, _ client: Client) -> Work {
        if client.isSentToTLS { return .ready(SecureRedirect.response(request)) }
        if request.method == .options { return .ready(.text(200, "OK")) }
        // Which right a path needs its endpoint knows.
        if client.rights.isEmpty { return .ready(.forbidden) }
        let route = client.context.router(request)
        return route.isHeavy ? .heavy(route.service) : .light(route.service)
    }

    /// The line of access.log.
    /// - Parameters:
    ///   - prepared: when the answer was ready, microseconds of the monotonic clock.
    ///   - sent: when it was on its way.
    func answered(_ delivery: HTTPDelivery, prepared: Int64, sent: Int64) -> ClientLog.Answered {
        ClientLog.Answered(
            mode: delivery.response.isFile ? "FILECOPY" : request?.method == .options ? "OPTIONS" : "DATA",
            bytes: delivery.sent,
            whole: delivery.whole,
            received: received,
            prepared: prepared,
            sent: sent,
            status: delivery.response.status,
            url: request.map { PercentEncoding.decode($0.target) } ?? ""
        )
    }
}
