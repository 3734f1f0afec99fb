import Diagnostics
import Glibc
import NIOCore
import System
import TestCertificates
import Testing

@testable import Transport

/// What people read of each way in which TLS can fail: Tests/Fixtures/TLS/diagnoses.txt. With `NDSTREAM_RECORD=1` in the
/// environment it is written instead: look at what changed before it is committed.
struct TLSDiagnosisTests {
    /// 2026-11-26 12:00:00Z
    static let now: Int64 = 1_795_694_400
    /// A system without authorities.
    static let nothing = SystemTrust(file: "/nonexistent/cert.pem", directories: ["/nonexistent/certs"])

    @Test func saysWhatPeopleCanActOn() throws {
        var text = ""
        for (title, diagnosis) in try Self.all.get() {
            text += "== \(title)\n\(diagnosis.condition.code) \(diagnosis.condition.severity.rawValue): "
            text += "\(diagnosis.condition.sentence)\n"
            text += "log  \(diagnosis.condition.render(diagnosis.values.merging(["host": "web-01"]) { $1 }))\n"
            for line in diagnosis.evidence { text += "     \(line)\n" }
            for (index, fix) in diagnosis.fixes.enumerated() { text += "\(index + 1).   \(fix)\n" }
            text += "\n"
        }
        let path =
            "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/TLS/diagnoses.txt"
        text = Self.masked(text)
        if getenv("NDSTREAM_RECORD") != nil { return try Files.write(Array(text.utf8), to: path) }
        let expected = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        for (line, other) in zip(text.split(separator: "\n"), expected.split(separator: "\n")) where line != other {
            Issue.record("\(line)\nwas\n\(other)")
            return
        }
        #expect(text == expected)
    }

    /// No name is left open but those that only an operator knows.
    @Test func leavesNothingOpen() throws {
        for (title, diagnosis) in try Self.all.get() {
            let text = diagnosis.condition.render(diagnosis.values.merging(["host": "web-01"]) { $1 })
            #expect(!text.contains("{"), "\(title): \(text)")
            #expect(!diagnosis.fixes.isEmpty, "\(title) has no way out")
            #expect(!diagnosis.fixes.contains { $0.contains("{") }, "\(title)")
            // Not to look is never the first advice, and says its price.
            let skips = diagnosis.fixes.indices.filter { diagnosis.fixes[$0].contains("skip certificate verification") }
            #expect(skips.allSatisfy { $0 > 0 && $0 == diagnosis.fixes.count - 1 }, "\(title)")
            #expect(skips.allSatisfy { diagnosis.fixes[$0].contains("no protection against an impostor") }, "\(title)")
        }
    }

    @Test func everyDiagnosisIsRecognisedInALog() throws {
        let matcher = TemplateMatcher()
        for (title, diagnosis) in try Self.all.get() {
            let text = diagnosis.condition.render(diagnosis.values.merging(["host": "web-01"]) { $1 })
            #expect(matcher.match(text)?.condition == diagnosis.condition, "\(title): \(text)")
        }
    }

    @Test func aPeersNamesReachNoTerminal() {
        var evil = Certificate(
            subject: "CN=\u{1b}[2Jevil",
            issuer: "CN=$(reboot)\n",
            notBefore: 0,
            notAfter: Int64.max / 2
        )
        evil.dnsNames = ["$(reboot).example", "*.example", "\u{202e}gnihton"]
        for number in [2, 7, 9, 10, 18, 19, 20, 62, 64, 66, 99] {
            var failure = TLSFailure(.certificate(VerifyFailure(number: number, certificate: evil)))
            failure.chain = [evil]
            let diagnosis = Self.dialled(failure, "parent.example:19999:SSL", TLSTrust())
            for line in diagnosis.evidence + diagnosis.fixes {
                #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e }, "\(line)")
            }
            let commands = diagnosis.fixes.filter { !$0.contains("make the certificate anew") && !$0.contains("renew") }
            for line in commands {
                // In words it may be quoted, in what is copied into a shell it has no place.
                let copied = line.split(separator: ";").dropFirst().joined()
                #expect(!copied.contains("$(reboot)"), "\(line)")
            }
            #expect(!diagnosis.fixes.contains { $0.contains("destination = $(") || $0.contains("destination = *") })
        }
    }

    // MARK: Cases

    typealias Case = (title: String, diagnosis: TLSDiagnosis)

    /// Made once for all tests.
    private static let all = Result { try certificates() + strangers() + alerts() + clients() }

    static func dialled(_ failure: TLSFailure, _ destination: String, _ trust: TLSTrust) -> TLSDiagnosis {
        TLSDiagnosis(failure, dialling: destination, trusting: trust, system: nothing, now: now)
    }

    /// Real handshakes with real certificates.
    private static func certificates() throws -> [Case] {
        let path = Certificates.path
        let authority = TLSTrust(file: path("ca.pem"))
        let unhashed = try bareDirectory("ca.pem")
        func missed(
            _ title: String,
            _ certificate: String,
            key: String? = nil,
            _ trust: TLSTrust = authority,
            name: String = "parent.example"
        ) throws -> Case {
            var pair = try TLSSessionTests.Pair(certificate, key: key, trust: trust, name: name)
            let failure = try #require(throws: TLSFailure.self) { try pair.run() }
            return (title, dialled(failure, "\(name):19999:SSL", trust))
        }
        let cases = [
            try missed("without the intermediate", "missing-intermediate", key: "valid"),
            try missed(
                "an authority nobody knows, CAfile does not exist",
                "valid",
                TLSTrust(file: "/etc/netdata/ssl/ca.pem")
            ),
            try missed("an authority nobody knows, other ones are trusted", "wrong-ca"),
            try missed("an authority nobody knows, CApath is hashed", "wrong-ca", TLSTrust(directory: path("hashed"))),
            try missed("CApath has it, but without a hashed name", "expired", TLSTrust(directory: unhashed)),
            try missed(
                "an authority with the right name and another key",
                "wrong-name",
                TLSTrust(file: path("namesake-ca.pem")),
                name: "another.example"
            ),
            try missed("self-signed, nothing is trusted", "self-signed", TLSTrust()),
            try missed(
                "self-signed, CAfile does not exist",
                "self-signed",
                TLSTrust(file: "/etc/ssl/certs/parent_cert.pem")
            ),
            try missed("expired", "expired"), try missed("not yet valid", "not-yet-valid"),
            try missed("another name", "wrong-name"),
            try missed("an address without its name", "no-ip", name: "127.0.0.1"),
            try missed("no alternative names", "nameless", name: "other.example"),
            try missed("a client's certificate", "client-only"), try missed("signed with a server's", "leaf-signed"),
        ]
        // Those that OpenSSL lets no server of ours have.
        let weak = try #require(Certificate.list(pem: try Files.read(path("weak.pem"), limit: 1 << 16)).first)
        let root = try #require(Certificate.list(pem: try Files.read(path("other-ca.pem"), limit: 1 << 16)).first)
        func made(_ title: String, _ number: Int, _ chain: [Certificate], depth: Int = 0) -> Case {
            var failure = TLSFailure(
                .certificate(VerifyFailure(number: number, depth: depth, certificate: chain[depth]))
            )
            failure.chain = chain
            return (title, dialled(failure, "parent.example:19999:SSL", authority))
        }
        return cases + [
            made("a weak key", 66, [weak]), made("the authority's key is weak", 67, [weak, root], depth: 1),
            made("a weak signature", 68, [weak]), made("the root was sent", 19, [weak, root], depth: 1),
            made("an intermediate whose root is missing", 2, [weak, root], depth: 1),
            made("only one and its issuer missing", 21, [weak]), made("a wrong signature", 7, [weak]),
            made("revoked", 23, [weak]), made("an issuer without key", 24, [weak]), made("too long", 22, [weak]),
            made("anything else", 29, [weak]),
        ]
    }

    private static func strangers() -> [Case] {
        func heard(_ title: String, _ kind: TLSFailure.Kind, _ bytes: String = "") -> Case {
            var failure = TLSFailure(kind)
            failure.firstBytes = Array(bytes.utf8)
            return (title, dialled(failure, "parent.example:19999:SSL", TLSTrust()))
        }
        let bad = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
        return [
            heard("Netdata without TLS", .notTLS, bad + "Server: Netdata Embedded HTTP Server v1.37.1\r\n"),
            heard("a stream's answer", .notTLS, "You are not permitted to access this. Check the logs for more info."),
            heard("nginx without TLS", .notTLS, "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n"),
            heard("a web server without name", .notTLS, "HTTP/1.0 400 Bad Request\r\n\r\n"),
            heard("SSH", .notTLS, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
            heard("mail", .notTLS, "220 mx.example ESMTP\r\n"),
            heard("anything", .notTLS, "\u{0}\u{1}\u{2}hello"), heard("silence", .timedOut),
            heard("closed at once", .closed),
            heard("stopped in the middle", .timedOut, "\u{16}\u{3}\u{3}"),
            heard("closed in the middle", .closed, "\u{16}\u{3}\u{3}"),
            heard("an old version", .protocolError("unsupported protocol")),
            heard("broken", .protocolError("bad record type")),
        ]
    }

    private static let numbers = [40, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 70, 71, 80, 86, 112, 116, 120, 10]

    private static func alerts() -> [Case] {
        numbers.map { number in
            let failure = TLSFailure(.alert(TLSAlert(number)))
            return ("the parent says \(number)", dialled(failure, "parent.example:19999:SSL", TLSTrust()))
        }
    }

    private static func clients() throws -> [Case] {
        let peer = Peer(address: "10.0.0.4", port: 51234)
        let own = try TLSContext.server(
            certificate: Certificates.path("valid.pem"),
            key: Certificates.path("valid.key")
        )
        .ownChain
        #expect(own.map(\.subject) == ["CN=parent.example", "CN=Example Intermediate CA"])
        func heard(_ title: String, _ kind: TLSFailure.Kind, _ bytes: String = "") -> Case {
            var failure = TLSFailure(kind)
            failure.firstBytes = Array(bytes.utf8)
            return (title, TLSDiagnosis(failure, from: peer, own: own, now: now))
        }
        return numbers.map { heard("a client says \($0)", .alert(TLSAlert($0))) } + [
            heard("a client without TLS", .notTLS, "\u{16}\u{16}\u{16}"),
            heard("a client left", .closed, "\u{16}\u{3}\u{1}"),
            heard("a client stopped", .timedOut, "\u{16}\u{3}\u{1}"),
            heard("a client with an old version", .protocolError("unsupported protocol")),
            heard("a client with other ciphers", .protocolError("no shared cipher")),
            heard("a broken client", .protocolError("length mismatch")),
        ]
    }

    // MARK: Places

    /// A directory with one of the certificates, as it was copied.
    private static func bareDirectory(_ name: String) throws -> String {
        let directory = Certificates.path("unhashed")
        try Files.makeDirectories(directory)
        try Files.write(try Files.read(Certificates.path(name), limit: 1 << 16), to: "\(directory)/\(name)")
        return directory
    }

    private static func masked(_ text: String) -> String {
        var result = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
                let isFingerprint = word.split(separator: ":").count >= 32
                return isFingerprint
                    ? "FINGERPRINT" + (word.last.map { ":),".contains($0) ? "\($0)" : "" } ?? "") : String(word)
            }
            result += words.joined(separator: " ") + "\n"
        }
        let parts = result.split(separator: Certificates.directory, omittingEmptySubsequences: false)
        return parts.joined(separator: "/CERTIFICATES").split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().joined(separator: "\n")
    }
}
