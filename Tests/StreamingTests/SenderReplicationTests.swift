import Basics
import Config
import Diagnostics
import NIOEmbedded
import Status
import Testing

@testable import Store
@testable import Streaming
@testable import Transport
@testable import Wire

/// What a parent that fills its gaps is told, and in which order (streaming protocol §10).
@Suite struct SenderReplicationTests {
    static let start: Int64 = 1_795_339_000
    /// A mask with replication and without compression.
    static let mask: UInt32 = 13_248

    private func bench(
        _ database: HostSettings = HostSettings(mode: .ram),
        buffer: Int? = nil,
        _ stream: String = ""
    )
        throws -> SenderBench
    {
        try SenderBench(stream, bufferBytesMax: buffer, database: database, startsAt: Self.start)
    }

    /// A chart with a point for each second of the last ones.
    private func history(_ bench: SenderBench, _ id: String = "a.b", seconds: Int) -> ChartRef {
        let chart = bench.define(ChartDefinition(id: id, updateEvery: 1), ["x", "y"])
        for second in 0..<seconds {
            bench.wait(seconds: 1)
            bench.collect(chart, [Int64(second), second % 3 == 0 ? nil : -5])
        }
        return chart
    }

    @Test func liveDataWaitsForThePast() throws {
        let bench = try bench()
        let parent = try bench.live(Self.mask)
        let chart = bench.define(ChartDefinition(id: "a.b", updateEvery: 1))
        bench.collect(chart, [1])
        let now = Self.start
        // Nothing is stored of a first collection, but there is a clock: as the original tells it.
        let end = "CHART_DEFINITION_END \(now - 1) \(now) \(now)"
        #expect(parent.lines().suffix(2) == ["DIMENSION \"d\" \"d\" \"absolute\" 1 1 \"  \"", end])
        #expect(bench.link.state == .replicating && bench.link.chartsLeft == 1)
        for value in 2...4 {
            bench.wait(seconds: 1)
            bench.collect(chart, [Int64(value)])
        }
        #expect(parent.lines() == [])
        parent.send("REPLAY_CHART \"a.b\" \"true\" \(now - 1) \(now)\n")
        #expect(
            parent.lines() == [
                "RBEGIN \"a.b\"", "RBEGIN '' \(now) \(now + 1) \(now + 3)", "RSET \"d\" 2.0000000 \"\"",
                "RBEGIN '' \(now + 1) \(now + 2) \(now + 3)", "RSET \"d\" 3.0000000 \"\"",
                "RBEGIN '' \(now + 2) \(now + 3) \(now + 3)", "RSET \"d\" 4.0000000 \"\"",
                "RDSTATE \"d\" \(now + 3)000000 4 4.0000000 4.0000000", "RSSTATE \(now + 3)000000 \(now + 3)000000",
                "REND 1 \(now) \(now + 3) true \(now) \(now + 3) \(now + 3)",
            ]
        )
        #expect(bench.link.state == .live && bench.link.chartsLeft == 0 && bench.link.replayedPoints == 3)
        bench.wait(seconds: 1)
        bench.collect(chart, [5], microseconds: 999_999)
        // The real time since the collection that the answer ended with: no resync.
        #expect(parent.lines() == ["BEGIN \"a.b\" 999999", "SET \"d\" = 5", "END"])
        #expect(bench.link.droppedSamples == 1)
    }

    /// A parent asks in steps; only the last one starts the live data.
    @Test func stepsAndLateCollections() throws {
        let bench = try bench()
        let chart = history(bench, seconds: 40)
        let parent = try bench.live(Self.mask)
        _ = parent.take()
        bench.wait(seconds: 1)
        let now = Self.start + 41
        bench.collect(chart, [41, 41])
        #expect(parent.lines().last == "CHART_DEFINITION_END \(now - 40) \(now) \(now)")
        parent.send("REPLAY_CHART \"a.b\" \"false\" \(now - 40) \(now - 21)\nREPLAY")
        let lines = parent.lines()
        #expect(lines.first == "RBEGIN \"a.b\"")
        #expect(lines.last == "REND 1 \(now - 40) \(now) false \(now - 40) \(now - 21) \(now)")
        #expect(lines.count { $0.hasPrefix("RBEGIN ''") } == 19 && !lines.contains { $0.hasPrefix("RDSTATE") })
        // Gaps, in the words of the original: where there was no value, and the first one.
        #expect(lines.count { $0 == "RSET \"y\" nan \"\"" } == 6 + 1)
        bench.wait(seconds: 1)
        bench.collect(chart, [42, 42])
        #expect(parent.lines() == [])
        parent.send("_CHART \"a.b\" \"true\" \(now - 21) \(now)\n")
        let rest = parent.lines()
        #expect(rest.last == "REND 1 \(now - 40) \(now + 1) true \(now - 21) \(now + 1) \(now + 1)")
        #expect(rest.count { $0.hasPrefix("RBEGIN ''") } == 22)
    }

    @Test func whatIsCollectedWhileItIsWrittenIsAskedForAgain() throws {
        let bench = try bench()
        let chart = history(bench, seconds: 10)
        let request = ReplayRequest(
            chart: Array("a.b".utf8),
            startsStreaming: true,
            after: Self.start,
            before: Self.start + 10
        )
        let now = Self.start + 10
        func answer() throws -> ReplayAnswer {
            var answer = try #require(
                bench.host.withDatabase { ReplayAnswer(request, chart, in: $0, now: now, bytesMax: 1 << 20) }
            )
            answer.writePoints()
            return answer
        }
        // Another second of the clock.
        var late = try answer()
        let isLate = bench.host.withDatabase { late.writeEnd(in: $0, now: now + 1) }
        #expect(!isLate)
        #expect(String(decoding: late.bytes, as: UTF8.self).hasSuffix(" false \(Self.start + 1) \(now) \(now + 1)\n"))
        var inTime = try answer()
        let isInTime = bench.host.withDatabase { inTime.writeEnd(in: $0, now: now) }
        #expect(isInTime)
        // A collection.
        var behind = try answer()
        bench.collect(chart, [1, 1], microseconds: 1)
        let isBehind = bench.host.withDatabase { behind.writeEnd(in: $0, now: now) }
        #expect(!isBehind)
    }

    @Test func requestsArriveInAnyPieces() throws {
        for size in [1, 2, 7] {
            let bench = try bench()
            let parent = try bench.live(Self.mask)
            bench.collect("a.b")
            bench.collect("c.d")
            _ = parent.take()
            let text =
                "\n\nREPLAY_CHART \"a.b\" \"true\" 0 0\nREPLAY_CHART 'no.such' true 0 0\n"
                + "REPLAY_CHART \"c.d\" \"true\" 0 0\n"
            var rest = Substring(text)
            while !rest.isEmpty {
                parent.send(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            let lines = parent.lines()
            #expect(lines.filter { $0.hasPrefix("RBEGIN") } == ["a.b", "no.such", "c.d"].map { "RBEGIN \"\($0)\"" })
            #expect(lines.count { $0.hasPrefix("REND") && $0.contains(" true 0 0 ") } == 3)
            #expect(bench.reports.count(.replayMalformed) == 0)
        }
    }

    @Test func badRequestsAreToldAndNoMore() throws {
        let bench = try bench()
        let parent = try bench.live(Self.mask)
        bench.collect("a.b")
        _ = parent.take()
        let say = "STREAM web01 [send to parent:19999]: malformed REPLAY_CHART command: "
        for words in ["", " \"a.b\" \"maybe\" 1 2", " \"a.b\" \"true\" -1 99999999999999999999"] {
            parent.send("REPLAY_CHART\(words)\n")
            #expect(bench.reports.text(.replayMalformed) == say + "REPLAY_CHART" + words)
        }
        #expect(parent.take() == "")
        parent.send("REPLAY_CHART \"\(String(repeating: "x", count: 201))\" \"true\" 0 0\n")
        #expect(bench.reports.count(.replayRefused) == 1)
        // A line of the longest length is one, and one beyond is left out.
        let frame = "REPLAY_CHART \"a.b\" \"true\" 0 0"
        parent.send(frame + String(repeating: " ", count: ParentLines.bytesMax - frame.utf8.count) + "\n")
        #expect(parent.lines().count { $0.hasPrefix("REND") } == 1)
        parent.send(frame + String(repeating: " ", count: ParentLines.bytesMax + 1 - frame.utf8.count))
        parent.send("\n" + frame + "\n")
        #expect(bench.reports.count(.parentLineTooLong) == 1)
        #expect(parent.lines().count { $0.hasPrefix("REND") } == 1)
        for _ in 0..<1000 { parent.send("WHAT\n") }
        #expect(bench.reports.count(.unknownCommandFromParent) == Sender.parentComplaintsMax - 5)
        #expect(parent.isOpen)
    }

    /// `send charts matching` is about the past, too.
    @Test func onlyWhatTheParentMaySee() throws {
        let bench = try bench(HostSettings(mode: .ram), " send charts matching = !b.* *\n")
        _ = history(bench, "b.secret", seconds: 5)
        let parent = try bench.live(Self.mask)
        bench.collect("b.secret")
        _ = parent.take()
        parent.send("REPLAY_CHART \"b.secret\" \"true\" 1 99999999999\n")
        #expect(parent.lines() == ["RBEGIN \"b.secret\"", "REND 0 0 0 true 0 0 \(Self.start + 5)"])
    }

    /// An id that a line does not bear is asked for as it was sent.
    @Test func anIdThatChangesOnTheWire() throws {
        let bench = try bench()
        let parent = try bench.live(Self.mask)
        let chart = bench.define(ChartDefinition(id: "a.\"b\"", updateEvery: 1))
        bench.collect(chart, [1])
        _ = parent.take()
        parent.send("REPLAY_CHART \"a.'b'\" \"true\" 0 0\n")
        #expect(parent.lines().count { $0.hasPrefix("RDSTATE") } == 1)
        bench.collect(chart, [2])
        #expect(parent.lines().count { $0 == "END" } == 1)
    }

    /// A new definition, an obsolete chart, one that started anew: the parent asks again.
    @Test func everyDefinitionIsFollowedByItsPast() throws {
        let bench = try bench(HostSettings(mode: .alloc, history: 100))
        let parent = try bench.live(Self.mask)
        let chart = history(bench, seconds: 3)
        parent.send("REPLAY_CHART \"a.b\" \"true\" 0 0\n")
        _ = parent.take()
        bench.host.withDatabase { _ = $0.define(DimensionDefinition(id: "z"), in: chart) }
        bench.wait(seconds: 1)
        bench.collect(chart, [1, 2, 3])
        #expect(parent.lines().last?.hasPrefix("CHART_DEFINITION_END") == true)
        parent.send("REPLAY_CHART \"a.b\" \"true\" \(Self.start + 3) \(Self.start + 4)\n")
        #expect(parent.lines().contains("RSET \"z\" nan \"\""))
        bench.wait(seconds: 1)
        bench.collect(chart, [1, 2, 3])
        #expect(parent.lines().first == "BEGIN \"a.b\" 1000000")
        // Its history is shorter than this hole.
        bench.wait(seconds: 101)
        bench.collect(chart, [1, 2, 3], microseconds: 101_000_000)
        let now = Self.start + 106
        #expect(parent.lines().last == "CHART_DEFINITION_END \(now - 1) \(now) \(now)")
        parent.send("REPLAY_CHART \"a.b\" \"true\" 0 0\n")
        _ = parent.take()
        bench.host.withDatabase { $0.setObsolete(true, chart, now: 0) }
        bench.sender.flush()
        bench.loop.run()
        let lines = parent.lines()
        #expect(lines.first?.contains("\"obsolete   \"") == true)
        #expect(lines.last?.hasPrefix("CHART_DEFINITION_END") == true)
        parent.send("REPLAY_CHART \"a.b\" \"true\" 0 0\n")
        #expect(parent.lines().last?.hasPrefix("REND") == true)
    }

    /// A proxy's chart whose own child is still sending what was missed (§10.6).
    @Test func aChartThatReplicatesItselfWaits() throws {
        let bench = try bench()
        let chart = history(bench, seconds: 3)
        let parent = try bench.live(Self.mask)
        _ = parent.take()
        bench.host.withDatabase { $0.setReplicating(true, chart) }
        bench.collect(chart, [1, 1])
        #expect(parent.lines() == [])
        bench.host.withDatabase { $0.setReplicating(false, chart) }
        bench.wait(seconds: 1)
        bench.collect(chart, [1, 1])
        #expect(parent.lines().last?.hasPrefix("CHART_DEFINITION_END") == true)
        // Begun again before the answer: the request waits.
        bench.host.withDatabase { $0.setReplicating(true, chart) }
        parent.send("REPLAY_CHART \"a.b\" \"true\" 1 99999999999\n")
        bench.sender.flush()
        bench.loop.run()
        #expect(parent.lines() == [])
        bench.host.withDatabase { $0.endReplication() }
        bench.sender.flush()
        bench.loop.run()
        #expect(parent.lines().last?.hasPrefix("REND") == true)
    }

    /// Nothing of an old connection is worth anything on the next (§10.7).
    @Test func aNewConnectionStartsOver() throws {
        let bench = try bench()
        let chart = history(bench, seconds: 3)
        let parent = try bench.live(Self.mask)
        bench.collect(chart, [1, 1])
        parent.send("REPLAY_CHART \"a.b\" \"true\" 0 0\nREPLAY_CHA")
        bench.wait(seconds: 10)
        parent.leave()
        bench.loop.run()
        #expect(bench.link.chartsLeft == nil)
        let next = try bench.live(Self.mask)
        bench.wait(seconds: 1)
        bench.collect(chart, [2, 2])
        #expect(next.lines().last?.hasPrefix("CHART_DEFINITION_END") == true)
        #expect(bench.link.state == .replicating && bench.link.chartsLeft == 1)
        next.send("RT \"a.b\" \"true\" 0 0\n")
        #expect(bench.reports.count(.unknownCommandFromParent) == 1 && next.lines() == [])
        // An older parent gets live data at once.
        bench.wait(seconds: 10)
        next.leave()
        bench.loop.run()
        let old = try bench.live(4)
        bench.collect(chart, [3, 3])
        #expect(old.lines().contains("BEGIN \"a.b\" 0") && bench.link.state == .live && bench.link.chartsLeft == 0)
    }

    @Test func replicationIsOnlyOfferedWhereItIsWanted() throws {
        let bench = try SenderBench(replication: false)
        bench.collect("a.b")
        let parent = try bench.connect()
        #expect(parent.take().contains("&ver=10232&"))
        parent.send(acceptance(Self.mask))
        bench.collect("a.b")
        #expect(parent.lines().last == "END")
    }

    /// A ring heals the gaps of a node that keeps nothing.
    @Test func aRingIsAPast() throws {
        let bench = try bench(HostSettings(mode: .none, ringSeconds: 20))
        let chart = history(bench, seconds: 100)
        let parent = try bench.live(Self.mask)
        bench.wait(seconds: 1)
        bench.collect(chart, [1, 1])
        let now = Self.start + 101
        #expect(parent.lines().last == "CHART_DEFINITION_END \(now - 20) \(now) \(now)")
        parent.send("REPLAY_CHART \"a.b\" \"true\" \(now - 20) \(now)\n")
        let lines = parent.lines()
        #expect(lines.count { $0.hasPrefix("RBEGIN ''") } == 20)
        #expect(lines.contains("RBEGIN '' \(now - 20) \(now - 19) \(now)"))
    }

    /// A chart ahead of the clock: its points have their time, and the parent is told a time that bears them.
    @Test func aChartIsAheadOfTheClock() throws {
        let bench = try bench()
        let chart = history(bench, seconds: 10)
        let parent = try bench.live(Self.mask)
        for _ in 0..<3 { bench.collect(chart, [1, 1]) }
        let now = Self.start + 10
        #expect(parent.lines().last == "CHART_DEFINITION_END \(now - 9) \(now) \(now)")
        parent.send("REPLAY_CHART \"a.b\" \"true\" \(now - 1) \(now)\n")
        let lines = parent.lines()
        #expect(lines.last == "REND 1 \(now - 9) \(now + 3) true \(now - 1) \(now + 3) \(now + 3)")
        #expect(lines.contains("RBEGIN '' \(now + 2) \(now + 3) \(now + 3)"))
    }

    /// A parent that takes nothing gets no answers until it does; one answer never fills the buffer.
    @Test func answersWaitForTheirParent() throws {
        let bench = try bench(buffer: 65_536)
        let names = (0..<20).map { "a.chart\($0)" }
        let charts = names.map { history(bench, $0, seconds: 200) }
        let parent = try bench.live(Self.mask)
        for chart in charts { bench.collect(chart, [1, 1]) }
        _ = parent.take()
        bench.wait(seconds: 6)
        parent.stopReading()
        for name in names { parent.send("REPLAY_CHART \"\(name)\" \"true\" 1 99999999999\n") }
        bench.loop.run()
        let waiting = bench.link.bufferBytes ?? 0
        #expect(waiting > 32_768 && waiting <= 32_768 + 16_384 + 1024, "\(waiting) bytes")
        for _ in 0..<5 {
            bench.wait(seconds: 1)
            bench.sender.flush()
            bench.loop.run()
        }
        #expect(bench.link.bufferBytes == waiting && parent.isOpen)
        parent.goOnReading()
        bench.sender.flush()
        bench.loop.run()
        let lines = parent.lines()
        // Each got an answer, none with more than its share.
        #expect(lines.filter { $0.hasPrefix("RBEGIN \"") } == names.map { "RBEGIN \"\($0)\"" })
        let ends = lines.filter { $0.hasPrefix("REND") }
        #expect(ends.count == 20 && ends.allSatisfy { $0.contains(" false ") })
        #expect(bench.reports.count(.bufferOverflow) == 0 && parent.isOpen)
    }
}
