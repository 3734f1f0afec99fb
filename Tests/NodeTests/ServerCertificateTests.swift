import Basics
import Config
import Diagnostics
import Glibc
import Status
import Synchronization
import TestCertificates
import Testing
import Transport

@testable import Node

/// What the files of `[web] ssl key` and `ssl certificate` come to, and what is said of them.
@Suite struct ServerCertificateTests {
    /// 2026-11-26.
    private static let now: Int64 = 1_795_651_200
    private static let day: Int64 = 86_400

    private func read(_ web: String, now: Int64 = now) throws -> ServerCertificate {
        ServerCertificate(try Scratch().configuration(netdata: "[web]\n" + web), now: now)
    }

    private func read(
        certificate: String,
        key: String,
        _ more: String = "",
        now: Int64 = now
    ) throws -> ServerCertificate {
        try read("ssl certificate = \(certificate)\nssl key = \(key)\n" + more, now: now)
    }

    private func readPair(_ name: String, now: Int64 = now) throws -> ServerCertificate {
        try read(certificate: Certificates.path(name + ".pem"), key: Certificates.path(name + ".key"), now: now)
    }

    @Test func aPairThatFits() throws {
        let certificate = try readPair("valid", now: Self.now)
        #expect(certificate.context != nil && certificate.findings.isEmpty)
        #expect(certificate.chain.map(\.subject) == ["CN=parent.example", "CN=Example Intermediate CA"])
        #expect(certificate.values["subject"] == "CN=parent.example")
    }

    @Test func inItsDefaultPlaceItNeedNotBeNamed() throws {
        let scratch = try Scratch()
        try scratch.write(String(decoding: try bytes("valid.pem"), as: UTF8.self), "etc/ssl/cert.pem")
        try scratch.write(String(decoding: try bytes("valid.key"), as: UTF8.self), "etc/ssl/key.pem")
        #expect(ServerCertificate(try scratch.configuration(), now: Self.now).context != nil)
    }

    // MARK: Nothing there

    @Test func whereNobodyAsksForItNothingIsSaid() throws {
        for web in ["", "bind to = *:1", "ssl key =\nssl certificate =", "mode = none\nssl key = /nowhere"] {
            let certificate = try read(web)
            #expect(certificate.context == nil && certificate.findings.isEmpty, "\(web)")
        }
    }

    @Test(arguments: [
        ("ssl key = /nowhere/key", 2, "everything is plain"),
        ("ssl certificate = /nowhere/cert", 2, "everything is plain"),
        ("bind to = *:1=streaming^SSL=optional", 2, "everything is plain"),
        ("bind to = *:1=streaming^SSL=force", 2, "'*:1=streaming^SSL=force' serves nobody"),
        (
            "ssl key = /nowhere\nbind to = *:1 *:2=streaming^SSL=force *:3=badges^SSL=force", 2,
            "'*:2=streaming^SSL=force' and '*:3=badges^SSL=force' serve nobody, everything else is plain"
        ),
    ])
    func whoAsksForItHearsWhatIsMissing(web: String, line: Int, ports: String) throws {
        let certificate = try read(web)
        #expect(certificate.context == nil)
        #expect(certificate.findings.codes == ["ND-T300", "ND-T313"])
        #expect(
            certificate.findings.first?.message
                == "To use encryption it is necessary to set \"ssl certificate\" and \"ssl key\" in [web] !"
        )
        #expect(certificate.findings.first?.line == line)
        #expect(certificate.findings.last?.message == "Nothing is encrypted: \(ports).")
    }

    @Test func oneOfTwo() throws {
        let certificate = try read(certificate: Certificates.path("valid.pem"), key: "/nowhere/key.pem")
        #expect(certificate.context == nil)
        #expect(certificate.findings.codes == ["ND-T300", "ND-T313"])
        #expect(certificate.findings.first?.line == 3)
        #expect(certificate.findings.first?.values["missing"] == "/nowhere/key.pem")
    }

    // MARK: Nothing that can be used

    @Test func filesThatAreNone() throws {
        let scratch = try Scratch()
        try scratch.write("-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n", "half.pem")
        mkfifo(scratch.path + "/fifo", 0o600)
        let valid = (Certificates.path("valid.pem"), Certificates.path("valid.key"))
        for (certificate, key, code, reason) in [
            (valid.1, valid.1, "ND-T301", "no start line"), (valid.0, valid.0, "ND-T302", "unsupported"),
            (scratch.path, valid.1, "ND-T301", "Is a directory"),
            (scratch.path + "/fifo", valid.1, "ND-T301", "Invalid argument"),
            (valid.0, scratch.path + "/fifo", "ND-T302", "Invalid argument"),
            (valid.0, Certificates.path("other.key"), "ND-T304", "key values mismatch"),
        ] {
            let found = try read(certificate: certificate, key: key)
            #expect(found.context == nil)
            #expect(found.findings.codes == [code, "ND-T313"], "\(found.findings.map(\.message))")
            #expect(found.findings.first?.values["reason"]?.contains(reason) == true, "\(found.findings[0].values)")
            let path = code == "ND-T301" ? certificate : key
            #expect(found.findings.first?.message.contains(path) == true)
        }
        let half = try read(certificate: scratch.path + "/half.pem", key: valid.1)
        #expect(half.findings.codes == ["ND-T301", "ND-T313"])
    }

    @Test func aKeyThatWantsAPassphrase() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/locked.key"
        for form in ["openssl pkey -aes128", "openssl ec -aes128"] {
            #expect(system("\(form) -in \(Certificates.path("valid.key")) -passout pass:abc -out \(path) 2>&-") == 0)
            let found = try read(certificate: Certificates.path("valid.pem"), key: path)
            #expect(found.findings.codes == ["ND-T303", "ND-T313"], "\(found.findings.map(\.message))")
            #expect(found.findings.first?.message == "The SSL key \(path) has a passphrase.")
        }
    }

    @Test func ciphersAndVersions() throws {
        let files = (Certificates.path("valid.pem"), Certificates.path("valid.key"))
        let wrong = try read(certificate: files.0, key: files.1, "tls ciphers = nonsense\n")
        #expect(wrong.context == nil && wrong.findings.codes == ["ND-T305", "ND-T313"])
        #expect(wrong.findings.first?.line == 4)
        let chosen = try read(certificate: files.0, key: files.1, "tls ciphers = ECDHE+AESGCM TLS_AES_128_GCM_SHA256\n")
        #expect(chosen.context != nil && chosen.findings.isEmpty)
        let configuration = try Scratch().configuration(netdata: "[web]\ntls version = 1.1\n")
        let old = configuration.findings.first { $0.condition == .oldTLSVersion }
        #expect(old?.line == 2 && old?.message == "'tls version = 1.1' is not spoken any more: 1.2 is used")
    }

    // MARK: Nearly over, and weak

    @Test func itsTime() throws {
        // 2040-01-01: the end of both certificates of the chain.
        let end: Int64 = 2_208_988_800
        #expect(try readPair("valid", now: end - 31 * Self.day).findings.isEmpty)
        let soon = try readPair("valid", now: end - 10 * Self.day)
        #expect(soon.context != nil)
        #expect(soon.findings.codes == ["ND-T356", "ND-T356"], "\(soon.findings.map(\.message))")
        #expect(soon.findings.first?.message.contains("CN=parent.example) expires in 10 days") == true)
        let over = try readPair("expired", now: Self.now)
        #expect(over.context != nil)
        #expect(over.findings.first?.message.contains("has expired") == true, "\(over.findings.map(\.message))")
        let early = try readPair("not-yet-valid", now: Self.now)
        #expect(early.context != nil && early.findings.codes == ["ND-T308"], "\(early.findings.map(\.message))")
    }

    @Test func aWeakKey() throws {
        let files = (Certificates.path("weak.pem"), Certificates.path("weak.key"))
        let refused = try read(certificate: files.0, key: files.1)
        #expect(refused.context == nil && refused.findings.codes == ["ND-T301", "ND-T313"])
        #expect(refused.findings.first?.values["reason"] == "ee key too small")
        let allowed = try read(certificate: files.0, key: files.1, "tls ciphers = DEFAULT@SECLEVEL=1\n")
        #expect(allowed.context != nil)
        #expect(allowed.findings.map(\.condition) == [.certificateKeyWeak], "\(allowed.findings.map(\.message))")
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        let file = fopen(Certificates.path(name), "r")
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }
}

/// The certificate in use through reloads and over the months.
@Suite struct WebEncryptionTests {
    private final class Told: Reporter {
        private let events = Mutex<[Event]>([])
        func report(_ event: Event) { events.withLock { $0.append(event) } }
        /// Codes since the last look.
        func take() -> [String] {
            events.withLock { events in
                defer { events = [] }
                return events.map(\.condition.code)
            }
        }
    }

    private let told = Told()
    private let clock = ManualClock(seconds: 1_795_651_200)

    private func configuration(_ certificate: String, key: String? = nil) throws -> Configuration {
        let key = Certificates.path((key ?? certificate) + ".key")
        return try Scratch().configuration(
            netdata: "[web]\nssl certificate = \(Certificates.path(certificate + ".pem"))\nssl key = \(key)\n"
        )
    }

    @Test func areReplacedByWhatCanBeUsed() throws {
        let encryption = WebEncryption(try configuration("valid"), clock: clock, reporter: told)
        encryption.introduce()
        #expect(told.take() == ["ND-T312"])
        let first = encryption.context
        encryption.reload(try configuration("valid"))
        // The same once more is no news.
        #expect(told.take().isEmpty)
        encryption.reload(try configuration("no-ip"))
        #expect(told.take() == ["ND-T312"])
        #expect(encryption.context?.ownChain.first?.subject == "CN=localhost")
        #expect(first !== encryption.context)
    }

    @Test func stayWhereTheNewOnesCannot() throws {
        let encryption = WebEncryption(try configuration("valid"), clock: clock, reporter: told)
        let first = encryption.context
        encryption.reload(try configuration("valid", key: "other"))
        #expect(told.take() == ["ND-T304", "ND-T311"])
        encryption.reload(try Scratch().configuration())
        #expect(told.take() == ["ND-T311"])
        #expect(first === encryption.context && first != nil)
        // What is said to be none is none.
        encryption.reload(try Scratch().configuration(netdata: "[web]\nssl key =\n"))
        #expect(encryption.context == nil)
    }

    @Test func comeToANodeThatHadNone() throws {
        let encryption = WebEncryption(try Scratch().configuration(), clock: clock, reporter: told)
        encryption.introduce()
        #expect(told.take().isEmpty && encryption.context == nil)
        encryption.reload(try configuration("valid"))
        #expect(told.take() == ["ND-T312"] && encryption.context != nil)
    }

    @Test func growOld() throws {
        let encryption = WebEncryption(try configuration("valid"), clock: clock, reporter: told)
        encryption.look()
        #expect(told.take().isEmpty)
        clock.advance(seconds: 2_208_988_800 - 1_795_651_200 - 86_400)
        encryption.look()
        #expect(told.take() == ["ND-T356", "ND-T356"])
    }

    @Test func portsAreSummedUp() {
        func tls(_ list: String) -> StatusDocument.Node.TLS {
            .init(BindAddress.list(list, defaultPort: "1").addresses)
        }
        #expect(tls("*") == .optional)
        #expect(tls("*:1=dashboard^SSL=optional *:2") == .optional)
        #expect(tls("*:1=streaming^SSL=force unix:/s") == .force)
        #expect(tls("*:1=streaming^SSL=force *:2") == .mixed)
    }
}
