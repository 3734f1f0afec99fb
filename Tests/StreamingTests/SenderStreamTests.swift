import Basics
import Config
import Diagnostics
import NIOCore
import NIOEmbedded
import Status
import Store
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// What a sender says once a parent listens, and how its connections end (streaming protocol §8, §11).
@Suite struct SenderStreamTests {
    @Test func theConnectionIsOpenedWithTheFirstCollection() throws {
        let bench = try SenderBench()
        bench.sender.flush()
        bench.loop.run()
        #expect(bench.dialled == [])
        #expect(bench.link.state == .idle)
        bench.collect("a.b")
        #expect(bench.dialled == ["parent:19999"])
        #expect(
            bench.reports.lines == [
                "INFO : STREAM_SENDER[web01] : STREAM web01 [send]: thread created (task id 1)",
                "INFO : STREAM_SENDER[web01] : STREAM web01: attempting to connect to 'parent:19999' (default port: 19999)...",
            ]
        )
        // What is collected before a parent listens is lost, and said once.
        bench.collect("a.b")
        bench.collect("a.b")
        let lost = "STREAM web01 [send]: not ready - collected metrics are not sent to parent."
        #expect(bench.reports.texts.count { $0 == lost } == 1)
        #expect(bench.link.droppedSamples == 3)
    }

    @Test func definitionsGoBeforeTheirValues() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        _ = parent.take()
        let chart = bench.define(
            ChartDefinition(
                id: "app.cpu",
                name: "fast",
                title: "A \"title\"",
                units: "%",
                family: "fam",
                context: "app.ctx",
                type: .stacked,
                priority: 7,
                updateEvery: 1,
                options: [.hidden, .detail],
                plugin: "p",
                module: "m",
                labels: [Label(key: "k", value: "v", source: 2)]
            ),
            ["user", "system"]
        )
        bench.host.withDatabase { _ = $0.setVariable("limit", 100, of: chart) }
        bench.collect(chart, [5, nil])
        #expect(
            parent.lines() == [
                "CHART \"app.cpu\" \"fast\" \"A 'title'\" \"%\" \"fam\" \"app.ctx\" \"stacked\" 7 1 \" detail  hidden\" \"p\" \"m\"",
                "CLABEL \"k\" \"v\" 2", "CLABEL \"_collect_plugin\" \"p\" 536870913",
                "CLABEL \"_collect_module\" \"m\" 536870913",
                "CLABEL_COMMIT", "DIMENSION \"user\" \"user\" \"absolute\" 1 1 \"  \"",
                "DIMENSION \"system\" \"system\" \"absolute\" 1 1 \"  \"", "VARIABLE CHART limit = 100.0000000",
                "BEGIN \"app.cpu\" 0", "SET \"user\" = 5", "END",
            ]
        )
        // Known now: only values follow.
        bench.collect(chart, [6, -7])
        #expect(parent.lines() == ["BEGIN \"app.cpu\" 0", "SET \"user\" = 6", "SET \"system\" = -7", "END"])
        // A new dimension defines the chart anew, before it is set.
        bench.host.withDatabase { _ = $0.define(DimensionDefinition(id: "nice"), in: chart) }
        bench.collect(chart, [1, 2, 3])
        let lines = parent.lines()
        #expect(lines.first?.hasPrefix("CHART \"app.cpu\"") == true)
        #expect(lines.count { $0.hasPrefix("DIMENSION") } == 3)
        #expect(
            lines.suffix(5) == [
                "BEGIN \"app.cpu\" 0", "SET \"user\" = 1", "SET \"system\" = 2", "SET \"nice\" = 3", "END",
            ]
        )
    }

    /// Labels of charts need version 4; an unknown command would end the connection (trap 9).
    @Test(arguments: [(UInt32(3), 0), (4, 3), (15_296, 3)])
    func chartLabelsNeedVersionFour(version: UInt32, lines: Int) throws {
        let bench = try SenderBench()
        let parent = try bench.live(version)
        bench.collect("a.b")
        #expect(parent.lines().count { $0.hasPrefix("CLABEL") } == lines)
    }

    /// A variable that changes is no new definition: it goes between the values and their END (streaming protocol §8.4).
    @Test func aVariableOfAChartChanges() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        let chart = bench.define(ChartDefinition(id: "a.b", updateEvery: 1))
        bench.collect(chart, [1])
        _ = parent.take()
        bench.host.withDatabase {
            $0.setVariable("limit", 3, of: chart)
            $0.setVariable("limit", 4, of: chart)
        }
        bench.collect(chart, [2])
        #expect(parent.lines() == ["BEGIN \"a.b\" 0", "SET \"d\" = 2", "VARIABLE CHART limit = 4.0000000", "END"])
        bench.collect(chart, [3])
        #expect(parent.lines() == ["BEGIN \"a.b\" 0", "SET \"d\" = 3", "END"])
    }

    @Test func hostVariablesAndLabelsFollowTheirChanges() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        _ = parent.take()
        bench.host.withDatabase { _ = $0.setHostVariable("cores", 2) }
        bench.host.setLabels([Label(key: "a", value: "b c", source: 1)])
        bench.sender.flush()
        bench.loop.run()
        #expect(parent.lines() == ["VARIABLE HOST cores = 2.0000000", "LABEL \"a\" = 1 \"b c\"", "OVERWRITE labels"])
        // The last label goes, too.
        bench.host.setLabels([])
        bench.sender.flush()
        bench.loop.run()
        #expect(parent.lines() == ["OVERWRITE labels"])
    }

    /// A chart that is gone is told at once, because nothing will be collected for it (streaming protocol §8.1).
    @Test func anObsoleteChartIsTold() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        let chart = bench.define(ChartDefinition(id: "a.b", updateEvery: 1))
        let never = bench.define(ChartDefinition(id: "never.sent", updateEvery: 1))
        bench.collect(chart, [1])
        _ = parent.take()
        bench.host.withDatabase {
            $0.setObsolete(true, chart, now: 0)
            $0.setObsolete(true, never, now: 0)
        }
        bench.sender.flush()
        bench.loop.run()
        let lines = parent.lines()
        #expect(lines.count { $0.hasPrefix("CHART ") } == 1)
        #expect(lines[0].contains("\"a.b\"") && lines[0].contains("\"obsolete   \""))
        // It comes back to life.
        bench.collect(chart, [2])
        #expect(parent.lines()[0].contains("\"   \""))
    }

    @Test(arguments: [
        ("*", ["a.one", "a.two", "b.three"]), ("a.*", ["a.one", "a.two"]), ("!a.two *", ["a.one", "b.three"]),
        ("b.nice", ["b.three"]), ("none", []),
    ])
    func sendChartsMatching(pattern: String, sent: [String]) throws {
        let bench = try SenderBench(" send charts matching = \(pattern)\n")
        let parent = try bench.live()
        _ = parent.take()
        let charts = ["a.one", "a.two", "b.three"].map {
            bench.define(ChartDefinition(id: $0, name: $0 == "b.three" ? "nice" : "", updateEvery: 1))
        }
        for chart in charts { bench.collect(chart, [1]) }
        let lines = parent.lines()
        let begun = lines.filter { $0.hasPrefix("BEGIN") }
        #expect(begun == sent.map { "BEGIN \"\($0)\" 0" })
        #expect(lines.count { $0.hasPrefix("CHART") } == sent.count)
        // Nor does anything else of them get out.
        for chart in charts { bench.host.withDatabase { $0.setObsolete(true, chart, now: 0) } }
        bench.sender.flush()
        bench.loop.run()
        #expect(parent.lines().count { $0.hasPrefix("CHART") } == sent.count)
    }

    /// The place of a chart that is gone may be another one's: it is a new chart for the parent.
    @Test func aChartTakesAnothersPlace() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        let old = bench.define(ChartDefinition(id: "old.chart", updateEvery: 1))
        bench.collect(old, [1])
        bench.host.withDatabase { $0.remove(old) }
        let new = bench.define(ChartDefinition(id: "new.chart", updateEvery: 1))
        #expect(new.index == old.index)
        _ = parent.take()
        bench.collect(new, [2])
        let lines = parent.lines()
        #expect(lines.first?.hasPrefix("CHART \"new.chart\"") == true)
        #expect(lines.suffix(3) == ["BEGIN \"new.chart\" 0", "SET \"d\" = 2", "END"])
    }

    /// What a parent may see of a chart is decided again when the chart gets another name.
    @Test func aRenamedChartIsMatchedAgain() throws {
        let bench = try SenderBench(" send charts matching = a.seen\n")
        let parent = try bench.live()
        _ = parent.take()
        let chart = bench.define(ChartDefinition(id: "a.b", updateEvery: 1))
        bench.collect(chart, [1])
        #expect(parent.take() == "")
        bench.define(ChartDefinition(id: "a.b", name: "seen", updateEvery: 1))
        bench.collect(chart, [2])
        #expect(parent.lines().contains("BEGIN \"a.b\" 0"))
    }

    /// BEGIN says nothing of time for the first iterations after a definition, then what was measured (§8.4).
    @Test(arguments: [
        ("", 60), (" initial clock resync iterations = 3\n", 3), (" initial clock resync iterations = 0\n", 0),
    ])
    func initialClockResync(option: String, iterations: Int) throws {
        let bench = try SenderBench(option)
        let parent = try bench.live()
        let chart = bench.define(ChartDefinition(id: "a.b", updateEvery: 2))
        bench.clock.set(seconds: 1_795_340_000)
        _ = parent.take()
        func begins() -> [String] { parent.lines().filter { $0.hasPrefix("BEGIN \"a.b\"") } }
        func collect(_ microseconds: Int64) {
            bench.clock.advance(seconds: 2)
            bench.collect(chart, [1], microseconds: microseconds)
        }
        if iterations > 0 {
            // The first one counts as half a second into its second, so one more is within the time.
            for _ in 0...iterations {
                collect(2_000_000)
                #expect(begins() == ["BEGIN \"a.b\" 0"])
            }
        } else {
            // Of a new chart the first one counts as one step, the second one by the clock.
            collect(7)
            collect(7)
            #expect(begins() == ["BEGIN \"a.b\" 2000000", "BEGIN \"a.b\" 1500000"])
        }
        collect(2_000_001)
        #expect(begins() == ["BEGIN \"a.b\" 2000001"])
        collect(1_999_999)
        #expect(begins() == ["BEGIN \"a.b\" 1999999"])
        // A new definition starts it again.
        bench.host.withDatabase { _ = $0.define(DimensionDefinition(id: "new"), in: chart) }
        collect(2_000_000)
        #expect(begins() == [iterations == 0 ? "BEGIN \"a.b\" 2000000" : "BEGIN \"a.b\" 0"])
    }
}
