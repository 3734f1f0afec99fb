import NIOCore
import System
import TestCertificates
import Testing

@testable import Transport

/// Somebody who connects and encrypts.
final class TLSCaller {
    let session: TLSSession
    private let socket: BlockingSocket
    private let deadline = BlockingSocket.Deadline(after: 20_000_000)
    private var plain = ByteBuffer()

    init(
        port: Int,
        trust: TLSTrust = TLSTrust(file: Certificates.path("ca.pem")),
        name: String = "localhost"
    ) throws {
        socket = try BlockingSocket.connect(.v4("127.0.0.1", port: UInt16(port))!, deadline: deadline)
        session = TLSSession(client: try .client(trust), name: name)
        do {
            try session.start()
            while !session.isEstablished {
                guard try step() else { throw session.cut() }
            }
            try flush()
        } catch {
            // What there is to say against the other side.
            try? flush()
            throw error
        }
    }

    private func flush() throws {
        guard let output = session.takeOutput() else { return }
        try socket.write(Array(output.readableBytesView), deadline: deadline)
    }

    /// - Returns: whether something came.
    private func step() throws -> Bool {
        try flush()
        var bytes: [UInt8] = []
        guard !session.isFinished, try socket.read(into: &bytes, deadline: deadline) > 0 else { return false }
        try bytes.withUnsafeBytes { try session.receive($0, into: &plain) }
        return true
    }

    func send(_ text: String) throws {
        try Array(text.utf8).withUnsafeBytes { try session.send($0) }
        try flush()
    }

    /// Bytes that are not encrypted, in the middle of it.
    func sendRaw(_ bytes: [UInt8]) throws { try socket.write(bytes, deadline: deadline) }

    /// Says that nothing more comes.
    func finish() throws {
        session.finish()
        try flush()
    }

    /// Everything until the end.
    func all() throws -> String {
        while try step() {}
        return take()
    }

    /// What comes until a text is there.
    func read(until text: String) throws -> String {
        while !String(decoding: plain.readableBytesView, as: UTF8.self).contains(text) {
            guard try step() else { break }
        }
        return take()
    }

    /// How many bytes come until the end.
    func count() throws -> Int {
        var count = 0
        while try step() {
            count += plain.readableBytes
            plain.clear()
        }
        return count
    }

    private func take() -> String {
        defer { plain.clear() }
        return String(decoding: plain.readableBytesView, as: UTF8.self)
    }
}

extension TLSContext {
    /// A server's, with certificates that were made for the tests.
    static func testServer(_ name: String = "valid", highestVersion: String = "1.3") throws -> TLSContext {
        try server(
            certificate: Certificates.path(name + ".pem"),
            key: Certificates.path(name + ".key"),
            highestVersion: highestVersion
        )
    }
}
