import Testing

@testable import Streaming

/// Who waits for whom while a proxy passes a chart's replication on.
@Suite struct RelayedChartTests {
    private func defined() -> RelayedChart {
        var chart = RelayedChart(id: "a.b")
        #expect(!chart.waits, "a child that knows no replication streams at once")
        chart.defined(first: 100, last: 200, clock: 1203, now: 1200)
        return chart
    }

    @Test func aDefinedChartWaitsUntilItIsAsked() {
        var chart = defined()
        #expect(chart.waits && !chart.isStreaming && chart.clockOffset == 3)
        #expect(chart.past(collected: 300) == (100, 200))
        chart.asks(isWanted: true)
        #expect(!chart.waits && chart.answersGoOn)
        let goesOn1 = chart.answered(startsStreaming: false)
        #expect(goesOn1)
        #expect(chart.waits, "the next request is the parent's to make")
        chart.asks(isWanted: true)
        let goesOn2 = chart.answered(startsStreaming: true)
        #expect(goesOn2)
        #expect(!chart.waits && chart.isStreaming)
        #expect(chart.past(collected: 300) == (100, 300))
        #expect(chart.past(collected: 150) == (100, 200))
    }

    @Test func answersToAConnectionThatIsGoneEndHere() {
        var chart = defined()
        chart.asks(isWanted: true)
        chart.upstreamClosed()
        #expect(!chart.answersGoOn && !chart.waits)
        // The next connection asks while the child still answers the one before.
        chart.asks(isWanted: true)
        #expect(!chart.answersGoOn)
        let goesOn3 = chart.answered(startsStreaming: false)
        #expect(!goesOn3)
        #expect(chart.answersGoOn)
        let goesOn4 = chart.answered(startsStreaming: true)
        #expect(goesOn4)
    }

    @Test func whatIsAskedForNobodyEndsHere() {
        var chart = defined()
        chart.asks(isWanted: false)
        #expect(!chart.answersGoOn)
        let goesOn5 = chart.answered(startsStreaming: true)
        #expect(!goesOn5)
        #expect(chart.isStreaming && !chart.waits)
    }

    @Test func anAnswerToNothingGoesNowhere() {
        var chart = defined()
        let goesOn6 = chart.answered(startsStreaming: false)
        #expect(!chart.answersGoOn && !goesOn6)
        #expect(chart.waits)
        chart.upstreamClosed()
        chart.asks(isWanted: true)
        #expect(chart.answersGoOn)
    }

    @Test func aChildThatKeepsNothingHasNoPast() {
        var chart = RelayedChart(id: "a.b")
        chart.defined(first: 0, last: 0, clock: 0, now: 1200)
        #expect(chart.past(collected: 300) == (0, 0) && chart.clockOffset == 0)
        chart.asks(isWanted: true)
        _ = chart.answered(startsStreaming: true)
        #expect(chart.past(collected: 300) == (0, 0))
    }
}
