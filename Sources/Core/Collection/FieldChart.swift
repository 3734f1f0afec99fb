import Store

/// A chart whose dimensions are fields of a file, one each.
struct FieldChart: Sendable {
    /// The option of the module's section that shows or hides it. Charts with the same option appear together.
    let option: String
    let appearance: Appearance
    let template: ChartTemplate
    /// The field of each dimension, in the dimensions' order.
    let fields: [String]

    init(_ option: String, appearance: Appearance = .whenNonZero, _ template: ChartTemplate, fields: [String]? = nil) {
        self.option = option
        self.appearance = appearance
        self.template = template
        self.fields = fields ?? template.dimensions.map(\.id)
    }
}

/// The charts of a file, filled from its ``FieldTable``.
struct FieldCharts {
    private struct Entry {
        let template: ChartTemplate
        let places: Range<Int>
        /// Entries of one option follow each other; this is the first of them.
        let group: Int
        let appearance: Appearance
        var chart = LiveChart()
    }

    private let source: ChartSource
    private let table: FieldTable
    private var entries: [Entry] = []
    private var places: [Int16] = []

    /// Charts that the settings don't want are left out. The table must know every field; those that the file of this
    /// kernel doesn't have stay 0.
    init(_ charts: [FieldChart], section: String, source: ChartSource, table: FieldTable, options: CollectionOptions) {
        self.source = source
        self.table = table
        var previousOption: String?
        for chart in charts {
            let appearance = options.appearance(section, chart.option, default: chart.appearance)
            guard appearance != .never else { continue }
            let first = places.count
            places += chart.fields.map { Int16(table.index(of: $0)!) }
            let group = chart.option == previousOption ? entries[entries.count - 1].group : entries.count
            previousOption = chart.option
            entries.append(
                Entry(
                    template: chart.template,
                    places: first..<places.count,
                    group: group,
                    appearance: appearance
                )
            )
        }
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) {
        for index in entries.indices {
            guard entries[index].chart.isShown || mayAppear(index) else { continue }
            if !entries[index].chart.isShown {
                let template = entries[index].template
                entries[index].chart.define(template, source, tick, in: &database)
            }
            entries[index].chart.open(&database, tick)
            var dimension: Int32 = 0
            for place in entries[index].places {
                database.set(dimension, table.values[Int(places[place])])
                dimension += 1
            }
            database.end(now: tick.now)
        }
    }

    private func mayAppear(_ index: Int) -> Bool {
        // A kernel that has none of its fields has no such chart.
        guard entries[index].places.contains(where: { table.present[Int(places[$0])] }) else { return false }
        guard entries[index].appearance == .whenNonZero else { return true }
        let group = entries[index].group
        for entry in entries where entry.group == group {
            for place in entry.places where table.values[Int(places[place])] != 0 { return true }
        }
        return false
    }
}
