import Basics
import Diagnostics
import Glibc
import Store
import System
import Testing

@testable import Health

@Suite struct NotificationArgumentsTests {
    private let facts = NotificationFacts(
        registryHostname: "nd-a",
        nodeRegistryHostname: "nd-a",
        userConfigDirectory: "/etc/netdata"
    )

    /// The argument lists that handlers of a real 1.37.1 got.
    private static let golden: [[String]] = {
        let blocks = try! fixture("notify-args.txt").split(separator: "argc=29\n").dropFirst()
        return blocks.map { block in
            block.split(separator: "\n").map { line in
                String(line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)[1])
            }
        }
    }()

    private func raised(_ text: String, _ status: AlarmStatus) -> [NotificationFacts.RaisedAlarm] {
        text.split(separator: ",").map { item in
            let parts = item.split(separator: "=")
            return .init(name: String(parts[0]), status: status, lastStatusChange: Int(parts[1])!)
        }
    }

    private func status(_ name: String) -> AlarmStatus { AlarmStatus.allCases.first { $0.name == name }! }

    @Test func goldenHasBlocks() {
        #expect(Self.golden.count == 9)
        #expect(Self.golden.allSatisfy { $0.count == 29 })
    }

    @Test(arguments: 0..<9) func argumentsAreThoseOfTheOriginal(block: Int) throws {
        let golden = Self.golden[block]
        var entry = alarmEntry()
        entry.recipient = golden[0]
        entry.uniqueID = UInt32(golden[2])!
        entry.alarmID = UInt32(golden[3])!
        entry.eventID = UInt32(golden[4])!
        entry.when = Int(golden[5])!
        entry.name = golden[6]
        entry.chart = golden[7]
        entry.family = golden[8]
        entry.status = status(golden[9])
        entry.oldStatus = status(golden[10])
        entry.value = Double(golden[11])!
        entry.oldValue = Double(golden[12])!
        entry.source = golden[13]
        entry.duration = Int(golden[14])!
        entry.nonClearDuration = Int(golden[15])!
        entry.units = golden[16]
        entry.info = golden[17]
        entry.classification = golden[26] == "Unknown" ? "" : golden[26]
        var facts = NotificationFacts(
            registryHostname: golden[1],
            nodeRegistryHostname: "nd-a",
            expression: golden[20],
            variables: golden[21],
            userConfigDirectory: "/etc/netdata",
            machineGUID: golden[28]
        )
        facts.others = raised(golden[24], .warning) + raised(golden[25], .critical)
        let arguments = try NotificationArguments.all(entry, facts)
        for (index, argument) in arguments.enumerated() {
            #expect(argument == golden[index], "argument \(index + 1)")
        }
        #expect(arguments.count == 29)
    }

    @Test func whatIsMissingHasItsWord() throws {
        var entry = alarmEntry(value: .nan)
        entry.chart = ""
        entry.family = ""
        entry.classification = ""
        let arguments = try NotificationArguments.all(entry, facts)
        #expect(arguments[7...8] == ["NOCHART", "NOFAMILY"])
        #expect(arguments[11] == "nan")
        #expect(arguments[18] == "")  // `-` without its dash
        #expect(arguments[20...21] == ["NOSOURCE", "NOERRMSG"])
        #expect(arguments[22...25] == ["0", "0", "", ""])
        #expect(arguments[26] == "Unknown")
    }

    @Test func numbersAreRoundedAsByC() throws {
        func both(_ value: Double, _ old: Double) throws -> [String] {
            var entry = alarmEntry(value: value)
            entry.oldValue = old
            return Array(try NotificationArguments.all(entry, facts)[11...12])
        }
        #expect(try both(0.5, 1.5) == ["0", "2"])
        #expect(try both(2.5, 99.5001) == ["2", "100"])
        #expect(try both(1e20, .infinity) == ["100000000000000000000", "inf"])
        // Leading dashes are dropped of texts only.
        #expect(try both(-3, -.infinity) == ["-3", "-inf"])
    }

    @Test func fifteenOfBothStatesAreNamedNewestFirst() throws {
        var facts = facts
        facts.others = (0..<20).map {
            .init(name: "a\($0)", status: $0 % 4 == 0 ? .critical : .warning, lastStatusChange: 100 + $0)
        }
        let arguments = try NotificationArguments.all(alarmEntry(), facts)
        #expect(arguments[22...23] == ["15", "5"])
        let warning = arguments[24].split(separator: ",")
        let critical = arguments[25].split(separator: ",")
        #expect(warning.count + critical.count == NotificationArguments.namesAtMost)
        #expect(warning.first == "a19=119" && warning.last == "a5=105")
        #expect(critical == ["a16=116", "a12=112", "a8=108"])
        facts.others = Array(facts.others.suffix(15))
        #expect(try NotificationArguments.all(alarmEntry(), facts)[25].hasSuffix("a8=108"))
    }

    @Test func oneByteTooMuchAndNothingIsSent() throws {
        let atLimit = alarmEntry(info: String(repeating: "x", count: 8191))
        #expect(try NotificationArguments.all(atLimit, facts)[17].utf8.count == 8191)
        let beyond = alarmEntry(info: String(repeating: "x", count: 8192))
        #expect(throws: NotificationArguments.TooLong(number: 18, bytes: 8192)) {
            try NotificationArguments.all(beyond, facts)
        }
        // Dashes that are dropped do not count.
        let dashed = alarmEntry(info: "--" + String(repeating: "x", count: 8191))
        #expect(try NotificationArguments.all(dashed, facts)[17].utf8.count == 8191)
    }

    @Test func textsBecomeInert() throws {
        func info(_ text: String) throws -> String { try NotificationArguments.all(alarmEntry(info: text), facts)[17] }
        #expect(try info("--exec=/bin/x") == "exec=/bin/x")
        #expect(try info("a-b --c") == "a-b --c")
        #expect(try info("--") == "")
        #expect(try info("a\nb\tc\u{0}d\u{1b}[31me\u{7f}f\u{9b}g\u{202e}h") == "a b c d [31me f g h")
        #expect(try info("a\r\nb") == "a  b")
        #expect(try info("\n-x") == " -x")
        #expect(try info("$(id) `id` ;reboot 'q' \"q\" \\ ü€") == "$(id) `id` ;reboot 'q' \"q\" \\ ü€")
        // A dash with an accent is no letter: what is dropped are characters of the encoding.
        #expect(try info("-\u{301}x") == "\u{301}x")
    }

    @Test func editCommandNamesTheFileBelowHealthD() {
        func command(_ source: String) -> String {
            NotificationArguments.editCommand(source: source, userConfigDirectory: "/e", registryHostname: "h")
        }
        #expect(command("7@/usr/lib/netdata/conf.d/health.d/cpu.conf") == "sudo /e/edit-config health.d/cpu.conf=7=h")
        #expect(command("7@/e/health.d/mine/a@b.conf") == "sudo /e/edit-config health.d/mine/a@b.conf=7=h")
        #expect(command("7@/elsewhere/x.conf") == "sudo /e/edit-config health.d/x.conf=7=h")
        #expect(command("7@") == "sudo /e/edit-config health.d/=7=h")
        #expect(command("") == "")
    }
}
