import Store
import Testing

/// Whatever a file of /proc or /sys holds, the collectors go on, and are right again as soon as the file is.
@Suite struct HostileFilesTests {
    /// A file, the module that reads it, and a dimension that shows what it read.
    struct Source: CustomTestStringConvertible, Sendable {
        let file: String
        let module: String
        let chart: String
        let dimension: String

        init(_ file: String, _ module: String, _ chart: String, _ dimension: String) {
            self.file = file
            self.module = module
            self.chart = chart
            self.dimension = dimension
        }

        /// For a module that is called like its file.
        init(_ file: String, _ chart: String, _ dimension: String) {
            self.init(file, file, chart, dimension)
        }

        var testDescription: String { file }
    }

    private static let sources = [
        Source("/proc/net/dev", "net.eth0", "received"),
        Source("/sys/class/net/eth0/mtu", "/proc/net/dev", "net_mtu.eth0", "mtu"),
        Source("/sys/class/net/eth0/speed", "/proc/net/dev", "net_speed.eth0", "speed"),
        Source("/sys/class/net/eth0/operstate", "/proc/net/dev", "net_operstate.eth0", "up"),
        Source("/proc/stat", "system.ctxt", "switches"),
        Source("/proc/uptime", "system.uptime", "uptime"),
        Source("/proc/loadavg", "system.load", "load1"),
        Source("/proc/sys/kernel/random/entropy_avail", "system.entropy", "entropy"),
        Source("/proc/pressure/cpu", "/proc/pressure", "system.cpu_some_pressure", "some 10"),
        Source("/proc/pressure/io", "/proc/pressure", "system.io_full_pressure_stall_time", "time"),
        Source("/proc/pressure/memory", "/proc/pressure", "system.memory_some_pressure", "some 300"),
        Source("/proc/interrupts", "system.interrupts", "LOC"),
        Source("/proc/softirqs", "system.softirqs", "TIMER"),
        Source("/proc/vmstat", "mem.pgfaults", "minor"),
        Source("/proc/meminfo", "system.ram", "free"),
        Source("/sys/kernel/mm/ksm/pages_shared", "/sys/kernel/mm/ksm", "mem.ksm", "shared"),
        Source("/sys/devices/system/node/node1/numastat", "/sys/devices/system/node", "mem.node1", "numa_hit"),
        Source("/proc/net/sockstat", "ipv4.sockstat_sockets", "used"),
        Source("/proc/net/sockstat6", "ipv6.sockstat6_tcp_sockets", "inuse"),
        Source("/proc/net/netstat", "system.ip", "InOctets"),
        Source("/proc/net/snmp", "/proc/net/netstat", "ipv4.packets", "InReceives"),
        Source("/proc/net/snmp6", "/proc/net/netstat", "system.ipv6", "InOctets"),
        Source("/proc/net/softnet_stat", "system.softnet_stat", "processed"),
        Source("/proc/net/stat/nf_conntrack", "/proc/net/stat/conntrack", "netfilter.conntrack_sockets", "connections"),
        Source("/proc/net/stat/synproxy", "netfilter.synproxy_syn_received", "received"),
        Source("/proc/diskstats", "disk.vda", "reads"),
        Source("/proc/self/mountinfo", "/proc/diskstats", "disk_ops.vda", "writes"),
        Source("/proc/sysvipc/shm", "ipc", "system.shared_memory_bytes", "bytes"),
    ]

    @Test(arguments: sources) func aFileMayEndAnywhere(_ source: Source) throws {
        let bytes = try CollectionFixtures.bytes("machine/first" + source.file)
        // The parsers see every offset in ReadingTests; a whole round for each would take minutes for the longest files.
        let step = max(1, bytes.count / 500)
        try survives(source, stride(from: 0, through: bytes.count, by: step).map { Array(bytes[..<$0]) })
    }

    @Test(arguments: sources) func numbersMayBeTooLarge(_ source: Source) throws {
        let text = String(decoding: try CollectionFixtures.bytes("machine/first" + source.file), as: UTF8.self)
        let contents = [
            "18446744073709551615", "9223372036854775808", "99999999999999999999999999", "-1", "0x10", "nan",
        ]
        try survives(source, contents.map { Array(numbers(of: text, replacedBy: $0).utf8) })
    }

    @Test(arguments: sources) func columnsMayBeMissing(_ source: Source) throws {
        let text = String(decoding: try CollectionFixtures.bytes("machine/first" + source.file), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func each(_ change: ([Substring]) -> ArraySlice<Substring>) -> [UInt8] {
            Array(lines.map { change($0.split(separator: " ")).joined(separator: " ") }.joined(separator: "\n").utf8)
        }
        try survives(
            source,
            [
                each { $0.dropFirst() }, each { $0.dropLast() }, each { $0.prefix(1) }, each { $0.prefix(2) },
                each { $0.suffix(1) }, each { $0[...] + $0[...] }, Array(lines.reversed().joined(separator: "\n").utf8),
                Array(lines.dropFirst().joined(separator: "\n").utf8),
            ]
        )
    }

    @Test(arguments: sources) func contentsMayBeRubbish(_ source: Source) throws {
        try survives(
            source,
            [
                [], [10], Array(repeating: 10, count: 1000), Array(repeating: 0x20, count: 1000), [0],
                [0xff, 0xfe, 10, 0x80],
                Array(repeating: 0x61, count: 100_000), Array(repeatElement(Array("a ".utf8), count: 50_000).joined()),
                Array(repeatElement(Array("a: 1\n".utf8), count: 20_000).joined()), Array(":::: : :\n:".utf8),
            ]
        )
    }

    /// Collects the good file, then each of these, then the good file of another moment, which must be shown as Netdata
    /// shows it.
    private func survives(_ source: Source, _ contents: [[UInt8]]) throws {
        let machine = try FakeMachine("first")
        let run = try CollectorRun(machine, only: source.module)
        var second: Int64 = 0
        func tick() {
            // Far enough apart for the modules that run more rarely.
            second += 10
            run.tick(second)
        }
        tick()
        tick()
        #expect(!run.values.of(source.chart, source.dimension).isEmpty)
        for bytes in contents {
            machine.write(source.file, bytes)
            tick()
        }
        try machine.become("second")
        tick()
        tick()
        let golden = try CollectionFixtures.table("real-values.tsv").first {
            $0[0] == source.chart && $0[1] == source.dimension
        }
        let expected = try #require(golden?[2].split(separator: " ").last.flatMap { Int64($0) })
        #expect(run.values.of(source.chart, source.dimension).last == expected)
        #expect(run.isObsolete(source.chart) == false)
    }

    private func numbers(of text: String, replacedBy number: String) -> String {
        var result = ""
        var isInNumber = false
        for character in text {
            let isDigit = character.isASCII && character.isNumber
            if !isDigit { result.append(character) } else if !isInNumber { result += number }
            isInNumber = isDigit
        }
        return result
    }
}
