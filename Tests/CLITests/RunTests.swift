import Glibc
import System
import Testing

/// `make run`, with the program as it was built for the tests.
@Suite(.serialized) struct RunTests {
    private let directory: TemporaryDirectory
    private let script = root + "/packaging/run.sh"

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("", "in")
        mkdir(directory.path + "/tmp", 0o700)
    }

    /// What the script starts is found by the directory that only it uses.
    private func leftBehind() throws -> [String] {
        let files = try Files.names(in: directory.path + "/tmp")
        let processes = try Files.names(in: "/proc").filter { name in
            guard name.first?.isNumber == true, let words = try? Files.read("/proc/\(name)/cmdline", limit: 1 << 20)
            else { return false }
            return String(decoding: words, as: UTF8.self).contains(directory.path + "/tmp")
        }
        return files + processes
    }

    private func expectNothingStays() throws {
        try eventually("nothing stays behind") { try leftBehind().isEmpty }
        rmdir(directory.path + "/tmp")
    }

    private func run(_ program: String = Program.path, _ environment: [String] = []) throws -> Program.Result {
        let id = try Program.start(
            [script, program],
            of: "/bin/bash",
            directory: directory.path,
            environment: ["TMPDIR=\(directory.path)/tmp"] + environment
        )
        return Program.Result(
            status: Program.wait(id),
            output: try directory.read("out"),
            errors: try directory.read("err")
        )
    }

    @Test(.timeLimit(.minutes(10))) func withoutATerminalItIsOneFrame() throws {
        let result = try run()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.isEmpty)
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.first?.first == "parent")
        let headings = try #require(lines.first { $0.first == "HOST" })
        let agent = try #require(lines.first { $0.first?.hasSuffix("-agent") == true })
        #expect(agent[1] == "live")
        let column = try #require(headings.firstIndex(of: "SAMPLE/s"))
        #expect(agent[column] != "0" && agent[column] != "-")
        try expectNothingStays()
    }

    /// A node that cannot work is an error with its reason, not a wait without end.
    @Test(.timeLimit(.minutes(10))) func anAgentThatEndsIsSaid() throws {
        try directory.write(
            "#!/bin/sh\n[ \"$1\" = agent ] && { echo no agent today >&2; exit 70; }\nexec \(Program.path) \"$@\"\n",
            "fake"
        )
        chmod(directory.path + "/fake", 0o700)
        let result = try run(directory.path + "/fake")
        #expect(result.status == 1)
        #expect(result.errors.contains("no agent today"))
        #expect(result.errors.contains("run.sh: the agent has ended"))
        #expect(result.output.isEmpty)
        try expectNothingStays()
    }

    @Test(.timeLimit(.minutes(10))) func anAgentThatNeverStreamsIsSaid() throws {
        let fake = "#!/bin/sh\n[ \"$1\" = agent ] && exec sleep 600\nexec \(Program.path) \"$@\"\n"
        try directory.write(fake, "fake")
        chmod(directory.path + "/fake", 0o700)
        let result = try run(directory.path + "/fake", ["NDSTREAM_RUN_SECONDS=3"])
        #expect(result.status == 1)
        #expect(result.errors.contains("-agent is not live after 3 s"))
        #expect(result.output.isEmpty)
        try expectNothingStays()
    }

    enum Ending: CaseIterable {
        case quit
        case controlC
        case terminated
        case windowClosed
    }

    @Test(.enabled(if: Tools.has(Tools.tmux)), .timeLimit(.minutes(10)), arguments: Ending.allCases)
    func onATerminalItIsTop(_ ending: Ending) throws {
        let screen = try Screen(directory: directory.path)
        defer { screen.end() }
        // In a file, because a process that names the directory in its arguments counts as left behind.
        try directory.write(
            "export TMPDIR=\(directory.path)/tmp\nbash \(script) \(Program.path)\necho left\ncat\n",
            "run"
        )
        try screen.start("exec sh \(directory.path)/run", columns: 120)
        try eventually("the agent is live") {
            screen.text.split(separator: "\n").contains { $0.contains("-agent") && $0.contains("live") }
        }
        switch ending {
        case .quit: screen.press("q")
        case .controlC: screen.press("C-c")
        case .terminated:
            kill(try #require(try screen.command), SIGTERM)
        case .windowClosed: screen.end()
        }
        // ^C ends the shell around it too, and with it the terminal.
        if ending == .quit || ending == .terminated {
            try eventually("the terminal is given back") { screen.text.contains("left") }
        }
        try expectNothingStays()
    }
}
