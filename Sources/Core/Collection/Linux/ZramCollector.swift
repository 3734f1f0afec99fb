import Store

/// /sys/block/zramN/mm_stat: compressed block devices in memory (collectors §6).
struct ZramCollector: CollectorModule {
    static let name = "/sys/block/zram"
    private static let source = ChartSource.proc(name)

    private struct Device {
        let name: String
        let file: ProcFile
        var usage = LiveChart()
        var savings = LiveChart()
        var ratio = LiveChart()
        var efficiency = LiveChart()
    }

    private let options: CollectionOptions
    private var lookDue = Every(seconds: 60)
    private var devices: [Device] = []

    init(_ options: CollectionOptions) {
        self.options = options
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        if lookDue.isDue(tick) { look() }
        for index in devices.indices {
            guard let bytes = devices[index].file.read(into: tick.buffer) else {
                retire(index, from: &database, at: tick)
                continue
            }
            show(ZramReading(bytes), index, in: &database, at: tick)
        }
        return true
    }

    private mutating func look() {
        let names = directoryEntries(options.root + "/sys/block").filter { $0.hasPrefix("zram") }.sorted()
        for name in names where !devices.contains(where: { $0.name == name }) {
            devices.append(Device(name: name, file: options.file("/sys/block/\(name)/mm_stat", isOnePiece: true)))
        }
    }

    private mutating func retire(_ index: Int, from database: inout HostDatabase, at tick: Tick) {
        devices[index].usage.retire(from: &database, tick)
        devices[index].savings.retire(from: &database, tick)
        devices[index].ratio.retire(from: &database, tick)
        devices[index].efficiency.retire(from: &database, tick)
    }

    private mutating func show(
        _ reading: ZramReading,
        _ index: Int,
        in database: inout HostDatabase,
        at tick: Tick
    ) {
        let name = devices[index].name
        devices[index].usage.begin(&database, tick, Self.source, Self.usage(name))
        database.set(0, reading.compressed)
        database.set(1, reading.used &- reading.compressed)
        database.end(now: tick.now)
        devices[index].savings.begin(&database, tick, Self.source, Self.savings(name))
        database.set(0, reading.compressed &- reading.original)
        database.set(1, reading.original)
        database.end(now: tick.now)
        devices[index].ratio.begin(&database, tick, Self.source, Self.ratio(name))
        database.set(0, reading.used > 0 ? reading.original &* 100 / reading.used : 1)
        database.end(now: tick.now)
        devices[index].efficiency.begin(&database, tick, Self.source, Self.efficiency(name))
        database.set(0, reading.original > 0 ? (reading.original &- reading.used) &* 1_000_000 / reading.original : 100)
        database.end(now: tick.now)
    }
}

/// What mm_stat says, in bytes.
struct ZramReading: Equatable {
    let original: Int64
    let compressed: Int64
    /// With the bookkeeping.
    let used: Int64

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var cursor = ByteCursor(bytes)
        original = cursor.number()
        compressed = cursor.number()
        used = cursor.number()
    }
}

extension ZramCollector {
    private static let mebibyte: Int64 = 1 << 20

    private static func usage(_ name: String) -> ChartTemplate {
        template(
            "usage",
            name,
            "ZRAM Memory Usage",
            "MiB",
            1600,
            .area,
            [.absolute("compressed", 1, mebibyte), .absolute("metadata", 1, mebibyte)]
        )
    }

    private static func savings(_ name: String) -> ChartTemplate {
        template(
            "savings",
            name,
            "ZRAM Memory Savings",
            "MiB",
            1601,
            .area,
            [.absolute("savings", 1, mebibyte), .absolute("original", 1, mebibyte)]
        )
    }

    private static func ratio(_ name: String) -> ChartTemplate {
        template(
            "ratio",
            name,
            "ZRAM Compression Ratio (original to compressed)",
            "ratio",
            1602,
            .line,
            [.absolute("ratio", 1, 100)]
        )
    }

    private static func efficiency(_ name: String) -> ChartTemplate {
        template("efficiency", name, "ZRAM Efficiency", "percentage", 1603, .line, [.absolute("percent", 1, 10_000)])
    }

    private static func template(
        _ kind: String,
        _ name: String,
        _ title: String,
        _ units: String,
        _ priority: Int,
        _ type: ChartType,
        _ dimensions: [DimensionDefinition]
    ) -> ChartTemplate {
        .init(
            "mem.zram_\(kind).\(name)",
            title,
            units,
            family: name,
            context: "mem.zram_\(kind)",
            priority,
            type: type,
            dimensions,
            labels: [.automatic("device", name)]
        )
    }
}
