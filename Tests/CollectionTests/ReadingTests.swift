import Basics
import Testing

@testable import Collection

/// The parsers, with what kernels wrote, and with what none would.
@Suite struct ReadingTests {
    private func with<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result
    {
        try Array(text.utf8).withUnsafeBufferPointer(body)
    }

    @Test func oldKernelsHaveFewerTimes() {
        let stat = StatReading()
        with("cpu  1 2 3 4\ncpu0 1 2 3 4 5 6 7\ncpu3 9 9 9 9 9 9 9 9 9 9 77\nctxt\nintr 5 1 1\n", stat.parse)
        #expect(stat.hasTotal)
        #expect(stat.total == .init(user: 1, nice: 2, system: 3, idle: 4))
        #expect(stat.coreCount == 2)
        #expect(stat.cores[1].number == 3)
        #expect(stat.cores[1].times.guestNice == 9)
        #expect(stat.interrupts == 5)
        #expect(stat.switches == 0)
    }

    @Test func coresBeyondTheLimitAreLeftOut() {
        let stat = StatReading()
        with("cpu8191 1\ncpu8192 1\ncpu99999999999999999999 1\ncpu-1 1\n", stat.parse)
        #expect(stat.coreCount == 1)
        #expect(stat.cores[0].number == 8191)
    }

    @Test func aShortLoadIsNone() {
        #expect(with("0.5 1.0 2.0", { LoadReading($0) }) == nil)
        #expect(with("0.5 1.0 2.0 1/2", { LoadReading($0) })?.processes == 2)
        #expect(with("0.5 1.0 2.0 1", { LoadReading($0) })?.processes == 0)
    }

    @Test func pressureTakesItsWordsInAnyOrder() {
        let reading = with("full total=9 avg10=0.5 new=1\nodd\nsome avg300=1 avg60=x") { PressureReading($0) }
        #expect(reading.full == .init(average10: 50, totalMicroseconds: 9))
        #expect(reading.some == .init(average300: 100))
    }

    @Test func interruptsOfOddLines() {
        let table = InterruptTable()
        #expect(with("     CPU0 CPU4\n 1: 5 6 chip edge a:b, c:d\n\nERR: 3\n 7:\n", table.parse))
        #expect(table.processors == 2)
        #expect(table.lines.map(\.name) == ["d_1", "ERR", "7"])
        #expect(table.lines.map(\.total) == [11, 3, 0])
        #expect(table.count(line: 0, processor: 1) == 6)
        #expect(!with("no head\n", table.parse))
        #expect(!with("", table.parse))
        #expect(table.lines.count == 3)
    }

    @Test func interruptsComeAndGo() {
        let table = InterruptTable()
        _ = with(" CPU0\n1: 1 x\n2: 2 y\n3: 3 z\n", table.parse)
        _ = with(" CPU0\n1: 1 x\n3: 4 z\n", table.parse)
        #expect(table.lines.map(\.name) == ["x_1", "z_3"])
        _ = with(" CPU0 CPU1\n1: 1 1 x\n", table.parse)
        #expect(table.lines.map(\.total) == [2])
    }

    @Test func interruptLinesBeyondTheLimitAreLeftOut() {
        let table = InterruptTable()
        let lines = (0..<InterruptTable.lineLimit + 1).map { "\($0): 1 x\n" }.joined()
        #expect(with(" CPU0\n" + lines, table.parse))
        #expect(table.lines.count == InterruptTable.lineLimit)
    }

    @Test func columnsAreFoundAgainWhenTheyMove() {
        let table = FieldTable(["Tcp.InSegs", "Udp.InErrors", "Tcp.OutSegs"])
        let file = ColumnedFile(table)
        with("Tcp: A InSegs OutSegs\nTcp: 1 2 3\nUdp: InErrors\nUdp: 4\n", file.parse)
        #expect([table.values[0], table.values[1], table.values[2]] == [2, 4, 3])
        with("Tcp: OutSegs InSegs\nTcp: 5 6\nUdp: X InErrors\nUdp: 7 8\n", file.parse)
        #expect([table.values[0], table.values[1], table.values[2]] == [6, 8, 5])
        // A line of numbers that is too short, and one that is missing.
        with("Tcp: OutSegs InSegs\nTcp: 9\nUdp: X InErrors", file.parse)
        #expect([table.values[0], table.values[1], table.values[2]] == [6, 8, 9])
    }

    @Test func fieldsThatAreGoneAreKnownAsGone() {
        let table = FieldTable(["pgfault", "oom_kill", "TCP.inuse"])
        with("pgfault 5\noom_kill: 6 kB\nother 7\n", table.parseLines)
        #expect([table.values[0], table.values[1]] == [5, 6])
        with("pgfault 8\n", table.parseLines)
        #expect([table.present[0], table.present[1]] == [true, false])
        with("TCP: alloc 1 inuse 2 odd\nUDP: inuse 3\n", table.parseGroups)
        #expect(table.values[2] == 2)
        #expect(table.index(of: "nothing") == nil)
    }

    @Test func mountsWithOddWords() {
        let mounts = with(
            """
            28 27 8:1 /sub /srv/big\\040disk rw,relatime shared:1 master:2 - xfs /dev/sda1 rw
            29 27 0:5 / /ro ro,nosuid - tmpfs none rw
            30 27 0:6 / /super rw - squashfs /dev/loop1 ro,errors=continue
            31 27 nonsense / /x rw - ext4 /dev/x rw
            32 27 8:1 / /short
            33 27 8:3 / /tail\\04 rw - ext4 /dev\\134x ro

            """,
            MountTable.parse
        )
        #expect(mounts.map(\.point) == ["/srv/big disk", "/ro", "/super", "/tail\\04"])
        #expect(mounts.map(\.isReadOnly) == [false, true, true, true])
        #expect(
            mounts[0]
                == Mount(
                    major: 8,
                    minor: 1,
                    root: "/sub",
                    point: "/srv/big disk",
                    filesystem: "xfs",
                    source: "/dev/sda1",
                    isReadOnly: false
                )
        )
        #expect(mounts[3].source == "/dev\\x")
    }

    @Test func mountsBeyondTheLimitAreLeftOut() {
        let line = "29 27 0:5 / /m rw - tmpfs none rw\n"
        let text = String(repeating: line, count: MountTable.limit + 1)
        #expect(with(text, MountTable.parse).count == MountTable.limit)
    }

    @Test func softnetLinesBeyondTheLimitAreLeftOut() {
        let reading = SoftnetReading()
        with(String(repeating: "1\n", count: SoftnetReading.coreLimit + 1), reading.parse)
        #expect(reading.count == SoftnetReading.coreLimit)
        #expect(reading.total.processed == Int64(SoftnetReading.coreLimit))
    }

    @Test func hexadecimalColumnsBeyondTheLimitAreLeftOut() {
        var table = HexadecimalTable()
        let line = String(repeating: "a ", count: HexadecimalTable.columnLimit + 1)
        with("head\n\(line)\nb 1\n") { table.parse($0) }
        #expect(table.entries == 11)
        #expect(table[HexadecimalTable.columnLimit - 1] == 10)
        #expect(table[1] == 11)
    }

    /// Whatever a file is cut down to, nothing reads beyond it, and nothing traps.
    @Test(arguments: ["first", "second"])
    func filesMayEndAnywhere(_ moment: String) throws {
        let fields = FieldTable(["MemTotal", "pgfault", "Ip6InReceives", "TCP.inuse", "Tcp.InSegs"])
        let parsers: [(String, (UnsafeBufferPointer<UInt8>) -> Void)] = [
            ("stat", StatReading().parse), ("loadavg", { _ = LoadReading($0) }),
            ("pressure/io", { _ = PressureReading($0) }), ("interrupts", { _ = InterruptTable().parse($0) }),
            ("softirqs", { _ = InterruptTable().parse($0) }), ("vmstat", fields.parseLines),
            ("meminfo", fields.parseLines), ("net/snmp6", fields.parseLines), ("net/sockstat", fields.parseGroups),
            ("net/netstat", ColumnedFile(fields).parse), ("net/snmp", ColumnedFile(fields).parse),
            ("net/softnet_stat", SoftnetReading().parse), ("self/mountinfo", { _ = MountTable.parse($0) }),
            (
                "net/stat/nf_conntrack",
                {
                    var table = HexadecimalTable()
                    table.parse($0)
                }
            ),
            ("sysvipc/shm", { _ = IPCReading($0, summing: 3) }),
        ]
        for (file, parse) in parsers {
            let bytes = try CollectionFixtures.bytes("machine/\(moment)/proc/\(file)")
            for end in 0...bytes.count {
                // A copy of exactly that length, so that the sanitizer sees a step too far.
                Array(bytes[..<end]).withUnsafeBufferPointer(parse)
            }
        }
    }

    /// The same for bytes that no kernel would write.
    @Test func filesMayBeRubbish() {
        var state: UInt64 = 88_172_645_463_325_252
        let fields = FieldTable(["a", "b.c"])
        let alphabet = Array("cpu01:= \n\t.-/\\a7\u{0}".utf8) + [0xff]
        for _ in 0..<2000 {
            var bytes: [UInt8] = Array(" CPU0 CPU1\n".utf8)
            for _ in 0..<100 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                bytes.append(alphabet[Int(state % UInt64(alphabet.count))])
            }
            bytes.withUnsafeBufferPointer { bytes in
                StatReading().parse(bytes)
                _ = LoadReading(bytes)
                _ = PressureReading(bytes)
                _ = InterruptTable().parse(bytes)
                fields.parseLines(bytes)
                fields.parseGroups(bytes)
                ColumnedFile(fields).parse(bytes)
                SoftnetReading().parse(bytes)
                _ = MountTable.parse(bytes)
                _ = IPCReading(bytes, summing: 3)
            }
        }
    }
}
