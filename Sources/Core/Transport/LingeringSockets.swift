internal import Basics
internal import NIOCore
import Synchronization
internal import System

/// Sockets whose last answer is sent and whose clients have not closed them yet: what ``Farewell`` is to channels. Nobody watches
/// them; they are looked at now and then, all of an event loop at once.
///
/// Closing at once would make the kernel reset the connection when the client still sends, and the reset may overtake the answer.
final class LingeringSockets: Sendable {
    /// Milliseconds between two looks at all of them.
    static let pause: Int64 = 20
    /// Microseconds until a socket is looked at again that was still open: at first, twice as long each time, and at most.
    static let firstPatience: Int64 = 20_000
    static let longestPatience: Int64 = 320_000

    private struct Socket {
        let descriptor: Int32
        let log: ClientLog
        /// Bytes that may still be thrown away.
        var budget: Int
        /// When it is closed, whatever its client does; microseconds of the clock that is never set.
        let until: Int64
        var looksAt: Int64
        var patience: Int64
    }

    private struct State {
        var sockets = CircularBuffer<Socket>()
        var isScheduled = false
        /// Lines of those that are closed.
        var lines: [AccessLog.Line] = []
    }

    private let eventLoop: any EventLoop
    private let context: ServerContext
    private let state = Mutex(State())

    init(_ eventLoop: any EventLoop, _ context: ServerContext) {
        self.eventLoop = eventLoop
        self.context = context
    }

    /// Takes over a socket that has said its last, and its place in the table of connections. From any thread.
    func add(_ descriptor: Int32, _ log: ClientLog) {
        let now = context.clock.monotonic()
        let socket = Socket(
            descriptor: descriptor,
            log: log,
            budget: context.limits.lingeringBytes,
            until: now + StreamCloseMode.lingerSeconds * microsecondsPerSecond,
            looksAt: now,
            patience: Self.firstPatience
        )
        let isFirst = state.withLock { state in
            state.sockets.append(socket)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { schedule() }
    }

    /// Closes those at the front whose clients have gone: most have when the next one comes. Their lines wait for ``takeLines()``, or
    /// for the next look at all.
    func closeFirst() {
        while let socket = state.withLock({ $0.sockets.popFirst() }) {
            if let still = look(socket) { return state.withLock { $0.sockets.prepend(still) } }
            context.connections.leave(socket.log.peer, wasStream: false)
        }
    }

    /// Lines of access.log that whoever calls writes before its own.
    func takeLines() -> [AccessLog.Line] {
        state.withLock { state in
            defer { state.lines = [] }
            return state.lines
        }
    }

    private func schedule() {
        eventLoop.scheduleTask(in: .milliseconds(Self.pause)) { self.lookAtAll() }
    }

    private func lookAtAll() {
        let now = context.clock.monotonic()
        var gone: [Peer] = []
        for _ in 0..<state.withLock({ $0.sockets.count }) {
            guard let socket = state.withLock({ $0.sockets.popFirst() }) else { break }
            if let still = socket.looksAt <= now ? look(socket) : socket {
                state.withLock { $0.sockets.append(still) }
            } else {
                gone.append(socket.log.peer)
            }
        }
        // Who counts the connections finds in the log that they are over.
        context.accessLog.write(takeLines())
        for peer in gone { context.connections.leave(peer, wasStream: false) }
        let isMore = state.withLock { state in
            state.isScheduled = !state.sockets.isEmpty
            return state.isScheduled
        }
        if isMore { schedule() }
    }

    /// - Returns: the socket, if it is to be looked at again; otherwise it is closed, and its place is still to be given back.
    private func look(_ socket: Socket) -> Socket? {
        var socket = socket
        let now = context.clock.monotonic()
        while true {
            let count = SocketBytes.discard(socket.descriptor, 65_536)
            guard count > 0, socket.budget >= count else {
                guard count == SocketBytes.nothing, now < socket.until else { break }
                socket.looksAt = now + socket.patience
                socket.patience = min(socket.patience * 2, Self.longestPatience)
                return socket
            }
            socket.budget -= count
            socket.patience = Self.firstPatience
        }
        SocketBytes.close(socket.descriptor)
        let line = socket.log.line(ClientLog.disconnected)
        state.withLock { $0.lines.append(line) }
        return nil
    }

    /// The event loop has ended.
    deinit {
        let lines = state.withLock { state in
            for socket in state.sockets { SocketBytes.close(socket.descriptor) }
            return state.lines
        }
        context.accessLog.write(lines)
    }
}
