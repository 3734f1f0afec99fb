import Basics
import Config
import Status
import Store
import Testing

@testable import Exporting

/// The bytes that a 1.37.1 has sent with the same exporting.conf.
@Suite struct GoldenTests {
    private let connectors: [ExportingSettings.Connector]

    init() throws { connectors = configuration(try fixture("exporting.conf")).exporting.connectors }

    private func connector(_ name: String) throws -> ExportingSettings.Connector {
        try #require(connectors.first { $0.name == name })
    }

    /// What came, without the receiver's notes.
    private func received(_ port: Int) throws -> [String] {
        try fixture("port-\(port).raw").split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("###") }.map(String.init)
    }

    @Test func allOfItsConnectorsAreServed() throws {
        #expect(connectors.map(\.name) == ["g1", "g2", "g3", "o1", "o2", "j1", "j2", "o3", "g4"])
    }

    @Test(arguments: [("g1", 20350), ("g2", 20351), ("g3", 20352), ("o1", 20353), ("o2", 20354), ("j1", 20355)])
    func lines(name: String, port: Int) throws {
        // The last line is cut; other charts and the other host have other values each time.
        var golden = try received(port).dropLast().filter {
            $0.contains("test.gauge") && ($0.contains("nd-c") || $0.contains("my host"))
        }
        try #require(golden.count >= 6)
        var connector = try connector(name)
        // The third batch of 1.37.1 was made before its second was collected.
        if connector.source == .asCollected { golden = Array(golden.prefix(4)) }
        connector.sendsCharts = SimplePattern("test.gauge")
        var lines: [String] = []
        // As collected there is always the last second: the chart is collected up to each in turn.
        let live = makeHost()
        var after = start
        for now in stride(from: start + 4, to: start + 60, by: 5) where lines.count < golden.count {
            collect(live, from: after == start ? start : after + 1, through: now)
            let batch = Batch(connector, Hosts(local: live), after: after, now: now)
            #expect(batch.parts.count == 1)
            lines += batch.parts.flatMap {
                String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            }
            after = now
        }
        #expect(Array(lines.prefix(golden.count)) == golden)
    }

    /// Whole requests, but for one line end.
    @Test(arguments: [("j2", 20356, 1), ("o3", 20357, 2), ("g4", 20358, 2)])
    func requests(name: String, port: Int, count: Int) throws {
        let golden = try fixture("port-\(port).raw").split(separator: "### REPLIED 200\n").prefix(count).map {
            // The receiver's notes begin with a line end of their own.
            let request = $0.replacing("### CONNECT\n", with: "").dropLast()
            // 1.37.1 ends this one line without a carriage return.
            return String(request.replacing("dTpw\n", with: "dTpw\r\n"))
        }
        try #require(golden.count == count)
        let connector = try connector(name)
        let destination = try #require(connector.destinations.first)
        let live = makeHost()
        for (index, request) in golden.enumerated() {
            let now = start + 4 + 5 * Int64(index)
            collect(live, from: index == 0 ? start : now - 4, through: now)
            if name == "j2" { collectLoad(live) }
            let batch = Batch(connector, Hosts(local: live), after: index == 0 ? start : now - 5, now: now)
            let part = try #require(batch.parts.first)
            let bytes = connector.requestHead(to: destination, bodyBytes: part.bytes.count) + part.bytes
            #expect(String(decoding: bytes, as: UTF8.self) == request)
        }
    }

    /// `system.load` as it was collected there.
    private func collectLoad(_ host: Host) {
        host.withDatabase { database in
            let now = (start + 1) * 1_000_000
            let load = ChartDefinition(id: "system.load", units: "load", family: "load")
            guard let chart = database.define(load, now: now) else { return }
            for name in ["load1", "load5", "load15"] {
                database.define(DimensionDefinition(id: name, algorithm: .absolute, divisor: 1000), in: chart)
            }
            database.begin(chart, microseconds: 0, now: now, trusted: true)
            for (index, value) in [Int64(11_990), 9_020, 4_870].enumerated() { database.set(Int32(index), value) }
            database.end(now: now)
        }
    }
}
