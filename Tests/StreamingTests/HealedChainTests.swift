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
}

extension Chain {
    /// The parent sees the end, too.
    func leave() { far.leave() }
}
