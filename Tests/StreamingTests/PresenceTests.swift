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

/// A child's coming and going beyond its stream: who else wants its place, how it left, at which pace it collects.
@Suite struct PresenceTests {
    private let data = "CHART \"a.b\"\nDIMENSION d\n"

    @Test func aCopyOfAMachineIsAConflict() throws {
        let bench = ParentBench()
        let first = try bench.accepted()
        first.send(data)
        bench.wait(seconds: 1)
        let copy = try bench.connect(from: "10.0.0.5", port: 6000)
        copy.send(request(hostname: "web01-copy"))
        #expect(copy.answers() == "This GUID is already streaming to this server")
        let text =
            "STREAM web01 [receive from [10.0.0.5]:6000]: machine GUID '\(machineGUID)' is used by two machines: 'web01' at "
            + "[10.0.0.4]:51234 streams here and stays, 'web01-copy' at [10.0.0.5]:6000 is refused."
        #expect(bench.reports.text(.hostRival) == text)
        // The document's line is there as ever.
        #expect(bench.reports.count(.refusedAlreadyConnected) == 1)
        let host = try bench.host()
        let facts = host.status.withLock { $0 }
        #expect(facts.shownState(updateEvery: 600, monotonic: bench.clock.monotonic()) == .conflict)
        #expect(facts.problems.first?.code == "ND-F20")
        #expect(facts.problems.first?.text == text)
        #expect(facts.problems.first?.fix?.contains("rm /var/lib/netdata/registry/netdata.public.unique.id") == true)
        #expect(facts.problems.first?.fix?.contains("(10.0.0.5)") == true)
        // It is said once, however often it knocks.
        for _ in 0..<5 {
            bench.wait(seconds: 10)
            first.send("\n")
            try bench.connect(from: "10.0.0.5", port: 6001).send(request(hostname: "web01-copy"))
        }
        #expect(bench.reports.count(.hostRival) == 1)
        #expect(bench.reports.count(.refusedAlreadyConnected) == 6)
        #expect(first.isOpen)
        // Five minutes without a knock end it.
        let keeper = bench.keeper()
        for _ in 0..<11 {
            bench.wait(seconds: 30)
            first.send("\n")
            _ = keeper.cleanUp()
        }
        let after = host.status.withLock { $0 }
        #expect(after.shownState(updateEvery: 600, monotonic: bench.clock.monotonic()) == .live)
        #expect(after.problems.isEmpty)
        #expect(bench.reports.count(.hostRivalGone) == 1)
    }

    /// The same name from another address: only when both go on is it a second machine.
    @Test func aCopyWithTheSameName() throws {
        let bench = ParentBench()
        let first = try bench.accepted()
        func knock() throws { try bench.connect(from: "10.0.0.5").send(request()) }
        try knock()
        bench.wait(seconds: 5)
        try knock()
        #expect(bench.reports.count(.hostRival) == 0)
        bench.wait(seconds: 5)
        first.send("\n")
        try knock()
        #expect(bench.reports.count(.hostRival) == 1)
        first.leave()
        #expect(try bench.host().status.withLock { $0.problems.isEmpty })
    }

    @Test func howItLeft() throws {
        typealias End = (HostFacts.Departure, String, (TestChild, ParentBench) -> Void)
        let ends: [End] = [
            (.left, "ND-C2", { child, _ in child.leave() }),
            (.vanished, "ND-H2", { child, _ in child.fail(110) }),
            (.vanished, "ND-C3", { child, _ in child.fail(104) }),
            (.vanished, "ND-C4", { _, bench in for _ in 0..<21 { bench.wait(seconds: 30) } }),
            (
                .closed, "ND-C5",
                { _, bench in
                    bench.parent.stop()
                    bench.loop.run()
                }
            ),
        ]
        for (departure, code, end) in ends {
            let bench = ParentBench(configuration(stream: openStream + "\n[\(machineGUID)]\n health enabled = auto\n"))
            let child = try bench.accepted()
            #expect(try bench.host().status.withLock { $0.health } == "auto-on")
            end(child, bench)
            let facts = try bench.host().status.withLock { $0 }
            #expect(facts.departure == departure, "\(code)")
            #expect(facts.lastDisconnect?.code == code)
            #expect(facts.health == "auto-off")
        }
    }

    /// What a slow link leaves of a line is no unknown command.
    @Test func aLineCutByTheEnd() throws {
        let bench = ParentBench()
        let child = try bench.accepted()
        child.send(data + "B")
        child.leave()
        let from = "STREAM web01 [receive from [10.0.0.4]:51234]: "
        #expect(
            bench.reports.text(.partialCommand)
                == from + "sent a partial command 'B' before the connection ended, it is ignored."
        )
        #expect(bench.reports.count(.unknownCommand) == 0)
        #expect(try bench.host().status.withLock { $0.lastDisconnect?.code } == "ND-C2")
        let whole = ParentBench()
        let tidy = try whole.accepted()
        tidy.send(data)
        tidy.leave()
        #expect(whole.reports.count(.partialCommand) == 0)
    }

    @Test func healthSettings() throws {
        func facts(_ section: String, _ netdata: String = ramDatabase) throws -> [String] {
            let stream = "[\(goodKey)]\n enabled = yes\n" + section
            let bench = ParentBench(configuration(stream: stream, netdata: netdata))
            _ = try bench.accepted()
            let health = try bench.host().status.withLock { $0.health ?? "" }
            let lines = bench.reports.events.filter {
                $0.condition == .healthPostponed || $0.condition == .healthNeedsDatabase
            }
            return [health] + lines.map(\.text)
        }
        let postponed: (Int) -> String = {
            "Postponing health checks for \($0) seconds, on host 'web01', because it was just connected."
        }
        #expect(try facts("") == ["on", postponed(60)])
        #expect(try facts(" health enabled by default = no\n") == ["off"])
        #expect(
            try facts(" health enabled by default = auto\n default postpone alarms on connect seconds = 7\n")
                == ["auto-on", postponed(7)]
        )
        #expect(try facts(" default postpone alarms on connect seconds = 0\n") == ["on"])
        #expect(try facts("", ramDatabase + "[health]\n enabled = no\n") == ["off"])
        #expect(
            try facts(" health enabled by default = auto\n default memory mode = none\n")
                == ["off", "Host 'web01' gets no health checks: nothing of it is kept with memory mode none."]
        )
        #expect(try facts(" default memory mode = none\n") == ["off"])
        // The machine's own word counts before its key's.
        let machine = " health enabled by default = no\n[\(machineGUID)]\n health enabled = yes\n"
        #expect(try facts(machine + " postpone alarms on connect seconds = 9\n") == ["on", postponed(9)])
    }

    /// "Stream charts wrong".
    @Test func anotherPaceIsAProblem() throws {
        let bench = ParentBench(configuration(stream: openStream + "\n[\(machineGUID)]\n update every = 5\n"))
        let child = try bench.accepted()
        let problem = try bench.host().status.withLock { $0.problems.first }
        #expect(problem?.code == "ND-H6")
        #expect(problem?.severity == "warning")
        #expect(problem?.text.contains("the child collects every 1 s, and is expected here every 5 s") == true)
        #expect(bench.reports.count(.chartsDiffer) == 1)
        child.leave()
        bench.parent.update(ParentBench.open)
        _ = try bench.accepted()
        #expect(try bench.host().status.withLock { $0.problems.isEmpty })
    }

    /// The request says one thing and a chart another; slower charts are nothing special.
    @Test func aChartAtAnotherPaceIsAProblem() throws {
        let bench = ParentBench()
        func send(_ every: Int...) -> (TestChild) -> Void {
            { child in
                for (index, every) in every.enumerated() {
                    child.send("CHART a.b\(index) '' '' '' '' '' line 1 \(every)\nDIMENSION d\n")
                }
            }
        }
        let slow = request().replacing("update_every=1", with: "update_every=5")
        let child = try bench.accepted(slow)
        #expect(bench.reports.count(.chartsDiffer) == 0)
        send(5, 10, 5)(child)
        #expect(bench.reports.count(.chartsDiffer) == 0)
        send(5, 1, 2)(child)
        send(1, 1, 1)(child)
        let text =
            "STREAM web01: charts of the child differ from what this parent keeps: chart 'a.b1' is collected every 1 s, and its "
            + "host is kept here every 5 s."
        #expect(bench.reports.events.filter { $0.condition == .chartsDiffer }.map(\.text) == [text])
        let problem = try bench.host().status.withLock { $0.problems.first }
        #expect(problem?.code == "ND-H6" && problem?.severity == "warning" && problem?.text == text)
        // Its next connection sets it right.
        child.leave()
        send(1)(try bench.accepted())
        #expect(try bench.host().status.withLock { $0.problems.isEmpty })
        #expect(bench.reports.count(.chartsDiffer) == 1)
    }

    @Test(arguments: ["-1", "0", "32768", "3x"]) func impossibleHops(hops: String) throws {
        let refused = try refuse(request(more: "&hops=\(hops)"))
        expect(
            refused,
            "STREAM [receive from [10.0.0.4]:51234]: request has invalid hops '\(hops)'. Forbidding access.",
            access: "ACCESS DENIED - INVALID HOPS"
        )
        #expect(refused.shown?.code == "ND-F23")
    }

    /// A→B→A: the own host comes back from where it was sent to.
    @Test func aLoopIsSpeltOut() throws {
        let refused = try refuse(request(guid: parentGUID, more: "&hops=3"))
        #expect(refused.lines.count == 3)
        #expect(refused.lines[1].contains("is my own. Did you copy"))
        #expect(
            refused.lines[2].hasSuffix(
                "STREAM web01 [receive from [10.0.0.4]:51234]: this node's own metrics come back after 3 hops: the parents "
                    + "stream in a circle. Forbidding access."
            )
        )
        #expect(refused.pieces == ["Don't hit me baby, you are trying to stream my localhost back"])
        #expect(refused.shown?.code == "ND-F22")
        #expect(refused.shown?.fix == ["on 10.0.0.4, in stream.conf: take this node out of [stream] destination"])
    }
}

extension TestChild {
    /// Its connection breaks with an errno.
    fileprivate func fail(_ number: Int32) {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: number, reason: "read"))
        (channel.eventLoop as? EmbeddedEventLoop)?.run()
    }
}
