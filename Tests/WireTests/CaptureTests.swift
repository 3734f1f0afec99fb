import Testing

@testable import Wire

/// The streams of real daemons, decoded and parsed (streaming protocol §6–8, Captures/README.md).
@Suite struct CaptureTests {
    @Test(arguments: Captures.plain)
    func plainStreamsMeanWhatTheTextSays(name: String) throws {
        let stream = try Captures.stream(name).stream
        let (result, commands) = parse([stream[...]])
        #expect(result == .more && !commands.isEmpty)
        #expect(commands == ReferenceTokenizer.commands(stream))
    }

    @Test(arguments: Captures.compressed)
    func framesHoldTheRecordedText(name: String) throws {
        let stream = try Captures.stream(name).stream
        let expected = try Captures.bytes(name + ".decoded.txt")
        var decoder = FrameDecoder()
        var text: [UInt8] = []
        stream.withUnsafeBytes { bytes in
            var rest = bytes
            while rest.count > 0 {
                switch decoder.take(&rest) {
                case .text(let piece): text += piece
                case .needsMore: #expect(rest.isEmpty)
                case .invalid(let error):
                    Issue.record(error)
                    return
                }
            }
        }
        #expect(text == expected)
    }

    @Test(arguments: Captures.compressed)
    func compressedStreamsMeanWhatTheirTextSays(name: String) throws {
        let stream = try Captures.stream(name).stream
        let text = try Captures.bytes(name + ".decoded.txt")
        var decoder = StreamDecoder(mayCarryFrames: true)
        var sink = RecordingSink()
        let result = withExactBytes(stream) { decoder.feed($0, to: &sink) }
        let counts = (decoder.wireBytes, decoder.plainBytes)
        #expect(result == .more && counts == (stream.count, text.count))
        #expect(sink.commands == ReferenceTokenizer.commands(text))
    }

    @Test(arguments: Captures.plain + Captures.compressed)
    func singleBytesGiveTheSame(name: String) throws {
        let stream = try Captures.stream(name).stream
        let whole = fingerprint(stream, cutAt: [])
        #expect(whole.commands > 100 && whole.result == .more)
        #expect(fingerprint(stream, cutAt: Array(1..<stream.count)) == whole)
        // What a socket may give: pieces of every size around the usual ones.
        var random = SeededRandom(seed: UInt64(stream.count))
        let some = (0..<stream.count / 400).map { _ in Int.random(in: 1..<stream.count, using: &random) }
        #expect(fingerprint(stream, cutAt: Set(some).sorted()) == whole)
    }

    /// The two shortest compressed recordings; one of them is of a child that talks to an old parent.
    @Test(arguments: ["16a-child211-parent133-first-try-dropped", "16b-child211-parent133-second-try"])
    func everyCutOfACompressedStreamGivesTheSame(name: String) throws {
        let stream = try Captures.stream(name).stream
        let whole = fingerprint(stream, cutAt: [])
        for cut in 1..<stream.count where fingerprint(stream, cutAt: [cut]) != whole {
            Issue.record("differs when cut at \(cut)")
        }
    }

    @Test func everyCutOfAPlainStreamGivesTheSame() throws {
        let stream = Array(try Captures.stream("19-child133-parent211-plain").stream.prefix(6000))
        let whole = fingerprint(stream, cutAt: [])
        for cut in 1..<stream.count where fingerprint(stream, cutAt: [cut]) != whole {
            Issue.record("differs when cut at \(cut)")
        }
    }

    /// 1.33 peers may mix as they like: the same frames with plain lines between them, in both orders.
    @Test func plainLinesBetweenFramesAreUnderstood() throws {
        let stream = try Captures.stream("07-v133-lz4").stream
        var mixed: [UInt8] = []
        var expected: [String] = []
        var decoder = FrameDecoder()
        let plain = Array("VARIABLE HOST between = 1\n".utf8)
        stream.withUnsafeBytes { bytes in
            var rest = bytes
            while rest.count > 0 {
                let before = rest
                guard case .text(let text) = decoder.take(&rest) else { break }
                mixed += before.prefix(before.count - rest.count)
                expected += ReferenceTokenizer.commands(Array(text))
                mixed += plain
                expected.append("VARIABLE|HOST|between|1")
            }
        }
        for cuts in [[], Array(1..<mixed.count)] {
            var decoder = StreamDecoder(mayCarryFrames: true)
            var sink = RecordingSink()
            for piece in pieces(mixed, cutAt: cuts) {
                _ = withExactBytes(piece) { decoder.feed($0, to: &sink) }
            }
            #expect(sink.commands == expected)
        }
    }

    /// A 1.33 child without compression sends plain lines though "5" was agreed.
    @Test func aPlainStreamWhereFramesMayComeIsUnderstood() throws {
        for name in ["06-v133-plain", "19-child133-parent211-plain"] {
            let stream = try Captures.stream(name).stream
            #expect(fingerprint(stream, cutAt: []) == fingerprint(stream, cutAt: [], mayCarryFrames: false))
        }
    }

    /// Every head that a real daemon sent, in every folder.
    @Test func everyRecordedRequestIsRead() throws {
        for folder in ["", "versions/", "refusals/", "child-vs-reply/"] {
            for name in try Captures.names(in: folder, suffix: ".child-to-parent.bin") {
                let bytes = try Captures.bytes(folder + name + ".child-to-parent.bin")
                guard bytes.starts(with: StreamRequest.method.utf8) else { continue }
                let length = try #require(try StreamRequest.headLength(bytes), "\(name)")
                let request = try StreamRequest(head: bytes[..<length])
                #expect(request.os == "linux" && request.unused.isEmpty, "\(name)")
                #expect(request.programName == "netdata" && request.programVersion.hasPrefix("v"), "\(name)")
            }
        }
    }

    private struct Outcome: Equatable {
        let result: StreamResult
        let fingerprint: UInt64
        let commands: Int
    }

    private func fingerprint(_ stream: [UInt8], cutAt cuts: [Int], mayCarryFrames: Bool = true) -> Outcome {
        var decoder = StreamDecoder(mayCarryFrames: mayCarryFrames)
        var sink = FingerprintSink()
        var result = StreamResult.more
        stream.withUnsafeBytes { bytes in
            var start = 0
            for end in cuts + [stream.count] {
                result = decoder.feed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: &sink)
                start = end
            }
        }
        return Outcome(result: result, fingerprint: sink.fingerprint, commands: sink.commands)
    }

    private func pieces(_ bytes: [UInt8], cutAt cuts: [Int]) -> [ArraySlice<UInt8>] {
        zip([0] + cuts, cuts + [bytes.count]).map { bytes[$0..<$1] }
    }
}
