import Basics
import Diagnostics
import Testing
import Wire

@testable import Store

/// The request of streaming protocol §10, and what a parent makes of the answers.
@Suite struct ReplicationRequestTests {
    private func next(
        _ first: Int64,
        _ last: Int64,
        stored: Int64 = 0,
        now: Int64,
        kept: Int64 = .max,
        previous: Int64? = nil,
        _ settings: ReplicationSettings = ReplicationSettings(secondsPerStep: 12)
    ) -> ReplicationRequest {
        ReplicationRequest.next(
            .init(
                childFirst: first,
                childLast: last,
                storedLast: stored,
                now: now,
                keptSeconds: kept,
                previousBefore: previous
            ),
            settings
        )
    }

    /// The requests of a real 1.37.1 parent with steps of 12 seconds.
    @Test func recordedRequests() {
        var request = next(575, 647, now: 648)
        var asked: [ReplicationRequest] = [request]
        while !request.startsStreaming {
            request = next(575, 647, now: 648, previous: request.before)
            asked.append(request)
        }
        #expect(asked.map(\.after) == [575, 587, 599, 611, 623, 635])
        #expect(asked.map(\.before) == [587, 599, 611, 623, 635, 647])
        #expect(asked.map(\.startsStreaming) == [false, false, false, false, false, true])
        #expect(next(575, 649, now: 650, previous: 647) == .init(startsStreaming: true, after: 647, before: 649))
    }

    /// A real child counts the points of its answer from where the range begins: ranges of slow charts lie on their grid.
    @Test func slowChartsAreAskedForOnTheirGrid() {
        func next(_ previous: Int64?) -> ReplicationRequest {
            let situation = ReplicationRequest.Situation(
                childFirst: 577,
                childLast: 610,
                storedLast: 0,
                now: 611,
                previousBefore: previous,
                updateEvery: 5
            )
            return .next(situation, ReplicationSettings(secondsPerStep: 12))
        }
        #expect(next(nil) == .init(startsStreaming: false, after: 575, before: 585))
        #expect(next(587) == .init(startsStreaming: false, after: 585, before: 595))
        #expect(next(607) == .init(startsStreaming: true, after: 605, before: 610))
        // A step is at least one point, and nothing is asked for at 0: that would be nothing at all.
        let slow = ReplicationRequest.Situation(childFirst: 3, childLast: 90, storedLast: 0, now: 90, updateEvery: 60)
        let request = ReplicationRequest.next(slow, ReplicationSettings(secondsPerStep: 12))
        #expect(request == .init(startsStreaming: false, after: 3, before: 63))
    }

    @Test func nothingIsAskedForWhereNothingCanCome() {
        #expect(next(0, 0, now: 648) == .nothing)
        #expect(next(0, 640, now: 648) == .nothing)
        #expect(next(700, 640, now: 800) == .nothing)
        #expect(next(-5, 640, now: 648) == .nothing)
        #expect(next(575, 640, stored: 641, now: 648) == .nothing)
        #expect(next(575, 640, now: 648, ReplicationSettings(isEnabled: false)) == .nothing)
        #expect(next(575, .max, now: 648) == .nothing)
        var situation = ReplicationRequest.Situation(childFirst: 575, childLast: 640, storedLast: 0, now: 648)
        situation.hasDimensions = false
        #expect(ReplicationRequest.next(situation, ReplicationSettings()) == .nothing)
    }

    @Test func onlyWhatIsMissingAndWhatIsKept() {
        let wide = ReplicationSettings(secondsToReplicate: 60, secondsPerStep: 600)
        #expect(next(100, 990, now: 1000, wide) == .init(startsStreaming: true, after: 940, before: 990))
        #expect(next(100, 990, stored: 980, now: 1000, wide) == .init(startsStreaming: true, after: 980, before: 990))
        #expect(next(100, 990, stored: 990, now: 1000, wide) == .init(startsStreaming: true, after: 990, before: 990))
        // A hole of years is asked for as far as it would stay.
        let request = next(5, 1_700_000_000, stored: 10, now: 1_700_000_000, kept: 100)
        #expect(request == .init(startsStreaming: false, after: 1_699_999_900, before: 1_699_999_912))
    }
}

@Suite struct ReplicationTests {
    private static let define = """
        CHART a.b "" "t" "u" "f" "c" "line" 1 1 "" "p" "m"
        DIMENSION x x absolute 1 1
        DIMENSION y y incremental 1 1

        """
    private let settings = ReplicationSettings()

    private func bench(_ mode: MemoryMode = .alloc, history: Int = 100) -> SessionBench {
        SessionBench(mode: mode, history: history, replication: settings)
    }

    /// The commands that were asked for, without the chart.
    private func asked(_ bench: inout SessionBench) -> [String] {
        String(decoding: bench.ingest.takeCommands(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func values(_ bench: borrowing SessionBench, _ dimension: Int) -> [Double?] {
        bench.host.withDatabase { database in
            database.find("a.b").map { database.points(of: $0).columns[dimension].map(shown) } ?? []
        }
    }

    private func retention(_ bench: borrowing SessionBench) -> Retention {
        bench.host.withDatabase { database in
            database.find("a.b").map { database.retention(of: $0) } ?? .empty(updateEvery: 0)
        }
    }

    /// A whole exchange of a chart that is not known here: points, state, live data.
    static let conversation =
        define + """
            CHART_DEFINITION_END \(start - 10) \(start - 1) \(start)
            RBEGIN "a.b"
            RBEGIN '' \(start - 4) \(start - 3) \(start)
            RSET "x" 1.5000000 ""
            RSET "y" -2.0000000 "R"
            RBEGIN '' \(start - 3) \(start - 2) \(start)
            RSET "x" nan ""
            RSET "y" 3.0000000 "E"
            RBEGIN '' \(start - 2) \(start - 1) \(start)
            RSET "x" 7.0000000 ""
            RSET "y" 4.0000000 ""
            RDSTATE "x" \(start - 1)500000 9 9.0000000 7.0000000
            RDSTATE "y" \(start - 1)500000 100 2.0000000 4.0000000
            RSSTATE \(start - 1)500000 \(start - 1)000000
            REND 1 \(start - 10) \(start - 1) true \(start - 4) \(start - 1) \(start)
            BEGIN "a.b" 1000000
            SET "x" = 13
            SET "y" = 104
            END
            BEGIN "a.b" 1000000
            SET "x" = 15
            SET "y" = 110
            END

            """

    @Test func aGapIsFilledAndLiveDataContinues() {
        var bench = bench()
        #expect(bench.feed(Self.conversation) == .more)
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"true\" \(start - 10) \(start - 1)"])
        #expect(retention(bench) == Retention(first: start - 3, last: start + 1, updateEvery: 1, points: 5))
        // What was left over of the counter counts: 2 + half of 4.
        #expect(values(bench, 0) == [1.5, nil, 7, 13, 15])
        #expect(values(bench, 1) == [-2, nil, 4, 4, 5])
        let code = bench.host.withDatabase { $0.points(of: $0.find("a.b")!).columns[1][0] }
        #expect(StorageNumber.hasReset(code))
        #expect(bench.events.texts == [])
        let counters = bench.host.withDatabase { $0.counters }
        #expect(counters.replicatedPoints == 3 && counters.replicatedSamples == 6 && counters.repeatedPoints == 0)
        #expect(bench.ingest.replicationProgress.chartsLeft == 0 && bench.ingest.replicationProgress.chartsDone == 1)
    }

    /// Byte by byte and cut in two at every offset: the same points, the same requests.
    @Test func everyCutGivesTheSame() {
        let text = Array(Self.conversation.utf8)
        var whole = bench()
        whole.feed(bytes: text)
        let commands = whole.ingest.takeCommands()
        let expected = [values(whole, 0), values(whole, 1)]
        for offset in 1..<text.count {
            var cut = bench()
            cut.feed(bytes: Array(text[..<offset]))
            cut.feed(bytes: Array(text[offset...]))
            #expect([values(cut, 0), values(cut, 1)] == expected, "cut at \(offset)")
            #expect(cut.ingest.takeCommands() == commands, "cut at \(offset)")
        }
        var single = bench()
        for byte in text { single.feed(bytes: [byte]) }
        #expect([values(single, 0), values(single, 1)] == expected)
        #expect(single.ingest.takeCommands() == commands)
    }

    /// 2.11's way to say the same: single quotes, slots, two blanks (streaming protocol §18, trap 19).
    @Test func otherGenerationsSayTheSame() {
        let modern = Self.conversation
            .replacingText("RBEGIN \"a.b\"", "RBEGIN SLOT:3 'a.b'").replacingText("RSET \"x\"", "RSET SLOT:1 'x'")
            .replacingText("RDSTATE \"y\"", "RDSTATE SLOT:2 'y'").replacingText("true ", "true  ")
            .replacingText(" \"\"\n", " ''\n").replacingText("7.0000000", "7").replacingText(" nan ", " NAN ")
        var bench = bench()
        #expect(bench.feed(modern) == .more)
        #expect(values(bench, 0) == [1.5, nil, 7, 13, 15])
        #expect(values(bench, 1) == [-2, nil, 4, 4, 5])
    }

    @Test func whatIsRepeatedIsNotStoredTwice() {
        var bench = bench()
        bench.feed(Self.conversation)
        let before = [values(bench, 0), values(bench, 1)]
        bench.feed(Self.conversation.lines(before: "BEGIN \"a.b\""))
        #expect([values(bench, 0), values(bench, 1)] == before)
        #expect(bench.host.withDatabase { $0.counters.repeatedPoints } == 3)
    }

    /// After a reconnect only what is missing is asked for, and nothing of the sequence is lost or doubled.
    @Test func theNextConnectionContinues() {
        var first = bench()
        first.feed(Self.conversation)
        var second = SessionBench(host: first.host, replication: settings)
        second.now = at(Double(start) + 6)
        second.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start + 5) \(start + 6)")
        #expect(asked(&second) == ["REPLAY_CHART \"a.b\" \"true\" \(start + 1) \(start + 5)"])
        var answer = "RBEGIN \"a.b\"\n"
        for time in start + 2...start + 5 {
            answer +=
                "RBEGIN '' \(time - 1) \(time) \(start + 6)\nRSET \"x\" \(time - start).0 \"\"\nRSET \"y\" 5 \"\"\n"
        }
        answer += """
            RDSTATE "x" \(start + 5)500000 5 5.0 5.0
            RDSTATE "y" \(start + 5)500000 130 2.5 5.0
            RSSTATE \(start + 5)500000 \(start + 5)000000
            REND 1 \(start - 10) \(start + 5) true \(start + 1) \(start + 5) \(start + 6)
            BEGIN "a.b" 1000000
            SET "x" = 7
            SET "y" = 135
            END

            """
        second.feed(answer)
        #expect(values(second, 0) == [1.5, nil, 7, 13, 15, 2, 3, 4, 5, 7])
        #expect(values(second, 1).suffix(2) == [5, 5])
        #expect(retention(second).last == start + 6)
    }

    /// Without stored points at the child the exchange is empty, and live data goes on from its state (streaming protocol
    /// §10.5).
    @Test(arguments: [MemoryMode.alloc, .none])
    func aChildWithoutDatabase(mode: MemoryMode) {
        var bench = bench(mode)
        bench.feed(Self.define + "CHART_DEFINITION_END 0 0 \(start)")
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"true\" 0 0"])
        bench.feed(
            """
            RBEGIN "a.b"
            RDSTATE "x" \(start)500000 10 0.0 0.0
            RDSTATE "y" \(start)500000 10 0.0 0.0
            RSSTATE \(start)500000 0
            REND 1 0 \(start) true 0 0 \(start)
            BEGIN "a.b" 1000000
            SET "x" = 20
            SET "y" = 30
            END
            """
        )
        #expect(bench.host.withDatabase { $0.lastUpdated } == start + 1)
        guard mode != .none else { return }
        // From the base that the state gave: nothing but the first sample is lost. Of the counter the half after the second.
        #expect(values(bench, 1) == [10])
        #expect(values(bench, 0) == [20])
    }

    @Test func whereItIsSwitchedOffTheExchangeIsEmpty() {
        var bench = SessionBench(replication: ReplicationSettings(isEnabled: false))
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start - 1) \(start)")
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"true\" 0 0"])
    }

    /// A session that did not agree on it knows none of its commands.
    @Test(arguments: ["CHART_DEFINITION_END 1 2 3", "RBEGIN a.b", "RSET \"x\" 1 \"\"", "REND 1 2 3 true 4 5"])
    func withoutAgreementItIsUnknown(line: String) {
        var bench = SessionBench()
        bench.feed(Self.define)
        #expect(bench.feed(line) == .stopped)
        #expect(bench.ingest.ending?.condition == .unknownCommand)
    }

    /// One request at a time; steps follow one another as answers come.
    @Test func stepByStep() {
        var bench = SessionBench(mode: .alloc, replication: ReplicationSettings(secondsPerStep: 10))
        let define = Self.define + "CHART_DEFINITION_END \(start - 25) \(start - 1) \(start)\n"
        bench.feed(define + define)
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"false\" \(start - 25) \(start - 15)"])
        let progress = bench.ingest.replicationProgress
        #expect(progress.chartsLeft == 1 && progress.secondsWanted == 24 && progress.percent == 0)
        bench.feed(
            "RBEGIN \"a.b\"\nREND 1 \(start - 25) \(start - 1) false \(start - 25) \(start - 15) \(start)\n"
        )
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"false\" \(start - 15) \(start - 5)"])
        #expect(bench.ingest.replicationProgress.secondsDone == 10)
        bench.feed(
            "RBEGIN \"a.b\"\nREND 1 \(start - 25) \(start) false \(start - 15) \(start - 5) \(start + 1)\n"
        )
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"true\" \(start - 5) \(start)"])
        bench.feed("RBEGIN \"a.b\"\nREND 1 \(start - 25) \(start) true \(start - 5) \(start) \(start + 1)\n")
        #expect(asked(&bench) == [])
        #expect(bench.ingest.replicationProgress.chartsLeft == 0)
        #expect(bench.ingest.waiting(forSeconds: 0, monotonic: .max) == nil)
    }

    @Test func waitingChartsAreKnown() {
        var bench = bench()
        bench.ingest.monotonic = 5_000_000
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start - 1) \(start)")
        #expect(bench.ingest.waiting(forSeconds: 60, monotonic: 64_999_999) == nil)
        #expect(
            bench.ingest.waiting(forSeconds: 60, monotonic: 66_000_000)
                == Ingest.Waiting(charts: 1, chart: "a.b", seconds: 61)
        )
    }

    /// The distance of points is what the child says, but one strange interval does not cost what is stored.
    @Test func updateEveryFollowsTheChild() {
        var bench = bench()
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start) \(start)\nRBEGIN \"a.b\"\n")
        bench.feed("RBEGIN '' \(start - 6) \(start - 4) \(start)\nRSET \"x\" 1 \"\"\n")
        #expect(retention(bench) == Retention(first: start - 4, last: start - 4, updateEvery: 2, points: 1))
        // Back to what the chart was defined with.
        bench.feed("RBEGIN '' \(start - 4) \(start - 3) \(start)\nRSET \"x\" 2 \"\"\n")
        #expect(retention(bench) == Retention(first: start - 3, last: start - 3, updateEvery: 1, points: 1))
        bench.feed("RBEGIN '' \(start - 10) \(start - 2) \(start)\nRSET \"x\" 3 \"\"\n")
        #expect(retention(bench).points == 1)
        #expect(bench.host.withDatabase { $0.counters.refusedPoints } == 1)
        bench.feed("REND 5 \(start - 10) \(start) true 0 0 \(start)\n")
        #expect(retention(bench).updateEvery == 1 && retention(bench).points == 1)
        // Where nothing is stored nothing is lost.
        var empty = self.bench()
        empty.feed(Self.define + "CHART_DEFINITION_END 0 0 \(start)\nRBEGIN \"a.b\"")
        empty.feed("REND 5 0 \(start) true 0 0 \(start)\n")
        #expect(retention(empty).updateEvery == 5)
        #expect(empty.snapshot("a.b")?.definition.updateEvery == 5)
    }

    /// A real child makes its answer beside its collectors: it may have a new collection of which it has no point yet. It
    /// is asked again, and has it.
    @Test(arguments: [false, true])
    func anAnswerInTheMiddleOfACollection(isOvertaken: Bool) {
        var bench = bench()
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start) \(start)\nRBEGIN \"a.b\"")
        _ = bench.ingest.takeCommands()
        func point(_ time: Int64, _ x: Int64) -> String {
            "RBEGIN '' \(time - 1) \(time) \(start + 1)\nRSET \"x\" \(x) \"\"\nRSET \"y\" \(x) \"\"\n"
        }
        func state(_ collected: Int64, _ updated: Int64, _ x: Int64) -> String {
            """
            RDSTATE "x" \(collected)400000 \(x) \(x).0 \(x).0
            RDSTATE "y" \(collected)400000 100 0.0 \(x).0
            RSSTATE \(collected)400000 \(updated)000000

            """
        }
        bench.feed(point(start, 50) + state(start + 1, start, 60))
        bench.feed("REND 1 \(start - 10) \(start) true \(start - 10) \(start) \(start + 1)")
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"true\" \(start) \(start)"])
        #expect(bench.ingest.replicationProgress.chartsLeft == 1)
        let live = "BEGIN \"a.b\" 1000000\nSET \"x\" = 70\nSET \"y\" = 100\nEND"
        bench.now = at(Double(start) + 2.5)
        if isOvertaken { bench.feed(live) }
        let answer = "RBEGIN \"a.b\"\n" + point(start + 1, 56) + state(start + 1, start + 1, 60)
        bench.feed(answer + "REND 1 \(start - 10) \(start + 1) true \(start) \(start + 1) \(start + 1)")
        #expect(asked(&bench) == [] && bench.ingest.replicationProgress.chartsLeft == 0)
        if !isOvertaken { bench.feed(live) }
        // Each second once; and with the answer in time the child's own value of that second.
        #expect(retention(bench).last == start + 2)
        #expect(values(bench, 0).count == 3)
        if !isOvertaken { #expect(values(bench, 0) == [50, 56, 70]) }
    }

    /// One that always is in the middle of something is left alone.
    @Test func anAnswerThatNeverIsWhole() {
        var bench = bench()
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start) \(start)")
        var requests = asked(&bench).count
        for _ in 0..<100 {
            bench.feed("RBEGIN \"a.b\"\nRSSTATE \(start + 1)400000 \(start)000000")
            bench.feed("REND 1 \(start - 10) \(start) true \(start) \(start) \(start + 1)")
            requests += asked(&bench).count
        }
        #expect(requests == 1 + Replicating.tornMax && bench.ingest.replicationProgress.chartsLeft == 0)
        #expect(bench.events.texts == [])
    }

    /// Data that comes before its replication is over is taken as ever.
    @Test func liveDataNeedNotWait() {
        var bench = bench()
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start - 1) \(start)")
        for second in 0..<3 {
            bench.now = at(Double(start) + Double(second) + 0.2)
            #expect(bench.feed("BEGIN \"a.b\" 1000000\nSET \"x\" = 5\nEND") == .more)
        }
        #expect(retention(bench).last == start + 2)
        #expect(values(bench, 0) == [5, 5])
    }
}

extension String {
    func replacingText(_ text: String, _ other: String) -> String {
        var result = ""
        var rest = self[...]
        while let range = rest.range(of: text) {
            result += rest[..<range.lowerBound] + other
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    /// The lines up to the first that begins so.
    func lines(before prefix: String) -> String {
        split(separator: "\n").prefix { !$0.hasPrefix(prefix) }.map { $0 + "\n" }.joined()
    }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
