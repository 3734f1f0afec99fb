public import Basics
import Config
public import Diagnostics
public import Store
public import System

/// The internal collectors of this machine: keeps their schedule and hands their numbers to the own host.
///
/// It is driven by one thread, which calls ``tick(now:)`` when ``microsecondsToNextTick(now:)`` says so. Rounds are aligned
/// to the clock: every `update every` seconds, a little after the second (collectors §5). Each module takes the host's
/// lock for itself, so that readers never wait for a whole round.
public final class Collector: TickDriven {
    /// Microseconds after the full second.
    public static let offset: Int64 = 300_000

    /// Modules that share a section, and so how often they run.
    private struct Plugin {
        let every: Int
        var due: Every
        var modules: [Slot]
    }

    private struct Slot {
        let path: String
        var module: any CollectorModule
        /// Whether it has collected anything: before, a failure switches it off.
        var hasWorked = false
        var isOff = false
    }

    private let host: Host
    private let updateEvery: Int64
    private let root: String
    private let reporter: any Reporter
    private let buffer = ReadBuffer()
    private var plugins: [Plugin] = []
    private let diskspace: DiskspaceWorker?
    private var diskspaceDue: Every
    private let jitter: IdleJitter?
    private let heartbeat = Heartbeat()
    /// The whole second of the round before.
    private var lastSecond: Int64?
    /// When the next one is due; `nil` until somebody asked.
    private var nextRound: Int64?

    /// - Parameters:
    ///   - host: the own one.
    ///   - figures: what the node says of itself; called once in every round, on the collecting thread.
    ///   - collectedAside: called on a thread of the collector's own when that has collected something after a round, or in it.
    ///   - usesThreads: false leaves out what needs threads of its own (disk space, idle jitter).
    /// - Throws: ``SystemError`` where the thread for disk space can't be had.
    public init(
        host: Host,
        options: CollectionOptions,
        clock: any Clock,
        reporter: any Reporter,
        figures: @escaping @Sendable () -> NodeFigures,
        collectedAside: @escaping @Sendable () -> Void = {},
        usesThreads: Bool = true
    ) throws(SystemError) {
        self.host = host
        self.reporter = reporter
        root = options.root
        updateEvery = Int64(options.updateEvery)
        let wanted = { (name: String) in options.isEnabled("plugins", name) }
        let diskspaceEvery = Self.updateEvery("plugin:proc:diskspace", options)
        diskspaceDue = Every(seconds: diskspaceEvery)
        diskspace =
            usesThreads && wanted("diskspace")
            ? try DiskspaceWorker(
                host: host,
                options: options,
                updateEvery: diskspaceEvery,
                clock: clock,
                reporter: reporter,
                collected: collectedAside
            ) : nil
        jitter = usesThreads && wanted("idlejitter") ? IdleJitter() : nil
        if wanted("proc") { add(Self.procModules(options), "plugin:proc", options) }
        if let jitter { add([IdleJitterCollector(jitter)], "plugin:idlejitter", options) }
        if wanted("timex") { add([ClockCollector(options)], "plugin:timex", nil, options) }
        if wanted("netdata monitoring") {
            add([OwnCollector(heartbeat: heartbeat, figures: figures)], "plugin:netdata", options)
        }
        diskspace?.start()
        jitter?.start(
            sleeping: options.settings.integer("plugin:idlejitter", "loop time in ms", default: 20)
        )
    }

    /// Ends the threads. Nothing is collected afterwards.
    public func stop() {
        diskspace?.stop()
        jitter?.stop()
    }

    public func microsecondsToNextTick(now: Int64) -> Int64 {
        // Further away than one round: the clock was set back.
        if let nextRound, nextRound - now <= updateEvery * microsecondsPerSecond { return nextRound - now }
        let wait = untilAligned(now)
        nextRound = now + wait
        return wait
    }

    private func untilAligned(_ now: Int64) -> Int64 {
        let round = updateEvery * microsecondsPerSecond
        let past = (now - Self.offset) % round
        return past == 0 ? 0 : round - past
    }

    /// One round: collects what is due.
    public func tick(now: Int64) {
        let second = (now - Self.offset) / microsecondsPerSecond / updateEvery * updateEvery
        heartbeat.add(max(0, now - (second * microsecondsPerSecond + Self.offset)))
        if let lastSecond, second - lastSecond > 10 * updateEvery { reportGap(second - lastSecond - updateEvery, now) }
        lastSecond = second
        nextRound = (second + updateEvery) * microsecondsPerSecond + Self.offset
        for index in plugins.indices {
            let tick = Tick(now: now, second: second, updateEvery: plugins[index].every, buffer: buffer)
            guard plugins[index].due.isDue(tick) else { continue }
            for slot in plugins[index].modules.indices where !plugins[index].modules[slot].isOff {
                collect(&plugins[index].modules[slot], tick)
            }
        }
        let tick = Tick(now: now, second: second, updateEvery: Int(updateEvery), buffer: buffer)
        if let diskspace, diskspaceDue.isDue(tick) { diskspace.request(now: now, second: second) }
    }

    private func collect(_ slot: inout Slot, _ tick: Tick) {
        let worked = host.withDatabase { slot.module.collect(into: &$0, at: tick) }
        if worked {
            slot.hasWorked = true
        } else if !slot.hasWorked {
            slot.isOff = true
            reporter.report(
                Event(
                    .collectionNoFile,
                    at: tick.now,
                    thread: "PLUGIN[proc]",
                    host: host.guid.description,
                    values: ["path": root + slot.path]
                )
            )
        }
    }

    private func reportGap(_ seconds: Int64, _ now: Int64) {
        reporter.report(
            Event(
                .collectionLate,
                at: now,
                thread: "PLUGIN[proc]",
                host: host.guid.description,
                values: ["seconds": String(seconds)]
            )
        )
    }
}

// MARK: What there is

extension Collector {
    /// In the order in which they run.
    private static func procModules(_ options: CollectionOptions) -> [any CollectorModule] {
        let all: [(String, () -> any CollectorModule)] = [
            (NetworkCollector.name, { NetworkCollector(options) }),
            (StatCollector.name, { StatCollector(options) }),
            (UptimeCollector.name, { UptimeCollector(options) }),
            (LoadCollector.name, { LoadCollector(options) }),
            (EntropyCollector.name, { EntropyCollector(options) }),
            (PressureCollector.name, { PressureCollector(options) }),
            (InterruptsCollector.name, { InterruptsCollector(options) }),
            (SoftirqsCollector.name, { SoftirqsCollector(options) }),
            (VmstatCollector.name, { VmstatCollector(options) }),
            (MeminfoCollector.name, { MeminfoCollector(options) }),
            (KsmCollector.name, { KsmCollector(options) }),
            (ZramCollector.name, { ZramCollector(options) }),
            (NumaCollector.name, { NumaCollector(options) }),
            (SockstatCollector.name, { SockstatCollector(options) }),
            (Sockstat6Collector.name, { Sockstat6Collector(options) }),
            (NetstatCollector.name, { NetstatCollector(options) }),
            (SoftnetCollector.name, { SoftnetCollector(options) }),
            (ConntrackCollector.name, { ConntrackCollector(options) }),
            (SynproxyCollector.name, { SynproxyCollector(options) }),
            (DiskstatsCollector.name, { DiskstatsCollector(options) }),
            (IPCCollector.name, { IPCCollector(options) }),
        ]
        return all.filter { options.isEnabled("plugin:proc", $0.0) }.map { $0.1() }
    }

    private static func updateEvery(_ section: String, _ options: CollectionOptions) -> Int {
        max(options.updateEvery, options.settings.seconds(section, "update every", default: options.updateEvery))
    }

    private func add(_ modules: [any CollectorModule], _ section: String, _ options: CollectionOptions) {
        add(modules, section, Self.updateEvery(section, options), options)
    }

    /// - Parameter every: `nil` for modules that keep their own pace.
    private func add(
        _ modules: [any CollectorModule],
        _ section: String,
        _ every: Int?,
        _ options: CollectionOptions
    ) {
        let every = every ?? options.updateEvery
        plugins.append(
            Plugin(
                every: every,
                due: Every(seconds: every),
                modules: modules.map { Slot(path: type(of: $0).name, module: $0) }
            )
        )
    }
}
