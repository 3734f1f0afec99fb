private import Glibc

extension Word {
    /// A number with decimals as C's `strtod` reads it: the longest prefix that is one, 0 where there is none. NaN and
    /// infinities in any case are NaN.
    ///
    /// Up to 18 digits, which is nearly everything, are read here; the result is within one unit of its last place.
    @inlinable
    public var decimal: Double {
        var index = 0
        let isNegative = count > 0 && start[0] == 0x2d
        if isNegative { index = 1 }
        var digits: UInt64 = 0
        var seen = 0
        while index < count, case let digit = start[index] &- 0x30, digit <= 9 {
            digits = digits &* 10 &+ UInt64(digit)
            seen &+= 1
            index &+= 1
        }
        var decimals = 0
        if index < count, start[index] == 0x2e {
            index &+= 1
            let point = index
            while index < count, case let digit = start[index] &- 0x30, digit <= 9 {
                digits = digits &* 10 &+ UInt64(digit)
                seen &+= 1
                index &+= 1
            }
            decimals = index &- point
        }
        guard index == count, seen > 0, seen <= 18 else { return slowDecimal }
        let magnitude = Double(digits) / Word.powersOfTen[decimals]
        return isNegative ? 0 - magnitude : magnitude
    }

    /// 10⁰ … 10¹⁸: exact as doubles.
    @usableFromInline static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ]

    /// Whatever is not usual. The longest double that `%0.7f` writes has 318 characters.
    @usableFromInline @inline(never)
    var slowDecimal: Double {
        let length = min(count, 400)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { text in
            for index in 0..<length { text[index] = CChar(bitPattern: start[index]) }
            text[length] = 0
            guard let base = text.baseAddress else { return 0 }
            let value = strtod(base, nil)
            return value.isFinite ? value : .nan
        }
    }
}
