import Glibc
import Testing

@testable import System

@Suite struct LogTests {
    /// 2026-11-22 09:26:23 UTC.
    private let second: Int64 = 1_795_339_583

    private func date(_ offset: Int64 = 0) -> String { LogDate.text((second + offset) * 1_000_000) }

    @Test func datesAreLocalTime() {
        let text = date()
        #expect(text.utf8.count == 19)
        setenv("TZ", "UTC", 1)
        tzset()
        #expect(LogDate.text(second * 1_000_000) == "2026-11-22 09:26:23")
    }

    @Test func linesHaveTheOriginalsForm() throws {
        try withTemporaryDirectory { directory throws in
            let log = ErrorLog(LogFile(.file(directory + "/error.log")))
            log.write(level: "INFO", thread: "MAIN", message: "hello", at: second * 1_000_000)
            log.write(level: "ERROR", thread: "WEB_SERVER[static1]", message: "oh", at: second * 1_000_000)
            let access = AccessLog(LogFile(.file(directory + "/access.log")))
            access.write("1: 2 '[localhost]:3' 'CONNECTED'", at: second * 1_000_000)
            access.write([
                AccessLog.Line(text: "2: 2 '[localhost]:4' 'CONNECTED'", at: second * 1_000_000),
                AccessLog.Line(text: "1: 2 '[localhost]:3' 'DISCONNECTED'", at: (second + 1) * 1_000_000),
            ])
            access.write([])
            #expect(
                try lines(directory + "/error.log") == [
                    "\(date()): ndstream INFO  : MAIN : hello",
                    "\(date()): ndstream ERROR : WEB_SERVER[static1] : oh",
                ]
            )
            #expect(
                try lines(directory + "/access.log") == [
                    "\(date()): 1: 2 '[localhost]:3' 'CONNECTED'", "\(date()): 2: 2 '[localhost]:4' 'CONNECTED'",
                    "\(date(1)): 1: 2 '[localhost]:3' 'DISCONNECTED'",
                ]
            )
        }
    }

    @Test func aFloodIsCutOffForItsConditionAndHostAlone() throws {
        try withTemporaryDirectory { directory throws in
            let log = ErrorLog(
                LogFile(.file(directory + "/error.log")),
                protection: FloodProtection(threshold: 3, period: 60)
            )
            func write(_ message: String, _ code: String, _ host: String?, _ offset: Int64) {
                log.write(
                    level: "ERROR",
                    thread: "T",
                    message: message,
                    at: (second + offset) * 1_000_000,
                    code: code,
                    host: host
                )
            }
            for number in 1...9 { write("\(number)", "ND-F1", "a", Int64(number)) }
            write("other host", "ND-F1", "b", 9)
            write("other code", "ND-F2", "a", 9)
            write("again", "ND-F1", "a", 61)
            write("and again", "ND-F1", "a", 62)
            #expect(
                try lines(directory + "/error.log").map { $0.dropFirst(21) } == [
                    "ndstream ERROR : T : 1", "ndstream ERROR : T : 2", "ndstream ERROR : T : 3",
                    "ndstream LOG FLOOD PROTECTION too many logs (4 logs in 3 seconds, threshold is set to 3 logs in 60 "
                        + "seconds). Preventing more logs from process 'ndstream' for 57 seconds.",
                    "ndstream ERROR : T : other host", "ndstream ERROR : T : other code",
                    "ndstream LOG FLOOD PROTECTION resuming logs (prevented 6 logs in 60 seconds).",
                    "ndstream ERROR : T : again", "ndstream ERROR : T : and again",
                ]
            )
        }
    }

    @Test func inventedHostsShareOneCount() {
        var protection = FloodProtection(threshold: 2, period: 60)
        for host in 0..<FloodProtection.pairsLimit {
            #expect(protection.count(code: "c", host: "\(host)", second: 100) == .write)
        }
        #expect(protection.count(code: "c", host: "x", second: 100) == .write)
        #expect(protection.count(code: "c", host: "y", second: 100) == .write)
        #expect(protection.count(code: "c", host: "z", second: 100) != .write)
        // When the period is over there is room again.
        #expect(protection.count(code: "c", host: "new", second: 161) == .write)
    }

    @Test func protectionCanBeOff() {
        var protection = FloodProtection(threshold: 0)
        for _ in 0..<1000 { #expect(protection.count(code: "", host: "", second: 1) == .write) }
    }

    @Test func aFileMovedAwayIsOpenedAnew() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/error.log"
            let file = LogFile(.file(path))
            file.write("one")
            rename(path, path + ".1")
            file.reopen()
            file.write("two")
            #expect(try lines(path + ".1") == ["one"])
            #expect(try lines(path) == ["two"])
        }
    }

    @Test func aFileMovedAwayIsNoticed() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/error.log"
            let file = LogFile(.file(path), rotationCheckInterval: 0)
            file.write("one")
            rename(path, path + ".1")
            file.write("two")
            #expect(try lines(path) == ["two"])
        }
    }

    @Test func aFullDiskLosesLinesAndSaysSo() {
        let file = LogFile(.file("/dev/full"))
        file.write("one")
        file.write("two")
        #expect(file.dropped == 2)
        #expect(file.failure == SystemError(operation: "write", subject: "/dev/full", number: ENOSPC))
    }

    @Test func aMissingDirectoryLosesLinesUntilItIsThere() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/log/error.log"
            let file = LogFile(.file(path), rotationCheckInterval: 0)
            file.write("lost")
            #expect(file.failure?.number == ENOENT)
            #expect(file.dropped == 1)
            try Files.makeDirectories(directory + "/log")
            file.write("kept")
            #expect(try lines(path) == ["kept"])
            #expect(file.failure == nil)
        }
    }

    /// A pipe nobody reads must not stop whoever logs.
    @Test func aStuckTerminalStopsNobody() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        defer {
            close(ends[0])
            close(ends[1])
        }
        let file = LogFile(.descriptor(ends[1]))
        let line = String(repeating: "x", count: 4000)
        for _ in 0..<100 { file.write(line) }
        #expect(file.dropped > 0)
    }

    @Test func manyThreadsLoseNothing() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/error.log"
            let file = LogFile(.file(path))
            withThreads(4) { thread in
                for number in 0..<500 { file.write("\(thread) \(number)") }
            }
            let all = try lines(path)
            #expect(all.count == 2000)
            for thread in 0..<4 {
                #expect(all.filter { $0.hasPrefix("\(thread) ") } == (0..<500).map { "\(thread) \($0)" })
            }
        }
    }

    @Test func settingsNameTheirTarget() {
        #expect(LogTarget("none", directory: "/l") == .none)
        #expect(LogTarget("/dev/null", directory: "/l") == .none)
        #expect(LogTarget("stderr", directory: "/l") == .descriptor(2))
        #expect(LogTarget("syslog", directory: "/l") == .system)
        #expect(LogTarget("error.log", directory: "/l") == .file("/l/error.log"))
        #expect(LogTarget("/var/log/x", directory: "/l") == .file("/var/log/x"))
    }
}
