import Basics

extension GUID {
    /// One that is made of names, and of the same names the same each time: FNV-1a over them, twice from different beginnings.
    init(naming names: [String]) {
        var hashes: (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x6c62_272e_07bb_0142)
        func take(_ byte: UInt8) {
            hashes.0 = (hashes.0 ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            hashes.1 = (hashes.1 ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        for name in names {
            for byte in name.utf8 { take(byte) }
            // No byte of a text: so that "ab", "c" is something else than "a", "bc".
            take(0xff)
        }
        let bytes = [hashes.0, hashes.1].flatMap { hash in (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) } }
        self.init(random: bytes)
    }
}
