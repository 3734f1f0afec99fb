import Store

/// The charts of an ``InterruptTable``: all processors together and each one of them. A dimension appears once its number
/// is not zero, whatever the settings say, because most lines of these files never count anything.
struct InterruptCharts {
    private struct Chart {
        var chart = LiveChart()
        /// The lines shown, as places in the table, in the order of the dimensions.
        var shown: [Int32] = []
        var isShown: [Bool] = []
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
            chart.shown.append(Int32(line))
        }
        for (dimension, line) in chart.shown.enumerated() where line >= 0 {
            database.set(Int32(dimension), value(Int(line)))
        }
    }

    /// Notes the new places of the lines shown. Lines that are gone keep their dimension, without values.
    private mutating func noticeMovedLines(_ table: InterruptTable) {
        var isSame = table.lines.count == known.count
        if isSame {
            for line in known.indices where known[line] != table.lines[line].id {
                isSame = false
                break
            }
        }
        guard !isSame else { return }
        var places: [[UInt8]: Int32] = [:]
        for (line, entry) in table.lines.enumerated() where places[entry.id] == nil { places[entry.id] = Int32(line) }
        let old = known
        func move(_ chart: inout Chart) {
            chart.isShown = .init(repeating: false, count: table.lines.count)
            for index in chart.shown.indices {
                let place = chart.shown[index] >= 0 ? places[old[Int(chart.shown[index])]] : nil
                chart.shown[index] = place ?? -1
                if let place { chart.isShown[Int(place)] = true }
            }
        }
        move(&totalChart)
        for index in coreCharts.indices { move(&coreCharts[index]) }
        known = table.lines.map(\.id)
    }
}
