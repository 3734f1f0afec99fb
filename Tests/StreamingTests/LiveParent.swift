import Basics
import Config
import Diagnostics
import Glibc
import NIOCore
import NIOPosix
import Status
import Store
import Synchronization
import Testing

@testable import Streaming
@testable import System
@testable import Transport

/// A parent behind a real port of this machine, with an access.log of its own, under a clock that stands still until it is told
/// to go on.
final class LiveParent {
    let clock = ManualClock(seconds: 1_795_339_848)
    let reports = Reports()
    let journal: LiveJournal
    let hosts: Hosts
    let parent: StreamParent
    let port: Int
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let server: Server
    private let path = "/tmp/ndstream-parent-\(SystemRandom.number()).log"

    /// What was refused, and access.log with what the parent adds to it.
    final class LiveJournal: StreamJournal {
        let log: AccessLog
        private let list = Mutex<[StatusDocument.Refusal]>([])

        init(_ log: AccessLog) { self.log = log }

        func access(_ line: String, at: Int64) { log.write(line, at: at) }
        func refused(_ refusal: StatusDocument.Refusal) { list.withLock { $0.append(refusal) } }
        var refusals: [StatusDocument.Refusal] { list.withLock { $0 } }
    }

    /// - Parameters:
    ///   - rights: of the port.
    ///   - keepalive: how soon a child is noticed that does not answer any more.
    ///   - tls: with what children are encrypted that want to be.
    ///   - address: where it listens.
    init(
        _ configuration: Configuration = ParentBench.open,
        rights: Rights = .all,
        tls: TLSContext? = nil,
        address: String = "127.0.0.1",
        keepalive: Keepalive = .standard
    ) throws {
        let log = AccessLog(LogFile(.file(path)))
        journal = LiveJournal(log)
        hosts = Hosts(
            local: Host(
                guid: GUID(parentGUID)!,
                identity: HostIdentity(hostname: "parent01"),
                settings: HostSettings(),
                state: .local,
                at: clock.now()
            )
        )
        let parent = StreamParent(
            hosts: hosts,
            configuration: configuration,
            clock: clock,
            reporter: reports,
            journal: journal,
            proxies: Proxies { _, _, _ in fatalError("this parent streams nowhere") }
        )
        self.parent = parent
        pool.start()
        var policy = ServerPolicy()
        policy.tls = tls
        server = Server(
            group: group,
            configuration: ServerConfiguration(
                addresses: [BindAddress(host: address, port: "0", rights: rights)],
                policy: policy
            ),
            clock: clock,
            reporter: Silence(),
            accessLog: log,
            pool: pool,
            router: { _ in Route { _ in .text(200, "") } },
            acceptor: { offer, connection in
                SocketTuning.apply(to: connection.channel, keepalive)
                StreamHandler.tune(connection.channel, keepalive: keepalive)
                return parent.accept(offer, connection)
            }
        )
        port = try #require(server.start().first?.port)
    }

    private struct Silence: Reporter {
        func report(_ event: Event) {}
    }

    /// Lines of access.log: without their dates, and with a word for what differs each time.
    var accessLog: [String] {
        let bytes = (try? Files.read(path, limit: 1 << 20)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            var words = line.split(separator: " ", omittingEmptySubsequences: false).dropFirst(2).map(String.init)
            // "STREAM: 7 '[peer]…" and "7: 4711 '[peer]…": clients and threads have numbers.
            if words.count > 2 { words[1] = "N" }
            if words.first?.last == ":", words.first != "STREAM:" { words[0] = "N:" }
            return withoutPorts(words.joined(separator: " "))
        }
    }

    /// A child that was let in.
    func accepted(_ text: String = request()) throws -> LiveChild {
        let before = accessLog.count { $0.contains(") 200 ") }
        let child = try LiveChild(port)
        child.send(text)
        try #require(child.receive().hasPrefix("Hit me baby"))
        // The answer is out before its line is written.
        try #require(soon { accessLog.count { $0.contains(") 200 ") } > before })
        return child
    }

    func host() throws -> Host { try #require(hosts.host(guid: GUID(machineGUID)!)) }

    func facts() throws -> HostFacts { try host().status.withLock { $0 } }

    func stop() {
        parent.stop()
        server.stop()
        // What the pool is about to answer an event loop must still be there for.
        try? pool.syncShutdownGracefully()
        try? group.syncShutdownGracefully()
        unlink(path)
    }
}

/// A child's end of a real connection.
final class LiveChild {
    private var descriptor: Int32

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let address = InternetAddress.v4("127.0.0.1", port: UInt16(port))!
        let result = address.withSockaddr { connect(descriptor, $0, $1) }
        try #require(result == 0)
    }

    deinit { leave() }

    func send(_ text: String) {
        _ = text.withCString { Glibc.send(descriptor, $0, text.utf8.count, Int32(MSG_NOSIGNAL)) }
    }

    /// What one `recv` brings, as a child looks at it; empty at the end.
    func receive() -> String {
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }

    /// A goodbye.
    func leave() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// No goodbye: the kernel sends a reset.
    func crash() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        leave()
    }

    /// As if its machine had lost its power: a packet filter throws away whatever comes before the kernel's TCP sees it.
    func vanish() -> Bool {
        // One instruction, "return 0", and a program that has it: sock_filter and sock_fprog.
        var instruction: (code: UInt16, jumps: UInt16, value: UInt32) = (0x06, 0, 0)
        return withUnsafePointer(to: &instruction) { instructions in
            var program: (count: UInt16, instructions: UnsafeRawPointer) = (1, UnsafeRawPointer(instructions))
            let attachFilter: Int32 = 26
            return setsockopt(descriptor, SOL_SOCKET, attachFilter, &program, 16) == 0
        }
    }
}

/// Waits until something is so, at most a minute: a busy machine needs more than one thinks.
func soon(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = SystemClock().monotonic() + 60_000_000
    repeat {
        if try condition() { return true }
        usleep(5000)
    } while SystemClock().monotonic() < deadline
    return false
}

/// A text with a word for each port of this machine.
func withoutPorts(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let range = rest.firstRange(of: "localhost") {
        result += rest[..<range.upperBound]
        rest = rest[range.upperBound...]
        let separator = rest.prefix { "]: ".contains($0) }
        let digits = rest.dropFirst(separator.count).prefix { $0.isNumber }
        guard separator.contains(":"), !digits.isEmpty else { continue }
        result += separator + "PORT"
        rest = rest.dropFirst(separator.count + digits.count)
    }
    return result + rest
}
