import Config
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Transport

/// Streams that come at once begin a few at a time, and nothing of them is lost meanwhile.
@Suite struct TurnsTests {
    /// One waiting or begun connection, and what it has seen.
    private final class Stream {
        let connection: StreamConnection
        private(set) var seen: [String] = []

        init(_ loop: EmbeddedEventLoop, _ turns: Turns?) {
            let channel = EmbeddedChannel(handler: nil, loop: loop)
            connection = StreamConnection(channel: channel, peer: .unknown, rights: .all, turns: turns)
            connection.inTurn { [self] in
                seen.append("begun")
                connection.onBytes = { [self] in seen.append(String(decoding: $0, as: UTF8.self)) }
                connection.onClosed = { [self] in seen.append("\($0)") }
            }
        }

        func say(_ text: String) { connection.received(ByteBuffer(string: text)) }
    }

    @Test func aFewInOneRound() {
        let loop = EmbeddedEventLoop()
        let turns = Turns(loop)
        let streams = (0..<20).map { _ in Stream(loop, turns) }
        var begun: Int { streams.count { $0.seen.first == "begun" } }
        #expect(begun == 8)
        // Those that wait are not read, and what was read of them already is kept in order.
        #expect(streams[7].connection.isReading && !streams[8].connection.isReading)
        for stream in streams {
            stream.say("CHART ")
            stream.say("a.b\n")
        }
        #expect(streams[7].seen == ["begun", "CHART ", "a.b\n"])
        #expect(streams[8].seen == [])
        // One that leaves has its turn, so that its end is known, and takes nobody else's.
        streams[8].connection.ended(.endOfFile)
        #expect(streams[8].seen == ["begun", "CHART ", "a.b\n", "endOfFile"])
        loop.advanceTime(by: Turns.pause)
        #expect(begun == 17)
        loop.advanceTime(by: Turns.pause)
        #expect(begun == 20)
        let words = ["begun", "CHART ", "a.b\n"]
        #expect(streams.allSatisfy { $0.seen.prefix(3) == words[...] && $0.connection.receivedBytes == 10 })
        #expect(streams[19].connection.isReading)
        // After a quiet round there is room again.
        loop.advanceTime(by: Turns.pause)
        #expect(Stream(loop, turns).seen == ["begun"])
    }

    @Test func whereNobodyWaits() {
        let loop = EmbeddedEventLoop()
        #expect((0..<20).allSatisfy { _ in Stream(loop, nil).seen == ["begun"] })
    }

    /// The whole way: all are answered, with what they said along with their requests.
    @Test func manyOverRealSockets() throws {
        let server = LiveServer(acceptor: { _, connection, server in
            connection.inTurn {
                connection.onBytes = { bytes in server.streamed.withLock { $0 += bytes } }
                connection.onClosed = { end in server.ends.withLock { $0.append(end) } }
                connection.write("Hit me baby, push them over...")
            }
            return .accepted
        })
        defer { server.stop() }
        let descriptors = try (0..<100).map { _ in try RawCaller(port: server.port) }
        for caller in descriptors { caller.send("STREAM key=1 HTTP/1.1\r\n\r\nCHART a.b\n") }
        for caller in descriptors { #expect(caller.receive() == "Hit me baby, push them over...") }
        #expect(eventually { server.streamed.withLock { $0.count } == 1000 })
        for caller in descriptors { caller.leave() }
        #expect(eventually { server.ends.withLock { $0.count } == 100 })
        #expect(eventually { server.server.connections == 0 })
    }

    /// A caller that can stand in an array.
    private final class RawCaller {
        private var caller: Caller?

        init(port: Int) throws { caller = try Caller(port: port) }

        func send(_ text: String) { try? caller?.send(text) }
        func receive() -> String { (try? caller?.read(until: "over...")) ?? "" }
        func leave() { caller = nil }
    }
}
