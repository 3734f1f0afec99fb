import Testing

@testable import Web

/// Strings of JSON are looked at eight bytes at a time.
@Suite struct JSONTextTests {
    /// Each byte at each place of texts of each length, beside what goes byte by byte.
    @Test(arguments: ["\"", "'"] as [Unicode.Scalar]) func everyByteAtEveryPlace(quote: Unicode.Scalar) {
        for length in Array(0...9) + [15, 16, 17, 24] {
            for place in 0..<max(1, length) {
                for byte in (0...0x7f).map({ UInt8($0) }) {
                    var bytes = [UInt8](repeating: UInt8(ascii: " "), count: length)
                    if length > 0 { bytes[place] = byte }
                    expectAlike(String(decoding: bytes, as: UTF8.self), quote)
                }
            }
        }
    }

    @Test(arguments: ["é", "日本語日本語日本語", "\u{80}\u{9f}\u{a0}\u{ff}", "ü\tü\"ü'ü\\ü", "\u{1f600}\u{0}"])
    func whatIsNotASCII(text: String) {
        for before in 0...9 {
            for quote in ["\"", "'"] as [Unicode.Scalar] {
                expectAlike(String(repeating: "x", count: before) + text, quote)
                expectAlike(text + String(repeating: "x", count: before), quote)
            }
        }
    }

    private func expectAlike(_ text: String, _ quote: Unicode.Scalar, _ place: SourceLocation = #_sourceLocation) {
        var expected: [UInt8] = [58, UInt8(ascii: quote)]
        expected.append(escaped: text, quote: quote)
        expected.append(UInt8(ascii: quote))
        var printed: [UInt8] = []
        printed.append(":", quoted: text, quote: quote)
        if printed != expected { Issue.record("\(Array(text.utf8)): \(printed)", sourceLocation: place) }
    }
}
