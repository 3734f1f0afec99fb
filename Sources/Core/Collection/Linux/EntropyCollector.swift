import Store

/// /proc/sys/kernel/random/entropy_avail (collectors §6).
struct EntropyCollector: CollectorModule {
    static let name = "/proc/sys/kernel/random/entropy_avail"
    private static let source = ChartSource.proc(name)

    private let file: ProcFile
    private var entropy = LiveChart()

    init(_ options: CollectionOptions) {
        file = options.file(Self.name, isOnePiece: true)
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let available = file.readNumber(into: tick.buffer) else { return false }
        entropy.begin(
            &database,
            tick,
            Self.source,
            .init(
                "system.entropy",
                "Available Entropy",
                "entropy",
                family: "entropy",
                1000,
                [.absolute("entropy")]
            )
        )
        database.set(0, available)
        database.end(now: tick.now)
        return true
    }
}
