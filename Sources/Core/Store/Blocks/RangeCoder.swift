/// One adaptive binary decision: how probable a 0 is, learnt from the decisions so far.
///
/// Bits 4–15: the probability in 4096ths; bits 0–3: how many decisions it has seen, up to the slowest rate.
typealias BitModel = UInt16

extension BitModel {
    static let even: BitModel = 2048 << 4
    /// 1 in 32, for what happens rarely.
    static let rarely: BitModel = (4096 - 128) << 4 | 2

    /// A probability never comes nearer to certainty than this.
    private static let margin: UInt16 = 31
    /// A model's first decisions count for more: 1/2, 1/4, 1/8, then 1/16.
    private static let slowest: UInt16 = 3

    @inline(__always) var probability: UInt32 { UInt32(self >> 4) }

    @inline(__always) mutating func learnZero() {
        let seen = self & 15
        let old = self >> 4
        let new = Swift.min(old &+ ((4096 &- old) >> (seen &+ 1)), 4095 &- Self.margin)
        self = new << 4 | Swift.min(seen &+ 1, Self.slowest)
    }

    @inline(__always) mutating func learnOne() {
        let seen = self & 15
        let old = self >> 4
        let new = Swift.max(old &- (old >> (seen &+ 1)), Self.margin)
        self = new << 4 | Swift.min(seen &+ 1, Self.slowest)
    }
}

/// Writes decisions in as many bits as they are improbable: a range coder with carry (docs/store.md).
struct RangeEncoder {
    private var low: UInt64 = 0
    private var range: UInt32 = .max
    /// The last byte that a carry may still change, and how many 0xff stand behind it.
    private var held: UInt8 = 0
    private var heldCount = 0
    private var isFirst = true
    private(set) var target: UnsafeMutablePointer<UInt8>

    /// - Parameter target: room for what will be written; see ``mostBytes``.
    init(_ target: UnsafeMutablePointer<UInt8>) { self.target = target }

    @inline(__always) mutating func encode(_ bit: Bool, _ model: UnsafeMutablePointer<BitModel>) {
        let bound = (range >> 12) &* model.pointee.probability
        if bit {
            low &+= UInt64(bound)
            range &-= bound
            model.pointee.learnOne()
        } else {
            range = bound
            model.pointee.learnZero()
        }
        while range < 1 << 24 { shift() }
    }

    /// Writes the low `count` bits of a number as they are.
    @inline(__always) mutating func encode(_ bits: UInt64, count: Int) {
        var rest = count
        while rest > 0 {
            let part = min(rest, 12)
            rest &-= part
            range >>= UInt32(truncatingIfNeeded: part)
            low &+=
                UInt64(range)
                &* (bits >> UInt64(truncatingIfNeeded: rest) & (1 << UInt64(truncatingIfNeeded: part) &- 1))
            while range < 1 << 24 { shift() }
        }
    }

    @inline(__always) private mutating func shift() {
        range <<= 8
        shiftLow()
    }

    private mutating func shiftLow() {
        if low < 0xff00_0000 || low > 0xffff_ffff {
            let carry = UInt8(truncatingIfNeeded: low >> 32)
            // Before anything was written there is nothing a carry could change.
            if !isFirst { put(held &+ carry) }
            isFirst = false
            while heldCount > 0 {
                put(0xff &+ carry)
                heldCount &-= 1
            }
            held = UInt8(truncatingIfNeeded: low >> 24)
        } else {
            heldCount &+= 1
        }
        low = low << 8 & 0xffff_ffff
    }

    @inline(__always) private mutating func put(_ byte: UInt8) {
        target.pointee = byte
        target += 1
    }

    /// Ends the code with as few bytes as tell it from others; behind its end a reader sees zeros.
    mutating func finish() {
        // The number of the range that has the most zeros at its end.
        let top = low &+ UInt64(range) &- 1
        var zeros: UInt64 = 32
        while zeros > 0, (top >> zeros) << zeros < low { zeros &-= 1 }
        low = (top >> zeros) << zeros
        for _ in 0..<5 { shiftLow() }
    }
}

/// Reads what ``RangeEncoder`` wrote. Any bytes are a code of something; it never reads beyond the end.
struct RangeDecoder {
    private var range: UInt32 = .max
    private var code: UInt32 = 0
    private var next: UnsafePointer<UInt8>?
    private let end: UnsafePointer<UInt8>?

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        next = bytes.baseAddress
        end = bytes.baseAddress.map { $0 + bytes.count }
        for _ in 0..<4 { code = code << 8 | take() }
    }

    @inline(__always) private mutating func take() -> UInt32 {
        guard let here = next, here != end else { return 0 }
        next = here + 1
        return UInt32(here.pointee)
    }

    @inline(__always) mutating func decode(_ model: UnsafeMutablePointer<BitModel>) -> Bool {
        let bound = (range >> 12) &* model.pointee.probability
        let bit = code >= bound
        if bit {
            code &-= bound
            range &-= bound
            model.pointee.learnOne()
        } else {
            range = bound
            model.pointee.learnZero()
        }
        while range < 1 << 24 {
            range <<= 8
            code = code << 8 | take()
        }
        return bit
    }

    @inline(__always) mutating func decode(count: Int) -> UInt64 {
        var rest = count
        var bits: UInt64 = 0
        while rest > 0 {
            let part = UInt32(truncatingIfNeeded: min(rest, 12))
            rest &-= Int(part)
            range >>= part
            // Only a damaged code can exceed what fits.
            let value = min(code / range, 1 << part &- 1)
            code &-= value &* range
            bits = bits << UInt64(part) | UInt64(value)
            while range < 1 << 24 {
                range <<= 8
                code = code << 8 | take()
            }
        }
        return bits
    }
}
