import Testing

/// Everything the fuzzers start from or ever stumbled over.
@Suite struct FuzzCorpusTests {
    @Test func streams() throws {
        let names = try Captures.names(in: "../../../Fuzz/corpus/stream", suffix: "")
        #expect(names.count > 10)
        for name in names where !name.hasPrefix(".") {
            #expect(fuzzStream(try Captures.bytes("../../../Fuzz/corpus/stream/" + name)) == nil, "\(name)")
        }
    }

    @Test func requests() throws {
        let names = try Captures.names(in: "../../../Fuzz/corpus/request", suffix: "")
        #expect(names.count > 10)
        for name in names where !name.hasPrefix(".") {
            #expect(fuzzRequest(try Captures.bytes("../../../Fuzz/corpus/request/" + name)) == nil, "\(name)")
        }
    }
}
