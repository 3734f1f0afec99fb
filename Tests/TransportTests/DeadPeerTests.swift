import Config
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import System
import Testing

@testable import Transport

/// How the end of a peer shows, with real sockets: a goodbye, a crash, a machine that is gone, a program that hangs.
@Suite struct DeadPeerTests {
    /// Keepalive that has given up after two seconds.
    private static let hurried = Keepalive(idle: 1, interval: 1, probes: 1)

    /// One dialled connection and the peer it leads to.
    private final class Line: Sendable {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: 1)
        let peer: RealPeer
        private let state = Mutex<(reference: StreamReference?, end: StreamEnd?)>((nil, nil))

        init(_ keepalive: Keepalive = DeadPeerTests.hurried) throws {
            peer = try RealPeer()
            pool.start()
            let dialer = Dialer(pool: pool, keepalive: keepalive) { [peer] _ in [peer.address] }
            let loop = group.next()
            loop.execute { [self] in
                dialer.dial(Destination(host: "127.0.0.1", port: "\(peer.port)"), on: loop, timeout: 5_000_000) {
                    guard case .success(let connection) = $0 else { return }
                    connection.onClosed = { end in self.state.withLock { $0.end = end } }
                    self.state.withLock { $0.reference = connection.reference }
                }
            }
            #expect(peer.accept())
            #expect(eventually { state.withLock { $0.reference != nil } })
        }

        func run(_ body: @escaping @Sendable (StreamConnection) -> Void) {
            state.withLock { $0.reference }?.run(body)
        }

        func ask<Value: Sendable>(_ question: @escaping @Sendable (StreamConnection) -> Value) -> Value? {
            let answer = Mutex<Value?>(nil)
            let isThere = DispatchlessFlag()
            run { connection in
                answer.withLock { $0 = question(connection) }
                isThere.set()
            }
            _ = eventually { isThere.isSet }
            return answer.withLock { $0 }
        }

        var end: StreamEnd? { state.withLock { $0.end } }

        func stop() {
            // What the pool is about to answer an event loop must still be there for.
            try? pool.syncShutdownGracefully()
            try? group.syncShutdownGracefully()
        }
    }

    private final class DispatchlessFlag: Sendable {
        private let flag = Atomic(false)
        func set() { flag.store(true, ordering: .releasing) }
        var isSet: Bool { flag.load(ordering: .acquiring) }
    }

    @Test func aGoodbyeIsClean() throws {
        let line = try Line()
        defer { line.stop() }
        line.peer.leave()
        #expect(eventually { line.end != nil })
        #expect(line.end == .endOfFile)
        #expect(line.end?.manner == .clean)
    }

    @Test(arguments: [false, true])
    func aCrashIsAReset(whileWriting: Bool) throws {
        let line = try Line()
        defer { line.stop() }
        if whileWriting { line.run { $0.write([UInt8](repeating: 65, count: 20 << 20)) } }
        line.peer.crash()
        #expect(eventually { line.end != nil })
        #expect(line.end?.manner == .reset, "\(String(describing: line.end))")
    }

    /// The first write after a reset that nobody has read yet is what fails; it is no goodbye all the same.
    @Test func aFailedWriteIsNoGoodbye() throws {
        let line = try Line()
        defer { line.stop() }
        line.run { $0.isReading = false }
        _ = line.ask { _ in true }
        line.peer.crash()
        _ = eventually {
            line.run { $0.write("x") }
            return line.end != nil
        }
        #expect(line.end?.manner == .reset, "\(String(describing: line.end))")
    }

    /// Keepalive finds it while nothing is sent, the limit of what is not acknowledged while something is.
    @Test(arguments: [false, true])
    func aMachineThatIsGone(whileWriting: Bool) throws {
        let line = try Line()
        defer { line.stop() }
        try #require(line.peer.vanish(), "a packet filter cannot be attached")
        if whileWriting {
            line.run { $0.write([UInt8](repeating: 65, count: 1000)) }
            #expect(eventually { line.ask(\.farEnd) == .doesNotAnswer || line.end != nil })
        }
        // Two seconds by the kernel's clock; far less than the ten minutes it would be without.
        for _ in 0..<6 where line.end == nil { _ = eventually { line.end != nil } }
        #expect(line.end == .timedOut)
        #expect(line.end?.manner == .vanished)
    }

    /// A parent that does not read: its machine acknowledges, so it is not gone, and one may know who is to blame.
    @Test func aProgramThatHangs() throws {
        let line = try Line(.standard)
        defer { line.stop() }
        #expect(line.ask(\.farEnd) == .some(nil))
        line.run { $0.write([UInt8](repeating: 65, count: 20 << 20)) }
        #expect(eventually { line.ask(\.farEnd) == .doesNotRead })
        #expect(line.end == nil)
    }

    @Test(arguments: [
        (StreamEnd.endOfFile, StreamEnd.Manner.clean), (.timedOut, .vanished), (.here, .here),
        (.failed(errno: ECONNRESET, operation: "read"), .reset), (.failed(errno: EPIPE, operation: "write"), .reset),
        (.failed(errno: EHOSTUNREACH, operation: "read"), .vanished),
        (.failed(errno: EBADF, operation: "read"), .broken),
    ])
    func manners(end: StreamEnd, manner: StreamEnd.Manner) {
        #expect(end.manner == manner)
    }

    /// Who keeps what waits, by the kernel's figures.
    @Test func farEnds() {
        func farEnd(unacked: UInt32, retransmits: UInt8, backoff: UInt8, pending: Int) -> FarEnd? {
            var info = tcp_info()
            info.tcpi_unacked = unacked
            info.tcpi_retransmits = retransmits
            info.tcpi_backoff = backoff
            return FarEnd(info, pending: pending)
        }
        #expect(farEnd(unacked: 0, retransmits: 0, backoff: 0, pending: 0) == nil)
        #expect(farEnd(unacked: 9, retransmits: 0, backoff: 0, pending: 0) == nil)
        #expect(farEnd(unacked: 0, retransmits: 0, backoff: 3, pending: 0) == .doesNotRead)
        #expect(farEnd(unacked: 0, retransmits: 0, backoff: 0, pending: 1) == .doesNotRead)
        #expect(farEnd(unacked: 9, retransmits: 1, backoff: 1, pending: 0) == .doesNotAnswer)
        #expect(farEnd(unacked: 9, retransmits: 0, backoff: 0, pending: 1) == .isSlow)
    }

    // MARK: What the sockets are told

    private static let wanted: [(NIOBSDSocket.OptionLevel, Int32, Int32)] = [
        (.tcp, TCP_NODELAY, 1), (.socket, SO_KEEPALIVE, 1), (.tcp, TCP_KEEPIDLE, 30), (.tcp, TCP_KEEPINTVL, 10),
        (.tcp, TCP_KEEPCNT, 3), (.tcp, TCP_USER_TIMEOUT, 60_000),
    ]

    private static func options(of connection: StreamConnection) -> [Int32] {
        wanted.map { level, name, _ in
            let option = ChannelOptions.Types.SocketOption(level: level, name: NIOBSDSocket.Option(rawValue: name))
            return (try? connection.channel.syncOptions?.getOption(option)).map { Int32($0) } ?? -1
        }
    }

    /// A dead link is found in at most sixty seconds, on both ends.
    @Test func bothEndsNoticeWithinAMinute() throws {
        let accepted = Mutex<[Int32]>([])
        let server = LiveServer(acceptor: { _, connection, _ in
            accepted.withLock { $0 = Self.options(of: connection) }
            connection.write("Hit me baby, push them over...")
            return .accepted
        })
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("STREAM x HTTP/1.1\r\n\r\n")
        _ = try caller.read(until: "...")
        #expect(accepted.withLock { $0 } == Self.wanted.map(\.2))
        let line = try Line(.standard)
        defer { line.stop() }
        #expect(line.ask { Self.options(of: $0) } == Self.wanted.map(\.2))
        #expect(Keepalive.standard.limit == 60)
        // A parent that does not read is borne with for longer, if that is wanted; never for less than a minute.
        line.run { $0.bearWithSilence(seconds: 300) }
        #expect(line.ask { Self.options(of: $0).last } == 300_000)
        line.run { $0.bearWithSilence(seconds: 5) }
        #expect(line.ask { Self.options(of: $0).last } == 60_000)
    }
}
