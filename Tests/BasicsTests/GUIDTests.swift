import Testing

@testable import Basics

/// What the C library's `uuid_parse` reads (streaming protocol §3).
@Suite struct GUIDTests {
    private let example = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"

    @Test func anyCaseIsReadAndLowerCaseIsWritten() {
        #expect(GUID(example)?.description == example)
        #expect(GUID(example.uppercased())?.description == example)
        #expect(GUID("00000000-0000-0000-0000-000000000000") != nil)
        #expect(GUID("FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF")?.description == "ffffffff-ffff-ffff-ffff-ffffffffffff")
    }

    @Test(arguments: [
        "", "0", "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2", "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2ee",
        "0d4b2a3c5f0e4f4c9f0a2b7f6a0c1d2e", "{0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e}",
        "urn:uuid:0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e", " 0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e",
        "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e\n", "0d4b2a3c\u{2010}5f0e\u{2010}4f4c\u{2010}9f0a\u{2010}2b7f6a0c1d2e",
        "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2\u{ff45}", "0d4b2a3-c5f0e-4f4c-9f0a-2b7f6a0c1d2e",
        "0x4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e", "-0d4b2a3c-5f0e-4f4c-9f0a2b7f6a0c1d2e",
    ])
    func anythingElseIsNone(_ text: String) { #expect(GUID(text) == nil) }

    /// Every byte at every place of a good one: accepted exactly where the rule says so.
    @Test func oneWrongByteIsEnough() {
        let good = Array(example.utf8)
        for index in good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = good
                bytes[index] = byte
                let isDash = [8, 13, 18, 23].contains(index)
                let isDigit = Array("0123456789abcdefABCDEF".utf8).contains(byte)
                let read = bytes.withUnsafeBufferPointer { GUID($0) }
                #expect((read != nil) == (isDash ? byte == 45 : isDigit), "byte \(byte) at \(index)")
            }
        }
    }

    @Test func whatIsWrittenIsReadAgain() {
        var random = SeededRandom(1)
        for _ in 0..<2000 {
            let guid = GUID(high: random.next(), low: random.next())
            #expect(GUID(guid.description) == guid)
            let other = GUID(high: guid.high, low: random.next())
            #expect((guid < other) == (guid.description < other.description))
        }
    }

    /// RFC 9562 §5.4: version 4, variant 10, and 122 bits as they came.
    @Test func randomOnesSayThatTheyAre() {
        #expect(GUID(random: [UInt8](repeating: 0, count: 16)).description == "00000000-0000-4000-8000-000000000000")
        #expect(GUID(random: [UInt8](repeating: 255, count: 16)).description == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(GUID(random: (0..<16).map { $0 * 16 + $0 }).description == "00112233-4455-4677-8899-aabbccddeeff")
    }
}
