import Glibc
import System
import TestCertificates
import Testing

/// Our agent streams to a real 1.37.1 parent that has a certificate (streaming protocol §14).
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct EncryptedAgentTests {
    private static let skip = "ssl skip certificate verification = yes"
    private static var file: String { "CAfile = " + Certificates.path("ca.pem") }

    /// A parent of Debian's with a certificate, and whatever its port takes.
    private func parent(_ certificate: String, mode: String = "") throws -> RealNetdata {
        let port = freePort()
        var options = RealNetdata.Options()
        options.hostname = "parent"
        options.answersPlain = false
        options.extra = """
            [web]
                ssl key = \(Certificates.path(certificate + ".key"))
                ssl certificate = \(Certificates.path(certificate + ".pem"))
                bind to = 127.0.0.1:\(port)\(mode.isEmpty ? "" : "=dashboard|streaming^SSL=\(mode)")
            """
        return try RealNetdata(options, port: port)
    }

    private func agent(_ parent: Int, _ options: [String], host: String = "127.0.0.1") throws -> NodeUnderTest {
        let port = freePort()
        var node = NodeUnderTest.Options.agent(destination: parent, port: port)
        node.stream =
            node.stream.replacing("destination = 127.0.0.1:\(parent)", with: "destination = \(host):\(parent):SSL")
            + "\n" + options.map { "    \($0)\n" }.joined()
        return try NodeUnderTest(node, port: port)
    }

    private func link(_ agent: NodeUnderTest) throws -> JSONValue {
        try JSONValue(agent.get("/api/v1/streaming"))["links"][0]
    }

    @Test(arguments: [
        ("", "file"), ("optional", "file"), ("force", "file"), ("force", "directory"), ("", "insisting"),
        ("force", "skip"),
    ])
    func metricsArriveEncrypted(mode: String, trust: String) throws {
        let parent = try parent("valid", mode: mode)
        let options =
            switch trust {
            case "file": [Self.file]
            case "directory": ["CApath = " + Certificates.path("hashed")]
            case "insisting": [Self.file, "ssl verify hostname = yes"]
            default: [Self.skip]
            }
        let agent = try agent(parent.port, options)
        let arrived = try eventually(withinSeconds: 30) { try link(agent)["state"].text == "live" }
        #expect(arrived, "\(agent.log.suffix(3000)) \(parent.log.suffix(2000))")
        let tls = try link(agent)["tls"]
        #expect(tls["version"].text == "TLSv1.3")
        #expect(tls["verified"] == .bool(trust != "skip"))
        #expect(tls["subject"].text == "CN=parent.example")
        // The parent stores what it gets: its log says so, its port is not for plain questions.
        #expect(
            eventually(withinSeconds: 20) { parent.log.contains("receiving metrics") },
            "\(parent.log.suffix(2000))"
        )
        sleep(3)
        #expect(try link(agent)["state"].text == "live")
        #expect(!parent.log.contains(/ERROR.*STREAM_RECEIVER.*(unknown|disconnect)/), "\(parent.log.suffix(2000))")
    }

    /// A certificate that does not hold: nothing is sent, and the log says which and why.
    @Test(arguments: [("self-signed", 18), ("expired", 10), ("wrong-ca", 20)])
    func aRefusedCertificate(certificate: String, number: Int) throws {
        let parent = try parent(certificate)
        let agent = try agent(parent.port, [Self.file])
        #expect(try eventually(withinSeconds: 20) { try link(agent)["state"].text == "waiting" })
        #expect(try link(agent)["last_error"]["code"].text == "ND-T\(number)")
        #expect(
            agent.log.contains(
                "SSL RFC4158 check:  We have a invalid certificate, the tests result with \(number) and message "
            )
        )
        #expect(agent.log.contains("(code: -7, invalid SSL certificate)"))
        #expect(!parent.log.contains(RealNetdata.key) && !parent.accessLog.contains(RealNetdata.key))
        #expect(
            eventually(withinSeconds: 10) { parent.log.contains("SSL Handshake error") },
            "\(parent.log.suffix(1500))"
        )
    }
}
