import Basics
import Testing

@testable import Store

@Suite("Points: kept, dropped and copied")
struct PointsTests {
    @Test(
        "history is rounded as each mode needs (storage §2)",
        arguments: [
            (MemoryMode.none, 100, 5), (.ram, 100, 1024), (.ram, 1024, 1024), (.ram, 1025, 2048), (.alloc, 100, 100),
            (.alloc, 1, 5), (.save, 100, 924), (.map, 100, 924), (.map, 3600, 3996), (.dbengine, 3600, 0),
        ]
    )
    func history(mode: MemoryMode, asked: Int, kept: Int) {
        #expect(HostSettings(mode: mode, history: asked).history == kept)
        #expect(HostSettings(mode: mode, history: asked).mode == mode)
    }

    @Test(
        "are reported exactly as many as the history has, however blocks fall",
        arguments: [5, 100, 255, 256, 257, 1000]
    )
    func retention(history: Int) {
        var bench = ChartBench([dimension()], history: history)
        bench.collect([0], elapsed: 0)
        for value in 1...2100 {
            bench.collect([Int64(value)])
            guard value % 97 == 0 || value == 2100 else { continue }
            let kept = min(value, history)
            #expect(bench.retention.points == kept)
            #expect(bench.retention.last == start + Int64(value))
            #expect(bench.values() == (value - kept + 1...value).map { Double($0) })
        }
        // What is kept beyond it is bounded.
        #expect(bench.database.pointBytes <= (history + 2 * 256) * 4 + 64 * (history / 256 + 3))
    }

    @Test("are copied for any time frame, with sealed blocks, holes, late dimensions and a moved clock among them")
    func windows() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let every = [1, 1, 2, 10].randomElement(using: &random)!
            var bench = ChartBench(
                [dimension()],
                history: Int.random(in: 5...1500, using: &random),
                updateEvery: every
            )
            var model: [Int64: Double] = [:]
            bench.collect([0], after: Double(every), elapsed: 0)
            var dimensions = 1
            for round in 0..<Int.random(in: 1...1500, using: &random) {
                let hole = random.next() % 50 == 0 ? Int.random(in: 1...120, using: &random) : 0
                if random.next() % 300 == 0 {
                    bench.database.define(dimension(.absolute, "late\(round)"), in: bench.chart)
                    dimensions += 1
                }
                let value = Int64(round * 10)
                bench.collect([value], after: Double(every * (1 + hole)))
                let last = bench.retention.last
                // The clock stands half a second behind the newest point: one step less than the history is too much.
                if hole + 1 >= bench.database.history {
                    model = [:]
                    continue
                }
                model[last] = Double(value)
                // The point before the last of a step of two is an interpolated one.
                if hole > 0 { model[last - Int64(every)] = bench.values()[bench.retention.points - 2] }
            }
            let all = bench.retention
            guard all.points > 0 else { continue }
            for _ in 0..<20 {
                let from = all.first + Int64.random(in: -50...Int64(all.points * every + 50), using: &random)
                let to = from + Int64.random(in: -10...Int64(all.points * every + 50), using: &random)
                let points = bench.database.points(of: bench.chart, from: from, to: to)
                let expected = stride(from: all.first, through: all.last, by: every).filter { $0 >= from && $0 <= to }
                #expect(points.count == expected.count, "seed \(seed)")
                guard !expected.isEmpty else { continue }
                #expect(points.firstTime == expected[0] && points.lastTime == expected.last, "seed \(seed)")
                #expect(points.columns.count == dimensions)
                let values = points.columns[0].map(shown)
                #expect(values == expected.map { model[$0] }, "seed \(seed)")
                #expect(points.columns.dropFirst().allSatisfy { $0.allSatisfy { $0 == 0 } })
            }
        }
    }

    @Test("stay as they were for a reader that shares them")
    func shared() {
        var bench = ChartBench([dimension()], history: 300)
        bench.collect([0], elapsed: 0)
        for value in 1...290 { bench.collect([Int64(value)]) }
        let shared = bench.database.shared(bench.chart)
        for value in 291...2000 { bench.collect([Int64(value)]) }
        bench.database.remove(bench.chart)
        #expect(shared.copied().columns[0].map(shown) == (1...290).map { Double($0) })
    }

    @Test("a first minute costs little: 20 charts of 5 dimensions take less than 100 KiB")
    func firstMinute() {
        var database = HostDatabase(guid: someGUID, settings: HostSettings(mode: .ram))
        for index in 0..<20 {
            let chart = database.define(
                ChartDefinition(
                    id: "cgroup_app\(index).mem_usage",
                    title: "Memory usage without cache",
                    units: "MiB",
                    family: "mem",
                    context: "cgroup.mem_usage",
                    plugin: "cgroups.plugin",
                    module: "/sys/fs/cgroup"
                ),
                now: at(Double(start))
            )!
            for name in ["cache", "rss", "swap", "rss_huge", "mapped_file"] {
                database.define(DimensionDefinition(id: name), in: chart)
            }
        }
        for second in 0...60 {
            for chart in database.refs {
                database.begin(chart, microseconds: 1_000_000, now: at(Double(start)), trusted: true)
                for dimension in 0..<5 { database.set(Int32(dimension), Int64(second)) }
                database.end(now: at(Double(start)))
            }
        }
        let points = database.refs.map { database.retention(of: $0).points }
        let bytes = database.memoryBytes
        #expect(points == Array(repeating: 60, count: 20))
        #expect(bytes < 70_000)
    }

    @Test("with times of their own are loaded; what lies between is a gap")
    func load() {
        var bench = ChartBench([dimension(), dimension(.absolute, "e")], updateEvery: 2)
        var taken: [Bool] = []
        for (values, time) in [([1, nil], 0), ([2, 3], 6), ([9, 9], 6), ([9, 9], 9)] as [([Double?], Int64)] {
            taken.append(bench.database.load(values, at: start + time, into: bench.chart))
        }
        #expect(taken == [true, true, false, false], "neither the same time twice nor one beside the grid")
        #expect(bench.values(0) == [1, nil, nil, 2])
        #expect(bench.values(1) == [nil, nil, nil, 3])
        bench.collect([4, 4], after: 2)
        #expect(bench.values(0) == [1, nil, nil, 2, 4])
    }
}
