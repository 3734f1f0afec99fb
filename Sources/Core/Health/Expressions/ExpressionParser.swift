/// Why a text is no expression, and what was left of it (health §4.3).
public struct ExpressionError: Error, Equatable, Sendable {
    public enum Reason: String, Sendable {
        case expectedOperand = "expected operand"
        case missingParenthesis = "missing closing parenthesis"
        case remaining = "remaining characters after expression"
        case missingChoice = "missing second sub-expression of inline conditional"
        /// Ours: what would need more of the stack than anybody may take.
        case tooDeep = "too many nested parentheses"
    }

    public let reason: Reason
    /// The text from where it was not understood.
    public let rest: String
}

extension Expression {
    /// Reads an expression.
    ///
    /// A fold from the left: an operand, then again and again an operator and one operand. An operator that binds more tightly
    /// than the one at the top takes that one's right side; only the top is looked at (health §4.2), which is not what C does:
    /// `5 > 3 ? 10 : 20` is `5 > (3 ? 10 : 20)`.
    /// - Throws: ``ExpressionError``.
    public init(_ text: String) throws(ExpressionError) {
        var parser = ExpressionParser(text)
        let expression = try parser.expression(depth: 0)
        parser.skipSpaces()
        guard parser.isAtEnd else { throw parser.error(.remaining) }
        self = expression
    }

    /// Attaches an operation that follows.
    fileprivate func followed(level: Int, by attach: (Expression) -> Expression) -> Expression {
        guard case .binary(let top, let left, let right) = self, level > top.level else { return attach(self) }
        return .binary(top, left, attach(right))
    }
}

private struct ExpressionParser {
    private let text: [UInt8]
    private var position = 0

    private static let deepest = 200

    init(_ text: String) { self.text = Array(text.utf8) }

    var isAtEnd: Bool { position >= text.count }

    func error(_ reason: ExpressionError.Reason) -> ExpressionError {
        ExpressionError(reason: reason, rest: String(decoding: text[min(position, text.count)...], as: UTF8.self))
    }

    mutating func skipSpaces() {
        while let byte = peek(), byte == 0x20 || (9...13).contains(byte) { position += 1 }
    }

    /// Up to what ends it: the end, a closing parenthesis, the colon of a choice, or what is no operator.
    mutating func expression(depth: Int) throws(ExpressionError) -> Expression {
        guard depth < Self.deepest else { throw error(.tooDeep) }
        var tree = try operand(depth)
        while true {
            skipSpaces()
            if takeQuestionMark() {
                let yes = try operand(depth)
                skipSpaces()
                guard take(":") else { throw error(.missingChoice) }
                let no = try operand(depth)
                tree = tree.followed(level: 7) { .choice($0, yes, no) }
            } else if let sign = try binary() {
                let right = try operand(depth)
                tree = tree.followed(level: sign.level) { .binary(sign, $0, right) }
            } else {
                return tree
            }
        }
    }

    // MARK: Operands

    private mutating func operand(_ depth: Int) throws(ExpressionError) -> Expression {
        guard depth < Self.deepest else { throw error(.tooDeep) }
        skipSpaces()
        if let sign = unary() { return .unary(sign, try operand(depth + 1)) }
        if takeWord("abs(") || takeWord("ABS(") {
            return .unary(.absolute, try closed(try expression(depth: depth + 1)))
        }
        if take("(") { return .parenthesised(try closed(try expression(depth: depth + 1))) }
        if let name = variable() { return .variable(name) }
        if let value = number() { return .number(value) }
        throw error(isAtEnd ? .expectedOperand : .remaining)
    }

    private mutating func closed(_ inner: Expression) throws(ExpressionError) -> Expression {
        skipSpaces()
        // The original names what it wanted next rather than the parenthesis, at the end of the text.
        guard take(")") else { throw error(isAtEnd ? .expectedOperand : .missingParenthesis) }
        return inner
    }

    private mutating func unary() -> Expression.Unary? {
        if followed("!", isWord: false) { return .not }
        if followed("+", isWord: false) { return .plus }
        if followed("-", isWord: false) { return .minus }
        return followed("not", isWord: true) ? .not : nil
    }

    /// `$name` or `${any text}`.
    private mutating func variable() -> String? {
        guard peek() == UInt8(ascii: "$") else { return nil }
        let start: Int
        var end: Int
        if peek(1) == UInt8(ascii: "{") {
            start = position + 2
            guard let close = text[start...].firstIndex(of: UInt8(ascii: "}")), close > start else { return nil }
            end = close
            position = close + 1
        } else {
            start = position + 1
            end = start
            while end < text.count, Self.isNamePart(text[end]) { end += 1 }
            guard end > start else { return nil }
            position = end
        }
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    /// A decimal number as C writes it, `nan` or `inf`.
    private mutating func number() -> Double? {
        if takeWord("nan") { return .nan }
        if takeWord("inf") { return .infinity }
        var end = position
        func digits() -> Int {
            let start = end
            while end < text.count, (0x30...0x39).contains(text[end]) { end += 1 }
            return end - start
        }
        var count = digits()
        if end < text.count, text[end] == UInt8(ascii: ".") {
            end += 1
            count += digits()
        }
        guard count > 0 else { return nil }
        if end < text.count, text[end] | 0x20 == UInt8(ascii: "e") {
            let before = end
            end += 1
            if end < text.count, text[end] == UInt8(ascii: "+") || text[end] == UInt8(ascii: "-") { end += 1 }
            if digits() == 0 { end = before }
        }
        let word = String(decoding: text[position..<end], as: UTF8.self)
        position = end
        // Swift wants a digit before the point and one behind it.
        let padded = (word.hasPrefix(".") ? "0" : "") + word
        return Double(padded) ?? Double(padded.split(separator: ".").joined(separator: ".0"))
    }

    // MARK: Operators

    private mutating func takeQuestionMark() -> Bool { followed("?", isWord: false) }

    private mutating func binary() throws(ExpressionError) -> Expression.Binary? {
        // Longer ones first; `<>` is understood by nobody, but taken.
        if takeWord("<>") {
            skipSpaces()
            throw error(.remaining)
        }
        for sign in ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/"]
        where followed(sign, isWord: false) {
            return Expression.Binary(rawValue: sign)
        }
        if followed("=", isWord: false) { return .equal }
        if followed("and", isWord: true) {
            // As in 1.37.1: a parenthesis right behind the word belongs to it and is lost.
            _ = take("(")
            return .and
        }
        guard followed("or", isWord: true) else { return nil }
        _ = take("(")
        return .or
    }

    /// Takes an operator, if what follows it is what may follow one.
    private mutating func followed(_ sign: String, isWord: Bool) -> Bool {
        let bytes = Array(sign.utf8)
        guard position + bytes.count <= text.count else { return false }
        for (offset, byte) in bytes.enumerated() {
            let own = text[position + offset]
            guard own == byte || isWord && own | 0x20 == byte else { return false }
        }
        if position + bytes.count < text.count {
            let next = text[position + bytes.count]
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(next | 0x20)
            guard Self.mayFollow.contains(next) || (9...13).contains(next) || isLetter && !isWord else { return false }
        }
        position += bytes.count
        return true
    }

    private static let mayFollow = Array(" ($!-+.0123456789".utf8)

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    // MARK: Bytes

    private func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < text.count ? text[position + offset] : nil
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        guard text[position...].starts(with: bytes) else { return false }
        position += bytes.count
        return true
    }
}
