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
    private func dial(
        _ destination: Destination,
        timeout: Int64 = 2_000_000,
        resolve: Dialer.Resolve? = nil
    ) throws -> Outcome {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        defer {
            try? pool.syncShutdownGracefully()
            try? group.syncShutdownGracefully()
        }
        let outcome = Mutex<Outcome?>(nil)
        let dialer = resolve.map { Dialer(pool: pool, keepalive: .standard, resolve: $0) } ?? Dialer(pool: pool)
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
        // Without any network the resolver cannot even say no.
        #expect(failure.kind == .unresolved || failure.kind == .unanswered)
        #expect(failure.description.hasPrefix("Cannot resolve host 'no.such.invalid', port '19999': "))
    }

    @Test func unixSocketsThatAreNotThereAreNamed() throws {
        guard case .failed(let failure) = try dial(Destination(transport: .unix, host: "/tmp/no/such.sock", port: ""))
        else {
            Issue.record("there is such a socket")
            return
        }
        #expect(failure.kind == .missing)
        #expect(failure.number == ENOENT)
        #expect(failure.host == "/tmp/no/such.sock" && failure.port == "UNIX")
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
        (ENETUNREACH, .unreachable), (EHOSTDOWN, .unreachable), (EAFNOSUPPORT, .unreachable), (EACCES, .forbidden),
        (EPERM, .forbidden), (ENOENT, .missing), (EMFILE, .exhausted), (ENFILE, .exhausted),
        (EADDRNOTAVAIL, .exhausted),
        (ENOBUFS, .exhausted), (ECONNRESET, .failed),
    ])
    func errorsHaveAKind(number: Int32, kind: DialFailure.Kind) {
        let failure = DialFailure(IOError(errnoCode: number, reason: "connect"), host: "a", port: "1")
        #expect(failure.kind == kind)
        #expect(failure.number == number)
        #expect(failure.reason == String(cString: strerror(number)))
    }

    // MARK: Names with several addresses

    /// All of them are tried, and each is accounted for; the one that tells most comes first.
    @Test func everyAddressIsTried() throws {
        let addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map { InternetAddress.v4($0, port: 1)! }
        let outcome = try dial(Destination(host: "parent", port: "1")) { _ in addresses }
        guard case .failed(let failure) = outcome else {
            Issue.record("somebody listens on port 1")
            return
        }
        #expect(Set(([failure] + failure.others).map(\.host)) == Set(addresses.map(\.host)))
        #expect(([failure] + failure.others).allSatisfy { $0.kind == .refused && $0.port == "1" })
    }

    /// An address that does not answer holds nobody up: the other family's is tried a quarter of a second later, and who
    /// came too late is not kept.
    @Test func familiesAreRaced() throws {
        guard let v6 = InternetAddress.v6("::1", port: 0, scope: 0),
            let hole = try? RealPeer(host: "::1", backlog: 0)
        else {
            Issue.record("this machine has no IPv6 loopback: the race was not run")
            return
        }
        let silent = v6.withPort(UInt16(hole.port))
        // Its queue is full from now on.
        let first = try BlockingSocket.connect(silent, deadline: .init(after: 1_000_000))
        let server = LiveServer()
        defer { server.stop() }
        let there = InternetAddress.v4("127.0.0.1", port: UInt16(server.port))!
        let start = SystemClock().monotonic()
        let outcome = try dial(Destination(host: "parent", port: "1"), timeout: 20_000_000) { _ in [silent, there] }
        #expect(outcome == .connected("localhost", "Hit me baby, push them over..."))
        #expect(SystemClock().monotonic() - start < 10_000_000)
        // The loser would be let in by the next repetition of its packet, a second later.
        #expect(hole.accept())
        #expect(!hole.accept(within: 2500))
        hold(first)
    }

    @Test func tooManyAddressesAreLeftOut() throws {
        let count = Mutex(0)
        let outcome = try dial(Destination(host: "parent", port: "1")) { _ in
            (1...200).map { InternetAddress.v4("127.0.0.\($0)", port: 1)! }
        }
        guard case .failed(let failure) = outcome else { return }
        count.withLock { $0 = failure.others.count + 1 }
        #expect(count.withLock { $0 } == Dialer.addressesMax)
    }

    /// A resolver that hangs is not waited for longer than for the parent.
    @Test func aResolverThatHangs() throws {
        let outcome = try dial(Destination(host: "parent", port: "1"), timeout: 50_000) { _ in
            usleep(400_000)
            return [InternetAddress.v4("127.0.0.1", port: 1)!]
        }
        guard case .failed(let failure) = outcome else {
            Issue.record("somebody listens on port 1")
            return
        }
        #expect(failure.kind == .unanswered)
        #expect(failure.description == "Cannot resolve host 'parent', port '1': the resolver does not answer")
    }

    /// Many senders ask for one name at once, once; and anew for the next attempt.
    @Test func oneQuestionForManySenders() throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        defer {
            try? pool.syncShutdownGracefully()
            try? group.syncShutdownGracefully()
        }
        let questions = Atomic(0)
        let failures = Atomic(0)
        let dialer = Dialer(pool: pool, keepalive: .standard) { _ in
            questions.add(1, ordering: .relaxed)
            usleep(100_000)
            return [InternetAddress.v4("127.0.0.1", port: 1)!]
        }
        let loop = group.next()
        for round in 1...2 {
            loop.execute {
                for _ in 0..<10 {
                    dialer.dial(Destination(host: "parent", port: "1"), on: loop, timeout: 5_000_000) { _ in
                        failures.add(1, ordering: .relaxed)
                    }
                }
            }
            #expect(eventually { failures.load(ordering: .relaxed) == 10 * round })
            #expect(questions.load(ordering: .relaxed) == round)
        }
    }

    /// `:PORT` may be the name of a service (streaming protocol §11).
    @Test func portsMayHaveNames() throws {
        guard let addresses = try? NameResolver.resolve(host: "127.0.0.1", port: "domain", interface: nil) else {
            Issue.record("this machine has no /etc/services: names of ports were not tried")
            return
        }
        #expect(addresses.map(\.port) == [53])
        #expect(throws: NameResolver.Failure.self) {
            try NameResolver.resolve(host: "127.0.0.1", port: "no-such-service", interface: nil)
        }
    }

    /// The interface becomes the scope of an address of IPv6, and of no other.
    @Test func interfacesAreScopes() throws {
        #expect(NameResolver.hasInterface("lo") && !NameResolver.hasInterface("no-such0"))
        let scoped = try NameResolver.resolve(host: "fe80::1", port: "1", interface: "lo")
        #expect(scoped.map(\.scope) == [if_nametoindex("lo")])
        #expect(try NameResolver.resolve(host: "fe80::1", port: "1", interface: "no-such0").map(\.scope) == [0])
        #expect(try NameResolver.resolve(host: "127.0.0.1", port: "1", interface: "lo").map(\.scope) == [0])
    }
}
