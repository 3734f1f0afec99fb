import Config
import Glibc
import System
import Testing
import Transport

@testable import TLSCheck

/// Two files, no network. The certificates are real ones.
@Suite struct RehearsalTests {
    private static let certificates: String = {
        var template = Array("/tmp/ndstream-certificates-XXXXXX".utf8CString)
        _ = mkdtemp(&template)
        let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let script = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Support"
        let status = system("sh '\(script)/make-certificates.sh' '\(directory)/all'")
        precondition(status == 0, "make-certificates.sh failed: is openssl there?")
        atexit { _ = system("rm -rf '\(RehearsalTests.certificates)'") }
        return directory
    }()

    private func path(_ name: String) -> String { "\(Self.certificates)/all/\(name)" }

    private func report(
        parent: String?,
        child: String?,
        certificate: String? = "valid",
        key: String = "valid"
    ) -> Report {
        let files =
            certificate.map { "\n[web]\n ssl certificate = \(path($0)).pem\n ssl key = \(path(key)).key\n" } ?? ""
        func file(_ kind: Option.File, _ path: String, _ text: String) -> ConfigurationFile {
            ConfigurationFile(kind, path, workingDirectory: "/", content: .bytes(Array(text.utf8)))
        }
        let key = "\n api key = 11111111-2222-3333-4444-555555555555\n enabled = yes\n"
        return Rehearsal(
            parent: parent.map { file(.netdata, "/etc/p/netdata.conf", "[web]\n bind to = \($0)" + files) },
            child: child.map { file(.stream, "/etc/c/my.conf", "[stream]\n \($0)" + key) },
            now: 1_795_356_309,
            exists: Files.exists
        ).report()
    }

    private func ca() -> String { "\n CAfile = \(path("ca.pem"))" }

    private func expect(
        _ report: Report,
        _ row: Int?,
        _ connects: Bool?,
        _ codes: String...,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let place = try #require(report.ports.flatMap(\.places).first, sourceLocation: location)
        #expect(place.row?.number == row, sourceLocation: location)
        #expect(place.connects == connects, sourceLocation: location)
        #expect(report.problems.map(\.code) == codes, sourceLocation: location)
        #expect(report.status(isStrict: false) == (connects == false ? 1 : 0), sourceLocation: location)
    }

    @Test func everyRow() throws {
        let plain = "destination = localhost:19999"
        try expect(report(parent: "*", child: plain, certificate: nil), 1, true)
        try expect(report(parent: "*:19999=streaming^SSL=force", child: plain), 2, false, "ND-T362", "ND-T20")
        try expect(report(parent: "*:19999", child: plain), 3, true)
        try expect(report(parent: "*:19999=streaming^SSL=optional", child: plain), 3, true)
        for mode in ["", "=streaming^SSL=force", "=streaming^SSL=optional"] {
            let parent = "*:19999" + mode
            try expect(report(parent: parent, child: plain + ":SSL" + ca()), 4, true)
            let skipping = plain + ":SSL" + ca() + "\n ssl skip certificate verification = yes"
            try expect(report(parent: parent, child: skipping), 5, true, "ND-T329")
        }
        try expect(report(parent: "*", child: plain + ":SSL", certificate: nil), nil, false, "ND-T361")
    }

    @Test(arguments: [
        ("self-signed", "self-signed", "ND-T18"), ("expired", "expired", "ND-T10"),
        ("not-yet-valid", "not-yet-valid", "ND-T9"), ("missing-intermediate", "valid", "ND-T20"),
        ("wrong-ca", "wrong-ca", "ND-T20"),
    ]) func everyCertificateThatDoesNotHold(_ certificate: String, _ key: String, _ code: String) throws {
        let child = "destination = localhost:19999:SSL" + ca()
        try expect(report(parent: "*", child: child, certificate: certificate, key: key), 4, false, code)
    }

    @Test func names() throws {
        func child(_ host: String, _ check: String) -> String {
            "destination = \(host):19999:SSL\(ca())\n ssl verify hostname = \(check)"
        }
        func expect(_ host: String, _ certificate: String, _ check: String, _ connects: Bool, _ code: String) throws {
            let report = report(parent: "*", child: child(host, check), certificate: certificate, key: certificate)
            try self.expect(report, 4, connects, code)
        }
        try expect("localhost", "wrong-name", "yes", false, "ND-T62")
        try expect("localhost", "wrong-name", "auto", true, "ND-T334")
        try expect("127.0.0.1", "no-ip", "yes", false, "ND-T64")
        try expect("127.0.0.1", "no-ip", "no", true, "ND-T334")
    }

    @Test func filesThatAreNoPair() throws {
        let report = report(parent: "*", child: "destination = localhost:19999:SSL", key: "other")
        try expect(report, nil, false, "ND-T304", "ND-T361")
        #expect(report.problems[0].evidence.contains { $0.hasSuffix("/etc/p/netdata.conf:5") })
    }

    @Test func linesThatDecideAreNamed() throws {
        let report = report(parent: "*:19999", child: "destination = localhost:19999:SSL" + ca())
        #expect(report.ports[0].origin == "/etc/p/netdata.conf:2")
        let sources = report.ports[0].places[0].sources
        #expect(sources.map(\.place) == ["/etc/c/my.conf:2", "/etc/c/my.conf:3"])
    }

    @Test func everyPortAndWhereDestinationsLead() throws {
        let child = "destination = localhost:1:SSL localhost:2 localhost:3" + ca()
        let report = report(parent: "*:1 *:2=streaming^SSL=force *:4=dashboard", child: child)
        #expect(report.ports.map { $0.places.map { $0.row?.number } } == [[4], [2], []])
        #expect(report.problems.map(\.code) == ["ND-T362", "ND-T367"])
    }

    @Test func oneFileAlone() throws {
        let alone = report(parent: nil, child: "destination = localhost:1:SSL localhost:2")
        #expect(alone.ports[0].places.map { $0.row?.number } == [4, nil])
        #expect(alone.status(isStrict: true) == 0)
        let parent = report(parent: "*:1", child: nil)
        #expect(parent.ports[0].verdicts.map(\.mark) == [.none, .none, .ok, .ok, .ok])
        #expect(parent.status(isStrict: false) == 0)
    }

    @Test func whatCannotBeReadEndsWithItsOwnCode() {
        let missing = ConfigurationFile(.netdata, "/nowhere", workingDirectory: "/", content: .unreadable(reason: "no"))
        let report = Rehearsal(parent: missing, child: nil, now: 0, exists: { _ in false }).report()
        #expect(report.status(isStrict: false) == 78)
    }

    @Test func aChildThatStreamsNowhere() {
        let file = ConfigurationFile(
            .stream,
            "s.conf",
            workingDirectory: "/",
            content: .bytes(Array("[stream]\n".utf8))
        )
        let report = Rehearsal(parent: nil, child: file, now: 0, exists: { _ in false }).report()
        #expect(report.problems.map(\.code) == ["ND-T368"])
        #expect(report.status(isStrict: false) == 1)
    }
}
