internal import Basics
internal import Config
internal import Diagnostics
internal import NIOCore

/// Reads the head of a `STREAM ` request and offers it to the streaming code (streaming protocol §1.2, §2).
final class StreamHeadHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Bytes of the parameters that access.log shows: all that the original takes, and less than a head may have.
    static let loggedBytes = 8192

    private let client: Client
    private var buffer = HeadBuffer()
    private var isDone = false

    init(_ client: Client) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else {
            context.fireChannelRead(data)
            return
        }
        buffer.append(unwrapInboundIn(data))
        let limit = client.context.limits.streamHead
        let head = buffer.takeHead()
        let size = head?.readableBytes ?? buffer.count
        if size > limit {
            tooBig(context, size)
        } else if let head {
            offer(context, head)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if !isDone, let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone else { return context.fireErrorCaught(error) }
        if let failure = error as? TLSFailure { client.report(failure) }
        context.close(promise: nil)
    }

    private func offer(_ context: ChannelHandlerContext, _ head: ByteBuffer) {
        isDone = true
        client.requestCame()
        let bytes = Array(head.readableBytesView)
        let connection = StreamConnection(
            channel: context.channel,
            peer: client.peer,
            rights: client.rights,
            tls: client.tls,
            isAllowedAsItIs: client.mayStream,
            turns: client.context.turns?.turns(context.eventLoop)
        )
        let handler = StreamHandler(connection, lingeringBytes: client.context.limits.lingeringBytes)
        guard (try? context.pipeline.syncOperations.addHandler(handler, position: .after(self))) != nil else {
            context.close(promise: nil)
            return
        }
        StreamHandler.tune(context.channel)
        let offer = StreamOffer(head: bytes, client: client.log.number, receivedAt: client.context.clock.now())
        switch client.context.acceptor(offer, connection) {
        case .accepted:
            log(bytes, status: 200, size: 0)
            client.becameStream()
            if let rest = buffer.takeAll() {
                context.fireChannelRead(wrapInboundOut(rest))
                context.fireChannelReadComplete()
            }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        case .refused(let status, let text):
            connection.abandon()
            context.pipeline.syncOperations.removeHandler(handler, promise: nil)
            log(bytes, status: status, size: text.utf8.count)
            leave(context, ByteBuffer(string: text))
        case .notUnderstood:
            connection.abandon()
            context.pipeline.syncOperations.removeHandler(handler, promise: nil)
            leave(context, ByteBuffer(bytes: client.notUnderstood))
        }
    }

    /// The answer goes out in one segment, because children look at what one `recv` brings (§4).
    private func leave(_ context: ChannelHandlerContext, _ answer: ByteBuffer) {
        _ = buffer.takeAll()
        context.writeAndFlush(NIOAny(answer), promise: nil)
        Farewell.begin(context, instead: self, bytes: client.context.limits.lingeringBytes)
    }

    private func tooBig(_ context: ChannelHandlerContext, _ size: Int) {
        isDone = true
        _ = buffer.takeAll()
        client.requestCame()
        client.report(.streamRequestTooBig, ["bytes": String(size)])
        context.close(promise: nil)
    }

    private func log(_ head: [UInt8], status: Int, size: Int) {
        let line = head.prefix { $0 != 13 }.dropFirst(Sniffer.method.count)
        let end = line.indices.last { line[$0...].starts(with: " HTTP/".utf8) } ?? line.endIndex
        let now = client.context.clock.monotonic()
        let answered = ClientLog.Answered(
            mode: "STREAM",
            bytes: size,
            whole: size,
            received: now,
            prepared: now,
            sent: now,
            status: status,
            url: String(decoding: PercentEncoding.decode(line[..<end].prefix(Self.loggedBytes)), as: UTF8.self)
        )
        client.log.write([client.log.line(answered)])
    }
}
