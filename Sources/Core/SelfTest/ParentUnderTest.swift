internal import Basics
internal import Config
internal import Diagnostics
internal import NIOCore
internal import NIOPosix
internal import Node
internal import Status
internal import Store
internal import Streaming
internal import System
internal import Transport

/// A parent on a free port of 127.0.0.1, with everything that takes streams in a node, made from a configuration.
final class ParentUnderTest: Sendable {
    /// What it says of its key and certificate.
    let wordsAtStart: [Observation.Word]
    private let log = EventList()
    let port: Int
    private let server: Server
    private let parent: StreamParent
    private let hosts: Hosts

    /// Must not run on an event loop.
    init(_ port: Combination.Port, _ credential: Combination.Credential, in bench: Bench) throws {
        let clock = bench.clock
        let setup = bench.setup(port, credential)
        let log = log
        wordsAtStart = setup.wordsAtStart
        hosts = Hosts(
            local: Host(
                guid: GUID(random: SystemRandom.bytes(16)),
                identity: HostIdentity(hostname: "parent"),
                settings: HostSettings(),
                state: .local,
                at: clock.now()
            )
        )
        let parent = StreamParent(
            hosts: hosts,
            configuration: setup.configuration,
            clock: clock,
            reporter: log,
            journal: NoJournal(),
            proxies: Proxies { _, _, _ in fatalError("this parent streams nowhere") }
        )
        self.parent = parent
        var policy = ServerPolicy()
        policy.tls = setup.tls
        server = Server(
            group: bench.group,
            configuration: ServerConfiguration(addresses: setup.configuration.web.bindTo, policy: policy),
            clock: clock,
            reporter: log,
            accessLog: AccessLog(LogFile(.none)),
            pool: bench.pool,
            router: { _ in Route { _ in .text(200, "") } },
            acceptor: { parent.accept($0, $1) }
        )
        guard let place = server.start().first else { throw Failure.noPort }
        self.port = place.port
    }

    enum Failure: Error {
        case noPort
    }

    private struct NoJournal: StreamJournal {
        func access(_ line: String, at: Int64) {}
        func refused(_ refusal: StatusDocument.Refusal) {}
    }

    /// Whether a child's metrics have come here.
    var hasMetrics: Bool {
        hosts.all().contains { $0 !== hosts.local && $0.withDatabase { $0.chartCount } > 0 }
    }

    /// What it has said since that is no part of a normal day.
    var words: [Observation.Word] { log.words }

    func stop() {
        parent.stop()
        server.stop()
    }
}
