import Basics
import Config
import Diagnostics
import Glibc
import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import System
import Testing

@testable import Transport

/// Keeps what is reported.
final class Reports: Reporter {
    private let events = Mutex<[Event]>([])

    func report(_ event: Event) { events.withLock { $0.append(event) } }

    var codes: [String] { events.withLock { $0.map(\.condition.code) } }
    var texts: [String] { events.withLock { $0.map(\.text) } }
}

/// A server's inside without sockets: one connection of an embedded channel, under a clock that stands still.
final class EmbeddedServer {
    let reports = Reports()
    let clock = ManualClock(seconds: 1_795_339_848)
    let context: ServerContext
    let client: Client
    let channel = EmbeddedChannel()

    init(
        limits: ServerLimits = ServerLimits(),
        rights: Rights = .all,
        policy: ServerPolicy = ServerPolicy(),
        encryption: BindAddress.Encryption = .standard,
        verdict: StreamVerdict = .accepted,
        router: @escaping Router = EmbeddedServer.echo
    ) throws {
        let sink = Sink()
        context = ServerContext(
            limits: limits,
            connectionsLimit: 100,
            policy: policy,
            clock: clock,
            reporter: reports,
            accessLog: AccessLog(LogFile(.none)),
            pool: NIOThreadPool(numberOfThreads: 1),
            router: router,
            acceptor: { offer, connection in
                guard connection.rights.contains(.streaming) else { return .noRight }
                sink.streams.withLock { $0.heads.append(String(decoding: offer.head, as: UTF8.self)) }
                connection.onBytes = { bytes in sink.streams.withLock { $0.bytes += bytes } }
                if verdict == .accepted { connection.write("Hit me baby, push them over...") }
                return verdict
            }
        )
        self.sink = sink
        client = Client(
            context,
            policy: policy,
            peer: Peer(address: "10.0.0.9", port: 4711),
            rights: rights,
            encryption: encryption
        )
        channel.connect(to: try SocketAddress(ipAddress: "10.0.0.9", port: 4711), promise: nil)
        try channel.pipeline.syncOperations.addHandler(Sniffer(client))
        let channel = channel
        client.expectRequest(within: policy.firstRequestTimeout, on: channel.eventLoop) { [client] in
            client.report(.firstRequestTimeout, ["seconds": String(policy.firstRequestTimeout)])
            channel.close(promise: nil)
        }
    }

    /// What the streaming code was offered, and got as bytes.
    private final class Sink: Sendable {
        let streams = Mutex<(heads: [String], bytes: [UInt8])>(([], []))
    }
    private let sink: Sink

    var heads: [String] { sink.streams.withLock { $0.heads } }
    var streamed: String { sink.streams.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// Answers with the request as it was understood.
    static let echo: Router = { request in
        Route { request in
            .text(
                200,
                "\(request.path)|\(request.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&"))"
            )
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: some Collection<UInt8>) {
        guard channel.isActive else { return }
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// Everything that was answered since the last look.
    func answers() -> String {
        var text: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { text += buffer.readableBytesView }
        return String(decoding: text, as: UTF8.self)
    }

    func wait(seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
}

extension StreamVerdict {
    /// As the streaming code refuses a peer without the right to stream.
    static let noRight = StreamVerdict.refused(status: 403, text: "You are not allowed to access this resource.")
}

extension String {
    /// What follows the first empty line.
    var body: Substring {
        guard let range = firstRange(of: "\r\n\r\n") else { return "" }
        return self[range.upperBound...]
    }

    func firstRange(of part: String) -> Range<String.Index>? {
        let mine = Array(utf8)
        let wanted = Array(part.utf8)
        guard mine.count >= wanted.count,
            let start = (0...(mine.count - wanted.count)).first(where: { mine[$0...].starts(with: wanted) })
        else { return nil }
        let lower = utf8.index(utf8.startIndex, offsetBy: start)
        return lower..<utf8.index(lower, offsetBy: wanted.count)
    }

    var statusLine: String { String(decoding: utf8.prefix { $0 != 13 }, as: UTF8.self) }
}

/// The text of a file beside the tests.
func fixture(_ name: String, file: String = #filePath) throws -> String {
    let directory = file.split(separator: "/").dropLast(2).joined(separator: "/")
    let bytes = try Files.read("/\(directory)/Fixtures/Transport/\(name)", limit: 1 << 20)
    return String(decoding: bytes, as: UTF8.self)
}
