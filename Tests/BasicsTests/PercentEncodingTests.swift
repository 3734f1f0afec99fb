import Testing

@testable import Basics

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("abcXYZ019-_.~", "abcXYZ019-_.~"), ("a b", "a+b"), ("a&b=c", "a%26b%3dc"), ("\u{e9}", "%c3%a9"),
        ("+%", "%2b%25"), ("", ""), ("/\n", "%2f%0a"),
    ])
    func encodes(text: String, encoded: String) { #expect(PercentEncoding.encode(text) == encoded) }

    @Test(arguments: [
        ("a+b", "a b"), ("%41%4A%4a", "AJJ"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%%41", "%A"), ("a%00b", "ab"),
        ("%0", "%0"), ("%2", "%2"), ("%c3%a9", "\u{e9}"), ("%2541", "%41"),
    ])
    func decodes(encoded: String, text: String) { #expect(PercentEncoding.decode(encoded) == text) }

    @Test func whatIsEncodedComesBack() {
        var random = SeededRandom(10)
        for _ in 0..<2000 {
            let text = String(
                decoding: (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    UInt8.random(in: 1...255, using: &random)
                },
                as: UTF8.self
            )
            let encoded = PercentEncoding.encode(text)
            #expect(PercentEncoding.decode(encoded) == text)
            #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
        }
    }

    /// Decoding makes nothing longer, and no NUL.
    @Test func anythingCanBeDecoded() {
        var random = SeededRandom(11)
        for _ in 0..<5000 {
            let bytes = random.bytes(of: "%0+1aAfFg\u{1}", upTo: 20)
            let decoded = PercentEncoding.decode(bytes)
            #expect(decoded.count <= bytes.count && !decoded.contains(0))
        }
    }
}
