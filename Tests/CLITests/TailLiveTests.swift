import Glibc
import System
import Testing

/// `tail` while something happens: repetitions, terminals, signals, and ends.
@Suite struct TailLiveTests {
    private let directory: TemporaryDirectory
    private var log: String { directory.path + "/error.log" }

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("", "in")
        try directory.write("", "error.log")
    }

    private func start(_ options: String..., output: String? = nil) throws -> pid_t {
        try Program.start(["tail", log] + options, directory: directory.path, output: output)
    }

    /// Waits until a tail follows its log, and has read it to its end.
    private func hasRead(_ id: pid_t, _ place: SourceLocation = #_sourceLocation) throws {
        try eventually("the log is read to its end", place) {
            let size = try Files.read(log, limit: 64 << 20).count
            return try Files.names(in: "/proc/\(id)/fd").contains { name in
                var path = [UInt8](repeating: 0, count: 4096)
                let length = path.withUnsafeMutableBytes {
                    readlink("/proc/\(id)/fd/\(name)", $0.baseAddress!, $0.count)
                }
                guard length > 0, String(decoding: path[..<length], as: UTF8.self) == log else { return false }
                let text = (try? Files.read("/proc/\(id)/fdinfo/\(name)", limit: 4096)) ?? []
                return String(decoding: text, as: UTF8.self).contains("pos:\t\(size)\n")
            }
        }
    }

    private func refusal(_ number: Int, from ip: String = "10.0.9.4") -> String {
        let second = number % 60
        return
            "2026-11-22 09:\(10 + number / 60):\(second < 10 ? "0" : "")\(second): netdata ERROR : WEB_SERVER[static1] : STREAM [receive from [\(ip)]:\(20000 + number)]: API key '99999999-2222-3333-4444-555555555555' is not allowed. Forbidding access.\n"
    }

    private func greeting(_ word: String) -> String {
        "2026-11-22 09:59:00: netdata INFO  : MAIN : STREAM host [send to p]: \(word)\n"
    }

    @Test(.timeLimit(.minutes(10))) func repetitionsAreCounted() throws {
        let id = try start("--summary")
        try directory.append(refusal(0), "error.log")
        try eventually("the first is printed at once") { try directory.read("out").contains("ND-F7") }
        try directory.append((1...300).map { refusal($0) }.joined() + greeting("new"), "error.log")
        try eventually("something else ends the count") { try directory.read("out").contains("new") }
        let lines = try directory.read("out").split(separator: "\n")
        #expect(lines.count { $0.contains("same, 300 more, every 1.0 s") } == 1, "\(lines)")
        #expect(lines.count { $0.contains("is not allowed. Forbidding access.") } == 1)
        kill(id, SIGINT)
        #expect(Program.wait(id) == 0)
        let output = try directory.read("out")
        #expect(output.contains("\n-- 2026-11-22 09:10:00 to 2026-11-22 09:59:00: 301 errors, 1 other\n"), "\(output)")
        #expect(output.contains("\n      301  x ND-F7   10.0.9.4         The parent's stream.conf has no section"))
    }

    /// A count comes after some seconds although nothing else does, and what waits when it ends is printed.
    @Test(.timeLimit(.minutes(10))) func countsDoNotWaitForEver() throws {
        let id = try start("-n", "100")
        try directory.append((0...10).map { refusal($0) }.joined(), "error.log")
        try eventually("the count is printed") { try directory.read("out").contains("same, 10 more, every 1.0 s") }
        try directory.append((11...20).map { refusal($0) }.joined(), "error.log")
        try hasRead(id)
        kill(id, SIGTERM)
        #expect(Program.wait(id) == 0)
        let output = try directory.read("out")
        #expect(output.split(separator: "\n").count { $0.contains("same, 10 more, every 1.0 s") } == 2, "\(output)")
    }

    @Test(.timeLimit(.minutes(10))) func nothingIsCountedForPrograms() throws {
        try directory.append((0..<50).map { refusal($0) }.joined(), "error.log")
        for options in [["-o", "raw"], ["--json"], ["-o", "logfmt"], ["--no-collapse"]] {
            let result = try Program.run(Program.path, ["tail", "--no-follow", log] + options)
            #expect(result.output.split(separator: "\n").count { $0.contains("not allowed") } == 50, "\(options)")
        }
        let raw = try Program.run("tail", "--no-follow", "-o", "raw", log).output
        #expect(raw == (try directory.read("error.log")))
    }

    // MARK: For scripts

    @Test(.timeLimit(.minutes(10))) func aCodeIsWaitedFor() throws {
        // What was there before doesn't count.
        try directory.append(refusal(0), "error.log")
        let id = try start("--until-code", "ND-F7", "--timeout", "30")
        try hasRead(id)
        // From having read what was there to following.
        usleep(200_000)
        try directory.append(greeting("before") + refusal(1, from: "10.0.9.9") + greeting("after"), "error.log")
        #expect(Program.wait(id) == 0)
        let output = try directory.read("out")
        #expect(output.contains("before") && output.contains("10.0.9.9") && !output.contains("after"))
        #expect(!output.contains("10.0.9.4"))
        // With -n it does.
        #expect(try Program.run("tail", log, "--until-code", "F*", "-n", "50", "--timeout", "30").status == 0)
        #expect(
            try Program.run("tail", log, "--until-code", "F7", "--code", "C*", "-n", "50", "--timeout", "30").status
                == 0
        )
    }

    @Test(.timeLimit(.minutes(10))) func aCodeThatDoesNotCome() throws {
        let clock = ContinuousClock()
        var status: Int32 = -1
        let elapsed = try clock.measure {
            status = try Program.run("tail", log, "--until-code", "ND-F7", "--timeout", "1.5").status
        }
        #expect(status == 1 && elapsed > .seconds(1.4) && elapsed < .seconds(10))
        #expect(try Program.run("tail", "--no-follow", log, "--until-code", "ND-F7").status == 1)
        #expect(try Program.run("tail", "-", "--until-code", "ND-F7", input: greeting("x")).status == 1)
        // Without a code it is only the end.
        #expect(try Program.run("tail", log, "--timeout", "0.3").status == 0)
        try directory.append(greeting("x"), "error.log")
        let id = try start("--until-code", "ND-F7")
        try hasRead(id)
        kill(id, SIGINT)
        #expect(Program.wait(id) == 1)
    }

    // MARK: Whoever reads

    @Test(.timeLimit(.minutes(10))) func aReaderThatGoesAway() throws {
        try directory.append(greeting("one") + greeting("two"), "error.log")
        func shell(_ command: String) throws -> Program.Result {
            try Program.run("/bin/bash", ["-c", command, "bash", Program.path, log])
        }
        // It follows, and notices although nothing more comes.
        let gone = try shell("\"$1\" tail \"$2\" | head -n 1; echo ${PIPESTATUS[0]}")
        #expect(gone.output.split(separator: "\n").last == "0" && gone.errors.isEmpty, "\(gone)")
        let waiting = try shell("\"$1\" tail \"$2\" --until-code ND-F7 | true; echo ${PIPESTATUS[0]}")
        #expect(waiting.output == "1\n")
        for options in ["", "--no-follow", "--json --no-follow"] {
            let full = try shell("\"$1\" tail \(options) \"$2\" > /dev/full; echo $?")
            #expect(full.output == "74\n" && full.errors.contains("cannot write: No space left on device"), "\(full)")
        }
        #expect(try shell("\"$1\" tail --no-follow \"$2\" >&-; echo $?").output == "74\n")
    }

    /// On a terminal whose reader does nothing: it stays alive, ends when it is asked to, and says what is missing.
    @Test(.timeLimit(.minutes(10))) func aTerminalThatIsTooSlow() throws {
        let terminal = try PseudoTerminal()
        let id = try start("--no-collapse", "--no-summary", "--color=never", "-n", "0", output: terminal.path)
        try eventually("it follows") {
            try directory.append(greeting("ready"), "error.log")
            return terminal.read(milliseconds: 500).contains("ready")
        }
        let batch = 10_000
        for number in 0..<3 {
            try directory.append((0..<batch).map { greeting("word-\(number * batch + $0)") }.joined(), "error.log")
        }
        // It has read everything although nobody took anything from it.
        try hasRead(id)
        usleep(500_000)
        // Now somebody looks.
        var shown = ""
        try eventually("what is missing is said") {
            shown += terminal.read()
            return shown.contains("not shown: this terminal is too slow")
        }
        let words = shown.split(separator: "word-").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
        #expect(words == Array(0..<words.count))
        let note = shown.split(separator: "\r\n").first { $0.contains("not shown") } ?? ""
        let missing = Int(note.filter { $0.isASCII && $0.isNumber }) ?? 0
        #expect(words.count + missing == 3 * batch, "\(words.count) \(note)")
        try directory.append(greeting("afterwards"), "error.log")
        shown = ""
        try eventually("it goes on") {
            shown += terminal.read()
            return shown.contains("afterwards")
        }
        kill(id, SIGINT)
        #expect(Program.wait(id) == 0)
    }

    /// Nobody reads, and ^C: it ends within seconds.
    @Test(.timeLimit(.minutes(10))) func anEndOnAStoppedTerminal() throws {
        let terminal = try PseudoTerminal()
        try directory.append((0..<5000).map { greeting("word-\($0)") }.joined(), "error.log")
        let id = try start("-n", "5000", output: terminal.path)
        sleep(2)
        let clock = ContinuousClock()
        var status: Int32 = -1
        let elapsed = clock.measure {
            kill(id, SIGINT)
            status = Program.wait(id)
        }
        #expect(status == 0 && elapsed < .seconds(10))
    }

    @Test(.timeLimit(.minutes(10))) func aTerminalGetsASummary() throws {
        let terminal = try PseudoTerminal()
        try directory.append(refusal(0), "error.log")
        let id = try start("--no-follow", output: terminal.path)
        var shown = ""
        try eventually("the table is shown") {
            shown += terminal.read()
            return shown.contains("1  x ND-F7")
        }
        #expect(Program.wait(id) == 0)
    }
}
