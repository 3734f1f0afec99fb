import Glibc
import Testing

@testable import System

@Suite struct LogInputTests {
    /// Reads it to its end.
    private func all(_ input: LogInput) throws -> [String] {
        var lines: [String] = []
        while true {
            let state = try input.poll { lines.append(String(decoding: $0, as: UTF8.self)) }
            if state == .ended { return lines }
            if state == .upToDate { usleep(1000) }
        }
    }

    /// What comes in pieces is handed over in lines, and the end is the end; it never waits.
    @Test(.timeLimit(.minutes(10))) func aPipeIsReadToItsEnd() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let input = LogInput.descriptor(ends[0], name: "pipe")
        #expect(input.readable == ends[0])
        func poll() throws -> [String] {
            var lines: [String] = []
            _ = try input.poll { lines.append(String(decoding: $0, as: UTF8.self)) }
            return lines
        }
        #expect(try poll() == [])
        _ = write(ends[1], "one\ntwo\nthr", 11)
        #expect(try poll() == ["one", "two"])
        _ = write(ends[1], "ee\nlast", 7)
        #expect(try poll() == ["three"])
        close(ends[1])
        #expect(try poll() == ["last"])
        #expect(try input.poll { _ in Issue.record("a line") } == .ended)
    }

    @Test func theEndOfADeviceIsAnEnd() throws {
        let null = Glibc.open("/dev/null", O_RDONLY)
        defer { close(null) }
        #expect(try LogInput.descriptor(null, name: "null").poll { _ in Issue.record("a line") } == .ended)
    }

    @Test func whatCannotBeReadIsAnError() throws {
        #expect(throws: SystemError(operation: "read", subject: "/tmp", number: EISDIR)) {
            try LogInput.file("/tmp").poll { _ in }
        }
        #expect(throws: SystemError(operation: "open", subject: "/nowhere/x", number: ENOENT)) {
            try LogInput.file("/nowhere/x")
        }
    }

    @Test(.timeLimit(.minutes(10))) func compressedFiles() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/error.log"
            let text = (0..<20_000).map { "line \($0)\n" }.joined()
            try Files.write(Array(text.utf8), to: path)
            #expect(!LogInput.isCompressed(path))
            let expected = try all(.file(path))
            #expect(expected.count == 20_000)
            // Which ones this machine can write, and so read.
            for program in ["gzip", "xz", "bzip2", "zstd"] {
                guard let found = Programs.find(program, path: "/usr/bin:/bin") else { continue }
                // The first bytes decide, whatever it is called.
                let packed = directory + "/packed-" + program
                #expect(system("\(found) -c < \(path) > \(packed)") == 0)
                #expect(LogInput.isCompressed(packed))
                #expect(try all(.file(packed)) == expected, "\(program)")
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func aBrokenFileSaysSo() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/error.log"
            try Files.write(Array((0..<20_000).map { "line \($0)\n" }.joined().utf8), to: path)
            #expect(system("gzip -c < \(path) | head -c 20000 > \(path).gz") == 0)
            let input = try LogInput.file(path + ".gz")
            let lines = try all(input)
            #expect(lines.first == "line 0" && lines.count < 20_000)
            #expect(input.problem?.contains("unexpected end of file") == true)
        }
    }

    @Test(.timeLimit(.minutes(10))) func aProgramThatFails() throws {
        let command = Process.Command.shell("echo one; echo why >&2; exit 3", environment: [])
        let input = try LogInput.program(command, name: "sh")
        #expect(try all(input) == ["one"])
        #expect(input.problem == "why")
        let silent = try LogInput.program(.shell("exit 0", environment: []), name: "sh")
        #expect(try all(silent) == [] && silent.problem == nil)
    }

    /// A program that complains without end is not held up by that.
    @Test(.timeLimit(.minutes(10))) func aProgramThatComplainsMuch() throws {
        let command = Process.Command.shell(
            "i=0; while [ $i -lt 30000 ]; do echo complaint >&2; i=$((i+1)); done; echo done",
            environment: []
        )
        #expect(try all(.program(command, name: "sh")) == ["done"])
    }
}

@Suite struct RotatedLogsTests {
    @Test func numbersAndDates() {
        let names = [
            "error.log", "error.log.10.gz", "error.log.2.gz", "error.log.1", "error.log.3.xz", "error.log-20261122.gz",
            "error.log-20261123", "error.log.old", "error.logs.1", "access.log.1", "error.log.", "error.log.1x",
            "error.log-2026112301", "error.log.2",
        ]
        #expect(
            RotatedLogs.sorted(names, of: "error.log") == [
                "error.log.1", "error.log.2", "error.log.3.xz", "error.log.10.gz", "error.log-2026112301",
                "error.log-20261123", "error.log-20261122.gz",
            ]
        )
        #expect(RotatedLogs.sorted([], of: "error.log").isEmpty)
    }

    @Test func theDirectoryOfTheLog() throws {
        try withTemporaryDirectory { directory in
            for name in ["a.log", "a.log.1", "a.log.2.gz"] { try Files.write([], to: directory + "/" + name) }
            #expect(
                RotatedLogs.older(than: directory + "/a.log") == [directory + "/a.log.1", directory + "/a.log.2.gz"]
            )
            #expect(RotatedLogs.older(than: "/nowhere/a.log").isEmpty)
        }
    }
}

@Suite struct TextPatternTests {
    private func isIn(_ pattern: String, _ line: String) throws -> Bool {
        try TextPattern(pattern).isIn(ArraySlice(line.utf8))
    }

    @Test func capitalsCountWhereOneIsTyped() throws {
        #expect(
            try isIn("stream", "a STREAM line") && isIn("STREAM", "a STREAM line") && !isIn("Stream", "a STREAM line")
        )
    }

    @Test func expressions() throws {
        #expect(try isIn("^a+b?(c|d)$", "aad") && !isIn("^a+b?(c|d)$", "aade"))
        #expect(try isIn("", "") && isIn("^$", "") && !isIn("x", ""))
        // Bytes that no text has.
        #expect(try TextPattern("b$").isIn([0x61, 0, 0x62]))
        #expect(
            try TextPattern("b").isIn([0x61, 0x62, 0x63][1..<2]) && !TextPattern("c").isIn([0x61, 0x62, 0x63][1..<2])
        )
    }

    @Test(arguments: ["(", "[a", "a{2,1}", "*a(", "\\"]) func whatIsNone(pattern: String) {
        do throws(TextPattern.Invalid) {
            _ = try TextPattern(pattern)
            Issue.record("\(pattern) is taken")
        } catch {
            #expect(!error.reason.isEmpty)
        }
    }
}

@Suite struct LocalZoneTests {
    /// As the C library's own way back says.
    @Test func thereAndBack() {
        for step in 0..<2000 as Range<Int> {
            var seconds = time_t(1_600_000_000 + step * 123_457)
            var parts = tm()
            localtime_r(&seconds, &parts)
            let ahead = Int64(parts.tm_gmtoff)
            #expect(LocalZone.secondsAhead(wall: Int64(seconds) + ahead) == ahead || ahead != 0, "\(seconds)")
        }
    }
}
