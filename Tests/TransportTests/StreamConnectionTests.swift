import Config
import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import System
import Testing

@testable import Transport

@Suite struct StreamConnectionTests {
    private func make() throws -> (EmbeddedChannel, StreamConnection) {
        let channel = EmbeddedChannel()
        channel.connect(to: try SocketAddress(ipAddress: "10.0.0.9", port: 4711), promise: nil)
        let connection = StreamConnection(
            channel: channel,
            peer: Peer(address: "10.0.0.9", port: 4711),
            rights: .all
        )
        try channel.pipeline.syncOperations.addHandler(StreamHandler(connection))
        return (channel, connection)
    }

    @Test func countsWhatPasses() throws {
        let (channel, connection) = try make()
        var bytes: [UInt8] = []
        connection.onBytes = { bytes += $0 }
        try channel.writeInbound(ByteBuffer(string: "abc"))
        try channel.writeInbound(ByteBuffer(string: "de"))
        connection.write("xyz")
        connection.write([65, 66])
        connection.write("")
        #expect(bytes == Array("abcde".utf8))
        #expect(connection.receivedBytes == 5)
        #expect(connection.writtenBytes == 5)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "xyz"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "AB"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func theEndIsToldOnce() throws {
        let (channel, connection) = try make()
        var ends: [StreamEnd] = []
        connection.onClosed = { ends.append($0) }
        channel.close(promise: nil)
        connection.close()
        connection.write("late")
        #expect(ends == [.endOfFile])
        #expect(connection.isClosed)
        #expect(connection.pendingBytes == 0)
    }

    @Test(arguments: [StreamCloseMode.now, .afterWriting])
    func anEndFromHereIsToldAsSuch(_ mode: StreamCloseMode) throws {
        let (channel, connection) = try make()
        var ends: [StreamEnd] = []
        connection.onClosed = { ends.append($0) }
        connection.write("bye")
        connection.close(mode)
        #expect(ends == [.here])
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "bye"))
    }

    @Test func aFailedCallIsNamed() throws {
        let (channel, connection) = try make()
        var ends: [StreamEnd] = []
        connection.onClosed = { ends.append($0) }
        channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read(descriptor:pointer:size:)"))
        #expect(ends == [.failed(errno: 104, operation: "read")])

        let (other, timed) = try make()
        timed.onClosed = { ends.append($0) }
        other.pipeline.fireErrorCaught(IOError(errnoCode: 110, reason: "read(descriptor:pointer:size:)"))
        #expect(ends.last == .timedOut)
    }

    @Test func bytesAfterAnEndFromHereAreNotHeard() throws {
        let (channel, connection) = try make()
        var count = 0
        connection.onBytes = { bytes in
            count += bytes.count
            connection.close()
        }
        try channel.writeInbound(ByteBuffer(string: "abc"))
        _ = try? channel.writeInbound(ByteBuffer(string: "abc"))
        #expect(count == 3)
    }

    @Test func timersFireUntilTheEnd() throws {
        let (channel, connection) = try make()
        var fired: [String] = []
        connection.schedule(after: 1_000_000) { fired.append("once") }
        let never = connection.schedule(after: 1_000_000) { fired.append("never") }
        never.cancel()
        let repeated = connection.scheduleRepeatedly(every: 2_000_000) { fired.append("again") }
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(fired == ["once", "again", "again"])
        repeated.cancel()
        connection.schedule(after: 1_000_000) { fired.append("closed") }
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(500))
        connection.close()
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(fired.count == 3)
    }

    /// A repeated timer may stop itself.
    @Test func aTimerMayCancelItself() throws {
        let (channel, connection) = try make()
        var count = 0
        var timer: StreamTimer?
        timer = connection.scheduleRepeatedly(every: 1_000_000) {
            count += 1
            if count == 2 { timer?.cancel() }
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(count == 2)
    }

    /// A peer that reads nothing: what is pending grows, then it reads and everything is on its way.
    @Test func backPressureIsSeen() throws {
        let pending = Mutex(0)
        let writable = Atomic(0)
        let server = LiveServer(acceptor: { _, connection, _ in
            connection.onWritable = {
                if connection.pendingBytes == 0 { writable.store(1, ordering: .relaxed) }
            }
            connection.write([UInt8](repeating: 65, count: 20 << 20))
            pending.withLock { $0 = connection.pendingBytes }
            return .accepted
        })
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("STREAM x HTTP/1.1\r\n\r\n")
        #expect(eventually { pending.withLock { $0 } > 1 << 20 })
        #expect(writable.load(ordering: .relaxed) == 0)
        var count = 0
        while count < 20 << 20 {
            var bytes: [UInt8] = []
            count += try caller.socket.read(into: &bytes, deadline: .init(after: 10_000_000))
        }
        #expect(eventually { writable.load(ordering: .relaxed) == 1 })
    }

    @Test func readingCanPause() throws {
        let seen = Mutex<StreamReference?>(nil)
        let count = Mutex(0)
        let server = LiveServer(acceptor: { _, connection, _ in
            connection.isReading = false
            connection.onBytes = { bytes in count.withLock { $0 += bytes.count } }
            seen.withLock { $0 = connection.reference }
            connection.write("ok")
            return .accepted
        })
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("STREAM x HTTP/1.1\r\n\r\n")
        #expect(try caller.read(until: "ok") == "ok")
        try caller.send("abc")
        // Another thread lets it go on.
        #expect(count.withLock { $0 } == 0)
        seen.withLock { $0 }?.run { $0.isReading = true }
        #expect(eventually { count.withLock { $0 } == 3 })
    }

    /// The other side takes what was written although we have closed.
    @Test func aGoodbyeArrives() throws {
        let server = LiveServer(acceptor: { _, connection, _ in
            connection.write([UInt8](repeating: 65, count: 4 << 20))
            connection.close(.afterWriting)
            return .accepted
        })
        defer { server.stop() }
        let caller = try server.connect()
        try caller.send("STREAM x HTTP/1.1\r\n\r\n")
        #expect(try caller.all().utf8.count == 4 << 20)
    }
}
