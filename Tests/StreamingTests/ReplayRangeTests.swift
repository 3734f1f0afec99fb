import Store
import Testing

@testable import Streaming
@testable import Wire

/// Which part of the past an answer brings (streaming protocol §10 "Child, on REPLAY_CHART").
@Suite struct ReplayRangeTests {
    private func range(
        _ starts: Bool,
        _ after: Int64,
        _ before: Int64,
        last: Int64 = 200,
        now: Int64 = 200,
        every: Int64 = 1
    ) -> ReplayRange {
        ReplayRange(
            ReplayRequest(chart: [], startsStreaming: starts, after: after, before: before),
            ReplicablePast(first: last == 0 ? 0 : 100, last: last, updateEvery: every),
            now: now
        )
    }

    @Test(arguments: [
        // What is asked for, as far as there is anything.
        (false, Int64(110), Int64(120), Int64(110), Int64(120), false), (false, 50, 120, 100, 120, false),
        (false, 50, 60, 100, 100, false), (false, 150, 300, 150, 200, true), (false, 300, 400, 200, 200, true),
        // The parent has everything else: to the end.
        (true, 110, 120, 110, 200, true), (true, 300, 300, 200, 200, true),
        // The wrong way round.
        (false, 120, 110, 110, 120, false), (true, 250, 110, 200, 200, true),
        // Nothing.
        (true, 0, 0, 0, 0, true), (false, 0, 0, 0, 0, true), (false, 110, 0, 110, 0, true),
        (false, 0, 110, 0, 110, true),
        (false, 1, .max, 100, 200, true), (false, .max, .max, 200, 200, true),
    ])
    func ranges(starts: Bool, after: Int64, before: Int64, from: Int64, to: Int64, streaming: Bool) {
        let range = range(starts, after, before)
        #expect(range.after == from && range.before == to && range.startsStreaming == streaming)
        #expect(range.first == 100 && range.last == 200)
        #expect(range.hasPoints == (from != 0 && to != 0 && from < to))
    }

    @Test func whereNothingIsKeptLiveDataFollows() {
        for starts in [false, true] {
            let range = range(starts, 5, 10, last: 0, now: 300)
            #expect(range.startsStreaming && !range.hasPoints)
            // In the words of the original.
            #expect(range.first == 0 && range.last == 300 && range.after == 5 && range.before == 10)
        }
    }

    /// A chart may be ahead of this machine's clock: nothing of it stays behind.
    @Test func whatLiesAheadIsTold() {
        let range = range(true, 110, 150, last: 200, now: 150)
        #expect(range.last == 200 && range.before == 200 && range.startsStreaming)
        #expect(!self.range(false, 110, 150, last: 200, now: 150).startsStreaming)
    }

    @Test(arguments: [
        (Int64(1), Int64(10), Int64(120), false), (1, 90, 200, true), (1, 89, 199, false), (1, 1, 111, false),
        (10, 3, 140, false), (10, 9, 200, true), (10, 8, 190, false),
    ])
    func aLongAnswerIsCut(every: Int64, rows: Int64, before: Int64, starts: Bool) {
        var range = range(true, 110, 200, every: every)
        range.cut(toRows: rows)
        #expect(range.after == 110 && range.before == before && range.startsStreaming == starts)
    }

    @Test func theNextRequestGoesOnWhereItWasCut() {
        var after: Int64 = 103
        var times: [Int64] = []
        while true {
            var range = range(false, after, 200, every: 7)
            range.cut(toRows: 4)
            times += (range.after + 1...range.before).filter { (200 - $0) % 7 == 0 }
            after = range.before
            if range.startsStreaming { break }
        }
        #expect(times == (104...200).filter { (200 - $0) % 7 == 0 })
    }
}

/// What waits to be answered.
@Suite struct ReplayQueueTests {
    private func request(_ chart: String, before: Int64 = 2) -> ReplayRequest {
        ReplayRequest(chart: Array(chart.utf8), startsStreaming: false, after: 1, before: before)
    }

    @Test func chartsTakeTurnsAndTheLastWordCounts() {
        var queue = ReplayQueue()
        for chart in ["a", "b", "c"] { #expect(queue.add(request(chart)) == true) }
        #expect(queue.add(request("a", before: 9)) == true)
        #expect(queue.count == 3)
        #expect(queue.next() == request("a", before: 9))
        #expect(queue.add(request("a", before: 10)) == true)
        let order = [queue.next(), queue.next(), queue.next()]
        #expect(order == ["b", "c", "a"].map { request($0, before: $0 == "a" ? 10 : 2) })
        #expect(queue.next() == nil)
        #expect(queue.isEmpty)
    }

    @Test func itIsBounded() {
        var queue = ReplayQueue()
        for index in 0..<ReplayQueue.requestsMax { #expect(queue.add(request("c\(index)")) == true) }
        #expect(queue.add(request("one more")) == false)
        #expect(queue.add(request("c7", before: 8)) == true)
        #expect(queue.count == ReplayQueue.requestsMax)
        #expect(queue.next() != nil)
        #expect(queue.add(request("one more")) == true)
        var answered = 0
        while queue.next() != nil { answered += 1 }
        #expect(answered == ReplayQueue.requestsMax)
        let longest = String(repeating: "x", count: ReplayQueue.idBytesMax)
        #expect(queue.add(request(longest)) == true)
        #expect(queue.add(request(longest + "x")) == false)
    }

    @Test func whatIsTooEarlyComesBack() {
        var queue = ReplayQueue()
        queue.postpone(request("a"))
        #expect(queue.next() == nil)
        #expect(queue.count == 1)
        // Asked for anew, it is not told twice.
        #expect(queue.add(request("a", before: 5)) == true)
        queue.resumePostponed()
        #expect(queue.next() == request("a", before: 5))
        #expect(queue.next() == nil)
        queue.postpone(request("b"))
        queue.resumePostponed()
        #expect(queue.next() == request("b"))
    }

    @Test func aHalfFullBufferIsEnough() {
        var queue = ReplayQueue()
        #expect(queue.hasRoom(waiting: 500_000, limit: 1_000_000) == true)
        #expect(queue.hasRoom(waiting: 500_001, limit: 1_000_000) == false)
        #expect(queue.hasRoom(waiting: 100_000, limit: 1_000_000) == false)
        #expect(queue.hasRoom(waiting: 99_999, limit: 1_000_000) == true)
        // A small one is not asked to be nearly empty: nobody would tell that it is.
        #expect(queue.hasRoom(waiting: 32_769, limit: 65_536) == false)
        #expect(queue.hasRoom(waiting: 32_768, limit: 65_536) == false)
        #expect(queue.hasRoom(waiting: 32_767, limit: 65_536) == true)
    }
}
