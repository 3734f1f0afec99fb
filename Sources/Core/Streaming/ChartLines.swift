import Basics
import Store
import Wire

/// What an outbox keeps of one chart: whether the parent knows it, and the parts of its lines that never change.
struct ChartLines {
    /// The connection the definition was sent on; 0 for none.
    var connection: UInt32 = 0
    /// The definition that was sent.
    var generation: UInt32 = 0
    /// The chart's place may have been taken over by another one.
    var ref: ChartRef?
    /// What goes through of its replication; `nil` where this node answers itself, or nobody does.
    var relayed: RelayedChart?
    /// `send charts matching` allows it.
    var isWanted = false
    /// Nothing of it goes out before the parent has its past (streaming protocol §10).
    var isHeld = false
    /// BEGIN says 0 microseconds until the chart's clock reaches this, µs since 1970 (streaming protocol §8.4).
    var resyncUntil: Int64 = 0
    /// Variables of the chart that have another value since its last collection.
    var changedVariables: [String: Double] = [:]
    /// `BEGIN "id" ` followed by `SET "dimension" = ` of each dimension.
    private var prefixes: [UInt8] = []
    /// Where each prefix ends.
    private var ends: [Int32] = []

    /// Takes a definition over.
    mutating func remember(_ id: String, _ dimensions: [DimensionDefinition]) {
        changedVariables = [:]
        prefixes = CommandWriter.beginPrefix(id)
        ends = [Int32(prefixes.count)]
        ends.reserveCapacity(dimensions.count + 1)
        for dimension in dimensions {
            prefixes += CommandWriter.setPrefix(dimension.id)
            ends.append(Int32(prefixes.count))
        }
    }

    /// Whether this is the chart that the parent knows by that id.
    ///
    /// - Parameter prefix: what a BEGIN of that id begins with.
    func isSent(with prefix: [UInt8]) -> Bool {
        ends.first.map { prefixes[..<Int($0)].elementsEqual(prefix) } ?? false
    }

    /// The lines of one collection: BEGIN, a SET for each dimension that was collected, what changed of the chart's
    /// variables (streaming protocol §8.4), END.
    mutating func write(
        _ collection: borrowing Store.Collection,
        microseconds: Int64,
        _ writer: CommandWriter,
        to bytes: inout [UInt8]
    ) {
        prefixes.withUnsafeBufferPointer { prefixes in
            ends.withUnsafeBufferPointer { ends in
                var start = Int(ends[0])
                CommandWriter.line(UnsafeBufferPointer(rebasing: prefixes[..<start]), microseconds, to: &bytes)
                for index in 0..<min(collection.dimensionCount, ends.count - 1) {
                    let end = Int(ends[index + 1])
                    if collection.isUpdated(index) {
                        let prefix = UnsafeBufferPointer(rebasing: prefixes[start..<end])
                        CommandWriter.line(prefix, collection.collected(index), to: &bytes)
                    }
                    start = end
                }
            }
        }
        if !changedVariables.isEmpty {
            writer.chartVariables(changedVariables, to: &bytes)
            changedVariables = [:]
        }
        CommandWriter.end(to: &bytes)
    }
}

extension CommandWriter {
    /// CHART with everything that belongs to it: labels, dimensions, variables (streaming protocol §8.1–8.5).
    func define(
        _ chart: ChartDefinition,
        _ dimensions: [DimensionDefinition],
        _ variables: [String: Double],
        to bytes: inout [UInt8]
    ) {
        self.chart(ChartLine(chart), to: &bytes)
        if !chart.labels.isEmpty {
            for label in chart.labels { chartLabel(label.key, label.value, source: label.source, to: &bytes) }
            commitChartLabels(to: &bytes)
        }
        for definition in dimensions { dimension(DimensionLine(definition), to: &bytes) }
        chartVariables(variables, to: &bytes)
    }

    func chartVariables(_ variables: [String: Double], to bytes: inout [UInt8]) {
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            variable(.chart, name, value, to: &bytes)
        }
    }

    /// The end of a definition, with what there is of the chart's past (streaming protocol §10 "Child, definition").
    ///
    /// - Parameter now: µs since 1970.
    static func chartDefinitionEnd(_ past: ReplicablePast, now: Int64, to bytes: inout [UInt8]) {
        let now = now / microsecondsPerSecond
        let last = min(past.last, now)
        var first = past.first == 0 && last != 0 ? last : past.first
        if last != 0, first >= last { first = last &- past.updateEvery }
        chartDefinitionEnd(first: first, last: last, now: now, to: &bytes)
    }

    /// What a host says of itself right after the parent accepted it (streaming protocol §11, "After the accept").
    func introduce(
        _ guid: GUID,
        claim: String?,
        labels: [Label],
        variables: [String: Double],
        to bytes: inout [UInt8]
    ) {
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) { variable(.host, name, value, to: &bytes) }
        claimedID(machineGUID: guid.description, claim: claim, to: &bytes)
        if !labels.isEmpty { self.labels(labels, to: &bytes) }
    }

    /// All labels of a host; none at all takes those away that the parent has.
    func labels(_ labels: [Label], to bytes: inout [UInt8]) {
        for label in labels { self.label(label.key, label.value, source: label.source, to: &bytes) }
        overwriteLabels(to: &bytes)
    }
}

extension ChartLine {
    fileprivate init(_ chart: ChartDefinition) {
        self.init(
            id: chart.id,
            name: chart.name,
            title: chart.title,
            units: chart.units,
            family: chart.family,
            context: chart.context,
            type: chart.type.rawValue,
            priority: chart.priority,
            updateEvery: chart.updateEvery,
            plugin: chart.plugin,
            module: chart.module
        )
        isObsolete = chart.options.contains(.obsolete)
        hasDetail = chart.options.contains(.detail)
        storesFirst = chart.options.contains(.storeFirst)
        isHidden = chart.options.contains(.hidden)
    }
}

extension DimensionLine {
    fileprivate init(_ dimension: DimensionDefinition) {
        self.init(
            id: dimension.id,
            name: dimension.name,
            algorithm: dimension.algorithm.text,
            multiplier: dimension.multiplier,
            divisor: dimension.divisor
        )
        isObsolete = dimension.options.contains(.obsolete)
        isHidden = dimension.options.contains(.hidden)
        ignoresReset = dimension.options.contains(.noreset)
    }
}
