/// Storage numbers as whole multiples of one power of ten, so that their differences are small.
///
/// Most columns are such: counts, percentages with two decimals, sizes in thousandths. A code that is not written the way
/// ``StorageNumber/encode(_:flags:)`` writes its value has no place on a grid.
enum DecimalGrid {
    static let exponents = -7...14
    /// A number's exponent may be so much larger than the grid's: it still fits into 62 bits.
    private static let widest = 11

    /// The exponent of a code whose value is written in full, or `nil`.
    @inline(__always)
    static func exponent(_ code: UInt32) -> Int? {
        guard code & StorageNumber.exists != 0, code & StorageNumber.reset == 0 else { return nil }
        let steps = Int(code >> StorageNumber.stepsShift & 7)
        let digits = code & StorageNumber.mantissa
        if code & StorageNumber.multiplies == 0 {
            guard code & StorageNumber.hundreds == 0, digits >= leastDigits || steps == 7 else { return nil }
            return digits == 0 ? nil : -steps
        }
        guard digits >= leastDigits, steps > 0 else { return nil }
        if code & StorageNumber.hundreds == 0 { return steps }
        return steps >= 4 ? 2 * steps : nil
    }

    /// How many zeros end a code's digits.
    @inline(__always)
    static func trailingZeros(_ code: UInt32) -> Int {
        var digits = code & StorageNumber.mantissa
        var zeros = 0
        if digits % 10_000 == 0 {
            zeros = 4
            digits /= 10_000
        }
        if digits % 100 == 0 {
            zeros &+= 2
            digits /= 100
        }
        return digits % 10 == 0 ? zeros &+ 1 : zeros
    }

    /// How many units of 10^`exponent` a code's value is; `nil` where it is no whole number of them.
    @inline(__always)
    static func units(_ code: UInt32, _ exponent: Int) -> Int64? {
        if code == StorageNumber.exists { return 0 }
        guard let own = Self.exponent(code) else { return nil }
        var units = Int64(code & StorageNumber.mantissa)
        let distance = own &- exponent
        if distance > 0 {
            guard distance <= widest else { return nil }
            units &*= powers[distance]
        } else if distance < 0 {
            guard distance >= -7 else { return nil }
            let (quotient, rest) = units.quotientAndRemainder(dividingBy: powers[-distance])
            guard rest == 0 else { return nil }
            units = quotient
        }
        return code & StorageNumber.negative != 0 ? -units : units
    }

    /// The code of so many units of 10^`exponent`. What ``units(_:_:)`` did not make becomes some code.
    @inline(__always)
    static func code(_ units: Int64, _ exponent: Int) -> UInt32 {
        var digits = units.magnitude
        guard digits != 0 else { return StorageNumber.exists }
        var own = exponent
        while digits > largestDigits {
            digits /= 10
            own &+= 1
        }
        while digits < leastDigits, own > -7 {
            digits &*= 10
            own &-= 1
        }
        let sign = units < 0 ? StorageNumber.negative : 0
        let steps = own <= 0 ? UInt32(truncatingIfNeeded: -own) : UInt32(truncatingIfNeeded: own)
        var scale = StorageNumber.exists | sign
        if own <= 0 {
            scale |= steps << StorageNumber.stepsShift
        } else if own <= 7 {
            scale |= StorageNumber.multiplies | steps << StorageNumber.stepsShift
        } else {
            scale |= StorageNumber.multiplies | StorageNumber.hundreds | (steps / 2 & 7) << StorageNumber.stepsShift
        }
        return scale | UInt32(truncatingIfNeeded: digits)
    }

    private static let leastDigits = 1_677_726
    private static let largestDigits = 16_777_215
}

private let powers: [Int64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000,
]
