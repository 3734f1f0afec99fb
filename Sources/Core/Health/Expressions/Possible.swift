/// The values that a part of an expression may have: NaN, either infinity, and a range of numbers (health §4.3).
///
/// It is never too small. Rounding keeps the order of numbers, so the ends of a range are exact.
struct Possible: Equatable {
    var isNaN = false
    var isInfinity = false
    var isMinusInfinity = false
    /// The numbers; none where `low` is above `high`.
    var low = 1.0
    var high = 0.0

    static let most = Double.greatestFiniteMagnitude

    static let anything = Possible(isNaN: true, isInfinity: true, isMinusInfinity: true, low: -most, high: most)

    static let zero = Possible(0)
    static let one = Possible(1)

    init(isNaN: Bool, isInfinity: Bool, isMinusInfinity: Bool, low: Double, high: Double) {
        self.isNaN = isNaN
        self.isInfinity = isInfinity
        self.isMinusInfinity = isMinusInfinity
        self.low = low
        self.high = high
    }

    init(_ value: Double) {
        include(value)
    }

    init(_ range: ClosedRange<Double>) {
        include(range.lowerBound)
        include(range.upperBound)
    }

    var hasNumbers: Bool { low <= high }
    var isInfinite: Bool { isInfinity || isMinusInfinity }
    var isEmpty: Bool { !isNaN && !isInfinite && !hasNumbers }

    var mayBeTrue: Bool { isInfinite || hasNumbers && (low != 0 || high != 0) }
    var mayBeFalse: Bool { isNaN || contains(0) }

    /// What an evaluation that doesn't fail may give.
    var mayBeFiniteTruth: Bool { hasNumbers && (low != 0 || high != 0) }

    func contains(_ number: Double) -> Bool { low <= number && number <= high }

    /// Infinities and numbers; `nil` where it can only be NaN.
    private var ordered: (least: Double, greatest: Double)? {
        guard isInfinite || hasNumbers else { return nil }
        let least = isMinusInfinity ? -Double.infinity : hasNumbers ? low : .infinity
        let greatest = isInfinity ? Double.infinity : hasNumbers ? high : -.infinity
        return (least, greatest)
    }

    var least: Double? { ordered?.least }
    var greatest: Double? { ordered?.greatest }

    mutating func include(_ value: Double) {
        if value.isNaN {
            isNaN = true
        } else if value.isInfinite {
            if value > 0 { isInfinity = true } else { isMinusInfinity = true }
        } else {
            (low, high) = hasNumbers ? (min(low, value), max(high, value)) : (value, value)
        }
    }

    // MARK: Less of it

    func intersection(_ other: Possible) -> Possible {
        Possible(
            isNaN: isNaN && other.isNaN,
            isInfinity: isInfinity && other.isInfinity,
            isMinusInfinity: isMinusInfinity && other.isMinusInfinity,
            low: hasNumbers && other.hasNumbers ? max(low, other.low) : 1,
            high: hasNumbers && other.hasNumbers ? min(high, other.high) : 0
        )
    }

    var withoutNaN: Possible {
        var rest = self
        rest.isNaN = false
        return rest
    }

    /// NaN stays.
    func under(_ bound: Double, isStrict: Bool) -> Possible {
        var rest = self
        if bound < .infinity || isStrict { rest.isInfinity = false }
        if bound == -.infinity, isStrict { rest.isMinusInfinity = false }
        rest.high = min(high, isStrict ? bound.nextDown : bound)
        return rest
    }

    /// NaN stays.
    func over(_ bound: Double, isStrict: Bool) -> Possible {
        var rest = self
        if bound > -.infinity || isStrict { rest.isMinusInfinity = false }
        if bound == .infinity, isStrict { rest.isInfinity = false }
        rest.low = max(low, isStrict ? bound.nextUp : bound)
        return rest
    }

    var whereTrue: Possible {
        var rest = withoutNaN
        if rest.low == 0 { rest.low = Double.leastNonzeroMagnitude }
        if rest.high == 0 { rest.high = -Double.leastNonzeroMagnitude }
        return rest
    }

    var whereFalse: Possible {
        var rest = self
        rest.isInfinity = false
        rest.isMinusInfinity = false
        (rest.low, rest.high) = contains(0) ? (0, 0) : (1, 0)
        return rest
    }
}

// MARK: Arithmetic

extension Possible {
    func applying(_ sign: Expression.Unary) -> Possible {
        var result = Possible(isNaN: isNaN, isInfinity: isInfinite, isMinusInfinity: false, low: 1, high: 0)
        switch sign {
        case .not:
            result = Possible(isNaN: false, isInfinity: false, isMinusInfinity: false, low: 1, high: 0)
            if mayBeTrue { result.include(0) }
            if mayBeFalse { result.include(1) }
            return result
        case .plus: (result.low, result.high) = (low, high)
        case .minus: if hasNumbers { (result.low, result.high) = (-high, -low) }
        case .absolute:
            guard hasNumbers else { break }
            result.include(low.magnitude)
            result.include(high.magnitude)
            if contains(0) { result.include(0) }
        }
        return result
    }

    func combined(_ sign: Expression.Binary, _ other: Possible) -> Possible {
        let canBeInfinite =
            isInfinite && (other.isInfinite || other.hasNumbers) || other.isInfinite && (isInfinite || hasNumbers)
        var result = Possible(
            isNaN: isNaN || other.isNaN,
            isInfinity: canBeInfinite,
            isMinusInfinity: false,
            low: 1,
            high: 0
        )
        guard hasNumbers, other.hasNumbers else { return result }
        if sign == .divide, other.contains(0) {
            result.include(.infinity)
            result.include(-.infinity)
            if contains(0) { result.isNaN = true }
            if other.low == other.high { return result }
            result.include(-Self.most)
            result.include(Self.most)
            return result
        }
        for left in [low, high] {
            for right in [other.low, other.high] {
                let corner = Self.value(sign, left, right)
                // Beyond the greatest number lie all of them first.
                if corner.isInfinite { result.include(corner > 0 ? Self.most : -Self.most) }
                result.include(corner)
            }
        }
        return result
    }

    private static func value(_ sign: Expression.Binary, _ left: Double, _ right: Double) -> Double {
        switch sign {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        default: left / right
        }
    }
}
