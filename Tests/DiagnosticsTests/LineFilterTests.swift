import Diagnostics
import Testing

@Suite struct LineFilterTests {
    private let matcher = TemplateMatcher()
    private let refusal =
        "2026-11-22 09:26:25: netdata ERROR : WEB_SERVER[static1] : STREAM [receive from [10.0.9.4]:54824]: API key '99999999-2222-3333-4444-555555555555' is not allowed. Forbidding access."
    private let sending =
        "2026-11-22 09:28:28: netdata INFO  : STREAM_SENDER[child01] : STREAM child01 [send to 10.0.0.5:19999]: initializing communication..."
    private let other = "2026-11-22 09:26:20: netdata INFO  : MAIN : netdata started"

    private func accepts(_ line: String, _ change: (inout LineFilter) throws -> Void) rethrows -> Bool {
        var filter = LineFilter()
        try change(&filter)
        return filter.accepts(RecognisedLine(LogLine(line), matcher))
    }

    @Test func onlyStreamingUnlessAsked() {
        #expect(accepts(refusal) { _ in } && accepts(sending) { _ in } && !accepts(other) { _ in })
        #expect(accepts(other) { $0.all = true })
    }

    @Test func degrees() {
        #expect(accepts(refusal) { $0.least = .error } && accepts(refusal) { $0.least = .warning })
        #expect(!accepts(sending) { $0.least = .warning } && accepts(sending) { $0.least = .info })
        let debug = "netdata DEBUG : X : STREAM something nobody knows"
        #expect(!accepts(debug) { $0.least = .info } && accepts(debug) { $0.least = .debug } && accepts(debug) { _ in })
        // Its own level counts where the catalogue has none.
        #expect(accepts("netdata ERROR : X : STREAM something nobody knows") { $0.least = .error })
    }

    @Test func sides() {
        #expect(accepts(refusal) { $0.side = .parent } && !accepts(refusal) { $0.side = .child })
        #expect(accepts(sending) { $0.side = .child } && !accepts(sending) { $0.side = .parent })
        #expect(
            !accepts(other) {
                $0.all = true
                $0.side = .child
            }
        )
    }

    @Test func codes() throws {
        #expect(try accepts(refusal) { $0.codes = try CodePattern("nd-f7") })
        #expect(try accepts(refusal) { $0.codes = try CodePattern("ND-C1, F*") })
        #expect(try !accepts(sending) { $0.codes = try CodePattern("F*") })
        // What is waited for is let through whatever else is wanted.
        #expect(
            try accepts(sending) {
                $0.codes = try CodePattern("F*")
                $0.least = .error
                $0.awaited = try CodePattern("ND-I22")
            }
        )
        #expect(
            try !accepts(sending) {
                $0.host = { $0 == "another" }
                $0.awaited = try CodePattern("ND-I22")
            }
        )
        for wrong in ["ND-Q1", "", ",", "ND-F7,X*9", "F*7"] {
            #expect(throws: CodePattern.Unknown.self, "\(wrong)") { try CodePattern(wrong) }
        }
        #expect(throws: CodePattern.Unknown(word: "ND-Q1")) { try CodePattern("ND-F7,ND-Q1") }
    }

    @Test func times() {
        var filter = LineFilter()
        #expect(filter.isWithin(5) && filter.isWithin(nil))
        filter.since = 5
        filter.until = 7
        #expect(!filter.isWithin(4) && filter.isWithin(5) && filter.isWithin(6) && !filter.isWithin(7))
        #expect(filter.isWithin(nil))
    }
}

/// What two lines have to have in common to be the same.
@Suite struct LikenessTests {
    private let matcher = TemplateMatcher()

    private func likeness(_ message: String, thread: String = "WEB_SERVER[static1]") -> String {
        RecognisedLine(LogLine("2026-11-22 09:26:25: netdata ERROR : \(thread) : \(message)"), matcher).likeness
    }

    private func refusal(_ ip: String, _ port: Int, _ key: String) -> String {
        likeness("STREAM [receive from [\(ip)]:\(port)]: API key '\(key)' is not allowed. Forbidding access.")
    }

    @Test func whatChangesEachTimeDoesNotCount() {
        #expect(refusal("10.0.9.4", 1, "k") == refusal("10.0.9.4", 2, "k"))
        #expect(refusal("10.0.9.4", 1, "k") != refusal("10.0.9.5", 1, "k"))
        // Two children behind one address.
        #expect(refusal("10.0.9.4", 1, "k") != refusal("10.0.9.4", 1, "l"))
        let ended = "STREAM a [receive from [i]:1]: disconnected (completed 5 updates)."
        #expect(likeness(ended) == likeness("STREAM a [receive from [i]:2]: disconnected (completed 9 updates)."))
        #expect(likeness(ended) != likeness("STREAM b [receive from [i]:2]: disconnected (completed 9 updates)."))
    }

    @Test func ofWhatNobodyKnowsTheWordsCount() {
        #expect(likeness("STREAM new words 1") == likeness("STREAM new words 1"))
        #expect(likeness("STREAM new words 1") != likeness("STREAM new words 2"))
        #expect(likeness("not about it") != likeness("not about that"))
    }
}
