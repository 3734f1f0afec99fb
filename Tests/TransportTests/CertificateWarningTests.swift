import Diagnostics
import System
import TestCertificates
import Testing

@testable import Transport

struct CertificateWarningTests {
    private static let now = TLSDiagnosisTests.now
    private static let day: Int64 = 86_400

    private func certificate(
        until: Int64 = now + 300 * day,
        names: [String] = ["parent.example"],
        key: (String, Int) = ("EC", 256),
        signature: String = "ecdsa-with-SHA256",
        issuer: String = "CN=Example CA"
    ) -> Certificate {
        Certificate(
            subject: "CN=parent.example",
            issuer: issuer,
            notBefore: Self.now - 100 * Self.day,
            notAfter: until,
            dnsNames: names,
            keyType: key.0,
            keyBits: key.1,
            signature: signature
        )
    }

    private func kinds(_ certificates: Certificate...) -> [CertificateWarning.Kind] {
        CertificateWarning.all(of: certificates, now: Self.now).map(\.kind)
    }

    @Test func isSilentOfGoodOnes() throws {
        let chain = Certificate.list(pem: try Files.read(Certificates.path("valid.pem"), limit: 1 << 16))
        #expect(chain.count == 2)
        #expect(CertificateWarning.all(of: chain, now: Self.now).isEmpty)
        #expect(kinds(certificate(until: Self.now + 9000 * Self.day)) == [])
        #expect(kinds(certificate(key: ("ED25519", 253), signature: "ED25519")) == [])
    }

    @Test func countsDays() {
        #expect(kinds(certificate(until: Self.now + 30 * Self.day)) == [])
        #expect(kinds(certificate(until: Self.now + 30 * Self.day - 1)) == [.expires(days: 29)])
        #expect(kinds(certificate(until: Self.now + 1)) == [.expires(days: 0)])
        #expect(kinds(certificate(until: Self.now - 1)) == [.expires(days: -1)])
        // Of those above it too.
        let warnings = CertificateWarning.all(
            of: [certificate(), certificate(until: Self.now + 5 * Self.day)],
            now: Self.now
        )
        #expect(warnings.map(\.depth) == [1])
    }

    @Test func findsWhatIsWeak() throws {
        #expect(kinds(certificate(signature: "RSA-SHA1")) == [.weakSignature])
        #expect(kinds(certificate(signature: "RSA-MD5")) == [.weakSignature])
        #expect(kinds(certificate(signature: "ecdsa-with-SHA1")) == [.weakSignature])
        #expect(kinds(certificate(key: ("RSA", 2048), signature: "RSA-SHA256")) == [])
        #expect(kinds(certificate(key: ("RSA", 2047), signature: "RSA-SHA256")) == [.weakKey])
        #expect(kinds(certificate(key: ("EC", 224))) == [])
        #expect(kinds(certificate(key: ("EC", 192))) == [.weakKey])
        let root = certificate(signature: "RSA-SHA1", issuer: "CN=parent.example")
        #expect(kinds(certificate(), root) == [])
        #expect(kinds(root) == [.weakSignature])
        let weak = Certificate.list(pem: try Files.read(Certificates.path("weak.pem"), limit: 1 << 16))
        #expect(CertificateWarning.all(of: weak, now: Self.now).map(\.kind) == [.weakKey])
    }

    @Test func looksAtNames() throws {
        let nameless = Certificate.list(pem: try Files.read(Certificates.path("nameless.pem"), limit: 1 << 16))
        #expect(CertificateWarning.all(of: nameless, now: Self.now).map(\.kind) == [.nameless])
        let notes = [VerifyFailure(number: 62)]
        let warnings = CertificateWarning.all(of: [certificate()], notes: notes, dialled: "mon-1", now: Self.now)
        #expect(warnings.map(\.kind) == [.nameDiffers(dialled: "mon-1")])
    }

    @Test func isToldInWords() {
        func told(_ kind: CertificateWarning.Kind, _ certificate: Certificate) -> String {
            let warning = CertificateWarning(kind: kind, depth: 0, certificate: certificate)
            let diagnosis = TLSDiagnosis(warning, of: "mon-1:19999:SSL", now: Self.now)
            #expect(diagnosis.condition.severity == .warning)
            #expect(!diagnosis.fixes.isEmpty && !diagnosis.evidence.isEmpty)
            return diagnosis.condition.render(diagnosis.values)
        }
        let whose = "The certificate of mon-1:19999:SSL (CN=parent.example) "
        #expect(
            told(.expires(days: 12), certificate(until: Self.now + 12 * Self.day))
                == whose + "expires in 12 days, at 2026-12-08 12:00:00Z."
        )
        #expect(
            told(.expires(days: -1), certificate(until: Self.now - 60)) == whose
                + "has expired, at 2026-11-26 11:59:00Z."
        )
        #expect(told(.weakSignature, certificate(signature: "RSA-SHA1")) == whose + "is signed with RSA-SHA1.")
        #expect(told(.weakKey, certificate(key: ("RSA", 1024))) == whose + "has a key of RSA with 1024 bits.")
        #expect(told(.nameless, certificate(names: [])) == whose + "has no subjectAltName.")
        #expect(
            told(.nameDiffers(dialled: "mon-1"), certificate())
                == "STREAM {host} [send to mon-1:19999:SSL]: the parent's certificate is not for 'mon-1' but for "
                + "'parent.example': let pass, as Netdata does"
        )
    }
}
