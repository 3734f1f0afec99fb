public import Basics

/// A chart as the disk has it.
public struct ArchivedChart: Sendable {
    /// As it was defined last.
    public var definition: ChartDefinition
    public var dimensions: [DimensionDefinition]
    /// Unix seconds of the oldest and the newest row.
    public var first: Int64
    public var last: Int64
}

extension DiskStore {
    /// The charts of a host that mode dbengine has rows of, by priority; of one that had another interval before, the newest. Reads
    /// the disk.
    public func archivedCharts(of host: GUID) -> [ArchivedChart] {
        guard facts.engine != nil else { return [] }
        var newest: [String: ArchivedChart] = [:]
        for series in engineStore.series(of: host).values {
            let chart = ArchivedChart(
                definition: series.definition.chart,
                dimensions: series.definition.dimensions,
                first: series.span.first,
                last: series.end
            )
            if let known = newest[chart.definition.id], known.last >= chart.last { continue }
            newest[chart.definition.id] = chart
        }
        return newest.values.sorted {
            ($0.definition.priority, $0.definition.id) < ($1.definition.priority, $1.definition.id)
        }
    }
}
