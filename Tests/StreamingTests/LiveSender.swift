import Basics
import Config
import Diagnostics
import NIOCore
import NIOPosix
import Status
import Store
import Testing

@testable import Streaming
@testable import System
@testable import Transport

/// A sender with real sockets and files, under a clock that stands still until it is told to go on.
final class LiveSender {
    let clock: ManualClock
    let reports = Reports()
    let host: Host
    let sender: Sender
    let encryption: Encryption

    /// A system that believes nobody, wherever this runs.
    private static let system = SystemTrust(file: "/nonexistent/cert.pem", directories: ["/nonexistent/certs"])

    /// - Parameters:
    ///   - stream: further options of `[stream]`.
    ///   - random: what the sender's dice show.
    init(_ destination: String, _ stream: String, random: UInt64 = 0, encryption: Encryption? = nil) throws {
        // Certificates are made and judged today.
        clock = ManualClock(seconds: SystemClock().now() / 1_000_000)
        let text = "[stream]\n enabled = yes\n destination = \(destination)\n api key = \(goodKey)\n\(stream)"
        host = Host(
            guid: GUID(machineGUID)!,
            identity: HostIdentity(hostname: "web01", programName: "ndstream", programVersion: "v1"),
            settings: HostSettings(mode: .none),
            state: .local,
            at: clock.now()
        )
        self.encryption = encryption ?? Encryption(clock: clock, reporter: reports, system: Self.system)
        NIOThreadPool.singleton.start()
        sender = Sender(
            host: host,
            settings: try #require(SenderSettings(configuration(stream: text).stream)),
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            dialer: Dialer(pool: .singleton),
            encryption: self.encryption,
            clock: clock,
            reporter: reports,
            random: { random }
        )
        sender.start()
        collect()
    }

    deinit { _ = sender.stop() }

    func collect() {
        let now = clock.now()
        host.withDatabase { database in
            let chart = database.find("a.b") ?? database.define(ChartDefinition(id: "a.b", updateEvery: 1), now: now)!
            database.define(DimensionDefinition(id: "d"), in: chart)
            database.begin(chart, microseconds: 1_000_000, now: now, trusted: true)
            database.set(0, 1)
            database.end(now: now)
        }
        sender.flush()
    }

    var link: StatusDocument.Link { sender.link() }

    /// Whether the sender's attempt has an outcome by now, or soon; all of it is told then.
    func isDecided() -> Bool {
        guard soon({ [.live, .replicating, .waiting].contains(link.state) }) else { return false }
        return (try? connected { _ in true }) ?? false
    }

    /// Something of its connection, asked where that lives.
    func connected<Value: Sendable>(_ ask: @escaping @Sendable (StreamConnection?) -> Value) throws -> Value {
        let sender = sender
        return try sender.eventLoop.submit { ask(sender.connection) }.wait()
    }
}
