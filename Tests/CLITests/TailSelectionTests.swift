import Glibc
import System
import Testing

/// Which lines `tail` shows, of which logs.
@Suite struct TailSelectionTests {
    private let directory: TemporaryDirectory
    private let parent = fixture("error-1.37-parent.log")
    private let child = fixture("error-1.37-child.log")

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("", "in")
    }

    private func codes(_ options: String...) throws -> [String] {
        let result = try Program.run(Program.path, ["tail", "--no-follow", "-o", "logfmt"] + options)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        return result.output.split(separator: "\n").map { line in
            String(line.split(separator: " ").first { $0.hasPrefix("code=") }?.dropFirst(5) ?? "-")
        }
    }

    @Test func accessLogs() throws {
        let result = try Program.run("tail", "--no-follow", fixture("access-1.37.log"))
        #expect(result.status == 0 && result.errors.isEmpty)
        try expectGolden(result.output, "tail-access-1.37.txt")
    }

    @Test func byDegreeCodeSideAndPattern() throws {
        #expect(try codes("--level", "error", parent) == ["ND-F1", "ND-F4", "ND-F7", "ND-F7", "ND-F10", "ND-F13"])
        #expect(try codes("--level=warning", "--code", "ND-C*,F12", parent) == ["ND-F12", "ND-C2", "ND-C5"])
        // A code that is no streaming's is shown where it is asked for.
        #expect(try codes("--code", "L60", parent) == ["ND-L60"])
        #expect(try codes("--side", "child", parent) == [] && codes("--side", "parent", child) == [])
        #expect(try codes("--side", "child", child).count >= 15)
        #expect(try codes("-g", "multiple (connections|hosts)", parent) == ["ND-F12"])
        #expect(try codes("-g", "Multiple (connections|hosts)", parent) == [])
        #expect(try codes("--since", "2026-11-22 09:27:10", "--until", "2026-11-22T09:28:00Z", parent) == ["ND-F13"])
        #expect(try codes("--since", "2026-11-22 09:28", "-n", "2", parent) == ["ND-I10", "ND-U0"])
    }

    /// Lines of both ends, in the order in which they were written.
    @Test func severalLogsAreOne() throws {
        let merged = try Program.run("tail", "--no-follow", "--json", parent, child).output.split(separator: "\n")
        let one = try Program.run("tail", "--no-follow", "--json", parent).output.split(separator: "\n")
        let other = try Program.run("tail", "--no-follow", "--json", child).output.split(separator: "\n")
        #expect(merged.count == one.count + other.count)
        let times = merged.map { $0.dropFirst(9).prefix(19) }
        #expect(times == times.sorted())
        try expectGolden(try Program.run("tail", "--no-follow", "-n", "12", parent, child).output, "tail-merged.txt")
        // Standard input and compressed files are logs like any other.
        #expect(system("gzip -c '\(child)' > '\(directory.path)/error.log.2.gz'") == 0)
        let text = String(decoding: try Files.read(parent, limit: 1 << 20), as: UTF8.self)
        let again = try Program.run(
            "tail",
            "--no-follow",
            "-o",
            "raw",
            "-",
            directory.path + "/error.log.2.gz",
            input: text
        )
        let plain = try Program.run("tail", "--no-follow", "-o", "raw", parent, child)
        #expect(again.output == plain.output && again.errors.isEmpty)
    }

    @Test func olderGenerationsAreReadAsFarAsIsAsked() throws {
        func line(_ hour: Int, _ minute: Int = 0) -> String {
            "2026-11-22 \(hour):\(minute < 10 ? "0" : "")\(minute):00: netdata INFO  : MAIN : STREAM h [send to p]: at \(hour)\n"
        }
        try directory.write(line(16), "error.log")
        try directory.write("no time\n" + line(14) + line(15), "error.log.1")
        try directory.write(line(12) + line(13), "error.log.2")
        try directory.write(line(10) + line(11), "error.log.3")
        #expect(system("gzip \(directory.path)/error.log.2 \(directory.path)/error.log.3") == 0)
        let log = directory.path + "/error.log"
        func hours(_ options: String...) throws -> [Int] {
            let result = try Program.run(Program.path, ["tail", "--no-follow", "-o", "raw", log] + options)
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
            return result.output.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        }
        #expect(try hours() == [16])
        #expect(try hours("--since", "2026-11-22 16:00") == [16])
        #expect(try hours("--since", "2026-11-22 14:30") == [15, 16])
        #expect(try hours("--since", "2026-11-22 13:00") == [13, 14, 15, 16])
        #expect(try hours("--since", "2026-11-21") == [10, 11, 12, 13, 14, 15, 16])
        #expect(try hours("--since", "2026-11-21", "--until", "2026-11-22 15:00", "-n", "2") == [13, 14])
        // The third one can't be read: it is said, and not needed for later times.
        try directory.write("\u{1f}\u{8b}\u{8}\u{0}broken", "broken")
        #expect(system("printf '\\037\\213\\010\\000broken' > \(log).3.gz") == 0)
        #expect(try hours("--since", "2026-11-22 13:00") == [13, 14, 15, 16])
        let broken = try Program.run("tail", "--no-follow", log, "--since", "2026-11-21")
        #expect(broken.status == 74 && broken.errors.contains("error.log.3.gz") && broken.output.contains("at 12"))
        // Followed, they come first.
        let id = try Program.start(
            ["tail", "-o", "raw", "--since", "2026-11-22 13:00", log],
            directory: directory.path
        )
        defer { end(id) }
        try eventually("all generations are printed") { try directory.read("out").contains("at 16") }
        try directory.append(line(17), "error.log")
        try eventually("what comes is printed") { try directory.read("out").contains("at 17") }
        #expect(try directory.read("out").split(separator: "\n").count == 5)
    }

    @Test func severalLogsAreFollowed() throws {
        func line(_ word: String) -> String {
            "2026-11-22 09:26:23: netdata INFO  : MAIN : STREAM host [send to p]: \(word)\n"
        }
        try directory.write(line("one"), "a.log")
        let id = try Program.start(
            ["tail", directory.path + "/a.log", directory.path + "/b.log"],
            directory: directory.path
        )
        defer { end(id) }
        try eventually("the first is printed") { try directory.read("out").contains("one") }
        #expect(try directory.read("err").contains("b.log is not there yet; waiting for it"))
        try directory.append(line("two"), "b.log")
        try eventually("the second is printed") { try directory.read("out").contains("two") }
        try directory.append(line("three"), "a.log")
        try eventually("both go on") { try directory.read("out").contains("three") }
        let printed = try directory.read("out").split(separator: "\n")
        #expect(printed.count == 3 && printed[0].contains("a.log") && printed[1].contains("b.log"))
    }

    private func end(_ id: pid_t) {
        kill(id, SIGKILL)
        _ = Program.wait(id)
    }
}

/// The systemd journal, with a journalctl that does what the real one does.
@Suite struct TailJournalTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("", "in")
    }

    private func entry(_ number: Int, _ message: String) -> String {
        #"{"__CURSOR":"c\#(number)","__REALTIME_TIMESTAMP":"179533958\#(number)000000","PRIORITY":"3","SYSLOG_IDENTIFIER":"netdata","THREAD_TAG":"STREAM_SENDER[a]","MESSAGE":"\#(message)"}"#
    }

    private func install(_ script: String) throws {
        try directory.write("#!/bin/sh\necho \"$@\" >> \(directory.path)/asked\n" + script, "journalctl")
        chmod(directory.path + "/journalctl", 0o700)
    }

    private func run(_ options: String...) throws -> Program.Result {
        try Program.run(
            Program.path,
            ["tail", "--journal", "-o", "logfmt"] + options,
            environment: ["PATH=\(directory.path):/usr/bin:/bin"]
        )
    }

    @Test func itsPastAndThenWhatComes() throws {
        try install(
            """
            case "$*" in
            *--follow*--after-cursor=c2*) echo '\(entry(3, "STREAM a [send to p:1]: failed to connect"))'; exec sleep 100 ;;
            *--follow*) exit 9 ;;
            *) echo '\(entry(1, "STREAM a [send to p:1]: waiting response from remote netdata..."))'
               echo '\(entry(2, "something else"))' ;;
            esac
            """
        )
        let result = try run("--until-code", "ND-C10", "-n", "10", "--timeout", "20")
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].contains("code=ND-I23") && lines[2].contains("code=ND-C10"))
        // Of the thread that streams, and in no catalogue.
        #expect(lines[1].contains("code=ND-U0") && lines[1].contains("something else"))
        #expect(lines[0].hasPrefix("time=2026-11-22T09:26:21.000000Z level=info"))
        let asked = try directory.read("asked").split(separator: "\n")
        #expect(asked.count == 2)
        for option in ["--output=json", "--identifier=netdata", "--identifier=ndstream", "--namespace=+netdata"] {
            #expect(asked.allSatisfy { $0.contains(option) })
        }
    }

    @Test func timesAreItsBusiness() throws {
        try install("echo '\(entry(1, "STREAM a [send to p:1]: failed to connect"))'")
        let result = try run("--no-follow", "--since", "2026-11-22 09:26:00", "--until", "2026-11-22 09:30:00")
        #expect(result.status == 0 && result.output.contains("ND-C10"))
        #expect(try directory.read("asked").contains("--since=@1795339560 --until=@1795339801"))
    }

    /// systemd before 245.
    @Test func aJournalThatKnowsNoNamespaces() throws {
        try install(
            """
            case "$*" in *namespace*) echo "journalctl: unrecognized option '--namespace=+netdata'" >&2; exit 1 ;; esac
            echo '\(entry(1, "STREAM a [send to p:1]: failed to connect"))'
            """
        )
        let result = try run("--no-follow")
        #expect(result.status == 0 && result.output.contains("ND-C10") && result.errors.isEmpty)
    }

    @Test func whatItComplainsOf() throws {
        try install("echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1")
        let result = try run("--no-follow")
        #expect(result.status == 74 && result.errors.contains("insufficient permissions"), "\(result.errors)")
    }

    @Test func aMachineWithoutOne() throws {
        let result = try Program.run(
            Program.path,
            ["tail", "--journal"],
            environment: ["PATH=/nowhere"]
        )
        #expect(result.status == 69 && result.errors.contains("--journal needs journalctl, and this machine has none"))
    }
}
