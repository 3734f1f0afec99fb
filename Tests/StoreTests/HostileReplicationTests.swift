import Basics
import Diagnostics
import Testing
import Wire

@testable import Store

/// What a child may say of the past and should not: it is answered or the connection ends, what is wrong is counted and told
/// a few times, what is stored stays, and nothing runs on.
@Suite struct HostileReplicationTests {
    private static let define = """
        CHART a.b "" "t" "u" "f" "c" "line" 1 1 "" "p" "m"
        DIMENSION x x absolute 1 1

        """

    private func bench(history: Int = 100, limits: StoreLimits = .standard, step: Int64 = 600) -> SessionBench {
        SessionBench(
            mode: .alloc,
            limits: limits,
            history: history,
            replication: ReplicationSettings(secondsPerStep: step)
        )
    }

    private func asked(_ bench: inout SessionBench) -> [String] {
        String(decoding: bench.ingest.takeCommands(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func points(_ bench: borrowing SessionBench) -> StoredPoints {
        bench.host.withDatabase { database in database.points(of: database.find("a.b")!) }
    }

    /// A point for each of the last ten seconds.
    private func filled(history: Int = 100) -> SessionBench {
        var bench = bench(history: history)
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start) \(start)\nRBEGIN \"a.b\"")
        for time in start - 9...start { bench.feed(point(time - 1, time)) }
        _ = bench.ingest.takeCommands()
        return bench
    }

    private func point(_ from: Int64, _ to: Int64, clock: Int64 = start, value: Int64 = 5) -> String {
        "RBEGIN '' \(from) \(to) \(clock)\nRSET \"x\" \(value) \"\"\n"
    }

    // MARK: Times

    /// A clock of another century: nothing is asked for, nothing taken, live data goes on.
    @Test(arguments: [Int64(10), 946_684_800, 4_102_444_800, 253_402_300_000, .max])
    func anotherCentury(clock: Int64) {
        var bench = bench()
        for _ in 0..<50 {
            bench.feed(Self.define + "CHART_DEFINITION_END \(clock - 100) \(clock) \(clock)\n")
            bench.feed("RBEGIN \"a.b\"\n" + point(clock - 1, clock, clock: clock))
            bench.feed("REND 1 \(clock - 100) \(clock) true \(clock - 1) \(clock) \(clock)\n")
        }
        #expect(Set(asked(&bench)) == ["REPLAY_CHART \"a.b\" \"true\" 0 0"])
        #expect(points(bench).count == 0)
        let codes = bench.events.events.map(\.condition.code)
        #expect(codes.count { $0 == Condition.replicationClockUnbelievable.code } == 1)
        #expect(codes.count <= 1 + Replicating.invalidReported)
        #expect(bench.host.withDatabase { $0.counters.refusedPoints } == 50)
        for second in 0..<3 {
            bench.now = at(Double(start) + Double(second) + 0.2)
            #expect(bench.feed("BEGIN \"a.b\" 1000000\nSET \"x\" = 5\nEND") == .more)
        }
        #expect(points(bench).lastTime == start + 2)
    }

    private static let impossible: [(Int64, Int64)] = [
        (start, start - 1), (start, start), (0, 0), (0, start), (-5, start), (start, Int64.max), (Int64.min, Int64.max),
        (start + 50, start + 51), (-10, -9), (start - 1_000_000_000, start + 1), (start - 1, start + 86_400),
    ]

    /// Points whose times are wrong are counted, a few are told, and what is there stays.
    @Test(arguments: impossible)
    func impossibleTimes(from: Int64, to: Int64) {
        var bench = filled()
        let before = points(bench).columns
        for _ in 0..<1000 { #expect(bench.feed(point(from, to)) == .more) }
        #expect(points(bench).columns == before)
        #expect(bench.host.withDatabase { $0.counters.refusedPoints } == 1000)
        #expect(bench.events.texts.count <= Replicating.invalidReported)
        // The next good one counts.
        bench.feed(point(start, start + 1, clock: start + 1))
        #expect(points(bench).lastTime == start + 1)
    }

    /// The past again, backwards and overlapping: nothing twice, nothing changed.
    @Test func overlappingAndOutOfOrder() {
        var bench = filled()
        let before = points(bench).columns
        for time in (start - 20...start).reversed() { bench.feed(point(time - 1, time, value: 99)) }
        #expect(points(bench).columns == before && points(bench).firstTime == start - 9)
        #expect(bench.host.withDatabase { $0.counters.repeatedPoints } == 21)
        #expect(bench.events.texts == [])
    }

    /// A hole of years costs no more than what would stay.
    @Test func aHoleOfYears() {
        var bench = bench(history: 1000)
        bench.feed(Self.define + "CHART_DEFINITION_END 1 \(start) \(start)")
        #expect(asked(&bench) == ["REPLAY_CHART \"a.b\" \"false\" \(start - 1000) \(start - 400)"])
        bench.feed("RBEGIN \"a.b\"")
        bench.feed(point(1, 2) + point(start - 1_000_000, start - 999_999) + point(start - 999, start - 998))
        #expect(points(bench).count == 1)
        bench.feed(point(start - 1, start))
        #expect(points(bench).count == 999 && points(bench).lastTime == start)
        bench.feed("RSSTATE \(start - 900_000_000)000000 \(start - 900_000_000)000000")
        bench.feed("RSSTATE -1 -1\nRSSTATE 9223372036854775807 9223372036854775807")
        #expect(points(bench).count == 999 && points(bench).lastTime == start)
    }

    /// Live data and its past of the same seconds, to and fro.
    @Test func theSameSecondLiveAndReplayed() {
        var bench = filled()
        bench.feed(
            "RDSTATE \"x\" \(start)500000 5 5 5\nRSSTATE \(start)500000 \(start)000000\n"
                + "REND 1 \(start - 10) \(start) true \(start - 10) \(start) \(start)"
        )
        for second in start + 1...start + 20 {
            bench.now = at(Double(second) + 0.5)
            bench.feed("BEGIN \"a.b\" 1000000\nSET \"x\" = 7\nEND\nRBEGIN \"a.b\"")
            bench.feed(point(second - 1, second, clock: second, value: 99))
            #expect(bench.feed("REND 1 \(start) \(second) true \(second - 1) \(second) \(second)") == .more)
        }
        let stored = points(bench)
        #expect(stored.count == 30 && stored.lastTime == start + 20)
        #expect(stored.columns[0].suffix(20).allSatisfy { StorageNumber.decode($0) == 7 })
        // The other way round: a point that came as the past is there when its second is collected.
        let next = start + 21
        bench.now = at(Double(next) + 0.5)
        bench.feed("RBEGIN \"a.b\"\n" + point(next - 1, next, clock: next, value: 99) + "REND 1 1 1 true 1 1 1")
        bench.feed("BEGIN \"a.b\" 1000000\nSET \"x\" = 7\nEND")
        #expect(points(bench).lastTime == next || points(bench).lastTime == next + 1)
        #expect(points(bench).count == Int(points(bench).lastTime - start) + 10)
        // A collection that is open when the past begins is none.
        bench.feed("BEGIN \"a.b\" 1000000\nSET \"x\" = 7\nRBEGIN \"a.b\"\nREND 1 1 1 true 1 1 1")
        #expect(bench.feed("BEGIN \"a.b\" 1000000\nSET \"x\" = 8\nEND") == .more)
    }

    // MARK: Lines

    @Test(arguments: [
        ("RBEGIN \"no.such\"", "ND-R6"), ("RBEGIN ''", "ND-R5"), ("RSET \"x\" 1 \"\"", "ND-R5"),
        ("RDSTATE \"x\" 1 1 1 1", "ND-R5"), ("RSSTATE 1 1", "ND-R5"), ("REND 1 1 1 true 1 1 1", "ND-R5"),
        ("RBEGIN \"a.b\"\nRSET \"no\" 1 \"\"", "ND-R7"), ("RBEGIN \"a.b\"\nRDSTATE \"no\" 1 1 1 1", "ND-R7"),
        ("RBEGIN \"a.b\"\nRSET", "ND-R8"), ("RBEGIN \"a.b\"\nRDSTATE", "ND-R8"),
        ("RBEGIN \"a.b\"\nREND", "ND-R4"), ("RBEGIN \"a.b\"\nREND 1 1 1 true 1", "ND-R4"),
        ("RBEGIN \"a.b\"\nREND 1 1 1 true 1 1\nREND 1 1 1 true 1 1", "ND-R5"),
        ("RBEGIN \"a.b\"\nCHART_DEFINITION_END 1 1 1", "ND-R5"),
    ])
    func theConnectionEnds(lines: String, code: String) {
        var bench = bench()
        bench.feed(Self.define)
        bench.feed("CHART_DEFINITION_END 0 0 \(start)")
        #expect(bench.feed(lines) == .stopped)
        #expect(bench.ingest.ending?.condition.code == code)
        #expect(bench.events.texts.count == 1)
    }

    @Test(arguments: [
        "RBEGIN \"a.b\"\nRSET \"x\"", "RBEGIN \"a.b\"\nRSET \"x\" 1 \"\"", "RBEGIN \"a.b\" 1 2\nRSET \"x\" 1 \"\"",
        "RBEGIN \"a.b\"\nRBEGIN \"a.b\"\nREND 1 1 1 true 1 1", "RBEGIN \"a.b\"\nREND -1 -1 -1 maybe -1 -1 -1",
        "RBEGIN \"a.b\"\nREND 9999999999999999999 x y true z 1e9 ''", "RBEGIN \"a.b\"\nRDSTATE \"x\" nan nan nan nan",
        "RBEGIN \"a.b\"\nRDSTATE \"x\" 1 -9223372036854775808 1e999 -inf\nRSSTATE x y\nREND 1 1 1 true 1 1",
        "RBEGIN \"a.b\"\nRBEGIN '' \(start - 1) \(start) \(start)\nRSET \"x\" 1e999 \"RAE\"\nRSET \"x\" 0x1 \"\"",
    ])
    func theConnectionGoesOn(lines: String) {
        var bench = bench()
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 10) \(start) \(start)")
        for _ in 0..<100 { #expect(bench.feed(lines) == .more) }
        #expect(points(bench).count <= 1)
        #expect(bench.events.texts.count <= Replicating.invalidReported)
        #expect(asked(&bench).count <= 30)
    }

    // MARK: Without end

    /// Answers that bring nothing: asked a few times, told once, then left alone.
    @Test func endlessWithoutProgress() {
        var bench = bench()
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 100) \(start) \(start)")
        var requests = asked(&bench).count
        for _ in 0..<1000 {
            bench.feed("RBEGIN \"a.b\"\nREND 1 \(start - 100) \(start) false \(start - 100) \(start - 100) \(start)")
            requests += asked(&bench).count
        }
        #expect(requests == Replicating.stallsMax + 1)
        #expect(bench.events.events.map(\.condition.code) == ["ND-R9"])
        #expect(bench.ingest.replicationProgress.chartsLeft == 0)
    }

    /// A child that says it advanced, second by second, past its own present, and turns its clock on for it.
    @Test func endlessWithProgress() {
        var bench = bench(history: 3600)
        bench.feed(Self.define + "CHART_DEFINITION_END \(start - 100) \(start) \(start)")
        var requests = asked(&bench).count
        for round in Int64(1)...20_000 {
            let time: Int64 = start - 100 + round
            let end = "REND 1 \(start - 100) \(time) false \(time - 1) \(time) \(max(start, time))"
            bench.feed("RBEGIN \"a.b\"\n" + end)
            let more = asked(&bench).count
            if more == 0 { break }
            requests += more
        }
        // Until its clock is not believed any more.
        #expect(requests < 100 + 3600 + 2 * Replicating.stallsMax)
        #expect(bench.ingest.replicationProgress.chartsLeft == 0)
        #expect(bench.events.texts.count <= 2, "\(bench.events.texts)")
    }

    /// Thousands of charts that all go on for ever are told of a few times.
    @Test func manyEndlessCharts() {
        var bench = bench()
        for index in 0..<100 {
            let id = "a.n\(index)"
            bench.feed(Self.define.replacingText("a.b", id) + "CHART_DEFINITION_END \(start - 9) \(start) \(start)")
            for _ in 0..<30 { bench.feed("RBEGIN \"\(id)\"\nREND 1 \(start - 9) \(start) false 1 1 \(start)") }
        }
        #expect(bench.events.texts.count == Replicating.endlessReported)
        #expect(bench.ingest.replicationProgress.chartsLeft == 0)
    }

    /// More charts than may be: each is answered, so that the child does not wait, and no more is remembered.
    @Test func moreChartsThanMayBe() {
        var limits = StoreLimits()
        limits.chartsPerHost = 1000
        var bench = bench(limits: limits)
        var requests = 0
        for index in 0..<10_000 {
            let text = Self.define.replacingText("a.b", "a.n\(index)")
            bench.feed(text + "CHART_DEFINITION_END \(start - 9) \(start) \(start)")
            requests += asked(&bench).count
            bench.feed("RBEGIN \"a.n\(index)\"\n" + point(start - 1, start) + "REND 1 1 \(start) false 1 1 \(start)")
            requests += asked(&bench).count
        }
        #expect(bench.host.withDatabase { $0.chartCount } == 1000)
        #expect(bench.ingest.replicationProgress.chartsLeft == 1000)
        #expect(requests == 11_000)
        #expect(bench.events.texts.count <= 2, "\(bench.events.texts)")
    }
}
