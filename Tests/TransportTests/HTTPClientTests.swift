import Config
import Glibc
import Synchronization
import System
import TestCertificates
import Testing

@testable import Transport

@Suite struct HTTPClientTests {
    @Test func asksAgainOnTheSameConnection() throws {
        let clients = Mutex<Set<String>>([])
        let server = LiveServer { request in
            clients.withLock { _ = $0.insert(request.peer.port) }
            return Route { request in
                request.path == "/none" ? .text(404, "no") : .text(200, request.path)
            }
        }
        defer { server.stop() }
        let client = HTTPClient(.tcp(host: "127.0.0.1", port: "\(server.port)"))
        for path in ["/a", "/b", "/none", "/c"] {
            let response = try client.get(path)
            #expect(response.status == (path == "/none" ? 404 : 200))
            #expect(String(decoding: response.body, as: UTF8.self) == (path == "/none" ? "no" : path))
        }
        #expect(clients.withLock { $0.count } == 1)
    }

    @Test func asksOverAUnixSocket() throws {
        let path = "/tmp/ndstream-client-\(getpid()).sock"
        let server = LiveServer(addresses: [BindAddress(port: "", unixPath: path)])
        defer { server.stop() }
        #expect(try HTTPClient(.unix(path: path)).get("/x").body == Array("/x|".utf8))
    }

    @Test func aConnectionThatWasClosedMeanwhileIsReplaced() throws {
        var policy = ServerPolicy()
        policy.idleTimeout = 1
        let server = LiveServer(policy: policy)
        defer { server.stop() }
        let client = HTTPClient(.tcp(host: "127.0.0.1", port: "\(server.port)"))
        _ = try client.get("/a")
        #expect(eventually { server.server.connections == 0 })
        #expect(try client.get("/b").status == 200)
    }

    private func encrypted(_ certificate: String = "valid") throws -> LiveServer {
        var policy = ServerPolicy()
        policy.tls = try TLSContext.server(
            certificate: Certificates.path(certificate + ".pem"),
            key: Certificates.path(certificate + ".key")
        )
        return LiveServer(policy: policy)
    }

    private func client(_ server: LiveServer, host: String = "localhost", ca: String? = "ca.pem") -> HTTPClient {
        HTTPClient(.tcp(host: host, port: "\(server.port)", tls: TLSTrust(file: ca.map(Certificates.path))))
    }

    @Test func asksOverTLS() throws {
        let clients = Mutex<Set<String>>([])
        var policy = ServerPolicy()
        policy.tls = try TLSContext.server(
            certificate: Certificates.path("valid.pem"),
            key: Certificates.path("valid.key")
        )
        let server = LiveServer(policy: policy) { request in
            clients.withLock { _ = $0.insert(request.peer.port) }
            return Route { request in .text(200, String(repeating: request.path, count: 30_000)) }
        }
        defer { server.stop() }
        for host in ["localhost", "127.0.0.1"] {
            clients.withLock { $0.removeAll() }
            let client = client(server, host: host)
            for path in ["/abc", "/def", "/ghi"] {
                let response = try client.get(path)
                #expect(response.status == 200)
                #expect(response.body.count == 120_000)
                #expect(response.body.starts(with: path.utf8))
            }
            #expect(clients.withLock { $0.count } == 1, "one connection for all")
        }
    }

    @Test func anEncryptedConnectionThatWasClosedMeanwhileIsReplaced() throws {
        var policy = ServerPolicy()
        policy.idleTimeout = 1
        policy.tls = try TLSContext.server(
            certificate: Certificates.path("valid.pem"),
            key: Certificates.path("valid.key")
        )
        let server = LiveServer(policy: policy)
        defer { server.stop() }
        let client = client(server)
        _ = try client.get("/a")
        #expect(eventually { server.server.connections == 0 })
        #expect(try client.get("/b").status == 200)
    }

    @Test(arguments: [
        ("expired", "localhost", "ca.pem", 10), ("not-yet-valid", "localhost", "ca.pem", 9),
        ("self-signed", "localhost", "ca.pem", 18), ("wrong-name", "localhost", "ca.pem", 62),
        ("no-ip", "127.0.0.1", "ca.pem", 64), ("wrong-ca", "localhost", "ca.pem", 20),
        ("valid", "localhost", nil, 20),
    ])
    func whatCannotBeBelievedIsNotAsked(_ certificate: String, _ host: String, _ ca: String?, _ number: Int) throws {
        let server = try encrypted(certificate)
        defer { server.stop() }
        let failure = #expect(throws: HTTPClient.Failure.self) { try client(server, host: host, ca: ca).get("/") }
        guard case .encryption(let tls) = failure, case .certificate(let found) = tls.kind else {
            Issue.record("\(failure as Any)")
            return
        }
        #expect(found.number == number)
        #expect(tls.chain.first?.subject.isEmpty == false)
        // It heard why.
        #expect(tls.sent != nil)
    }

    @Test func plainAndTLSAreToldApart() throws {
        let plain = LiveServer()
        defer { plain.stop() }
        let failure = #expect(throws: HTTPClient.Failure.self) { try client(plain).get("/") }
        guard case .encryption(let tls) = failure else {
            Issue.record("\(failure as Any)")
            return
        }
        #expect(tls.kind == .notTLS && tls.firstBytes.starts(with: "HTTP/1.1 400 Bad Request".utf8))
        let encrypted = try encrypted()
        defer { encrypted.stop() }
        #expect(throws: HTTPClient.Failure.trust(TLSMaterialError(.trust, "/dev/null", reason: noCertificates))) {
            let endpoint = HTTPClient.Endpoint.tcp(
                host: "localhost",
                port: "\(encrypted.port)",
                tls: TLSTrust(file: "/dev/null")
            )
            _ = try HTTPClient(endpoint).get("/")
        }
        #expect(HTTPClient.Endpoint.tcp(host: "::1", port: "1", tls: TLSTrust()).description == "https://[::1]:1")
    }

    @Test func whoAnswersAPlainQuestionWithAnAlertWantsTLS() throws {
        let listener = try ListeningSocket.bind(host: "127.0.0.1", port: "0")[0]
        listener.setBacklog(4)
        Threads.start(name: "alerting") {
            let connection = accept(listener.descriptor, nil, nil)
            let alert: [UInt8] = [0x15, 0x03, 0x03, 0, 2, 2, 70]
            _ = send(connection, alert, alert.count, Int32(MSG_NOSIGNAL))
            close(connection)
            close(listener.descriptor)
        }
        #expect(throws: HTTPClient.Failure.wantsTLS) {
            try HTTPClient(.tcp(host: "127.0.0.1", port: "\(listener.port)")).get("/")
        }
    }

    private let noCertificates = "no certificate or crl found"

    @Test func aHandshakeThatDoesNotGoOnIsATimeout() throws {
        let silent = try ListeningSocket.bind(host: "127.0.0.1", port: "0")[0]
        defer { close(silent.descriptor) }
        silent.setBacklog(4)
        let failure = #expect(throws: HTTPClient.Failure.self) {
            try HTTPClient(.tcp(host: "127.0.0.1", port: "\(silent.port)", tls: TLSTrust())).get("/", timeout: 50_000)
        }
        #expect(failure == .encryption(TLSFailure(.timedOut)))
    }

    @Test func failuresAreNamed() throws {
        #expect(
            throws: HTTPClient.Failure.unreachable(
                SystemError(operation: "connect", subject: "127.0.0.1:1", number: ECONNREFUSED)
            )
        ) { try HTTPClient(.tcp(host: "127.0.0.1", port: "1")).get("/") }
        #expect(
            throws: HTTPClient.Failure.unreachable(
                SystemError(operation: "connect", subject: "/no/such", number: ENOENT)
            )
        ) { try HTTPClient(.unix(path: "/no/such")).get("/") }
        #expect(throws: HTTPClient.Failure.malformed("the path is not encoded")) {
            let server = LiveServer()
            defer { server.stop() }
            _ = try HTTPClient(.tcp(host: "127.0.0.1", port: "\(server.port)")).get("/a b")
        }
    }

    @Test func aSlowAnswerIsATimeout() throws {
        let server = LiveServer { _ in
            Route(isHeavy: true) { _ in
                usleep(300_000)
                return .text(200, "late")
            }
        }
        defer { server.stop() }
        #expect(throws: HTTPClient.Failure.timedOut) {
            try HTTPClient(.tcp(host: "127.0.0.1", port: "\(server.port)")).get("/", timeout: 50_000)
        }
    }

    @Test func answersHaveALimit() throws {
        let server = LiveServer { _ in Route { _ in HTTPResponse(body: [UInt8](repeating: 65, count: 100_000)) } }
        defer { server.stop() }
        let client = HTTPClient(.tcp(host: "127.0.0.1", port: "\(server.port)"))
        let whole = try client.get("/")
        let head = 400
        #expect(whole.body.count == 100_000)
        #expect(try client.get("/", limit: 100_000 + head).status == 200)
        #expect(throws: HTTPClient.Failure.tooBig) { try client.get("/", limit: 100_000) }
    }

    private func reply(_ text: String, atEnd: Bool = false) -> HTTPReply.State {
        var reply = HTTPReply()
        return reply.state(Array(text.utf8), atEnd: atEnd)
    }

    @Test func repliesMayComeInPieces() {
        let text = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\ncontent-length: 3\r\n\r\nabc"
        var reply = HTTPReply()
        for end in 0..<text.utf8.count {
            guard case .incomplete = reply.state(Array(text.utf8.prefix(end)), atEnd: false) else {
                Issue.record("complete after \(end) bytes")
                return
            }
        }
        guard case .complete(let response, keepAlive: true) = reply.state(Array(text.utf8), atEnd: false) else {
            Issue.record("not complete")
            return
        }
        #expect(response.status == 200)
        #expect(response.body == Array("abc".utf8))
        #expect(response.fields["Content-Length"] == "3")
    }

    @Test func withoutALengthTheEndDecides() {
        guard case .incomplete = reply("HTTP/1.0 200 OK\r\n\r\nabc") else {
            Issue.record("complete too early")
            return
        }
        guard case .complete(let response, keepAlive: false) = reply("HTTP/1.0 200 OK\r\n\r\nabc", atEnd: true) else {
            Issue.record("not complete")
            return
        }
        #expect(response.body == Array("abc".utf8))
    }

    @Test(arguments: [
        "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "220 smtp\r\n\r\n",
        "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    ])
    func whatIsNoReplyIsRefused(_ text: String) {
        guard case .malformed = reply(text, atEnd: true) else {
            Issue.record("taken for a reply: \(text)")
            return
        }
    }
}
