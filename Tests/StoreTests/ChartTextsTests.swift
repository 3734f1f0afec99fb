import Basics
import Testing

@testable import Store

/// Definitions that many hosts have, once; and ids that stand in the structs that they name.
@Suite struct ChartTextsTests {
    private struct Bench: ~Copyable {
        var database: HostDatabase
        let chart: ChartRef

        init(_ id: String, dimensions: [String] = ["user", "system"], mode: MemoryMode = .ram) {
            database = HostDatabase(guid: someGUID, settings: HostSettings(mode: mode, futureLimitSeconds: 0))
            chart = database.define(ChartDefinition(id: id, title: "What nobody says in a few bytes"), now: 0)!
            for name in dimensions { database.define(DimensionDefinition(id: name), in: chart) }
        }

        mutating func collect(_ count: Int = 3) {
            for second in 0..<count {
                let now = at(Double(start) + Double(second))
                database.begin(chart, microseconds: microsecondsPerSecond, now: now, trusted: true)
                database.set(0, 1)
                database.end(now: now)
            }
        }

        var texts: ChartTexts { database.records[Int(chart.index)]!.texts }
    }

    @Test(arguments: [MemoryMode.ram, .none, .dbengine])
    func hostsThatSayTheSameShareIt(mode: MemoryMode) {
        var one = Bench("shared.\(mode)", mode: mode)
        var two = Bench("shared.\(mode)", mode: mode)
        #expect(one.texts !== two.texts)
        one.collect()
        two.collect()
        #expect(one.texts === two.texts && one.texts.isShared)
        #expect(two.database.dimensions(of: two.chart).map(\.id) == ["user", "system"])
    }

    @Test func whoSaysSomethingElseHasItAlone() {
        var one = Bench("own.a")
        var two = Bench("own.a")
        var other = Bench("own.a", dimensions: ["user"])
        one.collect()
        two.collect()
        other.collect()
        #expect(other.texts !== one.texts)
        two.database.define(DimensionDefinition(id: "idle"), in: two.chart)
        two.database.setObsolete(true, two.chart, now: 0)
        #expect(one.database.dimensions(of: one.chart).map(\.id) == ["user", "system"])
        #expect(two.database.dimensions(of: two.chart).map(\.id) == ["user", "system", "idle"])
        #expect(one.database.definition(of: one.chart)?.options == [])
        #expect(two.database.definition(of: two.chart)?.options == .obsolete)
        // The mark goes with the next collection: then it is complete again.
        two.collect(40)
        #expect(two.texts.isShared && two.texts !== one.texts)
    }

    @Test func nobodyKeepsWhatNobodyHas() {
        weak var texts: ChartTexts?
        do {
            var bench = Bench("gone.a")
            bench.collect()
            texts = bench.texts
            #expect(texts != nil)
        }
        #expect(texts == nil)
        // One of its own: other tests make charts meanwhile.
        let known = SharedTexts()
        for number in 0..<5_000 { _ = known.shared(ChartTexts(ChartDefinition(id: "gone.\(number)"))) }
        #expect(known.count <= 1_024, "what has gone is forgotten")
    }

    /// Ids of every length, and those that differ from them in one byte or by one.
    @Test func anIdIsEqualToItselfAlone() {
        for count in 1...40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 200 &+ $0 &* 7) }
            var id = bytes.withUnsafeBufferPointer { Identifier(Word(start: $0.baseAddress!, count: count), hash: 0) }
            withUnsafePointer(to: &id) { #expect(Array(Identifier.word(at: UnsafeRawPointer($0)).bytes) == bytes) }
            func equals(_ other: [UInt8]) -> Bool {
                other.withUnsafeBufferPointer { id.equals(Word(start: $0.baseAddress!, count: other.count)) }
            }
            #expect(equals(bytes))
            for place in bytes.indices {
                var other = bytes
                other[place] ^= 1
                #expect(!equals(other), "\(count) bytes, byte \(place)")
            }
            #expect(!equals(bytes + [0]) && !equals(bytes.dropLast() + []))
            id.deallocate()
        }
    }

    @Test func aDimensionsIdIsFoundWhereItStands() {
        #expect(MemoryLayout<Chart>.offset(of: \.id) == 0 && MemoryLayout<Dimension>.offset(of: \.id) == 0)
    }
}
