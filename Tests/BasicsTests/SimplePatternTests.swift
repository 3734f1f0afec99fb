import Testing

@testable import Basics

/// The rules of streaming protocol §15.2, one by one and against a slow matcher that goes back.
@Suite struct SimplePatternTests {
    @Test(arguments: [
        ("*", "", true), ("*", "anything", true), ("a", "a", true), ("a", "A", false), ("a", "ab", false),
        ("a*", "ab", true), ("a*", "ba", false), ("*a", "ba", true), ("*a", "ab", false), ("*a*", "bab", true),
        ("a*b*c", "axxbyyc", true), ("a*b*c", "abc", true), ("a*b*c", "acb", false), ("a**b", "ab", true),
        ("a*a", "a", false), ("a*a", "aa", true), ("10.* localhost", "localhost", true), ("", "a", false),
        ("   ", "", false), ("a\tb\nc", "b", true),
        // The first word that matches decides.
        ("!a *", "a", false), ("!a *", "b", true), ("* !a", "a", true), ("!a* ab", "ab", false), ("!*", "a", false),
        ("!a", "b", false),
        // A lone ! refuses nothing; one within a word is a letter.
        ("! *", "a", true), ("!", "", false), ("a!", "a!", true), ("!!a *", "!a", false), ("!!a *", "a", true),
        // Escapes.
        ("a\\ b", "a b", true), ("a\\ b", "a", false), ("\\*", "*", true), ("\\*", "a", false), ("\\!a", "!a", true),
        ("\\\\", "\\", true), ("a\\", "a", true),
        // Bytes, not characters.
        ("caf\u{e9}*", "caf\u{e9}s", true), ("*\u{301}", "e\u{301}", true),
    ])
    func rule(pattern: String, text: String, matches: Bool) {
        #expect(SimplePattern(pattern).matches(text) == matches)
    }

    @Test func theVerdictTellsNoFromNothing() {
        let pattern = SimplePattern("!bad* good*")
        #expect(pattern.verdict("bad1") == false)
        #expect(pattern.verdict("good1") == true)
        #expect(pattern.verdict("other") == nil)
    }

    @Test func emptyIsNoList() {
        for text in ["", " ", "\t\n", "!", "! !"] { #expect(SimplePattern(text).isEmpty, "'\(text)'") }
        for text in ["*", "!*", "a", "\\ "] { #expect(!SimplePattern(text).isEmpty, "'\(text)'") }
        #expect(SimplePattern(" a  !b ").description == " a  !b ")
    }

    @Test func moreSeparators() {
        let pattern = SimplePattern("a,b|c d", separators: ",|")
        for text in ["a", "b", "c", "d"] { #expect(pattern.matches(text)) }
        #expect(!pattern.matches("a,b"))
        #expect(SimplePattern("a,b").matches("a,b"))
    }

    @Test func asASlowMatcherSays() {
        var random = SeededRandom(2)
        for _ in 0..<20_000 {
            let pattern = String(decoding: random.bytes(of: "ab*! \\", upTo: 10), as: UTF8.self)
            let text = String(decoding: random.bytes(of: "ab!*", upTo: 7), as: UTF8.self)
            let found = SimplePattern(pattern).verdict(text)
            #expect(found == Reference(pattern).verdict(text), "'\(pattern)' on '\(text)'")
        }
    }

    /// What makes a matcher that goes back take for ever: here each word looks at each byte a few times.
    @Test(.timeLimit(.minutes(10))) func noPatternIsSlow() {
        let text = String(repeating: "a", count: 100_000)
        let stars = String(repeating: "a*", count: 1000) + "b"
        #expect(!SimplePattern(stars).matches(text))
        let words = (0..<10_000).map { "x\($0)*" }.joined(separator: " ")
        #expect(SimplePattern(words + " *").matches(text))
    }
}

/// Tries everything: `*` is nothing, or one byte and `*` again.
private struct Reference {
    private var words: [(isNegative: Bool, letters: [UInt8?])] = []

    init(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            bytes = bytes.drop { $0 == 0x20 }
            var isNegative = false
            if bytes.first == UInt8(ascii: "!") {
                isNegative = true
                bytes.removeFirst()
            }
            var letters: [UInt8?] = []
            while let byte = bytes.popFirst(), byte != 0x20 {
                if byte != UInt8(ascii: "\\") {
                    letters.append(byte == UInt8(ascii: "*") ? nil : byte)
                } else if let next = bytes.popFirst() {
                    letters.append(next)
                }
            }
            if !letters.isEmpty { words.append((isNegative, letters)) }
        }
    }

    func verdict(_ text: String) -> Bool? {
        words.first { Self.matches($0.letters[...], Array(text.utf8)[...]) }.map { !$0.isNegative }
    }

    private static func matches(_ letters: ArraySlice<UInt8?>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let letter = letters.first else { return text.isEmpty }
        if let letter { return text.first == letter && matches(letters.dropFirst(), text.dropFirst()) }
        return matches(letters.dropFirst(), text) || !text.isEmpty && matches(letters, text.dropFirst())
    }
}
