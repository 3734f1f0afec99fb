/// An expression made ready to be evaluated many times without allocating.
public struct CompiledExpression: Sendable {
    /// What was read.
    public let expression: Expression
    /// As it stands in the file.
    public let source: String
    /// The variables it names, each once.
    public let variables: [String]
    private let steps: [Step]
    /// Values that lie on the stack at once, at most.
    let depth: Int

    public enum Outcome: Sendable, Equatable {
        case value(Double)
        case failure(Failure)

        /// NaN where it failed.
        public var number: Double {
            if case .value(let value) = self { value } else { .nan }
        }
    }

    /// Why there is no value; the numbers are those of the original's messages.
    public enum Failure: Int, Sendable {
        case unset = 100
        case infinite = 101
        case undefinedVariable = 102

        public var text: String {
            switch self {
            case .unset: "value is unset"
            case .infinite: "computed value is infinite"
            case .undefinedVariable: "undefined variable"
            }
        }
    }

    enum Step: Sendable {
        case number(Double)
        /// An index into `variables`.
        case variable(Int)
        case unary(Expression.Unary)
        case binary(Expression.Binary)
        /// Makes 1 or 0 of what lies on top.
        case truth
        /// Takes what lies on top; goes on elsewhere where it is false, or true.
        case skipIf(Bool, to: Int)
        case skip(to: Int)
    }

    public init(_ text: String) throws(ExpressionError) {
        self.init(try Expression(text), source: text)
    }

    init(_ expression: Expression, source: String) {
        self.expression = expression
        self.source = source
        var maker = StepMaker()
        maker.add(expression)
        steps = maker.steps
        variables = maker.variables
        depth = maker.deepest
    }

    /// - Parameters:
    ///   - stack: reused from one evaluation to the next.
    ///   - variable: the value of ``variables`` at an index; `nil` where there is no such variable.
    public func evaluate(_ stack: inout EvaluationStack, variable: (Int) -> Double?) -> Outcome {
        stack.reserve(depth)
        var hasUndefined = false
        var index = 0
        while index < steps.count {
            switch steps[index] {
            case .number(let value): stack.push(value)
            case .variable(let name):
                let value = variable(name)
                if value == nil { hasUndefined = true }
                stack.push(value ?? .nan)
            case .unary(let sign): stack.push(applied(sign, stack.pop()))
            case .binary(let sign):
                let right = stack.pop()
                stack.push(applied(sign, stack.pop(), right))
            case .truth: stack.push(isTrue(stack.pop()) ? 1 : 0)
            case .skipIf(let wanted, let target):
                if isTrue(stack.pop()) == wanted {
                    index = target
                    continue
                }
            case .skip(let target):
                index = target
                continue
            }
            index += 1
        }
        let value = stack.pop()
        if value.isNaN { return .failure(hasUndefined ? .undefinedVariable : .unset) }
        return value.isInfinite ? .failure(.infinite) : .value(value)
    }
}

/// Room for the values of one evaluation.
public struct EvaluationStack: ~Copyable {
    private var values: [Double] = []
    private var count = 0

    public init() {}

    mutating func reserve(_ depth: Int) {
        count = 0
        if values.count < depth { values = [Double](repeating: 0, count: depth) }
    }

    mutating func push(_ value: Double) {
        values[count] = value
        count += 1
    }

    mutating func pop() -> Double {
        count -= 1
        return values[count]
    }
}

/// Not zero; NaN is false (health §4.3).
private func isTrue(_ value: Double) -> Bool { !value.isNaN && value != 0 }

private func applied(_ sign: Expression.Unary, _ value: Double) -> Double {
    switch sign {
    case .not: return isTrue(value) ? 0 : 1
    case _ where value.isNaN: return .nan
    case _ where value.isInfinite: return .infinity
    case .plus: return value
    case .minus: return -value
    case .absolute: return value.magnitude
    }
}

private func applied(_ sign: Expression.Binary, _ left: Double, _ right: Double) -> Double {
    switch sign {
    case .and: return isTrue(left) && isTrue(right) ? 1 : 0
    case .or: return isTrue(left) || isTrue(right) ? 1 : 0
    case .equal: return areEqual(left, right) ? 1 : 0
    case .notEqual: return areEqual(left, right) ? 0 : 1
    case .less: return left < right ? 1 : 0
    case .lessOrEqual: return left <= right ? 1 : 0
    case .greater: return left > right ? 1 : 0
    case .greaterOrEqual: return left >= right ? 1 : 0
    case .add, .subtract, .multiply, .divide: break
    }
    if left.isNaN || right.isNaN { return .nan }
    if left.isInfinite || right.isInfinite { return .infinity }
    switch sign {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    default: return left / right
    }
}

private func areEqual(_ left: Double, _ right: Double) -> Bool {
    if left.isNaN || right.isNaN { return left.isNaN && right.isNaN }
    if left.isInfinite || right.isInfinite { return left.isInfinite && right.isInfinite }
    return (left - right).magnitude < 0.0000001
}

/// Puts an expression into steps.
private struct StepMaker {
    var steps: [CompiledExpression.Step] = []
    var variables: [String] = []
    var deepest = 0
    private var depth = 0

    mutating func add(_ expression: Expression) {
        switch expression {
        case .number(let value): push(.number(value))
        case .variable(let name): push(.variable(index(of: name)))
        case .parenthesised(let inner): add(inner)
        case .unary(let sign, let operand):
            add(operand)
            steps.append(.unary(sign))
        case .binary(let sign, let left, let right) where sign == .and || sign == .or:
            addShort(left, right, endsWhen: sign == .or)
        case .binary(let sign, let left, let right):
            add(left)
            add(right)
            steps.append(.binary(sign))
            depth -= 1
        case .choice(let condition, let yes, let no): addChoice(condition, yes, no)
        }
    }

    /// The right side counts only where the left has not decided.
    private mutating func addShort(_ left: Expression, _ right: Expression, endsWhen decides: Bool) {
        add(left)
        let test = reserve()
        add(right)
        steps.append(.truth)
        let over = reserve(popping: false)
        steps[test] = .skipIf(decides, to: steps.count)
        depth -= 1
        push(.number(decides ? 1 : 0))
        steps[over] = .skip(to: steps.count)
    }

    private mutating func addChoice(_ condition: Expression, _ yes: Expression, _ no: Expression) {
        add(condition)
        let test = reserve()
        add(yes)
        let over = reserve(popping: false)
        steps[test] = .skipIf(false, to: steps.count)
        depth -= 1
        add(no)
        steps[over] = .skip(to: steps.count)
    }

    /// Room for a step whose target is known later.
    private mutating func reserve(popping: Bool = true) -> Int {
        steps.append(.truth)
        if popping { depth -= 1 }
        return steps.count - 1
    }

    private mutating func push(_ step: CompiledExpression.Step) {
        steps.append(step)
        depth += 1
        deepest = max(deepest, depth)
    }

    private mutating func index(of name: String) -> Int {
        if let index = variables.firstIndex(of: name) { return index }
        variables.append(name)
        return variables.count - 1
    }
}
