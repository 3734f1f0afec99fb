import Diagnostics
import Testing

/// The forms of `[logs] format` besides the original's: one object of JSON a line, and `name=value` with JSON's escapes.
@Suite struct LogFieldsTests {
    @Test func aLineOfJSON() {
        let line = LogLine(
            #"{"time":"2026-11-22T09:26:23.000000Z","comm":"ndstream","level":"error","code":"ND-F7","thread":"T","msg":"a \"b\"\n\u00e4\ud83d\ude00 \\x"}"#
        )
        #expect(line.time == "2026-11-22T09:26:23.000000Z" && line.program == "ndstream" && line.level == .error)
        #expect(line.code == "ND-F7" && line.thread == "T")
        #expect(line.message == "a \"b\"\nä😀 \\x")
    }

    @Test func valuesThatAreNoTexts() {
        let line = LogLine(#"{ "tid" : 5 , "a":[1,{"b":"]}"}], "n":null,"MESSAGE":"m", "level":"notice"}"#)
        #expect(line.message == "m" && line.level == .info)
    }

    @Test(arguments: [
        "{", "{}", #"{"msg"}"#, #"{"msg":"#, #"{"a":"b"}"#, "{x}", #"{"msg":"open"#, "{]", #"{"msg":"x" "y"}"#,
        #"{"a":[[[["#, #"{"msg":"\u12"}"#, #"{"msg":"\ud83d"}"#, #"{"msg":"\ud83dA\udc00"}"#,
    ])
    func whatIsNoneIsAMessageOrHarmless(_ text: String) {
        #expect(!LogLine(text).message.isEmpty)
    }

    @Test func escapesInKeyValueLines() {
        let line = LogLine(#"time=5 comm=ndstream level=warning code=ND-C1 msg="a\u0009b\n=\"c\" \\ d""#)
        #expect(line.message == "a\tb\n=\"c\" \\ d" && line.code == "ND-C1")
    }

    @Test func theCodeOfALineCounts() {
        let matcher = TemplateMatcher()
        let known = RecognisedLine(LogLine(#"{"level":"error","code":"ND-F7","msg":"in other words"}"#), matcher)
        #expect(known.condition?.code == "ND-F7" && known.isStreaming && known.severity == .error)
        let unknown = RecognisedLine(LogLine(#"{"level":"error","code":"ND-Z999","msg":"in other words"}"#), matcher)
        #expect(unknown.condition == nil && !unknown.isStreaming)
    }

    @Test func aLineCutAnywhereIsRead() {
        let bytes = Array(#"{"time":"1","a":[1,{"b":"}"}],"msg":"b\" \ud83d\ude00 c","code":"x"}"#.utf8)
        for end in 0...bytes.count {
            _ = LogLine(bytes[..<end])
            _ = LogLine(bytes[end...])
        }
    }
}
