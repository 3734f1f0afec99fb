import Basics
import Status
import Synchronization
import Testing

@testable import Diagnostics
@testable import Store
@testable import Streaming
@testable import Wire

/// What the status document and the log say while a child's gaps are filled.
@Suite struct ReceiverReplicationTests {
    private let start: Int64 = 1_795_339_848

    private func chart(_ id: String, first: Int64, last: Int64, clock: Int64? = nil) -> String {
        """
        CHART "\(id)" "" "t" "u" "f" "c" "line" 1 1 "" "p" "m"
        DIMENSION "x" "" "absolute" 1 1 ""
        CHART_DEFINITION_END \(first) \(last) \(clock ?? last)

        """
    }

    private func child(_ bench: ParentBench) throws -> TestChild {
        // Everything but compression.
        try bench.accepted(request(version: "15352", program: "netdata/v1.37.1"))
    }

    private func end(
        _ id: String,
        _ starts: Bool,
        _ after: Int64,
        _ before: Int64,
        last: Int64,
        clock: Int64? = nil
    ) -> String {
        "RBEGIN \"\(id)\"\nREND 1 \(start - 1200) \(last) \(starts) \(after) \(before) \(clock ?? last)\n"
    }

    @Test func howFarItIs() throws {
        let bench = ParentBench()
        let child = try child(bench)
        let first = start - 1200
        for id in ["a.a", "a.b"] { child.send(chart(id, first: first, last: start)) }
        #expect(child.answers().split(separator: "\n").count == 2)
        func shown() throws -> StatusDocument.Replication? { try bench.host().status.withLock { $0.replication } }
        func state() throws -> HostState { try bench.host().status.withLock { $0.state } }
        let begun = try #require(try shown())
        #expect(begun.chartsLeft == 2 && begun.percent == 0 && begun.remainingSeconds == nil)
        #expect(begun.fromAt == Double(first) && begun.toAt == Double(start))
        #expect(try state() == .replicating)
        bench.wait(seconds: 10)
        child.send(end("a.a", false, first, first + 600, last: start, clock: start + 10))
        let quarter = try #require(try shown())
        #expect(quarter.percent == 25 && quarter.chartsLeft == 2 && quarter.remainingSeconds == 30)
        child.send(end("a.a", true, first + 600, start, last: start, clock: start + 10))
        let half = try #require(try shown())
        #expect(half.percent == 50 && half.chartsLeft == 1 && half.remainingSeconds == 10)
        child.send(end("a.b", true, first, start, last: start, clock: start + 10))
        #expect(try shown() == nil)
        #expect(try state() == .live)
        #expect(bench.reports.count(.replicationStarted) == 1 && bench.reports.count(.replicationFinished) == 0)
        bench.wait(seconds: 4)
        child.send("\n")
        #expect(bench.reports.count(.replicationFinished) == 1)
    }

    /// What a connection begins with is a state of the host. A chart that is defined, or defined anew, while the host is live
    /// is not: it stays live, since when it is.
    @Test func aChartThatComesLaterChangesNoState() throws {
        let bench = ParentBench()
        func facts() throws -> HostFacts { try bench.host().status.withLock { $0 } }
        for _ in 0..<2 {
            let child = try child(bench)
            func define(_ id: String) {
                let now = bench.clock.now() / microsecondsPerSecond
                child.send(chart(id, first: now - 600, last: now))
            }
            func answer(_ id: String, after seconds: Int64) {
                bench.wait(seconds: seconds)
                let now = bench.clock.now() / microsecondsPerSecond
                child.send(end(id, true, now - seconds - 600, now - seconds, last: now))
            }
            define("a.a")
            #expect(try facts().state == .replicating)
            answer("a.a", after: 1)
            // The next one comes at once, and is of the same filling.
            bench.wait(seconds: 1)
            define("a.b")
            #expect(try facts().state == .replicating)
            answer("a.b", after: 2)
            let live = bench.clock.now()
            for late in 1...3 {
                // Anew, and one that was not there; the answers take longer than the quiet between two fillings.
                for id in ["a.a", "late.\(late)"] {
                    bench.wait(seconds: 4)
                    define(id)
                    #expect(try facts().state == .live && facts().replication?.chartsLeft == 1)
                    answer(id, after: 4)
                    #expect(try facts().replication == nil)
                }
            }
            #expect(try facts().state == .live && facts().stateSince == live)
            child.leave()
            bench.wait(seconds: 5)
        }
    }

    /// Where nothing is asked for, nothing is filled: a host that is new is live from its connection on.
    @Test func aChildWithoutAPastIsLiveAtOnce() throws {
        let bench = ParentBench()
        let connected = bench.clock.now()
        let child = try child(bench)
        for number in 1...3 {
            bench.wait(seconds: 1)
            child.send(chart("a.n\(number)", first: 0, last: 0, clock: start + Int64(number)))
            let facts = try bench.host().status.withLock { $0 }
            #expect(facts.state == .live && facts.stateSince == connected && facts.replication?.chartsLeft == 1)
            child.send("RBEGIN \"a.n\(number)\"\nREND 1 0 0 true 0 0 \(start + Int64(number))\n")
        }
    }

    /// An answer that does not come is a problem after a minute of this machine's life, whatever is done to its clock.
    @Test func aChildThatDoesNotAnswer() throws {
        let bench = ParentBench()
        let child = try child(bench)
        child.send(chart("a.b", first: start - 1200, last: start))
        func problems() throws -> [String] { try bench.host().status.withLock { $0.problems.map(\.code) } }
        bench.clock.set(seconds: start + 86_400)
        bench.wait(seconds: 30)
        #expect(try problems() == [])
        bench.clock.set(seconds: start - 86_400)
        bench.wait(seconds: 30)
        #expect(try problems() == ["ND-R10"])
        let text = "no answer to a replication request for 60 seconds (1 charts wait, chart 'a.b' for the longest)."
        #expect(bench.reports.text(.replicationStuck)?.hasSuffix(text) == true)
        bench.wait(seconds: 120)
        #expect(bench.reports.count(.replicationStuck) == 1)
        bench.clock.set(seconds: start)
        child.send(end("a.b", true, start - 1200, start, last: start))
        bench.wait(seconds: 30)
        #expect(try problems() == [])
    }

    /// What was not answered is over with the connection.
    @Test func aChildThatLeavesWithoutAnAnswer() throws {
        let bench = ParentBench()
        let child = try child(bench)
        child.send(chart("a.b", first: 0, last: 0, clock: start))
        bench.wait(seconds: 60)
        let code = Condition.replicationStuck.code
        #expect(try bench.host().status.withLock { $0.problems.map(\.code) } == [code])
        child.leave()
        let facts = try bench.host().status.withLock { $0 }
        #expect(facts.problems.map(\.code) == [] && facts.replication == nil && facts.state == .down)
    }

    @Test(arguments: [(Int64(2), nil), (3, "ND-R13"), (-60, "ND-R13"), (61, "ND-R12"), (-90, "ND-R12")])
    func clocksThatDiffer(offset: Int64, code: String?) throws {
        let bench = ParentBench()
        let child = try child(bench)
        child.send(chart("a.b", first: start - 1200, last: start + offset))
        func facts() throws -> HostFacts { try bench.host().status.withLock { $0 } }
        #expect(try facts().clockOffsetSeconds == Double(offset))
        #expect(try facts().problems.map(\.code) == (code.map { [$0] } ?? []))
        // Set right, it is over; to and fro it is told once.
        for _ in 0..<5 {
            child.send(end("a.b", false, start - 600, start, last: start))
            #expect(try facts().problems.map(\.code) == [])
            child.send(end("a.b", false, start - 600, start, last: start, clock: start + offset))
            #expect(try facts().problems.map(\.code) == (code.map { [$0] } ?? []))
        }
        #expect(bench.reports.codes.count { $0 == code } == (code == nil ? 0 : 1))
        #expect(child.isOpen)
    }

    /// A child that is asked and asked and takes nothing does not fill the memory.
    @Test func aMillionDefinitions() throws {
        let bench = ParentBench()
        let child = try child(bench)
        var asked = 0
        for block in 0..<100 {
            var text = ""
            for index in 0..<700 { text += chart("a.n\(block * 700 + index)", first: start - 1200, last: start) }
            child.send(text)
            asked += child.answers().split(separator: "\n").count
            #expect(child.isOpen)
        }
        let charts = try bench.host().withDatabase { $0.chartCount }
        // Those beyond the limit are answered too: the child waits for it.
        #expect(charts == StoreLimits.standard.chartsPerHost && asked == 70_000)
        #expect(try bench.host().status.withLock { $0.replication?.chartsLeft } == charts)
        let texts = bench.reports.events.filter { $0.condition.severity != .info }
        #expect(texts.count < 5, "\(texts.prefix(8).map(\.text))")
    }
}
