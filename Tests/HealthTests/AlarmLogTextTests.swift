import Store
import Testing

@testable import Health

@Suite struct AlarmLogTextTests {
    private func line(_ entry: AlarmEntry, isNew: Bool = true, hostname: String = "web01") -> String {
        String(decoding: AlarmLogText.line(entry, isNew: isNew, hostname: hostname), as: UTF8.self)
    }

    private func read(_ line: String) -> AlarmEntry? { AlarmLogText.entry(Array(line.utf8.prefix { $0 != 10 })[...]) }

    private var full: AlarmEntry {
        var entry = alarmEntry()
        entry.updatesID = 998
        entry.updatedByID = 1001
        entry.lastRepeat = 1_795_339_400
        entry.handlerRunAt = 1_795_339_456
        entry.handlerCode = -1
        entry.flags = [.processed, .updated, .handlerRun, .noClearNotification, .folded]
        return entry
    }

    @Test func fieldsAreThoseOfTheOriginal() {
        let expected = [
            "A", "web01", "000003e8", "000001f4", "00000003", "000003e9", "000003e6", "6b02b4ba", "00000056",
            "0000000c",
            "80000107", "6b02b4c0", "6b02b4bf", "t_gauge", "test.gauge", "tfam",
            "/usr/lib/netdata/plugins.d/alarm-notify.sh", "sysadmin", "1@/etc/netdata/health.d/test.conf", "widgets",
            "is high", "-1", "3", "1", "5", "30.000000", "2.000000", "000000006b02b488", "Utilization", "Disk",
            "System",
            "test.context", "403e000000000000", "4000000000000000\n",
        ]
        #expect(line(full).split(separator: "\t").map(String.init) == expected)
        #expect(line(full, isNew: false).hasPrefix("U\tweb01\t"))
    }

    @Test func whatIsWrittenIsReadAgain() {
        #expect(read(line(full)) == full)
        for value in [Double.nan, .infinity, -.infinity, 0.1, -1e300, .leastNonzeroMagnitude, 123_456_789.123456, -0.5]
        {
            var entry = full
            entry.value = value
            entry.oldValue = -value
            #expect(read(line(entry)) == entry, "\(value)")
        }
        for status in AlarmStatus.allCases {
            var entry = full
            entry.status = status
            #expect(read(line(entry)) == entry)
        }
    }

    @Test func valuesAreWrittenAsByC() {
        func value(_ value: Double) -> String { String(line(alarmEntry(value: value)).split(separator: "\t")[25]) }
        #expect(value(0.1) == "0.100000")
        #expect(value(-0.0000004) == "-0.000000")
        #expect(value(1.9999999) == "2.000000")
        #expect(value(1e20) == "100000000000000000000.000000")
        #expect(value(12345.678901) == "12345.678901")
        #expect(value(.nan) == "nan")
        #expect(value(-.infinity) == "-inf")
    }

    @Test func linesOfOlderVersionsAreRead() throws {
        // Of 1.37: without what we add. Then without class, component and type; then without the last repetition.
        let fields = line(full).split(separator: "\t", omittingEmptySubsequences: false)
        var expected = full
        expected.context = ""
        #expect(read(fields[..<31].joined(separator: "\t")) == expected)
        expected.classification = ""
        expected.component = ""
        expected.type = ""
        #expect(read(fields[..<28].joined(separator: "\t")) == expected)
        expected.lastRepeat = 0
        #expect(read(fields[..<27].joined(separator: "\t")) == expected)
        #expect(read(fields[..<26].joined(separator: "\t")) == nil)
    }

    @Test func textsCannotBreakALine() throws {
        var entry = full
        entry.info = "a\tb\nc\u{1b}[0m\u{0}\r\n\u{9b}d"
        entry.name = "n\n\tA"
        let text = line(entry, hostname: "x\ty\nz")
        #expect(text.utf8.count { $0 == 10 } == 1 && text.hasSuffix("\n"))
        let again = try #require(read(text))
        #expect(again.info == "a b c [0m    d")
        #expect(again.name == "n  A")
        #expect(again.uniqueID == entry.uniqueID)
    }

    @Test func textsHaveALimit() throws {
        var entry = full
        entry.info = String(repeating: "é", count: AlarmLogText.textLimit / 2)
        #expect(read(line(entry))?.info == entry.info)
        entry.info = "x" + entry.info
        #expect(read(line(entry))?.info.utf8.count == AlarmLogText.textLimit - 1)
        let long = String(repeating: "x", count: 100_000)
        for path in [
            \AlarmEntry.name, \.chart, \.context, \.family, \.classification, \.component, \.type, \.handler,
            \.recipient,
            \.source, \.units, \.info,
        ] { entry[keyPath: path] = long }
        let text = line(entry, hostname: long)
        #expect(text.utf8.count <= AlarmLogText.lineLimit)
        #expect(read(text) != nil)
        #expect(
            AlarmLogText.entry(Array(line(full).utf8.dropLast())[...] + [UInt8](repeating: 9, count: 70_000)) == nil
        )
    }

    @Test func linesCutAnywhereAreReadOrRefused() {
        let whole = Array(line(full).utf8.dropLast())
        for end in 0...whole.count {
            guard let entry = AlarmLogText.entry(whole[..<end]) else { continue }
            // What can be missing is behind the two values.
            #expect(entry.uniqueID == full.uniqueID && entry.info == full.info && entry.status == full.status)
            #expect(whole[..<end].count { $0 == 9 } >= 26)
        }
        for start in 1..<whole.count { #expect(AlarmLogText.entry(whole[start...]) == nil) }
    }

    @Test func randomBytesAreSurvived() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededNumbers(seed: seed)
        let whole = Array(line(full).utf8.dropLast())
        for round in 0..<3000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert([9, 0x30, 0xff, 0x2d].randomElement(using: &random)!, at: index)
                }
            }
            guard let entry = AlarmLogText.entry(bytes[...]) else { continue }
            // Whatever it is taken for can be written and read again.
            let again = AlarmLogText.entry(AlarmLogText.line(entry, isNew: true, hostname: "").dropLast())
            #expect(again?.uniqueID == entry.uniqueID, "seed \(seed), round \(round)")
        }
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(AlarmLogText.entry(bytes[...]) == nil, "seed \(seed), length \(length)")
        }
    }

    @Test func numbersThatAreNoneAreRefused() {
        let fields = line(full).split(separator: "\t").map(String.init)
        func with(_ index: Int, _ text: String) -> AlarmEntry? {
            var changed = fields
            changed[index] = text
            return read(changed.joined(separator: "\t"))
        }
        #expect(with(0, "B") == nil && with(0, "AU") == nil)
        #expect(with(2, "00000000") == nil && with(2, "100000000") == nil && with(2, "-1") == nil && with(2, "") == nil)
        #expect(with(3, "0") == nil)
        #expect(with(7, "ffffffffffffffff") == nil && with(7, "00000000000000001") == nil)
        #expect(with(22, "2") == nil && with(22, "9") == nil && with(22, "x") == nil)
        #expect(with(25, "x") == nil)
        #expect(with(32, "zz")?.value == 30 && with(33, "")?.oldValue == 2)
        #expect(with(2, "ffffffff")?.uniqueID == .max)
    }
}
