public import Store

/// The charts of a host as a table of tab-separated columns, for comparing collectors with others': a line for each
/// chart, by priority and id.
public enum ChartTable {
    public static let head = [
        "id", "name", "family", "context", "units", "priority", "chart_type", "update_every", "plugin", "module",
        "title",
        "labels", "options", "dimensions",
    ].joined(separator: "\t")

    public static func lines(_ host: Host) -> [String] {
        let charts = host.withDatabase { database in
            database.refs.compactMap { ref in
                database.definition(of: ref).map { ($0, database.dimensions(of: ref)) }
            }
        }
        return charts.sorted { ($0.0.priority, $0.0.id) < ($1.0.priority, $1.0.id) }.map { line($0.0, $0.1) }
    }

    static func line(_ chart: ChartDefinition, _ dimensions: [DimensionDefinition]) -> String {
        let labels = chart.labels.filter { !$0.key.hasPrefix("_collect_") }.map { "\($0.key):\($0.value)" }
        return [
            chart.id, chart.name == chart.id ? "" : chart.name, chart.family, chart.context, chart.units,
            String(chart.priority), chart.type.rawValue, String(chart.updateEvery), chart.plugin, chart.module,
            chart.title, labels.joined(separator: ","), options(chart.options),
            dimensions.map { dimension($0) }.joined(separator: "; "),
        ].joined(separator: "\t")
    }

    private static func options(_ options: ChartOptions) -> String {
        [
            (ChartOptions.obsolete, "obsolete"), (.detail, "detail"), (.hidden, "hidden"), (.storeFirst, "store_first"),
        ].filter { options.contains($0.0) }.map(\.1).joined(separator: " ")
    }

    private static func dimension(_ dimension: DimensionDefinition) -> String {
        var text = dimension.id
        if !dimension.name.isEmpty, dimension.name != dimension.id { text += "=" + dimension.name }
        switch dimension.algorithm {
        case .absolute: text += " abs"
        case .incremental: text += " inc"
        case .percentageOfAbsoluteRow: text += " pabs"
        case .percentageOfIncrementalRow: text += " pinc"
        }
        if dimension.multiplier != 1 || dimension.divisor != 1 {
            text += " \(dimension.multiplier)/\(dimension.divisor)"
        }
        if dimension.options.contains(.hidden) { text += " [hidden]" }
        return text
    }
}
