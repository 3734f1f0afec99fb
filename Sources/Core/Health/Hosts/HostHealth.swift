import Basics
import Status
public import Store
import Synchronization

/// The alarms of one host: evaluated by the ``HealthService``, read by everybody.
public final class HostHealth: Sendable {
    public let host: Host
    private let state: Mutex<State>

    struct State: Sendable {
        var attendance = Attendance()
        var alarms: HostAlarms
        /// What becomes one event while the host is lost; nothing of the node's own host.
        var loss: FoldedLoss?
        /// Alarms whose runs were folded for a loss that is over, until they were evaluated again; and since when it is.
        var unfolding: Set<UInt32> = []
        var backSince = 0
        /// When the child connected and when something came of it last: by the clock that was, and by the clock as it is now.
        var heard = (connectedAt: 0, at: 0)
        var heardNow = (connectedAt: 0, at: 0)
        /// When it was looked at last, and is looked at again, Unix seconds.
        var lastLook = 0
        var nextPass = 0
    }

    /// - Parameters:
    ///   - log: of an earlier run.
    ///   - last: the newest event of an earlier run that says whether the child was lost (``FoldedLoss``).
    ///   - isOwn: the node's own host, which is never lost.
    init(host: Host, log: AlarmLog, last: AlarmEntry? = nil, isOwn: Bool) {
        self.host = host
        let last = last ?? log.entries.last(where: FoldedLoss.isEvent)
        let loss = isOwn ? nil : FoldedLoss(updateEvery: host.settings.updateEvery, last: last)
        state = Mutex(State(alarms: HostAlarms(log: log), loss: loss))
    }

    /// Runs `body` with everything; the host's database may be locked in it, never the other way round.
    func withState<Result: Sendable>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

    /// Whether its alarms are evaluated now.
    public var isOn: Bool { state.withLock { $0.attendance.isOn } }

    /// All alarms that are bound, in the order in which they were.
    public var alarms: [Alarm] { state.withLock { $0.alarms.alarms } }

    /// Newest first.
    ///
    /// - Parameters:
    ///   - uniqueID: only newer ones.
    ///   - chart: only those of the chart with this id or name.
    public func entries(after uniqueID: UInt32 = 0, chart: String? = nil) -> [AlarmEntry] {
        state.withLock { state in
            let name = state.alarms.alarms.first { $0.chartName == chart }?.chartID
            return state.alarms.log.entries.reversed().filter { entry in
                entry.uniqueID > uniqueID && (chart == nil || entry.chart == chart || entry.chart == name)
            }
        }
    }

    /// Oldest first.
    var allEntries: [AlarmEntry] { state.withLock { $0.alarms.log.entries } }

    public var latestUniqueID: UInt32 { state.withLock { $0.alarms.log.latestUniqueID } }

    /// That the child is lost, where somebody was told; `nil` while it is not.
    public var loss: FoldedLoss.Loss? { state.withLock { $0.loss?.loss } }
}

extension HostHealth: AlarmSource {
    public var alarmTally: AlarmTally {
        state.withLock { state in
            var tally = AlarmTally()
            for index in state.alarms.alarms.indices where state.alarms.alarms[index].isListed {
                switch state.alarms.alarms[index].status {
                case .warning: tally.warning += 1
                case .critical: tally.critical += 1
                default: tally.normal += 1
                }
            }
            return tally
        }
    }

    public var alarmFacts: [AlarmFacts] { facts { _ in true } }

    public var raisedAlarmFacts: [AlarmFacts] { facts(where: \.isRaised) }

    private func facts(where isAsked: (AlarmStatus) -> Bool) -> [AlarmFacts] {
        state.withLock { state in
            state.alarms.alarms.indices.compactMap { index in
                let isShown = state.alarms.alarms[index].isListed && isAsked(state.alarms.alarms[index].status)
                return isShown ? AlarmFacts(state.alarms.alarms[index]) : nil
            }
        }
    }
}

extension AlarmFacts {
    fileprivate init(_ alarm: Alarm) {
        self.init(
            id: alarm.id,
            name: alarm.name,
            chart: alarm.chartID,
            chartName: alarm.chartName,
            status: alarm.status,
            value: alarm.value,
            units: alarm.units,
            updateEvery: alarm.updateEvery
        )
        green = alarm.chartGreen
        red = alarm.chartRed
        since = alarm.lastStatusChange
        valueText = alarm.valueText
        info = alarm.info
        classification = alarm.rule.definition.classification
        recipient = alarm.rule.definition.recipient
        source = alarm.rule.source
        isSilenced = alarm.isSilenced
        isDisabled = alarm.isDisabled
    }
}
