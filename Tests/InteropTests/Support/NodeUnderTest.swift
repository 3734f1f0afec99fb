import Glibc
import System

/// The built `ndstream` as a parent or an agent, in a directory of its own, for the time of one test.
final class NodeUnderTest: Sendable {
    enum Role: String, Sendable {
        case parent
        case agent
    }

    struct Options: Sendable {
        var role = Role.parent
        /// netdata.conf and stream.conf.
        var configuration = ""
        var stream = ""
        /// Further words of the command line.
        var arguments: [String] = []
        var hasWeb = true

        /// A parent that takes children with ``RealNetdata/key``.
        static func parent(
            port: Int,
            mode: String = "ram",
            retention: Int = 3600,
            compression: Bool = true,
            extra: String = ""
        ) -> Options {
            Options(
                role: .parent,
                configuration: """
                    [global]
                        hostname = parent
                    [db]
                        mode = \(mode)
                        retention = \(retention)
                    [web]
                        bind to = 127.0.0.1:\(port)
                    [health]
                        enabled = no
                    \(extra)
                    """,
                stream: """
                    [\(RealNetdata.key)]
                        enabled = yes
                        default history = \(retention)
                        default memory mode = \(mode)
                        enable compression = \(compression ? "yes" : "no")
                        health enabled by default = no
                    """
            )
        }

        /// An agent that streams to `127.0.0.1:destination`.
        static func agent(
            destination: Int,
            port: Int,
            hostname: String = "agent",
            mode: String = "ram",
            compression: Bool = true,
            extra: String = ""
        ) -> Options {
            Options(
                role: .agent,
                configuration: """
                    [global]
                        hostname = \(hostname)
                    [db]
                        mode = \(mode)
                        retention = 3600
                    [web]
                        mode = static-threaded
                        bind to = 127.0.0.1:\(port)
                    [health]
                        enabled = no
                    \(extra)
                    """,
                stream: """
                    [stream]
                        enabled = yes
                        destination = 127.0.0.1:\(destination)
                        api key = \(RealNetdata.key)
                        enable compression = \(compression ? "yes" : "no")
                        reconnect delay seconds = 1
                        initial clock resync iterations = 0
                    """
            )
        }
    }

    /// `$NDSTREAM_BINARY`, else the debug build.
    static let binary =
        getenv("NDSTREAM_BINARY").map { String(cString: $0) } ?? packageDirectory + "/.build/debug/ndstream"

    let port: Int
    let daemon: Daemon
    let scratch: Scratch

    var configDirectory: String { scratch.path + "/etc" }
    var stateDirectory: String { scratch.path + "/state" }

    /// Starts it and, if it has a web server, waits until that answers.
    init(_ options: Options, port: Int) throws {
        let scratch = Scratch(options.role.rawValue)
        self.scratch = scratch
        self.port = port
        guard Files.exists(Self.binary) else {
            throw HTTP.Failure(description: "there is no \(Self.binary): build it, or set NDSTREAM_BINARY")
        }
        try Files.makeDirectories(scratch.path + "/etc")
        try Files.write(Array(options.configuration.utf8), to: scratch.path + "/etc/netdata.conf")
        try Files.write(Array(options.stream.utf8), to: scratch.path + "/etc/stream.conf")
        let words = [
            Self.binary, options.role.rawValue, "--config-dir", scratch.path + "/etc", "--state-dir",
            scratch.path + "/state",
        ]
        let command = (words + options.arguments).map { "'\($0)'" }.joined(separator: " ")
        daemon = try Daemon(
            .shell(
                "exec \(command) > '\(scratch.path)/output' 2>&1 < /dev/null",
                environment: inheritedEnvironment()
            )
        )
        guard options.hasWeb else { return }
        try waitForAnswer(port: port, daemon: daemon) { contents(scratch.path + "/output") + self.log }
    }

    /// error.log so far.
    var log: String { contents(stateDirectory + "/log/error.log") }
    /// access.log so far.
    var accessLog: String { contents(stateDirectory + "/log/access.log") }
    /// What it printed.
    var output: String { contents(scratch.path + "/output") }

    func get(_ path: String) throws -> HTTP.Response { try HTTP.get(port: port, path) }

    func stop() { daemon.stop() }
}
