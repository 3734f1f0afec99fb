import Basics
import Glibc
import Store

/// /proc/net/sockstat: IPv4 sockets by kind (collectors §6).
struct SockstatCollector: CollectorModule {
    static let name = "/proc/net/sockstat"
    private static let section = "plugin:proc:/proc/net/sockstat"

    private let file: ProcFile
    private let memoryLimits: ProcFile
    private let orphanLimit: ProcFile
    private var limitsDue: Every
    private var knownLimits: [Int64] = [-1, -1, -1, -1]
    private let table: FieldTable
    private var charts: FieldCharts

    init(_ options: CollectionOptions) {
        file = options.file("/proc/net/sockstat")
        memoryLimits = options.file("/proc/sys/net/ipv4/tcp_mem", isOnePiece: true)
        orphanLimit = options.file("/proc/sys/net/ipv4/tcp_max_orphans", isOnePiece: true)
        limitsDue = Every(seconds: 60)
        let definitions = Self.charts
        table = FieldTable(definitions.flatMap(\.fields))
        charts = FieldCharts(
            definitions,
            section: Self.section,
            source: .proc(Self.name),
            table: table,
            options: options
        )
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        if limitsDue.isDue(tick) { publishLimits(in: &database, at: tick) }
        guard let bytes = file.read(into: tick.buffer) else { return false }
        table.parseGroups(bytes)
        charts.collect(into: &database, at: tick)
        return true
    }

    private mutating func publishLimits(in database: inout HostDatabase, at tick: Tick) {
        if let orphans = orphanLimit.readNumber(into: tick.buffer) {
            publish(0, "tcp_max_orphans", orphans, in: &database)
        }
        guard let bytes = memoryLimits.read(into: tick.buffer) else { return }
        let kibibytesInPage = Int64(getpagesize()) / 1024
        var cursor = ByteCursor(bytes)
        for (index, name) in ["tcp_mem_low", "tcp_mem_pressure", "tcp_mem_high"].enumerated() {
            publish(index + 1, name, cursor.number() &* kibibytesInPage, in: &database)
        }
    }

    private mutating func publish(_ index: Int, _ name: String, _ value: Int64, in database: inout HostDatabase) {
        guard knownLimits[index] != value else { return }
        knownLimits[index] = value
        database.setHostVariable(name, Double(value))
    }
}

/// /proc/net/sockstat6: the same of IPv6.
struct Sockstat6Collector: CollectorModule {
    static let name = "/proc/net/sockstat6"
    private static let section = "plugin:proc:/proc/net/sockstat6"

    private let file: ProcFile
    private let table: FieldTable
    private var charts: FieldCharts

    init(_ options: CollectionOptions) {
        file = options.file("/proc/net/sockstat6")
        let definitions = Self.charts
        table = FieldTable(definitions.flatMap(\.fields))
        charts = FieldCharts(
            definitions,
            section: Self.section,
            source: .proc(Self.name),
            table: table,
            options: options
        )
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        table.parseGroups(bytes)
        charts.collect(into: &database, at: tick)
        return true
    }
}

extension SockstatCollector {
    private static var charts: [FieldChart] {
        let page = Int64(getpagesize())
        return [
            chart(
                "ipv4 sockets",
                "sockets",
                "IPv4 Sockets Used",
                "sockets",
                "sockets",
                5100,
                [.absolute("used")],
                ["sockets.used"]
            ),
            chart(
                "ipv4 TCP sockets",
                "tcp_sockets",
                "IPv4 TCP Sockets",
                "sockets",
                "tcp",
                5201,
                [.absolute("alloc"), .absolute("orphan"), .absolute("inuse"), .absolute("timewait")],
                ["TCP.alloc", "TCP.orphan", "TCP.inuse", "TCP.tw"]
            ),
            chart(
                "ipv4 TCP memory",
                "tcp_mem",
                "IPv4 TCP Sockets Memory",
                "KiB",
                "tcp",
                5290,
                type: .area,
                [.absolute("mem", page, 1024)],
                ["TCP.mem"]
            ),
            chart(
                "ipv4 UDP sockets",
                "udp_sockets",
                "IPv4 UDP Sockets",
                "sockets",
                "udp",
                5300,
                [.absolute("inuse")],
                ["UDP.inuse"]
            ),
            chart(
                "ipv4 UDP memory",
                "udp_mem",
                "IPv4 UDP Sockets Memory",
                "KiB",
                "udp",
                5390,
                type: .area,
                [.absolute("mem", page, 1024)],
                ["UDP.mem"]
            ),
            chart(
                "ipv4 UDPLITE sockets",
                "udplite_sockets",
                "IPv4 UDPLITE Sockets",
                "sockets",
                "udplite",
                5400,
                [.absolute("inuse")],
                ["UDPLITE.inuse"]
            ),
            chart(
                "ipv4 RAW sockets",
                "raw_sockets",
                "IPv4 RAW Sockets",
                "sockets",
                "raw",
                5450,
                [.absolute("inuse")],
                ["RAW.inuse"]
            ),
            chart(
                "ipv4 FRAG sockets",
                "frag_sockets",
                "IPv4 FRAG Sockets",
                "fragments",
                "fragments",
                5460,
                [.absolute("inuse")],
                ["FRAG.inuse"]
            ),
            chart(
                "ipv4 FRAG memory",
                "frag_mem",
                "IPv4 FRAG Sockets Memory",
                "KiB",
                "fragments",
                5470,
                type: .area,
                [.absolute("mem", 1, 1024)],
                ["FRAG.memory"]
            ),
        ]
    }

    private static func chart(
        _ option: String,
        _ id: String,
        _ title: String,
        _ units: String,
        _ family: String,
        _ priority: Int,
        type: ChartType = .line,
        _ dimensions: [DimensionDefinition],
        _ fields: [String]
    ) -> FieldChart {
        .init(
            option,
            ChartTemplate("ipv4.sockstat_" + id, title, units, family: family, priority, type: type, dimensions),
            fields: fields
        )
    }
}

extension Sockstat6Collector {
    private static var charts: [FieldChart] {
        [
            chart("ipv6 TCP sockets", "tcp", "TCP", "sockets", "tcp6", 6500, "TCP6.inuse"),
            chart("ipv6 UDP sockets", "udp", "UDP", "sockets", "udp6", 6600, "UDP6.inuse"),
            chart("ipv6 UDPLITE sockets", "udplite", "UDPLITE", "sockets", "udplite6", 6700, "UDPLITE6.inuse"),
            chart("ipv6 RAW sockets", "raw", "RAW", "sockets", "raw6", 6800, "RAW6.inuse"),
            chart("ipv6 FRAG sockets", "frag", "FRAG", "fragments", "fragments6", 6400, "FRAG6.inuse"),
        ]
    }

    private static func chart(
        _ option: String,
        _ id: String,
        _ kind: String,
        _ units: String,
        _ family: String,
        _ priority: Int,
        _ field: String
    ) -> FieldChart {
        .init(
            option,
            ChartTemplate(
                "ipv6.sockstat6_\(id)_sockets",
                "IPv6 \(kind) Sockets",
                units,
                family: family,
                priority,
                [.absolute("inuse")]
            ),
            fields: [field]
        )
    }
}
