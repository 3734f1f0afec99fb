import Basics
import Store

/// /proc/loadavg: load every five seconds, which is how often the kernel computes it, and the number of processes
/// (collectors §6).
struct LoadCollector: CollectorModule {
    static let name = "/proc/loadavg"
    private static let section = "plugin:proc:/proc/loadavg"
    private static let source = ChartSource.proc(name)

    private let file: ProcFile
    private let maximumFile: ProcFile
    private let showsLoad: Bool
    private let showsProcesses: Bool
    private let loadEvery: Int
    private var loadDue: Every
    private var maximumDue = Every(seconds: 60)
    private var load = LiveChart()
    private var processes = LiveChart()

    init(_ options: CollectionOptions) {
        file = options.file("/proc/loadavg")
        maximumFile = options.file("/proc/sys/kernel/pid_max", isOnePiece: true)
        showsLoad = options.isEnabled(Self.section, "enable load average")
        showsProcesses = options.isEnabled(Self.section, "enable total processes")
        loadEvery = max(5, options.updateEvery)
        loadDue = Every(seconds: loadEvery)
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer), let reading = LoadReading(bytes) else { return false }
        if showsLoad, loadDue.isDue(tick) {
            load.begin(
                &database,
                tick,
                Self.source,
                every: loadEvery,
                .init(
                    "system.load",
                    "System Load Average",
                    "load",
                    family: "load",
                    100,
                    [.absolute("load1", 1, 1000), .absolute("load5", 1, 1000), .absolute("load15", 1, 1000)]
                )
            )
            database.set(0, reading.load1)
            database.set(1, reading.load5)
            database.set(2, reading.load15)
            database.end(now: tick.now)
        }
        guard showsProcesses else { return true }
        processes.begin(
            &database,
            tick,
            Self.source,
            .init(
                "system.active_processes",
                "System Active Processes",
                "processes",
                family: "processes",
                750,
                [.absolute("active")]
            )
        )
        database.set(0, reading.processes)
        database.end(now: tick.now)
        if maximumDue.isDue(tick), let maximum = maximumFile.readNumber(into: tick.buffer) {
            processes.setVariable("pidmax", Double(maximum), in: &database)
        }
        return true
    }
}

/// What /proc/loadavg says; the loads in thousandths.
struct LoadReading: Equatable {
    var load1: Int64
    var load5: Int64
    var load15: Int64
    var processes: Int64

    /// `nil` where there are less than the four words.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var cursor = ByteCursor(bytes)
        load1 = cursor.word().fixedPoint(decimals: 3)
        load5 = cursor.word().fixedPoint(decimals: 3)
        load15 = cursor.word().fixedPoint(decimals: 3)
        guard !cursor.word(separator: UInt8(ascii: "/")).isEmpty else { return nil }
        processes = cursor.word(separator: UInt8(ascii: "/")).decimal
    }
}
