import Config
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import System
import Testing

@testable import Transport

@Suite struct DialerTests {
    private enum Outcome: Sendable, Equatable {
        case connected(String, String)
        case failed(DialFailure)
    }

    /// Dials, and for a connection sends a stream's head and keeps what comes back.
    private func dial(_ destination: Destination, timeout: Int64 = 2_000_000) throws -> Outcome {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        defer {
            try? pool.syncShutdownGracefully()
            try? group.syncShutdownGracefully()
        }
        let outcome = Mutex<Outcome?>(nil)
        let dialer = Dialer(pool: pool)
        let loop = group.next()
        loop.execute {
            dialer.dial(destination, on: loop, timeout: timeout) { result in
                switch result {
                case .failure(let failure): outcome.withLock { $0 = .failed(failure) }
                case .success(let connection):
                    connection.onBytes = { bytes in
                        let text = String(decoding: bytes, as: UTF8.self)
                        outcome.withLock { $0 = .connected("\(connection.peer.address)", text) }
                    }
                    connection.write("STREAM key=1 HTTP/1.1\r\n\r\n")
                }
            }
        }
        #expect(eventually { outcome.withLock { $0 != nil } })
        return try #require(outcome.withLock { $0 })
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func reachesAParent(_ host: String) throws {
        let server = LiveServer()
        defer { server.stop() }
        // The name has an IPv6 address too, where nobody listens: the next one is tried.
        let outcome = try dial(Destination(host: host, port: "\(server.port)"))
        #expect(outcome == .connected("localhost", "Hit me baby, push them over..."))
    }

    @Test func reachesAParentOverAUnixSocket() throws {
        let path = "/tmp/ndstream-dial-\(getpid()).sock"
        let server = LiveServer(addresses: [BindAddress(port: "", unixPath: path)])
        defer { server.stop() }
        let outcome = try dial(Destination(transport: .unix, host: path, port: ""))
        #expect(outcome == .connected("localhost", "Hit me baby, push them over..."))
    }

    @Test func refusalsAreNamed() throws {
        guard case .failed(let failure) = try dial(Destination(host: "127.0.0.1", port: "1")) else {
            Issue.record("somebody listens on port 1")
            return
        }
        #expect(failure.kind == .refused)
        #expect(failure.number == ECONNREFUSED)
        #expect("\(failure)" == "connect 127.0.0.1:1: Connection refused (111)")
    }

    @Test func unknownNamesAreNamed() throws {
        guard case .failed(let failure) = try dial(Destination(host: "no.such.invalid", port: "19999")) else {
            Issue.record("there is such a name")
            return
        }
        #expect(failure.kind == .unresolved)
        #expect(failure.description.hasPrefix("Cannot resolve host 'no.such.invalid', port '19999': "))
    }

    @Test func unixSocketsThatAreNotThereAreNamed() throws {
        guard case .failed(let failure) = try dial(Destination(transport: .unix, host: "/tmp/no/such.sock", port: ""))
        else {
            Issue.record("there is such a socket")
            return
        }
        #expect(failure.kind == .failed)
        #expect(failure.number == ENOENT)
        let long = "/" + String(repeating: "x", count: 200)
        #expect(try dial(Destination(transport: .unix, host: long, port: "")) != .connected("", ""))
    }

    /// A backlog that is full lets nobody in and refuses nobody.
    @Test func silenceIsATimeout() throws {
        let socket = try #require(try ListeningSocket.bind(host: "127.0.0.1", port: "0").first)
        defer { close(socket.descriptor) }
        listen(socket.descriptor, 0)
        let address = try #require(InternetAddress.v4("127.0.0.1", port: UInt16(socket.port)))
        let first = try BlockingSocket.connect(address, deadline: .init(after: 1_000_000))
        let outcome = try dial(Destination(host: "127.0.0.1", port: "\(socket.port)"), timeout: 50_000)
        guard case .failed(let failure) = outcome else {
            Issue.record("the backlog took one more")
            return
        }
        #expect(failure.kind == .timedOut)
        hold(first)
    }

    private func hold(_ socket: borrowing BlockingSocket) {}

    @Test(arguments: [
        (ECONNREFUSED, DialFailure.Kind.refused), (ETIMEDOUT, .timedOut), (EHOSTUNREACH, .unreachable),
        (ENETUNREACH, .unreachable), (EACCES, .failed),
    ])
    func errorsHaveAKind(number: Int32, kind: DialFailure.Kind) {
        let failure = DialFailure(IOError(errnoCode: number, reason: "connect"), address: "a")
        #expect(failure.kind == kind)
        #expect(failure.number == number)
    }
}
