import Config
import Store
import Testing

@testable import Collection

/// The node's own charts of its connectors (exporting §5).
@Suite struct ExportingChartsTests {
    private let buffer = ReadBuffer()
    private let run: CollectorRun

    init() throws { run = try CollectorRun(nil, ["plugins": ["netdata monitoring": "no", "proc": "no"]]) }

    private func tick(_ second: Int64) -> Tick {
        let second = CollectorRun.start + second
        return Tick(now: second * 1_000_000, second: second, updateEvery: 1, buffer: buffer)
    }

    private func figures(_ name: String = "my db", every: Int = 10, period: Int) -> NodeFigures.Exporter {
        let times = Int64(period)
        return NodeFigures.Exporter(
            name: name,
            updateEvery: every,
            period: period,
            metrics: [100, 20, 80],
            bytes: [10_240, 2048, 8192, 1024],
            operations: [1, 2, 3, 4, 5],
            processorTime: [1000 * times, 500 * times]
        )
    }

    private func collections(_ chart: String) -> Int? {
        run.host.withDatabase { database in
            database.find(chart).flatMap { database.snapshot(of: $0)?.collections }
        }
    }

    @Test func fourChartsEachCollectedOnceAPeriod() throws {
        var charts = ExportingCharts()
        func collect(_ second: Int64, _ exporters: NodeFigures.Exporter...) {
            run.host.withDatabase { charts.collect(exporters, into: &$0, at: tick(second)) }
        }
        collect(0, figures(period: 0))
        #expect(run.charts.isEmpty, "nothing was sent yet")
        for second: Int64 in 1...25 { collect(second, figures(period: second < 9 ? 1 : second < 19 ? 2 : 3)) }
        let names = ["metrics", "bytes", "ops", "thread_cpu"]
        let made = try names.map { try #require(run.charts["netdata.exporting_my_db_\($0)"]) }
        #expect(
            made.map(\.context) == [
                "exporting_buffer", "exporting_data_size", "exporting_operations", "exporting_instance",
            ]
        )
        #expect(made.allSatisfy { $0.family == "exporting_my db" && $0.plugin == "exporting" && $0.updateEvery == 10 })
        #expect(collections("netdata.exporting_my_db_metrics") == 3)
        for (name, values) in zip(["buffered", "lost", "sent"], [100, 20, 80] as [Int64]) {
            #expect(run.values.of("netdata.exporting_my_db_metrics", name) == [values])
        }
        #expect(run.values.of("netdata.exporting_my_db_bytes", "received").first == 1024)
        #expect(run.values.of("netdata.exporting_my_db_ops", "read").first == 5)
        #expect(run.values.of("netdata.exporting_my_db_thread_cpu", "system") == [500, 1000, 1500])
    }

    @Test func whoGoesTakesTheChartsAlong() {
        var charts = ExportingCharts()
        func collect(_ second: Int64, _ exporters: NodeFigures.Exporter...) {
            run.host.withDatabase { charts.collect(exporters, into: &$0, at: tick(second)) }
        }
        collect(1, figures("a", period: 1), figures("b", period: 1))
        collect(11, figures("b", period: 2))
        #expect(run.isObsolete("netdata.exporting_a_ops") == true && run.isObsolete("netdata.exporting_b_ops") == false)
        #expect(run.charts["netdata.exporting_main_thread_cpu"] == nil, "its thread does not run yet")
        collect(21, figures("a", period: 1), figures("b", every: 5, period: 3))
        #expect(run.isObsolete("netdata.exporting_a_ops") == false)
        #expect(run.charts["netdata.exporting_b_ops"]?.updateEvery == 5)
        func collectAll(_ second: Int64, _ exporters: [NodeFigures.Exporter], _ time: [Int64]) {
            run.host.withDatabase { charts.collect(exporters, time: time, into: &$0, at: tick(second)) }
        }
        for second: Int64 in 22...24 { collectAll(second, [figures("a", period: 1)], [1000 * second, 5]) }
        #expect(run.values.of("netdata.exporting_main_thread_cpu", "user") == [22_000, 23_000, 24_000])
        #expect(run.charts["netdata.exporting_main_thread_cpu"]?.context == "exporting_cpu_usage")
        collectAll(25, [], [])
        #expect(run.isObsolete("netdata.exporting_main_thread_cpu") == true)
    }
}
