import Testing

@testable import Basics

@Suite struct JSONWriterTests {
    @Test func commasAndNesting() {
        var json = JSONWriter()
        json.object { json in
            json.member("text", "a")
            json.member("none", nil as String?)
            json.member("number", 7)
            json.member("no number", nil as Int?)
            json.member("flag", true)
            json.member("no flag", nil as Bool?)
            json.member("real", 1.5)
            json.member("no real", nil as Double?)
            json.member("not a number", Double.nan)
            json.member("texts", ["b", "c"])
            json.key("empty")
            json.object { _ in }
            json.key("list")
            json.array([1, 2, 3]) { $0.value($1) }
            json.key("nested")
            json.array { json in
                json.array { _ in }
                json.null()
                json.raw("{\"raw\":1}".utf8)
                json.object { $0.member("x", Int64.min) }
            }
        }
        #expect(
            json.string == #"{"text":"a","none":null,"number":7,"no number":null,"flag":true,"no flag":null,"#
                + #""real":1.5,"no real":null,"not a number":null,"texts":["b","c"],"empty":{},"list":[1,2,3],"#
                + #""nested":[[],null,{"raw":1},{"x":-9223372036854775808}]}"#
        )
        #expect(json.bytes == Array(json.string.utf8))
    }

    @Test func everyControlCharacterIsEscaped() {
        for scalar in (0..<0x80).map({ Unicode.Scalar(UInt8($0)) }) {
            let written = text { appendJSONText(String(Character(scalar)), to: &$0) }
            switch scalar {
            case "\"": #expect(written == "\\\"")
            case "\\": #expect(written == "\\\\")
            case "\n": #expect(written == "\\n")
            case "\r": #expect(written == "\\r")
            case "\t": #expect(written == "\\t")
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                #expect(written == "\\u00" + (digits.count < 2 ? "0" : "") + digits)
            default: #expect(written == String(Character(scalar)))
            }
        }
    }

    /// Whatever bytes a peer sends: the text that was made of them is what a reader gets back.
    @Test func hostileBytesComeBack() throws {
        var random = SeededRandom(7)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let original = String(decoding: bytes, as: UTF8.self)
            var json = JSONWriter()
            json.value(original)
            #expect(String(validating: json.bytes, as: UTF8.self) != nil)
            #expect(!json.bytes.contains { $0 < 0x20 || $0 == 0x7f })
            #expect(try unescaped(json.bytes) == original)
        }
    }

    @Test func keysAreEscapedToo() {
        var json = JSONWriter(reserving: 10)
        json.object { $0.member("a\"\n", "b") }
        #expect(json.string == #"{"a\"\n":"b"}"#)
    }

    /// A JSON string read back, slowly and strictly.
    private func unescaped(_ json: [UInt8]) throws -> String {
        try #require(json.count >= 2 && json.first == UInt8(ascii: "\"") && json.last == UInt8(ascii: "\""))
        var bytes: [UInt8] = []
        var rest = json[1..<(json.count - 1)]
        while let byte = rest.popFirst() {
            try #require(byte != UInt8(ascii: "\""))
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            let escape = rest.popFirst()
            switch try #require(escape) {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "u"):
                let digits = String(decoding: rest.prefix(4), as: UTF8.self)
                bytes.append(try #require(UInt8(digits, radix: 16)))
                rest = rest.dropFirst(4)
            case let byte:
                try #require(byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\"))
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
