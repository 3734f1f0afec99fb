/// How the points of a row become one value (web API §7.4).
public struct Grouping: Sendable, Equatable {
    public enum Function: Sendable {
        case average, sum, minimum, maximum, median, trimmedMedian, trimmedMean, percentile
        case incrementalSum, standardDeviation, coefficientOfVariation
        case singleExponential, doubleExponential, countIf
    }

    public let function: Function
    /// The percentage of `percentile` and of the trimmed functions (a median trims 0); nothing to the others.
    public let percent: Double
    /// The name a reply gives it.
    public let name: String

    public static let average = Grouping(function: .average, percent: 0, name: "average")
    public static let sum = Grouping(function: .sum, percent: 0, name: "sum")

    /// Reads the parameter `group`; unknown names mean average.
    public init(named text: String) { self = Self.known(as: text) ?? .average }

    /// `nil` where no function has this name.
    public static func known(as text: String) -> Grouping? {
        if let known = plain[text] { return known }
        for (prefix, function, percents, standard) in families where text.hasPrefix(prefix) {
            let suffix = text.dropFirst(prefix.count)
            guard let percent = suffix.isEmpty ? standard : Int(suffix), percents.contains(percent) else { continue }
            return Grouping(function: function, percent: Double(percent), name: prefix + String(percent))
        }
        return nil
    }

    private init(function: Function, percent: Double, name: String) {
        self.function = function
        self.percent = percent
        self.name = name
    }

    private static let plain: [String: Grouping] = {
        let names: [(Function, [String])] = [
            (.average, ["average", "mean"]), (.sum, ["sum"]), (.minimum, ["min"]), (.maximum, ["max"]),
            (.median, ["median"]), (.incrementalSum, ["incremental_sum", "incremental-sum"]),
            (.standardDeviation, ["stddev"]), (.coefficientOfVariation, ["cv", "rsd"]),
            (.singleExponential, ["ses", "ema", "ewma"]), (.doubleExponential, ["des"]), (.countIf, ["countif"]),
        ]
        var table: [String: Grouping] = [:]
        for (function, spellings) in names {
            for spelling in spellings { table[spelling] = Grouping(function: function, percent: 0, name: spellings[0]) }
        }
        return table
    }()

    private static let families: [(String, Function, [Int], Int)] = [
        ("trimmed-median", .trimmedMedian, [1, 2, 3, 5, 10, 15, 20, 25], 5),
        ("trimmed-mean", .trimmedMean, [1, 2, 3, 5, 10, 15, 20, 25], 5),
        ("percentile", .percentile, [25, 50, 75, 80, 90, 95, 97, 98, 99], 95),
    ]
}

extension Grouping {
    /// The percentage in force: `group_options` overrides the name's, within what the function can do.
    func percent(options: String) -> Double {
        guard !options.isEmpty else { return percent }
        let limit: Double = function == .percentile ? 100 : 50
        return min(max(leadingNumber(options[...]), 0), limit)
    }
}

/// The comparison of `countif`: an operator, then a number.
///
/// What is neither is read as the original reads it: one character is taken for an operator meaning "equal", and
/// a number that isn't there is 0.
struct Comparison {
    enum Operator { case equal, different, less, lessOrEqual, greater, greaterOrEqual }

    let comparison: Operator
    let operand: Double

    init(_ text: String) {
        var rest = text.drop(while: \.isWhitespace)
        func take(_ characters: Character...) -> Bool {
            guard let next = rest.first, characters.contains(next) else { return false }
            rest = rest.dropFirst()
            return true
        }
        switch rest.popFirst() {
        case "!":
            _ = take("=", ":")
            comparison = .different
        case ">": comparison = take("=", ":") ? .greaterOrEqual : .greater
        case "<": comparison = take(">") ? .different : take("=", ":") ? .lessOrEqual : .less
        default: comparison = .equal
        }
        operand = leadingNumber(rest.drop(while: \.isWhitespace))
    }

    func holds(_ value: Double) -> Bool {
        switch comparison {
        case .equal: value == operand
        case .different: value != operand
        case .less: value < operand
        case .lessOrEqual: value <= operand
        case .greater: value > operand
        case .greaterOrEqual: value >= operand
        }
    }
}

/// The decimal number a text starts with; 0 where there is none. No hexadecimal digits, no infinities.
private func leadingNumber(_ text: Substring) -> Double {
    var end = text.startIndex
    var seenDigit = false
    scan: for index in text.indices.prefix(64) {
        switch text[index] {
        case "0"..."9": seenDigit = true
        case "-", "+": if index != text.startIndex { break scan }
        case ".": if text[..<index].contains(".") { break scan }
        default: break scan
        }
        end = text.index(after: index)
    }
    return seenDigit ? Double(text[..<end]) ?? 0 : 0
}
