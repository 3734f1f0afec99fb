/// A `calc`, `warn` or `crit` as it was understood (health §4).
public indirect enum Expression: Sendable, Hashable {
    case number(Double)
    /// Without `$` and braces.
    case variable(String)
    case unary(Unary, Expression)
    case binary(Binary, Expression, Expression)
    /// The condition, and what counts where it holds and where it doesn't.
    case choice(Expression, Expression, Expression)
    /// Decides how what follows is attached; not printed.
    case parenthesised(Expression)

    public enum Unary: String, Sendable {
        case plus = "+"
        case minus = "-"
        case not = "!"
        case absolute = "abs"
    }

    public enum Binary: String, Sendable {
        case and = "&&"
        case or = "||"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"

        /// How tightly it binds: `&&` and `||` are equal (health §4.2).
        var level: Int {
            switch self {
            case .and, .or: 2
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
            case .add, .subtract: 4
            case .multiply, .divide: 5
            }
        }
    }
}

extension Expression: CustomStringConvertible {
    /// As `calc_parsed` and its like print it: every operation of two operands in parentheses.
    public var description: String {
        switch self {
        case .number(let value): numberText(value)
        case .variable(let name): "${\(name)}"
        case .unary(.absolute, let operand): "abs(\(operand))"
        case .unary(let sign, let operand): "\(sign.rawValue)\(operand)"
        case .binary(let sign, let left, let right): "(\(left) \(sign.rawValue) \(right))"
        case .choice(let condition, let yes, let no): "(\(condition) ? \(yes) : \(no))"
        case .parenthesised(let inner): inner.description
        }
    }
}
