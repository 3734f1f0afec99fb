import Config
import Glibc
import System
import Testing

@testable import TLSCheck

/// What a person and what a program is told, in every situation. With `NDSTREAM_RECORD=1` in the environment the files of
/// Tests/Fixtures/TLSCheck are written instead: look at what changed before it is committed.
@Suite struct JudgementTests {
    private func expectGolden(_ text: String, _ name: String) throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "\(root)/Fixtures/TLSCheck/\(name)"
        if getenv("NDSTREAM_RECORD") != nil {
            try Files.write(Array(text.utf8), to: path)
            return
        }
        #expect(text == String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self), "\(name) differs")
    }

    @Test(arguments: Situation.all.map(\.name)) func everyForm(_ name: String) throws {
        let situation = try #require(Situation.all.first { $0.name == name })
        let report = situation.report
        try expectGolden(report.table(Style(), isStrict: situation.isStrict), "\(name).txt")
        try expectGolden(report.short(Style()), "\(name).short.txt")
        try expectGolden(report.json(isStrict: situation.isStrict), "\(name).json")
        try expectGolden(report.junit(), "\(name).xml")
    }

    @Test(arguments: Situation.all.map(\.name)) func theTableFitsIntoEightyColumns(_ name: String) throws {
        let report = try #require(Situation.all.first { $0.name == name }).report
        for line in report.table(Style()).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        // Neither colours nor anything but ASCII where they were not wanted.
        let plain = report.table(Style(unicode: false))
        #expect(plain.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 10 })
        #expect(report.table(Style(isColored: true)).contains("\u{1b}["))
    }

    /// Row, whether it connects, the exit code, and the codes of the problems.
    @Test(
        arguments: [
            ("plain-parent", 1, true, 0, []), ("ssl-to-plain-parent", 0, false, 1, ["ND-T340"]),
            ("valid", 4, true, 0, []), ("issuer-and-name", 4, false, 1, ["ND-T20", "ND-T330"]),
            ("self-signed", 4, false, 1, ["ND-T18"]), ("name-only-noted", 4, true, 0, ["ND-T334"]),
            ("skipped-and-ending", 5, true, 2, ["ND-T329", "ND-T20", "ND-T356", "ND-T358"]),
            ("force-and-plain", 2, false, 1, ["ND-T362"]), ("mode-unknown", 0, nil, 1, ["ND-T365"]),
            ("netdata-1.37-defect", 3, false, 1, ["ND-T360"]), ("key-refused", 4, false, 1, ["ND-C12"]),
            ("web-server", 4, false, 1, ["ND-T363"]), ("ssh", 0, false, 1, ["ND-T342"]),
            ("silent", 0, false, 1, ["ND-T364"]),
            ("closed-port", 0, false, 69, ["ND-C78"]), ("unknown-host", 0, false, 68, ["ND-C85"]),
            ("alert", 4, false, 1, ["ND-T516"]),
        ] as [(String, Int, Bool?, Int32, [String])]
    )
    func whatFollows(_ name: String, _ row: Int, _ connects: Bool?, _ status: Int32, _ codes: [String]) throws {
        let situation = try #require(Situation.all.first { $0.name == name })
        let report = situation.report
        let place = try #require(report.ports.first?.places.first)
        #expect(place.row?.number ?? 0 == row)
        #expect(place.connects == connects)
        #expect(report.status(isStrict: situation.isStrict) == status)
        #expect(report.problems.map(\.code) == codes)
        #expect(report.ports[0].verdicts.map(\.row.number) == [1, 2, 3, 4, 5])
    }

    /// Nobody is told first to stop verifying.
    @Test func theLastResortStandsLast() throws {
        for situation in Situation.all {
            for problem in situation.report.problems {
                #expect(!problem.fixes.contains { $0.hasPrefix("last resort") })
                if problem.lastResort != nil { #expect(!problem.fixes.isEmpty) }
            }
        }
    }

    @Test func missingTrustIsTaught() throws {
        let report = try #require(Situation.all.first { $0.name == "self-signed" }).report
        let problem = try #require(report.problems.first)
        #expect(problem.steps.contains("update-ca-certificates"))
        // Once is enough.
        #expect(!problem.fixes.contains { $0.contains("update-ca-certificates") })
        #expect(problem.steps.contains("    CAfile = /etc/ssl/certs/parent_cert.pem"))
    }

    @Test func whatAStrangerSaysStaysText() {
        var offer = Offer(.connected(milliseconds: 1))
        offer.plain = Answer(Array("\u{1b}[2J<&\"\u{0}\n".utf8), isClosed: true)
        let report = Judgement(offer, Child(.init(host: "h", port: "1")), now: 0).report(title: "h:1")
        for text in [report.table(Style()), report.short(Style()), report.json(), report.junit()] {
            #expect(!text.contains("\u{1b}"))
        }
        #expect(report.junit().contains("&lt;&amp;&quot;"))
    }
}
