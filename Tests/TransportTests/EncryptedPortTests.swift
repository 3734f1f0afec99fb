import Config
import Diagnostics
import Glibc
import NIOCore
import Synchronization
import TestCertificates
import Testing

@testable import System
@testable import Transport

/// What ports with a certificate do with who encrypts, and with who does not.
@Suite(.serialized) struct EncryptedPortTests {
    private let get = "GET /x?a=b HTTP/1.1\r\nHost: parent.example:1\r\n\r\n"
    private let stream = "STREAM key=1&hostname=web01 HTTP/1.1\r\n\r\n"

    private static func policy(_ certificate: String = "valid") throws -> ServerPolicy {
        var policy = ServerPolicy()
        policy.tls = try .testServer(certificate)
        return policy
    }

    private func server(
        _ encryption: BindAddress.Encryption = .standard,
        limits: ServerLimits = ServerLimits(),
        policy: ServerPolicy? = nil,
        router: @escaping Router = EmbeddedServer.echo
    ) throws -> LiveServer {
        let address = BindAddress(host: "127.0.0.1", port: "0", encryption: encryption)
        return LiveServer(
            addresses: [address],
            limits: limits,
            policy: try policy ?? Self.policy(),
            router: router
        ) { _, connection, server in
            guard connection.isAllowedAsItIs else { return .notUnderstood }
            connection.onBytes = { bytes in server.streamed.withLock { $0 += bytes } }
            connection.onClosed = { end in server.ends.withLock { $0.append(end) } }
            connection.write("Hit me baby, push them over...")
            return .accepted
        }
    }

    // MARK: Rows of the document's table

    @Test(arguments: [BindAddress.Encryption.standard, .optional, .force]) func whoEncryptsIsServed(
        encryption: BindAddress.Encryption
    ) throws {
        let server = try server(encryption)
        defer { server.stop() }
        let browser = try TLSCaller(port: server.port)
        try browser.send(get)
        #expect(try browser.all().body == "/x|a=b")
        do {
            let child = try TLSCaller(port: server.port)
            try child.send(stream + "CHART a.b\n")
            #expect(try child.read(until: "over...") == "Hit me baby, push them over...")
            try child.send("BEGIN a.b\n")
            #expect(eventually { server.streamed.withLock { $0.count } == 20 })
            try child.finish()
        }
        #expect(eventually { server.ends.withLock { $0 } == [.endOfFile] })
        #expect(server.reports.codes == ["ND-W1"])
    }

    @Test(arguments: [BindAddress.Encryption.standard, .optional]) func aPlainStreamIsLetPass(
        encryption: BindAddress.Encryption
    ) throws {
        let server = try server(encryption)
        defer { server.stop() }
        let child = try server.connect()
        try child.send(stream + "CHART a.b\n")
        #expect(try child.read(until: "over...") == "Hit me baby, push them over...")
        #expect(eventually { server.streamed.withLock { $0.count } == 10 })
    }

    @Test func aPlainStreamIsSentAway() throws {
        let server = try server(.force)
        defer { server.stop() }
        let child = try server.connect()
        try child.send(stream + "CHART a.b\n")
        let answer = try child.all()
        #expect(answer.statusLine == "HTTP/1.1 400 Bad Request")
        #expect(answer.contains("\r\nConnection: close\r\nServer: Netdata Embedded HTTP Server v1.37.1\r\n"))
        #expect(answer.body == "I don't understand you...\r\n")
        #expect(server.streamed.withLock { $0.isEmpty })
    }

    @Test(arguments: [BindAddress.Encryption.standard, .force]) func aPlainPageIsSentToHTTPS(
        encryption: BindAddress.Encryption
    ) throws {
        let server = try server(encryption)
        defer { server.stop() }
        let browser = try server.connect()
        try browser.send("GET /x?a=b HTTP/1.1\r\nHost: parent.example:1\r\nConnection: keep-alive\r\n\r\n")
        let answer = try browser.all()
        #expect(answer.statusLine == "HTTP/1.1 301 Moved Permanently")
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains("\r\nLocation: https://parent.example:1/x?a=b\r\n"))
        let stranger = try server.connect()
        try stranger.send("GET /x HTTP/1.1\r\nHost: evil@example\r\n\r\n")
        #expect(try stranger.all().statusLine == "HTTP/1.1 400 Bad Request")
        let asking = try server.connect()
        try asking.send("OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try asking.all().statusLine == "HTTP/1.1 301 Moved Permanently")
    }

    @Test func whereEncryptionIsOptionalPagesArePlain() throws {
        let server = try server(.optional)
        defer { server.stop() }
        let browser = try server.connect()
        try browser.send(get)
        #expect(try browser.all().body == "/x|a=b")
    }

    /// Neither key nor certificate: a port that demands encryption is for nobody, the others are plain.
    @Test func withoutACertificate() throws {
        for encryption in [BindAddress.Encryption.standard, .optional, .force] {
            let server = try server(encryption, policy: ServerPolicy())
            defer { server.stop() }
            let browser = try server.connect()
            try browser.send(get)
            let status = encryption == .force ? "HTTP/1.1 403 Forbidden" : "HTTP/1.1 200 OK"
            #expect(try browser.all().statusLine == status)
            #expect(throws: (any Error).self) { try TLSCaller(port: server.port) }
            #expect(eventually { server.reports.codes == ["ND-W1", "ND-T1"] }, "\(server.reports.texts)")
        }
    }

    /// A unix socket is plain wherever it is listed.
    @Test func aUnixSocketIsPlain() throws {
        let path = "/tmp/ndstream-tls-\(getpid()).sock"
        let server = LiveServer(addresses: [BindAddress(port: "", unixPath: path)], policy: try Self.policy())
        defer { server.stop() }
        let caller = try Caller(path: path)
        try caller.send(get)
        #expect(try caller.all().body == "/x|a=b")
    }

    // MARK: HTTP

    @Test func aConnectionIsKept() throws {
        let server = try server()
        defer { server.stop() }
        let browser = try TLSCaller(port: server.port)
        for number in 0..<50 {
            try browser.send("GET /\(number) HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
            #expect(try browser.read(until: "\(number)|").contains("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n"))
        }
        try browser.send("GET /last HTTP/1.1\r\n\r\n")
        #expect(try browser.all().body == "/last|")
        #expect(browser.session.isFinished)
    }

    /// More than any buffer between the two: it waits for the reader, and comes as a whole.
    @Test func aBigAnswer() throws {
        let size = 32 << 20
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: size)
        let server = try server { _ in Route(isHeavy: true) { _ in HTTPResponse(body: body) } }
        defer { server.stop() }
        let browser = try TLSCaller(port: server.port)
        try browser.send(get)
        // It also arrives where the client has said that it asks nothing more.
        try browser.finish()
        let beginning = try browser.read(until: "\r\n\r\n")
        #expect(beginning.statusLine == "HTTP/1.1 200 OK")
        #expect(beginning.body.utf8.count + (try browser.count()) == size)
        #expect(browser.session.isFinished)
    }

    @Test func aRequestKnowsThatItIsEncrypted() throws {
        let router: Router = { _ in Route { request in .text(200, request.isTLS ? "encrypted" : "plain") } }
        let server = try server(.optional, router: router)
        defer { server.stop() }
        let browser = try TLSCaller(port: server.port)
        try browser.send(get)
        #expect(try browser.all().body == "encrypted")
        let plain = try server.connect()
        try plain.send(get)
        #expect(try plain.all().body == "plain")
    }

    // MARK: Failures

    /// Each is one event, whatever it is, and nothing else.
    private func expectOne(
        _ code: String,
        _ server: LiveServer,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(eventually { server.reports.codes.count == 2 }, sourceLocation: location)
        #expect(eventually { server.server.connections == 0 }, sourceLocation: location)
        #expect(server.reports.codes == ["ND-W1", code], "\(server.reports.texts)", sourceLocation: location)
        #expect(
            server.reports.texts.last?.contains("lient 'localhost', port '") == true,
            "\(server.reports.texts)",
            sourceLocation: location
        )
    }

    @Test func aClientThatDoesNotTrustUsIsNamed() throws {
        let server = try server()
        defer { server.stop() }
        #expect(throws: TLSFailure.self) {
            try TLSCaller(port: server.port, trust: TLSTrust(file: Certificates.path("other-ca.pem")))
        }
        expectOne("ND-T148", server)
    }

    @Test func whoLeavesInTheMiddle() throws {
        let server = try server()
        defer { server.stop() }
        do {
            let client = try server.connect()
            try client.sendRaw([0x16, 3, 1, 0, 200, 1, 0])
        }
        expectOne("ND-T351", server)
    }

    @Test func whoStaysInTheMiddle() throws {
        var limits = ServerLimits()
        limits.handshakeSeconds = 1
        let server = try server(limits: limits)
        defer { server.stop() }
        let client = try server.connect()
        try client.sendRaw([0x16, 3, 1, 0, 200, 1, 0])
        #expect(try client.all() == "")
        expectOne("ND-T352", server)
    }

    /// The time for the first request may be the shorter one. Then it counts, and is said alone.
    @Test func whoStaysLongerThanForTheFirstRequest() throws {
        var policy = try Self.policy()
        policy.firstRequestTimeout = 1
        let server = try server(policy: policy)
        defer { server.stop() }
        let client = try server.connect()
        try client.sendRaw([0x16, 3, 1, 0, 200, 1, 0])
        #expect(try client.all() == "")
        expectOne("ND-W14", server)
    }

    @Test func brokenRecordsOfAnEstablishedConnection() throws {
        for request in ["", "GET /x HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"] {
            let server = try server()
            defer { server.stop() }
            let client = try TLSCaller(port: server.port)
            try client.send(request)
            if !request.isEmpty { _ = try client.read(until: "/x|") }
            try client.sendRaw([0x17, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32))
            #expect(throws: (any Error).self) { _ = try client.all() }
            expectOne("ND-T355", server)
        }
    }

    @Test func aStreamWhoseRecordsBreakEndsWithTheReason() throws {
        let server = try server()
        defer { server.stop() }
        let child = try TLSCaller(port: server.port)
        try child.send(stream)
        _ = try child.read(until: "over...")
        try child.send("BEGIN a.b\n")
        try child.sendRaw([0x17, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32))
        #expect(eventually { server.ends.withLock { $0.count } == 1 })
        #expect(server.streamed.withLock { $0.count } == 10)
        guard case .encryption(let failure) = server.ends.withLock({ $0[0] }) else {
            Issue.record("\(server.ends.withLock { $0 })")
            return
        }
        #expect(failure.sent == TLSAlert(20))
        #expect(server.ends.withLock { $0[0].manner } == .broken)
    }

    /// A process that is killed says no goodbye, its kernel does.
    @Test func aStreamThatEndsWithoutGoodbye() throws {
        let server = try server()
        defer { server.stop() }
        do {
            let child = try TLSCaller(port: server.port)
            try child.send(stream)
            _ = try child.read(until: "over...")
        }
        #expect(eventually { server.ends.withLock { $0.count } == 1 })
        #expect(server.ends.withLock { $0[0].manner } == .clean)
    }

    // MARK: Reloads

    @Test func anotherCertificateCountsFromTheNextConnection() throws {
        let server = try server()
        defer { server.stop() }
        let child = try TLSCaller(port: server.port)
        try child.send(stream)
        _ = try child.read(until: "over...")
        server.server.update(try Self.policy("no-ip"))
        let next = try TLSCaller(port: server.port)
        #expect(next.session.facts?.certificate?.subject == "CN=localhost")
        #expect(child.session.facts?.certificate?.subject == "CN=parent.example")
        try child.send("BEGIN a.b\n")
        #expect(eventually { server.streamed.withLock { $0.count } == 10 })
        #expect(server.ends.withLock { $0.isEmpty })
    }
}

extension Caller {
    fileprivate func sendRaw(_ bytes: [UInt8]) throws {
        try socket.write(bytes, deadline: BlockingSocket.Deadline(after: 10_000_000))
    }
}
