import Glibc
import Store

/// /proc/vmstat: paging, swapping, page faults, NUMA (collectors §6).
struct VmstatCollector: CollectorModule {
    static let name = "/proc/vmstat"
    private static let section = "plugin:proc:/proc/vmstat"

    private let file: ProcFile
    private let table: FieldTable
    private var charts: FieldCharts

    init(_ options: CollectionOptions) {
        file = options.file("/proc/vmstat")
        let definitions = Self.charts(showsNodes: options.showsZeros || NumaCollector.nodes(options).count > 1)
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
        table.parseLines(bytes)
        charts.collect(into: &database, at: tick)
        return true
    }
}

extension VmstatCollector {
    /// - Parameter showsNodes: with one NUMA node there is nothing to tell: its chart must be asked for.
    private static func charts(showsNodes: Bool) -> [FieldChart] {
        let page = Int64(getpagesize())
        return [
            .init(
                "swap i/o",
                ChartTemplate(
                    "system.swapio",
                    "Swap I/O",
                    "KiB/s",
                    family: "swap",
                    250,
                    type: .area,
                    [.incremental("in", page, 1024), .incremental("out", -page, 1024)]
                ),
                fields: ["pswpin", "pswpout"]
            ),
            .init(
                "disk i/o",
                appearance: .always,
                ChartTemplate(
                    "system.pgpgio",
                    "Memory Paged from/to disk",
                    "KiB/s",
                    family: "disk",
                    151,
                    type: .area,
                    [.incremental("in"), .incremental("out", -1)]
                ),
                fields: ["pgpgin", "pgpgout"]
            ),
            .init(
                "memory page faults",
                appearance: .always,
                ChartTemplate(
                    "mem.pgfaults",
                    "Memory Page Faults",
                    "faults/s",
                    family: "system",
                    1040,
                    options: .detail,
                    [.incremental("minor"), .incremental("major", -1)]
                ),
                fields: ["pgfault", "pgmajfault"]
            ),
            .init(
                "out of memory kills",
                appearance: .always,
                ChartTemplate(
                    "mem.oom_kill",
                    "Out of Memory Kills",
                    "kills/s",
                    family: "system",
                    1020,
                    options: .detail,
                    [.incremental("kills")]
                ),
                fields: ["oom_kill"]
            ),
            .init(
                "system-wide numa metric summary",
                appearance: showsNodes ? .whenNonZero : .never,
                ChartTemplate(
                    "mem.numa",
                    "NUMA events",
                    "events/s",
                    family: "numa",
                    1400,
                    options: .detail,
                    [
                        .incremental("local"), .incremental("foreign"), .incremental("interleave"),
                        .incremental("other"), .incremental("pte_updates"), .incremental("huge_pte_updates"),
                        .incremental("hint_faults"), .incremental("hint_faults_local"),
                        .incremental("pages_migrated"),
                    ]
                ),
                fields: [
                    "numa_local", "numa_foreign", "numa_interleave", "numa_other", "numa_pte_updates",
                    "numa_huge_pte_updates", "numa_hint_faults", "numa_hint_faults_local", "numa_pages_migrated",
                ]
            ),
        ]
    }
}
