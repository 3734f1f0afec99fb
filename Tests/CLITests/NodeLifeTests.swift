import Glibc
import Status
import System
import Testing

/// How a node starts, is told things, and ends.
@Suite(.serialized, .timeLimit(.minutes(5))) struct NodeLifeTests {
    private let memory = "[db]\n    mode = ram\n"
    private let loopback = "[web]\n    bind to = 127.0.0.1:0\n"
    private let keys = "[\(LiveNode.key)]\n    enabled = yes\n"
    private let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
    private let otherGUID = "8a6d5c4b-3b2a-4d1c-9f0e-1b2c3d4e5f6a"

    @Test(arguments: [SIGTERM, SIGINT]) func endsCleanlyWithItsChildren(signal: Int32) throws {
        let node = try LiveNode(netdata: memory + loopback, stream: keys)
        let port = try node.port()
        let child = try HandChild(port, "one", guid: guid)
        #expect(child.collect())
        // One that never reads, however much it is asked for.
        let deaf = try RawClient(port: port)
        for _ in 0..<50 { deaf.send("GET /api/v1/charts HTTP/1.1\r\nConnection: keep-alive\r\n\r\n") }
        try eventually("the child") { try statusDocument(node).hosts.contains { $0.hostname == "one" } }
        node.signal(signal)
        #expect(try node.end(withinSeconds: 10) == 0)
        #expect(child.client.isClosed())
        #expect(try Files.names(in: node.directory + "/state/run").isEmpty)
        #expect(node.log.contains("EXIT: all done - ndstream is now exiting - bye bye..."))
        #expect(node.log.contains("STREAM one [receive from [localhost]:"))
        #expect(node.accessLog.contains("'DISCONNECTED' host 'one' api key '\(LiveNode.key)' machine guid '\(guid)'"))
    }

    @Test func theStateBelongsToOneNode() throws {
        let first = try LiveNode(netdata: memory + loopback)
        _ = try first.port()
        for role in ["parent", "agent"] {
            let result = try Program.run(
                role,
                "--config-dir",
                first.directory + "/etc",
                "--state-dir",
                first.directory + "/state"
            )
            #expect(result.status == 73)
            #expect(result.errors.contains("another node runs with \(first.directory)/state/lib"), "\(result.errors)")
        }
        #expect(try statusDocument(first).node.role == .parent)
    }

    @Test func aTakenPortIsSaid() throws {
        let first = try LiveNode(netdata: memory + loopback)
        let port = try first.port()
        let second = try LiveNode(netdata: memory, arguments: ["--bind", "127.0.0.1:\(port)"])
        #expect(try second.end() == 73)
        #expect(second.errors.contains("cannot listen on '127.0.0.1:\(port)': is the port taken?"), "\(second.errors)")
        #expect(try Files.names(in: second.directory + "/state/run").isEmpty)
    }

    @Test func hangUpReadsTheConfigurationAndDropsNobody() throws {
        let node = try LiveNode(netdata: memory + loopback, stream: keys)
        let port = try node.port()
        let child = try HandChild(port, "one", guid: guid)
        let new = "5a1f9c3e-7d2b-4e8a-8c6d-1f2e3d4c5b6a"
        let early = try RawClient(port: port).ask(HandChild.request("two", guid: otherGUID, key: new))
        #expect(early.contains("not permitted"))
        rename(node.directory + "/state/log/error.log", node.directory + "/state/log/error.log.1")
        rename(node.directory + "/state/log/access.log", node.directory + "/state/log/access.log.1")
        try node.configure(
            netdata: memory + loopback + "    allow dashboard from = 10.*\n",
            stream: "[\(LiveNode.key)]\n    enabled = no\n[\(new)]\n    enabled = yes\n    allow from = localhost\n"
        )
        node.signal(SIGHUP)
        try node.waitForLog("Configuration was read again")
        // Who streams goes on; who comes now comes under the new rules.
        #expect(child.collect() && child.collect())
        #expect(
            try RawClient(port: port).ask(HandChild.request("two", guid: otherGUID, key: new)).hasPrefix("Hit me baby")
        )
        #expect(try RawClient(port: port).ask(HandChild.request("x", guid: otherGUID)).contains("not permitted"))
        #expect(try RawClient(port: port).get("/api/v1/info").hasPrefix("HTTP/1.1 403"))
        #expect(try statusDocument(node).hosts.first { $0.hostname == "one" }?.disconnects == 0)
        #expect(node.accessLog.contains("CONNECTED"))
        #expect(node.log.contains("is not allowed. Forbidding access."))
    }

    @Test func aBrokenConfigurationIsRefused() throws {
        let node = try LiveNode(netdata: memory + loopback, stream: keys)
        let port = try node.port()
        try node.configure(netdata: memory + loopback, stream: keys + "[stream]\n    api key = nonsense\n")
        node.signal(SIGHUP)
        try node.waitForLog(
            "Configuration was read again and has errors, so the old one stays: \(node.directory)/etc/stream.conf:4: "
                + "'nonsense' of 'api key'"
        )
        #expect(try statusDocument(node).node.configProblems == 1, "of what was read last")
        _ = try HandChild(port, "one", guid: guid)
    }

    @Test func brokenFromTheStartItDoesNotStart() throws {
        let node = try LiveNode(stream: "[stream]\n    api key = nonsense\n")
        #expect(try node.end() == 78)
        #expect(node.errors.contains("\(node.directory)/etc/stream.conf:2: 'nonsense' of 'api key' is no GUID"))
        #expect(!Files.exists(node.directory + "/state"))
    }

    @Test func userSignalRetriesNow() throws {
        // A port that nobody listens at, until the signal.
        let place = try Place()
        let node = try LiveNode(
            "agent",
            netdata: "[db]\n    mode = none\n[web]\n    mode = none\n",
            stream: """
                [stream]
                    enabled = yes
                    destination = 127.0.0.1:\(place.port)
                    api key = \(LiveNode.key)
                    reconnect delay seconds = 3600
                """
        )
        try node.waitForLog("Connection refused")
        place.listen()
        node.signal(SIGUSR1)
        #expect(place.accept().hasPrefix("STREAM key=\(LiveNode.key)&hostname="))
        node.signal(SIGTERM)
        #expect(try node.end(withinSeconds: 10) == 0)
    }

    /// A parent that has taken the stream and then reads nothing any more.
    @Test func anAgentEndsThoughItsParentIsDeaf() throws {
        let place = try Place()
        place.listen()
        let node = try LiveNode(
            "agent",
            netdata: "[db]\n    mode = none\n[web]\n    mode = none\n",
            stream: "[stream]\n enabled = yes\n destination = 127.0.0.1:\(place.port)\n api key = \(LiveNode.key)\n"
        )
        #expect(place.accept(answer: "Hit me baby, push them over...").hasPrefix("STREAM "))
        try node.waitForLog("STREAM_SENDER[")
        node.signal(SIGTERM)
        #expect(try node.end(withinSeconds: 10) == 0)
    }

    /// Readable on the wire the key would be everybody's.
    @Test func whereTLSIsDemandedNothingIsPlain() throws {
        let place = try Place()
        place.listen()
        let node = try LiveNode(
            "agent",
            netdata: "[db]\n    mode = none\n[web]\n    mode = none\n",
            stream: "[stream]\n enabled = yes\n destination = 127.0.0.1:\(place.port):SSL\n api key = \(LiveNode.key)\n"
        )
        // A parent without a certificate, as it answers.
        let hello = place.accept(
            answer:
                "HTTP/1.1 400 Bad Request\r\nServer: Netdata Embedded HTTP Server v1.37.1\r\nContent-Length: 0\r\n\r\n"
        )
        #expect(hello.hasPrefix("\u{16}\u{3}") && !hello.contains(LiveNode.key), "\(hello)")
        try node.waitForLog("the parent answers without TLS: 'HTTP/1.1 400 Bad Request")
        #expect(!place.hasVisitor)
    }

    @Test func withoutAPortTheAdminSocketAnswers() throws {
        let node = try LiveNode(netdata: memory + "[web]\n    mode = none\n")
        try node.waitForLog("started as parent")
        var status = stat()
        #expect(stat(node.socket, &status) == 0 && status.st_mode & 0o777 == 0o660)
        #expect(try statusDocument(node).node.role == .parent)
        #expect(try Files.names(in: node.directory + "/state/run") == ["parent.sock"])
        let printed = try Program.run("parent", "--status", "--json", "--state-dir", node.directory + "/state")
        #expect(printed.status == 0 && printed.output.contains("\"role\":\"parent\""))
    }

    @Test func listensWhereItIsTold() throws {
        var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { rmdir(directory) }
        let node = try LiveNode(
            netdata: memory,
            arguments: ["--bind", "127.0.0.1:0 [::1]:0,unix:\(directory)/s localhost:0=dashboard"]
        )
        let ports = try node.ports()
        #expect(ports.count >= 3)
        #expect(try RawClient(port: ports[0]).get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK"))
        #expect(try RawClient(port: ports[1], host: "::1").get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK"))
        #expect(try RawClient(path: directory + "/s").get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK"))
        #expect(node.errors.contains("listening on 127.0.0.1:\(ports[0]) [::1]:\(ports[1]) unix:\(directory)/s"))
        node.signal(SIGTERM)
        #expect(try node.end(withinSeconds: 10) == 0)
        #expect(!Files.exists(directory + "/s"))
    }

    @Test func eachPortIsForWhatItIsFor() throws {
        let bind = "127.0.0.1:0=dashboard 127.0.0.1:0=streaming 127.0.0.1:0=dashboard|streaming^SSL=force"
        let node = try LiveNode(netdata: memory, stream: keys, arguments: ["--bind", bind])
        let ports = try node.ports()
        try #require(ports.count == 3)
        let forbidden = "You are not allowed to access this resource."
        let request = HandChild.request("one", guid: guid)
        #expect(try RawClient(port: ports[0]).get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK"))
        #expect(try RawClient(port: ports[0]).ask(request) == forbidden)
        #expect(try RawClient(port: ports[1]).get("/api/v1/info").hasPrefix("HTTP/1.1 403"))
        #expect(try RawClient(port: ports[1]).ask(request).hasPrefix("Hit me baby"))
        // Without a certificate, a port where nothing may be plain serves nobody.
        #expect(try RawClient(port: ports[2]).get("/api/v1/info").hasPrefix("HTTP/1.1 403"))
        #expect(try RawClient(port: ports[2]).ask(request).hasPrefix("HTTP/1.1 400"))
    }

    @Test func withoutAPlaceForItsLogsItRuns() throws {
        let node = try LiveNode(
            netdata: memory + loopback + "[logs]\n    error = /nowhere/at/all/error.log\n    access = /dev/full\n",
            stream: keys
        )
        let port = try node.port()
        #expect(try HandChild(port, "one", guid: guid).collect())
        #expect(node.errors.contains("cannot write the log /nowhere/at/all/error.log: No such file or directory"))
        let events = try statusDocument(node).events
        #expect(events.contains { $0.text.hasPrefix("Cannot write the log /nowhere/at/all/error.log: ") })
        node.signal(SIGTERM)
        #expect(try node.end(withinSeconds: 10) == 0)
    }

    @Test func logsTellWhatIsTrue() throws {
        let node = try LiveNode(netdata: "[db]\n    mode = save\n" + loopback, stream: keys)
        _ = try HandChild(try node.port(), "one", guid: guid)
        try node.waitForLog("receiving metrics...")
        let created = node.log.split(separator: "\n").first { $0.contains("receive thread created (task id ") }
        let task = created?.split(separator: " ").last.flatMap { Int($0.dropLast()) }
        #expect((task ?? 0) > 0)
        #expect(task.map { node.accessLog.contains(": STREAM: \($0) '[localhost]:") } == true, "\(node.accessLog)")
        let initialized = node.log.split(separator: "\n").first { $0.contains("Host 'one' ") } ?? ""
        #expect(initialized.contains("memory mode save,") && initialized.contains(", health enabled, "))
    }
}

extension RawClient {
    /// Sends, and returns the first that comes back.
    func ask(_ text: String) -> String {
        send(text)
        return receive()
    }
}

/// A port on loopback that is kept, listening or not.
private final class Place {
    let port: UInt16
    private let descriptor: Int32
    private var visitor: Int32 = -1

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(bound)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(descriptor)
        if visitor >= 0 { close(visitor) }
    }

    func listen() { Glibc.listen(descriptor, 8) }

    /// Whether somebody has come, or comes within a second.
    var hasVisitor: Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&ready, 1, 1000) > 0
    }

    /// Waits for a visitor, answers, and returns what was said first.
    func accept(answer: String = "") -> String {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 20_000) > 0 else { return "" }
        visitor = Glibc.accept(descriptor, nil, nil)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(visitor, &buffer, buffer.count, 0)
        if !answer.isEmpty { _ = Glibc.send(visitor, answer, answer.utf8.count, Int32(MSG_NOSIGNAL)) }
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }
}
