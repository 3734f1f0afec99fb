import Basics
import Diagnostics
import Testing

@testable import Config

@Suite struct ReportsTests {
    @Test func everythingWrongIsToldWithItsLine() throws {
        let report = try load(
            netdata: fixture("wrong.netdata.conf"),
            stream: fixture("wrong.stream.conf"),
            environment: ["NDSTREAM_DB_MODES": "ram"]
        ).checkReport()
        #expect(report.exitCode == 78)
        try expectGolden(report.text, "wrong.check.txt")
    }

    @Test func theDocumentsExamplesAreNoMistakes() throws {
        let configuration = try load(netdata: fixture("document.netdata.conf"), stream: fixture("document.stream.conf"))
        try expectGolden(configuration.checkReport().text, "document.check.txt")
        #expect(configuration.checkReport().exitCode == 0)
        let settings = configuration.effective(
            key: GUID("11111111-2222-3333-4444-555555555555")!,
            machine: GUID(machine)!
        )
        #expect(settings.mode == .ram, "the document's own spelling")
        #expect(settings.health == .auto)
    }

    @Test func filesOfSeveralReleasesLoad() throws {
        let configuration = try load(
            netdata: fixture("mixed-generations.netdata.conf"),
            stream: fixture("mixed-generations.stream.conf")
        )
        #expect(configuration.problems.isEmpty)
        #expect(configuration.database.mode == .ram)
        #expect(configuration.database.futureLimitSeconds == 0)
        #expect(configuration.stream.bufferSizeBytes == 104_857_600)
        #expect(configuration.stream.reconnectDelaySeconds == 1)
        #expect(configuration.stream.initialClockResyncIterations == 0)
        try expectGolden(configuration.checkReport().text, "mixed-generations.check.txt")
    }

    /// What 1.37.1 prints of itself, with every option uncommented.
    @Test func theOriginalsOwnFileHasNothingToCorrect() throws {
        let lines = try fixture("netdata-1.37.netdata.conf").split(separator: "\n").map { line in
            line.hasPrefix("\t# ") && line.contains(" = ") && !line.contains("not used")
                ? "\t" + line.dropFirst(3) : String(line)
        }
        let configuration = load(netdata: lines.joined(separator: "\n"))
        #expect(configuration.problems.isEmpty)
    }

    @Test func aCleanConfigurationIsACleanReport() {
        let report = load(netdata: "[db]\nmode = ram", stream: "[stream]\nenabled = no").checkReport()
        #expect(report.text == "checked /etc/ndstream/netdata.conf, /etc/ndstream/stream.conf: nothing to correct\n")
        #expect(report.exitCode == 0)
    }

    @Test func theWorstFindingDecidesTheExitCode() {
        #expect(CheckReport([], files: []).exitCode == 0)
        #expect(CheckReport([], files: []).text == "checked no file: nothing to correct\n")
        #expect(load(netdata: "[global]\nhistory = 5", stream: "").checkReport().exitCode == 0)
        #expect(load(netdata: "[db]\nx = 5").checkReport().exitCode == 1)
        #expect(load(netdata: "[db\n").checkReport().exitCode == 78)
    }

    @Test func everyEffectiveValueIsPrintedWithItsOrigin() throws {
        var overrides = Overrides()
        overrides.hostname = "db01"
        let configuration = load(
            netdata: "[global]\nhistory = 2h\n[plugin:proc]\nx = y\n[plugins]\napps = no\n[host labels]\nrack = 7",
            stream: """
                [stream]
                enabled = Yes
                destination = parent:20000:SSL
                api key = \(key)
                [\(otherKey)]
                enabled = yes
                default memory = ram
                [\(machine)]
                type = machine
                health enabled = auto
                """,
            role: .agent,
            environment: ["NDSTREAM_DB_MODE": "alloc"],
            overrides: overrides
        )
        try expectGolden(configuration.printed, "printed.conf")
    }

    @Test func whatIsPrintedMeansTheSame() throws {
        for name in ["wrong", "mixed-generations", "document"] {
            let first = try load(netdata: fixture("\(name).netdata.conf"), stream: fixture("\(name).stream.conf"))
            let again = load(netdata: first.printed(.netdata), stream: first.printed(.stream))
            for (now, before) in zip(values(again.printed), values(first.printed)) { #expect(now == before) }
            #expect(values(again.printed).count == values(first.printed).count)
        }
    }

    private func values(_ printed: String) -> [Substring] {
        printed.split(separator: "\n").filter { !$0.hasPrefix("    #") }
    }
}
