internal import Basics
internal import Config
internal import Diagnostics
internal import NIOCore
internal import NIOPosix
import Synchronization
internal import System

/// What all connections of a server share.
final class ServerContext: Sendable {
    let limits: ServerLimits
    let connections: ConnectionTable
    let names: ClientNames
    let clock: any Clock
    let reporter: any Reporter
    let accessLog: AccessLog
    let pool: NIOThreadPool
    let router: Router
    let acceptor: StreamAcceptor
    /// Streams that come at once begin one after the other; `nil`: as they come.
    let turns: Turns.Table?
    private let currentPolicy: Mutex<ServerPolicy>
    private let lastClient = Atomic(0)

    init(
        limits: ServerLimits,
        connectionsLimit: Int,
        policy: ServerPolicy,
        clock: any Clock,
        reporter: any Reporter,
        accessLog: AccessLog,
        pool: NIOThreadPool,
        router: @escaping Router,
        acceptor: @escaping StreamAcceptor,
        turns: Turns.Table? = nil,
        resolve: @escaping @Sendable (String) -> String? = { NameResolver.name(of: $0) }
    ) {
        self.turns = turns
        self.limits = limits
        connections = ConnectionTable(total: connectionsLimit, perAddress: limits.connectionsPerAddress)
        names = ClientNames(clock: clock, resolve: resolve)
        currentPolicy = Mutex(policy)
        self.clock = clock
        self.reporter = reporter
        self.accessLog = accessLog
        self.pool = pool
        self.router = router
        self.acceptor = acceptor
    }

    var policy: ServerPolicy {
        get { currentPolicy.withLock { $0 } }
        set { currentPolicy.withLock { $0 = newValue } }
    }

    /// Whether nothing can be said of a client before its name is known; then ``ClientNames/ask(_:_:)`` finds it out.
    func mustAskName(of peer: Peer) -> Bool {
        policy.needsName(of: peer) && !names.knows(peer.address)
    }

    /// A number for a new client; access.log tells connections apart by it.
    func nextClient() -> Int { lastClient.wrappingAdd(1, ordering: .relaxed).newValue }

    func report(_ condition: Condition, _ peer: Peer, _ values: [String: String] = [:]) {
        var values = values
        values["ip"] = peer.address
        values["port"] = peer.port
        reporter.report(Event(condition, at: clock.now(), thread: threadTag, values: values))
    }

    /// Nothing can be accepted for a while.
    func acceptFailed(_ error: SystemError) {
        reporter.report(Event(.acceptFailed, at: clock.now(), thread: threadTag, values: ["reason": error.reason]))
    }

    /// The original's tag of the threads that check connections.
    var threadTag: String { "WEB_SERVER[static1]" }
}
