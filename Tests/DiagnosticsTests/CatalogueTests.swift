import Diagnostics
import Testing

/// What the catalogue promises of each of its conditions.
@Suite struct CatalogueTests {
    @Test func everyCodeIsUniqueAndWellFormed() {
        var seen: Set<String> = []
        for condition in Catalogue.all {
            #expect(seen.insert(condition.code).inserted, "\(condition.code) is there twice")
            let parts = condition.code.split(separator: "-")
            #expect(parts.count == 2 && parts[0] == "ND", "\(condition.code)")
            #expect(parts[1].first.map { "ABCDEFGHIJKLNPRSTUVWZ".contains($0) } == true, "\(condition.code)")
            #expect(Int(parts[1].dropFirst()) != nil, "\(condition.code)")
        }
    }

    @Test func everyConditionHasAllItsParts() {
        for condition in Catalogue.all {
            #expect(!condition.text.isEmpty, "\(condition.code) has no text")
            #expect(!condition.text.contains("\n"), "\(condition.code) is more than a line")
            #expect(
                condition.sentence.hasSuffix(".") || condition.sentence.hasSuffix("?"),
                "the sentence of \(condition.code) is none"
            )
            guard condition.severity > .info else { continue }
            #expect(!condition.causes.isEmpty, "\(condition.code) has no cause")
            #expect(!condition.fix.isEmpty, "\(condition.code) has no fix")
            #expect(!condition.fix.contains("") && !condition.causes.contains(""), "\(condition.code)")
        }
    }

    @Test func namesInTextsAreClosedAndOfWords() {
        for condition in Catalogue.all {
            for text in [condition.text] + condition.recognised {
                var depth = 0
                for character in text {
                    if character == "{" { depth += 1 }
                    if character == "}" { depth -= 1 }
                    #expect(depth == 0 || depth == 1, "\(condition.code): \(text)")
                    if depth == 1 {
                        #expect(
                            character == "{" || character.isLetter || character == " ",
                            "\(condition.code): \(text)"
                        )
                    }
                }
                #expect(depth == 0, "\(condition.code): \(text)")
            }
        }
    }

    /// What the node writes is what `tail` finds again: each text, with values in it, leads back to its code.
    @Test func everyTextIsRecognisedAsItself() {
        let matcher = TemplateMatcher()
        for condition in Catalogue.all where condition.code != Condition.unrecognised.code {
            // A plugin's own words are nothing but a value: nobody can tell them from other words.
            for text in [condition.text] + condition.recognised where !isAllValue(text) {
                let message = Condition(condition.code, .info, text, sentence: "").render(values(of: text))
                // A plugin's own words, and nothing else: nobody can know them.
                if message == "777" { continue }
                let found = matcher.match(message)?.condition
                // Two conditions may share the words of an old generation: either is right.
                let same = found.map { [$0.text] + $0.recognised }?.contains { $0 == text } == true
                #expect(
                    found == condition || same,
                    "\(condition.code): \(message) is taken for \(found?.code ?? "nothing")"
                )
            }
        }
    }

    @Test func codesAreFoundInAnyCase() {
        #expect(Catalogue.condition(code: "nd-f1") == .refusedNoKey)
        #expect(Catalogue.condition(code: "ND-F0") == nil)
    }

    /// As Netdata 1.37.1, 1.18 and 1.35 wrote them.
    @Test(arguments: [
        (
            "SSL RFC4158 check:  We have a invalid certificate, the tests result with 18 and message "
                + "error:00000000:lib(0)::reason(0)", "ND-T18"
        ),
        (
            "SSL RFC4158 check:  We have a invalid certificate, the tests result with 20 and message "
                + "error:00000000:lib(0):func(0):reason(0)", "ND-T20"
        ),
        (
            "SSL RFC4158 check:  We have a invalid certificate, the tests result with 42 and message "
                + "error:00000000:lib(0)::reason(0)", "ND-T321"
        ),
        ("cannot write to SSL connection - connection is not ready.", "ND-T349"),
        ("STREAM web01 [receive from [localhost]:43490]: cannot send ready command.", "ND-T349"),
        ("0 SSL Handshake error (error:00000006:lib(0)::reason(6)) on socket 32 ", "ND-T355"),
        ("SSL_read() returned -1 bytes, SSL error 2", "ND-T355"),
    ])
    func theOriginalsWordsAboutTLS(message: String, code: String) {
        #expect(TemplateMatcher().match(message)?.condition.code == code)
    }

    private func isAllValue(_ text: String) -> Bool {
        text.first == "{" && text.firstIndex(of: "}") == text.indices.last
    }

    private func values(of text: String) -> [String: String] {
        var values: [String: String] = [:]
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            values[String(rest[rest.index(after: open)..<close])] = "777"
            rest = rest[rest.index(after: close)...]
        }
        return values
    }
}
