import Glibc
import System
import Testing

@Suite struct TailTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// One log per generation, and what is made of it.
    @Test(arguments: ["2017", "1.37-parent", "1.37-child", "2.x"]) func generations(_ name: String) throws {
        let log = fixture("error-\(name).log")
        let result = try Program.run("tail", "--no-follow", log)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        try expectGolden(result.output, "tail-\(name).txt")
        // From standard input it is the same.
        let text = String(decoding: try Files.read(log, limit: 1 << 20), as: UTF8.self)
        #expect(try Program.run("tail", "-", input: text).output == result.output)
        try expectGolden(try Program.run("tail", "--no-follow", "--json", log).output, "tail-\(name).jsonl")
    }

    /// Whatever standard input is, its end is the end.
    @Test(.timeLimit(.minutes(10))) func standardInputEnds() throws {
        let log = fixture("error-1.37-parent.log")
        let whole = try Program.run("tail", "--no-follow", log).output
        func shell(_ command: String) throws -> Program.Result {
            try Program.run("/bin/sh", ["-c", command, "sh", Program.path, log])
        }
        #expect(try shell("cat \"$2\" | \"$1\" tail -").output == whole)
        #expect(try shell("\"$1\" tail - < \"$2\"").output == whole)
        #expect(try shell("\"$1\" tail - --json < /dev/null").output.isEmpty)
        #expect(
            try shell("{ sleep 0.2; cat \"$2\"; } | \"$1\" tail - -n 2 --json").output.split(separator: "\n").count == 2
        )
        // Whoever reads the output goes away: so does it.
        #expect(try shell("\"$1\" tail \"$2\" | head -n 1").output.split(separator: "\n").count == 1)
    }

    /// Lines are printed when they come, not when the input ends.
    @Test func aPipeIsShownAsItComes() throws {
        try directory.write("", "in")
        let fifo = directory.path + "/pipe"
        mkfifo(fifo, 0o600)
        let id = try Program.start(
            ["-c", "exec \"$0\" tail - < \"$1\"", Program.path, fifo],
            of: "/bin/sh",
            directory: directory.path
        )
        // What other tests start meanwhile must not keep it open.
        let writer = open(fifo, O_WRONLY | O_CLOEXEC)
        let line = "2026-11-22 09:26:23: netdata INFO  : MAIN : STREAM host [send to p]: first\n"
        _ = Glibc.write(writer, line, line.utf8.count)
        try eventually("it is printed at once") { try directory.read("out").contains("first") }
        close(writer)
        #expect(Program.wait(id) == 0)
    }

    @Test func hostsAreChosen() throws {
        let log = fixture("error-1.37-parent.log")
        let web = try Program.run("tail", "--no-follow", "--host", "web-*", log).output
        #expect(web.contains("web-01") && !web.contains("db-1"))
        let address = try Program.run("tail", "--no-follow", "--host", "10.0.9.4", log).output
        #expect(address.contains("ND-F7") && !address.contains("web-01"))
        let none = try Program.run("tail", "--no-follow", "--host", "!* nobody", log)
        #expect(none.output.isEmpty && none.status == 0)
    }

    @Test func theLastLinesAndTheOthers() throws {
        let log = fixture("error-1.37-parent.log")
        let every = try Program.run("tail", "--no-follow", "--json", log).output.split(separator: "\n")
        let last = try Program.run("tail", "--no-follow", "--json", "-n", "3", log).output.split(separator: "\n")
        #expect(last == every.suffix(3))
        #expect(try Program.run("tail", "--no-follow", "-n", "0", log).output.isEmpty)
        let all = try Program.run("tail", "--no-follow", "--json", "--all", log).output.split(separator: "\n")
        #expect(all.count > every.count)
    }

    @Test func nothingOfALineReachesTheTerminalRaw() throws {
        let line =
            "2026-11-22 09:26:23: netdata ERROR : W : STREAM \u{1b}[31mhack\u{7} [send to \u{202e}y]: failed to connect\n"
        for options in ["--ascii", "--color=always"] {
            let output = try Program.run("tail", "-", options, input: line).output
            #expect(!output.contains("\u{1b}[31mhack"))
            #expect(!output.contains("\u{7}") && !output.contains("\u{202e}"))
        }
        #expect(try Program.run("tail", "-", input: line).output.contains("\u{1b}") == false)
    }

    @Test func coloursAreAsked() throws {
        let log = fixture("error-1.37-parent.log")
        #expect(try Program.run("tail", "--no-follow", "--color", "always", log).output.contains("\u{1b}[31m"))
        #expect(try !Program.run("tail", "--no-follow", "--color", "auto", log).output.contains("\u{1b}"))
    }

    @Test func aCodeIsExplained() throws {
        try expectGolden(try Program.run("tail", "--explain", "nd-f7").output, "explain-ND-F7.txt")
    }

    /// A line as long as the limit comes whole, a longer one cut, and the one after it is untouched.
    @Test func linesAreBounded() throws {
        let head = "STREAM a [send to b]: "
        let limit = 64 << 10
        let fits = head + String(repeating: "x", count: limit - head.count)
        let output = try Program.run("tail", "-", "--json", input: "\(fits)\n\(fits)y\n\(fits)yyy\nSTREAM end\n").output
        let lines = output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == lines[1] && lines[1] == lines[2])
        #expect(lines[3].contains("STREAM end"))
    }

    /// The log as the world treats it, followed by one process.
    @Test func aLogIsFollowedThroughRotation() throws {
        try directory.write("", "in")
        let log = directory.path + "/error.log"
        let id = try Program.start(["tail", log], directory: directory.path)
        defer {
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
        }
        func line(_ word: String) -> String {
            "2026-11-22 09:26:23: netdata INFO  : MAIN : STREAM host [send to p]: \(word)\n"
        }
        func seen(_ word: String) throws {
            try eventually("\(word) is printed") { try directory.read("out").contains(word) }
        }
        try eventually("it waits") { try directory.read("err").contains("is not there yet; waiting for it") }
        try directory.append(line("first"), "error.log")
        try seen("first")
        rename(log, log + ".1")
        try directory.append(line("after-rename"), "error.log.1")
        try seen("after-rename")
        try directory.append(line("recreated"), "error.log")
        try seen("recreated")
        truncate(log, 0)
        // It has to be looked at while it is short: that is how a truncation in place is noticed.
        usleep(600_000)
        try directory.append(line("truncated"), "error.log")
        try seen("truncated")
        unlink(log)
        try directory.append(line("again"), "error.log")
        try seen("again")
        let printed = try directory.read("out").split(separator: "\n")
        #expect(printed.count == 5)
        kill(id, SIGINT)
        var status: Int32 = 1
        waitpid(id, &status, 0)
        #expect(status == 0)
    }
}
