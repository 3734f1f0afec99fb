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
    /// The rules that may concern the host, and what decided that.
    var rules = HostRules()
    /// Of the silencers that the alarms' marks are of.
    var silencersGeneration: UInt64?
    /// What notifies where a rule does not say.
    var handler = HandlerDefaults()

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
    func nextUpdate(after now: Int) -> Int? { alarms.lazy.map(\.nextUpdate).filter { $0 > now }.min() }

    /// Whether the alarms that watch when their charts were collected say all that they can: then it is known that nothing
    /// comes any more.
    var hasRisen: Bool {
        alarms.allSatisfy { alarm in
            guard alarm.rule.watchesCollection, alarm.isListed else { return true }
            return alarm.status >= (alarm.rule.definition.critical == nil ? .warning : .critical)
        }
    }

    /// Takes an alarm to a status, and notes the change in the log.
    ///
    /// - Parameters:
    ///   - index: which alarm.
    ///   - value: what it has now; the value before is in ``Alarm/oldValue``.
    mutating func change(_ index: Int, to status: AlarmStatus, now: Int) {
        let before = alarms[index]
        alarms[index].delay.note(from: before.status, to: status, now: now)
        alarms[index].oldStatus = before.status
        alarms[index].status = status
        alarms[index].lastStatusChange = now
        alarms[index].eventID &+= 1
        let duration = before.lastStatusChange == 0 ? 0 : now - before.lastStatusChange
        append(index, oldStatus: before.status, duration: duration, now: now)
    }

    /// Notes in the log what an alarm is.
    private mutating func append(
        _ index: Int,
        oldStatus: AlarmStatus,
        duration: Int,
        now: Int
    ) {
        var entry = AlarmEntry(alarms[index], uniqueID: log.takeUniqueID(), handler: handler, when: now)
        entry.oldStatus = oldStatus
        entry.duration = duration
        entry.nonClearDuration = oldStatus.isRaised ? duration : 0
        if let before = log.append(entry) { unwritten.append(before.uniqueID) }
        unwritten.append(entry.uniqueID)
        waiting.append(entry.uniqueID)
        let alarm = alarms[index]
        told.append(ToldEntry(alarm: alarm.fullName, value: alarm.valueText, status: alarm.status))
    }

    /// An alarm has come.
    mutating func noteArrival(_ index: Int, now: Int) {
        alarms[index].eventID &+= 1
        alarms[index].lastStatusChange = now
        append(index, oldStatus: .uninitialized, duration: 0, now: now)
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
        lastRepeat = alarm.lastRepeat
        if alarm.isSilenced { flags.insert(.silenced) }
        if !rule.hasClearNotification { flags.insert(.noClearNotification) }
        if alarm.isRepeating { flags.insert(.repeating) }
    }
}
