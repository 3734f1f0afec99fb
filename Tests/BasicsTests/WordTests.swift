import Glibc
import Testing

@testable import Basics

@Suite struct WordTests {
    @Test func looksLikeItsBytes() {
        "abc".withWord { word in
            #expect(word.count == 3 && !word.isEmpty)
            #expect(word[1] == UInt8(ascii: "b"))
            #expect(word.string == "abc")
            #expect(Array(word.bytes) == Array("abc".utf8))
        }
        "".withWord { word in
            #expect(word.isEmpty && word.string == "" && word.number == 0)
            #expect(word == "" as StaticString && word == "" as String)
        }
    }

    @Test func hostileBytesBecomeReplacementCharacters() {
        let bytes: [UInt8] = [0x61, 0xff, 0xc0, 0x80, 0x62]
        bytes.withUnsafeBufferPointer { buffer in
            let word = Word(start: buffer.baseAddress!, count: buffer.count)
            #expect(word.string == String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func equality() {
        "SET".withWord { word in
            #expect(word == "SET" as StaticString)
            #expect(!(word == "SE" as StaticString) && !(word == "SETX" as StaticString))
            #expect(!(word == "set" as StaticString))
            #expect(word == "SET" as String)
            #expect(!(word == "SEU" as String))
            "SET".withWord { #expect(word == $0) }
            "SETS".withWord { #expect(!(word == $0)) }
        }
    }

    @Test func hashIsFNV1a() {
        #expect("".withWord(\.hash) == 0x811c_9dc5)
        #expect("a".withWord(\.hash) == 0xe40c_292c)
        #expect("foobar".withWord(\.hash) == 0xbf9c_f968)
    }

    @Test func containsAsANaiveSearchSays() {
        #expect("hidden noreset".withWord { $0.contains("noreset") })
        #expect("aab".withWord { $0.contains("ab") })
        #expect(!"aa".withWord { $0.contains("aab") })
        #expect("".withWord { $0.contains("") })
        var random = SeededRandom(8)
        for _ in 0..<2000 {
            let bytes = random.bytes(of: "ab", upTo: 8)
            let naive = bytes.indices.contains { bytes[$0...].starts(with: "aba".utf8) }
            #expect(String(decoding: bytes, as: UTF8.self).withWord { $0.contains("aba") } == naive)
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("42", 42), ("-42", -42), ("+7", 7), ("  \t\n 5", 5), ("12abc", 12), ("abc", 0), ("", 0),
            ("-", 0),
            ("0x10", 16), ("0X1f", 31), ("0x", 0), ("0xg", 0), ("010", 8), ("08", 0), ("-0x10", -16),
            ("9223372036854775807", .max), ("9223372036854775808", .max), ("-9223372036854775808", .min),
            ("-9223372036854775809", .min), ("99999999999999999999999999", .max), ("0xffffffffffffffffffff", .max),
        ] as [(String, Int64)]
    )
    func numbers(text: String, number: Int64) { #expect(text.withWord(\.number) == number) }

    /// Bytes of which numbers are made, in any order: the C library is the judge.
    @Test func numbersAsTheCLibraryReadsThem() {
        var random = SeededRandom(9)
        for _ in 0..<50_000 {
            let text = String(decoding: random.bytes(of: "0123456789abcdefxXF+- \t\u{b}z", upTo: 26), as: UTF8.self)
            #expect(text.withWord(\.number) == Int64(strtoll(text, nil, 0)), "'\(text)'")
        }
    }
}
