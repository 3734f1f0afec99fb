import Basics
import Diagnostics
import FaultyFiles
import Status
import System
import Testing

@testable import Config
@testable import Store

/// Whatever a host, its charts, its node and its disk go through: what is answered is what was stored (storage §2, §4).
@Suite struct DiskModelTests {
    /// What must be there: points by their time, dimensions by their id.
    struct Past {
        var points: [Int64: [String: UInt32]] = [:]
        var first: Int64 = 0
        var last: Int64 = 0
        /// Nothing was ever lost of it, so that it is known where it begins.
        var isWhole = true

        var isEmpty: Bool { last == 0 }

        mutating func add(_ row: [String: UInt32], at time: Int64, keeping: Int64) {
            first = max(isEmpty ? time : first, time - keeping)
            points[time] = row
            last = time
        }

        func hasValues(after: Int64, through: Int64) -> Bool {
            points.contains { after < $0.key && $0.key <= through && !$0.value.isGap }
        }

        mutating func drop(after time: Int64) {
            points = points.filter { $0.key <= time }
            if time < first { self = Past(isWhole: false) }
            last = min(last, time)
        }
    }

    struct Series: Hashable {
        var chart: String
        var every: Int64
    }

    struct KnownChart {
        var id: String
        var every: Int64
        var dimensions: [String]
        /// While its child has defined it.
        var ref: ChartRef?

        var series: Series { Series(chart: id, every: every) }
    }

    /// A node that is started, stopped and killed, and what it must know.
    struct World {
        let mode: MemoryMode
        let history: Int
        var files = FaultyFiles()
        var node: DiskStoreTests.Node
        var now: Int64 = DiskStoreTests.start
        var dice: Dice
        /// Apart, so that looking changes nothing.
        var looks: Dice
        var charts: [KnownChart] = []
        var model: [Series: Past] = [:]
        /// The same at the last round of writing, which a kill leaves.
        var written: [Series: Past] = [:]
        var log: [String] = []
        var isFaulty = false
        var failingSince: Int64 = 0
        var dimensionCount = 0

        init(_ mode: MemoryMode, history: Int = 100, seed: UInt64) throws {
            self.mode = mode
            self.history = history
            dice = Dice(seed: seed)
            looks = Dice(seed: ~seed)
            node = try DiskStoreTests.Node(files, mode, history: history)
            for number in 0..<5 {
                let every: Int64 = number == 3 ? 5 : 1
                charts.append(KnownChart(id: "c.\(number)", every: every, dimensions: ["a", "b", "c"]))
                define(number)
            }
        }

        // MARK: What happens

        mutating func define(_ index: Int) {
            let chart = charts[index]
            charts[index].ref = node.host.withDatabase { database in
                let ref = database.define(ChartDefinition(id: chart.id, updateEvery: Int(chart.every)), now: 0)!
                for name in chart.dimensions { database.define(DimensionDefinition(id: name), in: ref) }
                return ref
            }
        }

        private mutating func value() -> Double? {
            switch dice.next(10) {
            case 0: nil
            case 1...4: Double(dice.next(5))
            default: Double(dice.next(100_000)) / 7
            }
        }

        /// Time passes, with points.
        mutating func run(_ seconds: Int) {
            log.append("run \(seconds)")
            let before = now
            now += Int64(seconds)
            for index in charts.indices {
                guard let ref = charts[index].ref, dice.next(10) > 0 else { continue }
                let chart = charts[index]
                var time = before - before % chart.every + chart.every
                while time <= now {
                    let last = model[chart.series]?.last ?? 0
                    if time > last, dice.next(30) > 0 {
                        let row = chart.dimensions.map { _ in value() }
                        let taken = node.host.withDatabase { $0.load(row, at: time, into: ref) }
                        #expect(taken || last == 0, "\(chart.id) at \(time)")
                        guard taken else { break }
                        var codes: [String: UInt32] = [:]
                        for (id, value) in zip(chart.dimensions, row) {
                            codes[id] = StorageNumber.encode(value ?? .nan)
                        }
                        model[chart.series, default: Past()].add(codes, at: time, keeping: kept(chart.every))
                    }
                    time += chart.every
                }
            }
        }

        /// A collection at this machine's clock, also where that went back: it decides what becomes of the newest points, and from
        /// there on it must be kept.
        mutating func collect(_ index: Int) {
            guard let ref = charts[index].ref else { return }
            let chart = charts[index]
            log.append("collect \(chart.id)")
            let value = Int64(dice.next(1000))
            let clock = now * microsecondsPerSecond + 600_000
            let retention = node.host.withDatabase { database in
                _ = database.begin(ref, microseconds: 0, now: clock, trusted: false)
                for name in chart.dimensions { _ = name.withWord { database.set($0, value) } }
                _ = database.end(now: clock)
                return database.retention(of: ref)
            }
            guard retention.points > 0 else {
                // The first collection, a clock that went back behind all there was, or a stop longer than the ring.
                model[chart.series] = Past(isWhole: false)
                return
            }
            var past = model[chart.series] ?? Past()
            let from = min(past.isEmpty ? retention.first : past.last, retention.last) - 2 * chart.every
            past.drop(after: from)
            let (ids, points) = read(ref, from: from + 1, to: retention.last)
            if past.isEmpty { past.first = points.firstTime }
            for row in 0..<points.count {
                var codes: [String: UInt32] = [:]
                for (column, id) in ids.enumerated() { codes[id] = points.columns[column][row] }
                past.points[points.firstTime + Int64(row) * chart.every] = codes
            }
            past.last = retention.last
            past.first = max(past.first, past.last - kept(chart.every))
            model[chart.series] = past
        }

        mutating func goBack(_ seconds: Int) {
            log.append("back \(seconds)")
            now -= Int64(seconds)
            for index in charts.indices { collect(index) }
        }

        mutating func write() {
            log.append("write")
            node.clock.advance(6)
            node.disk.writeOnce()
            if !isFaulty { written = mode == .save ? written : model }
        }

        mutating func addDimension(_ index: Int) {
            guard charts[index].dimensions.count < 9, let ref = charts[index].ref else { return }
            dimensionCount += 1
            let name = "n\(dimensionCount)"
            log.append("dimension \(name) of \(charts[index].id)")
            charts[index].dimensions.append(name)
            node.host.withDatabase { _ = $0.define(DimensionDefinition(id: name), in: ref) }
        }

        mutating func removeAndDefine(_ index: Int) {
            guard let ref = charts[index].ref, !isFaulty else { return }
            log.append("remove \(charts[index].id)")
            node.host.withDatabase { $0.remove(ref) }
            // What it had is the disk's now.
            write()
            charts[index].ref = nil
            if dice.next(3) > 0 { returns(index) }
        }

        /// A chart comes back, with its dimensions in another order.
        mutating func returns(_ index: Int) {
            guard charts[index].ref == nil else { return }
            charts[index].dimensions.shuffle(using: &dice)
            if charts[index].dimensions.count > 2, dice.next(4) == 0 { charts[index].dimensions.removeLast() }
            log.append("define \(charts[index].id): \(charts[index].dimensions.joined(separator: ","))")
            define(index)
        }

        mutating func changeInterval(_ index: Int) {
            let every = [1, 2, 5].filter { $0 != charts[index].every }.randomElement(using: &dice)!
            guard charts[index].ref != nil, !isFaulty else { return }
            log.append("every \(every) of \(charts[index].id)")
            charts[index].every = Int64(every)
            define(index)
            write()
        }

        mutating func restart(isKilled: Bool) throws {
            guard !isFaulty else { return }
            log.append(isKilled ? "kill" : "restart")
            if isKilled {
                model = written
            } else {
                node.disk.stop()
                written = model
            }
            files = files.afterCrash()
            node = try DiskStoreTests.Node(files, mode, history: history)
            for index in charts.indices {
                charts[index].ref = nil
                if dice.next(5) > 0 { returns(index) }
            }
        }

        mutating func toggleFault() {
            isFaulty.toggle()
            failingSince = now
            log.append(isFaulty ? "disk full" : "disk well")
            files.set(isFaulty ? [.noSpace(afterBytes: dice.next(2000))] : [])
            write()
        }

        // MARK: What must be true

        /// Seconds before the newest point that count.
        private func kept(_ every: Int64) -> Int64 {
            mode == .dbengine ? .max / 2 : Int64(node.host.settings.history - 1) * every
        }

        func read(_ ref: ChartRef, from: Int64, to: Int64) -> ([String], StoredPoints) {
            let (ids, shared) = node.host.withDatabase {
                ($0.dimensions(of: ref).map(\.id), $0.shared(ref, from: from, to: to))
            }
            return (ids, shared.copied())
        }

        /// The first thing that is wrong; `nil` where all is well.
        mutating func wrong() -> String? {
            for chart in charts {
                guard let ref = chart.ref else { continue }
                var past = model[chart.series] ?? Past()
                let retention = node.host.withDatabase { $0.retention(of: ref) }
                if past.isEmpty {
                    guard past.isWhole, retention.points > 0 else { continue }
                    return "\(chart.id) has \(retention), and nothing was stored"
                }
                let first = max(past.first, past.last - kept(chart.every))
                if retention.last < past.last, !past.hasValues(after: retention.last, through: past.last) {
                    // Nor that it ended with gaps.
                    past.last = retention.last
                    model[chart.series] = past
                }
                guard retention.last == past.last else {
                    return "\(chart.id) ends at \(retention.last), not \(past.last)"
                }
                if mode != .dbengine {
                    // After a restart a ring does not know that it began with gaps.
                    if past.hasValues(after: first - 1, through: retention.first - 1) {
                        return "\(chart.id) begins at \(retention.first), not \(first)"
                    }
                } else if past.isWhole, retention.first != first {
                    return "\(chart.id) begins at \(retention.first), not \(first)"
                }
                var from = retention.first
                var to = retention.last
                if looks.next(2) == 0 {
                    from += Int64(looks.next(retention.points)) * chart.every
                    to = min(to, from + Int64(looks.next(retention.points)) * chart.every)
                }
                let (ids, points) = read(ref, from: from, to: to)
                guard points.firstTime == from, points.lastTime == to else {
                    return "\(chart.id) \(from)…\(to) answers \(points.firstTime)…\(points.lastTime)"
                }
                for row in 0..<points.count {
                    let time = from + Int64(row) * chart.every
                    // After a restart a ring may know what it had before its clock went back.
                    if mode != .dbengine, time < first { continue }
                    let known = past.points[time]
                    for (column, id) in ids.enumerated() {
                        let expected = known?[id] ?? StorageNumber.empty
                        let code = points.columns[column][row]
                        guard code != expected else { continue }
                        return "\(chart.id).\(id) at \(time) (first \(first), last \(past.last)): "
                            + "\(StorageNumber.decode(code) as Any), not \(StorageNumber.decode(expected) as Any)"
                    }
                }
            }
            return nil
        }

        mutating func step() throws {
            // So much stays in memory, and not all there is.
            if isFaulty, now - failingSince > 3000 { toggleFault() }
            let index = dice.next(charts.count)
            switch dice.next(100) {
            case ..<45: run(1 + dice.next(40))
            case ..<50: run(1 + dice.next(900))
            case ..<56:
                log.append("silence")
                now += Int64(70 + dice.next(3000))
            case ..<64: collect(index)
            case ..<67: goBack(1 + dice.next(dice.next(3) == 0 ? 1500 : 60))
            case ..<79: write()
            case ..<83: addDimension(index)
            case ..<86: removeAndDefine(index)
            case ..<88: changeInterval(index)
            case ..<92: returns(index)
            case ..<95: try restart(isKilled: false)
            case ..<98: try restart(isKilled: mode != .save)
            default: toggleFault()
            }
        }
    }

    @Test(arguments: [MemoryMode.save, .map, .dbengine], 0..<4)
    func isWhatWasStored(mode: MemoryMode, round: Int) throws {
        // The same games each time; others with NDSTREAM_RANDOM=1, and the one of a failure with NDSTREAM_SEED=… .
        let isRandom = Environment.variables.contains("NDSTREAM_RANDOM=1")
        let wanted = Environment.variables.first { $0.hasPrefix("NDSTREAM_SEED=") }
            .flatMap { UInt64($0.dropFirst("NDSTREAM_SEED=".count)) }
        let seed = wanted ?? (isRandom ? UInt64.random(in: 0 ..< .max) : 7_919 &+ UInt64(round))
        print("disk model: mode \(mode), seed \(seed)")
        try Self.play(mode, seed: seed, steps: 200)
    }

    /// Games that were lost once.
    @Test(
        arguments: [MemoryMode.map, .dbengine],
        [
            // A chart's clock went back and it was removed before the next round; its rows from before were in the journal
            // under the number of an earlier definition.
            2_598_663_583_850_417_405 as UInt64
        ]
    )
    func lostGamesAreWon(mode: MemoryMode, seed: UInt64) throws {
        try Self.play(mode, seed: seed, steps: 200)
    }

    static func play(_ mode: MemoryMode, seed: UInt64, steps: Int) throws {
        var world = try World(mode, seed: seed)
        for number in 0..<steps {
            try world.step()
            guard world.looks.next(3) == 0 || number == steps - 1, let wrong = world.wrong() else { continue }
            Issue.record(
                "seed \(seed), step \(number): \(wrong)\nafter \(world.log.suffix(40).joined(separator: "; "))"
            )
            return
        }
    }
}

/// Numbers that come again with their seed.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// Below `bound`.
    mutating func next(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }
}

extension [String: UInt32] {
    fileprivate var isGap: Bool { values.allSatisfy { $0 == StorageNumber.empty } }
}
