internal import Basics
internal import Config
internal import Diagnostics
internal import NIOCore
internal import NIOPosix

/// Answers the HTTP requests of one client, one after the other (web API §1).
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// The next request's head is incomplete.
        case reading
        /// An answer is made, or not yet on its way as a whole; what the client sends meanwhile waits.
        case answering
        /// The last answer is given.
        case leaving
    }

    private let client: Client
    private var buffer = HeadBuffer()
    private var state = State.reading
    private var isProcessing = false
    private var clientIsDone = false

    init(_ client: Client) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .leaving else { return }
        buffer.append(unwrapInboundIn(data))
        process(context)
        if state == .answering, buffer.count > client.context.limits.httpHead { setReading(context, false) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        clientIsDone = true
        guard state == .reading else { return }
        if buffer.count > 0 { refuse(context, .notUnderstood) } else { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = error as? TLSFailure { client.report(failure) }
        context.close(promise: nil)
    }

    // MARK: Requests

    private func process(_ context: ChannelHandlerContext) {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        let limit = client.context.limits.httpHead
        while state == .reading {
            guard let head = buffer.takeHead() else {
                if buffer.count > limit { refuseTooBig(context, bytes: buffer.count) }
                return
            }
            if head.readableBytes > limit {
                refuseTooBig(context, bytes: head.readableBytes)
            } else {
                answer(context, head)
            }
        }
    }

    private func answer(_ context: ChannelHandlerContext, _ bytes: ByteBuffer) {
        client.requestCame()
        let clock = client.context.clock
        let received = clock.monotonic()
        guard let head = HTTPHead(bytes.readableBytesView) else {
            refuse(context, .notUnderstood)
            return
        }
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
            refuse(context, .text(400, "URL not valid. I don't understand you...\r\n"))
            return
        }
        state = .answering
        let turn = Turn(
            request: request,
            keepAlive: head.wantsKeepAlive && !client.isSentToTLS,
            received: received
        )
        if client.isSentToTLS {
            send(context, SecureRedirect.response(request), turn)
        } else if request.method == .options {
            send(context, .text(200, "OK"), turn)
        } else if client.rights.isDisjoint(with: Self.httpRights) {
            send(context, .forbidden, turn)
        } else {
            route(context, turn)
        }
    }

    /// What may be asked for over HTTP; which of them a path needs, its endpoint knows.
    private static let httpRights: Rights = [.dashboard, .registry, .badges, .management, .netdataConf]

    private func route(_ context: ChannelHandlerContext, _ turn: Turn) {
        let route = client.context.router(turn.request!)
        guard route.isHeavy else {
            send(context, route.service(turn.request!), turn)
            return
        }
        let service = route.service
        let request = turn.request!
        client.context.pool.runIfActive(eventLoop: context.eventLoop) { service(request) }
            .assumeIsolated().whenComplete { result in
                guard case .success(let response) = result, context.channel.isActive else {
                    context.close(promise: nil)
                    return
                }
                self.send(context, response, turn)
                self.process(context)
            }
    }

    /// One request on its way to its answer.
    private struct Turn {
        /// `nil` for what could not be read as one.
        var request: HTTPRequest?
        var keepAlive: Bool
        /// Microseconds of the monotonic clock.
        var received: Int64
    }

    // MARK: Answers

    private func send(_ context: ChannelHandlerContext, _ response: HTTPResponse, _ turn: Turn) {
        let clock = client.context.clock
        // Without a length only the end of the connection says that an answer is over.
        let keepAlive = turn.keepAlive && !response.body.isEmpty && !clientIsDone
        let head = HTTPAnswer(
            policy: client.policy,
            now: clock.now() / microsecondsPerSecond,
            request: turn.request,
            keepAlive: keepAlive
        ).head(response)
        var bytes = context.channel.allocator.buffer(capacity: head.count + response.body.count)
        bytes.writeBytes(head)
        bytes.writeBytes(response.body)
        let prepared = clock.monotonic()
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
        watchProgress(context)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.client.log(
                Client.Answered(
                    mode: response.isFile ? "FILECOPY" : turn.request?.method == .options ? "OPTIONS" : "DATA",
                    bytes: response.body.count,
                    received: turn.received,
                    prepared: prepared,
                    sent: clock.monotonic(),
                    status: response.status,
                    url: turn.request.map { PercentEncoding.decode($0.target) } ?? ""
                )
            )
            self.sent(context, keepAlive: keepAlive)
        }
    }

    private func sent(_ context: ChannelHandlerContext, keepAlive: Bool) {
        client.requestCame()
        guard context.channel.isActive else { return }
        guard keepAlive else {
            state = .leaving
            Farewell.begin(context, instead: self, bytes: client.context.limits.lingeringBytes)
            return
        }
        state = .reading
        setReading(context, true)
        client.expectRequest(within: client.policy.idleTimeout, on: context.eventLoop) { context.close(promise: nil) }
        process(context)
    }

    /// Closes the connection of a client that takes nothing of its answer for as long as it may be idle.
    private func watchProgress(_ context: ChannelHandlerContext, before: Int = .max) {
        let pending = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        guard pending > 0 else { return }
        guard pending < before else {
            context.close(promise: nil)
            return
        }
        client.expectRequest(within: client.policy.idleTimeout, on: context.eventLoop) {
            self.watchProgress(context, before: pending)
        }
    }

    private func setReading(_ context: ChannelHandlerContext, _ reading: Bool) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: reading)
    }

    // MARK: Refusals

    private func refuseTooBig(_ context: ChannelHandlerContext, bytes: Int) {
        client.report(.requestTooBig, ["bytes": String(bytes)])
        refuse(context, .text(400, "Received request is too big  (\(bytes) bytes).\r\n"))
    }

    private func refuse(_ context: ChannelHandlerContext, _ response: HTTPResponse) {
        client.requestCame()
        state = .answering
        _ = buffer.takeAll()
        send(context, response, Turn(request: nil, keepAlive: false, received: client.context.clock.monotonic()))
    }
}
