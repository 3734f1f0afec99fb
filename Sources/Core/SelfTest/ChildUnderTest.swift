internal import Basics
internal import Config
internal import Diagnostics
internal import NIOCore
internal import NIOPosix
internal import Status
internal import Store
internal import Streaming
internal import System
internal import Transport

/// A child with one chart and one thing to say of it, and the real sender that brings it to a parent.
final class ChildUnderTest: Sendable {
    static let chart = "self.test"

    private let log = EventList()
    private let host: Host
    private let sender: Sender
    private let clock: any Clock

    /// - Parameters:
    ///   - port: where it thinks the parent is.
    ///   - hostname: its own.
    init(_ combination: Combination, port: Int, hostname: String = "child", in bench: Bench) throws {
        let configuration = Configuration.texts(.agent, stream: Self.stream(combination, port, bench.credentials))
        guard let settings = SenderSettings(configuration.stream) else { throw Failure.notActive }
        clock = bench.clock
        host = Host(
            guid: GUID(random: SystemRandom.bytes(16)),
            identity: HostIdentity(hostname: hostname, programName: "ndstream", programVersion: "self-test"),
            settings: HostSettings(mode: .none),
            state: .local,
            at: clock.now()
        )
        sender = Sender(
            host: host,
            settings: settings,
            eventLoop: bench.group.next(),
            dialer: Dialer(pool: bench.pool),
            encryption: Encryption(
                clock: clock,
                reporter: log,
                system: SystemTrust(file: bench.credentials.authority, directories: [])
            ),
            clock: clock,
            reporter: log,
            random: { SystemRandom.number() }
        )
        sender.start()
        collect()
    }

    /// Has something to say: what is collected while there is no connection is lost.
    func collect() {
        let now = clock.now()
        host.withDatabase { database in
            guard let chart = database.define(ChartDefinition(id: Self.chart, updateEvery: 1), now: now) else { return }
            database.define(DimensionDefinition(id: "one"), in: chart)
            database.begin(chart, microseconds: 0, now: now, trusted: true)
            database.set(0, 1)
            database.end(now: now)
        }
        sender.flush()
    }

    enum Failure: Error {
        case notActive
    }

    /// stream.conf.
    private static func stream(_ combination: Combination, _ port: Int, _ credentials: Credentials) -> String {
        let isPlain = combination.child == .plain
        var lines = [
            "[stream]", "enabled = yes", "api key = \(Bench.key)", "timeout seconds = 5",
            "reconnect delay seconds = 60",
            "destination = \(combination.credential.dialled):\(port)\(isPlain ? "" : ":SSL")",
        ]
        guard !isPlain else { return lines.joined(separator: "\n") }
        lines.append("ssl verify hostname = \(combination.nameCheck.rawValue)")
        if combination.child == .skip { lines.append("ssl skip certificate verification = yes") }
        if combination.trust == .file { lines.append("CAfile = \(credentials.authority)") }
        return lines.joined(separator: "\n")
    }

    /// Whether the first attempt is over without a stream.
    var hasFailed: Bool { sender.link().state == .waiting }

    var isConnected: Bool { sender.link().state == .live }

    /// What it has said so far that is no part of a normal day, up to what it failed of, which comes with what to do in
    /// this very case.
    var words: [Observation.Word] {
        var words = log.words
        if let last = sender.link().lastError, let index = words.lastIndex(where: { $0.code == last.code }) {
            words.removeSubrange((index + 1)...)
            if !last.fix.isEmpty { words[index].fix = last.fix }
        }
        return words
    }

    /// Begins to; what is left of it ends with the event loops.
    func stop() { _ = sender.stop() }
}
