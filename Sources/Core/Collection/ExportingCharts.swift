import Store

/// The node's own charts of each connector of exporting.conf (exporting §5): four of one family, collected once in each of its
/// periods, so that the alarms on them see when none comes any more.
struct ExportingCharts {
    private static let source = ChartSource(plugin: "exporting", module: "")

    private struct Connector {
        var charts: [LiveChart] = .init(repeating: LiveChart(), count: 4)
        var updateEvery: Int
        /// The last one that was collected.
        var period = 0
    }

    private var connectors: [String: Connector] = [:]
    private var main = LiveChart()

    /// Collects what is new, and retires the charts of connectors that are no more.
    /// - Parameter time: of the thread that makes all batches: `user` and `system`, microseconds.
    mutating func collect(
        _ exporters: [NodeFigures.Exporter],
        time: [Int64] = [],
        into database: inout HostDatabase,
        at tick: Tick
    ) {
        if exporters.isEmpty {
            if main.isShown { main.retire(from: &database, tick) }
        } else if time.count == 2 {
            main.begin(&database, tick, Self.source, Self.mainTemplate)
            for (dimension, value) in time.enumerated() { database.set(Int32(dimension), value) }
            database.end(now: tick.now)
        }
        for (name, connector) in connectors where !exporters.contains(where: { $0.name == name }) {
            retire(connector, from: &database, at: tick)
            connectors[name] = nil
        }
        for exporter in exporters where exporter.period > 0 {
            var connector = connectors[exporter.name] ?? Connector(updateEvery: exporter.updateEvery)
            if connector.updateEvery != exporter.updateEvery {
                retire(connector, from: &database, at: tick)
                connector = Connector(updateEvery: exporter.updateEvery)
            }
            if connector.period != exporter.period { collect(exporter, &connector, &database, tick) }
            connectors[exporter.name] = connector
        }
    }

    private func collect(
        _ exporter: NodeFigures.Exporter,
        _ connector: inout Connector,
        _ database: inout HostDatabase,
        _ tick: Tick
    ) {
        connector.period = exporter.period
        let templates = Self.templates(exporter.name)
        let values = [exporter.metrics, exporter.bytes, exporter.operations, exporter.processorTime]
        for index in templates.indices {
            connector.charts[index].begin(
                &database,
                tick,
                Self.source,
                every: max(exporter.updateEvery, tick.updateEvery),
                templates[index]
            )
            for (dimension, value) in values[index].enumerated() { database.set(Int32(dimension), value) }
            database.end(now: tick.now)
        }
    }

    private func retire(_ connector: Connector, from database: inout HostDatabase, at tick: Tick) {
        var connector = connector
        for index in connector.charts.indices { connector.charts[index].retire(from: &database, tick) }
    }

    private static let mainTemplate = ChartTemplate(
        "netdata.exporting_main_thread_cpu",
        "Netdata Main Exporting Thread CPU Usage",
        "milliseconds/s",
        family: "exporting",
        context: "exporting_cpu_usage",
        130_600,
        type: .stacked,
        [.incremental("user", 1, 1000), .incremental("system", 1, 1000)]
    )

    private static func templates(_ name: String) -> [ChartTemplate] {
        let family = "exporting_\(name)"
        let id = "netdata.exporting_\(cleaned(name))"
        return [
            .init(
                "\(id)_metrics",
                "Netdata Buffered Metrics",
                "metrics",
                family: family,
                context: "exporting_buffer",
                130_610,
                [.absolute("buffered"), .absolute("lost"), .absolute("sent")]
            ),
            .init(
                "\(id)_bytes",
                "Netdata Exporting Data Size",
                "KiB",
                family: family,
                context: "exporting_data_size",
                130_620,
                type: .area,
                ["buffered", "lost", "sent", "received"].map { .absolute($0, 1, 1024) }
            ),
            .init(
                "\(id)_ops",
                "Netdata Exporting Operations",
                "operations",
                family: family,
                context: "exporting_operations",
                130_630,
                ["write", "discard", "reconnect", "failure", "read"].map { .absolute($0) }
            ),
            .init(
                "\(id)_thread_cpu",
                "Netdata Exporting Instance Thread CPU Usage",
                "milliseconds/s",
                family: family,
                context: "exporting_instance",
                130_640,
                type: .stacked,
                [.incremental("user", 1, 1000), .incremental("system", 1, 1000)]
            ),
        ]
    }

    /// What may stand in a chart's id.
    private static func cleaned(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
    }
}
