import Diagnostics
import Testing

/// What a log said of a host before is known where a later line needs it.
@Suite struct SenderMemoryTests {
    private let matcher = TemplateMatcher()

    private func lines(_ texts: [String]) -> [RecognisedLine] {
        var memory = SenderMemory()
        return texts.map { text in
            var line = RecognisedLine(LogLine(text), matcher)
            memory.complete(&line)
            return line
        }
    }

    private func dials(_ host: String, _ destination: String) -> String {
        "2026-11-22 09:26:23: netdata INFO  : STREAM_SENDER[\(host)] : STREAM \(host): attempting to connect to '\(destination)' "
            + "(default port: 19999)..."
    }

    private func fails(_ host: String, thread: String = "STREAM_SENDER") -> String {
        "2026-11-22 09:26:24: netdata ERROR : \(thread)[\(host)] : SSL RFC4158 check:  We have a invalid certificate, the tests "
            + "result with 18 and message error:00000000:lib(0)::reason(0)"
    }

    @Test func theDestinationIsThatOfTheSameHost() {
        let found = lines([dials("a", "one:1:SSL"), dials("b", "two:2:SSL"), fails("a"), fails("b")])
        #expect(found[2].fix.contains("ndstream check-tls one:1:SSL"), "\(found[2].fix)")
        #expect(found[3].fix.contains("ndstream check-tls two:2:SSL"))
    }

    @Test func theLastOneCounts() {
        let found = lines([dials("a", "one:1:SSL"), dials("a", "two:2:SSL"), fails("a")])
        #expect(found[2].values["destination"] == "two:2:SSL")
    }

    @Test func whatWasNotSaidStaysOpen() {
        let found = lines([fails("a"), dials("b", "two:2:SSL"), fails("b", thread: "OTHER")])
        #expect(found[0].fix.contains("ndstream check-tls DESTINATION"))
        #expect(found[2].values["destination"] == nil, "only senders dial")
    }
}
