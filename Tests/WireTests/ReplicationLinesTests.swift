import Basics
import Testing

@testable import Wire

/// The lines of replication, to the byte as the recordings have them (streaming protocol §10).
@Suite struct ReplicationLinesTests {
    private func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func linesAreThoseOfTheOriginal() {
        let text = text { bytes in
            CommandWriter.chartDefinitionEnd(first: 1_795_339_575, last: 1_795_339_576, now: 1_795_339_577, to: &bytes)
            CommandWriter.replayBegin("demo.one".utf8, to: &bytes)
            CommandWriter.replayPoint(start: 1_795_339_575, end: 1_795_339_576, now: 1_795_339_577, to: &bytes)
            bytes += CommandWriter.replaySetPrefix("b")
            CommandWriter.replayValue(digits: 9_765_625, exponent: -7, isNegative: true, isReset: false, to: &bytes)
            bytes += CommandWriter.replaySetPrefix("c")
            CommandWriter.replayGap(to: &bytes)
            CommandWriter.replayState(
                "b",
                at: 1_795_339_577_782_545,
                collected: 2000,
                calculated: -0.4287038,
                stored: -0.5478587,
                to: &bytes
            )
            CommandWriter.replayClock(
                lastCollected: 1_795_339_577_782_508,
                lastUpdated: 1_795_339_577_000_000,
                to: &bytes
            )
            let end = CommandWriter.ReplayEnd(
                updateEvery: 1,
                first: 1_795_339_575,
                last: 1_795_339_577,
                startsStreaming: true,
                after: 1_795_339_575,
                before: 1_795_339_577
            )
            CommandWriter.replayEnd(end, now: 1_795_339_577, to: &bytes)
        }
        #expect(
            text.split(separator: "\n") == [
                "CHART_DEFINITION_END 1795339575 1795339576 1795339577", "RBEGIN \"demo.one\"",
                "RBEGIN '' 1795339575 1795339576 1795339577", "RSET \"b\" -0.9765625 \"\"", "RSET \"c\" nan \"\"",
                "RDSTATE \"b\" 1795339577782545 2000 -0.4287038 -0.5478587",
                "RSSTATE 1795339577782508 1795339577000000",
                "REND 1 1795339575 1795339577 true 1795339575 1795339577 1795339577",
            ]
        )
    }

    /// Every exponent a stored number has, without losing a digit.
    @Test(arguments: [
        (UInt32(0), 0, false, "0.0000000"), (0, 14, false, "0.0000000"), (1, -7, false, "0.0000001"),
        (16_777_215, -7, false, "1.6777215"), (1_677_726, -6, true, "-1.6777260"), (5, -1, false, "0.5000000"),
        (123, 0, false, "123.0000000"), (7, 3, true, "-7000.0000000"),
        (16_777_215, 14, false, "1677721500000000000000.0000000"),
    ])
    func values(digits: UInt32, exponent: Int, isNegative: Bool, expected: String) {
        for isReset in [false, true] {
            let line = text {
                CommandWriter.replayValue(
                    digits: digits,
                    exponent: exponent,
                    isNegative: isNegative,
                    isReset: isReset,
                    to: &$0
                )
            }
            #expect(line == expected + (isReset ? " \"R\"\n" : " \"\"\n"))
        }
    }

    /// What a counter has left over goes on exactly, whatever its size.
    @Test(arguments: [
        (0.5, "0.5000000"), (0.1, "0.1000000"), (-1.0 / 3, "-0.33333333333333331"), (3.9039975012345678, ""),
        (1e-9 / 3, "0.00000000033333333333333337"), (123_456_789.123_456_789, ""), (1e300, ""),
        (1e-300, "0.00000000000000000000000000"),
    ])
    func whatIsLeftOverIsExact(value: Double, expected: String) {
        let line = text {
            CommandWriter.replayState("d", at: 1, collected: 2, calculated: value, stored: 0, to: &$0)
        }
        let written = line.split(separator: " ")[4]
        if !expected.isEmpty { #expect(written == expected) }
        let read = Double(written)!
        #expect(abs(read - value) <= value.ulp || abs(value) < 1e-9, "\(written)")
    }

    @Test func whatIsNoNumberIsNone() {
        let line = text {
            CommandWriter.replayState("d", at: 0, collected: .min, calculated: .nan, stored: .infinity, to: &$0)
        }
        #expect(line == "RDSTATE \"d\" 0 -9223372036854775808 0.0000000 0.0000000\n")
    }

    @Test(arguments: [
        (
            "REPLAY_CHART \"demo.one\" \"true\" 1795339575 1795339576",
            ParentCommand.replay(
                ReplayRequest(
                    chart: Array("demo.one".utf8),
                    startsStreaming: true,
                    after: 1_795_339_575,
                    before: 1_795_339_576
                )
            )
        ),
        (
            "REPLAY_CHART 'a b' false 0 999999999999999999",
            .replay(
                ReplayRequest(
                    chart: Array("a b".utf8),
                    startsStreaming: false,
                    after: 0,
                    before: 999_999_999_999_999_999
                )
            )
        ),
        ("REPLAY_CHART \"x\" \"true\" 0 1000000000000000000", .malformedReplay),
        ("REPLAY_CHART \"x\" \"true\" 0", .malformedReplay), ("REPLAY_CHART", .malformedReplay),
        ("REPLAY_CHART \"\" \"true\" 0 0", .malformedReplay), ("REPLAY_CHART \"x\" \"TRUE\" 0 0", .malformedReplay),
        ("REPLAY_CHART \"x\" \"true\" -1 0", .malformedReplay), ("REPLAY_CHART \"x\" \"true\" 1.5 2", .malformedReplay),
        ("REPLAY_CHART \"x\" \"true\" 0x10 2", .malformedReplay),
        ("REPLAY_CHART \"x\" \"true\" 1 2 3", .malformedReplay),
        ("REPLAY_CHART \"x", .malformedReplay), ("replay_chart \"x\" \"true\" 1 2", .unknown),
        ("FUNCTION tx-1 5 \"demo\"", .unknown), ("\\", .unknown), ("", .blank), (" \t\r", .blank),
    ])
    func whatParentsSay(line: String, meaning: ParentCommand) {
        #expect(ParentCommand(Array(line.utf8)) == meaning)
    }

    @Test func bytesThatAreNoTextDoNoHarm() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let line = (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255) }
            _ = ParentCommand(Array("REPLAY_CHART ".utf8) + line.filter { $0 != 0x0a })
        }
    }
}
