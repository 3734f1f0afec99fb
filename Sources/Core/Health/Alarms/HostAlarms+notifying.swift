import Store

/// Which changes somebody is told of (health §5.5, §5.6).
extension HostAlarms {
    /// What became of an entry that was due.
    enum Verdict: Sendable, Equatable {
        case send
        /// Of a clear alarm that tells nobody of it.
        case noClearNotification
        /// The handler ran last for the same status.
        case sentBefore
        case silenced
        /// There is nothing to tell, and nothing to say of it.
        case nothing
    }

    struct Decision: Sendable {
        /// As it is in the log; of a repetition it is in no log.
        var entry: AlarmEntry
        var verdict: Verdict
        /// The alarm's place; `nil` where it has gone.
        var alarm: Int?
    }

    /// Decides on the entries that have waited long enough, the newest first, and on those who repeat themselves.
    ///
    /// - Parameter now: Unix seconds.
    mutating func decide(now: Int) -> [Decision] {
        var decisions = repeats ? repetitions(now: now) : []
        let due = waiting.reversed().filter { uniqueID in
            log.index(of: uniqueID).map { log.entries[$0].delayUpTo <= now } ?? true
        }
        // Most of the time something waits, and nothing is due.
        guard !due.isEmpty else { return decisions }
        let places = Dictionary(alarms.indices.map { (alarms[$0].id, $0) }) { $1 }
        for uniqueID in due {
            guard var entry = log[uniqueID], !entry.flags.contains(.updated), !entry.flags.contains(.repeating) else {
                continue
            }
            let place = places[entry.alarmID]
            // What an earlier run left of a rule or a chart that there is no more is nobody's any more.
            let verdict = place.map { self.verdict(on: entry, isSilenced: alarms[$0].isSilenced) } ?? .nothing
            entry.flags.insert(.processed)
            log[uniqueID] = entry
            unwritten.append(uniqueID)
            decisions.append(Decision(entry: entry, verdict: verdict, alarm: place))
        }
        waiting.removeAll { uniqueID in
            guard let entry = log[uniqueID] else { return true }
            return !entry.flags.isDisjoint(with: [.processed, .updated, .repeating])
        }
        return decisions
    }

    private func verdict(on entry: AlarmEntry, isSilenced: Bool) -> Verdict {
        guard entry.status >= .clear else { return .nothing }
        if entry.flags.contains(.noClearNotification) {
            if entry.status == .clear { return .noClearNotification }
        } else {
            let told = log.told(of: entry)
            if told == entry.status { return .sentBefore }
            if told == nil, entry.status == .clear { return .nothing }
        }
        return isSilenced ? .silenced : .send
    }

    /// The handler of an entry was started.
    mutating func noteRun(of uniqueID: UInt32, now: Int) {
        guard var entry = log[uniqueID] else { return }
        entry.flags.formUnion([.handlerRun, .handlerRunning])
        entry.handlerRunAt = now
        log[uniqueID] = entry
        log.noteRun(entry)
        unwritten.append(uniqueID)
    }

    /// It has ended.
    mutating func noteEnd(of uniqueID: UInt32, code: Int, failed: Bool) {
        guard var entry = log[uniqueID] else { return }
        entry.flags.remove(.handlerRunning)
        if failed { entry.flags.insert(.handlerFailed) }
        entry.handlerCode = code
        log[uniqueID] = entry
        unwritten.append(uniqueID)
    }

    /// It was not started: the run is part of the one of the lost child.
    mutating func noteFolding(of uniqueID: UInt32) {
        guard var entry = log[uniqueID] else { return }
        entry.flags.insert(.folded)
        log[uniqueID] = entry
        unwritten.append(uniqueID)
    }

    // MARK: Repeating

    private mutating func repetitions(now: Int) -> [Decision] {
        var decisions: [Decision] = []
        for index in alarms.indices where alarms[index].isRepeating && alarms[index].delay.until <= now {
            guard let interval = interval(alarms[index]), alarms[index].lastRepeat + interval <= now else { continue }
            alarms[index].lastRepeat = now
            alarms[index].timesRepeat += 1
            alarms[index].eventID &+= 1
            let entry = repetition(index, now: now)
            let verdict: Verdict =
                entry.status == .clear && entry.flags.contains(.noClearNotification)
                ? .noClearNotification : alarms[index].isSilenced ? .silenced : .send
            decisions.append(Decision(entry: entry, verdict: verdict, alarm: index))
        }
        return decisions
    }

    private func interval(_ alarm: Alarm) -> Int? {
        switch alarm.status {
        case .warning: alarm.warningRepeatEvery > 0 ? alarm.warningRepeatEvery : nil
        case .critical: alarm.criticalRepeatEvery > 0 ? alarm.criticalRepeatEvery : nil
        // Once, where something was told since it was raised.
        case .clear:
            alarm.oldStatus.isRaised && alarm.lastRepeat < alarm.lastStatusChange && alarm.lastRepeat > 0 ? 1 : nil
        default: nil
        }
    }

    /// An entry that is not kept.
    private mutating func repetition(_ index: Int, now: Int) -> AlarmEntry {
        let alarm = alarms[index]
        var entry = AlarmEntry(alarm, uniqueID: log.takeUniqueID(), handler: handler, when: now)
        if alarm.isSilenced { entry.flags.insert(.silenced) }
        if !alarm.rule.definition.hasClearNotification { entry.flags.insert(.noClearNotification) }
        entry.duration = max(0, now - alarm.lastStatusChange)
        entry.nonClearDuration = alarm.oldStatus.isRaised ? entry.duration : 0
        return entry
    }
}
