import Basics
import Store

/// /proc/stat: processors, interrupts, context switches, processes (collectors §6).
struct StatCollector: CollectorModule {
    static let name = "/proc/stat"
    private static let section = "plugin:proc:/proc/stat"
    private static let source = ChartSource.proc(name)

    private let file: ProcFile
    private let stat = StatReading()
    private let showsCores: Bool
    private let showsTotal: Bool
    private let showsInterrupts: Bool
    private let showsSwitches: Bool
    private let showsForks: Bool
    private let showsProcesses: Bool
    private var total = LiveChart()
    private var cores: [LiveChart] = []
    private var knownProcessors = 0
    private var interrupts = LiveChart()
    private var switches = LiveChart()
    private var forks = LiveChart()
    private var processes = LiveChart()

    init(_ options: CollectionOptions) {
        file = options.file("/proc/stat")
        showsTotal = options.isEnabled(Self.section, "cpu utilization")
        showsCores = options.isEnabled(Self.section, "per cpu core utilization")
        showsInterrupts = options.isEnabled(Self.section, "cpu interrupts")
        showsSwitches = options.isEnabled(Self.section, "context switches")
        showsForks = options.isEnabled(Self.section, "processes started")
        showsProcesses = options.isEnabled(Self.section, "processes running")
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        stat.parse(bytes)
        if showsTotal, stat.hasTotal {
            total.begin(&database, tick, Self.source, Self.totalTemplate)
            set(stat.total, in: &database, at: tick)
        }
        if showsCores { collectCores(into: &database, at: tick) }
        if stat.coreCount != knownProcessors {
            knownProcessors = stat.coreCount
            database.setHostVariable("active_processors", Double(knownProcessors))
        }
        if showsInterrupts {
            interrupts.begin(&database, tick, Self.source, Self.interruptsTemplate)
            setOne(stat.interrupts, in: &database, at: tick)
        }
        if showsSwitches {
            switches.begin(&database, tick, Self.source, Self.switchesTemplate)
            setOne(stat.switches, in: &database, at: tick)
        }
        if showsForks {
            forks.begin(&database, tick, Self.source, Self.forksTemplate)
            setOne(stat.forks, in: &database, at: tick)
        }
        if showsProcesses {
            processes.begin(&database, tick, Self.source, Self.processesTemplate)
            database.set(0, stat.running)
            database.set(1, stat.blocked)
            database.end(now: tick.now)
        }
        return true
    }

    private mutating func collectCores(into database: inout HostDatabase, at tick: Tick) {
        for index in 0..<stat.coreCount {
            let core = stat.cores[index]
            while cores.count <= core.number { cores.append(LiveChart()) }
            cores[core.number].begin(&database, tick, Self.source, Self.coreTemplate(core.number))
            set(core.times, in: &database, at: tick)
        }
    }

    private func set(_ times: StatReading.Times, in database: inout HostDatabase, at tick: Tick) {
        database.set(0, times.guestNice)
        database.set(1, times.guest)
        database.set(2, times.steal)
        database.set(3, times.softirq)
        database.set(4, times.irq)
        // The kernel counts guests' time twice: as their own and as the user's.
        database.set(5, times.user &- times.guest)
        database.set(6, times.system)
        database.set(7, times.nice &- times.guestNice)
        database.set(8, times.iowait)
        database.set(9, times.idle)
        database.end(now: tick.now)
    }

    private func setOne(_ value: Int64, in database: inout HostDatabase, at tick: Tick) {
        database.set(0, value)
        database.end(now: tick.now)
    }
}

extension StatCollector {
    private static let states: [DimensionDefinition] = [
        .percentageOfIncrementalRow("guest_nice"), .percentageOfIncrementalRow("guest"),
        .percentageOfIncrementalRow("steal"), .percentageOfIncrementalRow("softirq"),
        .percentageOfIncrementalRow("irq"), .percentageOfIncrementalRow("user"),
        .percentageOfIncrementalRow("system"), .percentageOfIncrementalRow("nice"),
        .percentageOfIncrementalRow("iowait"), .percentageOfIncrementalRow("idle", hidden: true),
    ]

    private static var totalTemplate: ChartTemplate {
        .init("system.cpu", "Total CPU utilization", "percentage", family: "cpu", 100, type: .stacked, states)
    }

    private static func coreTemplate(_ number: Int) -> ChartTemplate {
        .init(
            "cpu.cpu\(number)",
            "Core utilization",
            "percentage",
            family: "utilization",
            context: "cpu.cpu",
            1001 + number,
            type: .stacked,
            states
        )
    }

    private static var interruptsTemplate: ChartTemplate {
        .init(
            "system.intr",
            "CPU Interrupts",
            "interrupts/s",
            family: "interrupts",
            900,
            options: .detail,
            [.incremental("interrupts")]
        )
    }

    private static var switchesTemplate: ChartTemplate {
        .init(
            "system.ctxt",
            "CPU Context Switches",
            "context switches/s",
            family: "processes",
            800,
            [.incremental("switches")]
        )
    }

    private static var forksTemplate: ChartTemplate {
        .init(
            "system.forks",
            "Started Processes",
            "processes/s",
            family: "processes",
            700,
            options: .detail,
            [.incremental("started")]
        )
    }

    private static var processesTemplate: ChartTemplate {
        .init(
            "system.processes",
            "System Processes",
            "processes",
            family: "processes",
            600,
            [.absolute("running"), .absolute("blocked", -1)]
        )
    }
}
