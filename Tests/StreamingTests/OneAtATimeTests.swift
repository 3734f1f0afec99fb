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

/// The checks that depend on who else is there, the right to stream, and the order of all (streaming protocol §3, rows
/// 12–14, §1.2).
@Suite struct OneAtATimeTests {
    private let from = "STREAM [receive from [10.0.0.4]:51234]: "

    @Test func row12TooManyAtOnce() throws {
        let netdata = ramDatabase + "[web]\n accept a streaming request every seconds = 8\n"
        // The very first one is let in.
        let refused = try refuse(request(guid: other), netdata: netdata) { bench in
            _ = try bench.accepted()
            bench.wait(seconds: 3)
        }
        expect(
            refused,
            from + "too busy to accept new streaming request. Will be allowed in 5 secs.",
            access: nil,
            status: 503,
            reply: "The server is too busy now to accept this request. Try later.",
            guid: other
        )
        #expect(refused.shown?.decidedBy == "netdata.conf:5")
        #expect(refused.shown?.fix.last == "for more: [web] accept a streaming request every seconds = 0")
    }

    @Test func row12ARefusedOneDoesNotCount() throws {
        let netdata = ramDatabase + "[web]\n accept a streaming request every seconds = 8\n"
        let bench = ParentBench(configuration(netdata: netdata))
        _ = try bench.accepted()
        for _ in 0..<7 {
            bench.wait(seconds: 1)
            try bench.connect().send(request(guid: other))
            #expect(bench.verdict != .accepted)
        }
        bench.wait(seconds: 1)
        try bench.connect().send(request(guid: other))
        #expect(bench.verdict == .accepted)
    }

    /// A clock that is set back or forth has no say.
    @Test func row12CountsByTheClockThatIsNeverSet() throws {
        let netdata = ramDatabase + "[web]\n accept a streaming request every seconds = 8\n"
        let bench = ParentBench(configuration(netdata: netdata))
        _ = try bench.accepted()
        bench.clock.set(seconds: 1_000_000_000)
        bench.wait(seconds: 8)
        try bench.connect().send(request(guid: other))
        #expect(bench.verdict == .accepted)
    }

    @Test func row13AlreadyConnected() throws {
        let refused = try refuse(request()) { bench in
            let child = try bench.accepted()
            bench.wait(seconds: 9)
            child.send("CHART \"a.b\"\n")
            bench.wait(seconds: 30)
        }
        expect(
            refused,
            "STREAM web01 [receive from [10.0.0.4]:51234]: multiple connections for same host detected - existing "
                + "connection is active (within last 30 sec), rejecting new connection.",
            level: "INFO",
            access: "REJECTED - ALREADY CONNECTED",
            status: 409,
            reply: "This GUID is already streaming to this server"
        )
        #expect(refused.shown?.code == "ND-F12")
    }

    /// A copy of a machine: the line names the one that is there, access.log the one that came.
    @Test func row13ACopyIsTold() throws {
        let refused = try refuse(request(hostname: "copy")) { _ = try $0.accepted() }
        #expect(
            refused.lines.dropFirst().first?.contains(
                "STREAM web01 [receive from [10.0.0.4]:51234]: multiple connections"
            )
                == true
        )
        // Another name is another machine, which is said besides.
        #expect(refused.lines.last?.contains("is used by two machines: 'web01' at [10.0.0.4]:51234") == true)
        #expect(refused.access.first?.contains("host 'copy'") == true)
        #expect(refused.shown?.hostname == "copy")
    }

    @Test func row13ADeadConnectionIsReplaced() throws {
        let bench = ParentBench()
        let old = try bench.accepted()
        bench.wait(seconds: 31)
        bench.reports.forget()
        let new = try bench.connect(from: "10.0.0.5", port: 6000)
        new.send(request())
        #expect(new.answers() == acceptance(5))
        #expect(
            bench.reports.texts.contains(
                "STREAM web01 [receive from [10.0.0.5]:6000]: multiple connections for same host detected - existing "
                    + "connection is dead (31 sec), accepting new connection."
            )
        )
        bench.loop.run()
        #expect(!old.isOpen)
        #expect(new.isOpen)
        #expect(bench.parent.receiverCount == 1)
        // The end of the old one is not the host's.
        let facts = try bench.host().status.withLock { $0 }
        #expect(facts.state == .live)
        #expect(facts.connects == 2)
        #expect(facts.disconnects == 0)
        #expect(bench.journal.lines.last?.contains("'DISCONNECTED'") == true)
        new.send("CHART \"a.b\"\nDIMENSION d\n")
        #expect(StoredHost(try bench.host()).charts.count == 1)
    }

    @Test func row13OfManyAtOnceExactlyOneGetsIn() throws {
        let bench = ParentBench()
        let children = try (0..<100).map { try bench.connect(from: "10.0.0.\($0)") }
        for child in children { child.send(request()) }
        #expect(children.count { $0.isOpen } == 1)
        #expect(bench.reports.count(.refusedAlreadyConnected) == 99)
        #expect(bench.parent.receiverCount == 1)
        #expect(bench.parent.isReceiving(GUID(machineGUID)!))
    }

    @Test func row14OwnGUID() throws {
        let refused = try refuse(request(guid: parentGUID))
        expect(
            refused,
            "STREAM web01 [receive from 10.0.0.4:51234]: denied to receive metrics, machine GUID [\(parentGUID)] is my own. "
                + "Did you copy the parent/proxy machine GUID to a child, or is this an inter-agent loop?",
            access: "DENIED - ATTEMPT TO RECEIVE METRICS FROM MACHINE_GUID IDENTICAL TO PARENT",
            status: 200,
            reply: "Don't hit me baby, you are trying to stream my localhost back",
            guid: parentGUID
        )
        #expect(refused.shown?.code == "ND-F13")
        // Letters' case makes no other GUID.
        let upper = try refuse(request(guid: parentGUID.uppercased()))
        #expect(upper.shown?.code == "ND-F13")
    }

    /// No right on this port or from this address: said before anything is looked at (streaming protocol §1.2).
    @Test(arguments: [("", "default"), ("[web]\n allow streaming from = 10.9.*\n", "netdata.conf:5")])
    func withoutTheRightToStream(netdata: String, decidedBy: String) throws {
        let refused = try refuse(request(), netdata: ramDatabase + netdata, rights: [.dashboard])
        #expect(refused.pieces == ["You are not allowed to access this resource."])
        #expect(refused.status == 403)
        #expect(refused.access == [])
        #expect(
            refused.lines == [
                "ERROR : WEB_SERVER[static1] : " + from
                    + "streaming is not allowed on this port or from this address. Forbidding access."
            ]
        )
        #expect(refused.shown?.code == "ND-F14")
        #expect(refused.shown?.hostname == "web01")
        #expect(refused.shown?.decidedBy == decidedBy)
    }

    /// Each request breaks all checks from one on: the first one speaks.
    @Test func theOrderIsTheDocuments() throws {
        let stream =
            "[\(other)]\n type = machine\n enabled = no\n allow from = !*\n"
            + "[\(goodKey)]\n type = other\n enabled = no\n allow from = !*\n"
        func code(_ request: String, _ stream: String) throws -> String? {
            try refuse(request, stream: stream).shown?.code
        }
        #expect(try code(request(key: nil, hostname: nil, guid: nil), stream) == "ND-F1")
        #expect(try code(request(key: "x", hostname: nil, guid: nil), stream) == "ND-F2")
        #expect(try code(request(key: "x", guid: nil), stream) == "ND-F3")
        #expect(try code(request(key: "x", guid: "x"), stream) == "ND-F4")
        #expect(try code(request(guid: "x"), stream) == "ND-F5")
        #expect(try code(request(guid: goodKey), stream) == "ND-F6")
        let rest = "[\(other)]\n type = api\n enabled = no\n allow from = !*\n"
        let key = "[\(goodKey)]\n type = api\n"
        #expect(try code(request(guid: other), rest + key + " enabled = no\n allow from = !*\n") == "ND-F7")
        #expect(try code(request(guid: other), rest + key + " enabled = yes\n allow from = !*\n") == "ND-F8")
        #expect(try code(request(guid: other), rest + key + " enabled = yes\n") == "ND-F9")
        let machine = "[\(other)]\n type = machine\n allow from = !*\n enabled = "
        #expect(try code(request(guid: other), machine + "no\n" + key + " enabled = yes\n") == "ND-F10")
        #expect(try code(request(guid: other), machine + "yes\n" + key + " enabled = yes\n") == "ND-F11")
    }

    /// A reload counts for whoever comes next.
    @Test func aReloadCounts() throws {
        let bench = ParentBench(configuration(stream: ""))
        try bench.connect().send(request())
        #expect(bench.verdict == .refused(status: 401, text: denied))
        bench.parent.update(ParentBench.open)
        try bench.connect().send(request())
        #expect(bench.verdict == .accepted)
    }

    /// Peers' texts cannot start a line of a log.
    @Test func textsAreEscaped() throws {
        let evil = "web01%0a2026-11-22 00:00:00: STREAM: fake%1b[31m"
        let refused = try refuse(request(key: "x%0d%0ay", hostname: evil))
        #expect(refused.access.count == 1)
        #expect(
            refused.access[0].contains(
                "host 'web01\\x0a2026-11-22 00:00:00: STREAM: fake\\x1b[31m' api key 'x\\x0d\\x0ay'"
            )
        )
        #expect(refused.lines[1].contains("API key 'x\\x0d\\x0ay' is not valid"))
    }
}
