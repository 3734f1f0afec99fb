import Glibc
import Testing

@testable import System

@Suite struct SocketBytesTests {
    /// Two ends of a TCP connection, of which the first does not block.
    private func pair() throws -> (Int32, Int32) {
        let listening = try ListeningSocket.bind(host: "127.0.0.1", port: "0")[0]
        try listening.listen(backlog: 8)
        defer { listening.end() }
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let address = InternetAddress.v4("127.0.0.1", port: UInt16(listening.port))!
        #expect(address.withSockaddr { Glibc.connect(far, $0, $1) } == 0)
        guard case .connection(let near, _) = listening.accept() else {
            throw SystemError(operation: "accept", number: 0)
        }
        return (near, far)
    }

    @Test func whatIsThrownAwayIsCounted() throws {
        let (near, far) = try pair()
        #expect(SocketBytes.discard(near, 10) == SocketBytes.nothing)
        #expect("hello".withCString { send(far, $0, 5, 0) } == 5)
        #expect(becomes(POLLIN, near))
        #expect(SocketBytes.discard(near, 3) == 3)
        #expect(SocketBytes.discard(near, 3) == 2)
        shutdown(far, Int32(SHUT_WR))
        #expect(becomes(POLLIN, near))
        #expect(SocketBytes.discard(near, 3) == 0)
        SocketBytes.close(near)
        close(far)
    }

    @Test func twoPiecesArriveInARowAndThenTheEnd() throws {
        let (near, far) = try pair()
        #expect(SocketBytes.sendBeforeEnd(near, Array("head".utf8), []) == 4)
        #expect(SocketBytes.sendBeforeEnd(near, Array("er".utf8), Array("body".utf8)) == 6)
        SocketBytes.end(near)
        var bytes = [UInt8](repeating: 0, count: 100)
        #expect(recv(far, &bytes, 100, Int32(MSG_WAITALL)) == 10)
        #expect(bytes.prefix(10).elementsEqual("headerbody".utf8))
        SocketBytes.close(near)
        close(far)
    }

    @Test func aFullSocketTakesAPart() throws {
        let (near, far) = try pair()
        let much = [UInt8](repeating: 1, count: 64 << 20)
        let sent = SocketBytes.sendBeforeEnd(near, [1], much)
        #expect(sent > 0 && sent < much.count)
        #expect(SocketBytes.sendBeforeEnd(near, [1], much) >= 0)
        // A reset: there is something that nobody has read.
        close(far)
        #expect(becomes(POLLERR, near))
        #expect(SocketBytes.sendBeforeEnd(near, [1], much) < 0)
        SocketBytes.close(near)
    }
}
