import Basics
import Store

/// Binds rules to charts (health §2, "Linking").
extension HostAlarms {
    /// Pairs of a rule and a chart that are looked at in one binding: a second or two.
    static let triesAtMost = 5_000_000

    /// What of a host's charts and labels alarms are bound to.
    struct Landscape: Sendable {
        /// In the order in which the charts came.
        var places: [ChartPlace]
        var hostVariables: [String]
    }

    /// An alarm that there should be.
    private struct Wanted {
        var rule: AlarmRule
        var place: Int
        var instance: AlarmDefinition.Instance
    }

    private struct Key: Hashable {
        var chart: ChartRef
        var name: String
    }

    /// Makes the alarms that are missing, and takes those away that nobody wants any more.
    ///
    /// - Parameter now: Unix seconds.
    mutating func bind(_ landscape: Landscape, settings: AlarmSettings, now: Int) {
        let (wanted, isFull) = wanted(landscape)
        self.isFull = isFull
        let places = landscape.places
        let known = Dictionary(alarms.indices.map { (Key(chart: alarms[$0].chart, name: alarms[$0].name), $0) }) { $1 }
        var kept: [Int: Wanted] = [:]
        var new: [Wanted] = []
        for one in wanted {
            let place = places[one.place]
            guard let index = known[Key(chart: place.ref, name: one.instance.name)], alarms[index].rule === one.rule,
                alarms[index].isBound(to: place.definition)
            else {
                new.append(one)
                continue
            }
            kept[index] = one
        }
        for index in alarms.indices where kept[index] == nil { remove(index, keepsValue: true, now: now) }
        let order = kept.keys.sorted()
        let before = alarms
        alarms = order.map { before[$0] }
        var bound = order.map { kept[$0]! }
        let first = alarms.count
        for one in new {
            alarms.append(alarm(one, places[one.place], settings))
            bound.append(one)
        }
        connect(bound, landscape)
        if log.isCrowded(bound: alarms.count) { log.forgetOthers(than: alarms) }
        repeats = alarms.contains(where: \.isRepeating)
        // Chart by chart, though the alarms stand in another order.
        let arrived = (first..<alarms.count).sorted { (bound[$0].place, $0) < (bound[$1].place, $1) }
        for index in arrived { noteArrival(index, now: now) }
    }

    /// Alarms in the order of the files, then templates chart by chart, as the original has them: so an alarm wins over a
    /// template of its name (health §2). No more than ``alarmsAtMost``, nor more than are found in ``triesAtMost`` tries.
    private func wanted(_ landscape: Landscape) -> (wanted: [Wanted], isFull: Bool) {
        var wanted: [Wanted] = []
        var names: Set<Key> = []
        var tries = 0
        /// - Returns: whether there is room for more.
        func want(_ rule: AlarmRule, _ index: Int) -> Bool {
            tries += 1
            guard tries <= Self.triesAtMost else { return false }
            guard rule.definition.matches(chart: landscape.places[index].definition) else { return true }
            let ref = landscape.places[index].ref
            for one in rule.definition.instances(of: landscape.places[index].dimensions)
            where names.insert(Key(chart: ref, name: one.name)).inserted {
                guard wanted.count < Self.alarmsAtMost else { return false }
                wanted.append(Wanted(rule: rule, place: index, instance: one))
            }
            return true
        }
        var named: [String: Set<Int>] = [:]
        for (index, place) in landscape.places.enumerated() {
            named[place.definition.id, default: []].insert(index)
            named[place.definition.name, default: []].insert(index)
        }
        for rule in rules.alarms {
            for index in (named[rule.definition.on] ?? []).sorted() where !want(rule, index) { return (wanted, true) }
        }
        for (index, place) in landscape.places.enumerated() {
            for rule in rules.templates(for: place.definition.context) where !want(rule, index) {
                return (wanted, true)
            }
        }
        return (wanted, false)
    }

    private mutating func alarm(_ one: Wanted, _ place: ChartPlace, _ settings: AlarmSettings) -> Alarm {
        let chart = place.definition
        let known = log.identify(chart: chart.id, name: one.instance.name)
        let rule = one.rule.definition
        var alarm = Alarm(
            rule: one.rule,
            id: known.id,
            name: one.instance.name,
            chart: place.ref,
            chartID: chart.id,
            chartName: chart.name,
            context: chart.context,
            family: chart.family,
            units: rule.units ?? chart.units,
            info: "",
            lookupDimensions: one.instance.lookupDimensions,
            updateEvery: max(rule.every, chart.updateEvery),
            delay: NotificationDelay(rule.delay)
        )
        alarm.eventID = known.eventID
        let repetition = rule.repetition ?? settings.repetition
        alarm.warningRepeatEvery = repetition.warning
        alarm.criticalRepeatEvery = repetition.critical
        return alarm
    }

    /// Brings up to date what alarms have of their charts and of each other.
    private mutating func connect(_ bound: [Wanted], _ landscape: Landscape) {
        var finder = VariableFinder(landscape.places, hostVariables: landscape.hostVariables)
        for index in alarms.indices {
            let rule = alarms[index].rule.definition
            finder.add(alarms[index].name, of: bound[index].place, at: Int32(index), green: rule.green, red: rule.red)
        }
        for index in alarms.indices {
            let place = landscape.places[bound[index].place]
            let rule = alarms[index].rule
            let thresholds = finder.thresholds(of: bound[index].place)
            alarms[index].chartGreen = thresholds.green ?? .nan
            alarms[index].chartRed = thresholds.red ?? .nan
            alarms[index].info = rule.definition.info(for: place.definition)
            alarms[index].lookupSelection = finder.selection(
                of: alarms[index].lookupDimensions,
                rule,
                at: bound[index].place
            )
            let expressions = [rule.definition.calculation, rule.definition.warning, rule.definition.critical]
            alarms[index].sources = expressions.compactMap { $0 }.flatMap(\.variables)
                .map { finder.source(of: $0, at: bound[index].place) }
        }
    }
}

extension Alarm {
    /// Whether it says the same of the chart as when it was bound.
    fileprivate func isBound(to chart: ChartDefinition) -> Bool {
        chartID == chart.id && chartName == chart.name && context == chart.context && family == chart.family
            && updateEvery == max(rule.definition.every, chart.updateEvery)
            && units == rule.definition.units ?? chart.units
    }
}
