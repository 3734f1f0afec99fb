import Glibc
import Testing

@testable import System

@Suite struct WatchTests {
    /// A pair of connected sockets.
    private func pair() -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    private func say(_ text: String, _ descriptor: Int32) {
        #expect(text.withCString { send(descriptor, $0, text.utf8.count, 0) } == text.utf8.count)
    }

    @Test func whoHasSomethingToReadIsReady() throws {
        let watch = try Watch()
        let (first, far) = pair()
        defer { close(first) }
        try watch.add(first)
        #expect(watch.wait(milliseconds: 0) == [])
        say("a", far)
        // As long as it is not read.
        #expect(watch.wait(milliseconds: nil) == [first])
        #expect(watch.wait(milliseconds: nil) == [first])
        var byte: UInt8 = 0
        #expect(recv(first, &byte, 1, 0) == 1)
        #expect(watch.wait(milliseconds: 0) == [])
        // An end is something to read.
        close(far)
        #expect(watch.wait(milliseconds: nil) == [first])
        watch.remove(first)
        #expect(watch.wait(milliseconds: 0) == [])
    }

    @Test func onceIsNotAgainBeforeMoreComes() throws {
        let watch = try Watch()
        let (first, far) = pair()
        defer {
            close(first)
            close(far)
        }
        say("a", far)
        try watch.add(first, once: true)
        #expect(watch.wait(milliseconds: nil) == [first])
        #expect(watch.wait(milliseconds: 0) == [])
        say("b", far)
        #expect(watch.wait(milliseconds: nil) == [first])
    }

    /// More than one wait returns: none is forgotten.
    @Test func manyComeInTurns() throws {
        let watch = try Watch()
        let pairs = (0..<Watch.atOnce + 1).map { _ in pair() }
        defer {
            for (near, far) in pairs {
                close(near)
                close(far)
            }
        }
        for (near, far) in pairs {
            try watch.add(near, once: true)
            say("x", far)
        }
        let first = Array(watch.wait(milliseconds: 0))
        let second = Array(watch.wait(milliseconds: 0))
        #expect(first.count == Watch.atOnce && second.count == 1)
        #expect(Set(first + second) == Set(pairs.map(\.0)))
    }

    /// No number of one that was closed: another test may have got it.
    @Test func whatIsNotOpenCannotBeWatched() throws {
        let watch = try Watch()
        #expect(throws: SystemError(operation: "epoll_ctl", number: EBADF)) { try watch.add(.max) }
    }
}
