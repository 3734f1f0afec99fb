import Basics
import Config
import Diagnostics
import Glibc
import Status
import Synchronization
import System
import Testing

@testable import Node

@Suite struct JournalTests {
    /// 2026-11-22 09:26:23 UTC.
    private let second: Int64 = 1_795_339_583
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func journal(_ logs: String = "") throws -> Journal {
        try Files.makeDirectories(scratch.path + "/state/log")
        return Journal(try scratch.configuration(netdata: "[logs]\n" + logs))
    }

    private func denied(_ ip: String = "10.0.0.4", host: String? = nil, at offset: Int64 = 0) -> Event {
        Event(
            .connectionDenied,
            at: (second + offset) * 1_000_000,
            thread: "WEB_SERVER[static1]",
            host: host,
            values: ["ip": ip, "port": "7"]
        )
    }

    private func errorLog() throws -> [String] { try scratch.lines("state/log/error.log") }

    /// Without the date.
    private func texts() throws -> [String] { try errorLog().map { String($0.dropFirst(21)) } }

    /// A child that cannot encrypt, or does not trust this node, never comes so far as to be refused by name.
    @Test func clientsWhoseTLSFailsStandAmongTheRefused() throws {
        let journal = try journal()
        func failed(_ condition: Condition, _ ip: String) {
            journal.report(Event(condition, at: second * 1_000_000, thread: "WEB", values: ["ip": ip, "port": "7"]))
        }
        failed(.unexpectedTLS, "10.0.0.4")
        failed(.unexpectedTLS, "10.0.0.4")
        failed(.clientTLSTooOld, "10.0.0.5")
        // It may have been a health check.
        failed(.clientLeftTLS, "10.0.0.6")
        let refused = journal.past.refusals.newestFirst
        #expect(refused.map(\.code) == ["ND-T353", "ND-T1"])
        #expect(refused.map(\.address) == ["10.0.0.5", "10.0.0.4"])
        #expect(refused.map(\.tries) == [1, 2])
        #expect(refused.first?.fix == ["update the client at 10.0.0.5", "in netdata.conf: [web] tls version = 1.3"])
    }

    @Test func linesHaveTheOriginalsForm() throws {
        let journal = try journal()
        journal.report(denied())
        journal.report(Event(.socketInUse, at: second * 1_000_000, thread: "MAIN", values: ["address": "unix:/x"]))
        journal.access("STREAM: 5 '[localhost]:4' 'CONNECTED' host 'h'", at: second * 1_000_000)
        let date = LogDate.text(second * 1_000_000)
        #expect(
            try errorLog() == [
                "\(date): ndstream INFO  : WEB_SERVER[static1] : Permission denied for client '10.0.0.4', port '7'",
                "\(date): ndstream ERROR : MAIN : Cannot listen on unix:/x: another process answers there.",
            ]
        )
        #expect(
            try scratch.lines("state/log/access.log") == ["\(date): STREAM: 5 '[localhost]:4' 'CONNECTED' host 'h'"]
        )
    }

    @Test func peersCannotStartALineOrReachTheTerminal() throws {
        let journal = try journal()
        let hostile = "a\n2026-01-01 00:00:00: forged\u{1b}[31m\u{202e}\u{9b}x\r\0"
        journal.report(
            Event(
                .connectionDenied,
                at: second * 1_000_000,
                thread: "STREAM_RECEIVER[\(hostile)]",
                host: hostile,
                values: ["ip": hostile, "port": "7"]
            )
        )
        let lines = try errorLog()
        #expect(lines.count == 1)
        let escaped = "a\\x0a2026-01-01 00:00:00: forged\\x1b[31m\\u{202e}\\x9bx\\x0d\\x00"
        #expect(lines[0].contains("STREAM_RECEIVER[\(escaped)] : Permission denied for client '\(escaped)'"))
        #expect(journal.past.events.newestFirst[0].text.contains(escaped))
    }

    /// A request may be 128 KiB long, and most of it one value.
    @Test func longValuesAreCut() throws {
        let journal = try journal()
        let long = String(repeating: "\u{e9}", count: 60_000)
        journal.report(denied(long, host: long))
        let cut = String(repeating: "\u{e9}", count: loggedValueLimit / 2) + "…"
        #expect(
            try texts() == ["ndstream INFO  : WEB_SERVER[static1] : Permission denied for client '\(cut)', port '7'"]
        )
        #expect(journal.past.events.newestFirst[0].hostGUID == cut)
    }

    @Test func aFloodHidesNobodyElse() throws {
        let journal = try journal(" errors to trigger flood protection = 2\n errors flood protection period = 60\n")
        for number in 0..<10 { journal.report(denied("10.0.0.\(number)", host: "a", at: Int64(number))) }
        journal.report(denied("other", host: "b", at: 10))
        journal.report(denied("again", host: "a", at: 61))
        let start = "ndstream INFO  : WEB_SERVER[static1] : Permission denied for client "
        #expect(
            try texts() == [
                start + "'10.0.0.0', port '7'", start + "'10.0.0.1', port '7'",
                "ndstream LOG FLOOD PROTECTION too many logs (3 logs in 2 seconds, threshold is set to 2 logs in 60 seconds). "
                    + "Preventing more logs from process 'ndstream' for 58 seconds.",
                start + "'other', port '7'",
                "ndstream LOG FLOOD PROTECTION resuming logs (prevented 8 logs in 61 seconds).",
                start + "'again', port '7'",
            ]
        )
        // What top shows is no log.
        #expect(journal.past.events.newestFirst.count == 12)
    }

    @Test func otherRulesCountFromAReloadOn() throws {
        let journal = try journal(" errors to trigger flood protection = 1\n")
        journal.report(denied())
        journal.report(denied())
        journal.report(denied())
        #expect(try errorLog().count == 2)
        _ = journal.update(try scratch.configuration(netdata: "[logs]\n errors to trigger flood protection = 0\n").logs)
        for _ in 0..<5 { journal.report(denied()) }
        #expect(try errorLog().count == 7)
        _ = journal.update(try scratch.configuration(netdata: "[logs]\n level = error\n").logs)
        journal.report(denied())
        #expect(try errorLog().count == 7)
    }

    @Test(arguments: [("debug", 3), ("info", 3), ("notice", 2), ("warning", 2), ("error", 1), ("critical", 0)])
    func theLevelDecides(level: String, count: Int) throws {
        let journal = try journal(" level = \(level)\n")
        let at = second * 1_000_000
        journal.report(Event(.listening, at: at, thread: "MAIN", values: ["address": "a"]))
        journal.report(denied())
        journal.report(Event(.socketInUse, at: at, thread: "MAIN", values: ["address": "a"]))
        #expect(((try? errorLog()) ?? []).count == count)
        #expect(journal.past.events.newestFirst.count == 3)
    }

    @Test func json() throws {
        let journal = try journal(" format = json\n errors to trigger flood protection = 1\n")
        journal.report(denied("a\"b", host: machineGUID))
        journal.report(denied("c", host: machineGUID))
        #expect(
            try errorLog() == [
                #"{"time":"2026-11-22T09:26:23.000000Z","comm":"ndstream","level":"info","code":"ND-W10","#
                    + #""thread":"WEB_SERVER[static1]","host":"\#(machineGUID)","#
                    + #""msg":"Permission denied for client 'a\"b', port '7'"}"#,
                #"{"time":"2026-11-22T09:26:23.000000Z","comm":"ndstream","level":"warning","#
                    + #""msg":"LOG FLOOD PROTECTION too many logs (2 logs in 0 seconds, threshold is set to 1 logs in "#
                    + #"1200 seconds). Preventing more logs from process 'ndstream' for 1200 seconds."}"#,
            ]
        )
    }

    @Test func logfmt() throws {
        let journal = try journal(" format = logfmt\n")
        journal.report(denied("a\"b=c"))
        #expect(
            try errorLog() == [
                #"time=2026-11-22T09:26:23.000000Z comm=ndstream level=info code=ND-W10 thread=WEB_SERVER[static1] "#
                    + #"msg="Permission denied for client 'a\"b=c', port '7'""#
            ]
        )
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (1_735_689_599_000_000, "2024-12-31T23:59:59.000000Z"),
        ] as [(Int64, String)]
    )
    func timestamps(microseconds: Int64, text: String) { #expect(universalDate(microseconds) == text) }

    @Test func timestampsAsTheCLibraryWritesThem() {
        for step in 0..<2000 as Range<Int64> {
            var seconds = time_t(-5_000_000_000 + step * 12_345_677)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            var buffer = [CChar](repeating: 0, count: 64)
            let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
            let expected = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            #expect(universalDate(Int64(seconds) * 1_000_000) == expected + ".000000Z")
        }
    }

    // MARK: Logs that cannot be written

    @Test func aFullDiskIsSaidOnceAndStopsNobody() throws {
        let journal = try journal(" error = /dev/full\n access = /dev/full\n")
        for _ in 0..<100 { journal.report(denied()) }
        journal.access("line", at: 0)
        #expect(journal.problem?.path == "/dev/full" && journal.problem?.reason == "No space left on device")
        let before = journal.past.events.newestFirst.count
        journal.watchLogs(at: 0)
        journal.watchLogs(at: 0)
        let events = journal.past.events.newestFirst
        #expect(events.count == before + 1)
        #expect(events[0].text == "Cannot write the log /dev/full: No space left on device.")
    }

    /// Opened to write, a pipe waits for its reader; nobody who logs may.
    @Test(.timeLimit(.minutes(10))) func aPipeNobodyReadsStopsNobody() throws {
        let path = scratch.path + "/pipe"
        mkfifo(path, 0o600)
        let journal = try journal(" error = \(path)\n")
        for _ in 0..<100 { journal.report(denied()) }
        #expect(journal.problem?.reason == "No such device or address")
    }

    @Test func aMissingDirectoryLosesLinesAndNothingElse() throws {
        let journal = try journal(" error = \(scratch.path)/nowhere/error.log\n")
        journal.report(denied())
        #expect(journal.problem?.reason == "No such file or directory")
        #expect(journal.past.events.newestFirst.count == 1)
    }

    @Test func rotatedFilesAreOpenedAnew() throws {
        let journal = try journal()
        journal.report(denied("one"))
        journal.access("one", at: 0)
        for name in ["error", "access"] {
            rename("\(scratch.path)/state/log/\(name).log", "\(scratch.path)/state/log/\(name).log.1")
        }
        journal.reopen()
        journal.report(denied("two"))
        journal.access("two", at: 0)
        #expect(try errorLog().count == 1 && scratch.lines("state/log/access.log").count == 1)
    }

    // MARK: Other places

    @Test func logsMoveWithoutLosingALine() throws {
        let journal = try journal()
        journal.report(denied(at: 1))
        journal.access("one", at: second * 1_000_000)
        let logs = try scratch.configuration(
            netdata: "[logs]\n error = \(scratch.path)/e2\n access = \(scratch.path)/a2\n format = json\n"
        ).logs
        #expect(journal.update(logs).isEmpty)
        journal.report(denied(at: 2))
        journal.access("two", at: second * 1_000_000)
        #expect(try errorLog().count == 1 && scratch.lines("e2").count == 1)
        #expect(try scratch.lines("e2")[0].hasPrefix("{"))
        #expect(try scratch.lines("state/log/access.log").count == 1 && scratch.lines("a2").count == 1)
    }

    @Test func aPlaceThatCannotBeWrittenToIsNotTaken() throws {
        let journal = try journal()
        journal.report(denied(at: 1))
        let logs = try scratch.configuration(
            netdata: "[logs]\n error = /nowhere/at/all/error.log\n access = none\n level = error\n"
        ).logs
        let problems = journal.update(logs)
        #expect(problems.map(\.path) == ["/nowhere/at/all/error.log"])
        #expect(problems.map(\.reason) == ["No such file or directory"])
        journal.report(Event(.socketInUse, at: second * 1_000_000, thread: "MAIN", values: ["address": "x"]))
        journal.access("nowhere", at: second * 1_000_000)
        #expect(try errorLog().count == 2, "where it was, under the new rules")
        #expect(try scratch.read("state/log/access.log").isEmpty)
        #expect(journal.problem == nil)
    }

    /// Many threads write while the log goes from place to place: each line is in one of them, whole.
    @Test func linesInFlightArriveSomewhere() throws {
        let journal = try journal(" errors to trigger flood protection = 0\n")
        let threads = 4
        let lines = 300
        let done = Atomic(0)
        for number in 0..<threads {
            Threads.start(name: "w") { [second] in
                for line in 0..<lines {
                    journal.report(
                        Event(
                            .socketInUse,
                            at: second * 1_000_000,
                            thread: "MAIN",
                            values: ["address": "\(number)-\(line)"]
                        )
                    )
                }
                done.add(1, ordering: .sequentiallyConsistent)
            }
        }
        var moves = 0
        while done.load(ordering: .sequentiallyConsistent) < threads {
            moves += 1
            let logs = try scratch.configuration(
                netdata: "[logs]\n errors to trigger flood protection = 0\n error = \(scratch.path)/e\(moves % 3)\n"
            ).logs
            #expect(journal.update(logs).isEmpty)
        }
        var all: [String] = try errorLog()
        for number in 0..<3 { all += (try? scratch.lines("e\(number)")) ?? [] }
        #expect(all.count == threads * lines && Set(all).count == threads * lines)
    }
}
