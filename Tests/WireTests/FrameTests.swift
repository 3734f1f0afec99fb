import Diagnostics
import Testing

@testable import Wire

/// Frames at their limits, and everything that can be wrong with them (streaming protocol §6).
@Suite struct FrameTests {
    @Test(arguments: [1, 45, 127, 128, 452, 1990, 16_255, 16_383])
    func headersOfTheProtocolsExamples(length: Int) {
        let (one, two, three, four) = Frame.header(length: length)
        let bytes = [one, two, three, four]
        #expect(Frame.length(bytes) == length)
        if length == 45 { #expect(bytes == [0xfa, 0xad, 0x80, 0x0a]) }
        if length == 452 { #expect(bytes == [0xfa, 0xc4, 0x83, 0x0a]) }
        if length == 1990 { #expect(bytes == [0xfa, 0xc6, 0x8f, 0x0a]) }
    }

    @Test func aHeaderWrongInAnyByteIsNone() {
        for bytes: [UInt8] in [
            [0xfb, 0xad, 0x80, 0x0a], [0xfa, 0x2d, 0x80, 0x0a], [0xfa, 0xad, 0x00, 0x0a], [0xfa, 0xad, 0x80, 0x0d],
            [0xfa, 0x80, 0x80, 0x0a],
        ] {
            #expect(Frame.length(bytes) == nil)
        }
        for bytes: [UInt8] in [
            [0xfa, 0x2d, 0x80, 0x0a], [0xfa, 0xad, 0x00, 0x0a], [0xfa, 0xad, 0x80, 0x0d], [0xfa, 0x80, 0x80, 0x0a],
        ] {
            let error = FrameError.noHeader(bytes[0], bytes[1], bytes[2], bytes[3])
            expect(Array("END\n".utf8) + bytes + Array("END\n".utf8), .invalidFrame(error), ["END"])
        }
    }

    /// Literals alone are a block too: no encoder is needed.
    @Test func aLiteralBlockIsRead() {
        expect(frame(literals("SET \"x\" = 1\nEND\n")), .more, ["SET|x|1", "END"])
    }

    @Test func linesMayGoOnInTheNextFrameAndInPlainText() {
        let bytes =
            frame(literals("EN")) + frame(literals("D\nSET \"x")) + Array("\" = 5\nEND\n".utf8)
            + frame(literals("END\n"))
        expect(bytes, .more, ["END", "SET|x|5", "END", "END"])
    }

    /// Within a plain line the mark is an ordinary byte, `ú` in Latin 1.
    @Test func theMarkWithinALineIsText() {
        let bytes = Array("SET \"x".utf8) + [0xfa, 0xfa] + Array("\" = 5\n".utf8) + frame(literals("END\n"))
        expect(bytes, .more, ["SET|x\u{fffd}\u{fffd}|5", "END"])
    }

    @Test func withoutAgreementFramesAreNotLookedFor() {
        var decoder = StreamDecoder(mayCarryFrames: false)
        var sink = RecordingSink()
        let result = withExactBytes(frame(literals("END\n"))) { decoder.feed($0, to: &sink) }
        #expect(result == .more && sink.commands.allSatisfy { $0.hasPrefix("?") || $0 == "END" })
        #expect(sink.commands.first?.hasPrefix("?") == true)
    }

    @Test func theLongestTextIsAcceptedAndOneByteMoreIsNot() {
        // Two lines, since a line of that length has limits of its own.
        expect(frame(repeated(Frame.longestText)), .more, ["?" + String(repeating: "a", count: Frame.longestText - 1)])
        expect(frame(repeated(Frame.longestText + 1)), .invalidFrame(.textTooLong(count: Frame.longestText + 1)), [])
    }

    @Test func theLongestBlockIsAccepted() {
        // 16383 = token, 64 bytes of length, 16318 literals.
        let block = literals(String(repeating: "x", count: 16_317) + "\n")
        #expect(block.count == Frame.longestBlock)
        expect(frame(block), .more, ["?" + String(repeating: "x", count: 16_317)])
    }

    @Test func aBombIsNamed() {
        let block = repeated(4_000_000)
        #expect(block.count < Frame.longestBlock)
        expect(frame(block), .invalidFrame(.textTooLong(count: 4_000_000)), [])
    }

    @Test func aReferenceBeyondTheFirstByteIsNamed() {
        // One literal, then a match two bytes back.
        expect(
            frame([0x10, 0x61, 0x02, 0x00, 0x50] + Array("aaaa\n".utf8)),
            .invalidFrame(.offsetBeyondHistory(offset: 2, history: 1)),
            []
        )
        let beyond = FrameError.offsetBeyondHistory(offset: 0, history: 1)
        let (result, commands) = feed(frame([0x10, 0x61, 0x00, 0x00, 0x50] + Array("aaaa\n".utf8)))
        // Not every LZ4 minds this one; then it must be nothing but zeros that come out.
        #expect(result == .invalidFrame(beyond) || commands == ["?a\0\0\0\0aaaa"])
        // With an earlier frame there is something to refer to.
        let match: [UInt8] = [0x00, 0x04, 0x00, 0x50] + Array("SET x".utf8)
        expect(frame(literals("END\n")) + frame(match) + Array(" 1\n".utf8), .more, ["END", "END", "SET|x|1"])
    }

    @Test func aTruncatedBlockIsNamed() {
        for block: [UInt8] in [
            [0x50, 0x61], [0xf0], [0xf0, 0xff], [0x10, 0x61, 0x01], [0x1f, 0x61, 0x01, 0x00, 0xff],
            [0x10, 0x61, 0x01, 0x00],
        ] {
            expect(frame(block), .invalidFrame(.truncatedBlock), [])
        }
    }

    @Test func damagedBytesNeverTrapAndNothingFollows() {
        var random = SeededRandom(seed: 7)
        var encoder = makeEncoder(.anywhere)
        var good: [UInt8] = []
        for _ in 0..<40 { good += encode(lines(200, &random), &encoder) }
        for _ in 0..<400 {
            var bad = good
            for _ in 0..<3 {
                bad[Int.random(in: 0..<bad.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var decoder = StreamDecoder(mayCarryFrames: true)
            var sink = FingerprintSink()
            let result = withExactBytes(bad) { decoder.feed($0, to: &sink) }
            let before = sink.commands
            let again = withExactBytes("END\n".utf8) { decoder.feed($0, to: &sink) }
            if result != .more { #expect(again == result && sink.commands == before) }
        }
    }

    @Test func everyConditionOfAFrameCarriesItsValues() {
        let errors: [FrameError] = [
            .noHeader(0xfa, 1, 2, 3), .truncatedBlock, .offsetBeyondHistory(offset: 5, history: 1),
            .textTooLong(count: 20_000), .damagedBlock,
        ]
        for error in errors {
            let values = error.values.merging(["host": "h", "ip": "i", "port": "p"]) { one, _ in one }
            #expect(!error.condition.render(values).contains("{"))
        }
        #expect(FrameError.noHeader(0xfa, 1, 2, 3).description == "fa 01 02 03")
    }

    // MARK: Encoding

    @Test(arguments: [FrameEncoder.Cut.anywhere, .atLineEnds])
    func whatIsEncodedDecodesToTheSame(cut: FrameEncoder.Cut) throws {
        var random = SeededRandom(seed: 3)
        var encoder = makeEncoder(cut)
        var decoder = FrameDecoder()
        // Far more than the history, in messages of all sizes, some over several frames.
        for size in [1, 2, 50, 400, 400, 16_254, 16_255, 16_384, 40_000, 100_000, 3, 70_000]
            + Array(repeating: 700, count: 300)
        {
            let text = lines(size, &random)
            let frames = encode(text, &encoder)
            let pieces = decode(frames, &decoder)
            #expect(pieces.flatMap { $0 } == text)
            #expect(pieces.allSatisfy { $0.count <= Frame.longestSentBlock })
            if cut == .atLineEnds { #expect(pieces.allSatisfy { $0.last == 0x0a }) }
            if text.count <= Frame.longestSentText { #expect(pieces.count == 1) }
        }
    }

    /// What every child sends is compressed to less than half.
    @Test func realTextIsCompressed() throws {
        let text = try Captures.stream("06-v133-plain").stream
        var encoder = makeEncoder(.atLineEnds)
        var frames: [UInt8] = []
        var message: [UInt8] = []
        for line in text.split(separator: 0x0a) {
            message += line + [0x0a]
            guard line.elementsEqual("END".utf8) else { continue }
            frames += encode(message, &encoder)
            message = []
        }
        #expect(frames.count * 2 < text.count)
    }

    @Test func textThatDoesNotCompressStaysWithinWhatPeersTake() {
        var random = SeededRandom(seed: 5)
        let noise = (0..<60_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        var encoder = makeEncoder(.anywhere)
        var decoder = FrameDecoder()
        let frames = encode(noise, &encoder)
        #expect(decode(frames, &decoder).flatMap { $0 } == noise)
        var rest = frames[...]
        while let length = Frame.length(Array(rest.prefix(4))) {
            #expect(length <= Frame.longestSentBlock)
            rest = rest.dropFirst(4 + length)
            if rest.isEmpty { break }
        }
    }

    @Test func onlyALineThatNoFrameCarriesStopsCompression() throws {
        for (count, fits) in [
            (Frame.longestSentText + 1, true), (Frame.longestText, true), (Frame.longestText + 1, false),
        ] {
            let line = [UInt8](repeating: 0x61, count: count - 1) + [0x0a]
            let message = Array("END\n".utf8) + line + Array("END\n".utf8)
            var encoder = makeEncoder(.atLineEnds)
            var frames: [UInt8] = [1, 2, 3]
            var thrown: FrameEncoder.LineTooLong?
            do {
                try message.withUnsafeBytes { try encoder.encode($0, into: &frames) }
            } catch {
                thrown = error as? FrameEncoder.LineTooLong
            }
            #expect(thrown == (fits ? nil : FrameEncoder.LineTooLong(messageCount: message.count)))
            if !fits { #expect(frames == [1, 2, 3]) }
            // A peer with BINARY takes it in pieces.
            var binary = makeEncoder(.anywhere)
            var decoder = FrameDecoder()
            #expect(decode(encode(message, &binary), &decoder).flatMap { $0 } == message)
        }
        // Noise of that length doesn't fit either.
        var random = SeededRandom(seed: 9)
        let noise = (1..<Frame.longestText).map { _ in UInt8.random(in: 11...255, using: &random) } + [0x0a]
        var encoder = makeEncoder(.atLineEnds)
        var frames: [UInt8] = []
        #expect(throws: FrameEncoder.LineTooLong.self) {
            try noise.withUnsafeBytes { try encoder.encode($0, into: &frames) }
        }
    }

    @Test func librariesBeforeOneNineAreNotUsed() {
        #expect(!Compression.available(version: 10_803))
        #expect(!Compression.available(version: 10_899))
        #expect(Compression.available(version: 10_900))
        #expect(Compression.available())
        #expect(Compression.describe(version: 10_904) == "1.9.4")
    }

    // MARK: Helpers

    /// The bytes give the result and the commands, whole, byte by byte and cut anywhere.
    private func expect(
        _ bytes: [UInt8],
        _ result: StreamResult,
        _ commands: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let all = bytes.count < 200 ? cuts(bytes) : [[bytes[...]], bytes.indices.map { bytes[$0...$0] }]
        for pieces in all {
            var decoder = StreamDecoder(mayCarryFrames: true)
            var sink = RecordingSink()
            var last = StreamResult.more
            for piece in pieces { last = withExactBytes(piece) { decoder.feed($0, to: &sink) } }
            #expect(last == result && sink.commands == commands, sourceLocation: sourceLocation)
        }
    }

    private func feed(_ bytes: [UInt8]) -> (StreamResult, [String]) {
        var decoder = StreamDecoder(mayCarryFrames: true)
        var sink = RecordingSink()
        let result = withExactBytes(bytes) { decoder.feed($0, to: &sink) }
        return (result, sink.commands)
    }

    private func frame(_ block: [UInt8]) -> [UInt8] {
        let (one, two, three, four) = Frame.header(length: block.count)
        return [one, two, three, four] + block
    }

    /// A block of one sequence without a match.
    private func literals(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 15 else { return [UInt8(bytes.count) << 4] + bytes }
        return [0xf0] + lengthBytes(bytes.count - 15) + bytes
    }

    /// `aaa…a\n` of `count` bytes: a letter, a match with itself, and the five literals that must be last.
    private func repeated(_ count: Int) -> [UInt8] {
        [0x1f, 0x61, 0x01, 0x00] + lengthBytes(count - 6 - 4 - 15) + [0x50] + Array("aaaa\n".utf8)
    }

    private func lengthBytes(_ count: Int) -> [UInt8] {
        [UInt8](repeating: 0xff, count: count / 255) + [UInt8(count % 255)]
    }

    /// Lines of letters and digits, together `count` bytes.
    private func lines(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
        var text: [UInt8] = []
        while text.count < count {
            text +=
                "SET \"dimension\(Int.random(in: 0...50, using: &random))\" = \(Int.random(in: 0...1_000_000, using: &random))\n"
                .utf8
        }
        return text[..<(count - 1)] + [0x0a]
    }

    private func makeEncoder(_ cut: FrameEncoder.Cut) -> FrameEncoder { FrameEncoder(cut: cut)! }

    private func encode(_ text: [UInt8], _ encoder: inout FrameEncoder) -> [UInt8] {
        var frames: [UInt8] = []
        text.withUnsafeBytes { try! encoder.encode($0, into: &frames) }
        return frames
    }

    private func decode(_ frames: [UInt8], _ decoder: inout FrameDecoder) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        frames.withUnsafeBytes { bytes in
            var rest = bytes
            while rest.count > 0, case .text(let text) = decoder.take(&rest) { pieces.append(Array(text)) }
        }
        return pieces
    }
}
