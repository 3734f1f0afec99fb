import Glibc
import System

/// Debian's netdata 1.37.1 as a parent, a child or a proxy, in a directory of its own, for the time of one test.
final class RealNetdata: Sendable {
    /// What `Tests/Support/run-netdata.sh` can be told.
    struct Options: Sendable {
        var mode = "ram"
        var retention = 3600
        var key = RealNetdata.key
        /// `127.0.0.1:PORT` of its parent; `nil` for one that does not stream.
        var destination: String?
        var compression = true
        /// `proc`, `diskspace`, `apps` …
        var plugins: [String] = []
        /// A directory with further plugins.
        var custom: String?
        var updateEvery = 1
        var hostname = "real"
        var guid: String?
        var hasWeb = true
        /// Whether its port can be asked without TLS; else it is ready when it takes connections.
        var answersPlain = true
        var zeroMetrics = false
        var replication = false
        /// Lines for the end of netdata.conf and stream.conf.
        var extra = ""
        var streamExtra = ""
    }

    static let key = "11111111-2222-3333-4444-555555555555"

    /// Where `fetch-netdata.sh` unpacks it.
    static let root = getenv("NETDATA_ROOT").map { String(cString: $0) } ?? packageDirectory + "/.build/netdata"

    /// Whether it is there. Without it the tests that need it do not run: loudly, and in continuous integration they run
    /// and fail.
    static let isThere: Bool = {
        if Files.exists(root + "/usr/sbin/netdata") { return true }
        print("\n*** netdata 1.37.1 is not in \(root): run Tests/Support/fetch-netdata.sh (make test does). ***\n")
        return getenv("CI").map { String(cString: $0) } == "true"
    }()

    let port: Int
    let daemon: Daemon
    let scratch: Scratch

    var directory: String { scratch.path }

    /// Starts it and, if it has a web server, waits until that answers.
    init(_ options: Options = Options(), port: Int = freePort()) throws {
        let scratch = Scratch("real")
        self.scratch = scratch
        self.port = port
        try Files.write(Array(options.extra.utf8), to: scratch.path + "/extra")
        try Files.write(Array(options.streamExtra.utf8), to: scratch.path + "/stream-extra")
        var words = [
            "mode=\(options.mode)", "retention=\(options.retention)", "key=\(options.key)",
            "destination=\(options.destination ?? "")", "compression=\(options.compression ? "yes" : "no")",
            "plugins=\(options.plugins.joined(separator: ","))", "custom=\(options.custom ?? "")",
            "update-every=\(options.updateEvery)", "hostname=\(options.hostname)",
            "web=\(options.hasWeb ? "static-threaded" : "none")", "zero=\(options.zeroMetrics ? "yes" : "auto")",
            "replication=\(options.replication ? "yes" : "no")", "extra=\(scratch.path)/extra",
            "stream-extra=\(scratch.path)/stream-extra",
        ]
        if let guid = options.guid { words.append("guid=\(guid)") }
        daemon = try Daemon(
            Process.Command(
                path: "/bin/bash",
                arguments: ["bash", packageDirectory + "/Tests/Support/run-netdata.sh", scratch.path, "\(port)"]
                    + words,
                environment: inheritedEnvironment(["NETDATA_ROOT": Self.root])
            )
        )
        guard options.hasWeb else { return }
        guard options.answersPlain else {
            guard eventually(withinSeconds: 30, { takesConnections(port: port) }) else {
                throw HTTP.Failure(description: "nobody listens on port \(port)\n" + log.suffix(2000))
            }
            return
        }
        try waitForAnswer(port: port, daemon: daemon) { self.log + contents(self.directory + "/log/stderr") }
    }

    /// error.log so far.
    var log: String { contents(directory + "/log/error.log") }
    /// access.log so far.
    var accessLog: String { contents(directory + "/log/access.log") }

    func get(_ path: String) throws -> HTTP.Response { try HTTP.get(port: port, path) }

    func stop() { daemon.stop() }
}

/// Waits until a node answers `/api/v1/info`, which it does when it has started.
func waitForAnswer(port: Int, daemon: Daemon, log: () -> String) throws {
    let answered = eventually(withinSeconds: 30) {
        guard daemon.isRunning else { return true }
        return (try? HTTP.get(port: port, "/api/v1/info", timeoutSeconds: 2))?.status == 200
    }
    guard answered, daemon.isRunning else {
        let state = daemon.exit.map { "ended: \($0)" } ?? "does not answer"
        throw HTTP.Failure(description: "the node on port \(port) \(state)\n" + log().suffix(2000))
    }
}

private func takesConnections(port: Int) -> Bool {
    guard let descriptor = try? HTTP.connect(port: port) else { return false }
    close(descriptor)
    return true
}

/// Our own environment without what would lead a node elsewhere, as `NAME=value`.
func inheritedEnvironment(_ changes: [String: String] = [:]) -> [String] {
    var variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp"]
    for name in ["PATH", "HOME", "TZ", "LANG", "LD_LIBRARY_PATH", "USER"] {
        if let value = getenv(name) { variables[name] = String(cString: value) }
    }
    variables.merge(changes) { $1 }
    return variables.map { "\($0.key)=\($0.value)" }
}
