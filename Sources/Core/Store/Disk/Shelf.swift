import Basics
import Diagnostics
import Synchronization
import System

/// One directory of a node's points on the disk: a store of sealed blocks and a journal of what is not sealed yet, for the
/// hosts of one kind of memory mode.
///
/// Once a second (``round()``) it takes from each host what is new. When the disk fails, all stays in memory as long as there is
/// room, and is written when the disk is well again.
final class Shelf: Sendable {
    let store: SegmentStore
    private let directory: String
    private let files: any StorageFiles
    private let clock: any Clock
    private let reporter: any Reporter
    /// Bytes of blocks that may stay in memory although they are written.
    private let cacheLimit: Int
    private let cached = Atomic<Int>(0)
    private let work: Mutex<Work>
    private let shown = Mutex(ShelfFacts())
    private let isOpen = Atomic<Bool>(false)
    private let known = Mutex<[GUID: Host]>([:])
    /// What the finished segments had of each host when the store was opened; nothing once there may be more.
    private let beginnings = Mutex<[GUID: [UInt64: TimeSpan]]>([:])

    /// Blocks that the store has taken and not written yet.
    private struct Taken {
        let host: Host
        let chart: ChartRef
        let lastTime: Int64
        let cuts: UInt32
    }

    /// What only who works on the shelf has.
    private struct Work: ~Copyable {
        var journal: Journal
        /// Whether ``Journal/begin()`` must come first.
        var needsJournal = true
        /// What is to be written to the journal.
        var chunk = JournalChunk()
        var taken: [Taken] = []
        /// A disk that has failed is not asked again before this time, µs of the monotonic clock.
        var retryAt: Int64 = 0
    }

    /// Bytes that are gathered for the journal.
    private static let longestChunk = 4 << 20
    /// A failed disk is tried again so often, in µs.
    private static let patience: Int64 = 5 * microsecondsPerSecond

    init(
        _ store: SegmentStore,
        files: any StorageFiles,
        clock: any Clock,
        reporter: any Reporter,
        cacheLimit: Int
    ) {
        self.store = store
        self.files = files
        self.clock = clock
        self.reporter = reporter
        self.cacheLimit = cacheLimit
        directory = store.settings.directory
        work = Mutex(Work(journal: Journal(directory: directory, files: files)))
    }

    // MARK: The beginning

    /// Opens the store, and writes what an earlier run's journal has.
    /// - Returns: `false` where it cannot be used: then its hosts are in memory only, which is reported.
    func open() -> Bool {
        work.withLock { work in
            // Hosts come on several threads at once; and a directory that could not be used is not asked for each of them.
            guard !isOpen.load(ordering: .acquiring) else { return true }
            guard !shown.withLock({ $0.isRefused }) else { return false }
            do throws(SegmentStoreError) {
                try store.open()
            } catch {
                report(.shelfNotOpened, ["reason": error.description])
                shown.withLock { facts in
                    facts.isRefused = true
                    facts.problem = error.description
                    facts.problemSince = clock.now()
                }
                return false
            }
            replay(&work)
            let spans = store.finishedSpans()
            beginnings.withLock { $0 = spans }
            isOpen.store(true, ordering: .releasing)
            return true
        }
    }

    private func replay(_ work: inout Work) {
        var replay = JournalReplay()
        do throws(SystemError) {
            for path in try work.journal.found() { read(path, &replay, &work) }
        } catch {
            report(.journalUnreadable, ["reason": error.description])
            return
        }
        for path in replay.brokenFiles { report(.journalCut, ["file": path]) }
        var rows = 0
        // Where the disk takes nothing, all of it is served from memory, and written as soon as it can be.
        var isWell = true
        for (key, series) in replay.series {
            let written = store.written(of: key, width: series.width, from: series.firstTime)
            for block in series.blocks(after: written) {
                if isWell { isWell = attempt { () throws(SegmentStoreError) in try put(block, key, series) } }
                if !isWell { try? put(block, key, series, gathers: true) }
                rows += block.rows
            }
        }
        if rows > 0 {
            report(.journalReplayed, ["rows": String(rows), "charts": String(replay.series.count)])
        }
        guard isWell else { return }
        // Until then the journal stays: it goes when the first round is through.
        attempt { () throws(SegmentStoreError) in
            try store.flush(synchronously: true)
            try asStoreError { () throws(SystemError) in try work.journal.removeAll() }
        }
    }

    private func read(_ path: String, _ replay: inout JournalReplay, _ work: inout Work) {
        do throws(SystemError) {
            guard try !replay.read(path, files) else { return }
            work.journal.leave(path)
            try files.rename(path, to: path + ".set-aside")
            report(.journalSetAside, ["file": path])
        } catch {
            work.journal.leave(path)
            report(.journalUnreadable, ["reason": error.description])
        }
    }

    private func put(
        _ block: (firstTime: Int64, rows: Int, payload: [UInt8]),
        _ key: SeriesKey,
        _ series: JournalReplay.Series,
        gathers: Bool = false
    ) throws(SegmentStoreError) {
        try store.append(
            host: key.host,
            hostname: series.hostname,
            definition: series.definition,
            stamp: nil,
            firstTime: block.firstTime,
            rows: block.rows,
            payload: block.payload,
            gathers: gathers
        )
    }

    // MARK: Hosts

    /// Gives a host what the disk has of it, and keeps its points from now on. Waits for nobody who writes.
    func attach(_ host: Host) {
        guard isOpen.load(ordering: .acquiring), known.withLock({ $0[host.guid] }) !== host else { return }
        let finished = beginnings.withLock { $0[host.guid] }
        let archive = HostArchive(host: host.guid, store: store, finished: finished)
        host.withDatabase { $0.attach(archive) }
        known.withLock { $0[host.guid] = host }
    }

    /// Writes what there is of a host, and lets it go.
    func detach(_ host: Host) {
        work.withLock { work in
            guard known.withLock({ $0[host.guid] }) === host else { return }
            if isOpen.load(ordering: .acquiring) {
                // A new journal has nothing of it, and so needs no cuts.
                let hasCuts = host.withDatabase { database in
                    database.sealAll()
                    return database.hasCuts
                }
                if hasCuts { work.needsJournal = true }
                if drain(host, isJournaling: false, &work) { flush(&work) }
            }
            known.withLock { $0[host.guid] = nil }
            host.withDatabase { $0.attach(nil) }
        }
    }

    func host(_ guid: GUID) -> Host? { known.withLock { $0[guid] } }

    /// Forgets all that there is of a host.
    func remove(_ guid: GUID) {
        work.withLock { work in
            guard isOpen.load(ordering: .acquiring) else { return }
            attempt { () throws(SegmentStoreError) in
                try store.remove(guid)
                try store.flush()
            }
            // The one that is written has rows of it.
            work.needsJournal = true
        }
    }

    /// Segments were deleted: told while the shelf is worked on, by whoever made room.
    func lose(_ loss: SegmentLoss) {
        for series in loss.series {
            guard let host = host(series.key.host) else { continue }
            host.withDatabase {
                $0.noteLost(series.key.chart, updateEvery: series.key.updateEvery, before: series.first)
            }
        }
    }

    /// Whether a host's history reaches into a segment. Hosts that are not known now keep what they have.
    func needs(_ facts: SegmentFacts) -> Bool {
        facts.hosts.contains { guid, span in
            guard let host = host(guid) else { return true }
            let first = host.withDatabase { $0.firstStored }
            return first == 0 || span.last >= first
        }
    }

    // MARK: Once a second

    /// Writes what is new of all hosts.
    func round() {
        beginnings.withLock { $0 = [:] }
        work.withLock { work in
            guard isOpen.load(ordering: .acquiring), clock.monotonic() >= work.retryAt else { return }
            let isWell = write(&work)
            work.retryAt = isWell ? 0 : clock.monotonic() &+ Shelf.patience
            if isWell { recover() }
            shown.withLock { $0.journalBytes = work.journal.size }
        }
    }

    private func write(_ work: inout Work) -> Bool {
        // What the store has taken before goes first; while it cannot be written, no more is added to it.
        guard flush(&work) else { return false }
        let isNewJournal = work.needsJournal || work.journal.isFull
        // Until all of this round is in the file: what does not get through is taken again, from the beginning, by a new one.
        work.needsJournal = true
        work.chunk = JournalChunk()
        if isNewJournal {
            guard attempt({ () throws(SystemError) in try work.journal.begin() }) else { return false }
        }
        let hosts = known.withLock { Array($0.values) }
        if isNewJournal { countCache(hosts) }
        for host in hosts {
            // What a clean exit does not need is not written before it: mode save's points, but for those of charts that have gone.
            let isSaved = host.settings.mode == .save
            guard drain(host, isJournaling: !isSaved, onlyLeft: isSaved, &work) else { return false }
            guard work.chunk.bytes.count < Shelf.longestChunk || commit(&work) else { return false }
        }
        guard commit(&work) else { return false }
        let isDone = attempt { () throws(SystemError) in
            try work.journal.synchronise()
        }
        // What was in older ones and is in blocks now has to be on the disk before they go.
        let isRid =
            !isDone || !isNewJournal
            || attempt { () throws(SegmentStoreError) in
                try store.flush(synchronously: true)
                try asStoreError { () throws(SystemError) in try work.journal.removeOlder() }
            }
        work.needsJournal = !(isDone && isRid)
        return isDone && isRid
    }

    /// Blocks first: the journal never has a row while an older one is nowhere.
    private func commit(_ work: inout Work) -> Bool {
        guard flush(&work) else { return false }
        let chunk = work.chunk
        work.chunk = JournalChunk()
        return attempt { () throws(SystemError) in try work.journal.append(chunk) }
    }

    /// Blocks also go by other ways than ``flush(_:)``'s: now and then they are counted anew.
    private func countCache(_ hosts: [Host]) {
        guard cacheLimit < .max else { return }
        cached.store(hosts.reduce(0) { $0 + $1.withDatabase { $0.sealedBytes } }, ordering: .relaxed)
    }

    /// Takes from a host what is new, a few charts at a time.
    private func drain(_ host: Host, isJournaling: Bool, onlyLeft: Bool = false, _ work: inout Work) -> Bool {
        var drain = Drain(
            epoch: work.journal.epoch,
            isJournaling: isJournaling,
            hostname: host.hostname,
            nextNumber: work.journal.nextNumber,
            chunk: work.chunk
        )
        work.chunk = JournalChunk()
        var slot: Int32 = 0
        var isMore = !onlyLeft
        if onlyLeft { host.withDatabase { $0.takeLeft(into: &drain) } }
        while isMore { isMore = host.withDatabase { $0.drain(into: &drain, from: &slot, limit: Host.workPerLock) } }
        work.chunk = drain.chunk
        work.journal.nextNumber = drain.nextNumber
        var count = 0
        return attempt { () throws(SegmentStoreError) in
            do throws(SegmentStoreError) {
                for block in drain.blocks {
                    try append(block, of: host, drain.hostname, &work)
                    count += 1
                }
            } catch {
                // What no block could ever hold is not tried again.
                if case .refused = error { count += 1 }
                let rest = drain.blocks[count...]
                host.withDatabase { $0.putBack(rest) }
                throw error
            }
        }
    }

    private func append(
        _ block: UnwrittenBlock,
        of host: Host,
        _ hostname: String,
        _ work: inout Work
    ) throws(SegmentStoreError) {
        try store.append(
            host: host.guid,
            hostname: hostname,
            definition: block.definition,
            stamp: block.stamp,
            firstTime: block.firstTime,
            rows: block.rows,
            payload: block.block.withBytes { Array($0) }
        )
        cached.add(block.block.bytes, ordering: .relaxed)
        work.taken.append(Taken(host: host, chart: block.chart, lastTime: block.lastTime, cuts: block.cuts))
    }

    /// Writes what the store has taken, and tells the databases.
    @discardableResult
    private func flush(_ work: inout Work) -> Bool {
        guard attempt({ () throws(SegmentStoreError) in try store.flush() }) else { return false }
        for taken in work.taken {
            taken.host.withDatabase { database in
                database.noteWritten(taken.chart, until: taken.lastTime, cuts: taken.cuts) { bytes in
                    guard cached.load(ordering: .relaxed) > cacheLimit else { return false }
                    cached.subtract(bytes, ordering: .relaxed)
                    return true
                }
                database.noteDrained(taken.chart)
            }
        }
        work.taken = []
        return true
    }

    // MARK: The end

    /// Seals and writes everything, waits for the disk, and gives the directory back.
    func close() {
        work.withLock { work in
            guard isOpen.load(ordering: .acquiring) else { return }
            var isWell = true
            for host in known.withLock({ Array($0.values) }) {
                host.withDatabase { $0.sealAll() }
                isWell = drain(host, isJournaling: false, &work) && isWell
            }
            isWell = flush(&work) && isWell
            if isWell {
                attempt { () throws(SegmentStoreError) in
                    try store.flush(synchronously: true)
                    try asStoreError { () throws(SystemError) in try work.journal.removeAll() }
                }
            }
            attempt { () throws(SegmentStoreError) in try store.close() }
            isOpen.store(false, ordering: .releasing)
        }
    }

    // MARK: What it says

    /// Tries something with the disk, and says when it fails for the first time.
    @discardableResult
    private func attempt<Failure: CustomStringConvertible>(_ body: () throws(Failure) -> Void) -> Bool {
        do throws(Failure) {
            try body()
        } catch {
            let isNew = shown.withLock { facts in
                defer { facts.problem = error.description }
                if facts.problem == nil { facts.problemSince = clock.now() }
                return facts.problem == nil
            }
            if isNew { report(.shelfFailed, ["reason": error.description]) }
            return false
        }
        return true
    }

    /// A whole round went well.
    private func recover() {
        let since = shown.withLock { facts in
            defer { facts.problem = nil }
            return facts.problem == nil ? nil : facts.problemSince
        }
        guard let since else { return }
        report(.shelfRecovered, ["seconds": String((clock.now() &- since) / microsecondsPerSecond)])
    }

    /// What there is of it now.
    var facts: ShelfFacts { shown.withLock { $0 } }

    private func report(_ condition: Condition, _ values: [String: String]) {
        var values = values
        values["directory"] = directory
        reporter.report(Event(condition, at: clock.now(), thread: "DBENGINE", values: values))
    }
}

/// What operators are told of a shelf.
public struct ShelfFacts: Sendable, Equatable {
    /// Why the disk takes nothing, in one sentence; `nil` while it does.
    public var problem: String?
    /// µs since 1970.
    public var problemSince: Int64 = 0
    /// Whether the directory could not be used at the start, and so is not used at all.
    public var isRefused = false
    public var journalBytes = 0
}
