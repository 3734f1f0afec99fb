import Store

/// The newest changes of a host's alarms, in memory; what keeps the numbers of alarms and entries (health §6).
public struct AlarmLog: Sendable {
    /// Oldest first.
    public private(set) var entries: [AlarmEntry] = []
    /// The number that the next entry gets.
    public private(set) var nextUniqueID: UInt32
    private var nextAlarmID: UInt32
    private var known: [Key: Known] = [:]
    private let limit: Int

    /// Alarms of which numbers are kept though they are gone: charts of containers come and go.
    static let goneAtMost = 20_000
    /// Numbers of an earlier run from here on are not believed: they begin with the time, and must not run out.
    static let numbersEnd: UInt32 = 4_000_000_000

    /// An alarm that was in the log once.
    struct Known: Sendable, Equatable {
        var id: UInt32
        /// Number of its newest entry, among its own, and among all.
        var eventID: UInt32 = 0
        var newest: UInt32 = 0
        /// For which status its handler ran last, however long ago.
        var told: AlarmStatus?
    }

    fileprivate struct Key: Hashable {
        var chart: String
        var name: String
    }

    /// - Parameters:
    ///   - now: Unix seconds: where numbers begin that nobody knows of an earlier run.
    ///   - limit: `[health] in memory max health log entries`.
    ///   - entries: of an earlier run, oldest first.
    public init(now: Int, limit: Int, entries: [AlarmEntry] = []) {
        self.limit = limit
        let entries = entries.filter { $0.uniqueID < Self.numbersEnd && $0.alarmID < Self.numbersEnd }
        nextUniqueID = entries.isEmpty ? UInt32(truncatingIfNeeded: now) : 0
        nextAlarmID = nextUniqueID
        for entry in entries {
            note(entry)
            if entry.flags.contains(.handlerRun) { noteRun(entry) }
            nextUniqueID = max(nextUniqueID, entry.uniqueID &+ 1)
            nextAlarmID = max(nextAlarmID, entry.alarmID &+ 1)
        }
        self.entries = entries
        trim()
    }

    /// 0 before the first entry.
    public var latestUniqueID: UInt32 { entries.last?.uniqueID ?? 0 }

    /// The number of a chart's alarm, the one that it always had, and of its newest entry.
    mutating func identify(chart: String, name: String) -> Known {
        let key = Key(chart: chart, name: name)
        if let one = known[key] { return one }
        defer { nextAlarmID &+= 1 }
        let one = Known(id: nextAlarmID)
        known[key] = one
        return one
    }

    mutating func takeUniqueID() -> UInt32 {
        defer { nextUniqueID &+= 1 }
        return nextUniqueID
    }

    /// Appends an entry and marks the one of the same alarm before it as updated.
    ///
    /// - Returns: where the one before stands, if it is in memory still: it has to be written again.
    @discardableResult
    mutating func append(_ entry: AlarmEntry) -> AlarmEntry? {
        var entry = entry
        var before: AlarmEntry?
        if let newest = known[Key(entry)]?.newest, let index = index(of: newest) {
            entries[index].flags.insert(.updated)
            entries[index].updatedByID = entry.uniqueID
            entry.updatesID = entries[index].uniqueID
            if entries[index].status.isRaised, entries[index].oldStatus.isRaised {
                entry.nonClearDuration &+= entries[index].nonClearDuration
            }
            before = entries[index]
        }
        note(entry)
        entries.append(entry)
        return before
    }

    private mutating func note(_ entry: AlarmEntry) {
        let told = known[Key(entry)]?.told
        known[Key(entry)] = Known(id: entry.alarmID, eventID: entry.eventID, newest: entry.uniqueID, told: told)
    }

    /// The entry's handler was started.
    mutating func noteRun(_ entry: AlarmEntry) { known[Key(entry)]?.told = entry.status }

    /// For which status an alarm's handler ran last; `nil` where it never did.
    func told(of entry: AlarmEntry) -> AlarmStatus? { known[Key(entry)]?.told }

    /// An alarm's newest entry; `nil` where it is not in memory any more.
    func newest(of alarm: Alarm) -> AlarmEntry? {
        known[Key(chart: alarm.chartID, name: alarm.name)].flatMap { self[$0.newest] }
    }

    /// Whether there are numbers of too many alarms that are gone.
    ///
    /// - Parameter bound: alarms that there are.
    func isCrowded(bound: Int) -> Bool { known.count > bound + entries.count + Self.goneAtMost }

    /// Forgets the numbers of all alarms but those that there are, and those of the entries in memory.
    mutating func forgetOthers(than alarms: [Alarm]) {
        var kept: [Key: Known] = [:]
        for alarm in alarms {
            let key = Key(chart: alarm.chartID, name: alarm.name)
            kept[key] = known[key]
        }
        for entry in entries { kept[Key(entry)] = known[Key(entry)] }
        known = kept
    }

    /// Where the entry with a number stands.
    func index(of uniqueID: UInt32) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].uniqueID < uniqueID { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].uniqueID == uniqueID ? low : nil
    }

    /// The entry with a number, to be changed.
    subscript(uniqueID: UInt32) -> AlarmEntry? {
        get { index(of: uniqueID).map { entries[$0] } }
        set {
            guard let index = index(of: uniqueID), let newValue else { return }
            entries[index] = newValue
        }
    }

    /// Down to two thirds when there are too many; those of which nobody has decided yet who is told stay.
    mutating func trim() {
        guard entries.count > limit else { return }
        var surplus = entries.count - limit * 2 / 3
        entries.removeAll { entry in
            guard surplus > 0, !entry.flags.isDisjoint(with: [.processed, .updated, .repeating]) else { return false }
            surplus -= 1
            return true
        }
    }
}

extension AlarmLog.Key {
    fileprivate init(_ entry: AlarmEntry) { self.init(chart: entry.chart, name: entry.name) }
}
