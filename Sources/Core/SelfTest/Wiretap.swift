internal import NIOCore
internal import NIOPosix
import Synchronization

/// Stands on the wire between a child and a parent, and sees what goes over it: a witness who belongs to neither.
final class Wiretap: Sendable {
    enum Side: Sendable {
        case child, parent
    }

    /// What the first connection came to.
    struct Record: Sendable {
        /// The first bytes of each direction.
        var fromChild: [UInt8] = []
        var fromParent: [UInt8] = []
        /// Who has said something last.
        var lastToSpeak: Side?
        /// Who said first that nothing more comes.
        var firstToLeave: Side?
        /// Nothing goes on any more.
        var isOver = false

        /// A TLS record of type handshake.
        var isEncrypted: Bool { fromChild.first == 0x16 }
    }

    /// Bytes of each direction that are kept.
    static let keptBytes = 64

    let port: Int
    private let listener: any Channel
    private let held = Mutex(Record())
    private let hasBegun = Atomic(false)

    /// Listens on 127.0.0.1 and passes everything on to another port there. Must not run on an event loop.
    init(_ group: any EventLoopGroup, to parentPort: Int) throws {
        let box = Box()
        listener = try ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { box.tap.withLock { $0 }!.pass(from: $0, to: parentPort) }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = listener.localAddress?.port ?? 0
        box.tap.withLock { $0 = self }
    }

    private final class Box: Sendable {
        let tap = Mutex<Wiretap?>(nil)
    }

    var record: Record { held.withLock { $0 } }

    func stop() { try? listener.close().wait() }

    /// Only the first comes through.
    private func pass(from child: any Channel, to port: Int) -> EventLoopFuture<Void> {
        guard !hasBegun.exchange(true, ordering: .relaxed) else {
            return child.eventLoop.makeFailedFuture(ChannelError.inputClosed)
        }
        return connect(child, to: port)
    }

    private func connect(_ child: any Channel, to port: Int) -> EventLoopFuture<Void> {
        ClientBootstrap(group: child.eventLoop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port)
            .flatMapThrowing { [self] parent in
                try child.pipeline.syncOperations.addHandler(Passage(.child, self, to: parent))
                try parent.pipeline.syncOperations.addHandler(Passage(.parent, self, to: child))
                // Nothing is read before both ends are there.
                for channel in [child, parent] { try channel.syncOptions?.setOption(.autoRead, value: true) }
            }
            .flatMapErrorThrowing { [self] error in
                leaves(.parent)
                ended()
                throw error
            }
    }

    fileprivate func heard(_ bytes: ByteBuffer, from side: Side) {
        held.withLock { record in
            record.lastToSpeak = side
            switch side {
            case .child: record.fromChild += bytes.readableBytesView.prefix(Self.keptBytes - record.fromChild.count)
            case .parent: record.fromParent += bytes.readableBytesView.prefix(Self.keptBytes - record.fromParent.count)
            }
        }
    }

    fileprivate func leaves(_ side: Side) {
        held.withLock { if $0.firstToLeave == nil { $0.firstToLeave = side } }
    }

    fileprivate func ended() { held.withLock { $0.isOver = true } }

    /// Who left first has heard the other one leave too.
    fileprivate func isLast(_ side: Side) -> Bool { held.withLock { $0.firstToLeave != side } }
}

/// One direction.
private final class Passage: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let side: Wiretap.Side
    private let tap: Wiretap
    private let other: any Channel

    init(_ side: Wiretap.Side, _ tap: Wiretap, to other: any Channel) {
        self.side = side
        self.tap = tap
        self.other = other
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        tap.heard(bytes, from: side)
        other.writeAndFlush(bytes, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        tap.leaves(side)
        other.close(mode: .output, promise: nil)
        guard tap.isLast(side) else { return }
        context.close(promise: nil)
        other.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tap.leaves(side)
        if !other.isActive { tap.ended() }
        other.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
