import Basics
import Store

/// One pass over a host's alarms (health §5.1, steps 4 and 5).
extension HostAlarms {
    /// An alarm that is evaluated in this pass.
    private struct Runnable {
        var index: Int
        /// Of its lookup; `nil` where the alarm before it has the same one, as those of a `foreach` do.
        var window: WindowQuery.Window?
        var sharesWindow = false
        var value = Double.nan
        var windowAfter = 0
        var windowBefore = 0
    }

    /// Alarms that are looked at under one lock of the host.
    private static let alarmsAtOnce = 500

    /// Evaluates what is due: lookups first, with the host's lock for copying only; then values, in order; then statuses.
    ///
    /// - Parameter now: microseconds since 1970.
    mutating func evaluate(
        _ host: Host,
        with evaluator: inout AlarmEvaluator,
        now: Int64
    ) {
        let second = Int(now / microsecondsPerSecond)
        var runnable: [Runnable] = []
        var removed: [Int] = []
        batches(alarms.count) { range in
            host.withDatabase { due(range, in: $0, now: now, &runnable, &removed) }
        }
        for index in removed { remove(index, keepsValue: false, now: second) }
        guard !runnable.isEmpty else { return }
        look(up: &runnable)
        batches(runnable.count) { range in
            host.withDatabase { database in
                for place in range { compute(runnable[place], in: database, with: &evaluator, now: second) }
            }
        }
        var statuses: [AlarmStatus] = []
        statuses.reserveCapacity(runnable.count)
        batches(runnable.count) { range in
            host.withDatabase { database in
                for place in range {
                    statuses.append(status(runnable[place].index, in: database, with: &evaluator, now: second))
                }
            }
        }
        for (place, status) in statuses.enumerated() {
            let index = runnable[place].index
            if status != alarms[index].status { change(index, to: status, now: second) }
            alarms[index].lastUpdated = second
            alarms[index].nextUpdate = second + alarms[index].updateEvery
        }
    }

    private func batches(_ count: Int, _ body: (Range<Int>) -> Void) {
        for first in stride(from: 0, to: count, by: Self.alarmsAtOnce) {
            body(first..<min(first + Self.alarmsAtOnce, count))
        }
    }

    private mutating func due(
        _ range: Range<Int>,
        in database: borrowing HostDatabase,
        now: Int64,
        _ runnable: inout [Runnable],
        _ removed: inout [Int]
    ) {
        let second = Int(now / microsecondsPerSecond)
        for index in range {
            guard let clock = database.clock(of: alarms[index].chart) else {
                removed.append(index)
                continue
            }
            if clock.isObsolete, second - clock.lastCollected > Self.patience { removed.append(index) }
            alarms[index].isListed = !clock.isObsolete && clock.collections > 0
            guard alarms[index].nextUpdate <= second, !alarms[index].isDisabled, isRunnable(index, clock, second) else {
                continue
            }
            var one = Runnable(index: index)
            if let query = alarms[index].rule.query {
                if let before = runnable.last?.index, alarms[before].rule === alarms[index].rule,
                    alarms[before].chart == alarms[index].chart
                {
                    one.sharesWindow = true
                } else {
                    one.window = query.window(of: alarms[index].chart, in: database, now: now)
                }
            }
            runnable.append(one)
        }
    }

    /// Seconds for which the alarms of a chart that is obsolete stay.
    private static let patience = 60

    private func isRunnable(_ index: Int, _ clock: HostDatabase.ChartClock, _ now: Int) -> Bool {
        guard !clock.isObsolete, clock.collections > 1, now + clock.updateEvery >= clock.first else { return false }
        guard let begin = alarms[index].rule.lookupBegin else { return true }
        let needed = now + begin
        return needed + clock.updateEvery >= clock.first && needed - clock.updateEvery <= clock.last
    }

    /// Values of the lookups; without the host's lock.
    private func look(up runnable: inout [Runnable]) {
        var row: WindowQuery.Row?
        var (after, before) = (0, 0)
        for place in runnable.indices {
            let index = runnable[place].index
            guard let query = alarms[index].rule.query else { continue }
            if !runnable[place].sharesWindow {
                let window = runnable[place].window
                runnable[place].window = nil
                (after, before) = (window?.after ?? 0, window?.before ?? 0)
                row = window.map { query.row(of: $0) }
            }
            runnable[place].value = row?.value(dimensions: alarms[index].lookupSelection) ?? .nan
            (runnable[place].windowAfter, runnable[place].windowBefore) = (after, before)
        }
    }

    private mutating func compute(
        _ one: Runnable,
        in database: borrowing HostDatabase,
        with evaluator: inout AlarmEvaluator,
        now: Int
    ) {
        let index = one.index
        alarms[index].oldValue = alarms[index].value
        let rule = alarms[index].rule
        if rule.query != nil {
            alarms[index].value = one.value
            alarms[index].windowAfter = one.windowAfter
            alarms[index].windowBefore = one.windowBefore
        }
        guard let calculation = rule.calculation else { return }
        alarms[index].value =
            evaluator.evaluate(calculation, of: index, from: 0, among: alarms, in: database, now: now).number
    }

    private mutating func status(
        _ index: Int,
        in database: borrowing HostDatabase,
        with evaluator: inout AlarmEvaluator,
        now: Int
    ) -> AlarmStatus {
        let rule = alarms[index].rule
        alarms[index].evaluatedStatus = alarms[index].status
        var first = rule.calculation?.variables.count ?? 0
        var warning: CompiledExpression.Outcome?
        if let expression = rule.warning {
            warning = evaluator.evaluate(expression, of: index, from: first, among: alarms, in: database, now: now)
            first += expression.variables.count
        }
        var critical: CompiledExpression.Outcome?
        if let expression = rule.critical {
            critical = evaluator.evaluate(expression, of: index, from: first, among: alarms, in: database, now: now)
        }
        return AlarmStatus.decided(warning: warning, critical: critical)
    }
}
