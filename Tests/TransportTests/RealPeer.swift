import Glibc
import System
import Testing

/// A listening socket whose connections do what a test wants: nothing, mostly.
final class RealPeer: @unchecked Sendable {
    let port: Int
    private let listener: Int32
    private var accepted: Int32 = -1

    /// - Parameters:
    ///   - host: a loopback address.
    ///   - port: 0 for any.
    init(host: String = "127.0.0.1", port: Int = 0, backlog: Int32 = 16) throws {
        let socket = try #require(try ListeningSocket.bind(host: host, port: "\(port)").first)
        listener = socket.descriptor
        self.port = socket.port
        listen(listener, backlog)
    }

    deinit {
        if accepted >= 0 { close(accepted) }
        close(listener)
    }

    var address: InternetAddress { .v4("127.0.0.1", port: UInt16(port))! }

    /// Takes the next connection, if one comes within the milliseconds.
    @discardableResult
    func accept(within milliseconds: Int32 = 10_000) -> Bool {
        var ready = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, milliseconds) == 1 else { return false }
        if accepted >= 0 { close(accepted) }
        accepted = Glibc.accept(listener, nil, nil)
        return accepted >= 0
    }

    func write(_ text: String) { _ = Glibc.write(accepted, text, text.utf8.count) }

    /// A goodbye.
    func leave() {
        close(accepted)
        accepted = -1
    }

    /// No goodbye: the kernel sends a reset.
    func crash() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(accepted, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        leave()
    }

    /// As if its machine had lost its power: whatever comes is thrown away before the kernel's TCP sees it, so that not
    /// even an acknowledgement goes back. A packet filter on the socket does it, without any right.
    func vanish() -> Bool {
        struct Instruction {
            var code: UInt16 = 0x06
            var jumpTrue: UInt8 = 0
            var jumpFalse: UInt8 = 0
            var value: UInt32 = 0
        }
        struct Program {
            var count: UInt16
            var instructions: UnsafePointer<Instruction>
        }
        let attachFilter: Int32 = 26
        var returnZero = Instruction()
        return withUnsafePointer(to: &returnZero) { instructions in
            var program = Program(count: 1, instructions: instructions)
            let size = socklen_t(MemoryLayout<Program>.size)
            return setsockopt(accepted, SOL_SOCKET, attachFilter, &program, size) == 0
        }
    }
}
