import Basics
import Testing

@testable import Wire

/// The lines a child sends (streaming protocol §7–8).
@Suite struct CommandWriterTests {
    let modern = CommandWriter(Capabilities(rawValue: 10_176))
    let old = CommandWriter([.vn, .hostLabels, .claim, .chartLabels])

    @Test func definitionsAreAsRealChildrenSendThem() throws {
        let recorded = String(decoding: try Captures.stream("06-v133-plain").stream, as: UTF8.self)
        var bytes: [UInt8] = []
        let chart = ChartLine(
            id: "system.uptime",
            name: "system.uptime",
            title: "System Uptime",
            units: "seconds",
            family: "uptime",
            context: "system.uptime",
            type: "line",
            priority: 1000,
            updateEvery: 1,
            plugin: "proc.plugin",
            module: "/proc/uptime"
        )
        old.chart(chart, to: &bytes)
        old.dimension(
            DimensionLine(id: "uptime", name: "uptime", algorithm: "absolute", multiplier: 1, divisor: 1000),
            to: &bytes
        )
        CommandWriter.line(CommandWriter.beginPrefix("system.uptime").span, 0, to: &bytes)
        CommandWriter.line(CommandWriter.setPrefix("uptime").span, 1_197_011, to: &bytes)
        CommandWriter.end(to: &bytes)
        #expect(recorded.contains(String(decoding: bytes, as: UTF8.self)))

        bytes = []
        old.variable(.host, "demo_host_var", 42.5, to: &bytes)
        old.claimedID(machineGUID: "aaaaaaaa-2014-11ee-8000-0000000000aa", claim: nil, to: &bytes)
        #expect(recorded.hasPrefix(String(decoding: bytes, as: UTF8.self)))

        var named = chart
        (named.id, named.name, named.title) = ("demo.one", "demo.nice_name", "A demo chart, one")
        (named.units, named.family, named.context) = ("things/s", "demo fam", "demo.ctx")
        (named.type, named.priority, named.storesFirst) = ("area", 90_000, true)
        (named.plugin, named.module) = ("demo.plugin", "mod1")
        var incremental = DimensionLine(id: "b", name: "B", algorithm: "incremental", multiplier: -1, divisor: 1024)
        incremental.ignoresReset = true
        var hidden = DimensionLine(
            id: "c",
            name: "C",
            algorithm: "percentage-of-absolute-row",
            multiplier: 1,
            divisor: 1
        )
        hidden.isHidden = true
        #expect(
            text {
                modern.chart(named, to: &$0)
                modern.dimension(incremental, to: &$0)
                modern.dimension(hidden, to: &$0)
            } == """
                CHART "demo.one" "nice_name" "A demo chart, one" "things/s" "demo fam" "demo.ctx" "area" 90000 1 "  store_first " "demo.plugin" "mod1"
                DIMENSION "b" "B" "incremental" -1 1024 "  noreset"
                DIMENSION "c" "C" "percentage-of-absolute-row" 1 1 " hidden "

                """
        )
        (named.isObsolete, named.hasDetail, named.storesFirst, named.isHidden) = (true, true, false, true)
        incremental.isObsolete = true
        #expect(text { modern.chart(named, to: &$0) }.contains(" \"obsolete detail  hidden\" "))
        #expect(text { modern.dimension(incremental, to: &$0) }.hasSuffix(" \"obsolete  noreset\"\n"))
    }

    @Test func labels() {
        #expect(
            text {
                modern.chartLabel("_collect_plugin", "proc", source: 536_870_913, to: &$0)
                modern.commitChartLabels(to: &$0)
                modern.label("_os_name", "Debian \"GNU\"", source: 1, to: &$0)
                modern.overwriteLabels(to: &$0)
                modern.claimedID(machineGUID: "m", claim: "c", to: &$0)
            } == """
                CLABEL "_collect_plugin" "proc" 536870913
                CLABEL_COMMIT
                LABEL "_os_name" = 1 "Debian 'GNU'"
                OVERWRITE labels
                CLAIMED_ID m c

                """
        )
    }

    /// An unknown command ends the connection.
    @Test func whatThePeerDoesNotKnowIsLeftOut() {
        let oldest = CommandWriter(.v1)
        #expect(
            text {
                oldest.chartLabel("k", "v", source: 1, to: &$0)
                oldest.commitChartLabels(to: &$0)
                oldest.label("k", "v", source: 1, to: &$0)
                oldest.overwriteLabels(to: &$0)
                oldest.claimedID(machineGUID: "m", claim: nil, to: &$0)
            } == ""
        )
        #expect(text { CommandWriter([.v2, .hostLabels]).overwriteLabels(to: &$0) } == "OVERWRITE labels\n")
    }

    @Test(arguments: [0, 1, -1, 9, 10, 12_345_678, 99_999_999, 100_000_000, .max, .min] as [Int64])
    func numbers(value: Int64) {
        let lines = text { bytes in
            "x".withWord { CommandWriter.set($0, value, to: &bytes) }
            "c.x".withWord { CommandWriter.begin($0, value, to: &bytes) }
            CommandWriter.line(CommandWriter.setPrefix("x").span, value, to: &bytes)
        }
        #expect(lines == "SET \"x\" = \(value)\nBEGIN \"c.x\" \(value)\nSET \"x\" = \(value)\n")
        #expect(parse(lines).commands.first == "SET|x|\(value)")
    }

    @Test(arguments: [
        (42.5, "42.5000000"), (0, "0.0000000"), (-1.23456789, "-1.2345679"), (1e300, nil),
        (1e15, "1000000000000000.0000000"),
    ])
    func variables(value: Double, expected: String?) {
        let line = text { modern.variable(.chart, "a b=c", value, to: &$0) }
        if let expected { #expect(line == "VARIABLE CHART a_b_c = \(expected)\n") }
        #expect(line.hasSuffix("\n") && line.utf8.count < 400)
        #expect(text { modern.variable(.chart, "x", .nan, to: &$0) } == "")
        #expect(text { modern.variable(.host, "x", .infinity, to: &$0) } == "")
    }

    /// What is between quotes stays there, whatever it is.
    @Test(arguments: [
        ("say \"x\"", "say 'x'"), ("two\nlines\r\tmore", "two lines  more"), ("C:\\", "C:/"), ("C:\\\\", "C:\\\\"),
        ("\\", "/"),
        ("a\\\"", "a\\'"), ("it's = ok", "it's = ok"), ("", ""), ("nul\0byte", "nul byte"), ("\\\\\\", "\\\\/"),
    ])
    func textsCannotLeaveTheirQuotes(from: String, to: String) {
        let line = text { modern.chartLabel("k", from, source: 1, to: &$0) }
        #expect(parse(line).commands == ["CLABEL|k|\(to)|1"])
        let set = text { bytes in from.withWord { CommandWriter.set($0, 1, to: &bytes) } }
        #expect(parse(set).commands == ["SET|\(to)|1"])
        #expect(set == text { CommandWriter.line(CommandWriter.setPrefix(from).span, 1, to: &$0) })
    }

    /// Parents up to 1.36 bear 1024 bytes, newline and one more included.
    @Test func linesToOldPeersStayShort() {
        func chart(titleCount: Int) -> String {
            text {
                old.chart(
                    ChartLine(
                        id: "a.b",
                        name: "a.b",
                        title: String(repeating: "t", count: titleCount),
                        units: "u",
                        family: "f",
                        context: "c",
                        type: "line",
                        priority: 1,
                        updateEvery: 1,
                        plugin: "p",
                        module: "m"
                    ),
                    to: &$0
                )
            }
        }
        let rest = chart(titleCount: 0).utf8.count
        for count in [1023 - rest, 1024 - rest, 5000] {
            let line = chart(titleCount: count)
            #expect(line.utf8.count == 1023 && line.hasSuffix("\"p\" \"m\"\n"))
        }
        // Never through a character, and the next text when the title is used up.
        let long = String(repeating: "ü", count: 900)
        let line = text {
            old.chart(
                ChartLine(
                    id: "a.b",
                    name: "a.b",
                    title: long,
                    units: "u",
                    family: long,
                    context: "c",
                    type: "line",
                    priority: 1,
                    updateEvery: 1,
                    plugin: "p",
                    module: "m"
                ),
                to: &$0
            )
        }
        #expect(line.utf8.count <= 1023 && line.utf8.count > 1018 && !line.contains("\u{fffd}"))
        #expect(parse(line).commands[0].hasPrefix("CHART|a.b|||u|ü"))
        for line in [
            text { old.label("k", long, source: 1, to: &$0) }, text { old.chartLabel("k", long, source: 1, to: &$0) },
            text {
                old.dimension(
                    DimensionLine(id: "i", name: long, algorithm: "absolute", multiplier: 1, divisor: 1),
                    to: &$0
                )
            },
        ] {
            #expect(line.utf8.count <= 1023 && line.utf8.count > 1020)
        }
        #expect(text { modern.label("k", long, source: 1, to: &$0) }.contains(long))
    }

    private func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension CommandWriter {
    fileprivate static func line(_ prefix: Span<UInt8>, _ number: Int64, to bytes: inout [UInt8]) {
        prefix.withUnsafeBufferPointer { line($0, number, to: &bytes) }
    }
}
