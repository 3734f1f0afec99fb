import Glibc
import Testing

@testable import System

@Suite struct ListeningSocketTests {
    @Test func everyAddressAnswersInBothFamilies() throws {
        let socket = try #require(try ListeningSocket.bind(host: nil, port: "0").first)
        defer { close(socket.descriptor) }
        #expect(listen(socket.descriptor, 4) == 0)
        #expect(socket.port > 0)
        let deadline = BlockingSocket.Deadline(after: 60_000_000)
        _ = try BlockingSocket.connect(.v4("127.0.0.1", port: UInt16(socket.port))!, deadline: deadline)
        if socket.name.hasPrefix("[") {
            _ = try BlockingSocket.connect(.v6("::1", port: UInt16(socket.port), scope: 0)!, deadline: deadline)
        }
    }

    /// Connections come in the order in which they were made, do not block, and say where they are from; as many wait as the
    /// backlog says, and one (Linux).
    @Test func acceptsWithoutWaiting() throws {
        let socket = try #require(try ListeningSocket.bind(host: "127.0.0.1", port: "0").first)
        defer { socket.end() }
        try socket.listen(backlog: 2)
        #expect(socket.accept() == .nobody)
        let address = InternetAddress.v4("127.0.0.1", port: UInt16(socket.port))!
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let callers = (0..<4).map { _ in Glibc.socket(AF_INET, kind, 0) }
        defer { for caller in callers { close(caller) } }
        for caller in callers { _ = address.withSockaddr { connect(caller, $0, $1) } }
        for caller in callers[..<3] { #expect(becomes(POLLOUT, caller)) }
        #expect(!becomes(POLLOUT, callers[3], within: 0))
        // It would try again in a second, when there is room.
        shutdown(callers[3], Int32(SHUT_RDWR))
        for _ in 0..<3 {
            guard case .connection(let descriptor, let peer) = socket.accept() else {
                Issue.record("nobody is there")
                return
            }
            defer { close(descriptor) }
            #expect(peer?.host == "127.0.0.1")
            #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0 && fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
        #expect(socket.accept() == .nobody)
    }

    @Test func aSocketThatCannotAcceptSaysSo() throws {
        let socket = try #require(try ListeningSocket.bind(host: "127.0.0.1", port: "0").first)
        defer { socket.end() }
        #expect(socket.accept() == .failed(SystemError(operation: "accept", number: EINVAL)))
    }

    @Test func aTakenPortIsSaid() throws {
        let socket = try #require(try ListeningSocket.bind(host: "127.0.0.1", port: "0").first)
        defer { close(socket.descriptor) }
        listen(socket.descriptor, 4)
        #expect(
            throws: ListeningSocket.Failure.system(
                SystemError(operation: "bind", subject: "127.0.0.1:\(socket.port)", number: EADDRINUSE)
            )
        ) { try ListeningSocket.bind(host: "127.0.0.1", port: "\(socket.port)") }
    }

    @Test func aNameWithoutAddressIsSaid() {
        #expect(throws: ListeningSocket.Failure.self) { try ListeningSocket.bind(host: "no.such.invalid", port: "0") }
    }

    @Test func aStaleUnixSocketIsReplacedAndALiveOneRefused() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/agent.sock"
            let first = try ListeningSocket.bind(path: path)
            listen(first.descriptor, 4)
            #expect(throws: ListeningSocket.Failure.inUse) { try ListeningSocket.bind(path: path) }
            // Its process ends without removing the file.
            close(first.descriptor)
            let second = try ListeningSocket.bind(path: path)
            defer { close(second.descriptor) }
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
        }
    }

    @Test func aFileInTheWayIsNotRemoved() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/precious"
            try Files.write([1], to: path)
            #expect(throws: ListeningSocket.Failure.self) { try ListeningSocket.bind(path: path) }
            #expect(Files.exists(path))
        }
    }

    @Test func unixPathsHaveALimit() throws {
        let limit = UnixAddress.pathLimit
        #expect(limit == 107)
        #expect(UnixAddress("/" + String(repeating: "x", count: limit - 1)) != nil)
        #expect(UnixAddress("/" + String(repeating: "x", count: limit)) == nil)
    }

    @Test func numericHostsNeedNoResolver() throws {
        #expect(NameResolver.isNumeric("10.0.0.1", port: "19999"))
        #expect(NameResolver.isNumeric("fe80::1", port: "1"))
        #expect(!NameResolver.isNumeric("localhost", port: "1"))
        #expect(!NameResolver.isNumeric("10.0.0.1", port: "http"))
        let scoped = try NameResolver.resolve(host: "fe80::1", port: "1", interface: "lo")
        #expect(scoped.first?.scope == if_nametoindex("lo"))
        let unknown = try NameResolver.resolve(host: "fe80::1", port: "1", interface: "no-such0")
        #expect(unknown.first?.scope == 0)
        #expect(throws: NameResolver.Failure.self) {
            try NameResolver.resolve(host: "no.such.invalid", port: "1", interface: nil)
        }
    }

    @Test func aDeadlineEndsWaiting() throws {
        let socket = try #require(try ListeningSocket.bind(host: "127.0.0.1", port: "0").first)
        defer { close(socket.descriptor) }
        listen(socket.descriptor, 4)
        let deadline = BlockingSocket.Deadline(after: 20_000)
        let connection = try BlockingSocket.connect(.v4("127.0.0.1", port: UInt16(socket.port))!, deadline: deadline)
        var bytes: [UInt8] = []
        do {
            _ = try connection.read(into: &bytes, deadline: deadline)
            Issue.record("nothing was there to read")
        } catch {
            #expect(error == SystemError(operation: "recv", number: ETIMEDOUT))
        }
    }
}
