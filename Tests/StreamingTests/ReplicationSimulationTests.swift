import Basics
import NIOEmbedded
import Status
import Testing

@testable import Store
@testable import Streaming
@testable import Wire

/// A sender and a model of the parent of streaming protocol §10 through random outages: in the end the parent has every
/// second once, with the child's value.
@Suite struct ReplicationSimulationTests {
    /// What a parent does, and nothing of how it does it.
    struct ModelParent {
        struct Chart {
            /// By time, by dimension: codes.
            var points: [Int64: [String: UInt32]] = [:]
            var isReplicating = false
            var previousBefore: Int64 = 0
            var state: State?
            var every: Int64 = 1
        }

        /// A chart's clock and its dimensions, as RDSTATE and RSSTATE left them and live data goes on from.
        struct State {
            var collectedAt: Int64
            var updated: Int64
        }

        let step: Int64
        var charts: [String: Chart] = [:]
        var answers: [String] = []
        var faults: [String] = []
        private var replayed = ""
        private var time: Int64 = 0
        private var live = ""
        private var values: [String: Int64] = [:]
        private var liveMicroseconds: Int64 = 0
        /// Chart by chart, the collections that came live: the µs of the clock and what was set.
        var collected: [String: [Int64: [String: Int64]]] = [:]

        init(step: Int64) { self.step = step }

        mutating func disconnect() {
            for id in charts.keys {
                charts[id]!.isReplicating = false
                charts[id]!.previousBefore = 0
                charts[id]!.state = nil
            }
            (replayed, live, answers) = ("", "", [])
        }

        mutating func take(_ line: String, now: Int64) {
            let words = line.split(separator: " ").map { $0.filter { $0 != "\"" && $0 != "'" } }
            func number(_ index: Int) -> Int64 { Int64(words[index]) ?? -1 }
            switch words[0] {
            case "CHART": live = words[1]
            case "CHART_DEFINITION_END":
                guard !charts[live, default: Chart()].isReplicating else { return }
                charts[live, default: Chart()].isReplicating = true
                charts[live]!.previousBefore = 0
                ask(live, first: number(1), last: number(2), now: now)
            case "RBEGIN" where words.count == 2: replayed = words[1]
            case "RBEGIN":
                time = number(3)
                let newest = charts[replayed]!.points.keys.max() ?? 0
                if time <= newest { faults.append("\(replayed) has \(time) twice") }
                if number(2) >= time || time > number(4) { faults.append(line) }
                charts[replayed]!.points[time] = [:]
            case "RSET":
                guard let value = Double(words[2]) else {
                    faults.append(line)
                    return
                }
                let code = value.isNaN ? StorageNumber.empty : StorageNumber.encode(value)
                charts[replayed]!.points[time]![words[1]] = code
            case "RDSTATE": break
            case "RSSTATE":
                charts[replayed]!.state = State(collectedAt: number(1), updated: number(2) / 1_000_000)
            case "REND":
                charts[replayed]!.every = number(1)
                if words[4] == "true" {
                    charts[replayed]!.isReplicating = false
                } else {
                    charts[replayed]!.previousBefore = number(6)
                    ask(replayed, first: number(2), last: number(3), now: now)
                }
            case "BEGIN":
                live = words[1]
                liveMicroseconds = number(2)
                values = [:]
                if charts[live, default: Chart()].isReplicating { faults.append("\(live) is live too early") }
                if liveMicroseconds == 0 { faults.append("\(live) has no time") }
            case "SET": values[words[1]] = number(3)
            case "END":
                // Absolute values on whole seconds are their own points.
                guard charts[live]?.state != nil else {
                    faults.append("\(live) is live without a state")
                    return
                }
                charts[live]!.state!.collectedAt += liveMicroseconds
                let end = charts[live]!.state!.collectedAt / 1_000_000
                if end <= charts[live]!.state!.updated { faults.append("\(live) does not go on at \(end)") }
                charts[live]!.state!.updated = end
                if charts[live]!.points[end] != nil { faults.append("\(live) has \(end) twice, live") }
                charts[live]!.points[end] = values.mapValues { StorageNumber.encode(Double($0)) }
            default: break
            }
        }

        /// §10 "Parent, on CHART_DEFINITION_END".
        private mutating func ask(_ id: String, first: Int64, last: Int64, now: Int64) {
            let chart = charts[id]!
            let newest = chart.points.keys.max() ?? 0
            let from = chart.previousBefore != 0 ? chart.previousBefore : newest != 0 ? newest : now - 86_400
            if last == 0 || first <= 0 || first > last || newest > last {
                answers.append("REPLAY_CHART \"\(id)\" \"true\" 0 0\n")
                return
            }
            var after = max(first, from)
            var before = now - after > step ? after + step : now
            before = min(before, last)
            after = min(after, before)
            let starts = now - after <= step || before == last
            answers.append("REPLAY_CHART \"\(id)\" \"\(starts)\" \(after) \(before)\n")
        }
    }

    @Test(arguments: 0..<24)
    func everySecondOnce(round: Int) throws {
        let seed = simulationSeed(round)
        var dice = SeededGenerator(seed: seed)
        let isRing = Bool.random(using: &dice)
        let settings = isRing ? HostSettings(mode: .none, ringSeconds: 600) : HostSettings(mode: .ram)
        let buffer = Bool.random(using: &dice) ? 65_536 : 1 << 20
        let bench = try SenderBench(
            bufferBytesMax: buffer,
            database: settings,
            startsAt: SenderReplicationTests.start
        )
        var model = ModelParent(step: Int64.random(in: 1...120, using: &dice))
        var refs: [ChartRef] = []
        for index in 0..<Int.random(in: 1...12, using: &dice) {
            let names = (0..<Int.random(in: 1...6, using: &dice)).map { "dim\($0)" }
            refs.append(bench.define(ChartDefinition(id: "c.n\(index)", updateEvery: 1), names))
        }
        let mask = SenderReplicationTests.mask
        var parent: TestParent?
        var outage = Int.random(in: 0...30, using: &dice)
        var stalled = 0
        let seconds = 700

        func carry() {
            guard let parent, stalled == 0 else { return }
            for _ in 0..<10_000 {
                for line in parent.lines() { model.take(line, now: bench.clock.now() / 1_000_000) }
                guard !model.answers.isEmpty else { break }
                let asked = model.answers.joined()
                model.answers = []
                // Cut anywhere.
                let cut = Int.random(in: 0...asked.utf8.count, using: &dice)
                parent.send(String(asked.prefix(cut)))
                parent.send(String(asked.dropFirst(cut)))
                bench.loop.run()
            }
        }

        for second in 0..<seconds {
            bench.wait(seconds: 1)
            for ref in refs where second < 2 || Int.random(in: 0..<200, using: &dice) > 0 {
                let count = bench.host.withDatabase { $0.dimensionCount(of: ref) }
                let at = bench.host.withDatabase { $0.replicationState(of: ref)!.lastCollected }
                let values = (0..<count).map { _ in
                    Int.random(in: 0..<50, using: &dice) == 0
                        ? nil : Int64.random(in: -1_000_000...1_000_000, using: &dice)
                }
                let missed = at == 0 ? 1_000_000 : max(1, bench.clock.now() - at)
                bench.collect(ref, values, microseconds: missed)
                if Int.random(in: 0..<3, using: &dice) == 0 { carry() }
            }
            if stalled > 0 {
                stalled -= 1
                if stalled == 0 { parent?.goOnReading() }
            }
            if let open = parent {
                if !open.isOpen || (second < seconds - 60 && Int.random(in: 0..<60, using: &dice) == 0) {
                    // What is on its way is lost, or not: a prefix of whole lines came.
                    if stalled == 0, Bool.random(using: &dice) {
                        for line in open.lines() { model.take(line, now: bench.clock.now() / 1_000_000) }
                    }
                    open.leave()
                    bench.loop.run()
                    parent = nil
                    stalled = 0
                    model.disconnect()
                    outage = min(Int.random(in: 0...90, using: &dice), max(0, seconds - 40 - second))
                } else if second < seconds - 60, stalled == 0, Int.random(in: 0..<80, using: &dice) == 0 {
                    stalled = Int.random(in: 1...8, using: &dice)
                    open.stopReading()
                }
            } else if outage > 0 {
                outage -= 1
            } else if case .connecting = bench.link.state {
                let next = try bench.connect()
                _ = next.take()
                next.send(acceptance(mask))
                parent = next
            }
            bench.sender.flush()
            bench.loop.run()
            carry()
        }
        for _ in 0..<20 {
            bench.sender.flush()
            bench.loop.run()
            carry()
        }
        #expect(model.faults.isEmpty, "seed \(seed): \(model.faults.prefix(5))")
        #expect(bench.link.state == .live, "seed \(seed)")
        for (index, ref) in refs.enumerated() {
            let id = "c.n\(index)"
            let past = try #require(bench.host.withDatabase { $0.past(of: ref) })
            let stored = bench.host.withDatabase { $0.past(of: ref, after: past.first, before: past.last) }.copied()
            let mirrored = try #require(model.charts[id], "seed \(seed): \(id)").points
            #expect(mirrored.keys.max() == past.last, "seed \(seed): \(id)")
            var wrong: [String] = []
            for row in 0..<stored.count {
                let time = stored.firstTime + Int64(row)
                for (dimension, column) in stored.columns.enumerated() {
                    let theirs = mirrored[time]?["dim\(dimension)"] ?? StorageNumber.empty
                    if column[row] != theirs { wrong.append("\(time) dim\(dimension)") }
                }
            }
            #expect(wrong.isEmpty, "seed \(seed): \(id) \(wrong.prefix(5))")
        }
    }
}
