import Basics
import Config
import Diagnostics
import Glibc
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

    /// The original's words for every end (streaming protocol §11, "Other closings").
    @Test(
        arguments: [
            (104, "read", "ND-C73", "error during read (104). Restarting connection"),
            (110, "read", "ND-C73", "error during read (110). Restarting connection"),
            (
                32, "write", "ND-C21",
                "failed to send metrics - closing connection - we have sent 38 bytes on this connection."
            ),
            (
                104, "connection reset (error set)", "ND-C87",
                "restart stream because socket reports errors (POLLERR) - 38 bytes transmitted."
            ),
        ] as [(Int32, String, String, String)]
    )
    func aBrokenConnectionIsNamed(number: Int32, operation: String, code: String, text: String) throws {
        let bench = try SenderBench()
        let parent = try bench.live()
        bench.wait(seconds: 5)
        let request = bench.sender.connection?.writtenBytes ?? 0
        bench.reports.forget()
        parent.channel.pipeline.fireErrorCaught(IOError(errnoCode: number, reason: operation))
        let said = text.replacing("38", with: String(request))
        #expect(bench.reports.texts.first == "STREAM web01 [send to parent:19999]: " + said)
        #expect(bench.link.lastError?.code == code)
        #expect(bench.link.candidates.map(\.code) == [code])
        #expect(bench.link.candidates.map(\.state) == ["connecting"])
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

    /// Whose machine answers is not gone: the kernel gave it up because it did not read.
    @Test func whoKeepsTheData() throws {
        let bench = try SenderBench(" timeout seconds = 90\n")
        let sender = bench.sender!
        #expect(sender.reason(.timedOut, sent: 7, farEnd: nil).condition == .readFailed)
        #expect(sender.reason(.timedOut, sent: 7, farEnd: .doesNotAnswer).condition == .readFailed)
        let hung = sender.reason(.timedOut, sent: 7, farEnd: .doesNotRead)
        #expect(hung.condition == .sendTimeout)
        #expect(hung.values == ["seconds": "90", "bytes": "7", "attempts": "0"])
        #expect(sender.slowSide(nil) == nil)
        #expect(sender.slowSide(.doesNotRead)?.values["side"] == "the parent")
        #expect(sender.slowSide(.doesNotAnswer)?.values["side"] == "the network")
        #expect(sender.slowSide(.isSlow)?.evidence == "it is taken, but slower than it is collected")
    }

    /// The list as the status document shows it, in every phase.
    @Test func candidatesInEveryPhase() throws {
        let bench = try SenderBench(destination: "one:1 two:2 three:3", random: 0)
        func states() -> [String?] { bench.link.candidates.map(\.state) }
        #expect(states() == ["ready", "ready", "ready"])
        #expect(bench.link.state == .idle && bench.link.attempts == 0 && bench.link.retryAt == nil)
        bench.collect("a.b")
        #expect(states() == ["connecting", "ready", "ready"])
        try bench.refuseConnection(EHOSTUNREACH)
        #expect(states() == ["skipped", "connecting", "ready"])
        #expect(bench.link.attempts == 2)
        let two = try bench.connect()
        #expect(states() == ["skipped", "handshake", "ready"])
        two.send(Reply.denied.text!)
        #expect(states() == ["skipped", "skipped", "connecting"])
        #expect(bench.link.candidates.map(\.code) == ["ND-C80", "ND-C12", nil])
        let three = try bench.connect()
        three.send(acceptance(4))
        #expect(states() == ["skipped", "skipped", "live"])
        #expect(bench.link.attempts == 0 && bench.link.destination == "three:3" && bench.link.retryAt == nil)
        bench.wait(seconds: 6)
        #expect(states() == ["ready", "ready", "live"])
        #expect(bench.link.candidates.allSatisfy { $0.skippedUntilAt == nil })
        // The best of the list is the first to be tried now.
        three.leave()
        #expect(states() == ["connecting", "ready", "ready"])
        for _ in 0..<3 { try bench.refuseConnection() }
        #expect(states() == ["skipped", "skipped", "skipped"])
        #expect(bench.link.state == .waiting && bench.retryIn == 5)
        #expect(bench.link.candidates.map(\.code) == ["ND-C78", "ND-C78", "ND-C78"])
        #expect(bench.link.destination == "three:3")
    }

    /// That nobody is there is said once for each time it is waited, however long.
    @Test func waitingIsSaidOnce() throws {
        let bench = try SenderBench(" reconnect delay seconds = 60\n")
        bench.collect("a.b")
        try bench.refuseConnection()
        #expect(bench.reports.count(.noDestination) == 1)
        for _ in 0..<59 { bench.wait(seconds: 1) }
        #expect(bench.reports.count(.noDestination) == 1)
        #expect(bench.reports.count(.cannotConnect) == 1)
        bench.wait(seconds: 1)
        try bench.refuseConnection()
        #expect(bench.reports.count(.noDestination) == 2)
    }

    /// An interface that is not there is told, and limits nothing.
    @Test func anInterfaceThatIsNotThere() throws {
        let bench = try SenderBench(destination: "[fe80::1%no-such0]:1")
        bench.collect("a.b")
        #expect(
            bench.reports.text(.unknownInterface)
                == "Cannot find a network interface named 'no-such0'. Continuing with limiting the network interface"
        )
        #expect(bench.dialled.count == 1)
    }

    /// One name, several addresses: each has its line, the last two lines are the original's.
    @Test func everyAddressHasItsLine() throws {
        let bench = try SenderBench()
        bench.collect("a.b")
        bench.reports.forget()
        let errors = [(ENETUNREACH, "2001:db8::1"), (ECONNREFUSED, "10.0.0.1")].map {
            DialFailure(IOError(errnoCode: $0.0, reason: "connect"), host: $0.1, port: "19999")
        }
        try bench.fail(errors[1].with(others: [errors[0]]))
        #expect(
            bench.reports.texts.prefix(3) == [
                "Failed to connect to '2001:db8::1', port '19999' (errno 101, Network is unreachable)",
                "Failed to connect to '10.0.0.1', port '19999' (errno 111, Connection refused)",
                "STREAM web01 [send to parent:19999]: failed to connect",
            ]
        )
        #expect(bench.link.lastError?.code == "ND-C78")
    }

    /// The figures of the original's line: what this connection took, and all of them.
    @Test func theFiguresOfAnOverflow() throws {
        let line = "BEGIN \"first.chart\" 0\nSET \"d\" = 1\nEND\n".utf8.count
        let bench = try SenderBench(bufferBytesMax: 10 * line)
        let first = try bench.live()
        bench.collect("first.chart")
        let sentFirst = bench.sender.connection!.writtenBytes
        bench.wait(seconds: 6)
        first.leave()
        let second = try bench.live()
        bench.collect("first.chart")
        _ = second.take()
        let sentSecond = bench.sender.connection!.writtenBytes
        second.stopReading()
        for _ in 0..<11 { bench.collect("first.chart") }
        #expect(
            bench.reports.text(.bufferOverflow)
                == "STREAM web01 [send to parent:19999]: too many data pending - buffer is \(10 * line) bytes long, "
                + "\(11 * line) unsent - we have sent \(sentFirst + sentSecond) bytes in total, \(sentSecond) on this "
                + "connection. Closing connection to flush the data."
        )
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
