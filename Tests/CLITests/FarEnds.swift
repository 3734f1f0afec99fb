import Glibc
import Synchronization
import System
import Testing

/// Another program that a test starts; it ends with the value.
final class FarEndProcess {
    private let directory: TemporaryDirectory
    private let id: pid_t

    init(_ program: String, _ arguments: [String]) throws {
        directory = try TemporaryDirectory()
        try directory.write("", "in")
        id = try Program.start(arguments, of: program, directory: directory.path)
    }

    deinit {
        kill(id, SIGTERM)
        _ = Program.wait(id)
    }
}

/// Answers each connection on a port of 127.0.0.1 with fixed bytes and closes it, or keeps it and says nothing.
final class TinyPort: Sendable {
    let port: Int
    private let descriptor: Int32

    /// - Parameter answer: to the number of the connection; `nil` is silence.
    init(_ answer: @escaping @Sendable (Int) -> [UInt8]?) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(isBound && listen(descriptor, 8) == 0)
        Threads.start(name: "tiny port") {
            var kept: [Int32] = []
            var number = 0
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                if let bytes = answer(number) {
                    _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                    // What the far end has said is taken, so that nothing is reset before it has heard us.
                    var buffer = [UInt8](repeating: 0, count: 4096)
                    shutdown(connection, Int32(SHUT_WR))
                    while recv(connection, &buffer, buffer.count, 0) > 0 {}
                    close(connection)
                } else {
                    kept.append(connection)
                }
                number += 1
            }
            for connection in kept { close(connection) }
        }
    }

    deinit { close(descriptor) }

    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// A TCP port of 127.0.0.1 that nobody listens on at the moment.
func freePort() -> Int {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            precondition(bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0)
        }
    }
    return Int(UInt16(bigEndian: address.sin_port))
}

/// Whether somebody listens there.
func isOpen(_ port: Int) -> Bool {
    guard let address = InternetAddress.v4("127.0.0.1", port: UInt16(port)) else { return false }
    do throws(SystemError) {
        _ = try BlockingSocket.connect(address, deadline: .init(after: 1_000_000))
        return true
    } catch {
        return false
    }
}
