import Glibc
import Store

/// How long the machine runs: the kernel's clock that also counts sleep, or /proc/uptime (collectors §6).
struct UptimeCollector: CollectorModule {
    static let name = "/proc/uptime"
    private static let source = ChartSource.proc(name)

    /// Only where the root isn't this machine's: the clock always is.
    private let file: ProcFile?
    private var uptime = LiveChart()

    init(_ options: CollectionOptions) {
        file = options.root.isEmpty ? nil : options.file("/proc/uptime")
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let milliseconds = file.map({ Self.milliseconds($0, tick) }) ?? Self.millisecondsOfClock() else {
            return false
        }
        uptime.begin(
            &database,
            tick,
            Self.source,
            .init("system.uptime", "System Uptime", "seconds", family: "uptime", 1000, [.absolute("uptime", 1, 1000)])
        )
        database.set(0, milliseconds)
        database.end(now: tick.now)
        return true
    }

    private static func milliseconds(_ file: ProcFile, _ tick: Tick) -> Int64? {
        guard let bytes = file.read(into: tick.buffer) else { return nil }
        var cursor = ByteCursor(bytes)
        return cursor.word().fixedPoint(decimals: 3)
    }

    private static func millisecondsOfClock() -> Int64? {
        var time = timespec()
        guard clock_gettime(CLOCK_BOOTTIME, &time) == 0 else { return nil }
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
