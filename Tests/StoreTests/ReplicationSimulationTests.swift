import Basics
import Testing
import Wire

@testable import Store

/// A child and a parent under random outages of the link, of the child and of the parent, with random steps and slow
/// answers: afterwards every second of the child's is at the parent, with its values and at its time.
@Suite struct ReplicationSimulationTests {
    @Test func outagesLeaveNoGap() {
        for round in 0..<3 { run(seed: simulationSeed(round)) }
    }

    /// Seeds that once failed: requests that were answered long after the definition of a chart that starts, and one whose second
    /// collection was live.
    @Test(arguments: [4_452_481_211_733_035_107, 12_622_995_727_687_532_560, 10_193_357_722_595_214_745 as UInt64])
    func chartsThatHaveJustStarted(seed: UInt64) { run(seed: seed) }

    /// Both ends, in one place that is no local variable: the compiler takes ages to follow those through the branches.
    private final class Pair {
        var child: ChildModel
        var parent: SessionBench
        init(_ settings: ReplicationSettings, now: Int64) {
            child = ChildModel(history: 400, now: now)
            parent = SessionBench(mode: .alloc, history: 400, replication: settings)
        }
        func reconnect(_ settings: ReplicationSettings, now: Int64) {
            child.connect()
            parent = SessionBench(host: parent.host, replication: settings)
            parent.now = now
        }
        func restartChild(now: Int64) { child = ChildModel(history: 400, now: now) }
        func restartParent(_ settings: ReplicationSettings) {
            parent = SessionBench(mode: .alloc, history: 400, replication: settings)
        }
        func requests() -> [String] {
            let text = String(decoding: parent.ingest.takeCommands(), as: UTF8.self)
            return text.split(separator: "\n").map { String($0) }
        }
        func feed(_ text: String) -> StreamResult { parent.feed(text) }
        func collect(_ chart: Int, now: Int64, skipping: Bool) -> String {
            child.collect(chart, now: now, skipping: skipping)
        }
        func answer(_ line: String, now: Int64, hesitates: Bool) -> String {
            child.answer(line, now: now, hesitates: hesitates)
        }
        func stored(_ id: String) -> StoredPoints {
            parent.host.withDatabase { database in database.points(of: database.find(id)!) }
        }
    }

    private func run(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let settings = ReplicationSettings(secondsPerStep: Int64.random(in: 3...60, using: &random))
        var now = at(Double(start) + 0.3)
        let pair = Pair(settings, now: now)
        var isConnected = false
        var restUntil = 0
        var queue: [String] = []
        // What the child ever stored, and what nobody can have any more.
        var truth: [[Int64: [Double?]]] = [[:], [:]]
        var lostUntil: [Int64] = [0, 0]

        for tick in 0..<700 {
            now += Int64.random(in: 960_000...1_040_000, using: &random)
            pair.parent.now = now + Int64.random(in: 0...20_000, using: &random)
            if tick == restUntil {
                isConnected.toggle()
                restUntil = tick + Int.random(in: isConnected ? 1...80 : 1...60, using: &random)
                queue = []
                if isConnected {
                    pair.reconnect(settings, now: now)
                } else if Int.random(in: 0..<5, using: &random) == 0 {
                    // The child starts anew: what the parent has not got is gone.
                    for chart in 0..<2 { lostUntil[chart] = truth[chart].keys.max() ?? 0 }
                    pair.restartChild(now: now)
                } else if Int.random(in: 0..<5, using: &random) == 0 {
                    pair.restartParent(settings)
                }
            }
            for chart in 0..<2 where chart == 0 || tick % 2 == 0 {
                let text = pair.collect(chart, now: now, skipping: tick % 7 == 3)
                note(pair.child.points(chart), in: &truth[chart])
                guard isConnected, !text.isEmpty else { continue }
                let result = pair.feed(text)
                #expect(result == .more, "seed \(seed)")
            }
            guard isConnected else { continue }
            queue += pair.requests()
            for _ in 0..<Int.random(in: 0...2, using: &random) where !queue.isEmpty {
                let hesitates = Int.random(in: 0..<6, using: &random) == 0
                let answer = pair.answer(queue.removeFirst(), now: now, hesitates: hesitates)
                let result = pair.feed(answer)
                #expect(result == .more, "seed \(seed)")
                queue +=
                    pair.requests()
            }
        }
        // Time to end what is open.
        if !isConnected {
            pair.reconnect(settings, now: now)
            queue = []
        }
        for tick in 700..<1000 {
            now += 1_000_000
            pair.parent.now = now
            for chart in 0..<2 where chart == 0 || tick % 2 == 0 {
                let text = pair.collect(chart, now: now, skipping: false)
                note(pair.child.points(chart), in: &truth[chart])
                if !text.isEmpty { _ = pair.feed(text) }
            }
            queue += pair.requests()
            while !queue.isEmpty {
                _ = pair.feed(pair.answer(queue.removeFirst(), now: now, hesitates: false))
                queue +=
                    pair.requests()
            }
        }
        let left = pair.parent.ingest.replicationProgress.chartsLeft
        let events = pair.parent.events.texts
        #expect(left == 0, "seed \(seed)")
        #expect(events == [], "seed \(seed)")
        for (chart, id) in ["a.fast", "a.slow"].enumerated() {
            compare(pair.stored(id), id, truth[chart], lostUntil: lostUntil[chart], seed: seed)
        }
    }

    private func note(_ points: StoredPoints, in truth: inout [Int64: [Double?]]) {
        // The newest ones are enough: older ones were noted before.
        for row in max(0, points.count - 4)..<points.count {
            let time = points.firstTime + Int64(row) * points.step
            guard truth[time] == nil else { continue }
            truth[time] = points.columns.map { (column: [UInt32]) -> Double? in StorageNumber.decode(column[row]) }
        }
    }

    private func compare(
        _ points: StoredPoints,
        _ id: String,
        _ truth: [Int64: [Double?]],
        lostUntil: Int64,
        seed: UInt64
    ) {
        #expect(points.count > 100, "seed \(seed)")
        #expect(points.lastTime == truth.keys.max(), "\(id) seed \(seed)")
        for row in 0..<points.count {
            let time = points.firstTime + Int64(row) * points.step
            for (index, column) in points.columns.enumerated() {
                let stored = StorageNumber.decode(column[row])
                let wanted = truth[time]?[index]
                if let stored, let wanted {
                    guard (stored - wanted).magnitude <= 1e-4 * max(1, wanted.magnitude) else {
                        Issue.record("\(id) \(index) at \(time): \(stored) instead of \(wanted), seed \(seed)")
                        return
                    }
                } else if stored != nil {
                    Issue.record("\(id) \(index) at \(time) is \(stored!), the child has nothing there, seed \(seed)")
                    return
                } else if wanted != nil, time > lostUntil {
                    Issue.record("\(id) \(index) at \(time) is missing, seed \(seed)")
                    return
                }
            }
        }
    }
}
