import Basics
import Diagnostics
import NIOEmbedded
import Status
import Synchronization
import Testing

@testable import Store
@testable import Streaming
@testable import Transport

/// A sender and a receiver of ours through outages: what the agent kept, the parent has, each second once.
@Suite struct HealedChainTests {
    @Test(arguments: [
        (HostSettings(mode: .ram), 5), (HostSettings(mode: .ram), 700),
        (HostSettings(mode: .none, ringSeconds: 600), 540),
    ])
    func gapsAreFilled(settings: HostSettings, outage: Int) throws {
        let agent = try SenderBench(database: settings, startsAt: 1_795_339_848)
        let chain = try Chain(agent, ParentBench())
        let charts = (0..<5).map { agent.define(ChartDefinition(id: "a.c\($0)", updateEvery: 1), ["x", "y"]) }
        var value: Int64 = 0
        func second(carries: Bool) {
            chain.wait(seconds: 1)
            for chart in charts {
                value = (value &* 31 &+ 17) % 100_000
                agent.collect(chart, [value, -value])
            }
            if carries { chain.carry() }
        }
        for _ in 0..<30 { second(carries: true) }
        chain.breakOff()
        chain.leave()
        for _ in 0..<outage { second(carries: false) }
        try chain.reconnect()
        for _ in 0..<30 { second(carries: true) }
        let host = try chain.parent.host()
        #expect(agent.link.state == .live)
        for chart in charts {
            let id = "a.c\(chart.index - charts[0].index)"
            let past = try #require(agent.host.withDatabase { $0.past(of: chart) })
            let own = agent.host.withDatabase { $0.past(of: chart, after: past.first, before: past.last) }.copied()
            let ref = try #require(host.withDatabase { $0.find(id) })
            let theirs = host.withDatabase { $0.points(of: ref, from: own.firstTime, to: own.lastTime) }
            #expect(theirs.firstTime == own.firstTime && theirs.columns == own.columns, "\(id)")
            #expect(own.count >= min(outage, 600))
        }
        #expect(chain.parent.reports.count(.receiverDisconnected) <= 1)
    }

    /// What a counter has left over at the end of replication goes into the first live value: to its last digit.
    @Test func countersGoOnExactly() throws {
        let agent = try SenderBench(database: HostSettings(mode: .ram), startsAt: 1_795_339_848)
        let chain = try Chain(agent, ParentBench())
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let charts = (0..<200).map { agent.define(ChartDefinition(id: "a.c\($0)", updateEvery: 1), []) }
        agent.host.withDatabase { database in
            for chart in charts {
                _ = database.define(DimensionDefinition(id: "d", algorithm: .incremental, divisor: 7919), in: chart)
            }
        }
        var counters = charts.map { _ in Int64(0) }
        var jitter: Int64 = 0
        func second(carries: Bool) {
            chain.wait(seconds: 1)
            let next = Int64.random(in: -90_000...90_000, using: &random)
            for (index, chart) in charts.enumerated() {
                counters[index] += Int64.random(in: 0...100_000, using: &random)
                agent.collect(chart, [counters[index]], microseconds: 1_000_000 + next - jitter)
            }
            jitter = next
            if carries { chain.carry() }
        }
        for _ in 0..<5 { second(carries: true) }
        for _ in 0..<10 {
            chain.breakOff()
            chain.leave()
            for _ in 0..<6 { second(carries: false) }
            try chain.reconnect()
            for _ in 0..<4 { second(carries: true) }
        }
        let host = try chain.parent.host()
        for (index, chart) in charts.enumerated() {
            let past = try #require(agent.host.withDatabase { $0.past(of: chart) })
            let own = agent.host.withDatabase { $0.past(of: chart, after: past.first, before: past.last) }.copied()
            let ref = try #require(host.withDatabase { $0.find("a.c\(index)") })
            let theirs = host.withDatabase { $0.points(of: ref, from: own.firstTime, to: own.lastTime) }
            #expect(theirs.firstTime == own.firstTime && theirs.columns == own.columns, "seed \(seed), a.c\(index)")
        }
    }

    /// What the child itself lacks is a hole at the parent, too, and in its ledger: a proxy has it where its own child was away.
    @Test(arguments: [true, false])
    func aHoleOfTheChildIsInTheLedger(isSinceConnection: Bool) throws {
        let agent = try SenderBench(database: HostSettings(mode: .ram), startsAt: 1_795_339_848)
        let chart = agent.define(ChartDefinition(id: "a.b", updateEvery: 1), ["x"])
        func collect(_ seconds: Int, after silence: Int64 = 1, wait: (Int64) -> Void, then: () -> Void = {}) {
            for second in 0..<seconds {
                let step = second == 0 ? silence : 1
                wait(step)
                agent.collect(chart, [Int64(second)], microseconds: step * 1_000_000)
                then()
            }
        }
        // A child that is new here brings the holes of its past, which are no gaps of this parent's time.
        if !isSinceConnection {
            collect(30, wait: { agent.wait(seconds: $0) })
            collect(10, after: 21, wait: { agent.wait(seconds: $0) })
        }
        let parent = ParentBench()
        if !isSinceConnection { parent.wait(seconds: 60) }
        let chain = try Chain(agent, parent)
        let wait = { chain.wait(seconds: $0) }
        collect(30, wait: wait, then: chain.carry)
        if isSinceConnection {
            chain.breakOff()
            chain.leave()
            collect(10, wait: wait)
            collect(10, after: 21, wait: wait)
            try chain.reconnect()
            collect(30, wait: wait, then: chain.carry)
        }
        let gaps = try parent.host().status.withLock { $0.gaps }
        let told = gaps.map { "\(Int($0.toAt - $0.fromAt) - 1) \($0.filled ? "filled" : "missing")" }
        #expect(told.filter { $0.hasSuffix("missing") } == (isSinceConnection ? ["20 missing"] : []), "\(told)")
        #expect(told.count == (isSinceConnection ? 3 : 0), "\(told)")
    }
}

extension Chain {
    /// The parent sees the end, too.
    func leave() { far.leave() }
}
