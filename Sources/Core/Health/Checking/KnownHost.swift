public import Store

/// A host as far as its charts are known without it: what a database's files say.
public struct KnownHost: Sendable {
    /// Empty where the files don't say.
    public var hostname: String
    /// As the host says it; `nil` where nobody knows, and then no `os` excludes it.
    public var os: String?
    /// `nil` where nobody knows them, and then no `host labels` exclude it.
    public var labels: [Label]?
    public var charts: [SeriesDefinition]

    public init(hostname: String, os: String? = nil, labels: [Label]? = nil, charts: [SeriesDefinition]) {
        self.hostname = hostname
        self.os = os
        self.labels = labels
        self.charts = charts
    }
}

/// The names that alarms of a known host can use (health §4.4), as they are: with a blank in it, `${disk one}`. Those of a
/// chart are made when they are asked for.
struct KnownNames {
    private let charts: [SeriesDefinition]
    private let definitions: [AlarmDefinition]
    // Places in ``charts``.
    private var byContext: [String: [Int]] = [:]
    private var byName: [String: [Int]] = [:]
    private var byFamily: [String: [Int]] = [:]
    /// Places in ``definitions``, by what they are on.
    private var byWatched: [String: [Int]] = [:]
    private var made: [Int: Set<String>] = [:]

    /// - Parameter definitions: those that apply to the host; alarms are variables too.
    init(_ charts: [SeriesDefinition], _ definitions: [AlarmDefinition]) {
        self.charts = charts
        self.definitions = definitions
        for (place, series) in charts.enumerated() {
            let chart = series.chart
            byContext[chart.context, default: []].append(place)
            byFamily[chart.family, default: []].append(place)
            for name in Set([chart.id, chart.name]) { byName[name, default: []].append(place) }
        }
        for (place, definition) in definitions.enumerated() { byWatched[definition.on, default: []].append(place) }
    }

    /// The charts that a definition is for.
    func places(of definition: AlarmDefinition) -> [Int] {
        let candidates = definition.kind == .template ? byContext[definition.on] : byName[definition.on]
        return (candidates ?? []).filter { definition.matches(chart: charts[$0].chart) }
    }

    func dimensions(at place: Int) -> [DimensionDefinition] { charts[place].dimensions }

    /// Whether an alarm on a chart finds a variable.
    mutating func has(_ variable: String, at place: Int) -> Bool {
        if names(at: place).contains(variable) { return true }
        for other in byFamily[charts[place].chart.family] ?? [] where names(at: other).contains(variable) {
            return true
        }
        var end = variable.startIndex
        while let dot = variable[end...].firstIndex(of: ".") {
            end = variable.index(after: dot)
            let rest = String(variable[end...])
            let prefix = String(variable[..<dot])
            // Within a family the context will do.
            let alike = (byContext[prefix] ?? []).filter { charts[$0].chart.family == charts[place].chart.family }
            for other in (byName[prefix] ?? []) + alike where names(at: other).contains(rest) { return true }
        }
        return false
    }

    /// What a chart itself has.
    mutating func names(at place: Int) -> Set<String> {
        if let names = made[place] { return names }
        let series = charts[place]
        var names = Self.names(of: series)
        for watched in Set([series.chart.context, series.chart.id, series.chart.name]) {
            for definition in (byWatched[watched] ?? []).map({ definitions[$0] })
            where definition.matches(chart: series.chart) {
                for one in definition.instances(of: series.dimensions) { names.insert(one.name) }
            }
        }
        made[place] = names
        return names
    }

    private static func names(of series: SeriesDefinition) -> Set<String> {
        var names: Set<String> = ["last_collected_t", "update_every", "green", "red"]
        for dimension in series.dimensions {
            for name in [dimension.id, dimension.name] where !name.isEmpty {
                for ending in ["", "_raw", "_last_collected_t"] { names.insert(name + ending) }
            }
        }
        return names
    }
}
