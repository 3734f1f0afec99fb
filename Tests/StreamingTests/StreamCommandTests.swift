import Basics
import Config
import Diagnostics
import NIOCore
import NIOEmbedded
import Status
import Store
import Synchronization
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// What a child may say, and what it must not (streaming protocol §7–9), through the whole receiver.
@Suite struct StreamCommandTests {
    private let from = "STREAM web01 [receive from [10.0.0.4]:51234]: "

    /// The parent puts the chart's own type in front of every name (streaming protocol §8.1).
    @Test(arguments: [
        ("", "app.cpu"), ("fast", "app.fast"), ("app.fast", "app.fast"), ("other.fast", "app.other.fast"),
        ("cpu", "app.cpu"),
        ("app.cpu", "app.cpu"), ("NULL", "app.cpu"), ("(null)", "app.cpu"), ("a b/c", "app.a_b_c"),
    ])
    func customNames(name: String, stored: String) throws {
        let (bench, child) = try session()
        child.send("CHART \"app.cpu\" \"\(name)\" \"t\" \"u\" \"f\" \"c\" \"line\" 5 1 \"   \" \"p\" \"m\"\n")
        #expect(StoredHost(try bench.host()).chart("app.cpu")?.definition.name == stored)
    }

    @Test func aNameThatIsTakenIsNotGivenTwice() throws {
        let (bench, child) = try session()
        child.send("CHART a.one \"same\"\nCHART a.two \"same\"\n")
        #expect(StoredHost(try bench.host()).charts.map(\.definition.name) == ["a.same", "a.two"])
        #expect(bench.reports.texts.last == "RRDSET: chart name 'a.same' on host 'web01' already exists.")
        #expect(child.isOpen)
    }

    @Test func labelsOfAllGenerations() throws {
        let (bench, child) = try session()
        child.send("LABEL \"os\" = 0 Debian GNU/Linux  12 \nLABEL \"arch\" = 536870913 \"x86_64\"\n")
        #expect(StoredHost(try bench.host()).identity.labels == [])
        child.send("OVERWRITE labels\n")
        #expect(
            StoredHost(try bench.host()).identity.labels == [
                Label(key: "os", value: "Debian GNU/Linux 12", source: 0),
                Label(key: "arch", value: "x86_64", source: 1),
            ]
        )
        // The next set takes the place of all.
        child.send("LABEL a = 2 b\nOVERWRITE labels\n")
        #expect(StoredHost(try bench.host()).identity.labels.map(\.key) == ["a"])
        child.send("LABEL a\n")
        #expect(bench.reports.texts.last == "Ignoring malformed or empty LABEL command.")
        #expect(child.isOpen)
    }

    @Test func chartLabels() throws {
        let (bench, child) = try session()
        child.send("CHART a.b\nCLABEL \"k\" \"v w\" 1\nCLABEL \"k2\" \"\" 2\nCLABEL_COMMIT\n")
        let labels = try #require(StoredHost(try bench.host()).chart("a.b")).definition.labels
        #expect(
            labels.filter { !$0.key.hasPrefix("_") }.map { "\($0.key)=\($0.value) \($0.source)" } == [
                "k=v w 1", "k2=[none] 2",
            ]
        )
        child.send("CLABEL x\n")
        #expect(bench.reports.texts.last == "Ignoring malformed or empty CHART LABEL command.")
        child.send("BEGIN a.b\nEND\nCLABEL_COMMIT\n")
        #expect(bench.reports.texts.last == "requested CLABEL_COMMIT on host 'web01', without a BEGIN, ignoring it.")
        #expect(child.isOpen)
    }

    @Test func variables() throws {
        let (bench, child) = try session()
        child.send("VARIABLE HOST h = 42.5000000\nVARIABLE GLOBAL g = 1\nVARIABLE n = 2\n")
        child.send("CHART a.b\nVARIABLE CHART c = 3\nVARIABLE LOCAL l = 4\nVARIABLE o = 5\n")
        let stored = StoredHost(try bench.host())
        #expect(stored.variables == ["h": 42.5, "g": 1, "n": 2])
        #expect(stored.chart("a.b")?.variables == ["c": 3, "l": 4, "o": 5])
        child.send("VARIABLE HOST e =\n")
        #expect(bench.reports.texts.last == "cannot set HOST VARIABLE 'e' on host 'web01' to an empty value")
        child.send("VARIABLE HOST h = 7x\n")
        #expect(bench.reports.texts.last == "the value '7x' of VARIABLE 'h' on host 'web01' has leftovers: 'x'")
        #expect(StoredHost(try bench.host()).variables["h"] == 7)
        #expect(child.isOpen)
    }

    @Test func theClaim() throws {
        let (bench, child) = try session()
        child.send("CLAIMED_ID \(machineGUID) \(goodKey)\n")
        #expect(StoredHost(try bench.host()).identity.claimID == goodKey)
        // 2.11 quotes both.
        child.send("CLAIMED_ID '\(machineGUID)' 'NULL'\n")
        #expect(StoredHost(try bench.host()).identity.claimID == nil)
        child.send("CLAIMED_ID \(parentGUID) \(goodKey)\n")
        #expect(
            bench.reports.texts.last
                == "Claim ID is for host \"\(parentGUID)\" but it came over connection for \"\(machineGUID)\""
        )
        #expect(child.isOpen)
    }

    /// 2.x children send them whatever was agreed (streaming protocol §5.3).
    @Test(arguments: ["0", "3", "5", "16376"])
    func functionsAreIgnored(version: String) throws {
        let (bench, child) = try session(version)
        child.send(
            "FUNCTION GLOBAL \"processes\" 60 \"all of them\" \"top\" 0x13 100 1\nFUNCTION_DEL GLOBAL \"processes\"\n"
        )
        child.send("CHART a.b\nDIMENSION d\nFUNCTION \"local\" 5 \"help\"\nBEGIN a.b\nSET d = 1\nEND\n")
        #expect(child.isOpen)
        #expect(StoredHost(try bench.host()).latest("a.b", "d")?.collected == 1)
    }

    @Test(arguments: [
        ("NO_SUCH 1 2", "sent command 'NO_SUCH' which is not known by netdata, for host 'web01'. Disabling it."),
        ("begin a.b", "sent command 'begin' which is not known by netdata, for host 'web01'. Disabling it."),
        (
            "CHART_DEFINITION_END 0 0 1",
            "sent command 'CHART_DEFINITION_END' which is not known by netdata, for host 'web01'. Disabling it."
        ),
        ("CHART", "requested a CHART, without a type.id, on host 'web01'. Disabling it."),
        ("CHART ab", "requested a CHART, without a type.id, on host 'web01'. Disabling it."),
        ("DIMENSION d", "requested a DIMENSION, without a CHART, on host 'web01'. Disabling it."),
        ("BEGIN", "requested a BEGIN without a chart id for host 'web01'. Disabling it."),
        (
            "BEGIN no.such 0",
            "requested a BEGIN on chart 'no.such', which does not exist on host 'web01'. Disabling it."
        ),
        ("SET d = 1", "requested a SET on dimension d with value 1 on host 'web01', without a BEGIN. Disabling it."),
        (
            "SET d",
            "requested a SET on dimension d with value <nothing> on host 'web01', without a BEGIN. Disabling it."
        ),
        ("END", "requested an END, without a BEGIN on host 'web01'. Disabling it."),
        ("VARIABLE HOST", "requested a VARIABLE on host 'web01', without a variable name. Disabling it."),
        ("CLAIMED_ID x", "Command CLAIMED_ID came malformed 2 parameters are expected but 1 received"),
    ])
    func whatEndsAStream(line: String, text: String) throws {
        let (bench, child) = try session()
        child.send(line + "\nCHART later.chart\n")
        #expect(bench.reports.texts.contains(text))
        #expect(!child.isOpen)
        // Nothing behind it counts.
        #expect(StoredHost(try bench.host()).charts.isEmpty)
        #expect(bench.reports.count(.receiverDisconnected) == 1)
        #expect(bench.reports.count(.receiverEndOfFile) == 0)
        let code = bench.reports.events.first { $0.text == text }?.condition.code
        let last = try bench.host().status.withLock { $0.lastDisconnect }
        #expect(last?.code == code)
        #expect(last?.text == text)
    }

    @Test func aSetOfNoDimension() throws {
        let (bench, child) = try session()
        child.send("CHART a.b \"n\"\nDIMENSION d\nBEGIN a.b\nSET e = 1\n")
        let text =
            "requested a SET to dimension with id 'e' on stats 'a.n' (a.b) on host 'web01', which does not exist. Disabling it."
        #expect(bench.reports.texts.contains(text))
        #expect(!child.isOpen)
    }

    /// The limit of a line and one byte more (streaming protocol §7).
    @Test func lineLimit() throws {
        let (bench, child) = try session()
        child.send(String(repeating: " ", count: 65_534) + "\n")
        #expect(child.isOpen)
        child.send(String(repeating: " ", count: 65_535) + "\n")
        #expect(!child.isOpen)
        #expect(bench.reports.texts.contains(from + "received line exceeds 65535 bytes. Disconnecting."))
    }

    /// A frame that is none, in a session that may carry frames.
    @Test func aBrokenFrame() throws {
        let (bench, child) = try session()
        child.send([0xfa, 0x01, 0x80, 0x0a])
        #expect(!child.isOpen)
        #expect(bench.reports.texts.contains { $0.hasPrefix(from + "compressed frame expected, but its header is") })
    }

    /// Numbers that lead nowhere are refused and counted; nothing runs through the hole (streaming protocol §9.2).
    @Test(arguments: ["9223372036854775807", "99999999999999999999999", "3602000000"])
    func hostileMicroseconds(microseconds: String) throws {
        let (bench, child) = try session()
        child.send("CHART a.b\nDIMENSION d\nBEGIN a.b 0\nSET d = 1\nEND\n")
        bench.wait(seconds: 1)
        child.send("BEGIN a.b 1000000\nSET d = 2\nEND\n")
        bench.wait(seconds: 1)
        let before = StoredHost(try bench.host())
        child.send("BEGIN a.b \(microseconds)\nSET d = 3\nEND\n")
        let after = StoredHost(try bench.host())
        #expect(after.points == before.points)
        #expect(try bench.host().withDatabase { $0.counters.refusedCollections } == 1)
        #expect(child.isOpen)
        // The next good one goes on.
        child.send("BEGIN a.b 1000000\nSET d = 4\nEND\n")
        #expect(StoredHost(try bench.host()).points != before.points)
    }

    /// Less than nothing is no number here, so it is "unknown": the parent's clock counts.
    @Test(arguments: ["-1", "-9223372036854775808", "0", "", "x"])
    func noMicroseconds(microseconds: String) throws {
        let (bench, child) = try session()
        child.send("CHART a.b\nDIMENSION d\nBEGIN a.b 0\nSET d = 1\nEND\n")
        for value in 2...5 {
            bench.wait(seconds: 1)
            child.send("BEGIN a.b \(microseconds)\nSET d = \(value)\nEND\n")
        }
        let stored = StoredHost(try bench.host())
        let last = try #require(stored.charts.first).lastCollected
        #expect(last == bench.clock.now() && stored.points[0].count == 4)
        #expect(child.isOpen)
    }

    /// `[db] future limit`: the limit, and one microsecond beyond.
    @Test(arguments: [
        ("", 3_600_000_000, true), ("", 3_600_000_001, false), (" future limit = 10\n", 10_000_000, true),
        (" future limit = 10\n", 10_000_001, false), (" future limit = 0\n", 90_000_000_000, true),
    ])
    func theFutureLimit(option: String, microseconds: Int, isTaken: Bool) throws {
        let (bench, child) = try session(netdata: ramDatabase + option)
        child.send("CHART a.b\nDIMENSION d\nBEGIN a.b 0\nSET d = 1\nEND\n")
        bench.wait(seconds: 1)
        child.send("BEGIN a.b 1000000\nSET d = 2\nEND\n")
        child.send("BEGIN a.b \(microseconds)\nSET d = 3\nEND\n")
        #expect(try bench.host().withDatabase { $0.counters.refusedCollections } == (isTaken ? 0 : 1))
        #expect(child.isOpen)
    }

    /// More than a host may have: the surplus is swallowed and said once, the rest goes on.
    @Test func tooManyLabels() throws {
        let (bench, child) = try session()
        for index in 0..<600 { child.send("LABEL \"l\(index)\" = 1 \"v\"\n") }
        child.send("OVERWRITE labels\n")
        #expect(StoredHost(try bench.host()).identity.labels.count == 500)
        #expect(bench.reports.count(.limitReached) == 1)
        #expect(child.isOpen)
    }

    /// A hostname that would fill logs and screens is cut.
    @Test func aHugeHostname() throws {
        let bench = ParentBench()
        let child = try bench.connect()
        child.send(request(hostname: String(repeating: "h", count: 100_000)))
        #expect(child.answers() == acceptance(5))
        #expect(try bench.host().hostname.utf8.count == 1000)
        #expect(bench.reports.texts.allSatisfy { $0.utf8.count < 5000 })
        #expect(bench.journal.lines.allSatisfy { $0.utf8.count < 5000 })
    }

    private func session(_ version: String = "5", netdata: String = ramDatabase) throws -> (ParentBench, TestChild) {
        let bench = ParentBench(netdata == ramDatabase ? ParentBench.open : configuration(netdata: netdata))
        return (bench, try bench.accepted(request(version: version)))
    }
}

enum IOErrorMaker {
    /// The peer has reset the connection.
    static let reset = IOError(errnoCode: 104, reason: "read(descriptor:pointer:size:)")
}
