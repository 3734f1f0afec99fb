internal import Basics
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

    /// What is left of an answer that was begun on the socket itself.
    struct Unsent {
        let bytes: ByteBuffer
        let response: HTTPResponse
        let turn: HTTPTurn
        /// When the answer was ready, microseconds of the monotonic clock.
        let prepared: Int64
    }
    private var unsent: Unsent?

    /// - Parameter unsent: goes out first.
    init(_ client: Client, _ unsent: Unsent? = nil) {
        self.client = client
        self.unsent = unsent
        if unsent != nil { state = .answering }
    }

    func channelActive(context: ChannelHandlerContext) {
        if let unsent {
            self.unsent = nil
            write(context, unsent.bytes, unsent.response, unsent.turn, prepared: unsent.prepared, keepAlive: false)
        }
        context.fireChannelActive()
    }

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
        guard let head = HTTPHead(bytes.readableBytesView) else {
            refuse(context, .notUnderstood)
            return
        }
        let (turn, work) = HTTPTurn.find(head, of: client)
        state = .answering
        switch work {
        case .ready(let response): send(context, response, turn)
        case .light(let service): send(context, service(turn.request!), turn)
        case .heavy(let service): answerElsewhere(context, turn, service)
        }
    }

    private func answerElsewhere(_ context: ChannelHandlerContext, _ turn: HTTPTurn, _ service: @escaping HTTPService) {
        client.context.pool.runIfActive(eventLoop: context.eventLoop) { service(turn.request!) }
            .assumeIsolated().whenComplete { result in
                guard case .success(let response) = result, context.channel.isActive else {
                    context.close(promise: nil)
                    return
                }
                self.send(context, response, turn)
                self.process(context)
            }
    }

    // MARK: Answers

    private func send(_ context: ChannelHandlerContext, _ response: HTTPResponse, _ turn: HTTPTurn) {
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
        write(context, bytes, response, turn, prepared: clock.monotonic(), keepAlive: keepAlive)
    }

    private func write(
        _ context: ChannelHandlerContext,
        _ bytes: ByteBuffer,
        _ response: HTTPResponse,
        _ turn: HTTPTurn,
        prepared: Int64,
        keepAlive: Bool
    ) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
        watchProgress(context)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            let log = self.client.log
            let sent = self.client.context.clock.monotonic()
            log.write([log.line(turn.answered(response, prepared: prepared, sent: sent))])
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
        send(context, response, HTTPTurn(request: nil, keepAlive: false, received: client.context.clock.monotonic()))
    }
}
