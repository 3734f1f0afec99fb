import Store

/// Why an alarm is in its status, for whoever is told of it (health §4.3, §6.5: arguments 21 and 22).
extension HostAlarms {
    /// The expression that decided the status, as it was written, and what its variables said in the last evaluation; those
    /// that are not the alarm's own, what they say now.
    ///
    /// - Parameter now: Unix seconds.
    func trace(_ index: Int, _ host: Host, _ now: Int) -> (expression: String, variables: String)? {
        var alarm = alarms[index]
        let rule = alarm.rule.definition
        let isCritical = alarm.status == .critical
        guard let expression = isCritical ? rule.critical : rule.warning else { return nil }
        var first = rule.calculation?.variables.count ?? 0
        if isCritical { first += rule.warning?.variables.count ?? 0 }
        alarm.status = alarm.evaluatedStatus
        let time = alarm.lastUpdated == 0 ? now : alarm.lastUpdated
        let values = host.withDatabase { [alarm] database in
            expression.variables.indices.map {
                variableValue(alarm.sources[first + $0], of: alarm, among: alarms, in: database, now: time)
            }
        }
        var text = ""
        var stack = EvaluationStack()
        let outcome = expression.evaluate(&stack) { place in
            let name = expression.variables[place]
            if let value = values[place] {
                let isSpecial = VariableFinder.special[name] != nil
                text += "[ \(isSpecial ? "$\(name)" : "${\(name)}") = \(numberText(value)) ] "
            } else {
                text += "[ undefined variable '\(name)' ] "
            }
            return values[place]
        }
        if case .failure(let failure) = outcome {
            text += "; failed to evaluate expression with error \(failure.rawValue) (\(failure.text))"
        }
        return (expression.source, text)
    }
}
