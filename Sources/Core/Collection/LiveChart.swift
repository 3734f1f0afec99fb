import Store

/// A chart that a collector keeps: defined when it is first needed, afterwards only filled.
struct LiveChart {
    private var reference: ChartRef?
    private(set) var dimensions: Int32 = 0

    var isShown: Bool { reference != nil }

    /// Opens the chart for this round's values, which follow by ``HostDatabase/set(_:_:)-(Int32,_)`` in the order of the
    /// template's dimensions; `database.end` closes it. The template is made only where the chart must be defined.
    mutating func begin(
        _ database: inout HostDatabase,
        _ tick: Tick,
        _ source: ChartSource,
        every: Int? = nil,
        _ template: @autoclosure () -> ChartTemplate
    ) {
        if reference == nil { define(template(), source, every: every, tick, in: &database) }
        open(&database, tick)
    }

    /// The same for a chart that was defined before; nothing for another.
    func open(_ database: inout HostDatabase, _ tick: Tick) {
        if let reference { database.begin(reference, microseconds: 0, now: tick.now, trusted: false) }
    }

    /// One more dimension at the end.
    mutating func append(_ dimension: DimensionDefinition, to database: inout HostDatabase) {
        guard let reference else { return }
        database.define(dimension, in: reference)
        dimensions += 1
    }

    /// A number that belongs to the chart.
    func setVariable(_ name: String, _ value: Double, in database: inout HostDatabase) {
        guard let reference else { return }
        database.setVariable(name, value, of: reference)
    }

    /// The device is gone: the chart says so, and the next ``begin(_:_:_:every:_:)`` defines it anew.
    mutating func retire(from database: inout HostDatabase, _ tick: Tick) {
        guard let reference else { return }
        database.setObsolete(true, reference, now: tick.now)
        self.reference = nil
        dimensions = 0
    }

    mutating func define(
        _ template: ChartTemplate,
        _ source: ChartSource,
        every: Int? = nil,
        _ tick: Tick,
        in database: inout HostDatabase
    ) {
        let chart = ChartDefinition(
            id: template.id,
            title: template.title,
            units: template.units,
            family: template.family,
            context: template.context,
            type: template.type,
            priority: template.priority,
            updateEvery: every ?? tick.updateEvery,
            options: template.options,
            plugin: source.plugin,
            module: source.module,
            labels: template.labels
        )
        guard let reference = database.define(chart, now: tick.now) else { return }
        for dimension in template.dimensions { database.define(dimension, in: reference) }
        self.reference = reference
        dimensions = Int32(template.dimensions.count)
    }
}
