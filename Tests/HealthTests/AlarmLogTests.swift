import Store
import Testing

@testable import Health

/// What a host's alarm log keeps in memory (health §6).
@Suite struct AlarmLogTests {
    private static func entry(_ log: inout AlarmLog, _ name: String, settled: Bool = true) -> AlarmEntry {
        let known = log.identify(chart: "test.gauge", name: name)
        var entry = alarmEntry(log.takeUniqueID(), alarm: known.id, name: name)
        if settled { entry.flags.insert(.processed) }
        return entry
    }

    @Test func itIsCutToTwoThirdsBeyondItsLimit() {
        var log = AlarmLog(now: 1000, limit: 30)
        for index in 0..<30 { log.append(Self.entry(&log, "a\(index)")) }
        log.trim()
        #expect(log.entries.count == 30)
        log.append(Self.entry(&log, "b"))
        log.trim()
        #expect(log.entries.count == 20 && log.entries.last?.name == "b" && log.entries.first?.name == "a11")
    }

    @Test func whatNobodyHasDecidedOnStays() {
        var log = AlarmLog(now: 1000, limit: 30)
        log.append(Self.entry(&log, "waits", settled: false))
        for index in 0..<100 {
            log.append(Self.entry(&log, "a\(index)"))
            log.trim()
        }
        #expect(log.entries.count <= 31)
        #expect(log.entries.first?.name == "waits")
        // A newer one of the same alarm makes it one like the others.
        log.append(Self.entry(&log, "waits"))
        for index in 0..<100 {
            log.append(Self.entry(&log, "b\(index)"))
            log.trim()
        }
        #expect(!log.entries.contains { $0.name == "waits" })
    }

    @Test func forWhichStatusAHandlerRanIsKnownHoweverLongAgo() {
        var log = AlarmLog(now: 1000, limit: 30)
        let told = Self.entry(&log, "told")
        log.append(told)
        log.noteRun(told)
        for index in 0..<100 {
            log.append(Self.entry(&log, "a\(index)"))
            log.trim()
        }
        #expect(!log.entries.contains { $0.name == "told" })
        #expect(log.told(of: told) == .warning)
        let next = Self.entry(&log, "told")
        #expect(log.append(next) == nil, "the one before is not in memory")
        #expect(log.told(of: next) == .warning)
    }

    @Test func whatEarlierRunsToldIsKnown() {
        var log = AlarmLog(now: 1000, limit: 30)
        var entries: [AlarmEntry] = []
        for index in 0..<40 {
            var entry = Self.entry(&log, "a\(index)")
            if index == 0 { entry.flags.insert(.handlerRun) }
            entries.append(entry)
        }
        let next = AlarmLog(now: 5000, limit: 30, entries: entries)
        #expect(next.entries.count == 20)
        #expect(next.told(of: entries[0]) == .warning && next.told(of: entries[1]) == nil)
        #expect(next.nextUniqueID == entries[39].uniqueID + 1)
    }

    @Test func entriesOfOneAlarmAreLinked() {
        var log = AlarmLog(now: 1000, limit: 30)
        let first = Self.entry(&log, "a")
        log.append(first)
        log.append(Self.entry(&log, "b"))
        let second = Self.entry(&log, "a")
        #expect(log.append(second)?.uniqueID == first.uniqueID)
        #expect(log[first.uniqueID]?.updatedByID == second.uniqueID)
        #expect(log[first.uniqueID]?.flags.contains(.updated) == true)
        #expect(log[second.uniqueID]?.updatesID == first.uniqueID)
    }

    @Test func numbersOfAlarmsThatAreGoneAreForgottenWhenTheyAreTooMany() {
        var log = AlarmLog(now: 1000, limit: 30)
        let kept = Self.entry(&log, "kept")
        log.append(kept)
        for index in 0..<AlarmLog.goneAtMost - 1 { _ = log.identify(chart: "c\(index)", name: "a") }
        #expect(!log.isCrowded(bound: 0))
        _ = log.identify(chart: "c", name: "a")
        _ = log.identify(chart: "d", name: "a")
        #expect(log.isCrowded(bound: 0) && !log.isCrowded(bound: 1))
        log.forgetOthers(than: [])
        #expect(!log.isCrowded(bound: 0))
        #expect(log.identify(chart: "test.gauge", name: "kept").id == kept.alarmID)
        #expect(
            log.identify(chart: "c0", name: "a").id > kept.alarmID + UInt32(AlarmLog.goneAtMost),
            "no number is given twice"
        )
    }

    @Test func numbersThatWouldRunOutAreNotBelieved() {
        let good = alarmEntry(AlarmLog.numbersEnd - 1, alarm: AlarmLog.numbersEnd - 1, name: "good")
        let bad = alarmEntry(AlarmLog.numbersEnd, alarm: 5, name: "bad")
        let worse = alarmEntry(7, alarm: .max, name: "worse")
        var log = AlarmLog(now: 1000, limit: 30, entries: [worse, good, bad])
        #expect(log.entries.map(\.name) == ["good"])
        #expect(log.takeUniqueID() == AlarmLog.numbersEnd)
        #expect(log.identify(chart: "c", name: "new").id == AlarmLog.numbersEnd)
        var fresh = AlarmLog(now: 1000, limit: 30, entries: [bad])
        #expect(fresh.takeUniqueID() == 1000)
    }

    @Test func textsThatAreTheSameAreKeptOnce() {
        func address(_ text: String) -> UnsafePointer<UInt8>? {
            text.utf8.withContiguousStorageIfAvailable { $0.baseAddress } ?? nil
        }
        func read() -> AlarmEntry? {
            let line = AlarmLogText.line(
                alarmEntry(info: "a text that is longer than fifteen bytes"),
                isNew: true,
                hostname: "h"
            )
            return AlarmLogText.entry(line.dropLast()[...])
        }
        guard var one = read(), var other = read() else {
            Issue.record("no entry")
            return
        }
        #expect(address(one.info) != address(other.info))
        let before = other
        var texts: Set<String> = []
        one.share(&texts)
        other.share(&texts)
        #expect(other == before)
        #expect(address(one.info) == address(other.info) && address(one.handler) == address(other.handler))
    }
}
