import Health
import Testing

@Suite struct SatisfiabilityTests {
    private func verdict(_ text: String) throws -> Satisfiability { try CompiledExpression(text).satisfiability }

    @Test(arguments: [
        "$this > 10 && $this < 5", "$this > nan", "nan <= $x", "$x != $x", "$x < $x", "0", "nan", "inf", "1 / 0",
        "$status == 7", "$status > $CRITICAL", "$this > $this + 1 && 0", "($x > 3) && ($x == 2)", "$x == 1 && $x == 2",
        "abs($x) < 0", "abs($x) < 0 - 1", "$now < 0", "5 > 3 ? 10 : 20", "!($x > 1 || 1)",
        "$a > 5 && ($a + 0) < $b && 0",
        "($status == $CRITICAL) && ($status == $WARNING)", "$x > 10 AND $x < 5 OR 0",
        "($this > (($status >= $WARNING) ? (80) : (90))) && $this < 70", "$a - $b > 1 && $a - $b < 1",
        "$x == nan && $x > 1",
        "$x > inf", "$CLEAR == $WARNING",
    ])
    func never(_ text: String) throws { #expect(try verdict(text) == .never) }

    @Test(arguments: [
        "1", "(5 > 3) ? (10) : (20)", "5 > 3", "$x == $x", "1 || $nosuch", "$status < 7", "!nan", "nan == nan",
        "!($x > 10 && $x < 5)", "inf == inf", "abs(0 - 3)", "$x != nan || $x == nan", "$WARNING",
    ])
    func always(_ text: String) throws { #expect(try verdict(text) == .always) }

    @Test(arguments: [
        "$this > 5", "$this > 10 || $this < 5", "$this > 10 || $this <= 10", "$x <= $x", "$x == 1 && $x == 1.00000005",
        "$this > (($status >= $WARNING) ? (80) : (90))", "$a / $b == inf", "$a - $a != 0", "$x == nan",
        "$x + 0 != $x", "$a * $b < 0", "$x == inf && $x < 0", "!$x", "abs($x) > 5 && $x < 0", "$y < $x && $x < $y + 1",
        "1 / $x > 0 && $x < 0 || 1 / $x < 0", "$x", "$x * 0 > 1", "-$x > 3", "$a + $b > 10 && $a < 5",
    ])
    func depends(_ text: String) throws { #expect(try verdict(text) == .depends) }

    @Test func tooMuchIsLeftAlone() throws {
        let wide = (0..<40).map { "(($a\($0) > 1) + ($b\($0) < 2))" }.joined(separator: " * ")
        #expect(try verdict(wide + " * 0") == .depends)
        #expect(try verdict(String(repeating: "1 + ", count: 900) + "1") == .depends)
    }

    /// What is said is never wrong: no values of the variables contradict it.
    @Test func nothingThatCanBeIsCalledImpossible() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Numbers(state: seed)
        var counts: [Satisfiability: Int] = [:]
        for _ in 0..<4000 {
            let text = random.expression(depth: 4)
            let expression = try CompiledExpression(text)
            let said = expression.satisfiability
            counts[said, default: 0] += 1
            guard said != .depends else { continue }
            var stack = EvaluationStack()
            for _ in 0..<300 {
                let values = expression.variables.map { random.value(of: $0) }
                let outcome = expression.evaluate(&stack) { values[$0] }
                let holds = if case .value(let value) = outcome { value != 0 } else { false }
                #expect(holds == (said == .always), "\(text) with \(values), seed \(seed)")
            }
        }
        #expect(counts[.never, default: 0] > 100 && counts[.always, default: 0] > 100, "\(counts), seed \(seed)")
        #expect(counts[.depends, default: 0] > 500, "\(counts), seed \(seed)")
    }
}

private struct Numbers {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }

    mutating func value(of variable: String) -> Double? {
        switch variable {
        case "status": return Double([-2, -1, 0, 1, 3, 4][below(6)])
        case "WARNING": return 3
        default: break
        }
        let interesting: [Double?] = [
            nil, .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 2, 3, 4, 5, 9.99, 10, 10.00000005, 10.0000002, -10, 0.5,
            1e-300, -1e-300, 1e300, -1e300, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e15, 7, 2.5,
        ]
        return interesting[below(interesting.count)]
    }

    mutating func expression(depth: Int) -> String {
        if depth == 0 || below(6) == 0 {
            return [
                "$a", "$b", "$a", "$b", "$status", "$WARNING", "0", "1", "2", "3", "5", "10", "10.0000001", "nan",
                "inf",
            ][below(15)]
        }
        let one = "(" + expression(depth: depth - 1) + ")"
        switch below(12) {
        case 0: return "!" + one
        case 1: return "-" + one
        case 2: return "abs" + one
        case 3: return "\(one) ? (\(expression(depth: depth - 1))) : (\(expression(depth: depth - 1)))"
        default:
            let sign = ["+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "&&", "&&", "||"][below(13)]
            return "\(one) \(sign) (\(expression(depth: depth - 1)))"
        }
    }
}
