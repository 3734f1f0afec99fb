import Basics
import Config
import Diagnostics
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import System
import Testing

@testable import Transport

/// A server on real sockets for one test.
final class LiveServer: Sendable {
    let reports = Reports()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let pool = NIOThreadPool(numberOfThreads: 2)
    let server: Server
    let port: Int
    let unixPath: String?
    let logPath: String?
    /// What came over streams.
    let streamed = Mutex<[UInt8]>([])
    let ends = Mutex<[StreamEnd]>([])

    init(
        addresses: [BindAddress] = [BindAddress(host: "127.0.0.1", port: "0")],
        backlog: Int32 = 4096,
        limits: ServerLimits = ServerLimits(),
        policy: ServerPolicy = ServerPolicy(),
        logPath: String? = nil,
        router: @escaping Router = EmbeddedServer.echo,
        acceptor: (@Sendable (StreamOffer, StreamConnection, LiveServer) -> StreamVerdict)? = nil,
        foresight: StreamForesight? = { _, _, rights in !rights.contains(.streaming) },
        resolve: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        let box = Box()
        pool.start()
        self.logPath = logPath
        server = Server(
            group: group,
            configuration: ServerConfiguration(
                addresses: addresses,
                backlog: backlog,
                limits: limits,
                policy: policy
            ),
            clock: RealClock(),
            reporter: reports,
            accessLog: AccessLog(LogFile(logPath.map { .file($0) } ?? .none)),
            pool: pool,
            router: router,
            acceptor: { offer, connection in
                let server = box.server.withLock { $0! }
                return acceptor.map { $0(offer, connection, server) } ?? server.take(connection)
            },
            foresight: foresight,
            resolve: resolve
        )
        let places = server.start()
        port = places.first { $0.port > 0 }?.port ?? 0
        unixPath = addresses.compactMap(\.unixPath).first
        box.server.withLock { $0 = self }
    }

    private final class Box: Sendable {
        let server = Mutex<LiveServer?>(nil)
    }

    private func take(_ connection: StreamConnection) -> StreamVerdict {
        guard connection.rights.contains(.streaming) else { return .noRight }
        connection.onBytes = { bytes in self.streamed.withLock { $0 += bytes } }
        connection.onClosed = { end in self.ends.withLock { $0.append(end) } }
        connection.write("Hit me baby, push them over...")
        return .accepted
    }

    func stop() {
        server.stop()
        // What the pool is about to answer an event loop must still be there for.
        try? pool.syncShutdownGracefully()
        try? group.syncShutdownGracefully()
    }

    func connect() throws -> Caller { try Caller(port: port) }
}

struct RealClock: Clock {
    func now() -> Int64 { SystemClock().now() }
    func monotonic() -> Int64 { SystemClock().monotonic() }
}

/// Somebody who connects and sends bytes.
struct Caller: ~Copyable {
    let socket: BlockingSocket
    private let deadline = BlockingSocket.Deadline(after: patience)

    init(port: Int) throws {
        socket = try BlockingSocket.connect(.v4("127.0.0.1", port: UInt16(port))!, deadline: deadline)
    }

    init(path: String) throws { socket = try BlockingSocket.connect(path: path, deadline: deadline) }

    func send(_ text: String) throws { try socket.write(Array(text.utf8), deadline: deadline) }

    /// Everything until the end.
    func all() throws -> String {
        var bytes: [UInt8] = []
        while try socket.read(into: &bytes, deadline: deadline) > 0 {}
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What comes until a text is there.
    func read(until text: String) throws -> String {
        var bytes: [UInt8] = []
        while try socket.read(into: &bytes, deadline: deadline) > 0 {
            let all = String(decoding: bytes, as: UTF8.self)
            if all.contains(text) { return all }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// So long is waited for what has to happen, µs. No test is about this time: a busy machine needs more than one thinks.
private let patience: Int64 = 60_000_000

/// Waits until something is so.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = SystemClock().monotonic() + patience
    repeat {
        if try condition() { return true }
        usleep(5000)
    } while SystemClock().monotonic() < deadline
    return false
}
