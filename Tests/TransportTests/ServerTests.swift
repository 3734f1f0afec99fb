import Config
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import System
@testable import Transport

/// The server on real sockets. One at a time: they count descriptors and connections.
@Suite(.serialized) struct ServerTests {
    private let get = "GET /x?a=b HTTP/1.1\r\n\r\n"
    private let stream = "STREAM key=1 HTTP/1.1\r\n\r\n"

    @Test(arguments: [true, false]) func answersOverTCP(hasDoor: Bool) throws {
        let server = hasDoor ? LiveServer() : LiveServer(foresight: nil)
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send(get)
        #expect(try caller.all().body == "/x|a=b")
        #expect(server.reports.texts == ["Listening on 127.0.0.1:\(server.port)."])
    }

    @Test func answersAClientThatHasFinishedTalking() throws {
        let server = LiveServer { _ in Route(isHeavy: true) { _ in .text(200, "late") } }
        defer { server.stop() }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(server.port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        _ = get.withCString { Glibc.send(descriptor, $0, get.utf8.count, 0) }
        shutdown(descriptor, Int32(SHUT_WR))
        var bytes = [UInt8](repeating: 0, count: 4096)
        var count = 0
        while case let got = recv(descriptor, &bytes, 4096, 0), got > 0 { count = max(count, got) }
        #expect(count > 0)
    }

    @Test func theUnixSocketHasAllRightsAndItsMode() throws {
        var name = Array("/tmp/ndstream-sock-XXXXXX".utf8CString)
        let directory = name.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
        defer { rmdir(directory) }
        var policy = ServerPolicy()
        policy.connections = AccessList("!*")
        let path = directory + "/agent.sock"
        let server = LiveServer(addresses: [BindAddress(port: "", unixPath: path)], policy: policy)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
        let caller = try Caller(path: path)
        try caller.send(get)
        #expect(try caller.all().body == "/x|a=b")
        // A second one of the same path is refused, and says why.
        let other = LiveServer(addresses: [BindAddress(port: "", unixPath: path)])
        #expect(other.reports.codes == ["ND-W3"])
        other.stop()
        server.stop()
        #expect(!Files.exists(path))
    }

    @Test func aTakenPortIsSaid() throws {
        let server = LiveServer()
        defer { server.stop() }
        let other = LiveServer(addresses: [BindAddress(host: "127.0.0.1", port: "\(server.port)")])
        defer { other.stop() }
        #expect(other.port == 0)
        #expect(
            other.reports.texts == ["Cannot listen on 127.0.0.1:\(server.port): Address already in use."]
        )
    }

    @Test func whoMayNotConnectGetsNoByte() throws {
        var policy = ServerPolicy()
        policy.connections = AccessList("10.*")
        let server = LiveServer(policy: policy)
        defer { server.stop() }
        let caller = try server.connect()
        // The end, or a reset.
        #expect(((try? caller.all()) ?? "") == "")
        #expect(eventually { server.reports.codes.contains("ND-W10") })
        #expect(server.reports.texts.contains { $0.hasPrefix("Permission denied for client 'localhost', port '") })
        // A reload counts for the next one.
        server.server.update(ServerPolicy())
        let next = try server.connect()
        try next.send(get)
        #expect(try next.all().body == "/x|a=b")
    }

    @Test func aPortMayBeForDashboardsAlone() throws {
        let server = LiveServer(addresses: [BindAddress(host: "127.0.0.1", port: "0", rights: [.dashboard])])
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send(stream)
        #expect(try caller.all() == "You are not allowed to access this resource.")
    }

    @Test func aListMayTakeTheRightToStream() throws {
        var policy = ServerPolicy()
        policy.streaming = AccessList("!localhost *")
        let server = LiveServer(policy: policy)
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send(stream)
        #expect(try caller.all() == "You are not allowed to access this resource.")
    }

    @Test func aStreamIsHandedOverWithWhatFollowed() throws {
        let server = LiveServer()
        defer { server.stop() }
        do {
            let caller = try server.connect()
            try caller.send(stream + "CHART a.b\n")
            #expect(try caller.read(until: "over...") == "Hit me baby, push them over...")
            try caller.send("BEGIN a.b\n")
            #expect(eventually { server.streamed.withLock { $0.count } == 20 })
        }
        #expect(eventually { server.ends.withLock { $0 } == [.endOfFile] })
        #expect(server.streamed.withLock { String(decoding: $0, as: UTF8.self) } == "CHART a.b\nBEGIN a.b\n")
        #expect(eventually { server.server.connections == 0 })
    }

    /// What the client goes on sending must not turn the refusal into a reset.
    @Test func aRefusalArrivesThoughTheClientGoesOnSending() throws {
        let server = LiveServer(acceptor: { _, _, _ in .refused(status: 401, text: "You are not permitted") })
        defer { server.stop() }
        for _ in 0..<20 {
            let caller = try server.connect()
            try caller.send(stream + String(repeating: "x", count: 100_000))
            #expect(try caller.all() == "You are not permitted")
        }
    }

    @Test func aRefusalOfATooBigRequestArrives() throws {
        let server = LiveServer()
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("GET / HTTP/1.1\r\nCookie: " + String(repeating: "x", count: 65_536))
        #expect(try caller.all().statusLine == "HTTP/1.1 400 Bad Request")
    }

    @Test func aClientThatNeverStopsSendingIsCut() throws {
        var limits = ServerLimits()
        limits.lingeringBytes = 1000
        let server = LiveServer(limits: limits)
        defer { server.stop() }
        let caller = try server.connect()
        #expect(throws: (any Error).self) {
            for _ in 0..<10_000 { try caller.send(String(repeating: "x", count: 65_536)) }
        }
        #expect(eventually { server.server.connections == 0 })
    }

    @Test func heavyRequestsRunElsewhereInTheirOrder() throws {
        let loops = Mutex<Set<Int>>([])
        let server = LiveServer { request in
            Route(isHeavy: request.path.hasPrefix("/heavy")) { request in
                loops.withLock { _ = $0.insert(Threads.current) }
                return .text(200, request.path + "!")
            }
        }
        defer { server.stop() }
        let caller = try server.connect()
        for path in ["/heavy1", "/light", "/heavy2"] {
            try caller.send("GET \(path) HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
        }
        let text = try caller.read(until: "/heavy2!")
        let order = ["/heavy1!", "/light!", "/heavy2!"].map { text.firstRange(of: $0)!.lowerBound }
        #expect(order == order.sorted())
        #expect(loops.withLock { $0.count } >= 2)
    }

    @Test func bigAnswersArriveWhole() throws {
        let size = 5 << 20
        let server = LiveServer { _ in Route { _ in HTTPResponse(body: [UInt8](repeating: 65, count: size)) } }
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send(get)
        #expect(try caller.all().body.utf8.count == size)
    }

    @Test func connectionsFromOneAddressHaveALimit() throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 3
        let server = LiveServer(limits: limits)
        defer { server.stop() }
        let first = try server.connect()
        let second = try server.connect()
        let third = try server.connect()
        #expect(eventually { server.server.connections == 3 })
        let fourth = try server.connect()
        #expect(((try? fourth.all()) ?? "") == "")
        #expect(server.reports.codes.contains("ND-W12"))
        // A stream does not count any more, soon after it has its answer.
        try third.send(stream)
        #expect(try third.read(until: "over...").hasPrefix("Hit me"))
        let isServed = eventually {
            guard let fifth = try? server.connect(), (try? fifth.send(get)) != nil else { return false }
            return (try? fifth.all())?.body == "/x|a=b"
        }
        #expect(isServed)
        keep(first)
        keep(second)
    }

    /// While nothing is accepted, as many connections are made as `listen backlog` says, not the 128 of whoever listens first.
    @Test(arguments: [(Int32(4096), 400...400), (8, 8...20)])
    func theBacklogIsTheConfiguredOne(backlog: Int32, made: ClosedRange<Int>) throws {
        let most = try Files.read("/proc/sys/net/core/somaxconn", limit: 100)
        let system = Int(String(decoding: most, as: UTF8.self).filter(\.isNumber)) ?? 128
        let server = LiveServer(backlog: backlog, foresight: nil)
        defer { server.stop() }
        let isOver = Atomic(false)
        let isBusy = Atomic(false)
        server.group.next().execute {
            isBusy.store(true, ordering: .releasing)
            while !isOver.load(ordering: .acquiring) { usleep(1000) }
        }
        defer { isOver.store(true, ordering: .releasing) }
        #expect(eventually { isBusy.load(ordering: .acquiring) })
        let address = InternetAddress.v4("127.0.0.1", port: UInt16(server.port))!
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let callers = (0..<400).map { _ in socket(AF_INET, kind, 0) }
        defer { for caller in callers { close(caller) } }
        for caller in callers { _ = address.withSockaddr { Glibc.connect(caller, $0, $1) } }
        // On one machine a handshake is over when connect() returns, or a moment later; whoever finds no place tries in vain.
        var connected: Int {
            callers.count { caller in
                var state = pollfd(fd: caller, events: Int16(POLLOUT), revents: 0)
                return poll(&state, 1, 0) == 1 && state.revents & Int16(POLLERR | POLLHUP) == 0
            }
        }
        #expect(eventually { made.contains(connected) } || system < 400, "\(connected) connections")
    }

    @Test func connectionsHaveALimit() throws {
        let table = ConnectionTable(total: 2, perAddress: 10)
        let peer = Peer(address: "10.0.0.1", port: 1)
        let other = Peer(address: "10.0.0.2", port: 1)
        #expect(table.enter(peer) == nil)
        #expect(table.enter(other) == nil)
        table.becameStream(other)
        #expect(table.enter(peer) == .total(2))
        #expect(table.enter(.unix) == nil)
        table.leave(other, wasStream: true)
        #expect(table.enter(peer) == nil)
        table.leave(peer, wasStream: false)
        table.leave(peer, wasStream: false)
        #expect(table.count == 0)
    }

    /// Each hostile beginning at once, and meanwhile everybody else is served.
    @Test func hostileFirstBytesDisturbNobody() throws {
        let server = LiveServer()
        defer { server.stop() }
        let child = try server.connect()
        try child.send(stream)
        #expect(try child.read(until: "over...").hasPrefix("Hit me"))
        let before = OwnProcess.now().resident

        // Only those who say nothing have little time; the others may need some on a busy machine.
        var policy = ServerPolicy()
        policy.firstRequestTimeout = 2
        server.server.update(policy)
        let silent = try server.connect()
        let slow = try server.connect()
        #expect(eventually { server.server.connections == 3 })
        server.server.update(ServerPolicy())
        try? slow.send("G")
        for _ in 0..<10 {
            let garbage = try server.connect()
            try garbage.send("\u{1}\u{2}\u{3}\r\n\r\n")
            #expect(try garbage.all().statusLine == "HTTP/1.1 400 Bad Request")
            let endless = try server.connect()
            try? endless.send(String(repeating: "x", count: 1 << 20))
            let header = try server.connect()
            try? header.send("GET / HTTP/1.1\r\nA: " + String(repeating: "x", count: 65_536) + "\r\n\r\n")
            try child.send("BEGIN a.b\n")
        }
        // It may be gone already; then its end is a reset.
        try? slow.send("E")
        #expect(try silent.all() == "")
        #expect(((try? slow.all()) ?? "") == "")
        #expect(eventually { server.reports.codes.count { $0 == "ND-W14" } == 2 })
        #expect(eventually { server.streamed.withLock { $0.count } == 100 })
        #expect(eventually { server.server.connections == 1 })
        #expect(OwnProcess.now().resident - before < 64 << 20)
    }

    /// Descriptors run out: those connected go on, and when there are some again, so does accepting, at a door as on a loop.
    @Test(arguments: [true, false]) func survivesAFullTableOfDescriptors(hasDoor: Bool) async {
        await #expect(processExitsWith: .success) { [hasDoor] in
            let server = hasDoor ? LiveServer() : LiveServer(foresight: nil)
            let child = try server.connect()
            try child.send("STREAM key=1 HTTP/1.1\r\n\r\n")
            _ = try child.read(until: "over...")
            let late = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var limit = rlimit(rlim_cur: rlim_t(late) + 20, rlim_max: rlim_t(late) + 20)
            setrlimit(__rlimit_resource_t(7), &limit)
            var taken: [Int32] = []
            while case let descriptor = dup(0), descriptor >= 0 { taken.append(descriptor) }
            // The kernel completes the connection; the server cannot accept it.
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(server.port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = Glibc.connect(late, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            let request = "GET /x HTTP/1.1\r\n\r\n"
            _ = request.withCString { Glibc.send(late, $0, request.utf8.count, 0) }
            guard eventually({ server.reports.codes.contains("ND-W13") }) else { exit(1) }
            try child.send("BEGIN a.b\n")
            guard eventually({ server.streamed.withLock { $0.count } == 10 }) else { exit(2) }
            for descriptor in taken { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 4096)
            guard recv(late, &bytes, 4096, 0) > 0 else { exit(3) }
            exit(0)
        }
    }

    /// A head may be long; its line is not.
    @Test func aLongRequestIsLoggedByItsBeginning() throws {
        let path = "/tmp/ndstream-access-long-\(getpid()).log"
        defer { unlink(path) }
        let server = LiveServer(logPath: path, acceptor: { _, _, _ in .refused(status: 401, text: "no") })
        let caller = try server.connect()
        try caller.send("STREAM key=" + String(repeating: "k", count: 100_000) + " HTTP/1.1\r\n\r\n")
        _ = try caller.all()
        #expect(eventually { server.server.connections == 0 })
        server.stop()
        let lines = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.contains("'STREAM'") }
        #expect(line?.contains(" 401 'key=kkkk") == true)
        #expect((8192...8500).contains(line?.utf8.count ?? 0))
    }

    @Test func everyRequestIsLogged() throws {
        let path = "/tmp/ndstream-access-\(getpid()).log"
        defer { unlink(path) }
        let server = LiveServer(logPath: path, acceptor: { _, _, _ in .refused(status: 401, text: "no") })
        for request in [get, stream, "OPTIONS /o HTTP/1.1\r\n\r\n", "GET /%0Aevil HTTP/1.1\r\n\r\n"] {
            do {
                let caller = try server.connect()
                try caller.send(request)
                _ = try caller.all()
            }
            #expect(eventually { server.server.connections == 0 })
        }
        server.stop()
        let text = String(decoding: try Files.read(path, limit: 65_536), as: UTF8.self)
        // Dates, ports, times and the thread change.
        let lines = text.split(separator: "\n").map { line in
            line.dropFirst(21).split(separator: " ").enumerated().map { index, word in
                index == 1 ? "TID" : word.contains("[localhost]") ? "PEER" : isTimes(word) ? "TIMES" : String(word)
            }.joined(separator: " ")
        }
        #expect(
            lines == [
                "1: TID PEER 'CONNECTED'",
                "1: TID PEER 'DATA' (sent/all = 6/6 bytes -0%, prep/sent/total = TIMES ms) 200 '/x?a=b'",
                "1: TID PEER 'DISCONNECTED'",
                "2: TID PEER 'CONNECTED'",
                "2: TID PEER 'STREAM' (sent/all = 2/2 bytes -0%, prep/sent/total = TIMES ms) 401 'key=1'",
                "2: TID PEER 'DISCONNECTED'",
                "3: TID PEER 'CONNECTED'",
                "3: TID PEER 'OPTIONS' (sent/all = 2/2 bytes -0%, prep/sent/total = TIMES ms) 200 '/o'",
                "3: TID PEER 'DISCONNECTED'",
                "4: TID PEER 'CONNECTED'",
                "4: TID PEER 'DATA' (sent/all = 7/7 bytes -0%, prep/sent/total = TIMES ms) 200 '/\\x0aevil'",
                "4: TID PEER 'DISCONNECTED'",
            ]
        )
    }

    @Test func rightsAreThoseOfTheListsThatNameAPeer() {
        var policy = ServerPolicy()
        policy.dashboard = AccessList("localhost 10.*")
        policy.netdataConf = AccessList("localhost")
        policy.management = AccessList("localhost")
        #expect(policy.rights(of: Peer(address: "::ffff:127.0.0.1", port: 1)) == .all)
        #expect(policy.rights(of: Peer(address: "10.0.0.1", port: 1)) == [.dashboard, .badges, .streaming, .registry])
        #expect(policy.rights(of: Peer(address: "11.0.0.1", port: 1)) == [.badges, .streaming, .registry])
        policy.connections = AccessList("10.*")
        #expect(policy.rights(of: Peer(address: "11.0.0.1", port: 1)) == nil)
        #expect(policy.rights(of: .unix) == .all)
    }
}

/// `0.10/6.67/6.77`.
private func isTimes(_ word: Substring) -> Bool {
    word.count { $0 == "/" } == 2 && word.utf8.allSatisfy { $0 >= 46 && $0 <= 57 }
}

/// Holds a connection open until here.
private func keep(_ caller: borrowing Caller) {}
