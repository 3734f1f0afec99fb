import Basics
import Config
import Glibc
import Synchronization
import System
import Testing

@testable import Transport

/// Clients that are let in by their names.
@Suite(.serialized) struct ClientNamesTests {
    @Test func namesAreAskedForOnceAndKept() {
        let clock = ManualClock(seconds: 1000)
        let asked = Mutex<[String]>([])
        let names = ClientNames(clock: clock) { address in
            asked.withLock { $0.append(address) }
            return address == "10.0.0.1" ? "a.example" : nil
        }
        func ask(_ address: String) {
            let isKnown = Atomic(false)
            #expect(names.ask(address) { isKnown.store(true, ordering: .releasing) })
            #expect(eventually { isKnown.load(ordering: .acquiring) })
        }
        #expect(!names.knows("10.0.0.1"))
        ask("10.0.0.1")
        ask("10.0.0.2")
        #expect(names.name(of: "10.0.0.1") == "a.example" && names.knows("10.0.0.2"))
        #expect(names.name(of: "10.0.0.2") == nil)
        clock.advance(seconds: ClientNames.unknownSeconds)
        #expect(names.knows("10.0.0.1") && !names.knows("10.0.0.2"))
        clock.advance(seconds: ClientNames.knownSeconds)
        #expect(!names.knows("10.0.0.1"))
        #expect(asked.withLock { $0 } == ["10.0.0.1", "10.0.0.2"])
    }

    @Test func whoWaitsForANameIsCounted() {
        let isOver = Atomic(false)
        let lookups = Atomic(0)
        let names = ClientNames(clock: ManualClock(seconds: 0)) { _ in
            lookups.wrappingAdd(1, ordering: .relaxed)
            while !isOver.load(ordering: .acquiring) { usleep(1000) }
            return nil
        }
        let answers = Atomic(0)
        // Half of them ask for one address.
        for number in 0..<ClientNames.waitingLimit {
            #expect(
                names.ask(number % 2 == 0 ? "10.0.0.1" : "10.1.0.\(number)") {
                    answers.wrappingAdd(1, ordering: .relaxed)
                }
            )
        }
        #expect(!names.ask("10.0.0.1") {})
        #expect(eventually { lookups.load(ordering: .relaxed) == ClientNames.threads })
        isOver.store(true, ordering: .releasing)
        #expect(eventually { answers.load(ordering: .relaxed) == ClientNames.waitingLimit })
        #expect(lookups.load(ordering: .relaxed) == 1 + ClientNames.waitingLimit / 2)
        #expect(names.ask("10.0.0.1") {})
    }

    @Test func whatIsRememberedHasALimit() {
        let limit = 50
        let clock = ManualClock(seconds: 0)
        let names = ClientNames(clock: clock, rememberedLimit: limit) { $0 + ".example" }
        let answers = Atomic(0)
        for number in 0...limit {
            #expect((0..<number).allSatisfy { names.knows("a\($0)") })
            #expect(names.ask("a\(number)") { answers.wrappingAdd(1, ordering: .relaxed) })
            #expect(eventually { answers.load(ordering: .relaxed) == number + 1 })
            clock.advance(seconds: 1)
        }
        // The later half has stayed, and the last one.
        #expect((0...limit).filter { names.knows("a\($0)") } == Array((limit / 2 + 1)...limit))
        #expect(ClientNames.rememberedLimit == 4096)
    }

    /// Only a client's own address can be asked about over real sockets: 127.0.0.2 is not called localhost.
    @Test(arguments: [
        ("*.example", "child.example", true), ("*.example", nil, false), ("!child.example *", "child.example", false),
        ("!child.example *", "other.example", true), ("127.0.0.*", nil, true),
    ])
    func theNameLetsIn(_ list: String, _ name: String?, _ isLetIn: Bool) throws {
        var policy = ServerPolicy()
        policy.connections = AccessList(list, names: .heuristic)
        policy.dashboard = .everyone
        let asked = Atomic(0)
        let server = LiveServer(
            policy: policy,
            resolve: { address in
                #expect(address == "127.0.0.2")
                asked.wrappingAdd(1, ordering: .relaxed)
                return name
            }
        )
        defer { server.stop() }
        for _ in 0..<3 {
            let answer = try get(server.port, from: "127.0.0.2")
            #expect(answer.hasSuffix("/x|") == isLetIn && answer.isEmpty != isLetIn)
        }
        #expect(asked.load(ordering: .relaxed) == (list == "127.0.0.*" ? 0 : 1))
        #expect(server.reports.codes.contains("ND-W10") != isLetIn)
    }

    /// A name server that does not answer keeps those waiting whom it concerns, and nobody else.
    @Test func nobodyElseWaits() throws {
        var policy = ServerPolicy()
        policy.streaming = AccessList("localhost *.example", names: .heuristic)
        let isOver = Atomic(false)
        let server = LiveServer(
            policy: policy,
            resolve: { _ in
                while !isOver.load(ordering: .acquiring) { usleep(1000) }
                return "a.example"
            }
        )
        defer { server.stop() }
        let waiting = try connect(server.port, from: "127.0.0.2")
        defer { close(waiting) }
        for _ in 0..<20 {
            let caller = try server.connect()
            try caller.send("GET /x HTTP/1.1\r\n\r\n")
            #expect(try caller.all().body == "/x|")
        }
        #expect(eventually { server.server.connections == 0 })
        isOver.store(true, ordering: .releasing)
        #expect(try ask(waiting).hasSuffix("/x|"))
    }

    @Test func loopbackHasAName() {
        // What the system's own files say; with what is no address nothing is asked.
        #expect(NameResolver.name(of: "no address") == nil && NameResolver.name(of: "") == nil)
        if let name = NameResolver.name(of: "127.0.0.1") { #expect(name == name.lowercased() && !name.isEmpty) }
    }

    private func get(_ port: Int, from address: String) throws -> String {
        let socket = try connect(port, from: address)
        defer { close(socket) }
        return try ask(socket)
    }

    private func connect(_ port: Int, from address: String) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let own = try #require(InternetAddress.v4(address, port: 0))
        let other = try #require(InternetAddress.v4("127.0.0.1", port: UInt16(port)))
        for (address, call) in [(own.v4, Glibc.bind), (other.v4, Glibc.connect)] {
            let result = withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    call(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(result == 0)
        }
        return socket
    }

    private func ask(_ socket: Int32) throws -> String {
        let request = Array("GET /x HTTP/1.1\r\n\r\n".utf8)
        // It may be closed already.
        _ = send(socket, request, request.count, Int32(MSG_NOSIGNAL))
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(socket, &part, part.count, 0), count > 0 { all += part[..<count] }
        return String(decoding: all, as: UTF8.self)
    }
}
