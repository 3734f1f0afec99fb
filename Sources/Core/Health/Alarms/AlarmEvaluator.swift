import Basics
import Store

/// Computes values and statuses of alarms; keeps the room that this needs from one host to the next.
///
/// Alarms are read where they stand: a copy of one costs more than its evaluation.
struct AlarmEvaluator: ~Copyable {
    private var stack = EvaluationStack()
    private var values: [Double?] = []

    /// - Parameters:
    ///   - place: among `alarms`, of the one whose expression it is.
    ///   - first: where the expression's variables begin among the alarm's ``Alarm/sources``.
    ///   - alarms: all of the host, for those that name others.
    ///   - now: Unix seconds.
    mutating func evaluate(
        _ expression: CompiledExpression,
        of place: Int,
        from first: Int,
        among alarms: [Alarm],
        in database: borrowing HostDatabase,
        now: Int
    ) -> CompiledExpression.Outcome {
        values.removeAll(keepingCapacity: true)
        for index in expression.variables.indices {
            let source = alarms[place].sources[first + index]
            values.append(variableValue(source, of: place, among: alarms, in: database, now: now))
        }
        return expression.evaluate(&stack) { values[$0] }
    }
}

/// What a variable says now; `nil` where there is no such variable, NaN where it has no value.
///
/// - Parameters:
///   - place: of the alarm that names it, among `alarms`.
///   - status: what `$status` is, where it isn't the alarm's.
func variableValue(
    _ source: VariableSource,
    of place: Int,
    among alarms: [Alarm],
    in database: borrowing HostDatabase,
    now: Int,
    status: AlarmStatus? = nil
) -> Double? {
    func time(_ seconds: Int) -> Double { seconds == 0 ? .nan : Double(seconds) }
    switch source {
    case .missing: return nil
    case .constant(let value): return value
    case .this: return alarms[place].value
    case .after: return time(alarms[place].windowAfter)
    case .before: return time(alarms[place].windowBefore)
    case .now: return Double(now)
    case .status: return Double((status ?? alarms[place].status).rawValue)
    case .stored(let chart, let index): return database.newestValue(of: chart, Int(index))
    case .collected(let chart, let index): return database.collectedValue(of: chart, Int(index))
    case .dimensionCollectedAt(let chart, let index):
        return Double(database.collectedAt(chart, Int(index)))
    case .chartCollectedAt(let chart): return database.lastCollected(of: chart).map { Double($0) }
    case .updateEvery(let chart): return database.updateEvery(of: chart).map { Double($0) }
    case .chartVariable(let chart, let name): return database.variable(name, of: chart)
    case .hostVariable(let name): return database.hostVariables[name]
    case .alarm(let index): return alarms[Int(index)].value
    }
}
