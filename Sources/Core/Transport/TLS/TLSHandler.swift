internal import NIOCore

/// Tells that the peer has ended the connection below TLS, where anybody can; ``ChannelEvent/inputClosed`` follows.
struct EndWithoutGoodbye {
    var failure: TLSFailure
}

/// Encrypts everything that goes through a channel, and says goodbye as TLS wants it.
final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Called once, when it is known whether there is an encrypted connection.
    ///
    /// After a failure the handler sends what is left to say, and closes.
    typealias Completion = (Result<TLSFacts, TLSFailure>) -> Void

    private let session: TLSSession
    private var completion: Completion?
    private var deadline: Scheduled<Void>?
    private let timeout: TimeAmount
    /// What was written before anything can be.
    private var early: [(ByteBuffer, EventLoopPromise<Void>?)] = []
    private var promises: [EventLoopPromise<Void>] = []
    private var hasFailed = false
    private var saidFinished = false

    init(_ session: TLSSession, timeout: TimeAmount, _ completion: @escaping Completion) {
        self.session = session
        self.timeout = timeout
        self.completion = completion
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Nobody would tell us any more.
        guard context.channel.isActive else { return failed(context, session.cut()) }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.failed(context, self.session.expire())
        }
        proceed(context, wasEstablished: false, attempt { try session.start() })
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        giveUp(ChannelError.ioOnClosedChannel)
    }

    // MARK: From the network

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        let cipher = unwrapInboundIn(data)
        let wasEstablished = session.isEstablished
        var plain = ByteBuffer()
        let failure = attempt { try cipher.withUnsafeReadableBytes { try session.receive($0, into: &plain) } }
        ReceiveBuffers.giveBack(cipher)
        // What was said before the end counts.
        proceed(context, wasEstablished: wasEstablished, failure) {
            if plain.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(plain)) }
        }
        if session.isFinished { inputEnded(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        if !session.isEstablished, !hasFailed { failed(context, session.cut()) }
        inputEnded(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !session.isEstablished, !hasFailed { failed(context, session.cut()) }
        context.fireChannelInactive()
    }

    /// The peer's goodbye or its FIN, whichever comes first.
    private func inputEnded(_ context: ChannelHandlerContext) {
        guard !saidFinished, !hasFailed else { return }
        saidFinished = true
        if !session.isFinished { context.fireUserInboundEventTriggered(EndWithoutGoodbye(failure: session.cut())) }
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    /// Runs a step of the session, which fails in no other way than this.
    private func attempt(_ step: () throws -> Void) -> TLSFailure? {
        do {
            try step()
            return nil
        } catch {
            return error as? TLSFailure ?? session.cut()
        }
    }

    /// Sends what the session has to say after a step, and tells how it went.
    private func proceed(
        _ context: ChannelHandlerContext,
        wasEstablished: Bool,
        _ failure: TLSFailure?,
        deliver: () -> Void = {}
    ) {
        send(context)
        if !wasEstablished, session.isEstablished { established(context) }
        deliver()
        if let failure { failed(context, failure) }
    }

    private func established(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let waiting = early
        early = []
        for (buffer, promise) in waiting { write(context: context, data: wrapOutboundOut(buffer), promise: promise) }
        if !waiting.isEmpty { flush(context: context) }
        guard let completion, let facts = session.facts else { return }
        self.completion = nil
        completion(.success(facts))
    }

    private func failed(_ context: ChannelHandlerContext, _ failure: TLSFailure) {
        guard !hasFailed else { return }
        hasFailed = true
        deadline?.cancel()
        giveUp(failure)
        if let completion {
            self.completion = nil
            completion(.failure(failure))
            if context.channel.isActive { Farewell.begin(context, instead: self, bytes: 1 << 16) }
        } else {
            context.fireErrorCaught(failure)
            context.close(promise: nil)
        }
    }

    /// Whoever waits for what was written waits in vain.
    private func giveUp(_ error: any Error) {
        let all = early.compactMap(\.1) + promises
        early = []
        promises = []
        for promise in all { promise.fail(error) }
    }

    // MARK: To the network

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let plain = unwrapOutboundIn(data)
        guard !hasFailed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard session.isEstablished else {
            early.append((plain, promise))
            return
        }
        if let promise { promises.append(promise) }
        if let failure = attempt({ try plain.withUnsafeReadableBytes { try session.send($0) } }) {
            failed(context, failure)
        }
    }

    func flush(context: ChannelHandlerContext) { send(context) }

    private func send(_ context: ChannelHandlerContext) {
        guard let cipher = session.takeOutput() ?? (promises.isEmpty ? nil : ByteBuffer()) else {
            context.flush()
            return
        }
        context.writeAndFlush(wrapOutboundOut(cipher), promise: takePromise(context))
    }

    /// One promise for all writes that go out together.
    private func takePromise(_ context: ChannelHandlerContext) -> EventLoopPromise<Void>? {
        let all = promises
        promises = []
        guard all.count > 1 else { return all.first }
        let one = context.eventLoop.makePromise(of: Void.self)
        for promise in all { one.futureResult.cascade(to: promise) }
        return one
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input, !hasFailed {
            session.finish()
            send(context)
        }
        context.close(mode: mode, promise: promise)
    }
}
