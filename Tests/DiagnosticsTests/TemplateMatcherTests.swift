import Diagnostics
import Testing

@Suite struct TemplateMatcherTests {
    private let matcher = TemplateMatcher([
        Condition("ND-A1", .info, "STREAM {host} [send to {destination}]: connecting...", sentence: "s"),
        Condition(
            "ND-A2",
            .error,
            "key '{key}' is not allowed.",
            recognised: ["STREAM RCV '{host}' [from [{ip}]:{port}]: not allowed (DENIED)"],
            sentence: "s"
        ),
        Condition("ND-A3", .info, "plain text", sentence: "s"),
        Condition("ND-A4", .info, "{anything}", sentence: "s"),
        Condition("ND-A5", .info, "capabilities: {list} ", sentence: "s"),
        Condition("ND-A6", .info, "STREAM {host} [send to {destination}]: {message}", sentence: "s"),
    ])

    private func expect(
        _ message: String,
        _ code: String?,
        _ values: [String: String] = [:],
        _ location: SourceLocation = #_sourceLocation
    ) {
        let match = matcher.match(message)
        #expect(match?.condition.code == code, sourceLocation: location)
        #expect((match?.values ?? [:]) == values, sourceLocation: location)
    }

    @Test func valuesAreTakenOut() {
        expect("STREAM a b [send to c:1]: connecting...", "ND-A1", ["host": "a b", "destination": "c:1"])
        expect("key 'it''s' is not allowed.", "ND-A2", ["key": "it''s"])
        expect("key '' is not allowed.", "ND-A2", ["key": ""])
        expect(
            "STREAM RCV 'w' [from [::1]:50]: not allowed (DENIED)",
            "ND-A2",
            ["host": "w", "ip": "::1", "port": "50"]
        )
    }

    @Test func theMostSpecificTextWins() {
        expect(
            "STREAM a [send to c]: something else",
            "ND-A6",
            ["host": "a", "destination": "c", "message": "something else"]
        )
    }

    @Test func textsWithoutNamesMatchWhole() {
        expect("plain text", "ND-A3")
        expect("plain text  ", "ND-A3")
        expect("plain texts", nil)
        expect(" plain text", nil)
    }

    @Test func trailingBlanksDoNotMatter() {
        expect("capabilities: A B", "ND-A5", ["list": "A B"])
        expect("capabilities: A B ", "ND-A5", ["list": "A B"])
    }

    /// Parts may not overlap in the text.
    @Test func overlappingPartsDoNotMatch() {
        expect("key ' is not allowed.", nil)
        expect("", nil)
    }

    @Test func aMessageMadeToBeSlowIsNot() {
        let message = "STREAM " + String(repeating: " [send to ", count: 5000)
        let clock = ContinuousClock()
        let elapsed = clock.measure { _ = matcher.match(message) }
        #expect(elapsed < .seconds(2))
    }
}
