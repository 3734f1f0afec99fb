/// A machine GUID or an API key: 16 bytes, written as 8-4-4-4-12 hexadecimal digits.
///
/// Any case is read, as the C library's `uuid_parse` does; lower case is written.
public struct GUID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The first and the last eight bytes, big-endian.
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads exactly 36 characters; anything else, braces and prefixes included, is `nil`.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        let parsed = text.withUTF8 { GUID($0) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Reads exactly 36 bytes of ASCII.
    public init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count == 36 else { return nil }
        var digits: (UInt64, UInt64) = (0, 0)
        var count = 0
        for (index, byte) in bytes.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = hexadecimalDigit(byte) else { return nil }
            if count < 16 { digits.0 = digits.0 << 4 | UInt64(digit) } else { digits.1 = digits.1 << 4 | UInt64(digit) }
            count += 1
        }
        self.init(high: digits.0, low: digits.1)
    }

    /// A version-4 GUID from 16 random bytes (RFC 9562 §5.4): six of the bits say that it is one.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == 16, "a GUID is made of 16 bytes")
        let high = bytes[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = bytes[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(high: high & ~0xf000 | 0x4000, low: low & ~(3 << 62) | 1 << 63)
    }

    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append(UInt8(ascii: "-")) }
            let word = index < 16 ? high : low
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - index % 16 * 4)) & 15
            text.append(nibble < 10 ? nibble + 48 : nibble + 87)
        }
        return String(decoding: text, as: UTF8.self)
    }

    public static func < (one: GUID, other: GUID) -> Bool {
        (one.high, one.low) < (other.high, other.low)
    }
}

/// The value of an ASCII hexadecimal digit.
public func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
}
