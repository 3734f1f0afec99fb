import Config
import Diagnostics
import Glibc
import Health
import Store
import System
import Testing

@Suite struct HealthCheckTests {
    private let host = KnownHost(
        hostname: "web",
        charts: [
            SeriesDefinition(
                chart: ChartDefinition(id: "disk./", name: "disk.root", family: "/", context: "disk.space"),
                dimensions: [DimensionDefinition(id: "avail"), DimensionDefinition(id: "u-1", name: "used now")]
            ),
            SeriesDefinition(
                chart: ChartDefinition(id: "disk.in", name: "disk.in", family: "/", context: "disk.inodes"),
                dimensions: [DimensionDefinition(id: "free_inodes")]
            ),
            SeriesDefinition(
                chart: ChartDefinition(id: "sys.up", name: "sys.up", family: "up", context: "sys.up"),
                dimensions: [DimensionDefinition(id: "uptime")]
            ),
        ]
    )

    /// `LINE CODE` of what is found in a user's file.
    private func found(_ text: String, stock: String? = nil, hosts: [KnownHost]? = nil) throws -> [Finding] {
        var template = Array("/tmp/nd-health-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
        try #require(mkdtemp(&template) != nil)
        let root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["/u/x.conf", "/s/y.conf"] { unlink(root + name) }
            for name in ["/u", "/s", ""] { rmdir(root + name) }
        }
        try Files.makeDirectories(root + "/u")
        try Files.write(Array(text.utf8), to: root + "/u/x.conf")
        if let stock {
            try Files.makeDirectories(root + "/s")
            try Files.write(Array(stock.utf8), to: root + "/s/y.conf")
        }
        let catalog = HealthCatalog(user: root + "/u", stock: root + "/s")
        #expect(catalog.findings.isEmpty, "\(catalog.findings.map(\.message))")
        return HealthCheck(catalog, hosts: hosts ?? [host]).findings
    }

    private func short(_ findings: [Finding]) -> [String] {
        findings.map { "\($0.line.map(String.init) ?? "-") \($0.condition.code)" }
    }

    private func template(_ rest: String, on: String = "disk.space") -> String {
        "template: a\non: \(on)\nevery: 10s\n\(rest)\n"
    }

    @Test func expressionsThatCannotHold() throws {
        let findings = try found(template("warn: $this > 10 && $this < 5\ncrit: (5 > 3) ? (10) : (20)"))
        #expect(short(findings) == ["4 ND-A20", "5 ND-A21"])
        #expect(findings[0].advice?.contains("(${this} > 10") == true, "it says how it was understood")
        #expect(findings[1].severity == .info)
    }

    @Test(arguments: [
        "$avail", "${u-1}", "${used now}", "${used now_raw}", "$disk.space.avail", "$disk.inodes.free_inodes",
        "$avail_last_collected_t",
        "$last_collected_t", "$update_every", "$green", "$this", "$now", "$WARNING", "$free_inodes",
        "$disk.in.free_inodes",
        "$sys.up.uptime", "${disk./.avail}", "$disk.root.avail_raw", "$active_processors", "$a", "$other",
    ])
    func variablesThatAreThere(_ variable: String) throws {
        let other = "template: other\non: disk.space\nevery: 10s\ncalc: 1\n"
        #expect(short(try found(template("calc: \(variable) + 1\nwarn: $this > 1") + other)) == [])
    }

    @Test(arguments: [
        ("$avial", "did you mean '$avail'?"), ("$uptime", nil), ("$sys.up.uptim", nil),
        ("$used_new", "did you mean '${used now}'?"),
        ("$nosuch", nil), ("$used_now", "did you mean '${used now}'?"), ("$sys.ap.uptime", nil), ("$THIS", nil),
    ])
    func variablesThatNobodyHas(_ variable: String, _ suggestion: String?) throws {
        let findings = try found(template("calc: \(variable) + \(variable)\nwarn: $avail > 1 && \(variable) > 2"))
        #expect(short(findings) == ["4 ND-A22"])
        if let suggestion { #expect(findings.first?.advice == suggestion) }
        #expect(findings.first?.message.contains(variable) == true)
    }

    @Test func whatMatchesNothing() throws {
        #expect(short(try found(template("warn: $nosuch > 1", on: "disk.spice"))) == ["2 ND-A23"])
        #expect(short(try found(template("families: !/ *\nwarn: 1 < $now"))) == ["2 ND-A23"])
        #expect(short(try found(template("hosts: db\nwarn: $avail"))) == ["2 ND-A23"])
        #expect(short(try found(template("hosts: web\nos: freebsd\nwarn: $avail"))) == [], "nobody knows its system")
        let linux = KnownHost(hostname: "web", os: "linux", labels: [], charts: host.charts)
        #expect(short(try found(template("os: freebsd\nwarn: $avail"), hosts: [linux])) == ["2 ND-A23"])
        #expect(short(try found(template("host labels: a = b\nwarn: $avail"), hosts: [linux])) == ["2 ND-A23"])
        #expect(short(try found(template("os: freebsd\nwarn: $avail"), hosts: [linux, host])) == [])
    }

    @Test func stockFilesAreForEverything() throws {
        let stock = template("warn: $nosuch > 1", on: "no.such") + template("warn: $nosuch > 1")
        let findings = try found("# nothing\n", stock: stock)
        #expect(short(findings) == ["- ND-A24"])
        #expect(findings.first?.message == "1 of 2 stock alarms match no chart of the 1 host known here")
        #expect(short(try found("# nothing\n", stock: template("warn: $avail && $avail > nan"))) == ["4 ND-A20"])
    }

    @Test(arguments: [
        ("of avail", true), ("of nosuch,used*", true), ("of used now", true), ("of avail used", false),
        ("of nosuch", false), ("foreach *", true), ("foreach u-1", true), ("foreach x y", false), ("", true),
    ])
    func dimensionsOfLookups(_ rest: String, _ isThere: Bool) throws {
        let findings = try found("template: a\non: disk.space\nlookup: max -10s \(rest)\n")
        #expect(short(findings) == (isThere ? [] : ["3 ND-A25"]))
    }

    @Test func withoutChartsOneLineSaysSo() throws {
        #expect(short(try found(template("warn: $nosuch > 1"), hosts: [])) == ["- ND-A26"])
        #expect(try found("# nothing\n", hosts: []).isEmpty)
    }

    @Test func conditionsHaveAllTheirParts() {
        let conditions = Catalogue.all.filter { $0.code.hasPrefix("ND-A") }
        #expect(conditions.count >= 25)
        for condition in conditions {
            #expect(!condition.sentence.isEmpty)
            guard condition.severity > .info else { continue }
            #expect(!condition.causes.isEmpty && !condition.fix.isEmpty, "\(condition.code)")
        }
    }
}
