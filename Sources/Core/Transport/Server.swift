public import Basics
public import Config
public import Diagnostics
import Glibc
public import NIOCore
public import NIOPosix
import Synchronization
public import System

/// Listens, and brings every connection to whoever understands it: one port, three protocols (streaming protocol §1).
public final class Server: Sendable {
    /// A place where it listens.
    public struct Listening: Sendable, Equatable {
        /// `[::]:19999`, `unix:/run/ndstream/agent.sock`.
        public let name: String
        /// 0 for a unix socket.
        public let port: Int
        public let rights: Rights
    }

    private let group: any EventLoopGroup
    private let configuration: ServerConfiguration
    private let context: ServerContext
    private let foresight: StreamForesight?
    private let door = Mutex<Door?>(nil)
    private let open = Mutex<[(channel: any Channel, path: String?)]>([])

    /// - Parameters:
    ///   - group: the event loops; a connection stays on the one it begins on.
    ///   - pool: where heavy requests run.
    ///   - router: the table of HTTP endpoints.
    ///   - acceptor: who takes streams.
    ///   - foresight: who knows in advance what is refused. With it TCP connections come in through a ``Door``; without it the
    ///     event loops accept them.
    ///   - resolve: the name of an address, for lists that have names in them; may block.
    public init(
        group: any EventLoopGroup,
        configuration: ServerConfiguration,
        clock: any Clock,
        reporter: any Reporter,
        accessLog: AccessLog,
        pool: NIOThreadPool,
        router: @escaping Router,
        acceptor: @escaping StreamAcceptor,
        foresight: StreamForesight? = nil,
        resolve: @escaping @Sendable (String) -> String? = { NameResolver.name(of: $0) }
    ) {
        self.group = group
        self.foresight = foresight
        self.configuration = configuration
        // Some descriptors stay free for files, plugins and the node's own socket.
        let files = OwnProcess.raiseOpenFiles()
        context = ServerContext(
            limits: configuration.limits,
            connectionsLimit: max(16, min(configuration.limits.connections, files - Self.reservedFiles)),
            policy: configuration.policy,
            clock: clock,
            reporter: reporter,
            accessLog: accessLog,
            pool: pool,
            router: router,
            acceptor: acceptor,
            turns: Turns.Table(),
            resolve: resolve
        )
    }

    /// Descriptors that connections never take.
    public static let reservedFiles = 128

    /// Connections that an event loop begins before those that are there have their say.
    static let acceptedAtOnce = 64

    /// TCP connections now.
    public var connections: Int { context.connections.count }

    /// Counts for connections made from now on.
    public func update(_ policy: ServerPolicy) { context.policy = policy }

    /// Binds and listens. What cannot be bound is reported; must not run on an event loop.
    /// - Returns: where it listens: possibly nowhere, which is for the caller to judge.
    public func start() -> [Listening] {
        var atDoor: [(ListeningSocket, Entry.Gate)] = []
        let places = configuration.addresses.flatMap { address -> [Listening] in
            do throws(ListeningSocket.Failure) {
                return try Self.bind(address).compactMap { socket -> Listening? in
                    guard foresight != nil, address.unixPath == nil else { return listen(socket, address) }
                    guard prepare(socket, address) else { return nil }
                    atDoor.append((socket, Entry.Gate(rights: address.rights, encryption: address.encryption)))
                    return Listening(name: socket.name, port: socket.port, rights: address.rights)
                }
            } catch {
                report(error, address)
                return []
            }
        }
        guard let foresight, !atDoor.isEmpty else { return places }
        do throws(SystemError) {
            let opened = try Door(atDoor, group, context, foresight)
            opened.open()
            door.withLock { $0 = opened }
            return places
        } catch {
            context.acceptFailed(error)
            for (socket, _) in atDoor { socket.end() }
            return places.filter { $0.port == 0 }
        }
    }

    /// Stops listening and removes its socket files; connections go on, but for those that are being refused. Must not run on
    /// an event loop.
    public func stop() {
        let door = door.withLock { door in
            defer { door = nil }
            return door
        }
        door?.close()
        let all = open.withLock { open in
            defer { open = [] }
            return open
        }
        for (channel, path) in all {
            if let path { unlink(path) }
            channel.close(promise: nil)
        }
    }

    private static func bind(_ address: BindAddress) throws(ListeningSocket.Failure) -> [ListeningSocket] {
        if let path = address.unixPath { return [try ListeningSocket.bind(path: path)] }
        return try ListeningSocket.bind(host: address.host, port: address.port, interface: address.interface)
    }

    private func listen(_ socket: ListeningSocket, _ address: BindAddress) -> Listening? {
        let gate = Entry.Gate(rights: address.rights, encryption: address.encryption)
        let isUnix = address.unixPath != nil
        if !isUnix { SocketTuning.apply(toListening: socket.descriptor) }
        let context = context
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: configuration.backlog)
            .serverChannelOption(.maxMessagesPerRead, value: UInt(Self.acceptedAtOnce))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptFailures(context))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = isUnix ? .unix : Peer(channel.remoteAddress)
                    guard let entry = Entry(peer, at: gate, context) else { throw Refused() }
                    try entry.begin(on: channel, context)
                }
            }
        do {
            let channel = try bootstrap.withBoundSocket(socket.descriptor).wait()
            socket.setBacklog(configuration.backlog)
            open.withLock { $0.append((channel, address.unixPath)) }
            listens(socket)
            return Listening(name: socket.name, port: socket.port, rights: address.rights)
        } catch {
            let number = (error as? IOError)?.errnoCode ?? 0
            report(.system(SystemError(operation: "listen", subject: socket.name, number: number)), address)
            return nil
        }
    }

    /// - Returns: whether the door can accept at it.
    private func prepare(_ socket: ListeningSocket, _ address: BindAddress) -> Bool {
        SocketTuning.apply(toListening: socket.descriptor)
        do throws(SystemError) {
            try socket.listen(backlog: configuration.backlog)
        } catch {
            report(.system(error), address)
            socket.end()
            return false
        }
        listens(socket)
        return true
    }

    private func listens(_ socket: ListeningSocket) {
        context.reporter.report(
            Event(.listening, at: context.clock.now(), thread: "MAIN", values: ["address": socket.name])
        )
    }

    /// A connection that was cut off; said already.
    private struct Refused: Error {}

    private func report(_ failure: ListeningSocket.Failure, _ address: BindAddress) {
        let event: Event
        let now = context.clock.now()
        switch failure {
        case .inUse:
            event = Event(.socketInUse, at: now, thread: "MAIN", values: ["address": address.description])
        case .system(let error):
            event = Event(
                .cannotListen,
                at: now,
                thread: "MAIN",
                values: ["address": address.description, "reason": error.reason]
            )
        case .unresolved(let reason):
            event = Event(
                .cannotListen,
                at: now,
                thread: "MAIN",
                values: ["address": address.description, "reason": reason]
            )
        }
        context.reporter.report(event)
    }
}

/// Survives a full table of descriptors: says so, waits a second, accepts again.
private final class AcceptFailures: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    private let server: ServerContext
    private var isWaiting = false

    init(_ server: ServerContext) { self.server = server }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Anything but a system call's error concerns one connection only, and it is closed already.
        guard let error = error as? IOError, !isWaiting else { return }
        isWaiting = true
        server.acceptFailed(SystemError(operation: "accept", number: error.errnoCode))
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
            self.isWaiting = false
            context.read()
        }
    }

    func read(context: ChannelHandlerContext) {
        if !isWaiting { context.read() }
    }
}

extension Peer {
    /// - Parameter address: of an accepted TCP socket.
    init(_ address: SocketAddress?) {
        guard let address, let host = address.ipAddress, let port = address.port else {
            self = .unknown
            return
        }
        self.init(address: host, port: port)
    }
}
