import Glibc
import Synchronization
import System
import Testing

/// Answers each connection on a unix socket with fixed bytes and closes it.
final class TinyServer: Sendable {
    let path: String
    private let descriptor: Int32
    private let seen = Mutex<[String]>([])

    /// - Parameter answer: from the first bytes of a request to all bytes of the answer.
    init(_ path: String, _ answer: @escaping @Sendable (String) -> [UInt8]) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 8) == 0)
        Threads.start(name: "tiny server") { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 8192)
                let count = recv(connection, &buffer, buffer.count, 0)
                let request = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
                seen.withLock { $0.append(request) }
                let bytes = answer(request)
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
        }
    }

    deinit { close(descriptor) }

    var requests: [String] { seen.withLock { $0 } }

    /// Ends the thread too: closing alone does not wake it.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// A whole answer of a web server.
func page(_ status: String, _ body: String, server: String = "ndstream") -> [UInt8] {
    Array("HTTP/1.1 \(status)\r\nServer: \(server)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
}

func page(_ status: String, file: String) throws -> [UInt8] {
    page(status, String(decoding: try Files.read(fixture(file), limit: 1 << 20), as: UTF8.self))
}
