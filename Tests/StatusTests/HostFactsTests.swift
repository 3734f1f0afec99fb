import Basics
import Status
import Testing

private let second: Int64 = 1_000_000

@Suite struct ThroughputTests {
    @Test func rateIsTheMeanOfTheLastFiveFullSeconds() {
        var throughput = Throughput()
        for now in 100..<110 as Range<Int64> {
            throughput.add(wireBytes: 500, rawBytes: 2000, samples: 10, monotonic: now * second + 3)
            throughput.add(wireBytes: 500, rawBytes: 2000, samples: 10, monotonic: now * second + 999_999)
        }
        // The running second 109 isn't over and doesn't count.
        let rates = throughput.rates(monotonic: 109 * second + 999_999)
        #expect(rates == Throughput.Rates(wire: 1000, raw: 4000, samples: 20))
        #expect(rates.ratio == 4)
        // Two seconds of silence are two of the five.
        #expect(throughput.rates(monotonic: 112 * second).wire == 600)
        #expect(throughput.rates(monotonic: 115 * second).wire == 0)
        #expect(throughput.rates(monotonic: 115 * second).ratio == nil)
    }

    @Test func lessThanFiveSecondsAreAveragedOverWhatThereIs() {
        var throughput = Throughput()
        #expect(throughput.rates(monotonic: 5).wire == 0)
        throughput.add(wireBytes: 900, rawBytes: 900, samples: 3, monotonic: 7 * second)
        #expect(throughput.rates(monotonic: 7 * second + 5).wire == 0)
        #expect(throughput.rates(monotonic: 8 * second).wire == 900)
        #expect(throughput.rates(monotonic: 9 * second).wire == 450)
    }

    @Test func historyHasTheLastSixtySecondsOldestFirst() {
        var throughput = Throughput()
        #expect(throughput.history(monotonic: 0) == [Int](repeating: 0, count: 60))
        for now in 1...200 as ClosedRange<Int64> {
            throughput.add(wireBytes: Int(now), rawBytes: 0, samples: 0, monotonic: now * second)
        }
        #expect(throughput.history(monotonic: 201 * second) == Array(141...200))
        #expect(throughput.history(monotonic: 203 * second) == Array(143...200) + [0, 0])
        #expect(throughput.history(monotonic: 9_999 * second) == [Int](repeating: 0, count: 60))
    }

    @Test func totalsStartAgainWithAConnectionAndRatesGoOn() {
        var throughput = Throughput()
        throughput.add(wireBytes: 10, rawBytes: 20, samples: 1, monotonic: 0)
        throughput.startConnection()
        #expect(throughput.wireBytes == 0)
        #expect(throughput.rates(monotonic: second).wire == 10)
    }

    @Test func aClockThatStepsBackIsCountedIntoTheRunningSecond() {
        var throughput = Throughput()
        throughput.add(wireBytes: 1, rawBytes: 1, samples: 1, monotonic: 10 * second)
        throughput.add(wireBytes: 1, rawBytes: 1, samples: 1, monotonic: -10 * second)
        #expect(throughput.rates(monotonic: 11 * second).wire == 2)
    }

    @Test func sumsWrapInsteadOfTrapping() {
        var throughput = Throughput()
        throughput.add(wireBytes: .max, rawBytes: .max, samples: .max, monotonic: 0)
        throughput.add(wireBytes: .max, rawBytes: .max, samples: .max, monotonic: 0)
        #expect(throughput.wireBytes == -2)
    }
}

@Suite struct HostFactsTests {
    private func receive(_ facts: inout HostFacts, samples: Int, every: Int, at: Int64, monotonic: Int64) {
        facts.received(
            wireBytes: 100,
            rawBytes: 400,
            samples: samples,
            updateEvery: every,
            at: at * second,
            monotonic: monotonic * second
        )
    }

    @Test func aConnectedHostWithoutDataForThreeCollectionsIsStale() {
        var facts = HostFacts(at: 0)
        facts.connected(address: "10.0.0.4", port: 1, connection: .init(), at: 50 * second, monotonic: 10 * second)
        #expect(facts.shownState(updateEvery: 2, monotonic: 16 * second) == .live)
        #expect(facts.shownState(updateEvery: 2, monotonic: 16 * second + 1) == .stale)
        receive(&facts, samples: 1, every: 2, at: 57, monotonic: 17)
        #expect(facts.shownState(updateEvery: 2, monotonic: 23 * second) == .live)
        // Definitions alone are no data.
        receive(&facts, samples: 0, every: 2, at: 63, monotonic: 23)
        #expect(facts.shownState(updateEvery: 2, monotonic: 23 * second + 1) == .stale)
    }

    /// Since when a host is in the state that is shown, whatever else has been going on since.
    @Test func theTimeOfAStateIsThatOfWhatIsShown() {
        var facts = HostFacts(at: 0)
        func shown(_ monotonic: Int64) -> String {
            let state = facts.shownState(updateEvery: 1, monotonic: monotonic * second)
            return "\(state) \(facts.shownSince(state) / second)"
        }
        facts.connected(address: "10.0.0.4", port: 1, connection: .init(), at: 100 * second, monotonic: 0)
        facts.replicating(.init(percent: 10), isOfHost: true, at: 101 * second)
        #expect(shown(1) == "replicating 101")
        facts.replicating(nil, isOfHost: true, at: 105 * second)
        for monotonic in 5...20 as ClosedRange<Int64> {
            receive(&facts, samples: 1, every: 1, at: 100 + monotonic, monotonic: monotonic)
        }
        // A chart that came while the host was live.
        facts.replicating(.init(percent: 10), isOfHost: false, at: 120 * second)
        #expect(shown(20) == "live 105" && facts.replication?.percent == 10)
        facts.replicating(nil, isOfHost: false, at: 121 * second)
        #expect(shown(21) == "live 105" && facts.replication == nil)
        // Silence, and data again.
        #expect(shown(24) == "stale 120")
        receive(&facts, samples: 0, every: 1, at: 130, monotonic: 30)
        #expect(shown(30) == "stale 120")
        receive(&facts, samples: 1, every: 1, at: 131, monotonic: 31)
        receive(&facts, samples: 1, every: 1, at: 132, monotonic: 32)
        #expect(shown(32) == "live 131")
        // A connection of its own, with a past of its own to fill.
        facts.disconnected(code: "ND-C2", text: "", at: 140 * second)
        #expect(shown(40) == "down 140")
        facts.connected(address: "10.0.0.4", port: 1, connection: .init(), at: 150 * second, monotonic: 50 * second)
        #expect(shown(50) == "live 150")
        facts.replicating(.init(percent: 10), isOfHost: true, at: 151 * second)
        #expect(shown(51) == "replicating 151")
        facts.replicating(nil, isOfHost: true, at: 152 * second)
        #expect(shown(53) == "live 152")
    }

    @Test func disconnectsAreCountedAndExplained() {
        var facts = HostFacts(at: 0)
        facts.connected(address: "10.0.0.4", port: 1, connection: .init(), at: 5 * second, monotonic: 0)
        facts.disconnected(code: "ND-C27", text: "closed", at: 9 * second)
        facts.disconnected(code: "ND-C27", text: "closed", at: 12 * second)
        #expect(facts.state == .down)
        #expect(facts.stateSince == 9 * second)
        #expect(facts.connects == 1)
        #expect(facts.lastDisconnect == .init(at: 12, code: "ND-C27", text: "closed"))
    }

    @Test func problemsAreKeptWorstFirstOncePerCode() {
        var facts = HostFacts(at: 0)
        facts.add(.init(code: "a", severity: "info", text: ""))
        facts.add(.init(code: "b", severity: "error", text: ""))
        facts.add(.init(code: "c", severity: "warning", text: ""))
        facts.add(.init(code: "b", severity: "error", text: "newer"))
        #expect(facts.problems.map(\.code) == ["b", "c", "a"])
        #expect(facts.problems[0].text == "newer")
        facts.removeProblem("c")
        #expect(facts.problems.map(\.code) == ["b", "a"])
        for number in 0..<StatusLimits.problems { facts.add(.init(code: "\(number)", severity: "error", text: "")) }
        #expect(facts.problems.count == StatusLimits.problems)
        #expect(facts.problems.map(\.code).contains("a") == false)
    }

    @Test func gapsKeepTheNewest() {
        var facts = HostFacts(at: 0)
        for number in 0...StatusLimits.gaps { facts.add(.init(fromAt: Double(number), toAt: 0, cause: "link")) }
        #expect(facts.gaps.count == StatusLimits.gaps)
        #expect(facts.gaps[0].fromAt == 1)
        #expect(facts.gapsDropped == 1)
    }

    @Test func theDocumentTakesWhatTheFactsSay() {
        var facts = HostFacts(at: second)
        facts.connected(address: "10.0.0.4", port: 43602, connection: .init(), at: 5 * second, monotonic: 0)
        receive(&facts, samples: 7, every: 1, at: 6, monotonic: 1)
        var host = StatusDocument.Host(guid: "g", hostname: "web-01", state: .archived)
        host.take(facts, at: 8 * second, monotonic: 2 * second, newestStored: 6)
        #expect(host.state == .live)
        #expect(host.sinceAt == 5)
        #expect(host.lastDataAt == 6)
        #expect(host.lagSeconds == 2)
        #expect(host.samplesPerSecond == 7)
        #expect(host.connection?.ratioNow == 4)
        #expect(host.connection?.ratioTotal == 4)
        #expect(host.historyBytesPerSecond.last == 100)
        host.take(facts, at: 12 * second, monotonic: 6 * second)
        #expect(host.state == .stale)
        #expect(host.sinceAt == 6)
    }
}

@Suite struct LogTests {
    @Test func refusalsOfOneChildAreOneLine() {
        var log = RefusalLog()
        func refusal(_ address: String, _ at: Double) -> StatusDocument.Refusal {
            var refusal = StatusDocument.Refusal(code: "ND-F4", text: "", at: at)
            refusal.address = address
            return refusal
        }
        log.record(refusal("a", 1))
        log.record(refusal("b", 2))
        log.record(refusal("a", 3))
        #expect(log.newestFirst.map(\.address) == ["a", "b"])
        #expect(log.newestFirst[0].tries == 2)
        #expect(log.newestFirst[0].firstAt == 1)
        #expect(log.newestFirst[0].lastAt == 3)
        for number in 0..<StatusLimits.refusals { log.record(refusal("\(number)", 4)) }
        #expect(log.newestFirst.count == StatusLimits.refusals)
        #expect(log.dropped == 2)
        #expect(log.newestFirst.contains { $0.address == "a" } == false)
    }

    @Test func eventsKeepTheNewest() {
        var log = EventLog()
        for number in 0..<(StatusLimits.events + 2) {
            log.record(.init(at: Double(number), code: "ND-I2", severity: "info", hostGUID: nil, text: ""))
        }
        #expect(log.newestFirst.count == StatusLimits.events)
        #expect(log.newestFirst.first?.at == Double(StatusLimits.events + 1))
        #expect(log.newestFirst.last?.at == 2)
        #expect(log.dropped == 2)
    }
}
