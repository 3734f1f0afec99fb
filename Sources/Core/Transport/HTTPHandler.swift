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
        let bytes: AnswerBytes
        let delivery: HTTPDelivery
        let turn: HTTPTurn
        /// When the answer was ready, microseconds of the monotonic clock.
        let prepared: Int64
    }
    private var unsent: Unsent?

    private let watch: TakingWatch

    /// - Parameter unsent: goes out first.
    init(_ client: Client, _ unsent: Unsent? = nil) {
        self.client = client
        watch = TakingWatch(client)
        self.unsent = unsent
        if unsent != nil { state = .answering }
    }

    func channelActive(context: ChannelHandlerContext) {
        if let unsent {
            self.unsent = nil
            let answer = Answer(unsent.delivery, unsent.turn, prepared: unsent.prepared, keepAlive: false)
            writeNext(context, unsent.bytes, answer)
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

    func handlerRemoved(context: ChannelHandlerContext) { watch.stop() }

    func channelInactive(context: ChannelHandlerContext) {
        watch.stop()
        context.fireChannelInactive()
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
                if buffer.count > limit {
                    refuseTooBig(context, bytes: buffer.count)
                } else if buffer.isHopeless {
                    refuse(context, .notUnderstood)
                }
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
        case .ready(let response): send(context, turn.delivery(of: response), turn)
        case .light(let service):
            let response = service(turn.request!)
            if turn.isWork(response) {
                answerElsewhere(context, turn) { turn.delivery(of: response) }
            } else {
                send(context, turn.delivery(of: response), turn)
            }
        case .heavy(let service): answerElsewhere(context, turn) { turn.delivery(of: service(turn.request!)) }
        }
    }

    private func answerElsewhere(
        _ context: ChannelHandlerContext,
        _ turn: HTTPTurn,
        _ make: @escaping @Sendable () -> HTTPDelivery
    ) {
        client.context.pool.runIfActive(eventLoop: context.eventLoop, make)
            .assumeIsolated().whenComplete { result in
                guard case .success(let delivery) = result, context.channel.isActive else {
                    context.close(promise: nil)
                    return
                }
                self.send(context, delivery, turn)
                self.process(context)
            }
    }

    // MARK: Answers

    /// What is known of an answer on its way.
    private struct Answer {
        let delivery: HTTPDelivery
        let turn: HTTPTurn
        /// When it was ready, microseconds of the monotonic clock.
        let prepared: Int64
        let keepAlive: Bool

        init(_ delivery: HTTPDelivery, _ turn: HTTPTurn, prepared: Int64, keepAlive: Bool) {
            self.delivery = delivery
            self.turn = turn
            self.prepared = prepared
            self.keepAlive = keepAlive
        }
    }

    private func send(_ context: ChannelHandlerContext, _ delivery: HTTPDelivery, _ turn: HTTPTurn) {
        let clock = client.context.clock
        let keepAlive = turn.keepAlive && delivery.hasEnd && !clientIsDone
        let head = HTTPAnswer(
            policy: client.policy,
            now: clock.now() / microsecondsPerSecond,
            request: turn.request,
            keepAlive: keepAlive
        ).head(delivery)
        let bytes = AnswerBytes(head: head, body: delivery.body)
        let answer = Answer(delivery, turn, prepared: clock.monotonic(), keepAlive: keepAlive)
        writeNext(context, bytes, answer)
    }

    /// Writes what is there of an answer, then its pieces, each when the one before is gone.
    private func writeNext(_ context: ChannelHandlerContext, _ bytes: AnswerBytes, _ answer: Answer) {
        var rest = bytes
        guard context.channel.isActive else { return end(context, answer) }
        write(context, rest.takeNext(context.channel.allocator)) { isWritten in
            if isWritten, !rest.isEmpty {
                // Not from within the write before, which still holds its slice.
                context.eventLoop.assumeIsolated().execute { self.writeNext(context, rest, answer) }
            } else if isWritten, let pieces = answer.delivery.pieces {
                self.writeNext(context, pieces, answer)
            } else {
                self.end(context, answer)
            }
        }
    }

    private func write(_ context: ChannelHandlerContext, _ bytes: ByteBuffer, _ then: @escaping (Bool) -> Void) {
        let count = bytes.readableBytes
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
        watch.wrote(count, to: context)
        promise.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { then(true) } else { then(false) }
        }
    }

    private func writeNext(_ context: ChannelHandlerContext, _ pieces: HTTPPieceReader, _ answer: Answer) {
        client.context.pool.runIfActive(eventLoop: context.eventLoop) { pieces.next() }
            .assumeIsolated().whenComplete { result in
                guard case .success(let piece?) = result, context.channel.isActive else {
                    // Only the end of the connection can say that not all has come.
                    self.log(answer)
                    context.close(promise: nil)
                    return
                }
                guard !piece.isEmpty else { return self.end(context, answer) }
                self.write(context, ByteBuffer(bytes: piece)) { isWritten in
                    if isWritten { self.writeNext(context, pieces, answer) } else { self.end(context, answer) }
                }
            }
    }

    private func end(_ context: ChannelHandlerContext, _ answer: Answer) {
        log(answer)
        sent(context, keepAlive: answer.keepAlive)
    }

    private func log(_ answer: Answer) {
        let sent = client.context.clock.monotonic()
        let answered = answer.turn.answered(answer.delivery, prepared: answer.prepared, sent: sent)
        client.log.write([client.log.line(answered)])
    }

    private func sent(_ context: ChannelHandlerContext, keepAlive: Bool) {
        client.requestCame()
        watch.stop()
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
        let turn = HTTPTurn(request: nil, keepAlive: false, received: client.context.clock.monotonic())
        send(context, turn.delivery(of: response), turn)
    }
}
