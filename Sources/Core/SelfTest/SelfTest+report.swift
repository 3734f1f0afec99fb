internal import Basics
internal import Diagnostics
internal import System
public import TLSCheck

extension SelfTest {
    /// Runs everything and makes of it what `check-tls` says of a parent; blocks.
    public static func report() throws -> Report {
        let clock = SystemClock()
        let start = clock.monotonic()
        let observations = try run()
        let milliseconds = (clock.monotonic() - start) / 1000
        return report(observations, milliseconds: milliseconds, at: clock.now() / microsecondsPerSecond)
    }

    /// - Parameter at: seconds since 1970.
    static func report(_ observations: [Observation], milliseconds: Int64, at: Int64) -> Report {
        var port = PortReport("every parent and child of ndstream, in one process")
        port.facts = [
            Fact(
                observations.allSatisfy(\.isAsExpected) ? .ok : .fail,
                "met",
                "\(observations.count) combinations on 127.0.0.1 in \(milliseconds) ms"
            )
        ]
        port.facts += Combination.Credential.allCases.compactMap { fact($0, observations) }
        port.verdicts = Row.all.map { verdict($0, observations) }
        return Report(
            "--self-test",
            at: at,
            ports: [port],
            problems: observations.filter { !$0.isAsExpected }.map(problem)
        )
    }

    // MARK: Rows

    private static func verdict(_ row: Row, _ observations: [Observation]) -> Verdict {
        let own = observations.filter { $0.combination.row == row.number }
        let isGood = own.allSatisfy(\.isAsExpected)
        let outcomes = Behaviour.allCases.compactMap { behaviour in
            let count = own.count { $0.behaviour == behaviour }
            return count > 0 ? "\(behaviour.rawValue) (\(count))" : nil
        }
        let silent = own.count { $0.behaviour == nil }
        return Verdict(
            row,
            own.isEmpty ? .none : isGood ? .ok : .fail,
            (outcomes + (silent > 0 ? ["nothing (\(silent))"] : [])).joined(separator: ", "),
            evidence: evidence(own),
            code: own.count > 1 && row.number == 2 ? own.last?.parent.last?.code : nil
        )
    }

    /// How the wire looked: what both sides began with.
    private static func evidence(_ observations: [Observation]) -> [String] {
        var seen: [String] = []
        for observation in observations {
            let line = "child began with \(words(observation.fromChild)), parent with \(words(observation.fromParent))"
            if !seen.contains(line) { seen.append(line) }
        }
        return seen
    }

    private static func words(_ bytes: [UInt8]) -> String {
        guard let first = bytes.first else { return "nothing" }
        return first == 0x16
            ? "a TLS handshake" : "'\(String(decoding: bytes.prefix { $0 >= 0x20 }.prefix(24), as: UTF8.self))'"
    }

    // MARK: Certificates

    /// What a child that verifies makes of a certificate.
    private static func fact(_ credential: Combination.Credential, _ observations: [Observation]) -> Fact? {
        let own = observations.filter { $0.combination.credential == credential && $0.combination.port != .noTLS }
        let verifying = own.filter { $0.combination.child == .verify }
        guard let strict = verifying.first(where: { $0.combination.nameCheck == .yes }) else { return nil }
        var lines = [line(strict)]
        if let lenient = verifying.first(where: { $0.combination.nameCheck == .no }),
            lenient.behaviour != strict.behaviour
        {
            lines = ["name checked: " + lines[0], "name not checked: " + line(lenient)]
        }
        if let word = own.first?.atStart.first { lines.append("parent at its start: \(word.code)") }
        return Fact(own.allSatisfy(\.isAsExpected) ? .ok : .fail, label(credential), lines: lines)
    }

    private static func line(_ observation: Observation) -> String {
        let behaviour = observation.behaviour?.rawValue ?? "nothing"
        let sides = [("child", observation.child.last), ("parent", observation.parent.last)]
        let codes = sides.compactMap { side, word in word.map { "\(side) \($0.code)" } }
        return ([behaviour] + codes).joined(separator: ", ")
    }

    private static func label(_ credential: Combination.Credential) -> String {
        switch credential {
        case .valid: "valid"
        case .selfSigned: "selfsigned"
        case .expired: "expired"
        case .notYetValid: "too early"
        case .wrongName: "wrong name"
        case .address: "has IP"
        case .noAddress: "lacks IP"
        case .missingIntermediate: "gap"
        case .wrongAuthority: "unknown CA"
        case .keyMismatch: "wrong key"
        }
    }

    // MARK: What differs

    private static func problem(_ observation: Observation) -> Problem {
        let combination = observation.combination
        let codes = combination.expectedCodes
        func said(_ words: [Observation.Word]) -> String { words.last.map { "\($0.code): \($0.line)" } ?? "nothing" }
        return Problem(
            .selfTestDiffers,
            "what differs from the document",
            values: [
                "combination": combination.description, "expected": combination.expected.rawValue,
                "observed": observation.behaviour?.rawValue ?? "nothing",
            ],
            evidence: [
                "child should say \(codes.child ?? "nothing"), says \(said(observation.child))",
                "parent should say \(codes.parent ?? "nothing"), says \(said(observation.parent))",
                "parent at its start should say \(combination.expectedAtStart), says \(observation.atStart.map(\.code))",
            ] + evidence([observation])
        )
    }
}
