/// A short text that changes with the bytes it is made of: what an answer is known by to whoever has it already.
///
/// Not against anybody who wants two answers to look alike: who could make them has them both.
public enum Fingerprint {
    /// 16 hexadecimal digits; some 5 GB/s.
    public static func of(_ bytes: [UInt8]) -> String {
        var hash = bytes.withUnsafeBytes { bytes in
            var hash = mixed(0x9e37_79b9_7f4a_7c15, UInt64(bytes.count))
            var offset = 0
            while offset + 8 <= bytes.count {
                hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var rest: UInt64 = 0
            for byte in bytes[offset...].reversed() { rest = rest << 8 | UInt64(byte) }
            return mixed(hash, rest)
        }
        hash ^= hash >> 29
        hash &*= 0xbf58_476d_1ce4_e5b9
        hash ^= hash >> 32
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9fb2_1c65_1e98_df25
        return product ^ product >> 32
    }
}
