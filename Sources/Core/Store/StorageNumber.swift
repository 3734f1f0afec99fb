/// The 32-bit number that a stored point is (web API §6): about seven significant digits, decimal steps.
///
/// Bits: 0–23 mantissa, 24–26 how many steps, 27 steps of 100 instead of 10, 28 steps multiply instead of divide, 29
/// negative, 30 RESET, 31 there is a point at all. So 0 is "nothing".
public enum StorageNumber {
    /// The code of a missing point: a gap.
    public static let empty: UInt32 = 0
    /// The mark of a point before which its counter was reset or ran over.
    public static let reset: UInt32 = 1 << 30

    static let exists: UInt32 = 1 << 31
    /// The sign.
    public static let negative: UInt32 = 1 << 29
    static let multiplies: UInt32 = 1 << 28
    static let hundreds: UInt32 = 1 << 27
    static let stepsShift: UInt32 = 24
    static let mantissa: UInt32 = 0xff_ffff
    static let largestMantissa = 16_777_215.0
    /// A mantissa below this leaves room for one more decimal.
    static let roomForDecimal = 1_677_726.0

    /// Whether a point carries the RESET mark.
    public static func hasReset(_ code: UInt32) -> Bool { code & reset != 0 }

    /// The code of how anomalous a point is, in per cent: of none that there is anything is known. Keeps the RESET mark.
    static func anomalyRate(_ code: UInt32) -> UInt32 { code == empty ? empty : exists | code & reset }

    /// Whether the value is neither 0 nor a gap.
    static func isNonzero(_ code: UInt32) -> Bool { code & mantissa != 0 }

    /// The value, or `nil` for a gap.
    public static func decode(_ code: UInt32) -> Double? {
        code == empty ? nil : value(code)
    }

    /// The value; NaN for a gap. Without the optional, for loops over many.
    public static func value(_ code: UInt32) -> Double { code == empty ? .nan : valueOrZero(code) }

    /// The value; 0 for a gap.
    @inline(__always)
    static func valueOrZero(_ code: UInt32) -> Double {
        let magnitude = Double(code & mantissa) * decodingFactors[Int(code >> stepsShift & 31)]
        // The sign's bit is moved instead of asked for: it may be anybody's guess.
        return Double(bitPattern: magnitude.bitPattern | UInt64(code & negative) << 34)
    }

    /// A code's value in digits, `digits`·10^`exponent`: exact, unlike a `Double`. Nothing for a gap, whose digits are 0.
    @inline(__always)
    public static func decimal(_ code: UInt32) -> (digits: UInt32, exponent: Int, isNegative: Bool) {
        let steps = Int(code >> stepsShift & 7)
        let exponent = code & multiplies == 0 ? -steps : code & hundreds == 0 ? steps : 2 * steps
        return (code & mantissa, exponent, code & negative != 0)
    }

    /// The code of a value. NaN and infinities are gaps.
    ///
    /// - Parameter flags: 0 or ``reset``.
    public static func encode(_ number: Double, flags: UInt32 = 0) -> UInt32 {
        if number == 0 { return exists | flags }
        let bits = number.bitPattern
        // Between 2^-24 and 2^47, which is nearly everything, the exponent leaves only two scales to choose from. One
        // multiplication instead of several differs in the last bit at most. That matters only beside a border between
        // two results, and there the slow way decides.
        let place = Int(bits >> 52 & 0x7ff) &- (1023 &- 24)
        guard place >= 0, place < finerScale.count else { return encodeSlowly(number, flags: flags) }
        var scale = Int(finerScale[place])
        let magnitude = number.magnitude
        var scaled = magnitude * powersOfTen[scale]
        if scaled > largestMantissa {
            scale &-= 1
            scaled = magnitude * powersOfTen[scale]
        }
        // Adding 2^52 leaves the integer in the low bits, rounded to nearest, ties to even.
        let shifted = scaled + 0x1p52
        let fraction = (scaled - (shifted - 0x1p52)).magnitude
        guard fraction < 0.499_999, scaled < largestMantissa - 1, (scaled - roomForDecimal).magnitude > 8 else {
            return encodeSlowly(number, flags: flags)
        }
        let sign = UInt32(truncatingIfNeeded: bits >> 63) << 29
        return UInt32(truncatingIfNeeded: shifted.bitPattern) & mantissa | stepCodes[scale] | sign | exists | flags
    }

    /// §6 to the letter, step by step.
    @inline(never)
    static func encodeSlowly(_ number: Double, flags: UInt32) -> UInt32 {
        guard number.isFinite else { return empty }
        let sign = number < 0 ? negative : 0
        var magnitude = number.magnitude
        var steps: UInt32 = 0
        if magnitude > largestMantissa {
            let factor: Double = magnitude / 1e7 > largestMantissa ? 100 : 10
            while steps < 7, magnitude > largestMantissa {
                magnitude /= factor
                steps += 1
            }
            let rounded = UInt32(min(magnitude, largestMantissa).rounded(.toNearestOrEven))
            return rounded | steps << stepsShift | multiplies | (factor == 100 ? hundreds : 0) | sign | exists | flags
        }
        while steps < 7, magnitude < roomForDecimal {
            magnitude *= 10
            steps += 1
        }
        if magnitude > largestMantissa {
            magnitude /= 10
            steps -= 1
        }
        return UInt32(magnitude.rounded(.toNearestOrEven)) | steps << stepsShift | sign | exists | flags
    }
}

/// 10^-8 … 10^7.
private let powersOfTen: [Double] = [
    1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
]

/// What the code says about a number that was multiplied by the power at the same place.
private let stepCodes: [UInt32] = [
    0x1800_0000, 0x1700_0000, 0x1600_0000, 0x1500_0000, 0x1400_0000, 0x1300_0000, 0x1200_0000, 0x1100_0000,
    0, 0x0100_0000, 0x0200_0000, 0x0300_0000, 0x0400_0000, 0x0500_0000, 0x0600_0000, 0x0700_0000,
]

/// For the binary exponents from -24 on: the place of the larger power worth trying. If the product is too large, the
/// next smaller one fits.
private let finerScale: [UInt8] = [
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    15, 14, 14, 14, 14, 13, 13, 13, 12, 12, 12, 11, 11, 11, 11, 10, 10, 10, 9, 9, 9, 9, 9, 9,
    8, 8, 8, 7, 7, 7, 6, 6, 6, 5, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2,
]

/// What a mantissa is multiplied by, for the five bits above it.
private let decodingFactors: [Double] = [
    1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7,
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1, 1e2, 1e4, 1e6, 1e8, 1e10, 1e12, 1e14,
]
