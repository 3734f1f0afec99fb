import Basics
import Config
import Diagnostics
import NIOEmbedded
import Status
import Store
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// A proxy without database between a child that has the past and a parent that wants it (streaming protocol §10,
/// ARCHITECTURE "Relayed replication").
@Suite struct RelayTests {
    /// With replication, without compression.
    private static let offered = "13304"
    private static let agreed: UInt32 = 13248
    private let now: Int64 = 1_795_339_848

    private func proxy(matching: String = "*") -> ParentBench {
        let stream = """
            [stream]
                enabled = yes
                destination = far:19999
                api key = 44444444-2222-3333-4444-555555555555
                enable compression = no
                send charts matching = \(matching)
            [11111111-2222-3333-4444-555555555555]
                enabled = yes
            """
        return ParentBench(configuration(stream: stream, netdata: "[db]\n mode = none\n"))
    }

    private func definition(_ chart: String = "a.b", first: Int64 = 0, last: Int64 = 0, clock: Int64) -> String {
        """
        CHART "\(chart)" "" "" "u" "f" "c" "line" 700 1 "" "p" "m"
        DIMENSION "one" "one" "absolute" 1 1 ""
        CHART_DEFINITION_END \(first) \(last) \(clock)

        """
    }

    private func collection(_ value: Int, _ chart: String = "a.b") -> String {
        "BEGIN \"\(chart)\" 1000000\nSET \"one\" = \(value)\nEND\n"
    }

    private func answer(_ chart: String = "a.b", at time: Int64, starts: Bool) -> String {
        """
        RBEGIN "\(chart)"
        RBEGIN '' \(time - 1) \(time) \(now)
        RSET "one" 7.0000000 ""
        RSET "one" nan "E"

        """
            + (starts
                ? "RDSTATE \"one\" \(time)000000 7 7.0000000 7.0000000\nRSSTATE \(time)500000 \(time)000000\n" : "")
            + "REND 1 \(now - 100) \(now - 1) \(starts) \(time - 1) \(time) \(now)\n"
    }

    private func upstream(_ bench: ParentBench, _ version: UInt32 = RelayTests.agreed) throws -> TestParent {
        bench.loop.run()
        let parent = try bench.upstreams.connect(bench.loop)
        _ = parent.take()
        parent.send(acceptance(version))
        bench.loop.run()
        return parent
    }

    @Test func theConversationGoesThrough() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: Self.offered))
        child.send(definition(first: now - 100, last: now - 1, clock: now))
        bench.loop.run()
        #expect(child.answers() == "", "only the parent knows what it wants")
        let parent = try upstream(bench)
        #expect(parent.take().hasSuffix("CHART_DEFINITION_END \(now - 100) \(now - 1) \(now)\n"))
        parent.send("REPLAY_CHART \"a.b\" \"false\" \(now - 11) \(now - 10)\n")
        bench.loop.run()
        #expect(child.answers() == "REPLAY_CHART \"a.b\" \"false\" \(now - 11) \(now - 10)\n")
        let first = answer(at: now - 10, starts: false)
        child.send(first)
        bench.loop.run()
        #expect(parent.take() == first)
        parent.send("REPLAY_CHART \"a.b\" \"true\" \(now - 2) \(now - 1)\n")
        bench.loop.run()
        _ = child.answers()
        bench.wait(seconds: 1)
        let second = answer(at: now - 1, starts: true)
        child.send(second + collection(8))
        bench.loop.run()
        #expect(parent.take() == second + collection(8))
        #expect(bench.parent.proxies.links.first?.state == .live)
    }

    /// Byte by byte it is the same.
    @Test func howeverItIsCut() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: Self.offered))
        for byte in definition(first: now - 100, last: now - 1, clock: now).utf8 { child.send([byte]) }
        let parent = try upstream(bench)
        _ = parent.take()
        for byte in "REPLAY_CHART \"a.b\" \"true\" \(now - 2) \(now - 1)\n".utf8 {
            parent.send(String(decoding: [byte], as: UTF8.self))
        }
        bench.loop.run()
        #expect(child.answers() == "REPLAY_CHART \"a.b\" \"true\" \(now - 2) \(now - 1)\n")
        let text = answer(at: now - 1, starts: true)
        for byte in text.utf8 { child.send([byte]) }
        bench.loop.run()
        #expect(parent.take() == text)
    }

    @Test func aParentThatIsAwayKeepsNoChildSilent() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: Self.offered))
        child.send(definition(first: now - 100, last: now - 1, clock: now + 3))
        bench.loop.run()
        try bench.upstreams.refuse()
        for _ in 1..<Sender.patienceSeconds { bench.wait(seconds: 1) }
        #expect(child.answers() == "")
        bench.wait(seconds: 1)
        #expect(child.answers() == "REPLAY_CHART \"a.b\" \"true\" 0 0\n")
        let late = answer(at: now - 1, starts: true)
        child.send(late)
        for value in 1...3 {
            bench.wait(seconds: 1)
            child.send(collection(value))
        }
        // It comes back: what the child has streamed meanwhile, the child has too.
        let parent = try upstream(bench)
        #expect(parent.take().contains("CHART") == false, "the chart is told with its next collection")
        bench.wait(seconds: 1)
        child.send(collection(4))
        bench.loop.run()
        let told = parent.take()
        let end = try #require(told.split(separator: "\n").last).split(separator: " ")
        #expect(end[0] == "CHART_DEFINITION_END" && end[1] == "\(now - 100)")
        #expect(Int64(end[2])! >= now + 2 && Int64(end[3])! == bench.clock.now() / 1_000_000 + 3)
        parent.send("REPLAY_CHART \"a.b\" \"true\" \(now - 1) \(end[2])\n")
        bench.loop.run()
        #expect(child.answers() == "REPLAY_CHART \"a.b\" \"true\" \(now - 1) \(end[2])\n")
        bench.wait(seconds: 1)
        child.send(collection(5))
        bench.loop.run()
        #expect(parent.take() == "", "it is in the answer that comes")
        let text = answer(at: Int64(end[2])!, starts: true)
        child.send(text)
        bench.wait(seconds: 1)
        child.send(collection(6))
        bench.loop.run()
        #expect(parent.take() == text + collection(6))
    }

    @Test func aParentThatDoesNotReplicateIsNotWaitedFor() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: Self.offered))
        child.send(definition(first: now - 100, last: now - 1, clock: now))
        let parent = try upstream(bench, 9152)
        #expect(!parent.take().contains("CHART_DEFINITION_END"))
        #expect(child.answers() == "REPLAY_CHART \"a.b\" \"true\" 0 0\n")
        child.send(definition("c.d", first: now - 100, last: now - 1, clock: now))
        bench.loop.run()
        #expect(child.answers() == "REPLAY_CHART \"c.d\" \"true\" 0 0\n")
        child.send(answer(at: now - 1, starts: true) + collection(5))
        bench.loop.run()
        let sent = parent.take()
        #expect(!sent.contains("RSET") && sent.contains("SET \"one\" = 5"))
    }

    @Test func chartsThatDoNotGoOnAreNotWaitedFor() throws {
        let bench = proxy(matching: "!a.* *")
        let child = try bench.accepted(request(version: Self.offered))
        child.send(definition(first: now - 100, last: now - 1, clock: now))
        let parent = try upstream(bench)
        #expect(child.answers() == "REPLAY_CHART \"a.b\" \"true\" 0 0\n")
        child.send(answer(at: now - 1, starts: true) + collection(5))
        bench.loop.run()
        #expect(!parent.take().contains("a.b"))
    }

    /// The answer to what one connection asked for is none of the next one's.
    @Test func aConnectionGetsOnlyItsOwnAnswers() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: Self.offered))
        child.send(definition(first: now - 100, last: now - 1, clock: now))
        let first = try upstream(bench)
        first.send("REPLAY_CHART \"a.b\" \"false\" \(now - 11) \(now - 10)\n")
        bench.loop.run()
        let whole = answer(at: now - 10, starts: false)
        let cut = whole.index(whole.startIndex, offsetBy: 70)
        child.send(String(whole[..<cut]))
        bench.loop.run()
        bench.wait(seconds: 10)
        first.leave()
        bench.loop.run()
        let second = try upstream(bench)
        #expect(second.take().contains("CHART_DEFINITION_END"), "the child is silent, so the parent is told at once")
        second.send("REPLAY_CHART \"a.b\" \"true\" \(now - 2) \(now - 1)\n")
        bench.loop.run()
        child.send(String(whole[cut...]))
        bench.loop.run()
        #expect(second.take() == "")
        let own = answer(at: now - 1, starts: true)
        child.send(own + collection(9))
        bench.loop.run()
        #expect(second.take() == own + collection(9))
    }

    /// What a child has to answer is on its way before anybody can see whether the parent takes it.
    @Test func onlySoMuchIsAskedForAtOnce() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: Self.offered))
        let parent: TestParent
        let count = Outbox.relayedRequestsMax + 3
        for index in 0..<count { child.send(definition("a.b\(index)", first: now - 100, last: now - 1, clock: now)) }
        parent = try upstream(bench)
        _ = parent.take()
        for index in 0..<count { parent.send("REPLAY_CHART \"a.b\(index)\" \"true\" \(now - 2) \(now - 1)\n") }
        bench.loop.run()
        #expect(child.answers().split(separator: "\n").count == Outbox.relayedRequestsMax)
        child.send(answer("a.b0", at: now - 1, starts: true))
        bench.loop.run()
        #expect(child.answers().split(separator: "\n").count == 1)
    }

    /// Where the child knows no replication the proxy answers, with what it has: the last values.
    @Test func ofAnOldChildTheProxyAnswers() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: "4"))
        child.send(
            definition(clock: now).replacing("CHART_DEFINITION_END 0 0 \(now)\n", with: "") + collection(5)
        )
        let parent = try upstream(bench)
        _ = parent.take()
        bench.wait(seconds: 1)
        child.send(collection(6))
        bench.loop.run()
        #expect(parent.take().contains("CHART_DEFINITION_END 0 0 "))
        parent.send("REPLAY_CHART \"a.b\" \"true\" 0 0\n")
        bench.loop.run()
        let told = parent.take()
        #expect(told.contains("RDSTATE \"one\"") && told.contains(" true 0 0 "))
        #expect(child.answers() == "")
        bench.wait(seconds: 1)
        child.send(collection(7))
        bench.loop.run()
        #expect(parent.take() == collection(7).replacing("1000000", with: "1000000"))
    }

    /// A child that answers what nobody asked for gets nothing through.
    @Test func unaskedAnswersGoNowhere() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: Self.offered))
        child.send(definition(first: now - 100, last: now - 1, clock: now))
        let parent = try upstream(bench)
        _ = parent.take()
        child.send(answer(at: now - 1, starts: false))
        bench.loop.run()
        #expect(parent.take() == "" && child.isOpen)
        // And one that speaks of what it never defined is closed, like any other.
        child.send("RBEGIN \"un.known\"\n")
        bench.loop.run()
        #expect(!child.isOpen)
    }
}
