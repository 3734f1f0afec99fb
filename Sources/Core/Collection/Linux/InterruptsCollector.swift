import Store

/// /proc/interrupts (collectors §6).
struct InterruptsCollector: CollectorModule {
    static let name = "/proc/interrupts"
    private static let section = "plugin:proc:/proc/interrupts"

    /// With more processors than this their own charts must be asked for.
    static let coresShownAtMost = 128

    private let file: ProcFile
    private let table = InterruptTable()
    private var charts: InterruptCharts?
    private let options: CollectionOptions

    init(_ options: CollectionOptions) {
        file = options.file("/proc/interrupts")
        self.options = options
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer), table.parse(bytes) else { return false }
        if charts == nil { charts = makeCharts() }
        charts?.collect(table, into: &database, at: tick)
        return true
    }

    private func makeCharts() -> InterruptCharts {
        let showsCores = showsCores(options, section: Self.section, processors: table.processors)
        return InterruptCharts(
            .proc(Self.name),
            showsCores: showsCores,
            total: {
                .init(
                    "system.interrupts",
                    "System interrupts",
                    "interrupts/s",
                    family: "interrupts",
                    1000,
                    type: .stacked,
                    []
                )
            },
            core: { number in
                .init(
                    "cpu.cpu\(number)_interrupts",
                    "CPU Interrupts",
                    "interrupts/s",
                    family: "interrupts",
                    context: "cpu.interrupts",
                    1100 + number,
                    type: .stacked,
                    [],
                    labels: [.automatic("cpu", "cpu\(number)")]
                )
            }
        )
    }
}

/// /proc/softirqs (collectors §6).
struct SoftirqsCollector: CollectorModule {
    static let name = "/proc/softirqs"
    private static let section = "plugin:proc:/proc/softirqs"

    private let file: ProcFile
    private let table = InterruptTable()
    private var charts: InterruptCharts?
    private let options: CollectionOptions

    init(_ options: CollectionOptions) {
        file = options.file("/proc/softirqs")
        self.options = options
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer), table.parse(bytes) else { return false }
        if charts == nil { charts = makeCharts() }
        charts?.collect(table, into: &database, at: tick)
        return true
    }

    private func makeCharts() -> InterruptCharts {
        let showsCores = showsCores(options, section: Self.section, processors: table.processors)
        return InterruptCharts(
            .proc(Self.name),
            showsCores: showsCores,
            total: {
                .init("system.softirqs", "System softirqs", "softirqs/s", family: "softirqs", 950, type: .stacked, [])
            },
            core: { number in
                .init(
                    "cpu.cpu\(number)_softirqs",
                    "CPU softirqs",
                    "softirqs/s",
                    family: "softirqs",
                    context: "cpu.softirqs",
                    3000 + number,
                    type: .stacked,
                    [],
                    labels: [.automatic("cpu", "cpu\(number)")]
                )
            }
        )
    }
}

/// `interrupts per core = yes|no|auto`.
private func showsCores(_ options: CollectionOptions, section: String, processors: Int) -> Bool {
    switch options.appearance(section, "interrupts per core") {
    case .never: false
    case .always: options.showsZeros ? processors <= InterruptsCollector.coresShownAtMost : true
    case .whenNonZero: processors <= InterruptsCollector.coresShownAtMost
    }
}
