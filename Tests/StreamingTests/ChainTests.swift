import Basics
import Config
import Diagnostics
import NIOEmbedded
import Status
import Store
import Synchronization
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// A sender and a receiver of ours, one wired to the other: what the agent has is what the parent gets.
@Suite struct ChainTests {
    @Test(arguments: [
        ("", "", "lz4"), (" enable compression = no\n", "", "none"),
        ("", "[stream]\n enable compression = no\n", "none"),
    ])
    func theParentGetsWhatTheAgentHas(sender: String, parent: String, compression: String) throws {
        var identity = HostIdentity(hostname: "web01", os: "linux", programName: "ndstream", programVersion: "v1")
        identity.labels = [
            Label(key: "_os_name", value: "Debian GNU/Linux 12", source: 1), Label(key: "k", value: "v", source: 2),
        ]
        identity.claimID = goodKey
        identity.systemInformation = [
            ("NETDATA_HOST_OS_NAME", "Debian"), ("NETDATA_SYSTEM_CPU_LOGICAL_CPU_COUNT", "2"),
        ]
        let agent = try SenderBench(sender, identity: identity)
        let chain = try Chain(agent, ParentBench(configuration(stream: openStream + "\n" + parent)))
        agent.host.withDatabase { _ = $0.setHostVariable("cores", 2.5) }
        let charts = Self.charts.map { agent.define($0, ["one", "two"]) }
        agent.host.withDatabase { _ = $0.setVariable("limit", 9, of: charts[0]) }
        for second in 0..<100 {
            chain.wait(seconds: 1)
            for (index, chart) in charts.enumerated() {
                agent.collect(chart, [Int64(second * index), second % 5 == 0 ? nil : Int64(-second)])
            }
            chain.carry()
        }
        let host = try chain.parent.host()
        let sent = StoredHost(agent.host)
        let got = StoredHost(host)
        #expect(got.identity.labels == sent.identity.labels)
        #expect(got.identity.claimID == goodKey)
        #expect(got.identity.systemInformation.map(\.value) == ["Debian", "2"])
        #expect(got.identity.hops == 1)
        #expect(got.variables == ["cores": 2.5])
        for chart in sent.charts where !chart.definition.id.hasPrefix("first") {
            let there = try #require(got.chart(chart.definition.id))
            #expect(there.definition == chart.definition)
            #expect(there.dimensions == chart.dimensions)
            #expect(there.variables == chart.variables)
            for dimension in chart.dimensions {
                let collected = got.latest(chart.definition.id, dimension.id)?.collected
                #expect(collected == sent.latest(chart.definition.id, dimension.id)?.collected)
            }
            let points = got.values(chart.definition.id, "one").dropFirst()
            #expect(points.count >= 97 && points.allSatisfy { $0 != nil })
        }
        #expect(agent.link.compression == compression)
        #expect(host.status.withLock { $0.connection?.compression } == compression)
        #expect(chain.parent.reports.count(.receiverDisconnected) == 0)
    }

    private static let charts = [
        ChartDefinition(
            id: "app.cpu",
            name: "named",
            title: "It's \\ a title",
            units: "things/s",
            family: "fam",
            context: "app.ctx",
            type: .stacked,
            priority: 77,
            updateEvery: 1,
            options: [.detail],
            plugin: "p.plugin",
            module: "mod",
            labels: [Label(key: "key", value: "a value", source: 2)]
        ),
        ChartDefinition(
            id: "b.c",
            title: "plain",
            type: .area,
            updateEvery: 1,
            options: [.hidden, .storeFirst],
            plugin: "p"
        ),
        ChartDefinition(id: "c.d", updateEvery: 1, plugin: "p"),
    ]

    /// The parent throws the child out in the middle of it; the child returns and defines everything anew.
    @Test func theChildReturnsAfterAnInterruption() throws {
        let agent = try SenderBench()
        let chain = try Chain(agent, ParentBench())
        for _ in 0..<10 {
            chain.wait(seconds: 1)
            agent.collect("a.b")
            chain.carry()
        }
        chain.parent.parent.stop()
        chain.parent.loop.run()
        chain.breakOff()
        agent.collect("a.b")
        try chain.reconnect()
        agent.collect("a.b")
        chain.carry()
        #expect(try chain.parent.host().status.withLock { $0.connects } == 2)
        #expect(StoredHost(try chain.parent.host()).charts.map(\.definition.id).contains("a.b"))
        #expect(chain.parent.reports.count(.unknownCommand) == 0)
    }

    /// What the parent refuses the child understands, without knowing each other's tables.
    @Test func refusalsAreUnderstood() throws {
        let agent = try SenderBench()
        _ = try Chain(agent, ParentBench(configuration(stream: "")))
        #expect(agent.link.lastError?.code == "ND-C12")
        #expect(agent.link.state == .waiting)
    }
}

/// Carries bytes between a sender and a parent.
final class Chain {
    let agent: SenderBench
    let parent: ParentBench
    private var near: TestParent
    private(set) var far: TestChild

    init(_ agent: SenderBench, _ parent: ParentBench) throws {
        self.agent = agent
        self.parent = parent
        agent.collect("first.chart")
        near = try agent.connect()
        far = try parent.connect()
        shakeHands()
    }

    private func shakeHands() {
        far.send(near.takeBytes())
        near.send(far.answers())
        carry()
    }

    /// Both ways, until neither has more to say.
    func carry() {
        while true {
            let bytes = near.takeBytes()
            far.send(bytes)
            let answers = far.answers()
            if bytes.isEmpty, answers.isEmpty { return }
            near.send(answers)
            agent.loop.run()
        }
    }

    func wait(seconds: Int64) {
        agent.wait(seconds: seconds)
        parent.wait(seconds: seconds)
    }

    func breakOff() { near.leave() }

    func reconnect() throws {
        near = try agent.connect()
        far = try parent.connect(port: 51235)
        shakeHands()
    }
}
