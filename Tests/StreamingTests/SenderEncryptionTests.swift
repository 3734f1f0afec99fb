import Basics
import Config
import Diagnostics
import Glibc
import NIOCore
import NIOEmbedded
import Status
import Synchronization
import TestCertificates
import Testing

@testable import Streaming
@testable import System
@testable import Transport
@testable import Wire

/// Streams to destinations with `:SSL`, over real sockets and with real certificates (streaming protocol §14). What becomes of
/// every certificate is in one file, for people: Fixtures/Streaming/sender-tls.txt.
@Suite(.serialized) struct SenderEncryptionTests {
    // MARK: The table

    private struct Case {
        var certificate: String
        var key: String?
        var host = "localhost"
        var options: [String]

        var name: String {
            "\(certificate) at \(host): " + (options.isEmpty ? "the system's store" : options.joined(separator: ", "))
        }
    }

    private static let skip = "ssl skip certificate verification = yes"
    private static let yes = "ssl verify hostname = yes"
    private static var file: String { "CAfile = " + Certificates.path("ca.pem") }
    private static var directory: String { "CApath = " + Certificates.path("hashed") }

    private static var cases: [Case] {
        let others = [
            ("missing-intermediate", "valid"), ("self-signed", nil), ("expired", nil), ("not-yet-valid", nil),
            ("wrong-name", nil), ("wrong-ca", nil),
        ]
        return [
            Case(certificate: "valid", options: []), Case(certificate: "valid", options: [file]),
            Case(certificate: "valid", options: [directory]), Case(certificate: "valid", options: [file, yes]),
            Case(certificate: "valid", options: ["CAfile = /nonexistent/ca.pem"]),
            Case(certificate: "valid", options: ["CAfile = /nonexistent/ca.pem", directory]),
            Case(certificate: "valid", options: ["CAfile = " + Certificates.path("other-ca.pem")]),
            Case(certificate: "valid", options: ["CAfile = " + Certificates.path("valid.key")]),
            Case(certificate: "valid", host: "127.0.0.1", options: [file, yes]),
            Case(certificate: "self-signed", options: ["CAfile = " + Certificates.path("self-signed.pem"), yes]),
            Case(certificate: "no-ip", host: "localhost", options: [file, yes]),
            Case(certificate: "no-ip", host: "127.0.0.1", options: [file, yes]),
            Case(certificate: "no-ip", host: "127.0.0.1", options: [file]),
            Case(certificate: "wrong-name", options: [file]),
            Case(certificate: "wrong-name", options: [file, "ssl verify hostname = no"]),
        ]
            + others.flatMap { name, key in
                [[file, yes], [skip]].map { Case(certificate: name, key: key, options: $0) }
            }
    }

    @Test func everyCertificate() throws {
        let text = try Self.cases.map { try picture(of: $0) }.joined(separator: "\n")
        try expect(text, "sender-tls.txt")
    }

    private func picture(of one: Case) throws -> String {
        let server = try TLSContext.server(
            certificate: Certificates.path(one.certificate + ".pem"),
            key: Certificates.path((one.key ?? one.certificate) + ".key")
        )
        let parent = try LiveParent(tls: server)
        defer { parent.stop() }
        let options = one.options.map { "    \($0)\n" }.joined()
        let bench = try LiveSender("\(one.host):\(parent.port):SSL", options)
        #expect(bench.isDecided(), "\(one.name)")
        return picture(one.name, bench, port: parent.port)
    }

    private func picture(_ name: String, _ bench: LiveSender, port: Int) -> String {
        var lines = ["== \(name)"]
        lines += bench.reports.lines.filter { !Self.isUsual($0) }.map { "log     " + $0 }
        let link = bench.link
        lines.append("link    state \(link.state.rawValue)")
        if let tls = link.tls {
            let verified = tls.verified.map { $0 ? "verified" : "not verified" } ?? "-"
            lines.append("link    tls \(tls.version) \(tls.cipher ?? "-") \(verified) \(tls.subject ?? "-")")
            lines += tls.warnings.map { "link    warning \($0.code) \($0.text)" }
        }
        if let error = link.lastError {
            lines.append("link    last_error \(error.code) \(error.text)")
            lines += (error.evidence ?? "").split(separator: "; ").map { "link    evidence \($0)" }
            lines += error.fix.map { "link    fix \($0)" }
        }
        lines += link.candidates.map { "link    candidate \($0.state ?? "-") \($0.code ?? "-")" }
        return Self.withoutPlaces(lines.joined(separator: "\n"), port: port) + "\n"
    }

    /// The lines of every stream, TLS or not.
    private static func isUsual(_ line: String) -> Bool {
        [
            "thread created", "attempting to connect", "initializing", "waiting response", "not ready", "established",
            "sending metrics", "could not connect to parent",
        ].contains { line.contains($0) }
    }

    /// What differs from run to run: ports, directories, today's dates, certificates.
    private static func withoutPlaces(_ text: String, port: Int) -> String {
        text.replacing(Certificates.directory + "/all", with: "DIR").replacing(String(port), with: "PORT")
            .replacing(/\d{4}-\d\d-\d\d( \d\d:\d\d:\d\dZ)?/, with: "DATE").replacing(/\d+ days/, with: "N days")
            .replacing(/([0-9A-F]{2}:){31}[0-9A-F]{2}/, with: "FINGERPRINT")
    }

    private func expect(_ text: String, _ file: String) throws {
        let path =
            "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/Streaming/" + file
        if getenv("NDSTREAM_RECORD") != nil { try Files.write(Array(text.utf8), to: path) }
        let expected = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        for (line, wanted) in zip(text.split(separator: "\n"), expected.split(separator: "\n")) where line != wanted {
            #expect(line == wanted)
            break
        }
        #expect(text == expected)
    }

    // MARK: Who answers is no parent with TLS

    private static let strangers: [(name: String, answer: String, closes: Bool)] = [
        ("closes at once", "", true), ("is silent", "", false),
        ("SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", false),
        ("nginx", "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n", true),
        ("plain Netdata", "HTTP/1.1 400 Bad Request\r\nServer: Netdata Embedded HTTP Server v1.37.1\r\n\r\n", true),
        ("an alert", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}", true),
        ("a record that is none", "\u{16}\u{3}\u{3}\u{0}\u{4}abcd", true),
    ]

    @Test func whoeverIsNoParent() throws {
        let pictures = try Self.strangers.map { stranger in
            let far = try Stranger(stranger.answer, closes: stranger.closes)
            defer { far.stop() }
            let bench = try LiveSender("127.0.0.1:\(far.port):SSL", " timeout seconds = 1\n")
            #expect(bench.isDecided(), "\(stranger.name)")
            // Not one byte of the request is on the wire.
            #expect(!far.heard.contains(goodKey))
            return picture(stranger.name, bench, port: far.port)
        }
        try expect(pictures.joined(separator: "\n"), "sender-strangers.txt")
    }

    /// A plain ndstream parent, told by itself.
    @Test func aParentWithoutTLS() throws {
        let parent = try LiveParent()
        defer { parent.stop() }
        let bench = try LiveSender("127.0.0.1:\(parent.port):SSL", "")
        #expect(bench.isDecided())
        #expect(bench.link.candidates.first?.code?.hasPrefix("ND-T34") == true)
        #expect(bench.reports.count(.cannotEncrypt) == 1)
    }

    // MARK: Delays

    /// Both are left alone for 5 to 300 seconds.
    @Test(arguments: [
        ("self-signed", ConnectFailure.certificateNotValid), ("", ConnectFailure.notEncrypted),
    ]) func refusalsOfTLS(certificate: String, failure: ConnectFailure) throws {
        let tls = certificate.isEmpty ? nil : try Self.server(certificate)
        for (random, seconds) in [(0, 5), (295_000_000, 300)] as [(UInt64, Double)] {
            let parent = try LiveParent(tls: tls)
            defer { parent.stop() }
            let bench = try LiveSender("127.0.0.1:\(parent.port):SSL", "", random: random)
            #expect(bench.isDecided())
            let link = bench.link
            let delay = try #require(link.retryAt) - Double(bench.clock.now()) / 1_000_000
            #expect(abs(delay - seconds) < 0.01)
            #expect(
                bench.reports.text(.destinationSkipped)?.contains("(code: \(failure.code), \(failure.words))") == true
            )
        }
    }

    /// What certificates are judged by was read anew: nobody waits for five minutes.
    @Test func aReloadAsksAgain() throws {
        let parent = try LiveParent(tls: try Self.server("self-signed"))
        defer { parent.stop() }
        var template = Array("/tmp/ndstream-trust-XXXXXX".utf8CString)
        _ = mkdtemp(&template)
        let file = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) } + "/ca.pem"
        defer { _ = system("rm -r '\(file.dropLast(7))'") }
        let bench = try LiveSender("127.0.0.1:\(parent.port):SSL", "    CAfile = \(file)\n", random: 295_000_000)
        #expect(bench.isDecided() && bench.link.state == .waiting)
        #expect(bench.reports.count(.trustFileMissing) == 1)
        try Files.write(try Files.read(Certificates.path("self-signed.pem"), limit: 1 << 20), to: file)
        bench.encryption.forget()
        bench.sender.retryEncrypted()
        #expect(soon { bench.link.state == .live })
        #expect(bench.link.tls?.verified == true)
    }

    // MARK: Streams

    private static func server(_ certificate: String) throws -> TLSContext {
        try TLSContext.server(
            certificate: Certificates.path(certificate + ".pem"),
            key: Certificates.path(certificate + ".key")
        )
    }

    /// The second connection needs no certificate again; what was noted of it stays.
    @Test func aReconnectTakesTheSessionUp() throws {
        let tls = try Self.server("wrong-name")
        let parent = try LiveParent(tls: tls)
        defer { parent.stop() }
        let bench = try LiveSender("127.0.0.1:\(parent.port):SSL", "    \(Self.file)\n")
        #expect(soon { bench.link.state == .live })
        #expect(try bench.connected { $0?.tls?.isResumed } == false)
        let warnings = bench.link.tls?.warnings
        #expect(warnings?.map(\.code) == ["ND-T334"])
        bench.clock.advance(seconds: 10)
        // Sessions of TLS 1.3 come after the handshake: the parent has said something since.
        bench.collect()
        #expect(soon { (try? parent.facts().state) == .live })
        parent.parent.stop()
        #expect(
            soon {
                bench.collect()
                return (try? bench.connected { $0?.tls?.isResumed }) == true
            }
        )
        #expect(soon { bench.link.state == .live })
        #expect(bench.link.tls?.warnings == warnings && bench.link.tls?.verified == true)
        #expect(bench.reports.count(.nameNotChecked) == 1, "said once")
    }

    @Test func overIPv6() throws {
        guard let parent = try? LiveParent(tls: try Self.server("valid"), address: "::1") else {
            print("*** no IPv6 here ***")
            return
        }
        defer { parent.stop() }
        let bench = try LiveSender("[::1]:\(parent.port):SSL", "    \(Self.file)\n    \(Self.yes)\n")
        #expect(soon { bench.link.state == .live })
        #expect(bench.link.tls?.verified == true && bench.link.tls?.warnings == [])
    }

    /// The name that is dialled is said (SNI), so that a server with several certificates has the right one; an address is not.
    @Test(arguments: [
        ("localhost", "localhost", true), ("localhost", "other.example", false), ("127.0.0.1", "other.example", true),
    ])
    func theNameIsSaid(dialled: String, served: String, isTaken: Bool) throws {
        let port = Self.freePort()
        // A client that says another name is refused with an alert.
        var server = try Process.start(
            .shell(
                "exec openssl s_server -accept \(port) -servername \(served) -servername_fatal -quiet "
                    + ["", "2"].map {
                        "-cert\($0) '\(Certificates.path("self-signed.pem"))' "
                            + "-key\($0) '\(Certificates.path("self-signed.key"))'"
                    }.joined(separator: " "),
                environment: ["PATH=/usr/bin:/bin"]
            )
        )
        defer { _ = server.end() }
        try #require(soon { Self.isOpen(port) })
        let trust = "    CAfile = \(Certificates.path("self-signed.pem"))\n timeout seconds = 1\n"
        let bench = try LiveSender("\(dialled):\(port):SSL", trust)
        #expect(bench.isDecided())
        // Taken: nobody there answers the request, which is another matter.
        let code = bench.link.lastError?.code
        #expect(isTaken ? code?.hasPrefix("ND-C") == true : code == "ND-T512", "\(code ?? "-")")
    }

    private static func isOpen(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return InternetAddress.v4("127.0.0.1", port: UInt16(port))!.withSockaddr { connect(descriptor, $0, $1) } == 0
    }

    private static func freePort() -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                _ = bind(listener, place, length)
                return getsockname(listener, place, &length)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// All senders of a node use one context for each trust.
    @Test func contextsAreShared() throws {
        let reports = Reports()
        let encryption = Encryption(clock: ManualClock(seconds: 1), reporter: reports)
        let trust = TLSTrust(file: Certificates.path("ca.pem"), verification: .chainOnly)
        let first = try encryption.context(trust)
        #expect(try encryption.context(trust) === first)
        #expect(try encryption.context(TLSTrust(verification: .none)) !== first)
        #expect(reports.codes == [Condition.acceptsAnyCertificate.code])
        encryption.forget()
        #expect(try encryption.context(trust) !== first)
    }

    /// An end in the handshake right after a stream is a parent that restarts.
    @Test func aRestartingParentIsNoTLSError() throws {
        var machine = SenderMachine(
            destinations: Destination.list("a:1:SSL", defaultPort: "19999").destinations,
            reconnectDelaySeconds: 5,
            random: { 295_000_000 }
        )
        _ = machine.begin(now: 0)
        machine.encrypts()
        #expect(machine.state == .encrypting(candidate: 0))
        machine.connected()
        machine.accepted(Session(capabilities: Capabilities(number: 5)), now: 0)
        #expect(machine.lost(code: "X", now: 100_000_000) == .connect(candidate: 0))
        machine.encrypts()
        #expect(machine.refused(.notEncrypted, isWordless: true, now: 100_100_000) == .wait(until: 105_100_000))
        _ = machine.wake(now: 105_100_000)
        machine.encrypts()
        // Anything that was said counts.
        #expect(machine.refused(.certificateNotValid, now: 106_000_000) == .wait(until: 406_000_000))
        #expect(machine.retryEncrypted(now: 107_000_000) == .connect(candidate: 0))
    }

    /// A destination with `:SSL` that is reached shows that it is being encrypted.
    @Test func theStateWhileEncrypting() throws {
        let bench = try SenderBench(destination: "parent:19999:SSL")
        bench.collect("a.b")
        #expect(bench.link.state == .connecting)
        bench.encrypting()
        #expect(bench.link.state == .tls && bench.link.candidates.first?.state == "tls")
        _ = try bench.connect()
        #expect(bench.link.state == .handshake)
    }

    /// TLS that breaks in the middle of a stream, and one that ends without its goodbye.
    @Test func theEndOfAStream() throws {
        var failures: [(TLSFailure.Kind, String, [String])] = []
        failures.append((.alert(TLSAlert(20)), "ND-T327", ["ND-C73", "ND-T327"]))
        failures.append((.protocolError("bad record mac"), "ND-T327", ["ND-C73", "ND-T327"]))
        failures.append((.closed, "ND-C20", ["ND-C20", "ND-T328"]))
        for (kind, code, codes) in failures {
            let bench = try SenderBench(destination: "parent:19999:SSL")
            let parent = try bench.live()
            bench.wait(seconds: 6)
            bench.reports.forget()
            if kind == .closed {
                parent.channel.pipeline.fireUserInboundEventTriggered(EndWithoutGoodbye(failure: TLSFailure(kind)))
                parent.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            } else {
                parent.channel.pipeline.fireErrorCaught(TLSFailure(kind))
            }
            #expect(bench.link.lastError?.code == code)
            #expect(Array(bench.reports.codes.prefix(2)) == codes)
        }
    }
}

/// Takes connections and answers every one with the same, whatever it says.
private final class Stranger: Sendable {
    let port: Int
    private let descriptor: Int32
    private let said = Mutex("")

    init(_ answer: String, closes: Bool) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.descriptor = descriptor
        let any = InternetAddress.v4("127.0.0.1", port: 0)!
        try #require(any.withSockaddr { bind(descriptor, $0, $1) } == 0 && listen(descriptor, 8) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        let bytes = answer.unicodeScalars.map { UInt8($0.value) }
        Threads.start(name: "stranger") { [self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = recv(client, &buffer, buffer.count, 0)
                if count > 0 { said.withLock { $0 += String(decoding: buffer[..<count], as: UTF8.self) } }
                _ = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if !closes { _ = recv(client, &buffer, buffer.count, 0) }
                close(client)
            }
        }
    }

    /// What clients have said, as far as it is text.
    var heard: String { said.withLock { $0 } }

    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
