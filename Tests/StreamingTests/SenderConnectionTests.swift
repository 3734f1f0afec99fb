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

/// How a sender's connections end, and what follows (streaming protocol §6.2, §11).
@Suite struct SenderConnectionTests {
    private let first =
        "CHART \"first.chart\" \"\" \"\" \"unknown\" \"first\" \"first.chart\" \"line\" 1000 1 \"   \" \"\" \"\""

    /// A new connection knows nothing: all is defined again, each chart with its next collection.
    @Test func everythingIsDefinedAgainAfterAReconnect() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        bench.collect("first.chart")
        bench.collect("second.chart")
        #expect(parent.lines().count { $0.hasPrefix("CHART") } == 2)
        bench.wait(seconds: 5)
        bench.reports.forget()
        parent.leave()
        #expect(
            bench.reports.texts.first
                == "STREAM web01 [send to parent:19999]: connection closed by far end. Restarting connection"
        )
        #expect(bench.link.state == .connecting)
        #expect(bench.link.lastError?.code == "ND-C20")
        bench.collect("first.chart")
        bench.collect("first.chart")
        #expect(bench.reports.count(.notReady) == 1)
        let next = try bench.connect()
        #expect(next.take().hasPrefix("STREAM key="))
        next.send(acceptance(4))
        #expect(next.lines() == ["CLAIMED_ID \(machineGUID) NULL"])
        bench.collect("second.chart")
        let lines = next.lines()
        #expect(lines.first?.hasPrefix("CHART \"second.chart\"") == true)
        #expect(lines.suffix(3) == ["BEGIN \"second.chart\" 0", "SET \"d\" = 1", "END"])
        bench.collect("first.chart")
        #expect(next.lines().first == first)
        #expect(bench.link.droppedSamples == 3)
    }

    /// Thrown out right after being let in: not at once again.
    @Test func aParentThatThrowsUsOutIsNotAskedInACircle() throws {
        let bench = try SenderBench()
        for round in 1...5 {
            let parent = try bench.live()
            parent.leave()
            #expect(bench.link.state == .waiting)
            #expect(bench.retryIn == 5)
            bench.wait(seconds: 5)
            #expect(bench.dialled.count == round + 1)
        }
    }

    @Test func aBrokenConnectionIsNamed() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        bench.wait(seconds: 5)
        parent.channel.pipeline.fireErrorCaught(IOErrorMaker.reset)
        #expect(
            bench.reports.text(.connectionFailed)?.contains(
                "failed to send metrics - closing connection - we have sent"
            ) == true
        )
        #expect(bench.link.lastError?.code == "ND-C21")
    }

    /// Nothing goes out for `timeout seconds` although something waits.
    @Test func aParentThatReadsNothing() throws {
        let bench = try SenderBench(" timeout seconds = 20\n")
        let parent = try bench.live()
        bench.wait(seconds: 60)
        #expect(parent.isOpen, "silence with nothing to say is fine")
        bench.collect("a.b")
        _ = parent.take()
        parent.stopReading()
        bench.collect("a.b")
        #expect(bench.link.bufferBytes ?? 0 > 0)
        bench.wait(seconds: 15)
        #expect(parent.isOpen)
        parent.goOnReading()
        bench.wait(seconds: 15)
        parent.stopReading()
        bench.collect("a.b")
        for _ in 0..<3 { bench.wait(seconds: 5) }
        #expect(parent.isOpen)
        bench.wait(seconds: 5)
        #expect(!parent.isOpen)
        let text = bench.reports.text(.sendTimeout)
        #expect(
            text?.hasPrefix(
                "STREAM web01 [send to parent:19999]: could not send metrics for 20 seconds - closing connection"
            ) == true
        )
        #expect(bench.link.state == .connecting)
        #expect(bench.link.bufferBytes == 0)
    }

    /// `buffer size bytes`: what waits may be as much, and no byte more. No line is cut, no old line comes later.
    @Test(arguments: [0, 1])
    func theBufferOverflows(beyond: Int) throws {
        let line = "BEGIN \"first.chart\" 0\nSET \"d\" = 1\nEND\n".utf8.count
        let bench = try SenderBench(bufferBytesMax: 10 * line - beyond)
        let parent = try bench.live()
        bench.collect("first.chart")
        _ = parent.take()
        bench.wait(seconds: 6)
        parent.stopReading()
        for _ in 0..<9 { bench.collect("first.chart") }
        #expect(parent.isOpen)
        #expect(bench.link.bufferBytes == 9 * line)
        let dropped = bench.link.droppedSamples
        bench.collect("first.chart")
        #expect(parent.isOpen == (beyond == 0))
        guard beyond > 0 else { return }
        let text = try #require(bench.reports.text(.bufferOverflow))
        #expect(
            text.contains(
                "too many data pending - buffer is \(10 * line - 1) bytes long, \(10 * line) unsent - we have sent "
            )
        )
        #expect(text.hasSuffix(" on this connection. Closing connection to flush the data."))
        #expect(bench.link.droppedSamples == (dropped ?? 0) + 1)
        // Reconnected at once; the old lines are gone.
        let next = try bench.connect()
        _ = next.take()
        next.send(acceptance(4))
        bench.collect("first.chart", 42)
        #expect(
            next.lines()
                == [
                    "CLAIMED_ID \(machineGUID) NULL", first, "DIMENSION \"d\" \"d\" \"absolute\" 1 1 \"  \"",
                    "BEGIN \"first.chart\" 0", "SET \"d\" = 42", "END",
                ].inserting(Self.labels, at: 2)
        )
    }

    private static let labels = [
        "CLABEL \"_collect_plugin\" \"[none]\" 536870913", "CLABEL \"_collect_module\" \"[none]\" 536870913",
        "CLABEL_COMMIT",
    ]

    /// The definitions of a large host are more than the buffer: a parent that reads gets them all.
    @Test func definitionsMayBeMoreThanTheBuffer() throws {
        let bench = try SenderBench(bufferBytesMax: 65_536)
        let parent = try bench.live()
        _ = parent.take()
        let now = bench.clock.now()
        bench.host.withDatabase { database in
            for index in 0..<3000 {
                let id = "chart.number\(index)"
                let title = String(repeating: "t", count: 300)
                let ref = database.define(ChartDefinition(id: id, title: title, updateEvery: 1), now: now)!
                database.define(DimensionDefinition(id: "d"), in: ref)
                database.begin(ref, microseconds: 0, now: now, trusted: true)
                database.set(0, 1)
                database.end(now: now)
            }
        }
        bench.sender.flush()
        bench.loop.run()
        #expect(parent.lines().count { $0 == "END" } == 3000)
        #expect(parent.isOpen)
        #expect(bench.link.droppedSamples == 1)
    }

    /// A sender whose loop does not run keeps a bounded heap of text.
    @Test func textIsBounded() throws {
        let bench = try SenderBench(bufferBytesMax: 65_536)
        let parent = try bench.live()
        _ = parent.take()
        let chart = bench.define(ChartDefinition(id: "a.b", updateEvery: 1))
        let now = bench.clock.now()
        bench.host.withDatabase { database in
            for _ in 0..<400_000 {
                database.begin(chart, microseconds: 0, now: now, trusted: true)
                database.set(0, 1)
                database.end(now: now)
            }
        }
        #expect((bench.link.bufferBytes ?? 0) <= Outbox.textBytesMax + 1000)
        bench.loop.run()
        #expect(bench.reports.count(.bufferOverflow) == 1)
        #expect(!parent.isOpen)
        #expect((bench.link.droppedSamples ?? 0) >= 400_000)
    }

    @Test func compressedLinesAreTheSame() throws {
        let bench = try SenderBench()
        let parent = try bench.live(5)
        #expect(try parent.decodedLines() == ["CLAIMED_ID \(machineGUID) NULL"])
        for value in 0..<100 { bench.collect("first.chart", Int64(value)) }
        let lines = try parent.decodedLines()
        #expect(lines.first == first)
        #expect(lines.filter { $0.hasPrefix("SET") } == (0..<100).map { "SET \"d\" = \($0)" })
        #expect(bench.link.compression == "lz4")
    }

    /// One line that no frame can carry: compression is off for good, the parent asked again as version 4 (§6.2).
    @Test func aLineTooLongForAFrame() throws {
        let bench = try SenderBench(destination: "one:1 two:2")
        bench.collect("a.b")
        try bench.refuseConnection()
        let parent = try bench.live(5)
        bench.wait(seconds: 6)
        bench.reports.forget()
        bench.sender.appendForTest("VARIABLE HOST x = " + String(repeating: "9", count: 17_000) + "\n")
        bench.sender.flush()
        bench.loop.run()
        #expect(!parent.isOpen)
        #expect(
            bench.reports.texts == [
                "STREAM_COMPRESSION: Compression Failed - Message size 17019 above compression buffer limit: 16384",
                "STREAM_COMPRESSION: Deactivating compression to avoid stream corruption",
                "STREAM_COMPRESSION web01 [send to two:2]: Restarting connection without compression",
                "STREAM web01: attempting to connect to 'two:2' (default port: 19999)...",
            ]
        )
        let next = try bench.connect()
        #expect(next.take().contains("&ver=4&"))
        next.send(acceptance(4))
        bench.collect("a.b")
        #expect(next.lines().last == "END")
        #expect(bench.link.compression == "none")
        // For good.
        bench.wait(seconds: 6)
        next.leave()
        let third = try bench.connect()
        #expect(third.take().contains("&ver=4&"))
    }

    @Test func stoppingSendsWhatIsThereAndSaysNothingElse() throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        bench.collect("a.b")
        _ = parent.take()
        let chart = bench.host.withDatabase { $0.find("a.b")! }
        let now = bench.clock.now()
        bench.host.withDatabase { database in
            database.begin(chart, microseconds: 0, now: now, trusted: true)
            database.set(0, 7)
            database.end(now: now)
        }
        bench.reports.forget()
        _ = bench.sender.stop()
        bench.loop.run()
        #expect(parent.lines() == ["BEGIN \"a.b\" 0", "SET \"d\" = 7", "END"])
        #expect(!parent.isOpen)
        #expect(
            bench.reports.texts == [
                "STREAM web01 [send]: signaling sending thread to stop...",
                "STREAM web01 [send]: sending thread now exits.",
            ]
        )
        bench.collect("a.b")
        bench.wait(seconds: 7200)
        #expect(bench.dialled.count == 1)
        #expect(bench.link.state == .idle)
    }

    @Test func stoppingWhileDialling() throws {
        let bench = try SenderBench()
        bench.collect("a.b")
        _ = bench.sender.stop()
        bench.loop.run()
        let parent = try bench.connect()
        #expect(!parent.isOpen)
        #expect(parent.take() == "")
    }
}

extension Array {
    fileprivate func inserting(_ elements: [Element], at index: Int) -> [Element] {
        Array(self[..<index]) + elements + Array(self[index...])
    }
}

extension Sender {
    /// A line that no writer would write: they keep to the peer's limit.
    fileprivate func appendForTest(_ line: String) { outbox.append { _, bytes in bytes += line.utf8 } }
}
