import Basics
import Config
import Diagnostics
import NIOCore
import Status
import System
import TestCertificates
import Testing
import Transport

@testable import Exporting

/// Connectors that encrypt.
@Suite struct TLSConnectorTests {
    private let events = EventList()

    /// A database with a certificate.
    private final class EncryptedSink {
        let sink: Sink
        private let context: TLSContext
        private var session: TLSSession
        private var plain = ByteBuffer()

        init(_ certificate: String = "valid") throws {
            sink = try Sink()
            context = try TLSContext.server(
                certificate: Certificates.path(certificate + ".pem"),
                key: Certificates.path(certificate + ".key")
            )
            session = TLSSession(server: context)
        }

        func accept() throws {
            try sink.accept()
            plain = ByteBuffer()
            session = TLSSession(server: context)
            try session.start()
            while !session.isEstablished { try step() }
        }

        /// Takes what comes, and says what TLS has to say to it.
        func step() throws {
            let bytes = try sink.receiveSome()
            try #require(!bytes.isEmpty, "the connection has ended")
            defer { flush() }
            try bytes.withUnsafeBytes { try session.receive($0, into: &plain) }
        }

        private func flush() {
            if let output = session.takeOutput() { sink.answer(Array(output.readableBytesView)) }
        }

        func receive(_ count: Int) throws -> String {
            while plain.readableBytes < count { try step() }
            return plain.readString(length: count) ?? ""
        }

        func answer(_ text: String) throws {
            try Array(text.utf8).withUnsafeBytes { try session.send($0) }
            flush()
        }
    }

    private func start(_ type: String, _ port: UInt16, _ more: String = "", ca: String = "ca.pem") throws -> Connector {
        let text = "destination = localhost:\(port)\(type.hasSuffix("https") ? "" : ":SSL")\n"
        let connector = try Connector(
            try connector(text + "CAfile = \(Certificates.path(ca))\n" + more, type + ":a"),
            clock: ManualClock(seconds: SystemClock().now() / 1_000_000),
            reporter: events
        )
        connector.start()
        return connector
    }

    @Test(arguments: ["graphite", "opentsdb:telnet", "json:plaintext"]) func linesGoEncrypted(type: String) throws {
        let server = try EncryptedSink()
        let connector = try start(type, server.sink.port)
        defer { connector.stop() }
        for text in ["a 1 1\n", "b 2 2\n"] {
            connector.send(batch(text))
            if text == "a 1 1\n" { try server.accept() }
            #expect(try server.receive(6) == text)
            // Nobody reads what a database says, encrypted or not.
            try server.answer("what?\n")
        }
        try eventually("both are counted") { connector.status.sent == 2 }
        #expect(events.codes == ["ND-E1"])
        try server.sink.closeConnection()
        connector.send(batch("c 3 3\n"))
        try server.accept()
        #expect(try server.receive(6) == "c 3 3\n")
        #expect(events.codes == ["ND-E1", "ND-E4", "ND-E1"])
    }

    @Test(arguments: ["json:https", "opentsdb:https", "graphite:https", "prometheus_remote_write:https"])
    func requestsGoEncrypted(type: String) throws {
        let server = try EncryptedSink()
        let connector = try start(type, server.sink.port)
        defer { connector.stop() }
        let body = String(repeating: "x", count: 700_000)
        for round in 1...2 {
            connector.send(batch(body))
            if round == 1 { try server.accept() }
            var head = ""
            while !head.hasSuffix("\r\n\r\n") { head += try server.receive(1) }
            #expect(head.hasPrefix("POST /") && head.contains("\r\nHost: localhost:\(server.sink.port)\r\n"))
            #expect(try server.receive(body.utf8.count) == body)
            try server.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            try eventually("it is counted") { connector.status.sent == round }
        }
        #expect(connector.status.lastError == nil)
    }

    /// Why, in the codes of the catalogue; nothing has gone out.
    @Test(arguments: [
        ("self-signed", "ND-T18"), ("expired", "ND-T10"), ("wrong-ca", "ND-T20"),
    ])
    func aCertificateThatDoesNotHold(certificate: String, code: String) throws {
        let server = try EncryptedSink(certificate)
        let connector = try start("json:https", server.sink.port)
        defer { connector.stop() }
        connector.send(batch("secret"))
        #expect(throws: (any Error).self) { try server.accept() }
        try eventually("it is said") { events.codes.contains("ND-E8") }
        let text = try #require(events.texts.first)
        #expect(text.contains("'localhost:\(server.sink.port)' of instance 'a'"), "\(text)")
        let found = text.split(separator: "(").last.map { $0.hasPrefix("ND-T") } == true
        #expect(found && text.hasSuffix("(\(code))"), "\(text)")
        #expect(connector.status.buffered == 1 && connector.status.lastError?.hasPrefix("not encrypted: ") == true)
        // The same again is no news.
        connector.send(batch("secret"))
        #expect(throws: (any Error).self) { try server.accept() }
        try eventually("it fails again") { connector.figures.period == 2 }
        #expect(events.codes == ["ND-E8"])
    }

    @Test func verificationCanBeSwitchedOff() throws {
        let server = try EncryptedSink("self-signed")
        let connector = try start("graphite", server.sink.port, "ssl skip certificate verification = yes")
        defer { connector.stop() }
        connector.send(batch("a 1 1\n"))
        try server.accept()
        #expect(try server.receive(6) == "a 1 1\n")
    }

    @Test func aNameThatDiffersIsRefusedWhereItIsAsked() throws {
        let server = try EncryptedSink("wrong-name")
        let strict = try start("graphite", server.sink.port, "ssl verify hostname = yes")
        strict.send(batch("a 1 1\n"))
        #expect(throws: (any Error).self) { try server.accept() }
        try eventually("it is said") { events.texts.first?.hasSuffix("(ND-T62)") == true }
        strict.stop()
        // With an authority of the operator's own the name is not looked at, as in stream.conf.
        let lenient = try start("graphite", server.sink.port)
        defer { lenient.stop() }
        lenient.send(batch("b 2 2\n"))
        try server.accept()
        #expect(try server.receive(6) == "b 2 2\n")
    }

    @Test func somethingThatSpeaksNoTLS() throws {
        let sink = try Sink()
        let connector = try start("graphite", sink.port)
        defer { connector.stop() }
        connector.send(batch("a 1 1\n"))
        try sink.accept()
        _ = try sink.receiveSome()
        sink.answer("what?\n")
        try eventually("it is said") { events.codes == ["ND-E8"] }
        #expect(events.texts[0].hasSuffix("(ND-T342)"), "\(events.texts)")
    }

    @Test func aFileThatIsNoCertificate() throws {
        let connector = try start("graphite", 1, ca: "valid.key")
        defer { connector.stop() }
        connector.send(batch("a 1 1\n"))
        try eventually("it is said") { events.codes == ["ND-E13"] }
        #expect(connector.status.buffered == 1 && connector.status.lastError?.contains("valid.key") == true)
    }
}
