internal import Store

/// Whether a `warn` or `crit` can hold at all.
public enum Satisfiability: Sendable, Equatable {
    /// It depends on its variables, as it should; or nobody knows.
    case depends
    /// Whatever its variables are, it is false or fails.
    case never
    /// Whatever they are, it holds.
    case always
}

extension CompiledExpression {
    /// What can be told of it without knowing a value.
    ///
    /// ``Satisfiability/never`` and ``Satisfiability/always`` are certain: the expression is walked with the set of values
    /// that each of its parts may have, which a comparison makes smaller, along every way that `&&`, `||` and `? :` open. What
    /// is written twice has one value. Where there are too many ways nothing is said.
    public var satisfiability: Satisfiability {
        var walk = Walk()
        let ends = walk.cases(of: expression.withoutParentheses, [:])
        guard !walk.gaveUp else { return .depends }
        if !ends.contains(where: { $0.value.mayBeFiniteTruth }) { return .never }
        let mayFail = ends.contains { $0.value.mayBeFalse || $0.value.isInfinite }
        return mayFail ? .depends : .always
    }
}

extension Expression {
    fileprivate var withoutParentheses: Expression {
        switch self {
        case .number, .variable: self
        case .parenthesised(let inner): inner.withoutParentheses
        case .unary(let sign, let operand): .unary(sign, operand.withoutParentheses)
        case .binary(let sign, let left, let right): .binary(sign, left.withoutParentheses, right.withoutParentheses)
        case .choice(let condition, let yes, let no):
            .choice(condition.withoutParentheses, yes.withoutParentheses, no.withoutParentheses)
        }
    }
}

/// What is known of parts of an expression on one way through it.
private typealias Knowledge = [Expression: Possible]

/// One way through an expression: what it may give, and what then is known.
private struct Case {
    var value: Possible
    var known: Knowledge
}

private struct Walk {
    private(set) var gaveUp = false
    private var steps = 0
    private var depth = 0

    private static let mostSteps = 20_000
    private static let deepest = 300

    mutating func cases(of expression: Expression, _ known: Knowledge) -> [Case] {
        steps += 1
        depth += 1
        defer { depth -= 1 }
        guard steps <= Self.mostSteps, depth <= Self.deepest else {
            gaveUp = true
            return []
        }
        switch expression {
        case .number(let value): return [Case(value: Possible(value), known: known)]
        case .variable(let name): return [Case(value: known[expression] ?? .ofVariable(name), known: known)]
        case .parenthesised(let inner): return cases(of: inner, known)
        case .unary(.not, let operand):
            return truths(of: operand, known).map { Case(value: $0.value.mayBeTrue ? .zero : .one, known: $0.known) }
        case .unary(let sign, let operand):
            return cases(of: operand, known).compactMap { narrowed($0.value.applying(sign), expression, $0.known) }
        case .binary(let sign, let left, let right) where sign == .and || sign == .or:
            return short(left, right, endsWhen: sign == .or, known)
        case .binary(let sign, let left, let right):
            return pairs(sign, left, right, expression, known)
        case .choice(let condition, let yes, let no):
            return truths(of: condition, known).flatMap { cases(of: $0.value.mayBeTrue ? yes : no, $0.known) }
        }
    }

    /// The same, each with 1 or 0.
    private mutating func truths(of expression: Expression, _ known: Knowledge) -> [Case] {
        cases(of: expression, known).flatMap { one in
            var truths: [Case] = []
            if one.value.mayBeTrue {
                let known = one.known.narrowing(expression, to: one.value.whereTrue)
                if let known { truths.append(Case(value: .one, known: known)) }
            }
            if one.value.mayBeFalse {
                let known = one.known.narrowing(expression, to: one.value.whereFalse)
                if let known { truths.append(Case(value: .zero, known: known)) }
            }
            return truths
        }
    }

    private mutating func short(
        _ left: Expression,
        _ right: Expression,
        endsWhen decides: Bool,
        _ known: Knowledge
    ) -> [Case] {
        truths(of: left, known).flatMap { one in
            one.value.mayBeTrue == decides ? [one] : truths(of: right, one.known)
        }
    }

    private mutating func pairs(
        _ sign: Expression.Binary,
        _ left: Expression,
        _ right: Expression,
        _ whole: Expression,
        _ known: Knowledge
    ) -> [Case] {
        var result: [Case] = []
        for first in cases(of: left, known) {
            for second in cases(of: right, first.known) {
                let values = (first.value, second.value)
                switch sign {
                case .add, .subtract, .multiply, .divide:
                    let value = values.0.combined(sign, values.1)
                    if let one = narrowed(value, whole, second.known) { result.append(one) }
                default:
                    result += comparison(sign, left == right).cases(left, values.0, right, values.1, second.known)
                }
            }
        }
        return result
    }

    private func narrowed(_ value: Possible, _ expression: Expression, _ known: Knowledge) -> Case? {
        let value = known[expression].map(value.intersection) ?? value
        return value.isEmpty ? nil : Case(value: value, known: known)
    }

    private func comparison(_ sign: Expression.Binary, _ isSame: Bool) -> Comparison {
        Comparison(sign: sign, isSame: isSame)
    }
}

/// A comparison that holds, and one that doesn't.
private struct Comparison {
    let sign: Expression.Binary
    /// Both sides are written alike, so they have one value.
    let isSame: Bool

    func cases(
        _ left: Expression,
        _ first: Possible,
        _ right: Expression,
        _ second: Possible,
        _ known: Knowledge
    ) -> [Case] {
        var cases: [Case] = []
        for holds in [true, false] {
            guard let (one, other) = narrowed(first, second, holds), !one.isEmpty, !other.isEmpty,
                let known = known.narrowing(left, to: one)?.narrowing(right, to: other)
            else { continue }
            cases.append(Case(value: holds ? .one : .zero, known: known))
        }
        return cases
    }

    /// What remains of both sides; `nil` where it can't be.
    private func narrowed(_ one: Possible, _ other: Possible, _ holds: Bool) -> (Possible, Possible)? {
        switch sign {
        case .equal: equal(one, other, holds)
        case .notEqual: equal(one, other, !holds)
        case .less: less(one, other, isStrict: true, holds)
        case .lessOrEqual: less(one, other, isStrict: false, holds)
        case .greater: less(other, one, isStrict: true, holds).map { ($1, $0) }
        default: less(other, one, isStrict: false, holds).map { ($1, $0) }
        }
    }

    /// NaN equals NaN, infinity any infinity, numbers those nearer than a ten millionth.
    private func equal(_ one: Possible, _ other: Possible, _ holds: Bool) -> (Possible, Possible)? {
        if holds { return (near(one, other), near(other, one)) }
        if isSame { return nil }
        let isOneNumber =
            !one.isNaN && !one.isInfinite && !other.isNaN && !other.isInfinite && one.low == one.high
            && other.low == other.high
        if isOneNumber, (one.low - other.low).magnitude < tolerance { return nil }
        if one.isOnlyNaN && other.isOnlyNaN || one.isOnlyInfinite && other.isOnlyInfinite { return nil }
        return (one, other)
    }

    private func near(_ one: Possible, _ other: Possible) -> Possible {
        var rest = one
        rest.isNaN = one.isNaN && other.isNaN
        rest.isInfinity = one.isInfinity && other.isInfinite
        rest.isMinusInfinity = one.isMinusInfinity && other.isInfinite
        guard other.hasNumbers else {
            (rest.low, rest.high) = (1, 0)
            return rest
        }
        // A little more, for what the subtraction rounds away.
        rest.low = max(one.low, (other.low - 2 * tolerance).nextDown)
        rest.high = min(one.high, (other.high + 2 * tolerance).nextUp)
        return rest
    }

    /// False with NaN.
    private func less(_ one: Possible, _ other: Possible, isStrict: Bool, _ holds: Bool) -> (Possible, Possible)? {
        if holds {
            if isSame, isStrict { return nil }
            guard let least = one.least, let greatest = other.greatest else { return nil }
            return (
                one.withoutNaN.under(greatest, isStrict: isStrict), other.withoutNaN.over(least, isStrict: isStrict)
            )
        }
        // What isn't less is at least as great, where it is no NaN.
        if isSame { return isStrict ? (one, other) : (one.onlyNaN, other.onlyNaN) }
        var (first, second) = (one, other)
        if !other.isNaN, let least = other.least { first = one.over(least, isStrict: !isStrict) }
        if !one.isNaN, let greatest = one.greatest { second = other.under(greatest, isStrict: !isStrict) }
        return (first, second)
    }
}

/// What counts as equal (health §4.3).
private let tolerance = 0.0000001

extension Possible {
    fileprivate var isOnlyNaN: Bool { isNaN && withoutNaN.isEmpty }
    fileprivate var isOnlyInfinite: Bool { isInfinite && !isNaN && !hasNumbers }

    fileprivate var onlyNaN: Possible {
        Possible(isNaN: isNaN, isInfinity: false, isMinusInfinity: false, low: 1, high: 0)
    }

    /// What a variable may be before anything was asked of it (health §4.4).
    fileprivate static func ofVariable(_ name: String) -> Possible {
        if let status = AlarmStatus.allCases.first(where: { $0.name == name }) {
            return Possible(Double(status.rawValue))
        }
        return switch name {
        case "status": Possible(Double(AlarmStatus.removed.rawValue)...Double(AlarmStatus.critical.rawValue))
        case "now": Possible(0...most)
        default: .anything
        }
    }
}

extension Dictionary where Key == Expression, Value == Possible {
    /// With what a part is now known to be; `nil` where it can't be anything. Numbers are known anyway.
    fileprivate func narrowing(_ expression: Expression, to value: Possible) -> Self? {
        if value.isEmpty { return nil }
        if case .number = expression { return self }
        if case .variable = expression {
        } else if case .binary(let sign, _, _) = expression, sign.level < 4 {
            return self
        }
        var narrowed = self
        let both = self[expression].map(value.intersection) ?? value
        if both.isEmpty { return nil }
        narrowed[expression] = both
        return narrowed
    }
}
