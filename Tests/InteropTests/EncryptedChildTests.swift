import Glibc
import System
import TestCertificates
import Testing

/// A real 1.37.1 child streams to our parent that has a certificate (streaming protocol §14).
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct EncryptedChildTests {
    private let port = freePort()

    /// Its second port answers in plain, for the test's own questions.
    private func parent(_ certificate: String, mode: String) throws -> NodeUnderTest {
        let questions = freePort()
        let encryption = mode.isEmpty ? "" : "^SSL=\(mode)"
        let options = NodeUnderTest.Options.parent(
            port: port,
            extra: """
                [web]
                    ssl key = \(Certificates.path(certificate + ".key"))
                    ssl certificate = \(Certificates.path(certificate + ".pem"))
                    bind to = 127.0.0.1:\(port)=dashboard|streaming\(encryption) 127.0.0.1:\(questions)=dashboard^SSL=optional
                """
        )
        return try NodeUnderTest(options, port: questions)
    }

    private func child(_ encryption: String, _ option: String = "") throws -> RealNetdata {
        var options = RealNetdata.Options()
        options.hostname = "child"
        options.plugins = ["idlejitter"]
        options.destination = "127.0.0.1:\(port)\(encryption)"
        options.streamExtra = option.isEmpty ? "" : "[stream]\n    \(option)\n"
        options.hasWeb = false
        return try RealNetdata(options)
    }

    /// - Returns: how the child is connected; `nil` while it is not.
    private func connection(_ parent: NodeUnderTest) throws -> JSONValue? {
        let hosts = try JSONValue(parent.get("/api/v1/streaming"))["hosts"].items
        let child = hosts.first { $0["hostname"].text == "child" && $0["state"].text == "live" }
        return child?["connection"]
    }

    @Test(arguments: ["", "optional", "force"])
    func aPlainChild(mode: String) throws {
        let parent = try parent("valid", mode: mode)
        let child = try child("")
        guard mode == "force" else {
            #expect(try eventually(withinSeconds: 30) { try connection(parent) != nil }, "\(parent.log.suffix(2000))")
            #expect(try connection(parent)?["tls"] == .null)
            return
        }
        #expect(
            eventually(withinSeconds: 30) {
                child.log.contains("remote node response is not understood, is it Netdata?")
            },
            "\(child.log.suffix(2000))"
        )
        #expect(
            eventually(withinSeconds: 10) {
                parent.log.contains(
                    "The server is configured to always use encrypted connections, please enable the SSL on child with hostname"
                )
            }
        )
        #expect(try connection(parent) == nil)
    }

    @Test(arguments: [
        ("valid", "CAfile = ca.pem", ""), ("valid", "CAfile = ca.pem", "optional"),
        ("valid", "CAfile = ca.pem", "force"),
        ("valid", "CApath = hashed", "force"), ("self-signed", "ssl skip certificate verification = yes", "force"),
        ("self-signed", "CAfile = self-signed.pem", "force"),
    ])
    func anEncryptedChild(certificate: String, option: String, mode: String) throws {
        let parent = try parent(certificate, mode: mode)
        let words = option.split(separator: " ")
        let isPath = option.hasPrefix("CA")
        let child = try child(":SSL", isPath ? "\(words[0]) = \(Certificates.path(String(words[2])))" : option)
        let arrived = try eventually(withinSeconds: 30) { try connection(parent) != nil }
        #expect(arrived, "\(parent.log.suffix(2000)) \(child.log.suffix(2000))")
        #expect(try connection(parent)?["tls"]["version"].text == "TLSv1.3")
        #expect(try eventually(withinSeconds: 20) { try parent.charts(of: "child").keys.contains("system.idlejitter") })
        #expect(!parent.log.contains("ERROR"), "\(parent.log)")
    }

    /// The child does not trust our certificate: it says so in its way, and we in ours.
    @Test func aChildThatDoesNotTrustUs() throws {
        let parent = try parent("self-signed", mode: "")
        let child = try child(":SSL")
        #expect(
            eventually(withinSeconds: 30) { child.log.contains("(code: -7, invalid SSL certificate)") },
            "\(child.log.suffix(2000))"
        )
        #expect(try connection(parent) == nil)
    }
}
