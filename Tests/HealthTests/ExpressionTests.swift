import AllocationCounter
import System
import Testing

@testable import Health

/// Every expression of the stock files and 160 more, as a real 1.37.1 has understood and evaluated them.
@Suite struct ExpressionTests {
    private struct Case {
        var text: String
        var parsed: String
        var value: String
    }

    private func cases() throws -> [Case] {
        try fixture("expressions.tsv").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return Case(text: fields[0], parsed: fields[1], value: fields.count > 2 ? fields[2] : "")
        }
    }

    @Test func allAreUnderstoodAsByTheOriginal() throws {
        let cases = try cases()
        #expect(cases.count > 400)
        for one in cases {
            do throws(ExpressionError) {
                #expect(try Expression(one.text).description == one.parsed, "\(one.text)")
            } catch {
                #expect("ERROR: \(error.reason.rawValue) at \"\(error.rest)\"" == one.parsed, "\(one.text)")
            }
        }
    }

    /// The variables as the chart of the recording had them.
    private let known: [String: Double] = [
        "val": 2, "val_raw": 20, "second": 21, "two": 21, "lim": 77, "hv": 12.25, "green": 10, "red": 90,
        "update_every": 1, "t_gauge": 4, "test.gauge.val": 2, "test.gauge.lim": 77, "test.gauge.t_gauge": 4,
        "system.uptime.uptime": 1234, "status": 1, "REMOVED": -2, "UNDEFINED": -1, "UNINITIALIZED": 0, "CLEAR": 1,
        "WARNING": 3, "CRITICAL": 4, "now": 1_700_000_001, "last_collected_t": 1_700_000_000, "this": .nan,
        "after": .nan, "before": .nan,
    ]

    @Test func allHaveTheValueOfTheOriginal() throws {
        var stack = EvaluationStack()
        var compared = 0
        for one in try cases() where !one.value.isEmpty {
            let compiled = try CompiledExpression(one.text)
            let outcome = compiled.evaluate(&stack) { known[compiled.variables[$0]] }
            let text = outcome.number.isNaN ? "null" : numberText(outcome.number)
            #expect(text == one.value, "\(one.text)")
            compared += 1
        }
        #expect(compared > 100)
    }

    /// What is evaluated every second for each alarm of a thousand hosts asks for no memory, once the stack is deep enough.
    @Test func evaluatingAllocatesNothing() throws {
        let compiled = try cases().filter { !$0.value.isEmpty }.map { try CompiledExpression($0.text) }
        let values = compiled.map { one in one.variables.map { known[$0] } }
        var stack = EvaluationStack()
        var sum = 0.0
        func evaluateAll() -> UInt64 {
            let before = allocations_of_this_thread()
            for index in compiled.indices {
                let number = compiled[index].evaluate(&stack) { values[index][$0] }.number
                if number.isFinite { sum += number }
            }
            return allocations_of_this_thread() - before
        }
        _ = evaluateAll()
        #expect(evaluateAll() == 0)
        #expect(sum != 0)
        // The counter counts.
        let before = allocations_of_this_thread()
        #expect([UInt8](repeating: 0, count: 1000).count == 1000)
        #expect(allocations_of_this_thread() > before)
    }

    @Test func whatNeedNotBeEvaluatedIsNot() throws {
        var stack = EvaluationStack()
        for (text, asked) in [("1 || $a", []), ("0 && $a", []), ("1 ? $a : $b", ["a"]), ("0 || $a", ["a"])] {
            let compiled = try CompiledExpression(text)
            var seen: [String] = []
            _ = compiled.evaluate(&stack) {
                seen.append(compiled.variables[$0])
                return 1
            }
            #expect(seen == asked, "\(text)")
        }
    }

    @Test func failuresHaveTheirReason() throws {
        var stack = EvaluationStack()
        func outcome(_ text: String) throws -> CompiledExpression.Outcome {
            try CompiledExpression(text).evaluate(&stack) { _ in nil }
        }
        #expect(try outcome("$nosuch + 1") == .failure(.undefinedVariable))
        #expect(try outcome("1 / 0") == .failure(.infinite))
        #expect(try outcome("0 / 0") == .failure(.unset))
        #expect(try outcome("1 || $nosuch") == .value(1))
    }

    /// No text makes it trap, hang or eat the stack.
    @Test func anyTextEnds() {
        let parts = [
            "1", "(", ")", "$a", "${", "}", "?", ":", "-", "!", "&&", "AND", " ", "abs(", ".", "e", "<>", "é", "nan",
        ]
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
        print("ExpressionTests seed \(seed)")
        var state = seed
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += parts[Int(state >> 33) % parts.count]
            }
            guard let expression = try? Expression(text) else { continue }
            // What was understood is understood again, and stays the same.
            #expect((try? Expression(expression.description))?.description == expression.description, "\(text)")
        }
        #expect(throws: ExpressionError.self) { try Expression(String(repeating: "(", count: 100_000)) }
        #expect(throws: ExpressionError.self) { try Expression(String(repeating: "-", count: 100_000) + "1") }
    }
}

func fixture(_ name: String) throws -> String {
    let parts = #filePath.split(separator: "/").dropLast(2)
    let path = "/" + parts.joined(separator: "/") + "/Fixtures/Health/" + name
    return String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
}
