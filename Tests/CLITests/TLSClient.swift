import Glibc
import NIOCore
import System
import TestCertificates
import Testing
import Transport

/// A connection to a node that is encrypted, by hand.
final class TLSClient {
    let raw: RawClient
    let session: TLSSession
    private var plain = ByteBuffer()

    init(_ port: UInt16, trust: String = "ca.pem", name: String = "localhost") throws {
        raw = try RawClient(port: port)
        session = TLSSession(client: try .client(TLSTrust(file: Certificates.path(trust))), name: name)
        do {
            try session.start()
            while !session.isEstablished {
                guard try step() else { throw session.cut() }
            }
        } catch {
            flush()
            throw error
        }
        flush()
    }

    private func flush() {
        if let output = session.takeOutput() { raw.send(Array(output.readableBytesView)) }
    }

    /// - Returns: whether something came.
    private func step() throws -> Bool {
        flush()
        let bytes = raw.receiveBytes()
        guard !bytes.isEmpty else { return false }
        try bytes.withUnsafeBytes { try session.receive($0, into: &plain) }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool {
        guard (try? Array(text.utf8).withUnsafeBytes { try session.send($0) }) != nil,
            let output = session.takeOutput()
        else { return false }
        return raw.send(Array(output.readableBytesView))
    }

    /// What comes until a text is there, or the end.
    func read(until text: String) throws -> String {
        while !String(decoding: plain.readableBytesView, as: UTF8.self).contains(text) {
            guard !session.isFinished, try step() else { break }
        }
        defer { plain.clear() }
        return String(decoding: plain.readableBytesView, as: UTF8.self)
    }

    /// One request of the API.
    func get(_ path: String) throws -> String {
        send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        return try read(until: "\u{0}")
    }
}

/// A child that streams over TLS, by hand.
final class EncryptedChild {
    let client: TLSClient
    private var second = Int(SystemClock().now() / 1_000_000)

    init(_ port: UInt16, _ hostname: String, guid: String) throws {
        client = try TLSClient(port)
        client.send(HandChild.request(hostname, guid: guid))
        let reply = try client.read(until: "version=")
        try #require(reply.hasPrefix("Hit me baby"), "\(reply)")
        client.send(
            "CHART a.b '' 'title' 'units' 'family' 'context' line 1 1 '' 'plugin' 'module'\nDIMENSION d '' absolute 1 1 ''\n"
        )
    }

    /// One collection.
    func collect() -> Bool {
        second += 1
        return client.send("BEGIN a.b 1000000\nSET d = \(second)\nEND\n")
    }
}
