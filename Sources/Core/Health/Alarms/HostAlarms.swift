import Store

/// The alarms of one host and their past: what binding, evaluation and notifications change (health §5, §6).
struct HostAlarms: Sendable {
    /// In the order in which they were bound.
    var alarms: [Alarm] = []
    var log: AlarmLog
    /// Entries of which it is not decided yet whether somebody is told.
    var waiting: [UInt32] = []
    /// Whether any alarm tells again of a status that stays.
    var repeats = false
    /// What must be written to the log's file: entries that are new, or changed since they were written.
    var unwritten: [UInt32] = []
    /// What health.log is to say.
    var told: [ToldEntry] = []
    /// Of what the alarms are bound to; see ``HostDatabase/bindingsStamp``.
    var boundStamp: UInt64?
    /// When they may be bound again, Unix seconds: the more charts there are, the longer it takes.
    var bindsAgainAt = 0
    /// Whether there would be more than ``alarmsAtMost``.
    var isFull = false
    /// The rules that may concern the host, and what decided that.
    var rules = HostRules()
    /// Of the silencers that the alarms' marks are of.
    var silencersGeneration: UInt64?
    /// What notifies where a rule does not say.
    var handler = HandlerDefaults()

    /// Alarms of one host.
    static let alarmsAtMost = 20_000

    init(log: AlarmLog) {
        self.log = log
        // What an earlier run did not come to.
        waiting = log.entries.filter { $0.flags.isDisjoint(with: [.processed, .updated]) }.map(\.uniqueID)
    }

    /// A change as health.log tells it.
    struct ToldEntry: Sendable, Equatable {
        var alarm: String
        var value: String
        var status: AlarmStatus
    }

    /// When something is due again that was evaluated, Unix seconds. What can't be evaluated is looked at again when something
    /// else is.
    func nextUpdate(after now: Int) -> Int? {
        var next: Int?
        // By their places: each element of a loop would be a copy, with all its texts counted up and down.
        for index in alarms.indices where alarms[index].nextUpdate > now {
            next = min(next ?? .max, alarms[index].nextUpdate)
        }
        return next
    }

    /// Whether the alarms that watch when their charts were collected say all that they can, and it is decided who is told:
    /// then it is known that nothing comes any more.
    func hasRisen(now: Int) -> Bool {
        for index in alarms.indices where alarms[index].rule.watchesCollection {
            guard alarms[index].isListed, !alarms[index].isDisabled, let highest = alarms[index].rule.highest else {
                continue
            }
            guard alarms[index].status >= highest, alarms[index].delay.until < now else { return false }
        }
        return true
    }

    /// The wall clock was set back: what was to come in a minute still does.
    mutating func shift(by seconds: Int) {
        for index in alarms.indices {
            alarms[index].nextUpdate += seconds
            alarms[index].delay.shift(by: seconds)
            if alarms[index].lastStatusChange > 0 { alarms[index].lastStatusChange += seconds }
            if alarms[index].lastUpdated > 0 { alarms[index].lastUpdated += seconds }
            if alarms[index].lastRepeat > 0 { alarms[index].lastRepeat += seconds }
        }
        for uniqueID in waiting { log[uniqueID]?.delayUpTo += seconds }
        bindsAgainAt = 0
    }

    /// Health is switched off: all alarms go (health §6.2).
    mutating func removeAll(now: Int) {
        for index in alarms.indices { remove(index, keepsValue: true, now: now) }
        alarms = []
        boundStamp = nil
    }

    /// Takes an alarm to another status, and notes the change in the log.
    ///
    /// - Parameters:
    ///   - index: which alarm; its value and the one before are those of this change.
    mutating func change(_ index: Int, to status: AlarmStatus, now: Int) {
        let before = alarms[index]
        alarms[index].delay.note(from: before.status, to: status, now: now)
        alarms[index].become(status, now: now)
        var entry = entry(index, after: before, now: now)
        entry.delay = alarms[index].delay.seconds
        entry.delayUpTo = alarms[index].delay.until
        if alarms[index].isSilenced { entry.flags.insert(.silenced) }
        if !alarms[index].rule.definition.hasClearNotification { entry.flags.insert(.noClearNotification) }
        append(entry)
        told.append(ToldEntry(alarm: alarms[index].fullName, value: alarms[index].valueText, status: status))
    }

    /// An alarm has come.
    mutating func noteArrival(_ index: Int, now: Int) {
        let before = alarms[index]
        alarms[index].become(.uninitialized, now: now)
        append(entry(index, after: before, now: now))
    }

    /// An alarm goes: its chart does, or its rule.
    ///
    /// - Parameter keepsValue: whether the entry says what it is; of a chart that has gone there is no value.
    mutating func remove(_ index: Int, keepsValue: Bool, now: Int) {
        let before = alarms[index]
        guard before.status != .removed else { return }
        if !keepsValue {
            alarms[index].oldValue = before.value
            alarms[index].value = .nan
        }
        alarms[index].become(.removed, now: now)
        alarms[index].isListed = false
        append(entry(index, after: before, now: now))
    }

    private func entry(_ index: Int, after before: Alarm, now: Int) -> AlarmEntry {
        var entry = AlarmEntry(alarms[index], uniqueID: 0, handler: handler, when: now)
        entry.oldStatus = before.status
        entry.duration = before.lastStatusChange == 0 ? 0 : max(0, now - before.lastStatusChange)
        entry.nonClearDuration = before.status.isRaised ? entry.duration : 0
        entry.delay = 0
        entry.delayUpTo = now
        return entry
    }

    private mutating func append(_ new: AlarmEntry) {
        var entry = new
        entry.uniqueID = log.takeUniqueID()
        if let before = log.append(entry) { unwritten.append(before.uniqueID) }
        unwritten.append(entry.uniqueID)
        waiting.append(entry.uniqueID)
    }
}

extension Alarm {
    fileprivate mutating func become(_ status: AlarmStatus, now: Int) {
        oldStatus = self.status
        self.status = status
        lastStatusChange = now
        eventID &+= 1
    }
}

/// What notifies where a rule doesn't say.
struct HandlerDefaults: Sendable, Equatable {
    var path = ""
    var recipient = "root"
}

/// `[health]`, as far as single alarms need it.
struct AlarmSettings: Sendable, Equatable {
    var handler = HandlerDefaults()
    /// `default repeat warning` and `default repeat critical`.
    var repetition = AlarmDefinition.Repetition()
}

extension AlarmEntry {
    /// - Parameter alarm: as it is after the change.
    init(_ alarm: Alarm, uniqueID: UInt32, handler: HandlerDefaults, when: Int) {
        let rule = alarm.rule.definition
        self.init(
            uniqueID: uniqueID,
            alarmID: alarm.id,
            eventID: alarm.eventID,
            name: alarm.name,
            chart: alarm.chartID,
            context: alarm.context,
            family: alarm.family,
            classification: rule.classification ?? "Unknown",
            component: rule.component ?? "Unknown",
            type: rule.type ?? "Unknown",
            handler: rule.handler ?? handler.path,
            recipient: rule.recipient ?? handler.recipient,
            source: alarm.rule.source,
            units: alarm.units,
            info: alarm.info,
            when: when,
            duration: 0,
            nonClearDuration: 0,
            status: alarm.status,
            oldStatus: alarm.oldStatus,
            value: alarm.value,
            oldValue: alarm.oldValue,
            delay: alarm.delay.seconds,
            delayUpTo: alarm.delay.until
        )
        if alarm.isRepeating { flags.insert(.repeating) }
    }
}
