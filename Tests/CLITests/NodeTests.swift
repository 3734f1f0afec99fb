import Glibc
import System
import Testing

/// agent and parent as they are run by hand and by scripts.
@Suite(.serialized) struct NodeTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("", "in")
        mkdir(directory.path + "/etc", 0o700)
    }

    private func configure(netdata: String = "[global]\n", stream: String = "[stream]\n") throws {
        try directory.write(netdata, "etc/netdata.conf")
        try directory.write(stream, "etc/stream.conf")
    }

    /// In the given directory, so that relative paths are used as people use them.
    private func start(_ arguments: [String], in place: TemporaryDirectory) throws -> pid_t {
        try Program.start(["-C", place.path, Program.path] + arguments, of: "/usr/bin/env", directory: place.path)
    }

    private func run(_ arguments: String...) throws -> Program.Result {
        let status = Program.wait(try start(arguments, in: directory))
        return Program.Result(
            status: status,
            output: try directory.read("out"),
            errors: try directory.read("err")
        )
    }

    private func exists(_ path: String) -> Bool { Files.exists(directory.path + "/" + path) }

    /// Until it has said where it listens; it is ended with the test.
    private func withParent(_ more: String..., body: (pid_t) throws -> Void) throws {
        let arguments = ["parent", "--config-dir", "etc", "--state-dir", "p", "--bind", "127.0.0.1:0"] + more
        let id = try start(arguments, in: directory)
        defer {
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
        }
        try eventually("it runs") { try directory.read("err").contains("ndstream parent: running, listening on") }
        try body(id)
    }

    // MARK: Looking at the configuration

    @Test(arguments: ["agent", "parent"]) func checkHasThreeAnswers(_ role: String) throws {
        let key = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"
        try configure(
            netdata: "[db]\n    mode = ram\n",
            stream: "[stream]\n    enabled = yes\n    destination = p\n    api key = \(key)\n"
        )
        let good = try run(role, "--check", "--config-dir", "etc", "--state-dir", "s")
        #expect(good.status == 0, "\(good.output)")
        #expect(good.output.contains("nothing to correct"))
        #expect(good.errors.isEmpty)
        #expect(!exists("s"), "nothing is written")

        try configure(netdata: "[global]\n    hostnam = x\n")
        let warned = try run(role, "--check", "--config-dir", "etc", "--state-dir", "s")
        #expect(warned.status == 1)
        #expect(warned.output.contains("\(directory.path)/etc/netdata.conf:2: warning: "))
        #expect(warned.output.contains("did you mean 'hostname'?"))

        unlink(directory.path + "/etc/stream.conf")
        mkdir(directory.path + "/etc/stream.conf", 0o700)
        let wrong = try run(role, "--check", "--config-dir", "etc", "--state-dir", "s")
        #expect(wrong.status == 78)
        #expect(wrong.output.contains("\(directory.path)/etc/stream.conf: error: "))
        // What is wrong to check is wrong to run.
        let refused = try run(role, "--config-dir", "etc", "--state-dir", "s")
        #expect(refused.status == 78)
        #expect(refused.errors.contains("see ndstream \(role) --check"))
    }

    @Test func everyValueIsPrintedWithItsOrigin() throws {
        try configure(netdata: "[db]\n    retention = 120\n")
        let result = try run(
            "parent",
            "--print-config",
            "--config-dir",
            "etc",
            "--state-dir",
            "./s/",
            "--memory-mode",
            "ram"
        )
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        #expect(result.output.contains("netdata.conf:2\n    retention = 120\n"))
        #expect(result.output.contains("# option --memory-mode\n    mode = ram\n"))
        #expect(result.output.contains("# option --state-dir\n    log = \(directory.path)/s/log\n"))
        #expect(!exists("s"), "nothing is written")
    }

    // MARK: Running

    /// Everything is where the relative directories say, whoever opens it: logs, identity, sockets, those who ask.
    @Test func relativeDirectoriesAreMeantFromHere() throws {
        try configure()
        try withParent { id in
            for path in ["p/log/error.log", "p/lib/registry/netdata.public.unique.id", "p/run/parent.sock"] {
                #expect(exists(path), "\(path)")
            }
            try eventually("it logs") { try directory.read("p/log/error.log").contains("ndstream") }
            let said = try directory.read("err")
            #expect(said.contains("log \(directory.path)/p/log/error.log"))

            let other = try TemporaryDirectory()
            try other.write("", "in")
            func ask(_ arguments: String..., from place: TemporaryDirectory) throws -> (Int32, String) {
                let status = Program.wait(try start(arguments, in: place))
                return (status, try place.read("out"))
            }
            symlink(directory.path + "/p", other.path + "/here")
            let (status, json) = try ask("parent", "--status", "--json", "--state-dir", "here", from: other)
            #expect(status == 0)
            #expect(json.hasPrefix("{") && json.hasSuffix("}\n") && json.contains("\"role\":\"parent\""))
            let (shown, frame) = try ask("top", "--once", "--state-dir", "here", from: other)
            #expect(shown == 0 && frame.hasPrefix("parent "))
            let port = try directory.read("p/run/parent.port").filter { $0.isNumber }
            for source in ["127.0.0.1:\(port)", "localhost:\(port)", "http://127.0.0.1:\(port)"] {
                let (status, frame) = try ask("top", "--once", source, from: other)
                #expect(status == 0 && frame.hasPrefix("parent "), "\(source)")
            }
            let (tailed, lines) = try ask("tail", "--no-follow", "--all", "--state-dir", "here", from: other)
            #expect(tailed == 0 && lines.contains("ND-I80"))
            kill(id, SIGTERM)
            #expect(Program.wait(id) == 0)
        }
        #expect(!exists("p/run/parent.sock"))
    }

    /// It would run for ever without a word, and nothing would arrive anywhere.
    @Test func anAgentWithoutAParentSaysSo() throws {
        let id = try start(["agent", "--config-dir", "etc", "--state-dir", "a"], in: directory)
        defer {
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
        }
        try eventually("it runs") { try directory.read("err").contains("ndstream agent: running") }
        #expect(try directory.read("err").contains("no parent is given: what is collected goes nowhere"))
        let result = try Program.run("agent", "--check", "--config-dir", directory.path + "/etc")
        #expect(result.status == 1 && result.output.contains("[ND-K65]"))
    }

    @Test func aSecondParentIsRefused() throws {
        try configure()
        try withParent { _ in
            let other = try TemporaryDirectory()
            try other.write("", "in")
            let id = try Program.start(
                ["parent", "--config-dir", directory.path + "/etc", "--state-dir", directory.path + "/p"],
                directory: other.path
            )
            #expect(Program.wait(id) == 73)
            #expect(try other.read("err").contains("another node runs with"))
        }
    }

    @Test func whereNothingRunsThereIsNoStatus() throws {
        let result = try run("parent", "--status", "--state-dir", "nowhere")
        #expect(result.status == 69)
        #expect(result.errors.contains("nobody answers at unix:\(directory.path)/nowhere/run/parent.sock"))
        #expect(result.output.isEmpty)
    }

    @Test func aPlaceThatCannotBeWrittenToIsNamed() throws {
        try configure()
        let result = try run("agent", "--config-dir", "etc", "--state-dir", "/proc/self/nowhere")
        #expect(result.status == 73)
        #expect(result.errors.contains("cannot make the directory /proc/self/nowhere/lib"))
    }
}
