import Store

/// The charts of an ``InterruptTable``: all processors together and each one of them. A dimension appears once its number
/// is not zero, whatever the settings say, because most lines of these files never count anything.
struct InterruptCharts {
    private struct Chart {
        var chart = LiveChart()
        var dimensions: [Dimension] = []
        /// Whether the line at this place in the table has a dimension.
        var isShown: [Bool] = []
    }

    private struct Dimension {
        let id: [UInt8]
        /// Its line's place in the table; -1 while there is none.
        var line: Int
    }

    private let source: ChartSource
    private let total: @Sendable () -> ChartTemplate
    private let core: @Sendable (Int) -> ChartTemplate
    private let showsCores: Bool
    private var totalChart = Chart()
    private var coreCharts: [Chart] = []
    /// The ids of the lines when places were noted: a line that comes or goes moves those below it.
    private var known: [[UInt8]] = []

    init(
        _ source: ChartSource,
        showsCores: Bool,
        total: @escaping @Sendable () -> ChartTemplate,
        core: @escaping @Sendable (Int) -> ChartTemplate
    ) {
        self.source = source
        self.showsCores = showsCores
        self.total = total
        self.core = core
    }

    mutating func collect(_ table: InterruptTable, into database: inout HostDatabase, at tick: Tick) {
        noticeMovedLines(table)
        totalChart.chart.begin(&database, tick, source, total())
        Self.fill(&totalChart, table, in: &database) { table.lines[$0].total }
        database.end(now: tick.now)
        guard showsCores else { return }
        while coreCharts.count < table.processors {
            coreCharts.append(Chart(isShown: .init(repeating: false, count: table.lines.count)))
        }
        for processor in 0..<table.processors {
            coreCharts[processor].chart.begin(&database, tick, source, core(processor))
            Self.fill(&coreCharts[processor], table, in: &database) { table.count(line: $0, processor: processor) }
            database.end(now: tick.now)
        }
    }

    private static func fill(
        _ chart: inout Chart,
        _ table: InterruptTable,
        in database: inout HostDatabase,
        value: (Int) -> Int64
    ) {
        for line in table.lines.indices where !chart.isShown[line] && value(line) != 0 {
            chart.chart.append(
                .incremental(String(decoding: table.lines[line].id, as: UTF8.self), table.lines[line].name),
                to: &database
            )
            chart.isShown[line] = true
            chart.dimensions.append(Dimension(id: table.lines[line].id, line: line))
        }
        for (index, dimension) in chart.dimensions.enumerated() where dimension.line >= 0 {
            database.set(Int32(index), value(dimension.line))
        }
    }

    /// Notes the new places of the lines shown. Lines that are gone keep their dimension, without values, and have it again
    /// when they come back.
    private mutating func noticeMovedLines(_ table: InterruptTable) {
        var isSame = table.lines.count == known.count
        if isSame {
            for line in known.indices where known[line] != table.lines[line].id {
                isSame = false
                break
            }
        }
        guard !isSame else { return }
        var places: [[UInt8]: Int] = [:]
        for (line, entry) in table.lines.enumerated() where places[entry.id] == nil { places[entry.id] = line }
        func move(_ chart: inout Chart) {
            chart.isShown = .init(repeating: false, count: table.lines.count)
            for index in chart.dimensions.indices {
                let place = places[chart.dimensions[index].id]
                chart.dimensions[index].line = place ?? -1
                if let place { chart.isShown[place] = true }
            }
        }
        move(&totalChart)
        for index in coreCharts.indices { move(&coreCharts[index]) }
        known = table.lines.map(\.id)
    }
}
