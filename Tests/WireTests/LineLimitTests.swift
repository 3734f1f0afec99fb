import Testing

@testable import Wire

/// Lines at the limit and one byte beyond it (streaming protocol §7).
@Suite struct LineLimitTests {
    /// The limits of every generation, and ours.
    static let limits = [LineLimit.oldParent, LineLimit.parent137, LineLimit.parent211, LineLimit.accepted, 5]

    @Test(arguments: limits)
    func theNewlineCounts(limit: Int) {
        for (count, isAccepted) in [(limit, true), (limit + 1, false)] {
            let line = Array("?".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: count - 2) + [0x0a]
            let bytes = Array("END\n".utf8) + line + Array("END\n".utf8)
            let halves = [bytes[..<(bytes.count / 2)], bytes[(bytes.count / 2)...]]
            for pieces in [[bytes[...]], bytes.indices.map { bytes[$0...$0] }, halves, [bytes[..<4], bytes[4...]]] {
                let (result, commands) = parse(pieces, limit: limit)
                #expect(result == (isAccepted ? .more : .lineTooLong))
                #expect(commands.count == (isAccepted ? 3 : 1))
            }
        }
    }

    /// Without a newline the limit is reached one byte earlier: that byte could only have been the newline.
    @Test(arguments: limits)
    func anEndlessLineEndsTheSession(limit: Int) {
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: limit)
        #expect(parse([bytes.dropLast()], limit: limit).result == .more)
        #expect(parse([bytes[...]], limit: limit).result == .lineTooLong)
        #expect(parse(bytes.indices.map { bytes[$0...$0] }, limit: limit).result == .lineTooLong)
        #expect(parse([bytes[...], Array("\nEND\n".utf8)[...]], limit: limit).commands.isEmpty)
    }

    @Test func longLinesOfEveryGenerationAreAccepted() {
        for count in [1024, 15_360, 15_487, 15_488] {
            let line = "VARIABLE HOST " + String(repeating: "v", count: count - 15) + "\n"
            #expect(line.utf8.count == count)
            #expect(parse(line).commands.count == 1)
        }
    }

    @Test func aPartialLineIsKnown() {
        var parser = LineParser()
        var sink = RecordingSink()
        var isPartial = [parser.hasPartialLine]
        for piece in ["EN", "D\n"] {
            _ = withExactBytes(piece.utf8) { parser.feed($0, to: &sink) }
            isPartial.append(parser.hasPartialLine)
        }
        #expect(isPartial == [false, true, false] && sink.commands == ["END"])
    }
}
