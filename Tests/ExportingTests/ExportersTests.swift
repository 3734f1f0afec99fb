import Basics
import Config
import Diagnostics
import FaultyFiles
import Status
import Store
import System
import Testing

@testable import Exporting

/// All connectors of a node: when their batches are made, and what a reload does to them.
@Suite struct ExportersTests {
    private let events = EventList()
    private let clock = ManualClock(seconds: start)
    private let host = makeHost(labels: [])
    private let files = FaultyFiles()

    private func make() throws -> Exporters {
        try Exporters(
            hosts: Hosts(local: host),
            clock: clock,
            reporter: events,
            updateEvery: 1,
            files: files
        )
    }

    private func settings(_ connectors: ExportingSettings.Connector...) -> ExportingSettings {
        var settings = ExportingSettings()
        settings.connectors = connectors
        return settings
    }

    private let raw = "update every = 5\ndata source = as collected\n"
    private let lines = "netdata.nd-c.test.gauge.val 20 1795339834\nnetdata.nd-c.test.gauge.second 4 1795339834\n"

    private func tick(through second: Int64) {
        let now = clock.now() / 1_000_000
        collect(host, from: now == start ? start : now + 1, through: second)
        clock.advance(seconds: second - now)
    }

    @Test func aNodesExporters() throws {
        let sink = try Sink()
        let exporters = try make()
        defer { exporters.stop() }
        #expect(exporters.status.isEmpty && exporters.figures.isEmpty)
        var connector = try connector(raw, port: sink.port)
        try exporters.apply(settings(connector))
        tick(through: start + 4)
        exporters.tick()
        try sink.accept()
        #expect(try sink.receive(lines.utf8.count) == lines)
        // The same settings again change nothing; others do.
        try exporters.apply(settings(connector))
        try eventually("both are counted") { exporters.status.map(\.sent) == [2] }
        connector.prefix = "x"
        try exporters.apply(settings(connector))
        #expect(exporters.status.map(\.sent) == [0])
        try exporters.apply(ExportingSettings())
        #expect(exporters.status.isEmpty)
    }

    /// A reload leaves those alone whose section has not changed: their connection, and what waits.
    @Test func aReloadWhileOneIsSending() throws {
        let (sink, other) = (try Sink(), try Sink())
        let exporters = try make()
        defer { exporters.stop() }
        let kept = try connector(raw, "json:http:kept", port: sink.port)
        let changed = try connector(raw, "graphite:changed", port: other.port)
        try exporters.apply(settings(kept, changed))
        tick(through: start + 4)
        exporters.tick()
        try sink.accept()
        let body = try sink.receiveRequest().body
        #expect(body.contains("\"value\":20"))
        // It waits for its answer now.
        var prefixed = changed
        prefixed.prefix = "new"
        try exporters.apply(settings(kept, prefixed))
        sink.answer("HTTP/1.1 204 No Content\r\n\r\n")
        try eventually("it goes on") { exporters.status.first?.sent == 2 }
        tick(through: start + 9)
        exporters.tick()
        #expect(try sink.receiveRequest().body.contains("\"timestamp\":1795339839"), "over the same connection")
        #expect(events.codes.filter { $0 == "ND-E1" }.count >= 1)
    }

    /// What waits for a database goes to the one that its section names now.
    @Test func whatWaitsFollowsItsSection() throws {
        let gone = try Sink().port
        let sink = try Sink()
        let exporters = try make()
        defer { exporters.stop() }
        let before = try connector(raw, port: gone)
        try exporters.apply(settings(before))
        tick(through: start + 4)
        exporters.tick()
        try eventually("it fails") { exporters.status.first?.lastError != nil }
        #expect(exporters.status.first?.buffered == 2)
        try exporters.apply(settings(try connector(raw, port: sink.port)))
        try sink.accept()
        #expect(try sink.receive(lines.utf8.count) == lines)
        // Bytes of another kind would be of no use there.
        tick(through: start + 9)
        let http = try connector(raw, "json:http:a", port: gone)
        try exporters.apply(settings(http))
        exporters.tick()
        #expect(exporters.status.first?.type == "json:http")
    }

    private func spilling(_ port: UInt16, _ more: String = "") throws -> ExportingSettings.Connector {
        try connector(
            raw + "buffer on failures = 1\nspill to disk = yes\nspill directory = /spill\n" + more,
            port: port
        )
    }

    /// An outage longer than the buffer, over a restart: everything arrives, oldest first.
    @Test func whatIsSpilledSurvivesARestart() throws {
        let gone = try Sink().port
        let first = try make()
        try first.apply(settings(try spilling(gone)))
        for period in 1...4 {
            tick(through: start + Int64(period) * 5 - 1)
            first.tick()
            try eventually("it fails") { first.figures.first?.period == period }
        }
        #expect(first.status.first?.buffered == 8 && first.status.first?.failed == 0)
        #expect(files.paths.count == 3 && files.paths.allSatisfy { $0.hasPrefix("/spill/a/") })
        first.stop()
        #expect(files.paths.count == 4)
        let sink = try Sink(port: gone)
        let second = try Exporters(
            hosts: Hosts(local: host),
            clock: clock,
            reporter: events,
            updateEvery: 1,
            files: files
        )
        defer { second.stop() }
        try second.apply(settings(try spilling(gone)))
        try sink.accept()
        let expected = [Int64(4), 9, 14, 19].map { second in
            "netdata.nd-c.test.gauge.val 20 \(start + second)\n"
                + "netdata.nd-c.test.gauge.second \(second) \(start + second)\n"
        }.joined()
        #expect(try sink.receive(expected.utf8.count) == expected)
        try eventually("all are counted") { second.status.first?.sent == 8 && second.status.first?.buffered == 0 }
        #expect(files.paths == [] && second.status.first?.failed == 0)
        #expect(events.codes.filter { ["ND-E14", "ND-E15"].contains($0) } == ["ND-E14", "ND-E15"])
    }

    /// Another prefix in the section: the same directory, and the same kind of bytes.
    @Test func aReloadKeepsWhatIsSpilled() throws {
        let gone = try Sink().port
        let exporters = try make()
        defer { exporters.stop() }
        try exporters.apply(settings(try spilling(gone)))
        for period in 1...3 {
            tick(through: start + Int64(period) * 5 - 1)
            exporters.tick()
            try eventually("it fails") { exporters.figures.first?.period == period }
        }
        let sink = try Sink(port: gone)
        try exporters.apply(settings(try spilling(gone, "prefix = new\n")))
        try sink.accept()
        #expect(try sink.receive(lines.utf8.count) == lines)
        try eventually("all are counted") { exporters.status.first?.sent == 6 }
        #expect(exporters.status.first?.failed == 0 && !events.codes.contains("ND-E19"))
    }

    /// Without room on the disk it is as without files.
    @Test func aFullDiskIsLoss() throws {
        let gone = try Sink().port
        let exporters = try make()
        defer { exporters.stop() }
        files.set([.noSpace(afterBytes: 0)])
        try exporters.apply(settings(try spilling(gone)))
        for period in 1...4 {
            tick(through: start + Int64(period) * 5 - 1)
            exporters.tick()
            try eventually("it fails") { exporters.figures.first?.period == period }
        }
        #expect(exporters.status.first?.buffered == 2 && exporters.status.first?.failed == 6)
        #expect(events.codes.filter { $0 == "ND-E17" }.count == 1)
    }
}
