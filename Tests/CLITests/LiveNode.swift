import Glibc
import Status
import System
import Testing

/// A node that a test starts, with a place of its own for everything; it ends with the value.
final class LiveNode {
    let directory: String
    let role: String
    private let arguments: [String]
    private let openFiles: Int?
    private let launcher: [String]
    private(set) var id: pid_t = 0
    private var status: Int32?

    static let key = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"

    /// Starts it.
    /// - Parameters:
    ///   - openFiles: how many descriptors it may have.
    ///   - launcher: the words before its own, of a program that replaces itself with what they are followed by.
    ///   - directory: of another node, to share its state.
    init(
        _ role: String = "parent",
        netdata: String = "",
        stream: String = "",
        arguments: [String] = [],
        openFiles: Int? = nil,
        launcher: [String] = [],
        directory: String? = nil
    ) throws {
        self.role = role
        self.launcher = launcher
        self.openFiles = openFiles
        if let directory {
            self.directory = directory
        } else {
            var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
            try #require(mkdtemp(&template) != nil)
            self.directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        self.arguments =
            [role, "--config-dir", self.directory + "/etc", "--state-dir", self.directory + "/state"] + arguments
        try Files.makeDirectories(self.directory + "/etc")
        try configure(netdata: netdata, stream: stream)
        try Files.write([], to: self.directory + "/in")
        try start()
    }

    deinit {
        if status == nil, id > 0 {
            kill(id, SIGKILL)
            var status: Int32 = 0
            waitpid(id, &status, 0)
        }
        Self.remove(directory)
    }

    /// What the collectors and plugins of this machine have to say is no part of these tests.
    func configure(netdata: String, stream: String) throws {
        let quiet = """
            [plugins]
                proc = no
                diskspace = no
                idlejitter = no
                timex = no
                enable running new plugins = no
            """
        try Files.write(Array((netdata + "\n" + quiet + "\n").utf8), to: directory + "/etc/netdata.conf")
        try Files.write(Array(stream.utf8), to: directory + "/etc/stream.conf")
    }

    private func start() throws {
        let limit = openFiles.map { "ulimit -n \($0); " } ?? ""
        let words = ["/bin/sh", "-c", limit + "exec \"$0\" \"$@\""] + launcher + [Program.path] + arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, directory + "/in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, directory + "/out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, directory + "/err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let variables: [String] = ["HOME=\(directory)", "TZ=UTC", "PATH=/usr/bin:/bin"]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for text in argv + environment { free(text) } }
        try #require(posix_spawn(&id, "/bin/sh", &actions, nil, &argv, &environment) == 0)
    }

    // MARK: What it says

    func text(_ name: String) -> String {
        (try? Files.read(directory + "/" + name, limit: 64 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    var log: String { text("state/log/error.log") }
    var accessLog: String { text("state/log/access.log") }
    /// What it printed on standard error.
    var errors: String { text("err") }
    var socket: String { "\(directory)/state/run/\(role).sock" }

    func waitForLog(_ part: String, _ location: SourceLocation = #_sourceLocation) throws {
        try eventually("'\(part)' in error.log", location) { log.contains(part) }
    }

    /// Waits until it listens.
    func port() throws -> UInt16 {
        try eventually("a port") { text("state/run/\(role).port").hasSuffix("\n") || exitStatus() != nil }
        return try #require(UInt16(text("state/run/\(role).port").dropLast()), "\(errors)\(log)")
    }

    /// The ports it listens on, in their order.
    func ports() throws -> [UInt16] {
        _ = try port()
        return log.split(separator: "\n").compactMap { line in
            line.contains("Listening on") ? line.split(separator: ":").last.flatMap { UInt16($0.dropLast()) } : nil
        }
    }

    /// Bytes of memory.
    var memory: Int {
        let status = (try? Files.read("/proc/\(id)/status", limit: 65_536)) ?? []
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmRSS") }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0)
            * 1024
    }

    // MARK: Its end

    func signal(_ number: Int32) { kill(id, number) }

    /// - Returns: its exit code, or the negative signal; `nil` while it runs.
    func exitStatus() -> Int32? {
        if let status { return status }
        var raw: Int32 = 0
        guard waitpid(id, &raw, WNOHANG) == id else { return nil }
        status = raw & 0x7f == 0 ? raw >> 8 & 0xff : -(raw & 0x7f)
        return status
    }

    /// Waits until it has ended by itself.
    func end(withinSeconds seconds: Int64 = 20, _ location: SourceLocation = #_sourceLocation) throws -> Int32 {
        let start = SystemClock().monotonic()
        while SystemClock().monotonic() - start < seconds * 1_000_000 {
            if let status = exitStatus() { return status }
            usleep(10_000)
        }
        return try #require(exitStatus(), "it goes on\n\(errors)", sourceLocation: location)
    }

    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? Files.names(in: path)) ?? [] { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

/// Somebody who connects to a node and sends what they like.
final class RawClient {
    let descriptor: Int32

    init(port: UInt16, host: String = "127.0.0.1") throws {
        if host.contains(":") {
            descriptor = Glibc.socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            try connect(&address)
        } else {
            descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            inet_pton(AF_INET, host, &address.sin_addr)
            try connect(&address)
        }
    }

    init(path: String) throws {
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try connect(&address)
    }

    private func connect<Address>(_ address: inout Address) throws {
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        try #require(result == 0, "connect: \(String(cString: strerror(errno)))")
        // Whoever waits longer waits for ever.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// - Returns: whether the node took all of it.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// What comes next; empty at the end.
    func receive() -> String { String(decoding: receiveBytes(), as: UTF8.self) }

    func receiveBytes() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return Array(buffer[..<max(0, count)])
    }

    /// Says that nothing more comes.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whatever ends it, the node gets a reset: as behind a router that has forgotten the connection.
    func resetsAtItsEnd() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    /// Everything until the node closes.
    func receiveAll() -> String {
        var text = ""
        while true {
            let more = receive()
            if more.isEmpty { return text }
            text += more
        }
    }

    /// Whether the node has closed the connection, now or within the time that this end waits.
    func isClosed() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { return count == 0 || errno == ECONNRESET }
        }
    }

    /// One request of the API.
    func get(_ path: String) -> String {
        send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        return receiveAll()
    }
}

/// A child that streams, by hand.
final class HandChild {
    let client: RawClient
    let hostname: String
    private var second: Int

    static func request(_ hostname: String, guid: String, key: String = LiveNode.key, more: String = "") -> String {
        "STREAM key=\(key)&hostname=\(hostname)&machine_guid=\(guid)&update_every=1&os=linux&ver=4\(more) HTTP/1.1\r\n"
            + "User-Agent: test\r\nAccept: */*\r\n\r\n"
    }

    init(_ port: UInt16, _ hostname: String, guid: String) throws {
        client = try RawClient(port: port)
        self.hostname = hostname
        second = Int(SystemClock().now() / 1_000_000)
        client.send(Self.request(hostname, guid: guid))
        let reply = client.receive()
        try #require(reply.hasPrefix("Hit me baby"), "\(reply)")
        client.send(
            "CHART a.b '' 'title' 'units' 'family' 'context' line 1 1 '' 'plugin' 'module'\nDIMENSION d '' absolute 1 1 ''\n"
        )
    }

    /// One collection.
    func collect() -> Bool {
        second += 1
        return client.send("BEGIN a.b 1000000\nSET d = \(second)\nEND\n")
    }
}

/// What the node tells about itself.
func statusDocument(_ node: LiveNode) throws -> StatusDocument {
    let answer = try RawClient(path: node.socket).get("/")
    let body = try #require(answer.range(of: "\r\n\r\n").map { answer[$0.upperBound...] })
    return try StatusDocument(json: Array(body.utf8))
}

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}
