internal import Basics
internal import Diagnostics
internal import NIOCore

/// Looks at the first bytes of a connection, puts in place what speaks that protocol, hands the bytes over and leaves.
///
/// Behind TLS a second one looks again at what was encrypted.
final class Sniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// What the first bytes say.
    enum Finding: Equatable {
        case undecided
        case tls
        case stream
        case http
    }

    private let client: Client
    /// The bytes so far: at most the method word.
    private var seen: [UInt8] = []

    init(_ client: Client) { self.client = client }

    static let method = Array("STREAM ".utf8)

    static func find(_ bytes: some Collection<UInt8>) -> Finding {
        guard let first = bytes.first else { return .undecided }
        // A TLS record of type handshake: the ClientHello comes first.
        if first == 0x16 { return .tls }
        // SSL 2's: a length with its highest bit set, then a message of type ClientHello.
        if first >= 0x80 { return bytes.count < 3 ? .undecided : bytes.dropFirst(2).first == 1 ? .tls : .http }
        if bytes.starts(with: method) { return .stream }
        return method.starts(with: bytes) ? .undecided : .http
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        let finding = seen.isEmpty ? Self.find(bytes.readableBytesView) : Self.find(seen + bytes.readableBytesView)
        switch finding {
        case .undecided: seen += bytes.readableBytesView
        case .stream: leave(context, to: [StreamHeadHandler(client)], bytes)
        case .http: leave(context, to: [HTTPHandler(client)], bytes)
        case .tls: startTLS(context, bytes)
        }
    }

    private func startTLS(_ context: ChannelHandlerContext, _ bytes: ByteBuffer) {
        // Behind TLS there is no other.
        guard let tls = client.policy.tls, client.tls == nil else { return refuseTLS(context) }
        let client = client
        let timeout = TimeAmount.seconds(client.context.limits.handshakeSeconds)
        let handler = TLSHandler(TLSSession(server: tls), timeout: timeout) { result in
            switch result {
            case .success(let facts): client.tls = facts
            case .failure(let failure):
                client.requestCame()
                if !client.hasExpired { client.report(failure) }
            }
        }
        leave(context, to: [handler, Sniffer(client)], bytes)
    }

    /// In the words of HTTP, as the original: whoever encrypts sees at once that nobody here does (any more), and who that
    /// is.
    private func refuseTLS(_ context: ChannelHandlerContext) {
        client.report(client.tls == nil ? .unexpectedTLS : .encryptedTwice)
        client.requestCame()
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: client.notUnderstood)), promise: nil)
        Farewell.begin(context, instead: self, bytes: client.context.limits.lingeringBytes)
    }

    /// Goes; the handlers that follow see the bytes as if they had been there from the start.
    private func leave(_ context: ChannelHandlerContext, to handlers: [any ChannelHandler], _ bytes: ByteBuffer) {
        do {
            try context.pipeline.syncOperations.addHandlers(handlers, position: .after(self))
        } catch {
            context.close(promise: nil)
            return
        }
        if !seen.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: seen))) }
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// Behind TLS: its records broke before a request came.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = error as? TLSFailure { client.report(failure) }
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Somebody who only connects, a health check most often.
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
