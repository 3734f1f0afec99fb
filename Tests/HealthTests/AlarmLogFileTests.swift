import Basics
import Diagnostics
import FaultyFiles
import Glibc
import Store
import System
import Testing

@testable import Health

@Suite struct AlarmLogFileTests {
    private let reports = HeardReports()

    /// A log that can be changed within an expectation.
    private final class Log {
        private var file: AlarmLogFile
        init(_ file: AlarmLogFile) { self.file = file }
        var path: String { file.path }
        var isBehind: Bool { file.isBehind }
        func load() -> [AlarmEntry] { file.load() }
        func retry(all: () -> [AlarmEntry]) { file.retry(all: all) }

        @discardableResult
        func append(new: [AlarmEntry], updated: [AlarmEntry], all: () -> [AlarmEntry]) -> Bool {
            file.append(new: new, updated: updated, all: all)
        }
    }

    private func log(
        _ files: any StorageFiles,
        lines: Int = 2000,
        entries: Int = 1000,
        in directory: String = "/lib/health"
    )
        -> Log
    {
        Log(
            AlarmLogFile(
                directory: directory,
                hostname: "web01",
                host: "22222222-bbbb-11ed-8000-0000000000bb",
                linesAtMost: lines,
                entriesAtMost: entries,
                files: files,
                clock: ManualClock(),
                reporter: reports
            )
        )
    }

    private func entries(_ ids: ClosedRange<UInt32>, alarms: UInt32 = 5) -> [AlarmEntry] {
        ids.map { alarmEntry($0, alarm: 100 + $0 % alarms) }
    }

    @Test func hostsHaveTheirOwn() throws {
        #expect(AlarmLogFile.directory(lib: "/var/lib/netdata", machineGUID: nil) == "/var/lib/netdata/health")
        let guid = try #require(GUID("22222222-bbbb-11ed-8000-0000000000bb"))
        #expect(
            AlarmLogFile.directory(lib: "/l", machineGUID: guid) == "/l/22222222-bbbb-11ed-8000-0000000000bb/health"
        )
        #expect(log(FaultyFiles()).path == "/lib/health/health-log.db")
    }

    @Test func changesAreAppliedToWhatWasWritten() {
        let files = FaultyFiles()
        let file = log(files)
        #expect(file.load().isEmpty)
        var first = alarmEntry(7, alarm: 3)
        #expect(file.append(new: [first], updated: [], all: { [] }))
        first.flags = [.processed, .updated, .handlerRunning]
        first.updatedByID = 8
        #expect(file.append(new: [alarmEntry(8, alarm: 3)], updated: [first], all: { [] }))
        #expect(files[file.path]?.count { $0 == 10 } == 3)
        first.flags.remove(.handlerRunning)
        let again = log(files)
        #expect(again.load() == [first, alarmEntry(8, alarm: 3)])
        #expect(again.append(new: [alarmEntry(9)], updated: [], all: { [] }))
        #expect(again.load().map(\.uniqueID) == [7, 8, 9])
        #expect(reports.codes.isEmpty)
    }

    @Test func nothingToWriteTouchesNothing() {
        let files = FaultyFiles()
        let file = log(files)
        #expect(file.append(new: [], updated: [], all: { [] }))
        #expect(files.counts.calls == 0)
    }

    @Test func rotationKeepsTheNewestStateOfAll() {
        let files = FaultyFiles()
        let file = log(files, lines: 100, entries: 20)
        var rare = alarmEntry(1, alarm: 1, name: "rare")
        file.append(new: [rare], updated: [], all: { [] })
        rare.flags = [.processed]
        rare.handlerCode = 3
        file.append(new: [], updated: [rare], all: { [] })
        for id in UInt32(2)...1000 {
            file.append(new: [alarmEntry(id, alarm: 100 + id % 5)], updated: [], all: { [] })
            #expect(files[file.path]?.count { $0 == 10 } ?? 0 < 100)
        }
        #expect(files.paths == ["/lib/health/health-log.db", "/lib/health/health-log.db.old"])
        let loaded = file.load()
        #expect(loaded.first == rare)
        #expect(loaded.dropFirst().map(\.uniqueID) == Array(981...1000))
        #expect(files[file.path + ".old"]!.count { $0 == 10 } == 21)
        #expect(reports.codes.isEmpty)
    }

    @Test func ofEachAlarmTheNewestStays() {
        let files = FaultyFiles()
        let file = log(files, entries: 10)
        let all = (1...50).map { alarmEntry($0, alarm: 1000 + $0) } + entries(51...100, alarms: 2)
        file.append(new: all, updated: [], all: { [] })
        let loaded = file.load()
        #expect(loaded.map(\.uniqueID) == Array(1...50) + Array(91...100))
    }

    @Test func aTornLineDoesNotTakeTheNextOne() {
        let files = FaultyFiles()
        let file = log(files)
        file.append(new: entries(1...3), updated: [], all: { [] })
        let whole = files[file.path]!
        let last = whole.dropLast().lastIndex(of: 10)! + 1
        for end in last...whole.count {
            files[file.path] = Array(whole[..<end])
            let after = log(files)
            let before = after.load().map(\.uniqueID)
            #expect(before.starts(with: [1, 2]))
            #expect(after.append(new: [alarmEntry(9)], updated: [], all: { [] }))
            #expect(after.load().map(\.uniqueID) == before + [9], "cut at \(end)")
        }
        #expect(Set(reports.codes) == ["ND-N9"])
    }

    @Test func damagedLinesAreSkippedAndCounted() {
        let files = FaultyFiles()
        let file = log(files)
        file.append(new: entries(1...2), updated: [], all: { [] })
        files[file.path]! += Array("# a comment\n\n\u{0}\u{0}\u{0}\nX\t1\n".utf8)
        file.append(new: entries(3...3), updated: [], all: { [] })
        #expect(file.load().map(\.uniqueID) == [1, 2, 3])
        #expect(reports.texts.count == 1)
        #expect(reports.texts.first?.contains("has 3 lines that are none and are skipped; 3 entries were read") == true)
    }

    @Test func aCrashAtAnyMomentLosesNothingThatWasWritten() {
        for moment in 0..<60 {
            let files = FaultyFiles()
            let file = log(files, lines: 100, entries: 200)
            file.append(new: entries(1...95), updated: [], all: { [] })
            files.set([.crash(at: moment)])
            var written: UInt32 = 95
            for id in UInt32(96)...110 where file.append(new: [alarmEntry(id)], updated: [], all: { [] }) {
                written = id
            }
            let after = files.afterCrash()
            let again = log(after, lines: 100, entries: 200)
            let loaded = again.load().map(\.uniqueID)
            #expect(loaded.starts(with: 1...written), "moment \(moment)")
            #expect(again.append(new: [alarmEntry(500)], updated: [], all: { [] }))
            #expect(again.load().map(\.uniqueID) == loaded + [500], "moment \(moment)")
        }
    }

    @Test func aPowerFailureLeavesWhatIsReadable() {
        let files = FaultyFiles()
        let file = log(files, lines: 100, entries: 200)
        file.append(new: entries(1...120), updated: [], all: { [] })
        file.append(new: entries(121...130), updated: [], all: { [] })
        let again = log(files.afterPowerFailure(), lines: 100, entries: 200)
        #expect(again.load().map(\.uniqueID) == Array(1...120))
        #expect(again.append(new: [alarmEntry(131)], updated: [], all: { [] }))
        #expect(again.load().map(\.uniqueID) == Array(1...120) + [131])
    }

    @Test func aFullDiskIsSaidOnceAndMadeUpFor() {
        let files = FaultyFiles()
        let file = log(files)
        file.append(new: entries(1...2), updated: [], all: { [] })
        files.set([.noSpace(afterBytes: 100)])
        #expect(!file.append(new: entries(3...3), updated: [], all: { [] }))
        #expect(!file.append(new: entries(4...4), updated: [], all: { entries(1...4) }))
        file.retry(all: { entries(1...4) })
        #expect(file.isBehind)
        #expect(reports.codes == ["ND-N7"])
        #expect(reports.texts[0].contains("No space left on device"))
        files.set([])
        #expect(file.load().map(\.uniqueID) == [1, 2])
        file.retry(all: { entries(1...4) })
        #expect(!file.isBehind)
        #expect(file.load().map(\.uniqueID) == [1, 2, 3, 4])
        #expect(reports.codes == ["ND-N7", "ND-N8"])
    }

    @Test func shortWritesAreWrittenToTheEnd() {
        let files = FaultyFiles()
        files.set([.shortWrites(7)])
        let file = log(files)
        #expect(file.append(new: entries(1...5), updated: [], all: { [] }))
        #expect(file.load().count == 5)
    }

    @Test func aReadOnlyDiskStopsNothing() {
        let files = FaultyFiles()
        files.set([.readOnly])
        let file = log(files)
        #expect(file.load().isEmpty)
        for id in UInt32(1)...5 { #expect(!file.append(new: entries(id...id), updated: [], all: { entries(1...id) })) }
        #expect(reports.codes == ["ND-N7"])
    }

    @Test func aRotationThatFailsIsTriedAgainLater() {
        let files = FaultyFiles()
        let file = log(files, lines: 100)
        file.append(new: entries(1...99), updated: [], all: { [] })
        // Room for a line, none for the new file.
        files.set([.noSpace(afterBytes: 2000)])
        #expect(file.append(new: entries(100...100), updated: [], all: { [] }))
        #expect(reports.codes == ["ND-N7"])
        files.set([])
        for id in UInt32(101)...109 { file.append(new: entries(id...id), updated: [], all: { [] }) }
        #expect(files[file.path + ".old"] == nil)
        file.append(new: entries(110...110), updated: [], all: { [] })
        #expect(files[file.path + ".old"] != nil && files[file.path] == nil)
        #expect(file.load().count == 110)
    }

    @Test func aBrokenDiskIsSaidWhenItIsRead() {
        let files = FaultyFiles()
        let file = log(files)
        file.append(new: entries(1...2), updated: [], all: { [] })
        files.set([.failing(at: 0, times: 100)])
        #expect(file.load().isEmpty)
        #expect(reports.codes == ["ND-N12"])
    }

    @Test func realDirectoriesAreMadeAndNoDescriptorStays() throws {
        try withScratch { scratch in
            let before = try Files.names(in: "/proc/self/fd").count
            let logs = (0..<50).map { log(SystemFiles(), lines: 100, in: "\(scratch)/\($0)/health") }
            for file in logs {
                for id in UInt32(1)...3 { #expect(file.append(new: entries(id...id), updated: [], all: { [] })) }
                #expect(file.load().count == 3)
            }
            // One of each call would be 200; other tests have theirs meanwhile.
            #expect(try Files.names(in: "/proc/self/fd").count - before < 100)
            // A file where the directory should be.
            try Files.create([], at: scratch + "/file", mode: 0o600)
            let file = log(SystemFiles(), in: scratch + "/file/health")
            #expect(file.load().isEmpty)
            #expect(!file.append(new: entries(1...1), updated: [], all: { [] }))
            #expect(reports.texts.last?.contains("Not a directory") == true)
        }
    }
}
