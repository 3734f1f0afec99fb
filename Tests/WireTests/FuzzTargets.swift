import Basics
import Wire

// What the fuzzers in Fuzz/ run, kept here so that their corpus is replayed with every test. Each returns what is wrong, and traps
// or reads astray where the code under it does.

/// A stream: the first byte chooses the kind of session, the second where it is cut; the rest is what the peer sends. However it
/// is cut, the outcome is the same; plain lines mean what the protocol's text says.
func fuzzStream(_ bytes: some Collection<UInt8>) -> String? {
    let input = Array(bytes)
    guard input.count > 2 else { return nil }
    let mayCarryFrames = input[0] & 1 == 1
    let limit = input[0] & 2 == 2 ? 64 : LineLimit.accepted
    let stream = Array(input[2...])
    let whole = outcome(stream, size: stream.count, mayCarryFrames, limit)
    for size in [1, Int(input[1]) + 2] where outcome(stream, size: size, mayCarryFrames, limit) != whole {
        return "cut into pieces of \(size) it is another stream"
    }
    guard !mayCarryFrames, limit == LineLimit.accepted, whole.result == .more else { return nil }
    let lines = stream.lastIndex(of: 0x0a).map { Array(stream[...$0]) } ?? []
    return whole.commands == ReferenceTokenizer.commands(lines) ? nil : "its lines mean something else"
}

/// A request: whatever is read can be sent again and then says the same.
func fuzzRequest(_ bytes: some Collection<UInt8>) -> String? {
    let input = Array(bytes)
    _ = Reply.parse(input)
    guard let length = try? StreamRequest.headLength(input), var request = try? StreamRequest(head: input[..<length])
    else {
        return nil
    }
    guard let sent = try? request.encode() else { return nil }
    guard (try? StreamRequest.headLength(sent)) == sent.count, let again = try? StreamRequest(head: sent) else {
        return "what is sent for it is no request"
    }
    request.unused = []
    request.parameterText = again.parameterText
    // Control characters of a program's name don't get into a header; `&` and `=` within values split them.
    guard !request.programName.unicodeScalars.contains(where: { $0.value < 0x21 }), !sent.contains(UInt8(ascii: "%"))
    else {
        return nil
    }
    return again.key == request.key && again.hops == request.hops && again.version == request.version
        ? nil : "sent again it says something else"
}

private struct StreamOutcome: Equatable {
    let result: StreamResult
    let commands: [String]
}

private func outcome(_ stream: [UInt8], size: Int, _ mayCarryFrames: Bool, _ limit: Int) -> StreamOutcome {
    var decoder = StreamDecoder(mayCarryFrames: mayCarryFrames, lineLimit: limit)
    var sink = RecordingSink()
    var result = StreamResult.more
    var start = 0
    while start < stream.count {
        let end = min(start + size, stream.count)
        result = withExactBytes(stream[start..<end]) { decoder.feed($0, to: &sink) }
        start = end
    }
    return StreamOutcome(result: result, commands: sink.commands)
}
