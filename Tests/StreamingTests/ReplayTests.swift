import Basics
import Config
import Diagnostics
import NIOCore
import NIOEmbedded
import Status
import Store
import Synchronization
import Testing

@testable import Streaming

/// Recorded sessions of real children, replayed through admission, receiver, ingest and store (Captures/README.md).
///
/// The clock goes as it went when they were recorded: by the arrival of each read, however it is cut here.
@Suite struct ReplayTests {
    @Test(arguments: Recording.negotiable)
    func theReplyIsTheRecordedOne(name: String) throws {
        let recording = try Recording(name)
        let run = try Replay(recording)
        // 10 and 16 offered masks to a parent that knew numbers only; a mask is answered with a mask.
        let offersMask = name.hasPrefix("10-") || name.hasPrefix("16")
        #expect(run.reply == (offersMask ? acceptance(14_272) : recording.reply))
    }

    @Test(arguments: Recording.negotiable)
    func theStoreHoldsWhatTheTextSays(name: String) throws {
        let recording = try Recording(name)
        let run = try Replay(recording)
        run.feedWhole()
        let stored = run.stored
        let told = ToldHost(recording.text)
        #expect(stored.charts.map(\.definition.id) == told.charts.map(\.id))
        for (chart, expected) in zip(stored.charts, told.charts) { #expect(ToldChart(chart) == expected) }
        for (position, chart) in told.charts.enumerated() {
            for dimension in stored.latest[position] {
                #expect(
                    dimension.collected == told.lastValues[chart.id]?[dimension.id] ?? 0,
                    "\(chart.id) \(dimension.id)"
                )
            }
        }
        #expect(stored.variables == told.variables)
        #expect(stored.identity.labels == told.labels)
        #expect(stored.identity.claimID == nil)
        run.child.leave()
        #expect(run.updates == told.updates)
        #expect(run.complaints == [])
    }

    /// A second of points for each second of recording.
    @Test(arguments: Recording.negotiable.filter { !$0.hasPrefix("16") })
    func everySecondIsThere(name: String) throws {
        let run = try Replay(try Recording(name))
        run.feedWhole()
        let stored = run.stored
        let chart = try #require(stored.chart("demo.one") ?? stored.chart("system.uptime"))
        let dimension = try #require(chart.dimensions.first?.id)
        let values = stored.values(chart.definition.id, dimension)
        let collections = chart.collections
        #expect(values.count >= collections - 2 && values.count <= collections + 1)
        #expect(values.dropFirst().allSatisfy { $0 != nil })
    }

    @Test(arguments: Recording.negotiable)
    func singleBytesGiveTheSame(name: String) throws {
        let recording = try Recording(name)
        let whole = try Replay(recording)
        whole.feedWhole()
        let bytewise = try Replay(recording)
        bytewise.feed { $0.map { [$0] } }
        #expect(bytewise.stored == whole.stored)
        #expect(bytewise.reports.texts == whole.reports.texts)
    }

    /// Cut in two at every offset: the request, too.
    @Test(arguments: ["16a-child211-parent133-first-try-dropped", "16b-child211-parent133-second-try"])
    func everyCutGivesTheSame(name: String) throws {
        let recording = try Recording(name)
        let whole = try Replay(recording)
        whole.feedWhole()
        let expected = whole.stored
        for offset in stride(from: 1, to: recording.head.count, by: 1) {
            let run = try Replay(recording, headCutAt: offset)
            #expect(run.reply == whole.reply, "the request cut at \(offset)")
        }
        for offset in 1..<recording.streamCount {
            let run = try Replay(recording)
            run.feed(cutAt: offset)
            guard run.stored == expected else {
                Issue.record("cut at \(offset)")
                return
            }
        }
    }

    /// The longer ones at offsets that change with every run.
    @Test(arguments: Recording.negotiable.filter { !$0.hasPrefix("16") })
    func someCutsGiveTheSame(name: String) throws {
        let recording = try Recording(name)
        let whole = try Replay(recording)
        whole.feedWhole()
        let expected = whole.stored
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<24 {
            let offset = Int.random(in: 1..<recording.streamCount, using: &random)
            let run = try Replay(recording)
            run.feed(cutAt: offset)
            #expect(run.stored == expected, "cut at \(offset), seed \(seed)")
        }
        let run = try Replay(recording)
        run.feed { bytes in
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &random)
                pieces.append(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            return pieces.map(Array.init)
        }
        #expect(run.stored == expected, "pieces of seed \(seed)")
    }

    /// A child that negotiated compression and does not compress (streaming protocol §5.1, trap 2).
    @Test(arguments: ["06-v133-plain", "19-child133-parent211-plain"])
    func aPlainStreamAfterVersionFiveIsTaken(name: String) throws {
        let recording = try Recording(name)
        let run = try Replay(recording, compression: true)
        #expect(run.reply == acceptance(5))
        run.feedWhole()
        #expect(run.stored.charts.count == ToldHost(recording.text).charts.count)
        #expect(run.complaints == [])
    }

    /// Frames in a session without compression by number: they are read wherever they come (streaming protocol §6).
    @Test func framesAfterVersionFourAreTaken() throws {
        let recording = try Recording("07-v133-lz4")
        let run = try Replay(recording, compression: false)
        #expect(run.reply == acceptance(4))
        run.feedWhole()
        #expect(run.stored.charts.count == ToldHost(recording.text).charts.count)
        #expect(run.complaints == [])
    }

    /// What the recordings' plugin fed (Captures/README.md).
    @Test(arguments: [
        "07-v133-lz4", "09-child133-parent137-lz4", "10-child137-parent133-lz4", "18-child133-parent211-lz4",
    ])
    func theDocumentedChartsAreThere(name: String) throws {
        let run = try Replay(try Recording(name))
        run.feedWhole()
        let stored = run.stored
        let one = try #require(stored.chart("demo.one"))
        #expect(one.definition.name == "demo.nice_name")
        #expect(one.definition.title == "A demo chart, one")
        #expect(one.definition.units == "things/s")
        #expect(one.definition.family == "demo fam")
        #expect(one.definition.context == "demo.ctx")
        #expect(one.definition.type == .area)
        #expect(one.definition.priority == 90_000)
        #expect(one.definition.options == [.storeFirst])
        #expect(one.variables == ["demo_chart_var": 7])
        #expect(one.dimensions.map(\.id) == ["a", "b", "c"])
        #expect(one.dimensions.map(\.name) == ["alpha dim", "b", "gamma"])
        #expect(one.dimensions.map(\.algorithm) == [.absolute, .incremental, .percentageOfAbsoluteRow])
        #expect(one.dimensions.map(\.multiplier) == [1, -1, 1])
        #expect(one.dimensions.map(\.divisor) == [10, 1024, 1])
        #expect(one.dimensions.map(\.options) == [[], [.noreset], [.hidden]])
        // Not set every fifth second.
        #expect(stored.values("demo.one", "c").contains(nil))
        let two = try #require(stored.chart("demo.two"))
        #expect(two.definition.updateEvery == 2)
        #expect(two.definition.options == [.detail, .hidden])
        #expect(two.definition.type == .stacked)
        // The plugin of 1.33 could not give labels to a chart.
        let labels = two.definition.labels.filter { !$0.key.hasPrefix("_") }
        let given = name.hasPrefix("10") ? ["lbl_one=value one", "lbl_two=v2"] : []
        #expect(labels.map { "\($0.key)=\($0.value)" } == given)
        let three = try #require(stored.chart("demo.three"))
        #expect(three.definition.options == [.obsolete])
    }
}

/// What a parent answers that accepts.
func acceptance(_ version: UInt32) -> String { "Hit me baby, push them over with the version=\(version)" }

/// One recorded session on its way into a parent.
final class Replay {
    let recording: Recording
    let bench: ParentBench
    let child: TestChild
    let reply: String
    var reports: Reports { bench.reports }

    /// - Parameter compression: whether the parent would compress; as recorded where nothing is said.
    init(_ recording: Recording, compression: Bool? = nil, headCutAt offset: Int? = nil) throws {
        self.recording = recording
        let compresses = compression ?? (recording.reply != acceptance(4))
        bench = ParentBench(compresses ? ParentBench.open : Replay.plainParent)
        child = try bench.connect(from: "127.0.0.1")
        child.send(recording.head[..<(offset ?? 0)])
        child.send(recording.head[(offset ?? 0)...])
        reply = child.answers()
    }

    private static let plainParent = configuration(stream: openStream + "\n[stream]\n enable compression = no\n")

    func feedWhole() { feed { [$0] } }

    func feed(_ cut: ([UInt8]) -> [[UInt8]]) {
        let start = bench.clock.now()
        for read in recording.reads {
            bench.clock.advance(microseconds: start + read.at - bench.clock.now())
            for piece in cut(read.bytes) { child.send(piece) }
        }
    }

    func feed(cutAt offset: Int) {
        var position = 0
        feed { bytes in
            defer { position += bytes.count }
            guard offset > position, offset < position + bytes.count else { return [bytes] }
            return [Array(bytes[..<(offset - position)]), Array(bytes[(offset - position)...])]
        }
    }

    var stored: StoredHost {
        let guid = recording.head.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            .split(separator: "&").first { $0.hasPrefix("machine_guid=") }!.dropFirst(13)
        return StoredHost(bench.hosts.host(guid: GUID(String(guid))!)!)
    }

    /// What the parent counted, as its log says when the child is gone.
    var updates: Int? {
        let text = reports.text(.receiverDisconnected)
        return text?.split(separator: "completed ").last?.split(separator: " ").first.flatMap { Int($0) }
    }

    /// Everything in the log that is no normal line of a session.
    var complaints: [String] {
        reports.events.filter { event in
            let normal: [String] = [
                "ND-I1", "ND-I2", "ND-I3", "ND-I4", "ND-I5", "ND-I6", "ND-I7", "ND-I8", "ND-I9", "ND-I10", "ND-C2",
                "ND-C5",
                "ND-P1", "ND-S6", "ND-H5",
            ]
            return !normal.contains(event.condition.code)
        }.map { "\($0.condition.code) \($0.text)" }
    }
}
