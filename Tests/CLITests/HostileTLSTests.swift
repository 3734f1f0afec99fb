import Glibc
import Status
import System
import TestCertificates
import Testing

/// What strangers may send to a parent's port instead of TLS, or in the middle of it, while one child streams over TLS and
/// another in plain: each has an end and a code, and the children do not notice.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: Tools.has(Tools.openssl))) struct HostileTLSTests {
    private static let guids = ["9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f", "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e60"]

    private struct Scene {
        let node: LiveNode
        let port: UInt16
        let forced: UInt16
        let encrypted: EncryptedChild
        let plain: HandChild
    }

    private func scene(timeout: Int = 60) throws -> Scene {
        let node = try LiveNode(
            netdata: """
                [db]
                    mode = ram
                [web]
                    bind to = 127.0.0.1:0 127.0.0.1:0=dashboard|streaming^SSL=force
                    timeout for first request = \(timeout)
                    ssl key = \(Certificates.path("valid.key"))
                    ssl certificate = \(Certificates.path("valid.pem"))
                """,
            stream: "[\(LiveNode.key)]\n enabled = yes\n"
        )
        let ports = try node.ports()
        try #require(ports.count == 2)
        let scene = Scene(
            node: node,
            port: ports[0],
            forced: ports[1],
            encrypted: try EncryptedChild(ports[1], "encrypted", guid: Self.guids[0]),
            plain: try HandChild(ports[0], "plain", guid: Self.guids[1])
        )
        try expectUndisturbed(scene)
        return scene
    }

    /// Both children still stream into the same connections.
    private func expectUndisturbed(_ scene: Scene, _ location: SourceLocation = #_sourceLocation) throws {
        let before = try statusDocument(scene.node).hosts
        for name in ["encrypted", "plain"] {
            let host = try #require(before.first { $0.hostname == name }, sourceLocation: location)
            try eventually("a sample of \(name)", location) {
                #expect(scene.encrypted.collect() && scene.plain.collect(), sourceLocation: location)
                let new = try statusDocument(scene.node).hosts.first { $0.hostname == name }
                #expect(new?.connects == 1 && new?.disconnects == 0, sourceLocation: location)
                return (new?.lastDataAt ?? 0) > (host.lastDataAt ?? 0)
            }
        }
    }

    /// How often each line about a client's TLS is in the log.
    private func said(_ scene: Scene) -> [String] {
        scene.node.log.split(separator: "\n").filter { $0.contains("lient 'localhost', port '") }
            .map { String($0.split(separator: " : ", maxSplits: 2).last ?? "") }
    }

    /// One of the texts is said once more, and nothing else.
    private func expectOne(
        _ scene: Scene,
        _ text: String,
        _ location: SourceLocation = #_sourceLocation,
        _ attack: () throws -> Void
    ) throws {
        let before = said(scene).count
        try attack()
        try eventually(text, location) { said(scene).count > before }
        try expectUndisturbed(scene, location)
        let new = said(scene).dropFirst(before)
        #expect(new.count == 1 && new.first?.contains(text) == true, "\(new)", sourceLocation: location)
    }

    /// The ClientHello of OpenSSL 3 with nothing but what it must have.
    private static let hello: [UInt8] = {
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 0x01, 1, 0, 0, 0]
        body = [1, 0, 0, UInt8(body.count)] + body
        return [0x16, 3, 1, 0, UInt8(body.count)] + body
    }()

    private func attack(_ scene: Scene, _ bytes: [UInt8], on port: UInt16? = nil) throws {
        let client = try RawClient(port: port ?? scene.port)
        client.send(bytes)
        #expect(client.isClosed())
    }

    @Test func bytesThatAreNoHandshake() throws {
        let scene = try scene()
        for port in [scene.port, scene.forced] {
            try expectOne(scene, "closed the connection in the middle of the TLS handshake.") {
                let client = try RawClient(port: port)
                client.send(Array(Self.hello.prefix(20)))
                client.finish()
                #expect(client.isClosed())
            }
            // SSL 2, as an old scanner says hello.
            let old: [UInt8] = [0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10] + [UInt8](repeating: 1, count: 37)
            try expectOne(scene, "") { try attack(scene, old, on: port) }
            // Records with nothing in them, again and again.
            try expectOne(scene, "TLS failed: ") {
                try attack(scene, [UInt8]([[UInt8]](repeating: [0x16, 3, 1, 0, 0], count: 100).joined()), on: port)
            }
            try expectOne(scene, "TLS failed: ") {
                let size = 16_385 + 256
                let record =
                    [0x16, 3, 1, UInt8(size >> 8), UInt8(size & 255), 1] + [UInt8](repeating: 0, count: size - 1)
                try attack(scene, record, on: port)
            }
            // A hello that lacks what TLS 1.3 wants, and offers no cipher of TLS 1.2.
            try expectOne(scene, "lient 'localhost'") { try attack(scene, Self.hello, on: port) }
            // TLS as it begins, then something else.
            try expectOne(scene, "lient 'localhost'") {
                try attack(scene, Array("\u{16}GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), on: port)
            }
        }
    }

    @Test func otherBytesThanTLS() throws {
        let scene = try scene(timeout: 1)
        // Plain requests have answers; they are no failures.
        for text in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "\u{1}\u{2}\u{3}\r\n\r\n"] {
            let client = try RawClient(port: scene.forced)
            client.send(text)
            #expect(client.receiveAll().hasPrefix("HTTP/1.1 "), "\(text)")
        }
        try expectOne(scene, "sent no request within 1 seconds. Closing it.") {
            try attack(scene, Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), on: scene.forced)
        }
        // Encryption within encryption.
        try expectOne(scene, "begins TLS inside TLS. Closing it.") {
            let client = try TLSClient(scene.forced)
            client.send(String(decoding: Self.hello.map { $0 & 0x7f }, as: UTF8.self))
            #expect(try client.read(until: "\u{0}").hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        }
    }

    private func openssl(_ scene: Scene, _ arguments: [String], input: String) throws -> Program.Result {
        let connect = ["s_client", "-connect", "127.0.0.1:\(scene.port)", "-CAfile", Certificates.path("ca.pem")]
        return try Program.run(Tools.openssl, connect + arguments, input: input)
    }

    private let request = "GET /api/v1/info HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test(arguments: ["-tls1", "-tls1_1"]) func oldVersions(version: String) throws {
        let scene = try scene()
        try expectOne(scene, "speaks no version of TLS that is allowed here: unsupported protocol") {
            let result = try openssl(scene, [version, "-cipher", "ALL@SECLEVEL=0"], input: request)
            #expect(result.errors.contains("alert protocol version"), "\(result.errors)")
        }
    }

    @Test func nobodyNegotiatesAgain() throws {
        let scene = try scene()
        let before = said(scene).count
        let result = try openssl(scene, ["-tls1_2"], input: "R\n")
        #expect(result.errors.contains("RENEGOTIATING"), "\(result.errors)")
        #expect(result.errors.contains("no renegotiation"), "\(result.errors)")
        try expectUndisturbed(scene)
        #expect(said(scene).count - before <= 1, "\(said(scene))")
    }

    /// It is not asked for, and so not looked at.
    @Test func aCertificateOfAClient() throws {
        let scene = try scene()
        let own = ["-cert", Certificates.path("self-signed.pem"), "-key", Certificates.path("self-signed.key")]
        let before = said(scene).count
        let result = try openssl(scene, own + ["-quiet"], input: request)
        #expect(result.output.hasPrefix("HTTP/1.1 200 OK"), "\(result.output)")
        #expect(!result.errors.contains("alert"), "\(result.errors)")
        try expectUndisturbed(scene)
        #expect(said(scene).count == before)
    }

    /// More than one address may hold, each left in the middle of its handshake.
    @Test func thousandsOfHandshakesThatAreNeverFinished() throws {
        // The handshake's own limit, 10 s, counts: time enough to open them all on a busy machine.
        let scene = try scene()
        let memory = scene.node.memory
        do {
            let clients = try (0..<2200).map { _ in
                let client = try RawClient(port: scene.port)
                client.send(Array(Self.hello.prefix(30)))
                return client
            }
            try scene.node.waitForLog("Too many connections (2048) from 'localhost' without a request.")
            try expectUndisturbed(scene)
            let grown = scene.node.memory - memory
            #expect(grown < Self.growth, "\(grown / 2048) bytes for each handshake")
            try eventually("all of them closed") { try statusDocument(scene.node).node.fileDescriptors ?? .max < 100 }
            withExtendedLifetime(clients) {}
        }
        try expectUndisturbed(scene)
        #expect(try TLSClient(scene.port).get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK"))
    }

    /// What 2048 handshakes may take: each has OpenSSL's three buffers of one record (read, written, put together), 50,000
    /// bytes in all, and 14 KiB for everything else: its state, and ours.
    private static let growth = 2048 << 16
}
