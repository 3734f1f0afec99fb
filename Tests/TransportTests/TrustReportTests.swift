import Glibc
import System
import TestCertificates
import Testing

@testable import Transport

/// Where authorities are looked for, in real directories.
struct TrustReportTests {
    private static let nothing = SystemTrust(file: "/nonexistent/cert.pem", directories: ["/nonexistent/certs"])

    private func report(
        file: String? = nil,
        directory: String? = nil,
        system: SystemTrust = Self.nothing
    ) -> TrustReport {
        TrustReport(TLSTrust(file: file, directory: directory), system: system)
    }

    private func lines(_ report: TrustReport) -> [String] { report.sources.map(\.description) }

    @Test func countsWhatIsThere() {
        let file = Certificates.path("valid.pem")
        let hashed = Certificates.path("hashed")
        let report = report(file: file, directory: hashed + "/")
        #expect(lines(report) == ["CAfile \(file): 2 certificates", "CApath \(hashed): 1 certificate"])
        #expect(!report.usesSystem)
        #expect(report.certificates(called: "CN=Example Intermediate CA").map(\.issuer) == ["CN=Example Root CA"])
        #expect(report.certificates(called: "CN=Example Root CA").isEmpty)
    }

    /// A bundle is counted by its lines.
    @Test func countsABundle() throws {
        let directory = try temporaryDirectory()
        defer { _ = system("rm -rf '\(directory)'") }
        let one = try Files.read(Certificates.path("valid.pem"), limit: 1 << 16)
        let bundle = directory + "/bundle.pem"
        try Files.write((0..<40).flatMap { _ in one }, to: bundle)
        let report = report(file: bundle)
        #expect(lines(report) == ["CAfile \(bundle): 80 certificates"])
        #expect(report.certificates(called: "CN=parent.example").count == 40)
    }

    /// As the library does: where neither is there, the system's count; one that is there is enough.
    @Test func namesWhatIsMissing() {
        let hashed = Certificates.path("hashed")
        let system = SystemTrust(file: "/nonexistent/cert.pem", directories: [hashed])
        #expect(
            lines(report(file: "/nonexistent/ca.pem", directory: hashed, system: system)) == [
                "CAfile /nonexistent/ca.pem: does not exist", "CApath \(hashed): 1 certificate",
            ]
        )
        #expect(
            lines(report(file: "/nonexistent/ca.pem", system: system)) == [
                "CAfile /nonexistent/ca.pem: does not exist", "the system's directory \(hashed): 1 certificate",
            ]
        )
        #expect(
            lines(report()) == [
                "the system's file /nonexistent/cert.pem: does not exist",
                "the system's directory /nonexistent/certs: does not exist",
            ]
        )
    }

    @Test func knowsFilesThatAreNone() throws {
        let directory = try temporaryDirectory()
        defer { _ = system("rm -rf '\(directory)'") }
        try Files.write(Array("no certificate\n".utf8), to: "\(directory)/note.txt")
        #expect(lines(report(file: "\(directory)/note.txt")) == ["CAfile \(directory)/note.txt: no certificate"])
        #expect(lines(report(file: directory)) == ["CAfile \(directory): cannot be read: Is a directory"])
        #expect(lines(report(directory: directory)) == ["CApath \(directory): no certificate"])
    }

    /// What update-ca-certificates leaves, and what has been put beside it since.
    @Test func findsFilesWithoutHashedNames() throws {
        let directory = try temporaryDirectory()
        defer { _ = system("rm -rf '\(directory)'") }
        let ca = Certificates.path("ca.pem")
        #expect(system("cp '\(ca)' '\(directory)/mine.pem'") == 0)
        var found = report(directory: directory)
        #expect(lines(found) == ["CApath \(directory): 1 certificate, but none with a hashed name"])
        #expect(found.unhashed.map(\.path) == ["\(directory)/mine.pem"])
        #expect(system("openssl rehash '\(directory)'") == 0)
        #expect(lines(report(directory: directory)) == ["CApath \(directory): 1 certificate"])
        #expect(system("cp '\(Certificates.path("other-ca.pem"))' '\(directory)/other.crt'") == 0)
        found = report(directory: directory)
        #expect(lines(found) == ["CApath \(directory): 1 certificate, and other.crt without a hashed name"])
        #expect(system("ln -s /nonexistent/gone.pem '\(directory)/0badc0de.0'") == 0)
        found = report(directory: directory)
        #expect(found.sources.first?.unreadableFiles == 1)
    }

    @Test func followsLinks() throws {
        let directory = try temporaryDirectory()
        defer { _ = system("rm -rf '\(directory)'") }
        #expect(system("ln -s '\(Certificates.path("hashed"))' '\(directory)/certs'") == 0)
        let real = try #require(report(directory: "\(directory)/certs").sources.first?.realPath)
        #expect(real.hasSuffix("/hashed"))
    }

    /// The name under which a directory is asked for an issuer is the one that `openssl rehash` gives.
    @Test func hashesAsTheDirectoryDoes() throws {
        let expired = try #require(
            Certificate.list(pem: try Files.read(Certificates.path("expired.pem"), limit: 1 << 16)).first
        )
        #expect(Files.exists(Certificates.path("hashed/\(expired.issuerHash).0")))
    }

    @Test func knowsTheSystemsPlaces() {
        let current = SystemTrust.current()
        #expect(!current.file.isEmpty)
        #expect(!current.directories.isEmpty)
    }

    private func temporaryDirectory() throws -> String {
        var template = Array("/tmp/ndstream-trust-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
}
