import Store

/// A host's raised alarms, as handlers are told of them: gathered once for all handlers of a pass.
struct RaisedAlarms: Sendable {
    private var newest: [(id: UInt32, alarm: NotificationFacts.RaisedAlarm)] = []
    /// Whether an alarm is critical, by its id.
    private var isCritical: [UInt32: Bool] = [:]
    private var criticals = 0

    init(_ alarms: [Alarm]) {
        var raised: [Int] = []
        // Those of a chart that is obsolete too, until they are removed: 1.37.1 counts them.
        for index in alarms.indices where alarms[index].status.isRaised {
            raised.append(index)
            let critical = alarms[index].status == .critical
            isCritical[alarms[index].id] = critical
            if critical { criticals += 1 }
        }
        // The newest first; of those of one second, as they stand.
        raised.sort { (-alarms[$0].lastStatusChange, $0) < (-alarms[$1].lastStatusChange, $1) }
        // One more than are named, for the one that is told of is not among them.
        newest = raised.prefix(NotificationArguments.namesAtMost + 1).map { index in
            let alarm = alarms[index]
            return (alarm.id, .init(name: alarm.name, status: alarm.status, lastStatusChange: alarm.lastStatusChange))
        }
    }

    /// - Parameter id: of the alarm that the handler is told of.
    func describe(to facts: inout NotificationFacts, without id: UInt32) {
        facts.others = newest.filter { $0.id != id }.map(\.alarm)
        let own = isCritical[id]
        let critical = criticals - (own == true ? 1 : 0)
        let warning = isCritical.count - criticals - (own == false ? 1 : 0)
        facts.moreCritical = critical - facts.others.count { $0.status == .critical }
        facts.moreWarning = warning - facts.others.count { $0.status == .warning }
    }
}
