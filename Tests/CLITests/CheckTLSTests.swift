import Glibc
import System
import Testing

/// Against real far ends of every kind. Each has to be seen through within a second where it answers.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CheckTLSTests {
    private static let certificates: String = {
        var template = Array("/tmp/ndstream-certificates-XXXXXX".utf8CString)
        _ = mkdtemp(&template)
        let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let status = system("sh '\(root)/Tests/Support/make-certificates.sh' '\(directory)/all'")
        precondition(status == 0, "make-certificates.sh failed: is openssl there?")
        atexit { _ = system("rm -rf '\(CheckTLSTests.certificates)'") }
        return directory
    }()

    private func path(_ name: String) -> String { "\(Self.certificates)/all/\(name)" }

    private func expect(
        _ arguments: [String],
        _ status: Int32,
        _ sentences: String...,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let result = try Program.run(Program.path, ["check-tls"] + arguments)
        #expect(result.status == status, "\(result.output)\(result.errors)", sourceLocation: location)
        for sentence in sentences {
            #expect(result.output.contains(sentence), "\(result.output)", sourceLocation: location)
        }
    }

    /// How long a look takes, program start included; the best of three, as the machine has other things to do.
    private func quickly(_ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void) rethrows {
        var seconds = Double.infinity
        for _ in 0..<3 where seconds >= 1 {
            let start = SystemClock().monotonic()
            try body()
            seconds = min(seconds, Double(SystemClock().monotonic() - start) / 1_000_000)
        }
        #expect(seconds < 1, "\(seconds) s", sourceLocation: location)
        print("check-tls took \(seconds) s")
    }

    // MARK: Nodes

    @Test func aParentOfOursWithEveryKindOfPort() throws {
        let (plain, optional, forced) = (freePort(), freePort(), freePort())
        let node = try LiveNode(
            netdata: """
                [web]
                    bind to = 127.0.0.1:\(plain) 127.0.0.1:\(optional)^SSL=optional 127.0.0.1:\(forced)^SSL=force
                    ssl certificate = \(path("valid.pem"))
                    ssl key = \(path("valid.key"))
                """,
            stream: "[\(LiveNode.key)]\nenabled = yes\n"
        )
        try eventually("the parent listens") { isOpen(forced) }
        let ca = ["--cafile", path("ca.pem")]
        let key = ["--key", LiveNode.key]
        try quickly {
            try expect(["127.0.0.1:\(optional):SSL"] + ca, 0, "is row 4, and it connects", "the port is ^SSL=optional")
        }
        let log = node.log
        #expect(!log.contains("ERROR"), "\(log)")
        try expect(["127.0.0.1:\(optional)"], 0, "is row 3, and it connects")
        try expect(["127.0.0.1:\(plain)"], 1, "row 2 or 3: only --key can tell which", "ND-T365")
        try expect(["127.0.0.1:\(plain)"] + key, 0, "is row 3, and it connects", "accepted, version 5")
        try expect(["127.0.0.1:\(forced)"] + key, 1, "is row 2, and it will NOT connect", "ND-T362")
        try expect(["127.0.0.1:\(forced):SSL", "--skip"] + key, 0, "is row 5, and it connects", "ND-T329")
        try expect(["127.0.0.1:\(forced):SSL", "--skip", "--strict"], 2, "ND-T329")
        try expect(
            ["127.0.0.1:\(plain):SSL"] + ca + ["--key", "11111111-2222-3333-4444-555555555555"],
            1,
            "is row 4, and it will NOT connect",
            "ND-C12"
        )
        try expect(["127.0.0.1:\(plain):SSL", "--cafile", path("other-ca.pem")], 1, "ND-T20", "update-ca-certificates")
        try expect(["127.0.0.1:\(plain):SSL", "--verify-name", "other.example"] + ca, 1, "ND-T62")
        try expect(["127.0.0.1:\(plain):SSL", "--capath", path("hashed")], 0, "is row 4, and it connects")
    }

    @Test func aParentOfOursWithoutTLS() throws {
        let port = freePort()
        let node = try LiveNode(netdata: "[web]\n    bind to = 127.0.0.1:\(port)\n")
        try eventually("the parent listens") { isOpen(port) }
        try expect(["127.0.0.1:\(port)"], 0, "is row 1, and it connects")
        try expect(["127.0.0.1:\(port):SSL"], 1, "is in none of the rows", "ND-T340")
        withExtendedLifetime(node) {}
    }

    @Test func aUnixSocketIsNeverEncrypted() throws {
        let directory = try TemporaryDirectory()
        let server = try TinyServer(directory.path + "/sock") { request in
            request.hasPrefix("STREAM ")
                ? Array("You are not permitted to access this. Check the logs for more info.".utf8)
                : page("200 OK", "{}", server: "Netdata Embedded HTTP Server v2.11.0")
        }
        defer { server.stop() }
        try expect(["unix:" + server.path], 0, "is row 1, and it connects", "Netdata v2.11.0")
        // Nothing but a web page was asked for.
        #expect(server.requests.allSatisfy { $0.hasPrefix("GET /api/v1/info ") })
        try expect(["unix:" + server.path, "--key", LiveNode.key], 1, "ND-C12")
    }

    // MARK: Others

    @Test func opensslItself() throws {
        let port = freePort()
        let server = try FarEndProcess(
            Tools.openssl,
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", path("valid.pem"), "-key", path("valid.key"),
                "-www",
            ]
        )
        try eventually("s_server listens") { isOpen(port) }
        try quickly {
            try expect(
                ["127.0.0.1:\(port):SSL", "--cafile", path("ca.pem")],
                1,
                "TLSv1.3",
                "0 CN=parent.example",
                "ND-T363"
            )
        }
        withExtendedLifetime(server) {}
    }

    @Test(.enabled(if: Tools.has(Tools.nginx))) func anHTTPSServer() throws {
        let port = freePort()
        let directory = try TemporaryDirectory()
        let place = directory.path
        try directory.write(
            """
            daemon off; pid \(place)/pid; error_log \(place)/error.log; events {}
            http { access_log off; client_body_temp_path \(place)/b; proxy_temp_path \(place)/p;
            fastcgi_temp_path \(place)/f; uwsgi_temp_path \(place)/u; scgi_temp_path \(place)/s;
            server { listen 127.0.0.1:\(port) ssl; ssl_certificate \(path("valid.pem"));
            ssl_certificate_key \(path("valid.key")); } }
            """,
            "nginx.conf"
        )
        let server = try FarEndProcess(Tools.nginx, ["-c", place + "/nginx.conf", "-e", place + "/error.log"])
        try eventually("nginx listens") { isOpen(port) }
        try quickly {
            try expect(
                ["127.0.0.1:\(port):SSL", "--cafile", path("ca.pem")],
                1,
                "is no Netdata: a web server, nginx/",
                "ND-T363"
            )
        }
        withExtendedLifetime(server) {}
    }

    @Test func somethingThatSpeaksFirst() throws {
        let server = try TinyPort { _ in Array("SSH-2.0-OpenSSH_9.2p1\r\n".utf8) }
        defer { server.stop() }
        try quickly {
            try expect(["127.0.0.1:\(server.port):SSL"], 1, "something that says 'SSH-2.0-OpenSSH_9.2p1'", "ND-T342")
        }
        try expect(["127.0.0.1:\(server.port)"], 1, "ND-T363")
    }

    @Test func aPortThatIsSilent() throws {
        let server = try TinyPort { _ in nil }
        defer { server.stop() }
        try expect(["127.0.0.1:\(server.port):SSL", "--timeout", "1"], 1, "ND-T364", "within 1 s")
    }

    @Test func nobody() throws {
        try quickly {
            try expect(["127.0.0.1:\(freePort()):SSL"], 69, "Connection refused", "ND-C78")
        }
        try expect(["no-such-host.invalid"], 68, "ND-C85")
        try expect(["unix:/nowhere/sock"], 69, "ND-C83")
    }

    // MARK: Forms

    @Test func formsForPrograms() throws {
        let port = freePort()
        let json = try Program.run("check-tls", "127.0.0.1:\(port)", "-o", "json")
        #expect(json.status == 69 && json.output.hasPrefix("{\"target\":\"127.0.0.1:\(port)\""))
        let junit = try Program.run("check-tls", "127.0.0.1:\(port)", "-o", "junit")
        #expect(junit.status == 69 && junit.output.contains("<testcase"))
        let short = try Program.run("check-tls", "127.0.0.1:\(port)", "-o", "short")
        #expect(short.status == 69 && short.output.contains("ND-C78"))
        let ascii = try Program.run(
            Program.path,
            ["check-tls", "127.0.0.1:\(port)"],
            environment: ["LC_ALL=C"]
        )
        #expect(ascii.status == 69)
        #expect(ascii.output.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func aCodeIsExplained() throws {
        let own = try Program.run("check-tls", "--explain", "nd-t360")
        #expect(own.status == 0 && own.output.hasPrefix("ND-T360  error"))
        #expect(try Program.run("tail", "--explain", "ND-T360").output == own.output)
    }

    @Test func itWatchesUntilItIsGood() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", "in")
        let path = directory.path + "/sock"
        let id = try Program.start(["check-tls", "unix:" + path, "--watch"], directory: directory.path)
        try eventually("the first look") { try directory.read("out").contains("exit 69") }
        let server = try TinyServer(path) { _ in page("200 OK", "{}", server: "Netdata v2.11.0") }
        defer { server.stop() }
        #expect(Program.wait(id) == 0)
        #expect(try directory.read("out").contains("is row 1, and it connects"))
    }
}
