import Basics
import Config
import Diagnostics
import Store
import System
import Testing

@testable import Health

@Suite struct HealthFileTests {
    private func read(_ text: String) -> HealthFile { HealthFile(Array(text.utf8), path: "/h/x.conf") }

    private func codes(_ text: String) -> [String] { read(text).findings.map(\.condition.code) }

    @Test func everyKeyIsRead() throws {
        let file = read(
            """
            # a comment
             template: disk space-usage
                   on: disk.space
                class: 'Utilization'
                 type: System
            component: Disk
                   os: linux freebsd
                hosts: !a *
             families: !/dev *
               charts: disk*
               plugin: proc.plugin
               module: /proc/*
               lookup: max -1m at -10s unaligned absolute of avail used foreach u*,v*
                 calc: $used * 100 / \\
                       ($avail + $used)
                units: %
                every: 1m
                 warn: $this > (($status >= $WARNING ) ? (80) : (90))
                 crit: $this > 98
                green: 10
                  red: 90.5
                delay: up 1m down 15m multiplier 1.5 max 1h
               repeat: warning 2m critical 1m
              options: no-clear-notification
                 info: disk of $family "is" full
                 exec: /bin/x
                   to: sysadmin
            """
        )
        #expect(file.findings.map(\.condition.code) == ["ND-A13"])
        let one = try #require(file.definitions.first)
        #expect(one.name == "disk_space_usage")
        #expect(one.line == 2)
        #expect(one.classification == " Utilization ")
        #expect(one.lookup?.after == -60)
        #expect(one.lookup?.before == -10)
        #expect(one.lookup?.options == [.unaligned, .absolute])
        #expect(one.lookup?.dimensions == "avail used")
        #expect(one.lookup?.foreach == "u*,v*")
        #expect(one.calculation?.source == "$used * 100 / ($avail + $used)")
        #expect(one.every == 60)
        #expect(one.green == 10 && one.red == 90.5)
        #expect(one.delay.up == 60 && one.delay.down == 900 && one.delay.multiplier == 1.5 && one.delay.most == 3600)
        #expect(one.repetition?.warning == 120 && one.repetition?.critical == 60)
        #expect(!one.hasClearNotification)
        #expect(one.info == "disk of $family  is  full")
        #expect(one.families?.matches("/dev") == false)
    }

    @Test func mistakesAreFoundWhereTheyAre() {
        #expect(codes("on: x\n") == ["ND-A2"])
        #expect(codes("os: linux\nhosts: *\n").isEmpty)
        #expect(codes("nonsense\n") == ["ND-A1"])
        #expect(codes("alarm:\n") == ["ND-A4"])
        #expect(codes("alarm: a\non: c\n") == ["ND-A11"])
        #expect(codes("alarm: a\non: c\nevery: 10\n") == ["ND-A12"])
        #expect(codes("alarm: a\nevery: 1s\ncalc: 1\n") == ["ND-A10"])
        #expect(codes("alarm: a\non: c\nevery: 1s\ncalc: 1\nfamilies: x\n") == ["ND-A3"])
        #expect(codes("alarm: a\non: c\nevery: 1s\ncalc: 1 +\nwarn: 1\n") == ["ND-A6"])
        #expect(codes("alarm: a\non: c\nlookup: avg -1m\ncalc: 1\nevery: 1s\n") == ["ND-A7"])
        #expect(codes("alarm: a\non: c\nlookup: average -1m quickly\n") == ["ND-A7"])
        #expect(codes("alarm: a\non: c\nevery: soon\nevery: 1s\ncalc: 1\n") == ["ND-A8", "ND-A5"])
        #expect(codes("alarm: a\non: c\nevery: 1s\ncalc: 1\noptions: loud\n") == ["ND-A9"])
        #expect(codes("alarm: a\ncalc: " + String(repeating: "1 + ", count: 2000) + "1\n") == ["ND-A14", "ND-A10"])
        let finding = read("\n\nalarm: a\non: c\nevery: 1s\nwarn: (1\n").findings.first
        #expect(finding?.whereToLook == "/h/x.conf:6")
        #expect(
            finding?.message
                == "Health configuration at line 6 of file '/h/x.conf' for alarm 'a' at key 'warn' has unparse-able expression '(1': expected operand at ''"
        )
    }

    @Test func theLaterOfEveryAndLookupCounts() {
        #expect(read("alarm: a\non: c\nevery: 5s\nlookup: sum -1h every 10s\n").definitions.first?.every == 10)
        #expect(read("alarm: a\non: c\nlookup: sum -1h\nevery: 5s\n").definitions.first?.every == 5)
        #expect(read("alarm: a\non: c\nlookup: sum -1h\n").definitions.first?.every == 3600)
    }

    @Test func durations() {
        for (text, seconds) in [
            ("10", 10), ("-10m", -600), ("5min", 300), ("1.5h", 5400), ("2d", 172_800), ("1w", 604_800),
            ("1M", 2_592_000),
            ("1Y", 31_536_000), ("never", 0), (".5m", 30), ("+3s", 3), ("7x", 7),
        ] {
            #expect(healthSeconds(text) == seconds, "\(text)")
        }
        for text in ["", "soon", "m", "-", "1.2.3", "9e99", "99999999999999999999Y"] {
            #expect(healthSeconds(text) == nil || text == "9e99", "\(text)")
        }
    }

    /// Cut at any byte, a file is read without a trap, and finds nothing that isn't there.
    @Test func cutFilesAreRead() {
        let text =
            "alarm: a\non: c\nlookup: max -1m of x\\\n  y\ncalc: ($this > 1) ? (2) : (3)\nevery: 10s\ndelay: up 1m down 2m\n"
        let bytes = Array(text.utf8)
        for end in bytes.indices { #expect(HealthFile(Array(bytes[..<end]), path: "x").definitions.count <= 1) }
        #expect(HealthFile(bytes + [0, 0xff, 10, 0x5c], path: "x").definitions.count == 1)
    }

    /// All files that Debian's netdata brings, where it was fetched: as the original reads them.
    @Test func theStockFilesAreReadAsByTheOriginal() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let directory = root + "/.build/netdata/usr/lib/netdata/conf.d/health.d"
        try #require(Files.exists(directory), "no stock files: run `make test-deps`, which fetches Netdata 1.37.1")
        var lines: [String] = []
        for row in try fixture("stock-counts.tsv").split(separator: "\n").dropFirst() {
            let fields = row.split(separator: "\t").map(String.init)
            guard fields[0].hasSuffix(".conf") else { continue }
            let file = HealthFile(try Files.read(directory + "/" + fields[0], limit: 1 << 20), path: fields[0])
            #expect(file.findings.isEmpty, "\(file.findings.map(\.message))")
            #expect(file.definitions.count { $0.kind == .alarm } == Int(fields[1]), "\(fields[0])")
            #expect(file.definitions.count { $0.kind == .template } == Int(fields[2]), "\(fields[0])")
            lines += file.definitions.map { [fields[0], $0.kind.rawValue, $0.name, $0.on].joined(separator: "\t") }
        }
        let expected = try fixture("stock-entities.tsv").split(separator: "\n").dropFirst()
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).prefix(4).joined(separator: "\t") }
        #expect(lines.sorted() == expected.sorted())
    }
}

@Suite struct AlarmRuleTests {
    @Test func statusFollowsFromBothExpressions() {
        let no = CompiledExpression.Outcome.value(0)
        let yes = CompiledExpression.Outcome.value(2)
        let failed = CompiledExpression.Outcome.failure(.unset)
        #expect(AlarmStatus.decided(warning: nil, critical: nil) == .undefined)
        #expect(AlarmStatus.decided(warning: no, critical: nil) == .clear)
        #expect(AlarmStatus.decided(warning: yes, critical: no) == .warning)
        #expect(AlarmStatus.decided(warning: yes, critical: failed) == .warning)
        #expect(AlarmStatus.decided(warning: failed, critical: no) == .clear)
        #expect(AlarmStatus.decided(warning: no, critical: yes) == .critical)
        #expect(AlarmStatus.decided(warning: failed, critical: failed) == .undefined)
    }

    @Test func delaysGrowWhileItFlaps() {
        var rule = AlarmDefinition.Delay()
        rule.up = 2
        rule.down = 6
        rule.multiplier = 2
        rule.most = 30
        var delay = NotificationDelay(rule)
        delay.note(from: .clear, to: .warning, now: 100)
        #expect(delay.until == 102)
        delay.note(from: .warning, to: .clear, now: 101)
        #expect(delay.seconds == 12)
        delay.note(from: .clear, to: .warning, now: 102)
        #expect(delay.seconds == 8)
        for second in 103..<110 { delay.note(from: .warning, to: .clear, now: second) }
        #expect(delay.seconds == 30)
        delay.note(from: .clear, to: .critical, now: 1000)
        #expect(delay.seconds == 2, "it has settled")
    }

    @Test func valuesHaveTheirUnits() {
        for (value, units, text) in [
            (44, "units", "44 units"), (19.33, "%", "19.3%"), (19.33, "percentage", "19.3%"), (1234.6, "ms", "1235 ms"),
            // Just above the middle, as C's printf sees it.
            (0.003125, "%", "0.00313%"), (0.123, "s", "0.12 s"), (0.0123, "x", "0.0123 x"), (0.00001, "x", "0.00001 x"),
            (0, "x", "0 x"),
            (-3.5, "KiB/s", "-3.5 KiB/s"), (.nan, "x", "-"), (1, "on/off", "on"), (0, "up/down", "down"),
            (.nan, "on/off", "on"),
            (0, "seconds", "now"), (90_061, "seconds", "1 day 01:01:01"), (61, "seconds ago", "00:01:01 ago"),
            (.nan, "seconds", "undefined"), (3000, "minutes", "2d 02h 00m"), (90, "minutes ago", "1h 30m ago"),
            (5, "minutes", "0h 5m"), (0.4, "seconds", "00:00:00"), (0.4, "minutes", "0h 0m"), (-30, "hours", "1d 6h"),
            (0, "hours ago", "now"), (1e16, "seconds", "115740740740 days 17:46:40"), (1e20, "minutes", "undefined"),
            (.infinity, "seconds ago", "undefined"),
            (50, "hours", "2d 2h"), (5, "", "5"), (5, "null", "5"),
        ] as [(Double, String, String)] {
            #expect(valueText(value, units: units) == text, "\(value) \(units)")
        }
    }
}
