import NIOCore
import NIOPosix
import System
import Testing

@testable import SelfTest

/// The witness on the wire, between ends that say what they are told to.
struct WiretapTests {
    @Test(arguments: [Wiretap.Side.child, .parent])
    func seesWhoSpeaksAndWhoLeavesFirst(leaver: Wiretap.Side) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let server = try ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(closes: leaver == .parent))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        let wire = try Wiretap(group, to: server.localAddress!.port!)
        let client = try ClientBootstrap(group: group).connect(host: "127.0.0.1", port: wire.port).wait()
        try client.writeAndFlush(ByteBuffer(string: "STREAM")).wait()
        #expect(eventually { wire.record.fromParent == Array("no".utf8) })
        if leaver == .child { try client.close().wait() }
        #expect(eventually { wire.record.isOver })
        #expect(wire.record.fromChild == Array("STREAM".utf8))
        #expect(wire.record.firstToLeave == leaver)
        #expect(wire.record.lastToSpeak == .parent)
        #expect(!wire.record.isEncrypted)
        // A second connection is none of its business.
        let second = try ClientBootstrap(group: group).connect(host: "127.0.0.1", port: wire.port).wait()
        try second.closeFuture.wait()
        wire.stop()
        try server.close().wait()
    }

    private func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = SystemClock().monotonic() + 10_000_000
        while !condition() {
            guard SystemClock().monotonic() < deadline else { return false }
        }
        return true
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let closes: Bool

        init(closes: Bool) { self.closes = closes }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "no")), promise: nil)
            if closes { context.close(promise: nil) }
        }
    }
}
