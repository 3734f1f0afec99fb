internal import NIOCore

/// The end of a connection after a last answer: sends what is written, says that no more comes, and throws away what
/// the client still sends, within limits.
///
/// Closing at once while bytes of the client lie unread would make the kernel reset the connection, and the reset may
/// overtake the answer.
final class Farewell: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var budget: Int

    /// - Parameter bytes: how many are thrown away before the connection is cut.
    init(bytes: Int) { budget = bytes }

    /// Puts it in place of a handler that has written its last.
    static func begin(_ context: ChannelHandlerContext, instead handler: any RemovableChannelHandler, bytes: Int) {
        let pipeline = context.pipeline.syncOperations
        let channel = context.channel
        guard (try? pipeline.addHandler(Farewell(bytes: bytes), position: .after(handler))) != nil else {
            context.close(promise: nil)
            return
        }
        pipeline.removeHandler(handler, promise: nil)
        try? channel.syncOptions?.setOption(.autoRead, value: true)
        channel.close(mode: .output, promise: nil)
        channel.eventLoop.assumeIsolated().scheduleTask(in: .seconds(StreamCloseMode.lingerSeconds)) {
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        budget -= unwrapInboundIn(data).readableBytes
        if budget < 0 { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
