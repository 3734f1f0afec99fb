import Store

/// /proc/net/stat/nf_conntrack: connections that the firewall keeps track of (collectors §6).
struct ConntrackCollector: CollectorModule {
    static let name = "/proc/net/stat/conntrack"
    private static let section = "plugin:proc:/proc/net/stat/nf_conntrack"
    private static let source = ChartSource.proc("/proc/net/stat/nf_conntrack")

    private struct Part {
        let template: ChartTemplate
        let columns: [Int]
        var chart = LiveChart()
    }

    private let file: ProcFile
    private let maximumFile: ProcFile
    private var maximumDue = Every(seconds: 10)
    private var knownMaximum: Int64?
    private var table = HexadecimalTable()
    private let showsConnections: Bool
    private var connections = LiveChart()
    private var parts: [Part]

    init(_ options: CollectionOptions) {
        file = options.file("/proc/net/stat/nf_conntrack")
        maximumFile = options.file("/proc/sys/net/netfilter/nf_conntrack_max", isOnePiece: true)
        showsConnections = options.isEnabled(Self.section, "netfilter connections")
        parts = Self.parts.compactMap { option, template, columns in
            options.isEnabled(Self.section, option) ? Part(template: template, columns: columns) : nil
        }
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        table.parse(bytes)
        publishMaximum(in: &database, at: tick)
        if showsConnections {
            connections.begin(
                &database,
                tick,
                Self.source,
                Self.template(
                    "sockets",
                    "Connections",
                    "active connections",
                    8700,
                    detail: false,
                    [.absolute("connections")]
                )
            )
            database.set(0, table.entries)
            database.end(now: tick.now)
        }
        for index in parts.indices {
            if !parts[index].chart.isShown {
                let template = parts[index].template
                parts[index].chart.define(template, Self.source, tick, in: &database)
            }
            parts[index].chart.open(&database, tick)
            for (dimension, column) in parts[index].columns.enumerated() {
                database.set(Int32(dimension), table[column])
            }
            database.end(now: tick.now)
        }
        return true
    }

    private mutating func publishMaximum(in database: inout HostDatabase, at tick: Tick) {
        guard maximumDue.isDue(tick), let maximum = maximumFile.readNumber(into: tick.buffer), maximum != knownMaximum
        else { return }
        knownMaximum = maximum
        database.setHostVariable("netfilter_conntrack_max", Double(maximum))
    }
}

extension ConntrackCollector {
    /// Option, chart, and the file's column of each dimension. The columns' names change between kernels, their places
    /// don't.
    private static var parts: [(String, ChartTemplate, [Int])] {
        [
            (
                "netfilter new connections",
                template(
                    "new",
                    "New Connections",
                    "connections/s",
                    8701,
                    detail: false,
                    [.incremental("new"), .incremental("ignore", -1), .incremental("invalid", -1)]
                ), [3, 5, 4]
            ),
            (
                "netfilter connection changes",
                template(
                    "changes",
                    "Changes",
                    "changes/s",
                    8702,
                    detail: true,
                    [.incremental("inserted"), .incremental("deleted", -1), .incremental("delete_list", -1)]
                ), [8, 6, 7]
            ),
            (
                "netfilter connection expectations",
                template(
                    "expect",
                    "Expectations",
                    "expectations/s",
                    8703,
                    detail: true,
                    [.incremental("created"), .incremental("deleted", -1), .incremental("new")]
                ), [14, 15, 13]
            ),
            (
                "netfilter connection searches",
                template(
                    "search",
                    "Searches",
                    "searches/s",
                    8710,
                    detail: true,
                    [.incremental("searched"), .incremental("restarted", -1), .incremental("found")]
                ), [1, 16, 2]
            ),
            (
                "netfilter errors",
                template(
                    "errors",
                    "Errors",
                    "events/s",
                    8705,
                    detail: true,
                    [
                        .incremental("icmp_error"), .incremental("insert_failed", -1), .incremental("drop", -1),
                        .incremental("early_drop", -1),
                    ]
                ), [12, 9, 10, 11]
            ),
        ]
    }

    private static func template(
        _ id: String,
        _ what: String,
        _ units: String,
        _ priority: Int,
        detail: Bool,
        _ dimensions: [DimensionDefinition]
    ) -> ChartTemplate {
        .init(
            "netfilter.conntrack_" + id,
            "Connection Tracker " + what,
            units,
            family: "conntrack",
            priority,
            options: detail ? .detail : [],
            dimensions
        )
    }
}

/// /proc/net/stat/synproxy: what the firewall does against floods of SYN packets (collectors §6).
struct SynproxyCollector: CollectorModule {
    static let name = "/proc/net/stat/synproxy"
    private static let section = "plugin:proc:/proc/net/stat/synproxy"
    private static let source = ChartSource.proc(name)

    private struct Part {
        let template: ChartTemplate
        let columns: [Int]
        let appearance: Appearance
        var chart = LiveChart()
    }

    private let file: ProcFile
    private var table = HexadecimalTable()
    private var parts: [Part]

    init(_ options: CollectionOptions) {
        file = options.file("/proc/net/stat/synproxy")
        parts = Self.parts.compactMap { option, template, columns in
            let appearance = options.appearance(Self.section, option)
            return appearance == .never ? nil : Part(template: template, columns: columns, appearance: appearance)
        }
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        table.parse(bytes)
        for index in parts.indices {
            guard
                parts[index].chart.isShown || parts[index].appearance == .always
                    || parts[index].columns.contains(where: { table[$0] != 0 })
            else { continue }
            if !parts[index].chart.isShown {
                let template = parts[index].template
                parts[index].chart.define(template, Self.source, tick, in: &database)
            }
            parts[index].chart.open(&database, tick)
            for (dimension, column) in parts[index].columns.enumerated() {
                database.set(Int32(dimension), table[column])
            }
            database.end(now: tick.now)
        }
        return true
    }

    private static var parts: [(String, ChartTemplate, [Int])] {
        [
            (
                "SYNPROXY SYN received",
                .init(
                    "netfilter.synproxy_syn_received",
                    "SYNPROXY SYN Packets received",
                    "packets/s",
                    family: "synproxy",
                    8751,
                    [.incremental("received")]
                ), [1]
            ),
            (
                "SYNPROXY connections reopened",
                .init(
                    "netfilter.synproxy_conn_reopened",
                    "SYNPROXY Connections Reopened",
                    "connections/s",
                    family: "synproxy",
                    8753,
                    [.incremental("reopened")]
                ), [5]
            ),
            (
                "SYNPROXY cookies",
                .init(
                    "netfilter.synproxy_cookies",
                    "SYNPROXY TCP Cookies",
                    "cookies/s",
                    family: "synproxy",
                    8752,
                    [.incremental("valid"), .incremental("invalid", -1), .incremental("retransmits")]
                ), [3, 2, 4]
            ),
        ]
    }
}
