import Basics
import Config
import Glibc
import NIOCore
import NIOEmbedded
import Status
import Store
import Synchronization
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// A sender without sockets: it dials into the test's hands, under a clock that stands still until it is told to go on.
final class SenderBench {
    let clock = ManualClock(seconds: 1_795_339_848)
    let reports = Reports()
    let loop = EmbeddedEventLoop()
    let host: Host
    private(set) var sender: Sender!
    /// Who was dialled, in order.
    private(set) var dialled: [String] = []
    /// Microseconds for the connection, as the sender asked.
    private(set) var dialTimeout: Int64 = 0
    /// Says that the socket is open and TLS begins.
    private(set) var encrypting: () -> Void = {}
    private var completion: ((Result<StreamConnection, DialFailure>) -> Void)?

    /// - Parameters:
    ///   - stream: further options of `[stream]`.
    ///   - random: what the sender's dice show.
    init(
        _ stream: String = "",
        destination: String = "parent:19999",
        random: UInt64 = 0,
        bufferBytesMax: Int? = nil,
        identity: HostIdentity? = nil,
        database: HostSettings = HostSettings(mode: .none),
        startsAt seconds: Int64? = nil,
        replication: Bool = true,
        lz4Version: Int = Compression.libraryVersion
    ) throws {
        let text = "[stream]\n enabled = yes\n destination = \(destination)\n api key = \(goodKey)\n\(stream)"
        var settings = try #require(SenderSettings(configuration(stream: text).stream))
        if let seconds { clock.set(seconds: seconds) }
        if let bufferBytesMax { settings.bufferBytesMax = bufferBytesMax }
        settings.replication = replication
        host = Host(
            guid: GUID(machineGUID)!,
            identity: identity ?? HostIdentity(hostname: "web01", programName: "ndstream", programVersion: "v1"),
            settings: database,
            state: .local,
            at: clock.now()
        )
        sender = Sender(
            host: host,
            settings: settings,
            eventLoop: loop,
            clock: clock,
            reporter: reports,
            random: { random },
            lz4Version: lz4Version,
            dial: { [unowned self] destination, _, timeout, encrypting, completion in
                self.encrypting = encrypting
                dialled.append(destination.description)
                dialTimeout = timeout
                self.completion = completion
            }
        )
        sender.start()
    }

    deinit {
        _ = sender.stop()
        loop.run()
        loop.advanceTime(by: .hours(2))
    }

    /// Lets time pass, timers included.
    func wait(seconds: Int64) {
        clock.advance(seconds: seconds)
        loop.advanceTime(by: .seconds(seconds))
    }

    /// The dialled parent takes the connection.
    func connect() throws -> TestParent {
        let completion = try #require(completion, "nobody was dialled")
        self.completion = nil
        let parent = try TestParent(loop)
        completion(.success(parent.connection))
        return parent
    }

    /// The connection cannot be made, as the system says with this errno.
    func refuseConnection(_ number: Int32 = ECONNREFUSED) throws {
        try fail(DialFailure(IOError(errnoCode: number, reason: "connect"), host: "10.0.0.1", port: "19999"))
    }

    func fail(_ failure: DialFailure) throws {
        let completion = try #require(completion, "nobody was dialled")
        self.completion = nil
        completion(.failure(failure))
    }

    /// A parent that has accepted with this version; what it got until then is forgotten.
    func live(_ version: UInt32 = 4) throws -> TestParent {
        if dialled.isEmpty { collect("first.chart") }
        let parent = try connect()
        _ = parent.take()
        parent.send(acceptance(version))
        return parent
    }

    @discardableResult
    func define(_ chart: ChartDefinition, _ dimensions: [String] = ["d"]) -> ChartRef {
        let now = clock.now()
        return host.withDatabase { database in
            let ref = database.define(chart, now: now)!
            for dimension in dimensions { database.define(DimensionDefinition(id: dimension), in: ref) }
            return ref
        }
    }

    /// One collection of a chart with the dimension `d`, which is defined at need, and what follows a run of collectors.
    func collect(_ id: String, _ value: Int64 = 1, microseconds: Int64 = 1_000_000) {
        let known = host.withDatabase { $0.find(id) }
        collect(known ?? define(ChartDefinition(id: id, updateEvery: 1)), [value], microseconds: microseconds)
    }

    func collect(_ ref: ChartRef, _ values: [Int64?], microseconds: Int64 = 1_000_000) {
        let now = clock.now()
        host.withDatabase { database in
            database.begin(ref, microseconds: microseconds, now: now, trusted: true)
            for (index, value) in values.enumerated() {
                if let value { database.set(Int32(index), value) }
            }
            database.end(now: now)
        }
        sender.flush()
        loop.run()
    }

    var link: StatusDocument.Link { sender.link() }
    /// Seconds until the next attempt.
    var retryIn: Double? {
        link.retryAt.map { (($0 - Double(clock.now()) / 1_000_000) * 1_000_000).rounded() / 1_000_000 }
    }
}

/// The far end of a sender's connection.
final class TestParent {
    let channel: EmbeddedChannel
    let connection: StreamConnection
    private let stall = Stall()
    private var decoder = FrameDecoder()

    init(_ loop: EmbeddedEventLoop) throws {
        channel = EmbeddedChannel(handler: nil, loop: loop)
        channel.connect(to: try SocketAddress(ipAddress: "10.0.0.1", port: 19_999), promise: nil)
        let peer = Peer(address: "10.0.0.1", port: 19_999)
        connection = StreamConnection(channel: channel, peer: peer, rights: .all)
        try channel.pipeline.syncOperations.addHandlers([stall, StreamHandler(connection)])
    }

    var isOpen: Bool { channel.isActive }

    func send(_ text: String) { send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) { _ = try? channel.writeInbound(ByteBuffer(bytes: bytes)) }

    func leave() {
        channel.close(promise: nil)
    }

    /// Takes nothing more from the wire.
    func stopReading() { stall.isStalled = true }

    func goOnReading() {
        stall.isStalled = false
        channel.flush()
    }

    /// What came since the last look.
    func takeBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return bytes
    }

    func take() -> String { String(decoding: takeBytes(), as: UTF8.self) }

    /// What came, line by line.
    func lines() -> [String] { take().split(separator: "\n").map(String.init) }

    /// The same of a compressed stream.
    func decodedLines() throws -> [String] {
        let bytes = takeBytes()
        var text: [UInt8] = []
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while rest.count > 0 {
                switch decoder.take(&rest) {
                case .text(let piece): text += piece
                case .needsMore: return
                case .invalid(let error): throw NoFrame(error: error)
                }
            }
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    struct NoFrame: Error {
        var error: FrameError
    }

    /// A wire that takes nothing: what is written waits in the channel.
    private final class Stall: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var isStalled = false

        func flush(context: ChannelHandlerContext) {
            if !isStalled { context.flush() }
        }
    }
}
