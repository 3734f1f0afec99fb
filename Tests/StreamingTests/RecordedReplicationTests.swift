import Basics
import NIOEmbedded
import Testing

@testable import Store
@testable import Streaming
@testable import Wire

/// What a real parent asked for in the recordings, answered out of a real child's data: in the real child's words
/// (`03a-`, `03b-`, `04-v137-…` of Captures/README.md).
@Suite struct RecordedReplicationTests {
    /// One answer of the recorded child.
    struct Answer {
        var chart = ""
        var lines: [String] = []
        /// By time, by dimension.
        var points: [Int64: [(dimension: String, value: Double?)]] = [:]

        /// The words of REND.
        var end: [Int64] { lines.last!.split(separator: " ").compactMap { Int64($0) } }
        var now: Int64 { end.last! }
        var last: Int64 { end[2] }
    }

    static func answers(_ name: String) throws -> [Answer] {
        let bytes = try Recording.bytes(name + ".child-to-parent.bin")
        let head = try #require(try StreamRequest.headLength(bytes))
        var answers: [Answer] = []
        var open: Answer?
        var time: Int64 = 0
        for line in String(decoding: bytes[head...], as: UTF8.self).split(separator: "\n").map(String.init) {
            let words = line.split(separator: " ").map { $0.filter { $0 != "\"" } }
            if words[0] == "RBEGIN", words.count == 2 { open = Answer(chart: words[1]) }
            guard open != nil, words[0].hasPrefix("R") else { continue }
            open!.lines.append(line)
            switch words[0] {
            case "RBEGIN" where words.count > 2: time = Int64(words[3])!
            case "RSET": open!.points[time, default: []].append((words[1], Double(words[2])))
            case "REND":
                answers.append(open!)
                open = nil
            default: break
            }
        }
        return answers
    }

    static func requests(_ name: String) throws -> [(chart: String, line: String)] {
        let text = String(decoding: try Recording.bytes(name + ".parent-to-child.bin"), as: UTF8.self)
        let reply = try Recording.reply(name)
        return text.dropFirst(reply.count).split(separator: "\n").map { line in
            (line.split(separator: "\"").map(String.init)[1], line + "\n")
        }
    }

    /// Every step of every chart after the parent's restart.
    @Test func theWholePastInTheWordsOfTheRecordedChild() throws {
        let name = "03b-v137-replication-after-parent-restart"
        // Points of slow charts have the times of the query in 1.37.1, not their own (web API §7.4).
        let answers = try Self.answers(name).filter { $0.chart != "system.load" }
        let requests = try Self.requests(name).filter { $0.chart != "system.load" }
        #expect(answers.count > 30 && answers.count == requests.count)
        var values: [String: [Int64: [(dimension: String, value: Double?)]]] = [:]
        for answer in answers { values[answer.chart, default: [:]].merge(answer.points) { first, _ in first } }

        let bench = try SenderBench(database: HostSettings(mode: .alloc, history: 3600), startsAt: answers[0].now)
        var loaded: [String: Int64] = [:]
        /// What the child had of a chart at that time.
        func load(_ chart: String, until last: Int64) {
            let points = values[chart]!
            let every = answers.first { $0.chart == chart }!.end[0]
            let dimensions = points.values.first!.map(\.dimension)
            let known = bench.host.withDatabase { $0.find(chart) }
            let ref = known ?? bench.define(ChartDefinition(id: chart, updateEvery: Int(every)), dimensions)
            for time in points.keys.sorted() where time > loaded[chart, default: 0] && time <= last {
                let row = points[time]!.map { $0.value.flatMap { $0.isNaN ? nil : $0 } }
                bench.host.withDatabase { _ = $0.load(row, at: time, into: ref) }
                loaded[chart] = time
            }
        }
        // The parent has to be told of the charts before it may ask: a collection tells it, too short for a point.
        for chart in values.keys.sorted() { load(chart, until: answers.first { $0.chart == chart }!.last) }
        let parent = try bench.live(SenderReplicationTests.mask)
        for chart in values.keys.sorted() {
            let ref = bench.host.withDatabase { $0.find(chart)! }
            bench.collect(ref, [], microseconds: 1)
        }
        _ = parent.take()

        var next: [String: Int] = [:]
        for answer in answers {
            load(answer.chart, until: answer.last)
            bench.clock.set(seconds: answer.now)
            let index = next[answer.chart, default: 0]
            next[answer.chart] = index + 1
            let request = requests.filter { $0.chart == answer.chart }[index]
            parent.send(request.line)
            let ours = parent.lines()
            // The state of a loaded chart is another one.
            func isPoint(_ line: String) -> Bool { !line.hasPrefix("RDSTATE") && !line.hasPrefix("RSSTATE") }
            let difference = zip(ours.filter(isPoint), answer.lines.filter(isPoint)).first { $0 != $1 }
            #expect(difference == nil, "\(request.line)")
            #expect(ours.count == answer.lines.count, "\(request.line)")
        }
    }

    /// The demo plugin's chart as the recorded child collected it: with all of its state.
    @Test(arguments: [
        ("03a-v137-replication-first-connection", HostSettings(mode: .ram), Int64(1_795_339_577), Int64(782_508)),
        ("04-v137-child-memory-mode-none", HostSettings(mode: .none), 1_795_339_762, 835_379),
    ])
    func theStateInTheWordsOfTheRecordedChild(
        name: String,
        settings: HostSettings,
        second: Int64,
        fraction: Int64
    ) throws {
        let bench = try SenderBench(database: settings, startsAt: second - 1)
        let parent = try bench.live(SenderReplicationTests.mask)
        let chart = bench.define(ChartDefinition(id: "demo.one", updateEvery: 1, options: .storeFirst), [])
        bench.host.withDatabase {
            $0.define(DimensionDefinition(id: "a", divisor: 10), in: chart)
            $0.define(
                DimensionDefinition(id: "b", algorithm: .incremental, multiplier: -1, divisor: 1024, options: .noreset),
                in: chart
            )
            $0.define(DimensionDefinition(id: "c", algorithm: .percentageOfAbsoluteRow), in: chart)
        }
        bench.collect(chart, [10, 1000, -1])
        _ = parent.take()
        bench.clock.advance(microseconds: 1_000_000 + fraction)
        bench.host.withDatabase { database in
            // Not the first after the definition, which goes by the clock.
            _ = database.begin(chart, microseconds: 1_000_000 + fraction, now: bench.clock.now(), trusted: true)
            for (index, value) in [20, 2000, -2].enumerated() { database.set(Int32(index), Int64(value)) }
            database.end(now: bench.clock.now())
        }
        bench.sender.flush()
        bench.loop.run()
        parent.send(try #require(try Self.requests(name).first { $0.chart == "demo.one" }).line)
        var recorded = try #require(try Self.answers(name).first { $0.chart == "demo.one" }).lines
        // What a counter had before it was first seen is no growth here, whatever the chart's options (web API §5.2).
        if let first = recorded.firstIndex(of: "RSET \"b\" -0.9765625 \"\"") {
            recorded[first] = "RSET \"b\" 0.0000000 \"\""
        }
        /// A dimension's own time is a few µs beside the chart's, and what was calculated has more than seven decimals.
        func shown(_ line: String) -> String {
            var words = line.split(separator: " ").map(String.init)
            if words[0] == "RDSTATE" {
                words[2] = String(words[2].prefix(10))
                var rounded: [UInt8] = []
                appendFixed(Double(words[4]) ?? .nan, decimals: 7, to: &rounded)
                words[4] = String(decoding: rounded, as: UTF8.self)
            }
            return words.joined(separator: " ")
        }
        #expect(parent.lines().map(shown) == recorded.map(shown))
        bench.clock.advance(microseconds: 1_002_059)
        bench.collect(chart, [30, 3000, -3], microseconds: 1_002_059)
        #expect(
            parent.lines() == [
                "BEGIN \"demo.one\" 1002059", "SET \"a\" = 30", "SET \"b\" = 3000", "SET \"c\" = -3", "END",
            ]
        )
    }
}
