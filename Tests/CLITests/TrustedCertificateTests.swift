import Glibc
import Status
import System
import TestCertificates
import Testing

/// What the document teaches about a "Trusted certificate", done word for word on Debian, ends in a verified stream.
///
/// `Tests/Support/trusted-certificate.sh` takes the steps where they change nothing on this machine.
@Suite(.enabled(if: Tools.canTrustCertificates), .timeLimit(.minutes(5))) struct TrustedCertificateTests {
    private static let script = root + "/Tests/Support/trusted-certificate.sh"
    private static let netdata = root + "/.build/netdata/usr/sbin/netdata"
    /// As it stands there.
    private static let lines = "    CApath = /etc/ssl/certs/\n    CAfile = /etc/ssl/certs/parent_cert.pem\n"

    private func parent(_ certificate: String) throws -> LiveNode {
        let paths = Certificates.path(certificate)
        return try LiveNode(
            netdata: """
                [db]
                    mode = ram
                [web]
                    bind to = 127.0.0.1:0
                    ssl certificate = \(paths).pem
                    ssl key = \(paths).key

                """,
            stream: "[\(LiveNode.key)]\n    enabled = yes\n"
        )
    }

    private func agent(_ parent: LiveNode, launcher: [String]) throws -> LiveNode {
        try LiveNode(
            "agent",
            netdata: "[global]\n    hostname = child\n[db]\n    mode = none\n[web]\n    mode = none\n",
            stream: """
                [stream]
                    enabled = yes
                    destination = localhost:\(try parent.port()):SSL
                    api key = \(LiveNode.key)
                    ssl verify hostname = yes
                \(Self.lines)
                """,
            launcher: launcher
        )
    }

    private func child(_ parent: LiveNode) throws -> StatusDocument.Host? {
        try statusDocument(parent).hosts.first { $0.hostname == "child" }
    }

    /// What the parent serves, and what was copied from it as `parent_cert.pem`: its own certificate, signed by itself or by
    /// an authority, or that authority's.
    @Test(arguments: [("self-signed", "self-signed"), ("valid", "missing-intermediate"), ("valid", "ca")])
    func ourAgentVerifies(_ certificate: String, _ copied: String) throws {
        let parent = try parent(certificate)
        _ = try parent.port()
        let agent = try agent(parent, launcher: [Self.script, Certificates.path(copied + ".pem")])
        try agent.waitForLog("Listening on unix:")
        try eventually("a verified stream\n\(agent.log)") {
            guard let link = try? statusDocument(agent).links.first else { return false }
            return link.state == .live && link.tls?.verified == true
        }
        #expect(try child(parent)?.connection?.tls?.version == "TLSv1.3")
        #expect(!agent.log.contains("certificate"), "\(agent.log)")
    }

    @Test func withoutTheStepsNobodyIsBelieved() throws {
        let parent = try parent("self-signed")
        let agent = try agent(parent, launcher: [])
        try agent.waitForLog("the tests result with 18 and message self-signed certificate")
        #expect(try child(parent) == nil)
    }

    @Test(
        .enabled(if: Tools.has(TrustedCertificateTests.netdata)),
        arguments: [("self-signed", "self-signed"), ("valid", "ca")]
    )
    func netdatasChildVerifies(_ certificate: String, _ copied: String) throws {
        let parent = try parent(certificate)
        let place = try TemporaryDirectory()
        try place.write("", "in")
        try place.write("[stream]\n" + Self.lines, "extra")
        let words = [
            Certificates.path(copied + ".pem"), root + "/Tests/Support/run-netdata.sh", place.path + "/child", "1",
            "web=none", "mode=none", "plugins=proc", "hostname=child", "key=\(LiveNode.key)",
            "destination=localhost:\(try parent.port()):SSL", "stream-extra=\(place.path)/extra",
        ]
        let id = try Program.start(words, of: Self.script, directory: place.path)
        defer {
            kill(id, SIGKILL)
            _ = Program.wait(id)
        }
        try eventually("the child streams") { try child(parent)?.connection?.tls != nil }
        let log = try place.read("child/log/error.log")
        #expect(!log.contains("SSL RFC4158 check"), "\(log)")
        #expect(!log.contains("accept invalid SSL certificate"))
    }
}
