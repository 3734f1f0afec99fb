import Basics
import Diagnostics
import NIOEmbedded
import Status
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
}

extension Chain {
    /// The parent sees the end, too.
    func leave() { far.leave() }
}
