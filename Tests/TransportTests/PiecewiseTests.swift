import Config
import Glibc
import Synchronization
import System
import Testing

@testable import Transport

/// Long bodies and slow readers, on real sockets.
@Suite(.serialized) struct PiecewiseTests {
    private static let size = 9 * HTTPPieces.size + 5
    private static let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 1000) }

    private func server(
        limits: ServerLimits = ServerLimits(),
        read: @escaping @Sendable (Int, Int) -> [UInt8]? = { Array(PiecewiseTests.bytes[$0..<($0 + $1)]) },
        logPath: String? = nil
    ) -> LiveServer {
        var policy = ServerPolicy()
        policy.gzip = GzipSettings()
        return LiveServer(limits: limits, policy: policy, logPath: logPath) { request in
            guard request.path == "/long" else { return EmbeddedServer.echo(request) }
            return Route(isHeavy: true) { _ in
                var response = HTTPResponse(body: [], isFile: true)
                response.pieces = HTTPPieces(count: PiecewiseTests.size, read: read)
                return response
            }
        }
    }

    private func all(_ caller: borrowing Caller) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while try caller.socket.read(into: &bytes, deadline: .init(after: 60_000_000)) > 0 {}
        return bytes
    }

    private func body(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let end = (0..<max(0, bytes.count - 3)).first { bytes[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }
        return end.map { bytes[($0 + 4)...] } ?? []
    }

    /// On the socket's own way and on a channel's, with what was asked meanwhile after it.
    @Test func arriveWhole() throws {
        let path = "/tmp/ndstream-access-pieces-\(getpid()).log"
        defer { unlink(path) }
        let server = server(logPath: path)
        let brief = try server.connect()
        try brief.send("GET /long HTTP/1.1\r\n\r\n")
        #expect(body(try all(brief)).elementsEqual(Self.bytes))
        let staying = try server.connect()
        try staying.send("GET /long HTTP/1.1\r\nConnection: keep-alive\r\n\r\nGET /after HTTP/1.1\r\n\r\n")
        let answer = try all(staying)
        #expect(body(answer).prefix(Self.size).elementsEqual(Self.bytes))
        #expect(String(decoding: answer.suffix(7), as: UTF8.self) == "/after|")
        #expect(eventually { server.server.connections == 0 })
        server.stop()
        let log = String(decoding: try Files.read(path, limit: 65_536), as: UTF8.self)
        #expect(
            log.split(separator: "\n").count { $0.contains("'FILECOPY' (sent/all = \(Self.size)/\(Self.size) b") } == 2
        )
    }

    @Test func arriveCompressed() throws {
        let server = server()
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("GET /long HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n")
        #expect(unchunked(body(try all(caller))).flatMap(gunzip) == Self.bytes)
        let old = try server.connect()
        try old.send("GET /long HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")
        #expect(body(try all(old)).elementsEqual(Self.bytes))
    }

    /// Half a file is not mistaken for a whole one, and disturbs nobody.
    @Test func endWithTheConnectionWhereSomethingIsMissing() throws {
        let server = server { offset, count in offset == 0 ? [UInt8](repeating: 65, count: count) : nil }
        defer { server.stop() }
        for request in ["GET /long HTTP/1.1\r\n\r\n", "GET /long HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"] {
            let caller = try server.connect()
            try caller.send(request)
            #expect(body(try all(caller)).count == HTTPPieces.size)
        }
        let next = try server.connect()
        try next.send("GET /x HTTP/1.1\r\n\r\n")
        #expect(try next.all().body == "/x|")
        #expect(eventually { server.server.connections == 0 })
    }

    /// Nothing is read ahead for a client that does not read, and in the end it is let go.
    @Test func waitForTheirReader() throws {
        var limits = ServerLimits()
        limits.takingSeconds = 1
        let pieces = Atomic(0)
        let server = server(limits: limits) { _, count in
            pieces.wrappingAdd(1, ordering: .relaxed)
            return [UInt8](repeating: 65, count: count)
        }
        defer { server.stop() }
        let caller = try server.connect()
        for _ in 0..<40 { try caller.send("GET /long HTTP/1.1\r\nConnection: keep-alive\r\n\r\n") }
        #expect(eventually { server.reports.codes.contains("ND-W17") })
        #expect(eventually { server.server.connections == 0 })
        keep(caller)
        // What the kernel takes of it is no more than its own buffers.
        #expect(pieces.load(ordering: .relaxed) < 40 * (Self.size / HTTPPieces.size))
    }

    /// Slow is not the same as gone.
    @Test func slowReadersGetAll() throws {
        var limits = ServerLimits()
        limits.takingSeconds = 2
        let server = server(limits: limits)
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("GET /long HTTP/1.1\r\nConnection: keep-alive\r\n\r\nGET /after HTTP/1.1\r\n\r\n")
        var bytes: [UInt8] = []
        for _ in 0..<8 {
            usleep(400_000)
            let before = bytes.count
            while bytes.count < before + (256 << 10),
                try caller.socket.read(into: &bytes, deadline: .init(after: 60_000_000)) > 0
            {}
        }
        while try caller.socket.read(into: &bytes, deadline: .init(after: 60_000_000)) > 0 {}
        #expect(body(bytes).prefix(Self.size).elementsEqual(Self.bytes))
        #expect(server.reports.codes == ["ND-W1"])
    }

    /// A whole body in memory is let go as well.
    @Test(arguments: [true, false]) func whoNeverReadsIsLetGo(staysConnected: Bool) throws {
        var limits = ServerLimits()
        limits.takingSeconds = 1
        let body = [UInt8](repeating: 65, count: 24 << 20)
        let server = LiveServer(limits: limits) { _ in Route { _ in HTTPResponse(body: body) } }
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("GET /x HTTP/1.1\r\n\(staysConnected ? "Connection: keep-alive\r\n" : "")\r\n")
        #expect(eventually { server.reports.codes.contains("ND-W17") })
        #expect(eventually { server.server.connections == 0 })
        keep(caller)
    }
}

/// Until here.
private func keep(_ caller: borrowing Caller) {}
