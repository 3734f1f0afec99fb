import Config
import Diagnostics
import Glibc
import Synchronization
import System
import Testing
import Transport

@testable import Health

@Suite struct SilencerTests {
    private func reply(_ silencers: inout Silencers, _ query: String) -> Silencers.Reply {
        silencers.apply(
            query.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                return (String(parts[0]), String(parts[1]))
            }
        )
    }

    private func list(_ all: Bool, _ type: String, _ selectors: String) -> String {
        "{\n\t\"all\": \(all),\n\t\"type\": \"\(type)\",\n\t\"silencers\": [\(selectors)]\n}\n"
    }

    /// One after the other, as 1.37.1 answered them.
    @Test func commandsAreAnsweredAsByTheOriginal() {
        let silence = "Alarm notifications silenced for alarms matching the selectors\n"
        let disable = "Health checks disabled for alarms matching the selectors\n"
        let ineffective = "WARNING: SILENCE or DISABLE command is ineffective without defining any alarm selectors.\n"
        let added = "Alarm selector added\n"
        let idle =
            "WARNING: Added alarm selector to silence/disable alarms without a SILENCE or DISABLE command.\n"
        let reset = "All health checks and notifications are enabled\n"
        var silencers = Silencers()
        for (query, expected) in [
            ("cmd=LIST", list(false, "None", "")),
            ("cmd=SILENCE", silence + ineffective),
            ("cmd=DISABLE", disable + ineffective),
            ("foo=bar", ineffective),
            ("alarm=foo", added),
            ("cmd=LIST", list(false, "DISABLE", "\n\t\t{\n\t\t\t\"alarm\": \"foo\"\n\t\t}\n\t")),
            ("cmd=RESET", reset),
            ("alarm=foo", added + idle),
            ("cmd=SILENCE", silence),
            ("cmd=DISABLE ALL&alarm=bar", "All health checks are disabled\n" + added),
            ("cmd=SILENCE ALL&families=x", "All alarm notifications are silenced\n" + added),
            ("context=a&context=b&chart=c&hosts=h&families=f g&foo=bar", added),
            (
                "cmd=LIST",
                list(
                    true,
                    "SILENCE",
                    "\n\t\t{\n\t\t\t\"chart\": \"c\",\n\t\t\t\"context\": \"b\",\n\t\t\t\"hosts\": \"h\",\n\t\t\t\"families\": "
                        + "\"f g\"\n\t\t},\n\t\t{\n\t\t\t\"families\": \"x\"\n\t\t},\n\t\t{\n\t\t\t\"alarm\": \"bar\"\n\t\t},\n\t\t{"
                        + "\n\t\t\t\"alarm\": \"foo\"\n\t\t}\n\t"
                )
            ),
            ("cmd=RESET&alarm=t_x", reset + added + idle),
            ("cmd=silence", ""),
            ("cmd=DISABLE&cmd=SILENCE", disable + silence),
            ("cmd=SILENCE ALL", "All alarm notifications are silenced\n"),
            ("cmd=SILENCE", silence),
            ("cmd=LIST", list(true, "SILENCE", "\n\t\t{\n\t\t\t\"alarm\": \"t_x\"\n\t\t}\n\t")),
        ] {
            let reply = reply(&silencers, query)
            #expect(reply.text == expected, "\(query)")
            #expect(reply.isList == (query == "cmd=LIST"))
            #expect(reply.status == 200)
        }
    }

    /// The original's list is followed by its warnings, and is no JSON then.
    @Test func aListIsAlwaysJSON() throws {
        var silencers = Silencers()
        _ = reply(&silencers, "cmd=DISABLE")
        let ineffective = reply(&silencers, "cmd=LIST")
        #expect(ineffective.text == list(false, "DISABLE", ""))
        let listed = reply(&silencers, "cmd=LIST&alarm=\"quote\"")
        _ = try Silencers(json: Array(listed.text.utf8))
        _ = try Silencers(json: silencers.json())
        #expect(listed.response.contentType == "application/json; charset=utf-8")
    }

    private let subject = Silencers.Subject(
        name: "cpu",
        chart: "system.cpu",
        chartName: "system.named",
        context: "system.ctx",
        hostname: "web01",
        family: "fam"
    )

    @Test func selectorsMeanWhatMatchesAllTheirPatterns() {
        for (query, isMeant) in [
            ("alarm=cpu", true), ("alarm=c*", true), ("alarm=!cpu *", false), ("alarm=ram", false),
            ("chart=system.cpu", true), ("chart=system.named", true), ("chart=other", false),
            ("context=system.ctx", true), ("hosts=db* web*", true), ("hosts=db*", false), ("families=fam", true),
            ("alarm=cpu&hosts=web01&families=fam&context=*&chart=*", true), ("alarm=cpu&hosts=db", false),
            ("foo=bar", false),
        ] {
            var silencers = Silencers()
            _ = reply(&silencers, "cmd=SILENCE&" + query)
            #expect(silencers.verdict(for: subject) == Silencers.Verdict(isSilenced: isMeant), "\(query)")
            _ = reply(&silencers, "cmd=DISABLE")
            #expect(silencers.verdict(for: subject) == Silencers.Verdict(isDisabled: isMeant), "\(query)")
            _ = reply(&silencers, "cmd=RESET")
            #expect(silencers.verdict(for: subject) == Silencers.Verdict())
        }
    }

    @Test func allAlarmsAreMeantWithoutASelector() {
        var silencers = Silencers()
        _ = reply(&silencers, "cmd=SILENCE ALL")
        #expect(silencers.verdict(for: subject) == Silencers.Verdict(isSilenced: true))
        _ = reply(&silencers, "cmd=DISABLE ALL")
        #expect(silencers.verdict(for: subject) == Silencers.Verdict(isDisabled: true))
        _ = reply(&silencers, "cmd=RESET&alarm=cpu")
        #expect(silencers.verdict(for: subject) == Silencers.Verdict())
    }

    // MARK: Limits

    @Test func thereAreSoManySelectorsAndNoMore() {
        var silencers = Silencers()
        for number in 1...Silencers.selectorLimit { #expect(reply(&silencers, "alarm=a\(number)").status == 200) }
        #expect(silencers.selectors.count == Silencers.selectorLimit)
        let full = silencers
        let refused = reply(&silencers, "cmd=SILENCE&alarm=b")
        #expect(refused.status == 400)
        #expect(refused.text.contains("cmd=RESET"))
        #expect(silencers == full)
        // One that is there takes no place.
        #expect(reply(&silencers, "alarm=a1").status == 200)
    }

    @Test func patternsAreSoLongAndNoLonger() {
        var silencers = Silencers()
        let longest = String(repeating: "x", count: Silencers.patternLimit)
        #expect(reply(&silencers, "alarm=" + longest).status == 200)
        #expect(reply(&silencers, "alarm=" + longest + "x").status == 400)
        #expect(silencers.selectors.count == 1)
    }

    // MARK: JSON

    private func sample() -> Silencers {
        var silencers = Silencers()
        _ = reply(&silencers, "cmd=DISABLE&alarm=t_gauge&context=a\"\\\u{1}\n/é😀")
        _ = reply(&silencers, "cmd=SILENCE ALL&hosts=nd-*&families=f g")
        return silencers
    }

    @Test func whatIsWrittenIsRead() throws {
        #expect(try Silencers(json: sample().json()) == sample())
        #expect(try Silencers(json: Silencers().json()) == Silencers())
    }

    @Test func otherMembersAreReadOver() throws {
        let json =
            " {\"x\": null , \"all\":true,\"n\":-1.5e3,\"type\":\"SILENCE\",\"silencers\":[{\"alarm\":\"\\u00e9\\uD83D\\uDE00\\/\\b\\f\\r\\t\","
            + "\"y\":\"z\"},{},{\"hosts\":\"\"}],\"all\":false}\n"
        let silencers = try Silencers(json: Array(json.utf8))
        #expect(silencers.kind == .silence)
        #expect(!silencers.coversAll)
        #expect(silencers.selectors.map { $0[.alarm] } == ["é😀/\u{8}\u{c}\r\t"])
    }

    @Test(arguments: [
        "", "[]", "{", "{}x", "{\"all\":1}", "{\"type\":\"all\"}", "{\"silencers\":{}}", "{\"silencers\":[[]]}",
        "{\"silencers\":[{\"alarm\":\"h\"\"}]}", "{\"all\":true,}", "{\"x\":{}}", "{\"type\":\"\\x\"}",
        "{\"type\":\"\\u12g4\"}", "{\"x\":\"\u{1}\"}",
    ])
    func whatIsNoListIsRefused(_ json: String) {
        #expect(throws: Silencers.Fault.self) { try Silencers(json: Array(json.utf8)) }
    }

    @Test func aListIsRefusedBeyondItsLimits() throws {
        func json(selectors: Int, pattern: Int) -> [UInt8] {
            let one = (0..<selectors).map {
                "{\"alarm\":\"\($0)\",\"chart\":\"" + String(repeating: "x", count: pattern) + "\"}"
            }
            return Array("{\"silencers\":[\(one.joined(separator: ","))]}".utf8)
        }
        let most = try Silencers(json: json(selectors: Silencers.selectorLimit, pattern: Silencers.patternLimit))
        #expect(most.selectors.count == Silencers.selectorLimit)
        #expect(throws: Silencers.Fault.self) {
            try Silencers(json: json(selectors: Silencers.selectorLimit + 1, pattern: 1))
        }
        #expect(throws: Silencers.Fault.self) {
            try Silencers(json: json(selectors: 1, pattern: Silencers.patternLimit + 1))
        }
        let blanks = [UInt8](repeating: 0x20, count: Silencers.jsonLimit - 2)
        #expect(try Silencers(json: Array("{}".utf8) + blanks) == Silencers())
        #expect(throws: Silencers.Fault.self) { try Silencers(json: Array("{}".utf8) + blanks + [0x20]) }
    }

    /// All that is cut off or changed somewhere is either read or refused, and a part is never read.
    @Test func damageIsFound() {
        let json = sample().json()
        // The line end behind it may be missing.
        for end in 0..<(json.count - 1) {
            #expect(throws: Silencers.Fault.self) { try Silencers(json: Array(json[..<end])) }
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            var damaged = json
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: 0..<json.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if let read = try? Silencers(json: damaged) { #expect((try? Silencers(json: read.json())) == read) }
            _ = try? Silencers(
                json: (0..<40).map { _ in "{}[]\",:\\u0tfalsen ".utf8.randomElement(using: &generator)! }
            )
        }
    }

    // MARK: File and board

    /// Gone with its file after the test.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = "/tmp/silencers-\(UInt64.random(in: 0 ... .max))"
        try #require(mkdir(path, 0o700) == 0)
        defer {
            let file = SilencerFile(path: path + "/health.silencers.json").path
            if unlink(file) != 0 { rmdir(file) }
            rmdir(path)
        }
        try body(path)
    }

    @Test func whatIsKeptIsThereAgain() throws {
        try withDirectory { directory in
            let file = SilencerFile(path: directory + "/health.silencers.json")
            #expect(file.load() == (Silencers(), nil))
            let board = SilencerBoard { (silencers) throws(SystemError) in try file.save(silencers) }
            _ = board.apply([("cmd", "SILENCE"), ("hosts", "nd-*")])
            #expect(file.load() == (board.current, nil))
            #expect(board.current.selectors.count == 1)
        }
    }

    @Test func aDamagedFileCountsForNothing() throws {
        try withDirectory { directory in
            let file = SilencerFile(path: directory + "/health.silencers.json")
            try Files.write(Array("{\"all\": true, \"silencers\": [ {\"hosts\": \"h\"\"} ]}".utf8), to: file.path)
            let (silencers, finding) = file.load()
            #expect(silencers == Silencers())
            #expect(finding?.condition == .silencersDamaged)
            #expect(finding?.message.contains(file.path) == true)
            // It stays until something is changed.
            #expect(try !Files.read(file.path, limit: 100).isEmpty)
        }
    }

    @Test func aFileThatCanNotBeReadCountsForNothing() throws {
        try withDirectory { directory in
            let file = SilencerFile(path: directory + "/health.silencers.json")
            try #require(mkdir(file.path, 0o700) == 0)
            #expect(file.load().silencers == Silencers())
            #expect(file.load().finding?.condition == .silencersUnreadable)
        }
    }

    @Test func changesAreCountedAndKept() {
        let saved = Mutex(0)
        let board = SilencerBoard { (_) throws(SystemError) in saved.withLock { $0 += 1 } }
        for (command, generation) in [("LIST", 0), ("SILENCE ALL", 1), ("SILENCE ALL", 1), ("FOO", 1), ("RESET", 2)] {
            _ = board.apply([("cmd", command)])
            #expect(board.generation == UInt64(generation), "\(command)")
        }
        #expect(saved.withLock { $0 } == 2)
    }

    @Test func whatCanNotBeKeptCountsAllTheSame() {
        let board = SilencerBoard { (_) throws(SystemError) in throw SystemError(operation: "write", number: 28) }
        let reply = board.apply([("cmd", "SILENCE ALL")])
        #expect(reply.text.hasPrefix("All alarm notifications are silenced\nWARNING: "))
        #expect(reply.text.hasSuffix("No space left on device.\n"))
        #expect(board.current.coversAll)
    }
}
