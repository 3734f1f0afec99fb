import Basics
import Store

/// Computes values and statuses of alarms; keeps the room that this needs from one host to the next.
struct AlarmEvaluator: ~Copyable {
    private var stack = EvaluationStack()
    private var values: [Double?] = []

    /// - Parameters:
    ///   - alarm: whose expression it is.
    ///   - first: where the expression's variables begin among the alarm's ``Alarm/sources``.
    ///   - alarms: all of the host, for those that name others.
    ///   - now: Unix seconds.
    mutating func evaluate(
        _ expression: CompiledExpression,
        of alarm: Alarm,
        from first: Int,
        among alarms: [Alarm],
        in database: borrowing HostDatabase,
        now: Int
    ) -> CompiledExpression.Outcome {
        values.removeAll(keepingCapacity: true)
        for index in expression.variables.indices {
            let source = alarm.sources[first + index]
            values.append(variableValue(source, of: alarm, among: alarms, in: database, now: now))
        }
        return expression.evaluate(&stack) { values[$0] }
    }
}

/// What a variable says now; `nil` where there is no such variable, NaN where it has no value.
func variableValue(
    _ source: VariableSource,
    of alarm: Alarm,
    among alarms: [Alarm],
    in database: borrowing HostDatabase,
    now: Int
) -> Double? {
    func time(_ seconds: Int) -> Double { seconds == 0 ? .nan : Double(seconds) }
    switch source {
    case .missing: return nil
    case .constant(let value): return value
    case .this: return alarm.value
    case .after: return time(alarm.windowAfter)
    case .before: return time(alarm.windowBefore)
    case .now: return Double(now)
    case .status: return Double(alarm.status.rawValue)
    case .stored(let chart, let index): return database.newestValue(of: chart, Int(index))
    case .collected(let chart, let index): return database.collectedValue(of: chart, Int(index))
    case .dimensionCollectedAt(let chart, let index):
        return database.collectedValue(of: chart, Int(index)).isNaN ? 0 : Double(database.lastActive(chart))
    case .chartCollectedAt(let chart): return database.clock(of: chart).map { Double($0.lastCollected) }
    case .updateEvery(let chart): return database.clock(of: chart).map { Double($0.updateEvery) }
    case .green(let chart): return alarms.first { $0.chart == chart }?.chartGreen ?? .nan
    case .red(let chart): return alarms.first { $0.chart == chart }?.chartRed ?? .nan
    case .chartVariable(let chart, let name): return database.variable(name, of: chart)
    case .hostVariable(let name): return database.hostVariables[name]
    case .alarm(let index): return alarms[Int(index)].value
    }
}
