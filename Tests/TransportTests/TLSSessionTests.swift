import NIOCore
import TestCertificates
import Testing

@testable import Transport

/// Both ends of an encrypted connection in one place, with real certificates and no socket.
struct TLSSessionTests {
    /// Two sessions, and the bytes between them.
    struct Pair {
        let server: TLSSession
        let client: TLSSession
        var atServer = ByteBuffer()
        var atClient = ByteBuffer()

        init(
            _ certificate: String,
            key: String? = nil,
            trust: TLSTrust = TLSTrust(file: Certificates.path("ca.pem")),
            name: String = "parent.example"
        ) throws {
            let key = Certificates.path((key ?? certificate) + ".key")
            server = TLSSession(server: try .server(certificate: Certificates.path(certificate + ".pem"), key: key))
            client = TLSSession(client: try .client(trust), name: name)
        }

        /// Carries bytes to and fro until nobody has any.
        /// - Parameter size: how many at a time.
        mutating func run(size: Int = .max) throws {
            try client.start()
            try exchange(size: size)
        }

        mutating func exchange(size: Int = .max) throws {
            while true {
                let toServer = client.takeOutput()
                let toClient = server.takeOutput()
                if toServer == nil, toClient == nil { return }
                if let toServer { try Self.carry(toServer, to: server, &atServer, size) }
                if let toClient { try Self.carry(toClient, to: client, &atClient, size) }
            }
        }

        private static func carry(
            _ bytes: ByteBuffer,
            to session: TLSSession,
            _ plain: inout ByteBuffer,
            _ size: Int
        ) throws {
            var bytes = bytes
            while let piece = bytes.readSlice(length: min(size, bytes.readableBytes)), piece.readableBytes > 0 {
                try piece.withUnsafeReadableBytes { try session.receive($0, into: &plain) }
            }
        }

        mutating func send(_ text: String) throws {
            try Array(text.utf8).withUnsafeBytes { try client.send($0) }
        }
    }

    @Test(arguments: [Int.max, 1, 7, 1000])
    func speaks(size: Int) throws {
        var pair = try Pair("valid")
        try pair.run(size: size)
        try pair.send("STREAM key=1")
        try pair.send(String(repeating: "x", count: 100_000))
        try pair.exchange(size: size)
        #expect(pair.atServer.readableBytes == 100_012)
        #expect(pair.atServer.getString(at: 0, length: 12) == "STREAM key=1")
        let facts = try #require(pair.client.facts)
        #expect(facts.version == "TLSv1.3")
        #expect(facts.cipher == "TLS_AES_256_GCM_SHA384")
        #expect(facts.isVerified == true)
        #expect(facts.certificate?.subject == "CN=parent.example")
        #expect(facts.certificate?.names == ["parent.example", "localhost", "127.0.0.1", "::1"])
        #expect(facts.chain.map(\.subject) == ["CN=parent.example", "CN=Example Intermediate CA"])
        #expect(pair.server.facts?.isVerified == nil)
    }

    @Test func saysGoodbye() throws {
        var pair = try Pair("valid")
        try pair.run()
        pair.client.finish()
        try pair.exchange()
        #expect(pair.server.isFinished)
        #expect(!pair.client.isFinished)
    }

    @Test(arguments: [
        ("self-signed", 18, 48), ("expired", 10, 45), ("not-yet-valid", 9, 42), ("wrong-name", 62, 42),
        ("wrong-ca", 20, 48),
    ])
    func refuses(certificate: String, number: Int, alert: Int) throws {
        var pair = try Pair(certificate)
        let failure = #expect(throws: TLSFailure.self) { try pair.run() }
        guard case .certificate(let found) = failure?.kind else {
            Issue.record("\(failure as Any)")
            return
        }
        #expect(found.number == number)
        #expect(found.depth == 0)
        #expect(found.certificate != nil)
        #expect(failure?.sent == TLSAlert(alert))
        #expect(failure?.chain.isEmpty == false)
        // The other side hears the same.
        let atServer = #expect(throws: TLSFailure.self) { try pair.exchange() }
        #expect(atServer?.kind == .alert(TLSAlert(alert)))
    }

    @Test func notesWhatItLetsPass() throws {
        let path = Certificates.path("ca.pem")
        var pair = try Pair("wrong-name", trust: TLSTrust(file: path, verification: .chainOnly))
        try pair.run()
        #expect(pair.client.facts?.isVerified == true)
        #expect(pair.client.facts?.notes.map(\.number) == [62])
        pair = try Pair("self-signed", trust: TLSTrust(verification: .none), name: "127.0.0.2")
        try pair.run()
        #expect(pair.client.facts?.isVerified == false)
        #expect(pair.client.facts?.notes.map(\.number) == [18, 64])
    }

    @Test func hearsWhatIsNoTLS() throws {
        let client = TLSSession(client: try .client(TLSTrust()), name: "localhost")
        try client.start()
        var plain = ByteBuffer()
        let failure = #expect(throws: TLSFailure.self) {
            try Array("HTTP/1.1 400 Bad Request\r\n".utf8).withUnsafeBytes { try client.receive($0, into: &plain) }
        }
        #expect(failure?.kind == .notTLS)
        #expect(failure?.firstBytes.starts(with: "HTTP/1.1 400".utf8) == true)
    }

    @Test func comesBackWithoutCertificates() throws {
        let server = try TLSContext.server(
            certificate: Certificates.path("valid.pem"),
            key: Certificates.path("valid.key")
        )
        let client = try TLSContext.client(TLSTrust(file: Certificates.path("ca.pem")))
        for isAgain in [false, true] {
            var pair = Pair(
                TLSSession(server: server),
                TLSSession(client: client, name: "parent.example", destination: "parent.example:19999:SSL")
            )
            try pair.run()
            #expect(pair.client.facts?.isResumed == isAgain)
            #expect(pair.client.facts?.isVerified == true)
        }
    }

    /// A server that has another certificate since, and other keys for its tickets.
    @Test func whatWasNotedOfAnEarlierCertificateIsForgotten() throws {
        let names = ["wrong-name", "valid"]
        let servers = try names.map {
            try TLSContext.server(certificate: Certificates.path("\($0).pem"), key: Certificates.path("\($0).key"))
        }
        let trust = TLSTrust(file: Certificates.path("ca.pem"), verification: .chainOnly)
        let client = try TLSContext.client(trust)
        for (server, expected) in [(servers[0], [62]), (servers[0], [62]), (servers[1], [])] {
            var pair = Pair(
                TLSSession(server: server),
                TLSSession(client: client, name: "parent.example", destination: "parent.example:19999:SSL")
            )
            try pair.run()
            #expect(pair.client.facts?.notes.map(\.number) == expected)
            #expect(pair.client.facts?.isVerified == true)
        }
    }

    @Test func aCertificateThatWasCopiedIsTrustedWhoeverSignedIt() throws {
        // The parent's own, signed by an authority that is trusted by nobody here; and only an intermediate one.
        for file in ["missing-intermediate.pem", "intermediate.pem"] {
            var pair = try Pair("valid", trust: TLSTrust(file: Certificates.path(file)))
            try pair.run()
            #expect(pair.client.facts?.isVerified == true, "\(file)")
        }
        var pair = try Pair("wrong-ca", trust: TLSTrust(file: Certificates.path("missing-intermediate.pem")))
        #expect(throws: TLSFailure.self) { try pair.run() }
    }
}

extension TLSSessionTests.Pair {
    init(_ server: TLSSession, _ client: TLSSession) {
        self.server = server
        self.client = client
    }
}
