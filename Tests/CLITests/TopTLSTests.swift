import Glibc
import System
import TestCertificates
import Testing

/// `top` asks over TLS, and does not believe everybody.
@Suite(.enabled(if: Tools.has(Tools.openssl))) struct TopTLSTests {
    @Test func encryptedItIsTheSame() throws {
        let server = try EncryptedFile("valid")
        let plain = try TemporaryDirectory()
        let bytes = try page("200 OK", file: "status.json")
        let tiny = try TinyServer(plain.path + "/sock") { _ in bytes }
        defer { tiny.stop() }
        let expected = try Program.run("top", "--once", tiny.path).output
        let ca = Certificates.path("ca.pem")
        for source in ["https://localhost:\(server.port)", "127.0.0.1:\(server.port):SSL", "127.0.0.1:\(server.port)"] {
            let result = try Program.run("top", "--once", source, "--ca", ca)
            #expect(result.status == 0, "\(source): \(result.errors)")
            #expect(result.output == expected)
        }
        #expect(try Program.run("top", "--once", "--tls", "localhost:\(server.port)", "--ca", ca).output == expected)
        // What the system believes counts without --ca, wherever OpenSSL is told that it is.
        let environment = ["SSL_CERT_FILE=\(ca)"]
        let result = try Program.run("top", "--once", "https://localhost:\(server.port)", environment: environment)
        #expect(result.output == expected, "\(result.errors)")
    }

    @Test(arguments: [
        ("self-signed", "localhost", 18, "--ca FILE"), ("wrong-ca", "localhost", 20, "--ca FILE"),
        ("wrong-name", "localhost", 62, "a name that is in its certificate: another.example"),
        ("no-ip", "127.0.0.1", 64, "a name that is in its certificate: localhost"), ("expired", "localhost", 10, ""),
    ])
    func whoCannotBeBelievedIsNotShown(_ certificate: String, _ host: String, _ number: Int, _ fix: String) throws {
        let server = try EncryptedFile(certificate)
        let source = "https://\(host):\(server.port)"
        let result = try Program.run("top", "--batch", source, "--ca", Certificates.path("ca.pem"))
        // Waiting changes nothing, so it doesn't.
        #expect(result.status == 77)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("ndstream top: \(source): "), "\(result.errors)")
        #expect(result.errors.contains("[ND-T\(number)]"), "\(result.errors)")
        #expect(result.errors.contains("  fix: "), "\(result.errors)")
        #expect(result.errors.contains(fix), "\(result.errors)")
    }

    @Test func aParentThatEncryptsIsWatched() throws {
        let files = Certificates.path("valid")
        let web = "[web]\n bind to = 127.0.0.1:0\n ssl certificate = \(files).pem\n ssl key = \(files).key\n"
        let node = try LiveNode(netdata: "[global]\n hostname = mon-1\n" + web)
        let port = try node.port()
        let plain = try Program.run("top", "--once", "127.0.0.1:\(port)")
        #expect(plain.status == 69)
        #expect(
            plain.errors == """
                ndstream top: 127.0.0.1:\(port) answers encrypted questions only
                  fix: ndstream top https://127.0.0.1:\(port)

                """
        )
        let source = "https://127.0.0.1:\(port)"
        let encrypted = try Program.run("top", "--once", source, "--ca", Certificates.path("ca.pem"))
        #expect(encrypted.status == 0 && encrypted.output.hasPrefix("parent mon-1"), "\(encrypted.errors)")
    }

    @Test func whereThereIsNoTLSItSaysSo() throws {
        let node = try LiveNode(netdata: "[web]\n bind to = 127.0.0.1:0\n")
        let port = try node.port()
        let encrypted = try Program.run("top", "--once", "https://127.0.0.1:\(port)")
        #expect(encrypted.status == 69)
        #expect(encrypted.errors.hasPrefix("ndstream top: https://127.0.0.1:\(port): "), "\(encrypted.errors)")
    }
}

/// `openssl s_server` that gives out a status document.
private final class EncryptedFile {
    let port: Int
    private let directory: TemporaryDirectory
    private let id: pid_t

    init(_ certificate: String) throws {
        directory = try TemporaryDirectory()
        try Files.makeDirectories(directory.path + "/api/v1")
        try Files.write(
            try Files.read(fixture("status.json"), limit: 1 << 20),
            to: directory.path + "/api/v1/streaming"
        )
        try directory.write("", "in")
        let certificates = Certificates.path(certificate)
        let command =
            "cd \(directory.path) && exec \(Tools.openssl) s_server -WWW -accept 127.0.0.1:0 "
            + "-cert \(certificates).pem -cert_chain \(certificates).pem -key \(certificates).key"
        id = try Program.start(["-c", command], of: "/bin/sh", directory: directory.path)
        let output = directory.path + "/out"
        var port: Int?
        try eventually("openssl listens") {
            let text = String(decoding: (try? Files.read(output, limit: 65_536)) ?? [], as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
            port = line?.split(separator: ":").last.flatMap { Int($0) }
            return port != nil
        }
        self.port = try #require(port)
    }

    deinit {
        kill(id, SIGKILL)
        _ = Program.wait(id)
    }
}
