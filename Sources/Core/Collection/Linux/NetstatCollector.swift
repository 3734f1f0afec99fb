import Basics
import Store

/// /proc/net/netstat, with /proc/net/snmp and /proc/net/snmp6: what the protocols of the network count (collectors §6).
struct NetstatCollector: CollectorModule {
    static let name = "/proc/net/netstat"
    private static let source = ChartSource.proc(name)

    private let netstat: ProcFile
    private let snmp: ProcFile
    private let snmp6: ProcFile
    /// One table: a chart of snmp has a field of netstat.
    private let table: FieldTable
    private let netstatColumns: ColumnedFile
    private let snmpColumns: ColumnedFile
    private let maximumPlace: Int
    private var knownMaximum: Int64?
    private var extendedCharts: FieldCharts
    private var ipv4Charts: FieldCharts
    private let table6: FieldTable
    private var ipv6Charts: FieldCharts

    init(_ options: CollectionOptions) {
        netstat = options.file("/proc/net/netstat")
        snmp = options.file("/proc/net/snmp")
        snmp6 = options.file("/proc/net/snmp6")
        table = FieldTable((NetstatCharts.all + SnmpCharts.all).flatMap(\.fields) + ["Tcp.MaxConn"])
        netstatColumns = ColumnedFile(table)
        snmpColumns = ColumnedFile(table)
        maximumPlace = table.count - 1
        table6 = FieldTable(Snmp6Charts.all.flatMap(\.fields))
        extendedCharts = FieldCharts(
            NetstatCharts.all,
            section: NetstatCharts.section,
            source: Self.source,
            table: table,
            options: options
        )
        ipv4Charts = FieldCharts(
            SnmpCharts.all,
            section: SnmpCharts.section,
            source: Self.source,
            table: table,
            options: options
        )
        ipv6Charts = FieldCharts(
            Snmp6Charts.all,
            section: Snmp6Charts.section,
            source: Self.source,
            table: table6,
            options: options
        )
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        var anything = false
        if let bytes = netstat.read(into: tick.buffer) {
            netstatColumns.parse(bytes)
            extendedCharts.collect(into: &database, at: tick)
            anything = true
        }
        if let bytes = snmp.read(into: tick.buffer) {
            snmpColumns.parse(bytes)
            publishMaximum(in: &database)
            ipv4Charts.collect(into: &database, at: tick)
            anything = true
        }
        if let bytes = snmp6.read(into: tick.buffer) {
            table6.parseLines(bytes)
            ipv6Charts.collect(into: &database, at: tick)
            anything = true
        }
        return anything
    }

    private mutating func publishMaximum(in database: inout HostDatabase) {
        guard table.present[maximumPlace], table.values[maximumPlace] != knownMaximum else { return }
        knownMaximum = table.values[maximumPlace]
        database.setHostVariable("tcp_max_connections", Double(table.values[maximumPlace]))
    }
}
