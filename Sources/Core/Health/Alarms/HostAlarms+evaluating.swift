import Basics
import Store

/// One pass over a host's alarms (health §5.1, steps 4 and 5).
extension HostAlarms {
    /// An alarm that is evaluated in this pass.
    private struct Runnable {
        var index: Int
        /// Of its lookup.
        var window: WindowQuery.Window?
        var value = Double.nan
    }

    /// Evaluates what is due: lookups first, with the host's lock for copying only; then values, in order; then statuses.
    ///
    /// - Parameter now: microseconds since 1970.
    mutating func evaluate(
        _ host: Host,
        with evaluator: inout AlarmEvaluator,
        now: Int64
    ) {
        let second = Int(now / microsecondsPerSecond)
        var (runnable, removed) = due(host, now: now)
        for index in removed { remove(index, keepsValue: false, now: second) }
        guard !runnable.isEmpty else { return }
        for place in runnable.indices {
            guard let window = runnable[place].window else { continue }
            let alarm = alarms[runnable[place].index]
            runnable[place].value = alarm.rule.query?.value(of: window, dimensions: alarm.lookupSelection) ?? .nan
        }
        let statuses: [AlarmStatus] = host.withDatabase { database in
            for one in runnable { compute(one, in: database, with: &evaluator, now: second) }
            return runnable.map { status($0.index, in: database, with: &evaluator, now: second) }
        }
        for (one, status) in zip(runnable, statuses) {
            if status != alarms[one.index].status { change(one.index, to: status, now: second) }
            alarms[one.index].lastUpdated = second
            alarms[one.index].nextUpdate = second + alarms[one.index].updateEvery
        }
    }

    private mutating func due(_ host: Host, now: Int64) -> (runnable: [Runnable], removed: [Int]) {
        let second = Int(now / microsecondsPerSecond)
        return host.withDatabase { database in
            var runnable: [Runnable] = []
            var removed: [Int] = []
            for index in alarms.indices {
                guard let clock = database.clock(of: alarms[index].chart) else {
                    removed.append(index)
                    continue
                }
                if clock.isObsolete, second - clock.lastCollected > Self.patience { removed.append(index) }
                alarms[index].isListed = !clock.isObsolete && clock.collections > 0
                guard alarms[index].nextUpdate <= second, !alarms[index].isDisabled, isRunnable(index, clock, second)
                else { continue }
                let query = alarms[index].rule.query
                let window = query?.window(of: alarms[index].chart, in: database, now: now)
                runnable.append(Runnable(index: index, window: window))
            }
            return (runnable, removed)
        }
    }

    /// Seconds for which the alarms of a chart that is obsolete stay.
    private static let patience = 60

    private func isRunnable(_ index: Int, _ clock: HostDatabase.ChartClock, _ now: Int) -> Bool {
        guard !clock.isObsolete, clock.collections > 1, now + clock.updateEvery >= clock.first else { return false }
        guard let lookup = alarms[index].rule.definition.lookup else { return true }
        let needed = now + lookup.before + lookup.after
        return needed + clock.updateEvery >= clock.first && needed - clock.updateEvery <= clock.last
    }

    private mutating func compute(
        _ one: Runnable,
        in database: borrowing HostDatabase,
        with evaluator: inout AlarmEvaluator,
        now: Int
    ) {
        let index = one.index
        let rule = alarms[index].rule.definition
        alarms[index].oldValue = alarms[index].value
        if rule.lookup != nil {
            alarms[index].value = one.value
            alarms[index].windowAfter = one.window?.after ?? 0
            alarms[index].windowBefore = one.window?.before ?? 0
        }
        guard let calculation = rule.calculation else { return }
        alarms[index].value =
            evaluator.evaluate(calculation, of: alarms[index], from: 0, among: alarms, in: database, now: now).number
    }

    private mutating func status(
        _ index: Int,
        in database: borrowing HostDatabase,
        with evaluator: inout AlarmEvaluator,
        now: Int
    ) -> AlarmStatus {
        let rule = alarms[index].rule.definition
        alarms[index].evaluatedStatus = alarms[index].status
        var first = rule.calculation?.variables.count ?? 0
        func outcome(_ expression: CompiledExpression?) -> CompiledExpression.Outcome? {
            guard let expression else { return nil }
            defer { first += expression.variables.count }
            return evaluator.evaluate(expression, of: alarms[index], from: first, among: alarms, in: database, now: now)
        }
        let warning = outcome(rule.warning)
        return AlarmStatus.decided(warning: warning, critical: outcome(rule.critical))
    }
}
