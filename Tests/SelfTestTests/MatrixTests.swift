import TLSCheck
import TLSMatrix
import Testing

@testable import SelfTest

/// The documentation's table of expected behaviours, ndstream to ndstream: every combination of it over real sockets.
///
/// `Tests/Fixtures/TLS/matrix.txt` is what came of them, written for people too. To write it again after a change that is
/// meant: `NDSTREAM_RECORD=1 swift test --filter SelfTestTests`.
struct MatrixTests {
    @Test func everyCombinationIsAsTheDocumentSays() throws {
        let observations = try SelfTest.run()
        try #require(observations.count == 310)
        for observation in observations where !observation.isAsExpected { Issue.record("\(observation)") }
        for word in observations.flatMap({ $0.child + $0.parent }) {
            #expect(word.fix.first?.contains("skip certificate verification") == false, "\(word)")
        }
        try expect(steady(MatrixText(observations).text), isGolden: "matrix.txt")
        let report = SelfTest.report(observations, milliseconds: 2100, at: 1_795_339_848)
        #expect(report.status(isStrict: true) == 0)
        try expect(report.table(Style(unicode: true, isColored: false)), isGolden: "self-test.txt")
    }

    private func expect(_ text: String, isGolden name: String) throws {
        if let differences = try differences(text, fromGolden: name) { Issue.record("\(differences)") }
    }

    /// What a combination is that is not as it should be is found out by its behaviour, and by what each side says.
    @Test func differencesAreSeen() throws {
        let wrong = Combination(.force, .plain, .valid)
        let right = Observation.Word(code: "ND-H92", line: "", fix: ["do"])
        let parent = Observation.Word(code: "ND-T314", line: "", fix: ["do"])
        var observation = Observation(wrong, isStream: false, Wiretap.Record(), child: [right], parent: [parent])
        observation.behaviour = .parentRejects
        #expect(observation.isAsExpected)
        func differs(_ change: (inout Observation) -> Void) -> Bool {
            var other = observation
            change(&other)
            return !other.isAsExpected
        }
        #expect(differs { $0.behaviour = .unencrypted })
        #expect(differs { $0.behaviour = nil })
        #expect(differs { $0.child = [] })
        #expect(differs { $0.parent[0].code = "ND-T1" })
        #expect(differs { $0.parent[0].fix = [] })
        #expect(differs { $0.atStart = [parent] })
        observation.behaviour = .unencrypted
        let report = SelfTest.report([observation], milliseconds: 1, at: 1_795_339_848)
        #expect(report.status(isStrict: false) == 1)
        #expect(report.problems.map(\.code) == ["ND-T380"])
        #expect(
            report.problems.map(\.message) == [
                "parent port force, child plain, valid chain: expected parent rejects, observed unencrypted stream."
            ]
        )
    }
}
