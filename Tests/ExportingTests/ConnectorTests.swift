import Basics
import Config
import Diagnostics
import Status
import Store
import Testing

@testable import Exporting

/// Connectors with a real socket at the other end.
@Suite struct ConnectorTests {
    private let events = EventList()

    private func make(_ text: String = "", port: UInt16) throws -> Connector {
        try Connector(try connector(text, port: port), clock: ManualClock(seconds: start), reporter: events)
    }

    @Test func batchesArriveInOrderOverOneConnection() throws {
        let sink = try Sink()
        let connector = try make(port: sink.port)
        connector.start()
        defer { connector.stop() }
        #expect(connector.status.state == "waiting" && connector.status.type == "graphite")
        connector.send(batch("a 1 1\n"))
        try sink.accept()
        #expect(try sink.receive(6) == "a 1 1\n")
        // Nobody reads what a database says.
        sink.answer("what?\n")
        connector.send(batch("b 2 2\n", metrics: 3))
        #expect(try sink.receive(6) == "b 2 2\n")
        try eventually("both are counted") { connector.status.sent == 4 }
        let status = connector.status
        #expect(status.state == "connected" && status.buffered == 0 && status.failed == 0 && status.lastError == nil)
        #expect(status.destination == "127.0.0.1:\(sink.port)")
        #expect(events.texts == ["EXPORTING: instance 'a' is connected to '127.0.0.1:\(sink.port)'"])
    }

    @Test func whatCannotBeSentWaits() throws {
        let port = try Sink().port
        let connector = try make("buffer on failures = 2", port: port)
        connector.start()
        defer { connector.stop() }
        connector.send(batch("a 1 1\n"))
        try eventually("it is refused") { connector.status.lastError != nil }
        #expect(connector.status.lastError?.contains("Connection refused (111)") == true)
        connector.send(batch("b 2 2\n"))
        connector.send(batch("c 3 3\n"))
        #expect(connector.status.buffered == 2 && connector.status.failed == 1)
        let sink = try Sink(port: port)
        connector.send(batch("d 4 4\n"))
        try sink.accept()
        #expect(try sink.receive(12) == "c 3 3\nd 4 4\n")
        try eventually("both are counted") { connector.status.sent == 2 }
        #expect(connector.status.failed == 2 && connector.status.lastError == nil)
        // The same failure again is no news.
        #expect(events.codes.filter { $0 == "ND-E2" }.count == 1)
        #expect(events.codes.filter { $0 == "ND-E5" }.count == 2)
        #expect(events.texts[0].hasPrefix("EXPORTING: failed to update '127.0.0.1:\(port)'"))
    }

    @Test func aClosedConnectionIsOpenedAgain() throws {
        let sink = try Sink()
        let connector = try make(port: sink.port)
        connector.start()
        defer { connector.stop() }
        connector.send(batch("a 1 1\n"))
        try sink.accept()
        #expect(try sink.receive(6) == "a 1 1\n")
        try sink.closeConnection()
        connector.send(batch("b 2 2\n"))
        try sink.accept()
        #expect(try sink.receive(6) == "b 2 2\n")
        #expect(events.codes == ["ND-E1", "ND-E4", "ND-E1"])
    }

    /// Nobody reads: what fits into the sockets is written, then the time is over.
    @Test func aBatchThatDoesNotGoThroughIsSentAgain() throws {
        let sink = try Sink()
        let connector = try make("timeout ms = 200", port: sink.port)
        connector.start()
        defer { connector.stop() }
        let large = String(repeating: "a 1 1\n", count: 4_000_000)
        connector.send(batch(large, metrics: 4_000_000))
        try eventually("it gives up") { events.codes.contains("ND-E3") }
        #expect(connector.status.buffered == 4_000_000 && connector.status.sent == 0)
        #expect(events.texts.contains { $0.contains("Willing to write \(large.utf8.count) bytes, wrote ") })
    }

    @Test func theNextDestinationIsTriedToo() throws {
        let gone = try Sink().port
        let sink = try Sink()
        let settings = try connector("destination = 127.0.0.1:\(gone) 127.0.0.1:\(sink.port)", port: 1)
        let connector = try Connector(settings, clock: ManualClock(seconds: start), reporter: events)
        connector.start()
        defer { connector.stop() }
        connector.send(batch("a 1 1\n"))
        try sink.accept()
        #expect(try sink.receive(6) == "a 1 1\n")
    }
}
