import Basics
import Config
import Diagnostics
import FaultyFiles
import Status
import Store
import System
import Testing

@testable import Exporting

/// Connectors that speak HTTP, with a scripted server at the other end.
@Suite struct HTTPConnectorTests {
    static let types = ["graphite:http", "opentsdb:http", "json:http", "prometheus_remote_write"]

    private let events = EventList()
    private let sink: Sink

    init() throws { sink = try Sink() }

    private func start(_ text: String = "", _ type: String = "json:http") throws -> Connector {
        let connector = try Connector(
            try connector(text, type + ":a", port: sink.port),
            clock: ManualClock(seconds: firstSecond),
            reporter: events
        )
        connector.start()
        return connector
    }

    private let fine = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    @Test(arguments: HTTPConnectorTests.types) func aWholeAnswer(type: String) throws {
        let connector = try start("", type)
        defer { connector.stop() }
        for number in 1...3 {
            connector.send(batch("body \(number)", metrics: number))
            if number == 1 { try sink.accept() }
            let (head, body) = try sink.receiveRequest()
            #expect(body == "body \(number)" && head.hasPrefix("POST /"), "\(head)")
            sink.answer(number == 2 ? "HTTP/1.1 204 No Content\r\n\r\n" : fine)
            try eventually("it is counted") { connector.status.sent == number * (number + 1) / 2 }
        }
        #expect(connector.status.state == "connected" && connector.status.lastError == nil)
        #expect(events.codes == ["ND-E1"])
    }

    @Test func anAnswerByteByByte() throws {
        let connector = try start()
        defer { connector.stop() }
        connector.send(batch("x"))
        try sink.accept()
        _ = try sink.receiveRequest()
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        for byte in answer { sink.answer(String(byte)) }
        try eventually("it is counted") { connector.status.sent == 1 }
        connector.send(batch("y"))
        #expect(try sink.receiveRequest().body == "y", "over the same connection")
        sink.answer(fine)
        try eventually("it is counted") { connector.status.sent == 2 }
    }

    @Test func anAnswerThatIsCutIsNone() throws {
        let connector = try start()
        defer { connector.stop() }
        connector.send(batch("x"))
        try sink.accept()
        _ = try sink.receiveRequest()
        sink.answer("HTTP/1.1 200 OK\r\nContent-Le")
        try sink.closeConnection()
        try eventually("it fails") { connector.status.lastError != nil }
        #expect(connector.status.buffered == 1 && connector.status.sent == 0)
        #expect(events.texts.last?.hasSuffix("gave instance 'a' no answer: half an answer") == true, "\(events.texts)")
        connector.send(batch("y"))
        try sink.accept()
        // Oldest first.
        #expect(try sink.receiveRequest().body == "x")
        sink.answer(fine)
        #expect(try sink.receiveRequest().body == "y")
        sink.answer(fine)
        try eventually("both are counted") { connector.status.sent == 2 && connector.status.buffered == 0 }
        #expect(connector.status.lastError == nil && connector.status.failed == 0)
    }

    @Test(arguments: [500, 502, 503, 429]) func laterIsTriedAgain(status: Int) throws {
        let connector = try start()
        defer { connector.stop() }
        connector.send(batch("x"))
        try sink.accept()
        for round in 1...3 {
            #expect(try sink.receiveRequest().body == "x")
            sink.answer("HTTP/1.1 \(status) Busy\r\nContent-Length: 9\r\n\r\nnot now\r\n")
            try eventually("it waits") { connector.status.lastError == "HTTP \(status): not now" }
            #expect(connector.status.buffered == round && connector.status.failed == 0)
            // One attempt a period.
            connector.send(batch("y"))
        }
        for body in ["x", "y", "y", "y"] {
            #expect(try sink.receiveRequest().body == body)
            sink.answer(fine)
        }
        try eventually("all are counted") { connector.status.sent == 4 }
        // The same answer again is no news.
        #expect(events.codes == ["ND-E1", "ND-E10"])
        #expect(events.texts.last?.contains("\(status) 'not now'") == true)
    }

    @Test(arguments: HTTPConnectorTests.types, [400, 401, 404, 413])
    func whatIsRefusedIsDroppedAndToldOnce(type: String, status: Int) throws {
        let connector = try start("", type)
        defer { connector.stop() }
        for round in 1...3 {
            connector.send(batch("x", metrics: 5))
            if round == 1 { try sink.accept() }
            #expect(try sink.receiveRequest().body == "x")
            let words = "no\u{1b} way \(round)"
            sink.answer("HTTP/1.1 \(status) No\r\nContent-Length: \(words.utf8.count)\r\n\r\n\(words)")
            try eventually("it is dropped") { connector.status.failed == 5 * round }
        }
        #expect(connector.status.buffered == 0 && connector.status.sent == 0)
        #expect(connector.status.lastError == "HTTP \(status): no\\x1b way 3" && connector.status.state == "connected")
        #expect(events.codes == ["ND-E1", "ND-E11"])
        #expect(
            events.texts.last
                == "EXPORTING: '127.0.0.1:\(sink.port)' refuses metrics of instance 'a': \(status) 'no\\x1b way 1'; "
                + "5 are dropped"
        )
        connector.send(batch("y"))
        try sink.answerRequest()
        try eventually("the next one is taken") { connector.status.sent == 1 && connector.status.lastError == nil }
    }

    /// One part of a batch that is refused takes no other with it.
    @Test func partsAreJudgedOneByOne() throws {
        let connector = try start()
        defer { connector.stop() }
        let parts = ["a", "b", "c"].map { Batch.Part(bytes: Array($0.utf8), metrics: 10) }
        connector.send(Batch(parts: parts))
        try sink.accept()
        try sink.answerRequest()
        try sink.answerRequest("HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n")
        try sink.answerRequest("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
        try eventually("it waits") { connector.status.buffered == 10 }
        #expect(connector.status.sent == 10 && connector.status.failed == 10)
        connector.send(batch("d"))
        #expect(try sink.receiveRequest().body == "c", "what was taken is not sent again")
        sink.answer(fine)
        #expect(try sink.receiveRequest().body == "d")
        sink.answer(fine)
        try eventually("all are counted") { connector.status.sent == 21 }
    }

    @Test func silenceEndsAfterTheTime() throws {
        let connector = try start("timeout ms = 100")
        defer { connector.stop() }
        connector.send(batch("x"))
        try sink.accept()
        _ = try sink.receiveRequest()
        try eventually("it gives up") { events.codes.contains("ND-E9") }
        #expect(connector.status.lastError == "no answer in time" && connector.status.buffered == 1)
        connector.send(batch("y"))
        try sink.accept()
        #expect(try sink.receiveRequest().body == "x")
    }

    @Test func aServerThatClosesIdleConnectionsIsNoNews() throws {
        let connector = try start()
        defer { connector.stop() }
        for round in 1...3 {
            connector.send(batch("x"))
            try sink.accept()
            _ = try sink.receiveRequest()
            sink.answer(round == 1 ? "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" : fine)
            try eventually("it is counted") { connector.status.sent == round }
            try sink.closeConnection()
        }
        #expect(events.codes == ["ND-E1"])
    }

    /// The request crosses the end of the connection: nobody has seen it, so it is sent again at once.
    @Test func aConnectionThatEndsUnderARequestIsReplaced() throws {
        let connector = try start()
        defer { connector.stop() }
        connector.send(batch("x"))
        try sink.accept()
        try sink.answerRequest()
        try eventually("it is counted") { connector.status.sent == 1 }
        connector.send(batch("y"))
        _ = try sink.receiveRequest()
        try sink.closeConnection()
        try sink.accept()
        #expect(try sink.receiveRequest().body == "y")
        sink.answer(fine)
        try eventually("it is counted") { connector.status.sent == 2 }
        #expect(events.codes == ["ND-E1"] && connector.status.failed == 0)
        // But once only.
        connector.send(batch("z"))
        _ = try sink.receiveRequest()
        try sink.closeConnection()
        try sink.accept()
        _ = try sink.receiveRequest()
        try sink.closeConnection()
        try eventually("it fails") { connector.status.lastError == "the connection was closed" }
    }

    /// Who takes no more says why before closing.
    @Test func anAnswerBeforeAllIsSentCounts() throws {
        let connector = try start("timeout ms = 2000")
        defer { connector.stop() }
        connector.send(Batch(parts: [.init(bytes: [UInt8](repeating: 120, count: 30_000_000), metrics: 9)]))
        try sink.accept()
        _ = try sink.receive(1000)
        sink.answer("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        try eventually("it is dropped") { connector.status.failed == 9 }
        #expect(connector.status.lastError == "HTTP 413: Content Too Large")
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2p1\r\n", "this is no HTTP"),
        ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{28}", "this is no HTTP: it speaks TLS"),
    ])
    func whatIsNoHTTP(text: String, reason: String) throws {
        let connector = try start()
        defer { connector.stop() }
        connector.send(batch("x"))
        try sink.accept()
        _ = try sink.receiveRequest()
        sink.answer(text)
        try eventually("it is said") { events.codes.contains("ND-E12") }
        #expect(connector.status.lastError == reason && connector.status.buffered == 1)
    }

    @Test func figuresOfAPeriod() throws {
        let connector = try start()
        defer { connector.stop() }
        #expect(connector.figures.period == 0)
        connector.send(batch("12345678", metrics: 4))
        try sink.accept()
        _ = try sink.receiveRequest()
        sink.answer(fine)
        try eventually("they are published") { connector.figures.period == 1 }
        let first = connector.figures
        #expect(first.metrics.buffered == 4 && first.metrics.sent == 4 && first.metrics.lost == 0)
        #expect(first.bytes.buffered == 8 && first.bytes.sent == 8 && first.received == fine.utf8.count)
        #expect(first.writes == 1 && first.reads == 1 && first.connections == 1 && first.failures == 0)
        connector.send(batch("12", metrics: 2))
        try sink.answerRequest("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n")
        try eventually("they are published") { connector.figures.period == 2 }
        let second = connector.figures
        #expect(second.metrics.buffered == 2 && second.metrics.sent == 0 && second.metrics.lost == 2)
        #expect(second.bytes.lost == 2 && second.discards == 1 && second.failures == 1 && second.connections == 0)
        #expect(second.name == "a" && second.updateEvery == 10)
    }
}

/// `start`, where a method has that name.
let firstSecond = start
