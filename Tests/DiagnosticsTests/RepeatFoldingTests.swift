import Diagnostics
import Testing

@Suite struct RepeatFoldingTests {
    private typealias Folding = RepeatFolding<String>

    private func words(_ outputs: [Folding.Output]) -> [String] {
        outputs.map { output in
            switch output {
            case .line(let line): line
            case .same(let line, let count, let every): "\(line) +\(count) \(every.map { "\($0)" } ?? "-")"
            }
        }
    }

    private let second: Int64 = 1_000_000

    /// A refused child writes two lines each time; they are counted although they alternate.
    @Test func alternatingLines() {
        var folding = Folding()
        var printed: [String] = []
        for number in 0..<300 as Range<Int64> {
            for key in ["asks", "refused"] {
                printed += words(folding.take(key, key: key, moment: number * 300_000, now: 0))
            }
        }
        #expect(printed == ["asks", "refused"])
        #expect(
            words(folding.take("new", key: "new", moment: 91 * second, now: 0)) == [
                "asks +299 300000", "refused +299 300000", "new",
            ]
        )
        #expect(!folding.isWaiting && folding.flush().isEmpty)
    }

    @Test func oneRepetitionIsPrintedAsItIs() {
        var folding = Folding()
        #expect(words(folding.take("a1", key: "a", moment: 0, now: 0)) == ["a1"])
        #expect(folding.take("a2", key: "a", moment: second, now: 0).isEmpty)
        #expect(words(folding.flush()) == ["a2"])
    }

    @Test func whatIsLongAgoIsNoRepetition() {
        var folding = Folding()
        _ = folding.take("a1", key: "a", moment: 0, now: 0)
        #expect(words(folding.take("a2", key: "a", moment: Folding.window + 1, now: 0)) == ["a2"])
        #expect(folding.take("a3", key: "a", moment: 2 * Folding.window + 1, now: 0).isEmpty)
        // Where lines don't say their times, the reader's clock counts.
        #expect(words(folding.take("b1", key: "b", moment: nil, now: 0)) == ["a3", "b1"])
        #expect(folding.take("b2", key: "b", moment: nil, now: Folding.window).isEmpty)
        #expect(words(folding.take("b3", key: "b", moment: nil, now: 3 * Folding.window)) == ["b2", "b3"])
    }

    @Test func countsComeAlthoughNothingElseDoes() {
        var folding = Folding()
        _ = folding.take("a", key: "a", moment: 0, now: 0)
        for number in 1...9 as ClosedRange<Int64> {
            _ = folding.take("a", key: "a", moment: number * second, now: number * second)
            if number > 1 { #expect(folding.due(now: number * second).isEmpty) }
        }
        #expect(words(folding.due(now: 11 * second)) == ["a +9 1000000"])
        // The next count begins where the last one ended.
        _ = folding.take("a", key: "a", moment: 11 * second, now: 11 * second)
        #expect(folding.due(now: 20 * second).isEmpty)
        _ = folding.take("a", key: "a", moment: 19 * second, now: 19 * second)
        #expect(words(folding.due(now: 21 * second)) == ["a +2 5000000"])
    }

    @Test func aFirstRepetitionDoesNotWaitLong() {
        var folding = Folding()
        _ = folding.take("a1", key: "a", moment: 0, now: 0)
        _ = folding.take("a2", key: "a", moment: second, now: second)
        #expect(folding.due(now: 2 * second).isEmpty)
        #expect(words(folding.due(now: second + Folding.shortPatience)) == ["a2"])
    }

    /// However many kinds there are: every line is printed or counted, in the order in which its kind came.
    @Test func nothingIsLost() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Generator(state: seed)
        for _ in 0..<20 {
            var folding = Folding()
            var now: Int64 = 0
            var counts: [String: Int] = [:]
            var printed: [String: Int] = [:]
            func note(_ outputs: [Folding.Output]) {
                for output in outputs {
                    switch output {
                    case .line(let line): printed[line, default: 0] += 1
                    case .same(let line, let count, _): printed[line, default: 0] += count
                    }
                }
            }
            for _ in 0..<2000 {
                let key = "k\(random.next() % 400)"
                now += Int64(random.next() % 3_000_000)
                counts[key, default: 0] += 1
                note(folding.take(key, key: key, moment: random.next() % 5 == 0 ? nil : now, now: now))
                if random.next() % 4 == 0 { note(folding.due(now: now)) }
            }
            note(folding.flush())
            #expect(counts == printed, "seed \(seed)")
        }
    }
}

@Suite struct TimedMergeTests {
    private func all(_ merge: inout TimedMerge<String>) -> [String] {
        var found: [String] = []
        while let next = merge.next() { found.append(next.element) }
        return found
    }

    @Test func nothingComesBeforeEverySourceHasSpoken() {
        var merge = TimedMerge<String>(sources: 2)
        merge.add("b", moment: 2, from: 0, now: 0)
        #expect(merge.next() == nil && merge.isNeeded(1) && !merge.isNeeded(0))
        merge.add("a", moment: 1, from: 1, now: 0)
        #expect(all(&merge) == ["a"])
        merge.rest(1)
        #expect(all(&merge) == ["b"])
        merge.rest(0)
        #expect(merge.isEmpty && merge.next() == nil)
    }

    @Test func theOrderWithinASourceStays() {
        var merge = TimedMerge<String>(sources: 2)
        for (element, moment) in [("a1", 5), ("a2", nil), ("a3", 3), ("a4", 9)] as [(String, Int64?)] {
            merge.add(element, moment: moment, from: 0, now: 0)
        }
        for (element, moment) in [("b0", nil), ("b1", 4), ("b2", 7)] as [(String, Int64?)] {
            merge.add(element, moment: moment, from: 1, now: 0)
        }
        merge.rest(0)
        merge.rest(1)
        #expect(all(&merge) == ["b0", "b1", "a1", "a2", "a3", "b2", "a4"])
    }

    @Test func liveLinesWaitForLateOnes() {
        var merge = TimedMerge<String>(sources: 2, patience: 500)
        merge.add("b", moment: 20, from: 0, now: 1000)
        #expect(merge.release(now: 1499).isEmpty)
        merge.add("a", moment: 10, from: 1, now: 1400)
        merge.add("c", moment: 30, from: 1, now: 1400)
        #expect(merge.release(now: 1500).map(\.element) == ["a", "b"])
        #expect(merge.release(now: 1899).isEmpty)
        #expect(merge.release(now: 1900).map(\.element) == ["c"])
        #expect(merge.isEmpty)
    }

    @Test func oneSourceNeverWaits() {
        var merge = TimedMerge<String>(sources: 1, patience: 500)
        merge.add("a", moment: nil, from: 0, now: 7)
        #expect(merge.release(now: 7).map(\.element) == ["a"])
    }

    /// As sorting them all would be.
    @Test func asSortingWouldBe() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Generator(state: seed)
        for _ in 0..<50 {
            var merge = TimedMerge<Int>(sources: 4)
            var every: [(moment: Int64, source: Int, number: Int)] = []
            var moments = [Int64](repeating: 0, count: 4)
            for number in 0..<400 {
                let source = Int(random.next() % 4)
                moments[source] += Int64(random.next() % 5)
                every.append((moments[source], source, number))
                merge.add(number, moment: moments[source], from: source, now: 0)
            }
            for source in 0..<4 { merge.rest(source) }
            var found: [Int] = []
            while let next = merge.next() { found.append(next.element) }
            let sorted = every.sorted { ($0.moment, $0.source, $0.number) < ($1.moment, $1.source, $1.number) }
            #expect(found == sorted.map(\.number), "seed \(seed)")
        }
    }
}

/// The same numbers for the same seed.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
