import Store

/// What `/api/v1/alarm_count` counts (web API §8.5).
public struct AlarmCount: Sendable, Equatable {
    /// `nil`: all that are raised.
    let status: AlarmStatus?
    /// None: all of them.
    let contexts: Set<String>

    /// - Parameter parameters: `status`, of which the last counts, and `context` or `ctx`, which add up; each may hold several
    ///   contexts between `,`, `|` and blanks. There are no patterns.
    public init(_ parameters: [(name: String, value: String)]) {
        let word = parameters.last { $0.name == "status" }?.value
        status = AlarmStatus.allCases.first { $0.name == word }
        contexts = Set(
            parameters.filter { $0.name == "context" || $0.name == "ctx" }.flatMap { parameter in
                parameter.value.split { $0 == "," || $0 == "|" || $0 == " " }.map(String.init)
            }
        )
    }

    public func count(_ alarms: [Alarm]) -> Int {
        alarms.count { alarm in
            alarm.isListed && (contexts.isEmpty || contexts.contains(alarm.context))
                && (status.map { alarm.status == $0 } ?? alarm.status.isRaised)
        }
    }
}
