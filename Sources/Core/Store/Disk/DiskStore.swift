public import Basics
public import Config
public import Diagnostics
import Glibc
import Synchronization
public import System

/// What a node keeps on a disk: points of its hosts in the modes `save`, `map` and `dbengine`, and their tiers (storage §2, §4).
///
/// A thread of its own writes once a second, another one makes tiers; event loops never wait for a disk because of them.
public final class DiskStore: Sendable {
    let settings: DiskEngineSettings
    private let clock: any Clock
    private let reporter: any Reporter
    /// For dbengine: as much as the quota has room for.
    private let engine: Shelf
    /// For `save` and `map`: what their hosts' history needs.
    private let history: Shelf
    /// Tier 1 and above.
    let tiers: [SegmentStore]
    private let usable = Mutex(Usable())
    private let isStopped = Mutex(false)
    private let wakeup: Wakeup
    private let running = Atomic<Int>(0)

    private struct Usable {
        var engine = false
        var history = false
        var tiers = 0
        var isStarted = false
        var isRunning = false
    }

    /// Bytes of a segment of the modes `save` and `map`.
    private static let historySegmentBytes = 16 << 20
    /// Milliseconds between two rounds.
    private static let roundMilliseconds: Int32 = 1000
    /// Purposes of the stores' directories: tiers have their number.
    private static let historyPurpose: UInt16 = 100

    /// - Parameter cache: `[directories] cache`.
    /// - Throws: when no descriptor is left.
    public init(
        cache: String,
        settings: DiskEngineSettings,
        files: any StorageFiles = SystemFiles(),
        clock: any Clock,
        reporter: any Reporter
    ) throws(SystemError) {
        self.settings = settings
        self.clock = clock
        self.reporter = reporter
        wakeup = try Wakeup()
        let holders = Holders()
        func store(
            _ name: String,
            purpose: UInt16,
            factor: Int,
            _ retention: SegmentRetention,
            losses: (@Sendable (SegmentLoss) -> Void)? = nil
        ) -> SegmentStore {
            var made = SegmentSettings(
                directory: cache + "/" + name,
                purpose: purpose,
                stepFactor: UInt32(factor),
                retention: retention
            )
            made.thread = "DBENGINE"
            return SegmentStore(made, files: files, clock: clock, reporter: reporter, losses: losses)
        }
        engine = Shelf(
            store("dbengine", purpose: 0, factor: 1, .quota(Int(clamping: settings.quota))) { loss in
                holders.engine.withLock { $0 }?.lose(loss)
            },
            files: files,
            clock: clock,
            reporter: reporter,
            cacheLimit: Int(clamping: settings.pageCache)
        )
        history = Shelf(
            store(
                "map",
                purpose: Self.historyPurpose,
                factor: 1,
                .whileNeeded(segmentBytes: Self.historySegmentBytes) { facts in
                    holders.history.withLock { $0 }?.needs(facts) ?? true
                }
            ),
            files: files,
            clock: clock,
            reporter: reporter,
            cacheLimit: .max
        )
        tiers = settings.tiers.enumerated().dropFirst().map { number, tier in
            store(
                "dbengine-tier\(number)",
                purpose: UInt16(number),
                factor: tier.pointsOfTierZero,
                .quota(Int(clamping: tier.quota))
            )
        }
        holders.engine.withLock { $0 = engine }
        holders.history.withLock { $0 = history }
    }

    /// The stores' callbacks need the shelves, which need the stores.
    private final class Holders: Sendable {
        let engine = Mutex<Shelf?>(nil)
        let history = Mutex<Shelf?>(nil)
    }

    // MARK: Hosts

    /// Opens what hosts of these modes need: whoever comes later need not wait for a disk.
    public func open(for modes: some Sequence<MemoryMode>) {
        for mode in modes {
            switch mode {
            case .dbengine: _ = openEngine()
            case .save, .map: _ = openHistory()
            case .none, .ram, .alloc: break
            }
        }
    }

    /// Gives a host what the disk has of it, and keeps its points from now on, as its memory mode asks.
    ///
    /// The first host of a mode opens that mode's directory: a node that keeps everything in memory has none.
    public func attach(_ host: Host) {
        switch host.settings.mode {
        case .dbengine:
            guard openEngine() else { return }
            engine.attach(host)
            host.keepTiers(in: self)
            startThreads()
        case .save, .map:
            guard openHistory() else { return }
            history.attach(host)
            startThreads()
        case .none, .ram, .alloc: break
        }
    }

    /// Writes what there is of a host that goes, and lets it go.
    /// - Parameter forgets: its points too; with dbengine they stay otherwise, until they are the oldest.
    public func detach(_ host: Host, forgets: Bool) {
        engine.detach(host)
        history.detach(host)
        guard forgets else { return }
        engine.remove(host.guid)
        history.remove(host.guid)
        for tier in tiers.prefix(usable.withLock { $0.tiers }) { try? tier.remove(host.guid) }
    }

    /// A host's memory mode is another one. What it leaves is written, and where it goes gets all that memory has.
    public func change(_ host: Host) {
        let mode = host.settings.mode
        if mode != .dbengine { engine.detach(host) }
        if mode != .save, mode != .map { history.detach(host) }
        attach(host)
    }

    private func openEngine() -> Bool {
        if usable.withLock({ $0.engine }) { return true }
        guard engine.open() else { return false }
        usable.withLock { $0.engine = true }
        openTiers()
        return true
    }

    private func openHistory() -> Bool {
        if usable.withLock({ $0.history }) { return true }
        guard history.open() else { return false }
        usable.withLock { $0.history = true }
        return true
    }

    private func openTiers() {
        guard usable.withLock({ $0.tiers }) == 0 else { return }
        for (index, tier) in tiers.enumerated() {
            do throws(SegmentStoreError) {
                try tier.open()
            } catch {
                let values = ["directory": tier.settings.directory, "reason": error.description]
                reporter.report(Event(.shelfNotOpened, at: clock.now(), thread: "DBENGINE", values: values))
                return
            }
            usable.withLock { $0.tiers = index + 1 }
        }
    }

    // MARK: Running

    /// Begins to write: at once, or with the first host that is kept on the disk. A node without any has no threads for it.
    public func start() {
        usable.withLock { $0.isStarted = true }
        startThreads()
    }

    private func startThreads() {
        let mayStart = usable.withLock { usable in
            guard usable.isStarted, !usable.isRunning, usable.engine || usable.history else { return false }
            usable.isRunning = true
            return true
        }
        guard mayStart else { return }
        running.store(2, ordering: .sequentiallyConsistent)
        Threads.start(name: "DBENGINE") { [self] in
            everySecond { writeOnce() }
            running.subtract(1, ordering: .sequentiallyConsistent)
        }
        Threads.start(name: "TIERS") { [self] in
            var seconds = 0
            everySecond {
                seconds += 1
                if seconds % TierBuilder.everySeconds == 0 { buildTiers() }
            }
            running.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    private func everySecond(_ body: () -> Void) {
        while !isStopped.withLock({ $0 }) {
            var descriptor = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, Self.roundMilliseconds)
            body()
        }
    }

    /// One round of writing, as the thread does it once a second.
    public func writeOnce() {
        let open = usable.withLock { $0 }
        if open.engine { engine.round() }
        if open.history { history.round() }
    }

    /// Ends the segments that are written, as if they were full: with their indexes they can be copied or measured.
    public func finishSegments() {
        let open = usable.withLock { $0 }
        if open.engine { try? engine.store.finishSegment() }
        if open.history { try? history.store.finishSegment() }
        for tier in openTierStores { try? tier.finishSegment() }
    }

    /// Seals and writes all there is, and gives the directories back. Nothing may come any more.
    public func stop() {
        isStopped.withLock { $0 = true }
        wakeup.signal()
        while running.load(ordering: .sequentiallyConsistent) > 0 { usleep(1000) }
        engine.close()
        history.close()
        for tier in tiers.prefix(usable.withLock { $0.tiers }) { try? tier.close() }
    }

    // MARK: Tiers

    /// The tiers that there are above full resolution.
    var openTierStores: ArraySlice<SegmentStore> { tiers.prefix(usable.withLock { $0.tiers }) }

    /// The store of full resolution.
    var engineStore: SegmentStore { engine.store }

    /// Makes what has become complete of all tiers, as the thread does every ten minutes.
    ///
    /// - Parameter least: fewer rows of a chart than this are not worth a block; an hour of them unless said otherwise.
    public func buildTiers(least: Int? = nil) {
        guard usable.withLock({ $0.engine }) else { return }
        let factors = settings.tiers.map(\.factor)
        for (index, tier) in openTierStores.enumerated() {
            let below = index == 0 ? engineStore : tiers[index - 1]
            TierBuilder(
                store: tier,
                below: below,
                factor: factors[index + 1],
                fills: settings.tiers[index + 1].backfill,
                isStopped: { [self] in isStopped.withLock { $0 } }
            ).build(least: least ?? TierBuilder.leastRows)
        }
    }

    func engineHost(_ guid: GUID) -> Host? { engine.host(guid) }

    // MARK: What it says

    /// What operators are told.
    public var facts: DiskFacts {
        let open = usable.withLock { $0 }
        var facts = DiskFacts()
        if open.engine || engine.facts.isRefused { facts.engine = DiskFacts.Store(engine, quota: settings.quota) }
        if open.history || history.facts.isRefused { facts.history = DiskFacts.Store(history, quota: nil) }
        facts.tiers = openTierStores.map { $0.accounting().bytes }
        return facts
    }
}

/// What there is on a node's disk.
public struct DiskFacts: Sendable, Equatable {
    public struct Store: Sendable, Equatable {
        public var directory: String
        /// Of all files, the journal apart.
        public var bytes: Int
        public var journalBytes: Int
        /// `nil` without one.
        public var quota: Int64?
        public var segments: Int
        /// Unix seconds.
        public var oldest: Int64?
        /// Bytes of each host's points.
        public var hosts: [GUID: Int]
        /// Why the disk takes nothing, in one sentence; `nil` while it does.
        public var problem: String?
        /// µs since 1970.
        public var problemSince: Int64
        /// Whether the directory is not used at all, since the start.
        public var isRefused: Bool

        init(_ shelf: Shelf, quota: Int64?) {
            let accounting = shelf.store.accounting()
            let facts = shelf.facts
            directory = shelf.store.settings.directory
            bytes = accounting.bytes
            journalBytes = facts.journalBytes
            self.quota = quota
            segments = accounting.segments
            oldest = accounting.span?.first
            hosts = accounting.hosts
            problem = facts.problem
            problemSince = facts.problemSince
            isRefused = facts.isRefused
        }
    }

    /// Mode dbengine; `nil` where no host has it.
    public var engine: Store?
    /// Modes map and save.
    public var history: Store?
    /// Bytes of tier 1 and above.
    public var tiers: [Int] = []

    public init() {}
}
