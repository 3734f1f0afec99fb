import Basics
import Diagnostics
import Status
import Testing

@testable import Store
@testable import Streaming
@testable import Wire

/// What real children sent of their past, through the receiver: what is asked of them and what is stored
/// (`03a-`, `03b-`, `04-`, `15-`, `17-`, `20-…` of Captures/README.md).
@Suite struct RecordedPastTests {
    static let names = [
        "03a-v137-replication-first-connection", "03b-v137-replication-after-parent-restart",
        "04-v137-child-memory-mode-none", "15-child211-parent137-lz4", "17-child137-parent211-lz4",
        "20-child211-reply14272-lz4",
    ]

    /// One recorded connection as it was sent, and in plain text.
    private struct Session {
        let head: [UInt8]
        let stream: [UInt8]
        let lines: [[String]]
        let requests: [String]
        /// Seconds between the points of each chart.
        var every: [String: Int] = [:]
        /// The child's clock when it defined its first chart.
        var clock: Int64 = 0
        /// What it sent of its past: chart, Unix second, dimension, value.
        var past: [(chart: String, time: Int64, dimension: String, value: Double)] = []

        init(_ name: String) throws {
            let bytes = try Recording.bytes(name + ".child-to-parent.bin")
            let count = try #require(try StreamRequest.headLength(bytes))
            head = Array(bytes[..<count])
            stream = Array(bytes[count...])
            let text = (try? Recording.bytes(name + ".decoded.txt")) ?? stream
            lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
                line.split(separator: " ").map { $0.filter { $0 != "\"" && $0 != "'" } }
            }
            let said = String(decoding: try Recording.bytes(name + ".parent-to-child.bin"), as: UTF8.self)
            requests = said.dropFirst(try Recording.reply(name).count).split(separator: "\n").map(String.init)
                .filter { $0.hasPrefix("REPLAY_CHART") }
            var chart = ""
            var time: Int64 = 0
            for words in lines {
                switch words[0] {
                case "CHART_DEFINITION_END" where clock == 0: clock = Int64(words[3])!
                case "RBEGIN" where words.count == 2: chart = words[1]
                case "RBEGIN": time = Int64(words[words.count - 2])!
                case "RSET": if let value = Double(words[2]) { past.append((chart, time, words[1], value)) }
                case "REND": every[chart] = Int(words[1])!
                default: break
                }
            }
        }
    }

    /// Feeds it in pieces that end at the offsets.
    private func replay(_ session: Session, step: Int, cuts: [Int]) throws -> (bench: ParentBench, answers: String) {
        let stream = openStream.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n")
        let bench = ParentBench(
            configuration(stream: stream, netdata: ramDatabase + " seconds per replication step = \(step)\n")
        )
        bench.clock.set(seconds: session.clock)
        let child = try bench.accepted(String(decoding: session.head, as: UTF8.self))
        var answers = ""
        var from = 0
        for cut in cuts + [session.stream.count] where cut > from {
            child.send(session.stream[from..<cut])
            answers += child.answers()
            from = cut
        }
        #expect(child.isOpen)
        return (bench, answers)
    }

    private func host(_ bench: ParentBench) throws -> Host {
        try #require(bench.hosts.all().first { $0.guid.description != parentGUID })
    }

    @Test(arguments: names)
    func asARealParentAsksAndAllIsStored(name: String) throws {
        let session = try Session(name)
        let (bench, answers) = try replay(session, step: name.hasPrefix("03") ? 12 : 600, cuts: [])
        let asked = answers.split(separator: "\n").map(String.init)
        // Slow charts are asked for on their grid here. What is defined again without anything new, 2.11 does not ask for,
        // and the parent of the last one asked for all of it again.
        let isOther = name.hasPrefix("17") || name.hasPrefix("20")
        func fast(_ requests: [String]) -> [String] {
            requests.filter { request in
                let chart = request.split(separator: "\"").map(String.init)[1]
                return session.every[chart, default: 1] == 1 && !(isOther && chart == "demo.three")
            }
        }
        #expect(fast(asked) == fast(session.requests))
        #expect(asked.count == session.requests.count)
        // This parent's clock stands still, and so differs.
        let wrong = bench.reports.events.filter { $0.condition.severity != .info && $0.condition != .clockOff }
        #expect(wrong.map(\.text) == [])
        let stored = try host(bench).withDatabase { database in
            session.past.map { point -> Double? in
                guard let ref = database.find(point.chart) else { return nil }
                let points = database.points(of: ref, from: point.time, to: point.time)
                let column = database.dimensions(of: ref).firstIndex { $0.id == point.dimension }
                guard let column, points.count == 1 else { return nil }
                return StorageNumber.decode(points.columns[column][0])
            }
        }
        var compared = 0
        for (point, value) in zip(session.past, stored)
        where session.every[point.chart] == 1 && !point.value.isNaN {
            compared += 1
            let isEqual = value.map { ($0 - point.value).magnitude <= 1e-5 * max(1, point.value.magnitude) } ?? false
            #expect(isEqual, "\(point): \(String(describing: value))")
        }
        #expect(compared > 100 || !name.hasPrefix("03b"))
        let facts = try host(bench).withDatabase { $0.counters }
        #expect(facts.repeatedPoints == 0 || name.hasPrefix("20"))
        #expect(facts.refusedPoints == 0)
    }

    /// However it is cut: the same points, the same questions.
    @Test(arguments: names)
    func cutAnywhere(name: String) throws {
        let session = try Session(name)
        let whole = try replay(session, step: 12, cuts: [])
        let expected = StoredHost(try host(whole.bench))
        let seed = UInt64.random(in: 0 ... .max)
        var dice = SeededGenerator(seed: seed)
        var cuts = [Array(1..<session.stream.count)]
        for _ in 0..<4 {
            cuts.append((0..<20).map { _ in Int.random(in: 1..<session.stream.count, using: &dice) }.sorted())
        }
        for cut in cuts {
            let pieces = try replay(session, step: 12, cuts: cut)
            #expect(pieces.answers == whole.answers, "seed \(seed)")
            #expect(StoredHost(try host(pieces.bench)) == expected, "seed \(seed)")
        }
    }
}
