import Glibc
import Status
import System
import TestCertificates
import Testing
import Transport

/// A parent with a key and a certificate, as the built program.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EncryptedParentTests {
    private static let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
    private let keys = "[\(LiveNode.key)]\n enabled = yes\n"

    private func netdata(_ certificate: String, key: String? = nil, bind: String = "127.0.0.1:0") -> String {
        "[db]\n mode = ram\n[web]\n bind to = \(bind)\n ssl key = \(Certificates.path((key ?? certificate) + ".key"))\n"
            + " ssl certificate = \(Certificates.path(certificate + ".pem"))\n"
    }

    private func shown(_ node: LiveNode) throws -> StatusDocument.Host? {
        try statusDocument(node).hosts.first { $0.hostname == "child" }
    }

    @Test func everyPortDoesWhatItIsFor() throws {
        let ports = "127.0.0.1:0 127.0.0.1:0=dashboard|streaming^SSL=optional 127.0.0.1:0=dashboard|streaming^SSL=force"
        let node = try LiveNode(netdata: netdata("valid", bind: ports), stream: keys)
        let open = try node.ports()
        try #require(open.count == 3)
        for (index, port) in open.enumerated() {
            #expect(try TLSClient(port).get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK\r\n"))
            let page = try RawClient(port: port).get("/api/v1/info")
            #expect(page.hasPrefix(index == 1 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 301 Moved Permanently\r\n"))
            #expect(page.contains("\r\nLocation: https://x/api/v1/info\r\n") == (index != 1))
            let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e0\(index)"
            let stream = try RawClient(port: port)
            stream.send(HandChild.request("plain\(index)", guid: guid))
            #expect(stream.receive().hasPrefix(index == 2 ? "HTTP/1.1 400 Bad Request\r\n" : "Hit me baby"))
        }
        try node.waitForLog(
            "ERROR : WEB_SERVER[static1] : The server is configured to always use encrypted connections, please enable the "
                + "SSL on child with hostname 'plain2'."
        )
        let nameless = try RawClient(port: open[2])
        nameless.send("STREAM key=\(LiveNode.key) HTTP/1.1\r\n\r\n")
        #expect(nameless.receiveAll().hasSuffix("I don't understand you...\r\n"))
        try node.waitForLog("please enable the SSL on child with hostname 'not available'.")
        let document = try statusDocument(node)
        #expect(document.node.tls == .mixed)
        let refusal = try #require(document.refusals.first { $0.hostname == "plain2" })
        #expect(refusal.code == "ND-T314" && refusal.decidedBy == "netdata.conf:4" && refusal.address == "localhost")
        #expect(refusal.fix.contains("[stream]"))
        // The node's own socket stays as it is.
        #expect(try RawClient(path: node.socket).get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(try TLSClient(open[0]).get("/api/v1/info").contains("\"https-enabled\": true"))
    }

    @Test func aChildStreamsThroughAReload() throws {
        let node = try LiveNode(netdata: netdata("valid"), stream: keys)
        let port = try node.port()
        let child = try EncryptedChild(port, "child", guid: Self.guid)
        #expect(child.collect())
        try eventually("a sample") { try shown(node)?.lastDataAt != nil }
        let tls = try #require(try shown(node)?.connection?.tls)
        #expect(tls.version == "TLSv1.3" && tls.cipher == "TLS_AES_256_GCM_SHA384")
        #expect(tls.verified == nil && tls.subject == nil && tls.notAfterAt == nil)
        #expect(node.log.contains("health enabled, SSL, tags ''"))
        #expect(try statusDocument(node).node.tls == .optional)

        try node.configure(netdata: netdata("no-ip"), stream: keys)
        node.signal(SIGHUP)
        try node.waitForLog(
            "Encrypting with the SSL certificate \(Certificates.path("no-ip.pem")): CN=localhost, until"
        )
        #expect(try TLSClient(port).session.facts?.certificate?.subject == "CN=localhost")

        try node.configure(netdata: netdata("valid", key: "other"), stream: keys)
        node.signal(SIGHUP)
        try node.waitForLog(
            "The SSL certificate that was in use before stays in use: CN=localhost, until 2040-01-01 00:00:00."
        )
        #expect(node.log.contains("\(Certificates.path("other.key")) does not belong to the certificate"))
        #expect(try TLSClient(port).session.facts?.certificate?.subject == "CN=localhost")

        let before = try #require(try shown(node)?.lastDataAt)
        try eventually("a sample after the reloads") {
            #expect(child.collect())
            return try shown(node)?.lastDataAt ?? 0 > before
        }
        let host = try #require(try shown(node))
        #expect(host.connects == 1 && host.disconnects == 0)
    }

    @Test func whatIsBrokenIsSaidAtTheStart() throws {
        let ports = "127.0.0.1:0 127.0.0.1:0=dashboard|streaming^SSL=force"
        let node = try LiveNode(netdata: netdata("valid", key: "other", bind: ports), stream: keys)
        let open = try node.ports()
        let line = "The SSL key \(Certificates.path("other.key")) does not belong to the certificate"
        let ending =
            "Nothing is encrypted: '127.0.0.1:0=dashboard|streaming^SSL=force' serves nobody, everything else is plain."
        #expect(node.log.contains("ERROR : CONFIG \(node.directory)/etc/netdata.conf:5 : \(line)"), "\(node.log)")
        #expect(node.log.contains(ending) && node.errors.contains("warning: \(line)"), "\(node.errors)")
        #expect(try RawClient(port: open[0]).get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK"))
        #expect(try RawClient(port: open[1]).get("/api/v1/info").hasPrefix("HTTP/1.1 403"))
        #expect(throws: (any Error).self) { try TLSClient(open[1]) }
        #expect(try statusDocument(node).node.tls == .off)
        let check = try Program.run("parent", "--check", "--config-dir", node.directory + "/etc")
        #expect(check.status == 1)
        #expect(check.output.contains("netdata.conf:5: warning: \(line)"), "\(check.output)")
        #expect(check.output.contains("[ND-T304]\n") && check.output.contains("[ND-T313]\n"))
        // Put right, it counts without a restart.
        try node.configure(netdata: netdata("valid", bind: ports), stream: keys)
        node.signal(SIGHUP)
        try node.waitForLog("Encrypting with the SSL certificate")
        #expect(try TLSClient(open[1]).get("/api/v1/info").hasPrefix("HTTP/1.1 200 OK"))
    }

    @Test(.enabled(if: Tools.has(Tools.curl))) func curlIsContent() throws {
        let node = try LiveNode(netdata: netdata("valid"), stream: keys)
        let port = try node.port()
        func curl(_ arguments: String...) throws -> Program.Result {
            try Program.run(
                Tools.curl,
                ["-sS", "--max-time", "10", "--cacert", Certificates.path("ca.pem")] + arguments
            )
        }
        let info = try curl("https://127.0.0.1:\(port)/api/v1/info")
        #expect(info.status == 0 && info.output.contains("\"version\": \"v1.37.1\""), "\(info.errors)")
        // Plain, it is sent on to the same place.
        let followed = try curl(
            "-L",
            "-w",
            "%{url_effective} %{num_redirects}",
            "http://127.0.0.1:\(port)/api/v1/charts"
        )
        #expect(followed.output.hasSuffix("https://127.0.0.1:\(port)/api/v1/charts 1"), "\(followed.errors)")
        let distrusting = try Program.run(Tools.curl, ["-sS", "https://127.0.0.1:\(port)/"])
        #expect(distrusting.status == 60)
        try node.waitForLog("gave up on TLS: unknown_ca (48).")
    }
}
