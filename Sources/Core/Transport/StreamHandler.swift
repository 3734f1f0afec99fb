internal import Config
internal import NIOCore

/// Carries bytes between a channel and its ``StreamConnection``; last in the pipeline.
final class StreamHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let connection: StreamConnection
    private let lingeringBytes: Int
    private var end = StreamEnd.endOfFile

    init(_ connection: StreamConnection, lingeringBytes: Int = 1 << 20) {
        self.connection = connection
        self.lingeringBytes = lingeringBytes
    }

    /// Makes a channel ready for streams: big reads, one at a time before other connections get their turn, and a peer that is gone is given up.
    static func tune(_ channel: any Channel, keepalive: Keepalive = .standard) {
        guard let options = channel.syncOptions else { return }
        SocketTuning.limitSilence(of: channel, seconds: keepalive.limit)
        try? options.setOption(.recvAllocator, value: ReceiveBufferAllocator())
        try? options.setOption(.maxMessagesPerRead, value: ReceiveBufferAllocator.readsInARow)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        connection.received(buffer)
        ReceiveBuffers.giveBack(buffer)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection.becameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is CloseAfterWriting {
            Farewell.begin(context, instead: self, bytes: lingeringBytes)
            connection.ended(.here)
        } else if let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        } else if let event = event as? EndWithoutGoodbye {
            end = .encryption(event.failure)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError {
            end = StreamEnd(error)
        } else if let error = error as? TLSFailure {
            end = .encryption(error)
        } else if case .endOfFile = end {
            end = .failed(errno: 0, operation: "\(error)")
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.ended(end)
        context.fireChannelInactive()
    }
}

extension StreamEnd {
    /// `ETIMEDOUT` is what keepalive leaves behind.
    init(_ error: IOError) {
        self =
            error.errnoCode == Errno.timedOut
            ? .timedOut : .failed(errno: error.errnoCode, operation: Errno.operation(of: error))
    }
}
