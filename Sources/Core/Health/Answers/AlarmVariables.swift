import Basics
public import Store

/// `/api/v1/alarm_variables` (health §4.4, web API §8.5): what an alarm of a chart may name, and its value now.
public struct AlarmVariables: Sendable {
    /// A chart of the host, with what it says now.
    public struct Chart: Sendable {
        public var snapshot: ChartSnapshot
        public var latest: [LatestValue]

        public init(snapshot: ChartSnapshot, latest: [LatestValue]) {
            self.snapshot = snapshot
            self.latest = latest
        }
    }

    private struct Variable {
        var names: [String]
        var value: Double
    }

    private let hostname: String
    private let chart: Chart
    /// All charts of the host, the chart among them.
    private let charts: [Chart]
    private let alarms: [String: [Alarm]]
    private let hostVariables: [String: Double]

    /// - Parameters:
    ///   - chart: the id of the chart that is asked about.
    ///   - charts: all of the host.
    ///   - alarms: all of the host.
    ///   - hostVariables: what plugins and the child set for the whole host.
    /// - Returns: `nil` where the chart is not among them.
    public init?(
        of chart: String,
        hostname: String,
        charts: [Chart],
        alarms: [Alarm],
        hostVariables: [String: Double]
    ) {
        guard let asked = charts.first(where: { $0.snapshot.definition.id == chart }) else { return nil }
        self.chart = asked
        self.hostname = hostname
        self.charts = charts
        self.alarms = Dictionary(grouping: alarms, by: \.chartID)
        self.hostVariables = hostVariables
    }

    public func json() -> [UInt8] {
        let definition = chart.snapshot.definition
        var json = AlarmJSON(depth: 1)
        json.text("chart", definition.id)
        json.text("chart_name", definition.name)
        json.text("chart_context", definition.context)
        object("chart_variables", chartScope(), &json)
        json.text("family", definition.family)
        object("family_variables", familyScope(), &json)
        json.text("host", hostname)
        object("host_variables", hostScope(), &json)
        return "{".utf8 + json.bytes + "\n}\n".utf8
    }

    private func object(_ name: String, _ variables: [Variable], _ json: inout AlarmJSON) {
        var inner = AlarmJSON(depth: 2)
        var seen: Set<String> = []
        for variable in variables {
            // Of two with the same name the first one counts, as where it is looked up.
            for name in variable.names where seen.insert(name).inserted {
                inner.fixed(name, variable.value, decimals: 5)
            }
        }
        json.key(name)
        json.raw("{".utf8 + inner.bytes + "\n\t}".utf8)
    }

    // MARK: Scopes

    private func chartScope() -> [Variable] {
        let alarms = alarmValues(of: chart).map { Variable(names: [$0.name], value: $0.value) }
        return set(by: chart) + facts(of: chart) + alarms + dimensions(of: chart)
    }

    /// What charts say of themselves has their names in front; alarms and dimensions are known without, too.
    private func familyScope() -> [Variable] {
        let family = chart.snapshot.definition.family
        let charts = charts.filter { $0.snapshot.definition.family == family }
        var scope = charts.flatMap { prefixed(set(by: $0), $0) }
        for chart in charts {
            scope += prefixed(facts(of: chart), chart)
            scope += alarmValues(of: chart).map { Variable(names: [$0.name], value: $0.value) }
            for dimension in dimensions(of: chart) {
                scope.append(dimension)
                // Here stands the context in front of them; by their charts only the whole host knows them.
                let context = chart.snapshot.definition.context
                scope.append(Variable(names: dimension.names.map { "\(context).\($0)" }, value: dimension.value))
            }
        }
        return scope
    }

    private func hostScope() -> [Variable] {
        var scope = charts.flatMap { prefixed(set(by: $0), $0) }
        scope += hostVariables.sorted { $0.key < $1.key }.map { Variable(names: [$0.key], value: $0.value) }
        for chart in charts {
            scope += prefixed(facts(of: chart), chart)
            for alarm in alarmValues(of: chart) {
                let names = [chart.name, chart.id].map { "\($0).\(alarm.name)" }
                scope.append(Variable(names: names, value: alarm.value))
            }
            scope += prefixed(dimensions(of: chart), chart)
        }
        return scope
    }

    private func prefixed(_ variables: [Variable], _ chart: Chart) -> [Variable] {
        variables.map { variable in
            Variable(
                names: [chart.id, chart.name].flatMap { prefix in variable.names.map { "\(prefix).\($0)" } },
                value: variable.value
            )
        }
    }

    // MARK: What there is of a chart

    /// What its plugin set.
    private func set(by chart: Chart) -> [Variable] {
        chart.snapshot.variables.sorted { $0.key < $1.key }.map { Variable(names: [$0.key], value: $0.value) }
    }

    private func facts(of chart: Chart) -> [Variable] {
        let thresholds = alarms[chart.id]?.first
        return [
            Variable(names: ["last_collected_t"], value: collectedAt(chart)),
            Variable(names: ["green"], value: thresholds?.chartGreen ?? .nan),
            Variable(names: ["red"], value: thresholds?.chartRed ?? .nan),
            Variable(names: ["update_every"], value: Double(chart.snapshot.definition.updateEvery)),
        ]
    }

    private func alarmValues(of chart: Chart) -> [Alarm] { alarms[chart.id] ?? [] }

    private func dimensions(of chart: Chart) -> [Variable] {
        chart.latest.flatMap { dimension in
            let names = dimension.id == dimension.name ? [dimension.id] : [dimension.id, dimension.name]
            // Of a chart that was never collected no value could be missing.
            let isMissing = chart.snapshot.collections > 0
            let value = dimension.isCollected ? dimension.value ?? .nan : isMissing ? .nan : 0
            return [
                Variable(names: names, value: value),
                Variable(names: names.map { $0 + "_raw" }, value: Double(dimension.collected)),
                Variable(names: names.map { $0 + "_last_collected_t" }, value: Double(dimension.collectedAt)),
            ]
        }
    }

    /// Unix seconds; 0 before the first collection.
    private func collectedAt(_ chart: Chart) -> Double { Double(chart.snapshot.lastCollected / microsecondsPerSecond) }
}

extension AlarmVariables.Chart {
    fileprivate var id: String { snapshot.definition.id }
    fileprivate var name: String { snapshot.definition.name }
}
