public import Store
import Synchronization

/// The alarms of one host: evaluated by the ``HealthService``, read by everybody.
public final class HostHealth: Sendable {
    public let host: Host
    private let state: Mutex<State>

    struct State: Sendable {
        var isOn = false
        var alarms: [Alarm] = []
        var log: AlarmLog
    }

    init(host: Host, log: AlarmLog) {
        self.host = host
        state = Mutex(State(log: log))
    }

    /// Whether its alarms are evaluated now.
    public var isOn: Bool { state.withLock { $0.isOn } }

    /// All alarms that are bound, in the order in which they were.
    public var alarms: [Alarm] { state.withLock { $0.alarms } }

    /// Newest first.
    ///
    /// - Parameters:
    ///   - uniqueID: only newer ones.
    ///   - chart: only those of the chart with this id or name.
    public func entries(after uniqueID: UInt32 = 0, chart: String? = nil) -> [AlarmEntry] {
        state.withLock { state in
            let name = state.alarms.first { $0.chartName == chart }?.chartID
            return state.log.entries.reversed().filter { entry in
                entry.uniqueID > uniqueID && (chart == nil || entry.chart == chart || entry.chart == name)
            }
        }
    }

    public var latestUniqueID: UInt32 { state.withLock { $0.log.latestUniqueID } }
}

extension HostHealth: AlarmSource {
    public var alarmTally: AlarmTally {
        state.withLock { state in
            var tally = AlarmTally()
            for alarm in state.alarms where alarm.isListed {
                switch alarm.status {
                case .warning: tally.warning += 1
                case .critical: tally.critical += 1
                default: tally.normal += 1
                }
            }
            return tally
        }
    }

    public var alarmFacts: [AlarmFacts] {
        state.withLock { state in
            state.alarms.filter(\.isListed).map { alarm in
                AlarmFacts(
                    id: alarm.id,
                    name: alarm.name,
                    chart: alarm.chartID,
                    chartName: alarm.chartName,
                    status: alarm.status,
                    value: alarm.value,
                    units: alarm.units,
                    updateEvery: alarm.updateEvery
                )
            }
        }
    }
}
