public import Config
public import NIOCore

/// A connection that carries a stream, on either side: bytes in, bytes out, nothing of HTTP.
///
/// It lives on its event loop and must only be used there; ``reference`` is what other threads may hold. Set the
/// callbacks before returning from the closure that handed it over: bytes that came with the request follow at once.
public final class StreamConnection {
    public let peer: Peer
    /// What this peer may do on this port; all for a connection that was made here.
    public let rights: Rights
    /// How it is encrypted; `nil`: it is not.
    public let tls: TLSFacts?
    /// Whether its port takes it as it is: encrypted, or where plain streams are let pass.
    public let isAllowedAsItIs: Bool
    public let eventLoop: any EventLoop

    /// Bytes as they came from the socket, at most 64 KiB; only valid during the call.
    public var onBytes: ((UnsafeRawBufferPointer) -> Void)?
    /// What was written has gone to the socket, after ``pendingBytes`` had been above the high mark of 64 KiB.
    public var onWritable: (() -> Void)?
    /// The connection is gone; called once, after the last bytes. Sets all callbacks to `nil`.
    public var onClosed: ((StreamEnd) -> Void)?

    /// Bytes that came from, and that were given to, this connection.
    public private(set) var receivedBytes = 0
    public private(set) var writtenBytes = 0
    public private(set) var isClosed = false

    let channel: any Channel
    /// Where it waits for its turn; `nil` where nobody waits.
    private let turns: Turns?
    private var turn: (() -> Void)?
    private var held: [ByteBuffer] = []

    /// - Parameter channel: active, and the caller is on its loop; the bytes come from a `StreamHandler` at its end.
    init(
        channel: any Channel,
        peer: Peer,
        rights: Rights,
        tls: TLSFacts? = nil,
        isAllowedAsItIs: Bool = true,
        turns: Turns? = nil
    ) {
        self.isAllowedAsItIs = isAllowedAsItIs
        self.channel = channel
        self.turns = turns
        self.peer = peer
        self.rights = rights
        self.tls = tls
        eventLoop = channel.eventLoop
    }

    /// Sends bytes, in order, without waiting. Ignored once the connection is closed.
    public func write(_ bytes: some Sequence<UInt8>) {
        var buffer = channel.allocator.buffer(capacity: bytes.underestimatedCount)
        buffer.writeBytes(bytes)
        write(buffer)
    }

    public func write(_ text: String) { write(text.utf8) }

    public func write(_ buffer: ByteBuffer) {
        eventLoop.preconditionInEventLoop()
        guard !isClosed, buffer.readableBytes > 0 else { return }
        writtenBytes &+= buffer.readableBytes
        // The channel tells a failed write to nobody but whoever holds its promise, and closes before it returns.
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenFailure { [weak self] error in
            if let self, self.writeFailure == nil { self.writeFailure = error as? IOError }
        }
        channel.writeAndFlush(buffer, promise: written)
    }

    /// Bytes that were written but that the socket has not taken yet.
    public var pendingBytes: Int {
        guard !isClosed, let options = channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Stops or goes on reading, so that a peer faster than we are waits.
    public var isReading: Bool = true {
        didSet {
            guard isReading != oldValue, !isClosed else { return }
            try? channel.syncOptions?.setOption(.autoRead, value: isReading)
        }
    }

    /// Ends the connection; ``onClosed`` follows with ``StreamEnd/here``.
    public func close(_ mode: StreamCloseMode = .now) {
        eventLoop.preconditionInEventLoop()
        guard !isClosed else { return }
        closing = true
        switch mode {
        case .now: channel.close(mode: .all, promise: nil)
        case .afterWriting: channel.pipeline.fireUserInboundEventTriggered(CloseAfterWriting())
        }
    }

    /// Succeeds when the socket is closed: later than ``onClosed`` where a goodbye takes its time.
    public var whenGone: EventLoopFuture<Void> { channel.closeFuture }

    /// What another thread may keep of it.
    public var reference: StreamReference { StreamReference(NIOLoopBound(self, eventLoop: eventLoop), eventLoop) }

    /// Calls `body` when it is this connection's turn: at once, or shortly after where many come together.
    ///
    /// What the peer says meanwhile is kept, a read or two. A connection that ends meanwhile has its turn then, so that
    /// ``onClosed`` has somebody to call.
    public func inTurn(_ body: @escaping () -> Void) {
        guard let turns, !turns.hasRoom() else { return body() }
        turn = body
        isReading = false
        turns.queue(self)
    }

    /// - Returns: whether it has waited until now.
    func takeTurn() -> Bool {
        guard let body = turn else { return false }
        turn = nil
        body()
        isReading = true
        let kept = held
        held = []
        for buffer in kept { deliver(buffer) }
        return true
    }

    private var closing = false
    private var writeFailure: IOError?

    func received(_ buffer: ByteBuffer) {
        receivedBytes &+= buffer.readableBytes
        guard turn == nil else { return held.append(buffer) }
        deliver(buffer)
    }

    private func deliver(_ buffer: ByteBuffer) {
        guard let onBytes, !closing else { return }
        buffer.withUnsafeReadableBytes(onBytes)
    }

    func becameWritable() { onWritable?() }

    /// It was never taken: nobody hears of its end.
    func abandon() {
        isClosed = true
        onBytes = nil
        onWritable = nil
        onClosed = nil
    }

    func ended(_ end: StreamEnd) {
        guard !isClosed else { return }
        _ = takeTurn()
        isClosed = true
        let onClosed = onClosed
        onBytes = nil
        onWritable = nil
        self.onClosed = nil
        onClosed?(closing ? .here : end == .endOfFile ? writeFailure.map { StreamEnd($0) } ?? end : end)
    }
}

/// How a stream is ended from here.
public enum StreamCloseMode: Sendable {
    /// At once; what is still pending is lost.
    case now
    /// When the socket has taken all that was written, or after ``lingerSeconds``.
    case afterWriting

    /// The most seconds that a connection which says goodbye may take.
    public static let lingerSeconds: Int64 = 2
}

/// Why a stream ended.
public enum StreamEnd: Sendable, Equatable {
    /// The peer has closed it.
    case endOfFile
    /// The peer does not answer any more: keepalive gave it up.
    case timedOut
    /// A system call failed.
    case failed(errno: Int32, operation: String)
    /// TLS broke: an alert, a record that cannot be read, or, as ``TLSFailure/Kind/closed``, an end without a goodbye.
    case encryption(TLSFailure)
    /// ``StreamConnection/close(_:)`` was called.
    case here

    /// How a peer leaves, for whoever does not care about system calls.
    public enum Manner: String, Sendable {
        /// It said goodbye: a FIN.
        case clean
        /// It threw the connection away: a program that crashed or was killed, a firewall, a machine that has rebooted.
        case reset
        /// Nothing came back for as long as ``SocketTuning`` allows, or there is no way to it any more.
        case vanished
        /// A system call failed here.
        case broken
        /// We closed it.
        case here
    }

    public var manner: Manner {
        switch self {
        case .endOfFile: .clean
        case .timedOut: .vanished
        case .failed(let number, _) where Errno.reset.contains(number): .reset
        case .failed(let number, _) where Errno.unreachable.contains(number): .vanished
        case .failed: .broken
        // Programs that just close their socket are many: to them it is a goodbye.
        case .encryption(let failure): failure.kind == .closed ? .clean : .broken
        case .here: .here
        }
    }
}

/// Asks the handler to close once everything is on the wire.
struct CloseAfterWriting {}

/// A reference to a stream that may cross threads; what it is asked to do runs on the stream's own loop.
public struct StreamReference: Sendable {
    private let bound: NIOLoopBound<StreamConnection>
    private let eventLoop: any EventLoop

    init(_ bound: NIOLoopBound<StreamConnection>, _ eventLoop: any EventLoop) {
        self.bound = bound
        self.eventLoop = eventLoop
    }

    public func run(_ body: @escaping @Sendable (StreamConnection) -> Void) {
        let bound = bound
        eventLoop.execute { body(bound.value) }
    }
}
