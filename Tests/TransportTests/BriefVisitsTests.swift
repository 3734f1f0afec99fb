import Config
import Glibc
import Synchronization
import System
import Testing

@testable import Transport

/// Clients that connect anew for each request, on real sockets. One test at a time: they count connections.
@Suite(.serialized) struct BriefVisitsTests {
    private let get = "GET /x?a=b HTTP/1.1\r\nHost: me\r\n\r\n"

    /// What a client sends after its request must not turn the answer into a reset.
    @Test func theAnswerArrivesThoughTheClientGoesOnSending() throws {
        let server = LiveServer()
        defer { server.stop() }
        for _ in 0..<20 {
            let caller = try server.connect()
            try caller.send(get)
            usleep(1000)
            try caller.send(String(repeating: "x", count: 100_000))
            #expect(try caller.all().body == "/x|a=b")
        }
        #expect(eventually { server.server.connections == 0 })
    }

    @Test func whoNeverStopsSendingIsCut() throws {
        var limits = ServerLimits()
        limits.lingeringBytes = 1000
        let server = LiveServer(limits: limits)
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send(get)
        #expect(try caller.all().body == "/x|a=b")
        #expect(throws: (any Error).self) {
            for _ in 0..<10_000 { try caller.send(String(repeating: "x", count: 65_536)) }
        }
        #expect(eventually { server.server.connections == 0 })
    }

    /// It has its answer, and keeps its end open.
    @Test func whoStaysIsLetGo() throws {
        let server = LiveServer()
        defer { server.stop() }
        let staying = try server.connect()
        try staying.send(get)
        #expect(try staying.all().body == "/x|a=b")
        // Those behind it do not wait for it.
        for _ in 0..<10 {
            let caller = try server.connect()
            try caller.send(get)
            _ = try caller.all()
        }
        #expect(eventually { server.server.connections <= 1 })
        #expect(eventually { server.server.connections == 0 })
        keep(staying)
    }

    @Test func heavyRequestsAreAnsweredOnThePool() throws {
        let threads = Mutex<Set<Int>>([])
        let server = LiveServer { request in
            threads.withLock { _ = $0.insert(Threads.current) }
            return Route(isHeavy: true) { request in
                threads.withLock { _ = $0.insert(Threads.current) }
                return .text(200, request.path)
            }
        }
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send(get)
        #expect(try caller.all().body == "/x")
        #expect(threads.withLock { $0.count } == 2)
        #expect(eventually { server.server.connections == 0 })
    }

    /// Heavy or not: what the socket does not take at once follows when the client reads.
    @Test(arguments: [false, true]) func aClientThatReadsLateGetsAll(isHeavy: Bool) throws {
        let size = 6 << 20
        let body = [UInt8](repeating: 65, count: size)
        let path = "/tmp/ndstream-access-late-\(getpid()).log"
        defer { unlink(path) }
        let server = LiveServer(logPath: path) { _ in Route(isHeavy: isHeavy) { _ in HTTPResponse(body: body) } }
        let caller = try server.connect()
        try caller.send(get)
        usleep(50_000)
        #expect(server.server.connections == 1)
        var bytes: [UInt8] = []
        while try caller.socket.read(into: &bytes, deadline: .init(after: 10_000_000)) > 0 {}
        #expect(Array(bytes.suffix(size)) == body)
        #expect(bytes.count < size + 1000)
        #expect(eventually { server.server.connections <= 1 })
        server.stop()
        let lines = String(decoding: try Files.read(path, limit: 65_536), as: UTF8.self).split(separator: "\n")
        #expect(lines.count { $0.contains("'CONNECTED'") } == 1)
        #expect(lines.count { $0.contains("'DATA' (sent/all = \(size)/\(size) bytes") } == 1)
    }

    /// Two requests without the wish to stay: the first has its answer, and the connection ends.
    @Test func onlyOneRequestIsAnswered() throws {
        let server = LiveServer()
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send(get + get)
        let text = try caller.all()
        #expect(text.body == "/x|a=b")
        #expect(text.contains("Connection: close\r\n"))
    }

    /// Who has gone before the answer is there leaves nothing behind.
    @Test func whoGoesEarlyIsForgotten() throws {
        let isOver = Atomic(false)
        let server = LiveServer { _ in
            Route(isHeavy: true) { _ in
                while !isOver.load(ordering: .acquiring) { usleep(1000) }
                return .text(200, String(repeating: "x", count: 100_000))
            }
        }
        defer { server.stop() }
        for _ in 0..<10 {
            let caller = try server.connect()
            try caller.send(get)
        }
        #expect(eventually { server.server.connections == 10 })
        isOver.store(true, ordering: .releasing)
        #expect(eventually { server.server.connections == 0 })
    }
}

/// Until here.
private func keep(_ caller: borrowing Caller) {}
