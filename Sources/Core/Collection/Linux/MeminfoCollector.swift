import Store

/// /proc/meminfo: what memory is used for (collectors §6).
struct MeminfoCollector: CollectorModule {
    static let name = "/proc/meminfo"
    private static let section = "plugin:proc:/proc/meminfo"

    private let file: ProcFile
    private let table: FieldTable
    private let derived: Derived
    private var charts: FieldCharts
    private let options: CollectionOptions

    init(_ options: CollectionOptions) {
        file = options.file("/proc/meminfo")
        self.options = options
        let fields = Self.charts(hugePage: 0).flatMap(\.fields) + Derived.sources
        var known: Set<String> = []
        table = FieldTable(fields.filter { known.insert($0).inserted })
        derived = Derived(table)
        charts = FieldCharts([], section: Self.section, source: .proc(Self.name), table: table, options: options)
    }

    private var isReady = false

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        table.parseLines(bytes)
        derived.compute(table)
        if !isReady {
            // The size of a huge page is a multiplier: it must be known before the charts.
            charts = FieldCharts(
                Self.charts(hugePage: derived.hugePage(table)),
                section: Self.section,
                source: .proc(Self.name),
                table: table,
                options: options
            )
            isReady = true
        }
        charts.collect(into: &database, at: tick)
        return true
    }

    /// Numbers that the file doesn't have, computed from those it has. They live in the same table, under names that no
    /// line has.
    private struct Derived {
        static let sources = [
            "MemTotal", "MemFree", "Buffers", "Cached", "SReclaimable", "Shmem", "SwapTotal", "SwapFree",
            "HugePages_Total",
            "HugePages_Free", "HugePages_Rsvd", "Hugepagesize",
        ]

        private let memory: (total: Int, free: Int, buffers: Int, cached: Int, reclaimable: Int, shared: Int)
        private let swap: (total: Int, free: Int)
        private let hugePages: (total: Int, free: Int, reserved: Int, size: Int)
        private let results: (used: Int, cached: Int, swapUsed: Int, hugePagesUsed: Int)

        init(_ table: FieldTable) {
            func place(_ name: String) -> Int { table.index(of: name)! }
            memory = (
                place("MemTotal"), place("MemFree"), place("Buffers"), place("Cached"), place("SReclaimable"),
                place("Shmem")
            )
            swap = (place("SwapTotal"), place("SwapFree"))
            hugePages = (
                place("HugePages_Total"), place("HugePages_Free"), place("HugePages_Rsvd"), place("Hugepagesize")
            )
            results = (place("= used"), place("= cached"), place("= swap used"), place("= huge pages used"))
        }

        func hugePage(_ table: FieldTable) -> Int64 { table.values[hugePages.size] }

        func compute(_ table: FieldTable) {
            let values = table.values
            let cached = values[memory.cached] &+ values[memory.reclaimable] &- values[memory.shared]
            values[results.cached] = cached
            values[results.used] =
                values[memory.total] &- values[memory.free] &- cached &- values[memory.buffers]
            values[results.swapUsed] = values[swap.total] &- values[swap.free]
            values[results.hugePagesUsed] =
                values[hugePages.total] &- values[hugePages.free] &- values[hugePages.reserved]
        }
    }
}

extension MeminfoCollector {
    /// - Parameter hugePage: KiB.
    private static func charts(hugePage: Int64) -> [FieldChart] {
        [
            .init(
                "system ram",
                appearance: .always,
                ChartTemplate(
                    "system.ram",
                    "System RAM",
                    "MiB",
                    family: "ram",
                    200,
                    type: .stacked,
                    [mebibytes("free"), mebibytes("used"), mebibytes("cached"), mebibytes("buffers")]
                ),
                fields: ["MemFree", "= used", "= cached", "Buffers"]
            ),
            .init(
                "system ram",
                appearance: .always,
                ChartTemplate(
                    "mem.available",
                    "Available RAM for applications",
                    "MiB",
                    family: "system",
                    1010,
                    type: .area,
                    [mebibytes("MemAvailable", "avail")]
                )
            ),
            .init(
                "system swap",
                ChartTemplate(
                    "system.swap",
                    "System Swap",
                    "MiB",
                    family: "swap",
                    201,
                    type: .stacked,
                    options: .detail,
                    [mebibytes("free"), mebibytes("used")]
                ),
                fields: ["SwapFree", "= swap used"]
            ),
            .init(
                "hardware corrupted ECC",
                ChartTemplate(
                    "mem.hwcorrupt",
                    "Corrupted Memory, detected by ECC",
                    "MiB",
                    family: "ecc",
                    1500,
                    options: .detail,
                    [mebibytes("HardwareCorrupted")]
                )
            ),
            .init(
                "committed memory",
                appearance: .always,
                ChartTemplate(
                    "mem.committed",
                    "Committed (Allocated) Memory",
                    "MiB",
                    family: "system",
                    1030,
                    type: .area,
                    options: .detail,
                    [mebibytes("Committed_AS")]
                )
            ),
            .init(
                "writeback memory",
                appearance: .always,
                ChartTemplate(
                    "mem.writeback",
                    "Writeback Memory",
                    "MiB",
                    family: "kernel",
                    1100,
                    options: .detail,
                    [
                        mebibytes("Dirty"), mebibytes("Writeback"), mebibytes("FuseWriteback"),
                        mebibytes("NfsWriteback"),
                        mebibytes("Bounce"),
                    ]
                ),
                fields: ["Dirty", "Writeback", "WritebackTmp", "NFS_Unstable", "Bounce"]
            ),
            .init(
                "kernel memory",
                appearance: .always,
                ChartTemplate(
                    "mem.kernel",
                    "Memory Used by Kernel",
                    "MiB",
                    family: "kernel",
                    1101,
                    type: .stacked,
                    options: .detail,
                    [
                        mebibytes("Slab"), mebibytes("KernelStack"), mebibytes("PageTables"), mebibytes("VmallocUsed"),
                        mebibytes("Percpu"),
                    ]
                )
            ),
            .init(
                "slab memory",
                appearance: .always,
                ChartTemplate(
                    "mem.slab",
                    "Reclaimable Kernel Memory",
                    "MiB",
                    family: "slab",
                    1200,
                    type: .stacked,
                    options: .detail,
                    [mebibytes("reclaimable"), mebibytes("unreclaimable")]
                ),
                fields: ["SReclaimable", "SUnreclaim"]
            ),
            .init(
                "hugepages",
                ChartTemplate(
                    "mem.hugepages",
                    "Dedicated HugePages Memory",
                    "MiB",
                    family: "hugepages",
                    1251,
                    type: .stacked,
                    options: .detail,
                    [
                        .absolute("free", hugePage, 1024), .absolute("used", hugePage, 1024),
                        .absolute("surplus", hugePage, 1024), .absolute("reserved", hugePage, 1024),
                    ]
                ),
                fields: ["HugePages_Free", "= huge pages used", "HugePages_Surp", "HugePages_Rsvd"]
            ),
            .init(
                "transparent hugepages",
                ChartTemplate(
                    "mem.transparent_hugepages",
                    "Transparent HugePages Memory",
                    "MiB",
                    family: "hugepages",
                    1250,
                    type: .stacked,
                    options: .detail,
                    [mebibytes("anonymous"), mebibytes("shmem")]
                ),
                fields: ["AnonHugePages", "ShmemHugePages"]
            ),
        ]
    }

    /// The file's KiB shown as MiB.
    private static func mebibytes(_ id: String, _ name: String = "") -> DimensionDefinition {
        .absolute(id, name, 1, 1024)
    }
}
