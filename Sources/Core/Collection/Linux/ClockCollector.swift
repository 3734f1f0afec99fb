import CLinux
import Config
import Store

/// What the kernel says of its clock.
struct ClockState: Equatable, Sendable {
    var isSynchronized = false
    /// The two bits of its status that are shown.
    var unsynchronized: Int64 = 0
    var error: Int64 = 0
    /// Microseconds between the clock and its reference.
    var offset: Int64 = 0

    /// `nil` where it may not be asked.
    static func ask() -> ClockState? {
        var synchronized: Int32 = 0
        var unsynchronized: Int32 = 0
        var error: Int32 = 0
        var offset: Int64 = 0
        guard nd_clock_state(&synchronized, &unsynchronized, &error, &offset) == 0 else { return nil }
        return ClockState(
            isSynchronized: synchronized != 0,
            unsynchronized: Int64(unsynchronized),
            error: Int64(error),
            offset: offset
        )
    }
}

/// Whether the kernel keeps its clock in step with a reference; every ten seconds (collectors §6, timex).
struct ClockCollector: CollectorModule {
    static let name = "timex"
    private static let section = "plugin:timex"
    private static let source = ChartSource(plugin: "timex.plugin", module: "")

    private let ask: @Sendable () -> ClockState?
    private let every: Int
    private var due: Every
    private let showsState: Bool
    private let showsOffset: Bool
    private var state = LiveChart()
    private var status = LiveChart()
    private var offset = LiveChart()

    init(_ options: CollectionOptions, ask: @escaping @Sendable () -> ClockState? = ClockState.ask) {
        self.ask = ask
        every = max(options.updateEvery, options.settings.integer(Self.section, "update every", default: 10))
        due = Every(seconds: every)
        showsState = options.isEnabled(Self.section, "clock synchronization state")
        showsOffset = options.isEnabled(Self.section, "time offset")
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard due.isDue(tick) else { return true }
        guard let clock = ask() else { return false }
        if showsState {
            state.begin(&database, tick, Self.source, every: every, Self.stateTemplate)
            database.set(0, clock.isSynchronized ? 1 : 0)
            database.end(now: tick.now)
            status.begin(&database, tick, Self.source, every: every, Self.statusTemplate)
            database.set(0, clock.unsynchronized)
            database.set(1, clock.error)
            database.end(now: tick.now)
        }
        if showsOffset {
            offset.begin(&database, tick, Self.source, every: every, Self.offsetTemplate)
            database.set(0, clock.offset)
            database.end(now: tick.now)
        }
        return true
    }
}

extension ClockCollector {
    private static let family = "clock synchronization"

    private static var stateTemplate: ChartTemplate {
        .init(
            "system.clock_sync_state",
            "System Clock Synchronization State",
            "state",
            family: family,
            1100,
            [.absolute("state")]
        )
    }

    private static var statusTemplate: ChartTemplate {
        .init(
            "system.clock_status",
            "System Clock Status",
            "status",
            family: family,
            1105,
            [.absolute("unsync"), .absolute("clockerr")]
        )
    }

    private static var offsetTemplate: ChartTemplate {
        .init(
            "system.clock_sync_offset",
            "Computed Time Offset Between Local System and Reference Clock",
            "milliseconds",
            family: family,
            1110,
            [.absolute("offset", 1, 1000)]
        )
    }
}
