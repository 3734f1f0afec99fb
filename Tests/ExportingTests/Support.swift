import Basics
import Config
import Diagnostics
import Glibc
import Status
import Store
import Synchronization
import System
import Testing

@testable import Exporting

/// The second in which the goldens begin.
let start: Int64 = 1_795_339_830

/// Remembers what was reported.
final class EventList: Reporter {
    private let list = Mutex<[Event]>([])
    func report(_ event: Event) { list.withLock { $0.append(event) } }
    var codes: [String] { list.withLock { $0.map(\.condition.code) } }
    var texts: [String] { list.withLock { $0.map(\.text) } }
}

/// The one connector of an exporting.conf.
func connector(
    _ lines: String,
    _ section: String = "graphite:a",
    port: UInt16 = 1
) throws -> ExportingSettings.Connector {
    let file =
        "[exporting:global]\nenabled = yes\n[\(section)]\nenabled = yes\ndestination = 127.0.0.1:\(port)\n\(lines)"
    let configuration = configuration(file)
    return try #require(configuration.exporting.connectors.first, "\(configuration.findings.map(\.message))")
}

/// A configuration with this exporting.conf.
func configuration(_ file: String) -> Configuration {
    var overrides = Overrides()
    overrides.configDirectory = "/etc/x"
    let circumstances = Layout.Circumstances(
        role: .parent,
        userID: 0,
        environment: [:],
        overrides: overrides,
        directoryExists: { _ in false }
    )
    return Configuration.load(circumstances, hostname: "nd-c") { path in
        path == "/etc/x/exporting.conf" ? .bytes(Array(file.utf8)) : .missing
    }
}

/// A file of Tests/Fixtures/Exporting.
func fixture(_ name: String) throws -> String {
    let directory = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return String(decoding: try Files.read("\(directory)/Fixtures/Exporting/\(name)", limit: 1 << 20), as: UTF8.self)
}

/// A batch of one part.
func batch(_ text: String, metrics: Int = 1) -> Batch {
    Batch(parts: [.init(bytes: Array(text.utf8), metrics: metrics)])
}

/// The host of the goldens: one chart, `second` counting the seconds since ``start``.
func makeHost(
    _ name: String = "nd-c",
    guid: String = "33333333-cccc-11ed-8000-0000000000cc",
    mode: MemoryMode = .ram,
    labels: [Label] = goldenLabels,
    every: Int = 1
) -> Host {
    let host = Host(
        guid: GUID(guid)!,
        identity: HostIdentity(hostname: name, labels: labels),
        settings: HostSettings(mode: mode, history: 3600),
        state: .live,
        at: start * 1_000_000
    )
    host.withDatabase { database in
        let chart = database.define(
            ChartDefinition(id: "test.gauge", units: "units", family: "tfam", updateEvery: every),
            now: start * 1_000_000
        )!
        database.define(DimensionDefinition(id: "val", algorithm: .absolute, divisor: 10), in: chart)
        database.define(DimensionDefinition(id: "two", name: "second", algorithm: .absolute), in: chart)
    }
    return host
}

let goldenLabels = [
    Label(key: "role", value: "web server", source: 2), Label(key: "dc", value: "eu-1", source: 2),
    Label(key: "odd.key", value: "a b,c;d=e\"f", source: 2), Label(key: "_os_name", value: "Debian", source: 1),
    Label(key: "_is_ephemeral", value: "false", source: 2),
    Label(key: "_has_unstable_connection", value: "false", source: 2),
]

/// Collects the chart of ``makeHost(_:guid:mode:labels:)`` in every second from one to another.
func collect(_ host: Host, from: Int64 = start, through: Int64) {
    host.withDatabase { database in
        guard let chart = database.find("test.gauge") else { return }
        for second in from...through {
            let now = second * 1_000_000
            database.begin(chart, microseconds: second == from ? 0 : 1_000_000, now: now, trusted: true)
            database.set(0, 20)
            database.set(1, second - start)
            database.end(now: now)
        }
    }
}

/// Waits for something that another thread does.
func eventually(
    _ what: Comment,
    _ location: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) throws {
    let deadline = SystemClock().monotonic() + 30_000_000
    while !condition() {
        try #require(SystemClock().monotonic() < deadline, what, sourceLocation: location)
        usleep(2_000)
    }
}

/// A database that only listens.
final class Sink {
    private var listening: Int32
    private var connection: Int32 = -1
    let port: UInt16

    /// - Parameter port: 0 for any free one.
    init(port: UInt16 = 0) throws {
        let socket = try #require(try ListeningSocket.bind(host: "127.0.0.1", port: "\(port)").first)
        listening = socket.descriptor
        self.port = UInt16(socket.port)
        try #require(listen(listening, 4) == 0)
    }

    deinit {
        if connection >= 0 { close(connection) }
        if listening >= 0 { close(listening) }
    }

    func accept() throws {
        try wait(for: listening, "nobody connects")
        if connection >= 0 { close(connection) }
        connection = Glibc.accept(listening, nil, nil)
        try #require(connection >= 0)
    }

    /// So many bytes, or what there is until the end.
    func receive(_ count: Int) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < count {
            try wait(for: connection, "nothing comes")
            let got = recv(connection, &buffer, min(buffer.count, count - bytes.count), 0)
            guard got > 0 else { break }
            bytes += buffer[..<got]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What comes next, whatever it is; empty at the end.
    func receiveSome() throws -> [UInt8] {
        try wait(for: connection, "nothing comes")
        var buffer = [UInt8](repeating: 0, count: 65_536)
        return Array(buffer[..<max(0, recv(connection, &buffer, buffer.count, 0))])
    }

    func answer(_ bytes: [UInt8]) { _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// A request of HTTP, and nothing of what follows it.
    func receiveRequest() throws -> (head: String, body: String) {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            let byte = try receive(1)
            try #require(!byte.isEmpty, "half a request")
            head += byte
        }
        let length = try #require(
            head.split(separator: "Content-Length: ").last.flatMap { Int($0.prefix { $0.isNumber }) }
        )
        return (head, length > 0 ? try receive(length) : "")
    }

    /// The same when nobody looks at what is in it.
    func answerRequest(_ answer: String = "HTTP/1.1 204 No Content\r\n\r\n") throws {
        _ = try receiveRequest()
        self.answer(answer)
    }

    func answer(_ text: String) { answer(Array(text.utf8)) }

    /// Closes it, and waits until the far end's kernel has heard of it: loopback may take a moment on a busy machine, and
    /// what a connector writes in that moment is lost.
    func closeConnection() throws {
        defer {
            close(connection)
            connection = -1
        }
        guard shutdown(connection, Int32(SHUT_WR)) == 0 else { return }
        try eventually("the far end hears that the connection has ended") { state != .established && state != .finSent }
    }

    /// The kernel's states of a connection that matter here: the first byte of its `struct tcp_info`.
    private enum State: UInt8 {
        case established = 1
        case finSent = 4
    }

    private var state: State? {
        var first: UInt8 = 0
        var length: socklen_t = 1
        getsockopt(connection, Int32(IPPROTO_TCP), TCP_INFO, &first, &length)
        return State(rawValue: first)
    }

    private func wait(for descriptor: Int32, _ otherwise: Comment) throws {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var result: Int32
        repeat { result = poll(&ready, 1, 30_000) } while result < 0 && errno == EINTR
        try #require(result == 1, otherwise)
    }
}
