import Store

/// What a chart of a collector is, without what depends on the run: how often, with which labels.
struct ChartTemplate: Sendable {
    var id: String
    var title: String
    var units: String
    var family: String
    /// Empty: the id.
    var context: String
    var priority: Int
    var type: ChartType
    var options: ChartOptions
    var dimensions: [DimensionDefinition]
    var labels: [Label] = []

    init(
        _ id: String,
        _ title: String,
        _ units: String,
        family: String,
        context: String = "",
        _ priority: Int,
        type: ChartType = .line,
        options: ChartOptions = [],
        _ dimensions: [DimensionDefinition],
        labels: [Label] = []
    ) {
        self.id = id
        self.title = title
        self.units = units
        self.family = family
        self.context = context
        self.priority = priority
        self.type = type
        self.options = options
        self.dimensions = dimensions
        self.labels = labels
    }
}

extension DimensionDefinition {
    static func absolute(
        _ id: String,
        _ name: String = "",
        _ multiplier: Int64 = 1,
        _ divisor: Int64 = 1
    ) -> DimensionDefinition {
        .init(id: id, name: name, algorithm: .absolute, multiplier: multiplier, divisor: divisor)
    }

    static func absolute(_ id: String, _ multiplier: Int64, _ divisor: Int64 = 1) -> DimensionDefinition {
        .init(id: id, algorithm: .absolute, multiplier: multiplier, divisor: divisor)
    }

    static func incremental(
        _ id: String,
        _ name: String = "",
        _ multiplier: Int64 = 1,
        _ divisor: Int64 = 1
    ) -> DimensionDefinition {
        .init(id: id, name: name, algorithm: .incremental, multiplier: multiplier, divisor: divisor)
    }

    static func incremental(_ id: String, _ multiplier: Int64, _ divisor: Int64 = 1) -> DimensionDefinition {
        .init(id: id, algorithm: .incremental, multiplier: multiplier, divisor: divisor)
    }

    static func percentageOfIncrementalRow(_ id: String, hidden: Bool = false) -> DimensionDefinition {
        .init(id: id, algorithm: .percentageOfIncrementalRow, options: hidden ? .hidden : [])
    }
}

extension Label {
    /// A label that the collector found out.
    static func automatic(_ key: String, _ value: String) -> Label { .init(key: key, value: value, source: 1) }
    /// The same, as the network interfaces' have it: also not to be dropped when labels are renewed.
    static func lasting(_ key: String, _ value: String) -> Label { .init(key: key, value: value, source: 0x2000_0001) }
}

/// Whose charts they are: the words `plugin` and `module` of a chart.
struct ChartSource: Sendable {
    var plugin: String
    var module: String

    static func proc(_ module: String) -> ChartSource { .init(plugin: "proc.plugin", module: module) }
}
