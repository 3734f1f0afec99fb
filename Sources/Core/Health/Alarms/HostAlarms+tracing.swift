import Store

/// Why an alarm is in its status, for whoever is told of it (health §4.3, §6.5: arguments 21 and 22).
extension HostAlarms {
    /// The expression that decided the status, as it was written, and what its variables said in the last evaluation; those
    /// that are not the alarm's own, what they say now.
    ///
    /// - Parameter now: Unix seconds.
    func trace(_ index: Int, _ host: Host, _ now: Int) -> (expression: String, variables: String)? {
        let rule = alarms[index].rule
        let isCritical = alarms[index].status == .critical
        guard let expression = isCritical ? rule.critical : rule.warning else { return nil }
        var first = rule.calculation?.variables.count ?? 0
        if isCritical { first += rule.warning?.variables.count ?? 0 }
        let time = alarms[index].lastUpdated == 0 ? now : alarms[index].lastUpdated
        let status = alarms[index].evaluatedStatus
        let values = host.withDatabase { [first] database in
            expression.variables.indices.map {
                let source = alarms[index].sources[first + $0]
                return variableValue(source, of: index, among: alarms, in: database, now: time, status: status)
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
