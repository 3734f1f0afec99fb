import Store

/// /proc/net/softnet_stat: a line of hexadecimal counters for each processor that takes in packets (collectors §6).
struct SoftnetCollector: CollectorModule {
    static let name = "/proc/net/softnet_stat"
    private static let section = "plugin:proc:/proc/net/softnet_stat"
    private static let source = ChartSource.proc(name)

    private let file: ProcFile
    private let showsCores: Bool
    private let reading = SoftnetReading()
    private var total = LiveChart()
    private var cores: [LiveChart] = []

    init(_ options: CollectionOptions) {
        file = options.file("/proc/net/softnet_stat")
        showsCores = options.isEnabled(Self.section, "softnet_stat per core")
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        reading.parse(bytes)
        total.begin(
            &database,
            tick,
            Self.source,
            .init(
                "system.softnet_stat",
                "System softnet_stat",
                "events/s",
                family: "softnet_stat",
                955,
                Self.dimensions
            )
        )
        set(reading.total, in: &database, at: tick)
        guard showsCores else { return true }
        while cores.count < reading.count { cores.append(LiveChart()) }
        for number in 0..<reading.count {
            cores[number].begin(
                &database,
                tick,
                Self.source,
                .init(
                    "cpu.cpu\(number)_softnet_stat",
                    "CPU softnet_stat",
                    "events/s",
                    family: "softnet_stat",
                    context: "cpu.softnet_stat",
                    4101 + number,
                    Self.dimensions
                )
            )
            set(reading.cores[number], in: &database, at: tick)
        }
        return true
    }

    private func set(_ counters: SoftnetReading.Counters, in database: inout HostDatabase, at tick: Tick) {
        database.set(0, counters.processed)
        database.set(1, counters.dropped)
        database.set(2, counters.squeezed)
        database.set(3, counters.receivedSteered)
        database.set(4, counters.flowLimit)
        database.end(now: tick.now)
    }

    private static let dimensions: [DimensionDefinition] = [
        .incremental("processed"), .incremental("dropped"), .incremental("squeezed"), .incremental("received_rps"),
        .incremental("flow_limit_count"),
    ]
}

/// What /proc/net/softnet_stat says.
final class SoftnetReading {
    struct Counters: Equatable {
        var processed: Int64 = 0
        var dropped: Int64 = 0
        var squeezed: Int64 = 0
        var receivedSteered: Int64 = 0
        var flowLimit: Int64 = 0
    }

    /// Lines beyond this are left out.
    static let coreLimit = 8192

    private(set) var total = Counters()
    /// The first ``count`` are of this reading.
    private(set) var cores: [Counters] = []
    private(set) var count = 0

    func parse(_ bytes: UnsafeBufferPointer<UInt8>) {
        count = 0
        var sum = Counters()
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd, count < Self.coreLimit {
            if !cursor.isAtLineEnd {
                var counters = Counters()
                counters.processed = cursor.hexadecimal()
                counters.dropped = cursor.hexadecimal()
                counters.squeezed = cursor.hexadecimal()
                cursor.skipWords(6)
                counters.receivedSteered = cursor.hexadecimal()
                counters.flowLimit = cursor.hexadecimal()
                if count < cores.count { cores[count] = counters } else { cores.append(counters) }
                count += 1
                sum.processed &+= counters.processed
                sum.dropped &+= counters.dropped
                sum.squeezed &+= counters.squeezed
                sum.receivedSteered &+= counters.receivedSteered
                sum.flowLimit &+= counters.flowLimit
            }
            cursor.nextLine()
        }
        // The kernel's counters have 32 bits: their sum goes round like one of them.
        let bits: Int64 = 0xffff_ffff
        total = Counters(
            processed: sum.processed & bits,
            dropped: sum.dropped & bits,
            squeezed: sum.squeezed & bits,
            receivedSteered: sum.receivedSteered & bits,
            flowLimit: sum.flowLimit & bits
        )
    }
}
