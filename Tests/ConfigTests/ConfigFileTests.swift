import Testing

@testable import Config

private func parse(_ text: String, limits: ConfigLimits = ConfigLimits()) -> ConfigFile {
    ConfigFile(Array(text.utf8), path: "/etc/netdata/stream.conf", limits: limits)
}

private func entries(_ text: String) -> [String] {
    parse(text).entries.map { "\($0.line) [\($0.section)] \($0.name)=\($0.value)" }
}

@Suite struct ConfigFileTests {
    @Test func namesAndValuesAreTrimmedAndSplitAtTheFirstEqualsSign() {
        #expect(entries("[a]\n\t api key \t=  x = y # z \n") == ["2 [a] api key=x = y # z"])
    }

    @Test func commentsAndBlankLinesAreNothing() {
        let file = parse("# [a]\n\n   # b = c\n\t\n[d]\n  #e = f\n")
        #expect(file.entries.isEmpty)
        #expect(file.findings.isEmpty)
        #expect(file.headers == [ConfigFile.Header(section: "d", line: 5)])
    }

    @Test func sectionsAndNamesMayRepeatAndNothingIsLost() {
        #expect(entries("[a]\nb=1\n[c]\nb=2\n[a]\nb=3\nb=") == ["2 [a] b=1", "4 [c] b=2", "6 [a] b=3", "7 [a] b="])
    }

    @Test(arguments: ["[a]\nb = c\n", "[a]\nb = c", "[a]\r\nb = c\r\n", "\u{feff}[a]\nb = c\n", "\t[ a ]\n  b=c  "])
    func lineEndsMarksAndBlanksDoNotMatter(_ text: String) {
        #expect(entries(text) == ["2 [a] b=c"])
        #expect(parse(text).findings.isEmpty)
    }

    @Test func linesOutsideASectionSayTheOriginalsWords() {
        let file = parse("hostname = x\n[a]\n")
        #expect(file.findings.map(\.short) == ["ND-K1:1"])
        #expect(
            file.findings[0].message == "CONFIG: ignoring line 1 ('hostname = x') of file "
                + "'/etc/netdata/stream.conf', it is outside all sections."
        )
    }

    @Test func linesWithoutAnEqualsSignSayTheOriginalsWords() {
        let file = parse("[a]\nenabled yes")
        #expect(
            file.findings.map(\.message) == [
                "CONFIG: ignoring line 2 ('enabled yes') of file '/etc/netdata/stream.conf', there is no = in it."
            ]
        )
    }

    @Test func anUnclosedSectionIsTakenForWhatItMeans() {
        let file = parse("[a]\nx=1\n[b\ny=2")
        #expect(file.findings.map(\.short) == ["ND-K3:3"])
        #expect(file.entries.map(\.section) == ["a", "b"])
        #expect(parse("[").headers.map(\.section) == [""])
        #expect(parse("[]").headers.map(\.section) == [""])
    }

    @Test func anOptionInTheLineOfItsSectionIsRead() {
        let file = parse("[stream] destination = host:port:SSL\n[a] # note\n[b] c")
        #expect(file.entries.map(\.value) == ["host:port:SSL"])
        #expect(file.findings.map(\.short) == ["ND-K4:1", "ND-K4:2", "ND-K4:3"])
        #expect(file.headers.map(\.section) == ["stream", "a", "b"])
    }

    @Test func aBracketMayBePartOfASectionsName() {
        #expect(parse("[plugin:x:[0]]").headers.map(\.section) == ["plugin:x:[0]"])
    }

    @Test func zeroBytesAndOtherEncodingsHaveTheirLine() {
        let file = ConfigFile(
            Array("[a]\nb=1\n".utf8) + [0x63, 0x3d, 0, 0x0a] + [0x64, 0x3d, 0xe4, 0x0a],
            path: "f"
        )
        #expect(file.findings.map(\.short) == ["ND-K6:3", "ND-K7:4"])
        #expect(file.entries.map(\.value) == ["1", "\u{fffd}"])
        #expect(parse("[a]\nb=\u{fffd}").findings.isEmpty)
    }

    @Test func aNameIsNeeded() {
        #expect(parse("[a]\n = 5").findings.map(\.short) == ["ND-K5:2"])
    }

    @Test func aFileMayBeAsLargeAsItsLimit() {
        var limits = ConfigLimits()
        let text = "[a]\nb=1\nc=2\n"
        limits.fileBytes = text.utf8.count
        #expect(parse(text, limits: limits).findings.isEmpty)
        limits.fileBytes -= 2
        let cut = parse(text, limits: limits)
        #expect(cut.findings.map(\.short) == ["ND-K8:3"])
        #expect(cut.entries.map(\.name) == ["b"], "a line that was cut is no line")
    }

    @Test func findingsAreCountedBeyondTheirLimit() {
        var limits = ConfigLimits()
        limits.findingsPerFile = 3
        #expect(parse("[a]\nx\nx\nx", limits: limits).findings.count == 3)
        let more = parse("[a]\nx\nx\nx\nx\nx", limits: limits).findings
        #expect(more.map(\.short) == ["ND-K2:2", "ND-K2:3", "ND-K2:4", "ND-K9:6"])
        #expect(more[3].message == "2 more findings in this file are not shown")
        let errors = ConfigFile(Array("[a]\nx\nx\nx\nx\n\0\n".utf8), path: "f", limits: limits).findings
        #expect(errors.contains { $0.short == "ND-K6:6" }, "no error is crowded out by warnings")
    }

    @Test func aFileOfWrongNamesAndKeysIsReadInTime() {
        var stream = ""
        for index in 0..<3_000 {
            let digits = String(index, radix: 16)
            let guid = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
            stream += "[\(guid)]\nenabled = maybe\nhistry = 5\n"
        }
        let configuration = load(netdata: "[db]\n" + (0..<3_000).map { "x\($0) = 1\n" }.joined(), stream: stream)
        #expect(configuration.peers.count == 3_000)
        #expect(configuration.findings.count < 1000)
    }

    @Test func aLongLineIsQuotedByItsBeginning() {
        let file = parse("[a]\n" + String(repeating: "x", count: 1_000_000))
        #expect(file.findings[0].message.count < 250)
    }

    @Test func whatAFileHoldsCannotReachTheTerminal() {
        #expect(parse("[a]\n\u{1b}[2J").findings[0].message.contains("\\x1b[2J"))
    }

    @Test func anyCutOfAFileIsReadWithoutHarm() throws {
        for name in ["wrong.netdata.conf", "wrong.stream.conf"] {
            let bytes = Array(try fixture(name).utf8)
            for end in 0...bytes.count {
                let file = ConfigFile(Array(bytes[..<end]), path: name)
                #expect(file.entries.allSatisfy { !$0.name.isEmpty && $0.line > 0 })
            }
        }
    }

    @Test func rubbishIsReadInTime() {
        let line = Array("x = y [ ] \u{0} =\n".utf8)
        var bytes: [UInt8] = []
        while bytes.count < 1 << 20 { bytes += line }
        let file = ConfigFile(bytes, path: "f")
        #expect(file.findings.count <= 2 * ConfigLimits().findingsPerFile + 1)
    }
}
