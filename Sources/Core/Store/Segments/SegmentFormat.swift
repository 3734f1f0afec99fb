import System

/// The numbers of the segment format; docs/store.md has it byte by byte.
enum SegmentFormat {
    static let version: UInt16 = 1
    static let magic: [UInt8] = Array("NDSEGMNT".utf8)
    static let endMagic: [UInt8] = Array("NDSEGEND".utf8)
    static let headerLength = 32
    static let trailerLength = 64

    /// Bytes of one record's payload.
    static let recordLimit = 32 << 20
    /// Bytes of a file: places in it are numbers of 32 bits.
    static let fileLimit = 1 << 30
    /// Rows of one block.
    static let rowLimit = 65_535
    /// Unix seconds: the year 9999 ends.
    static let timeLimit: Int64 = 253_402_300_799
    /// Seconds between two rows.
    static let stepLimit: Int64 = 1 << 36
    static let updateEveryLimit: Int64 = 86_400 * 366
    static let dimensionLimit = 65_535
    static let labelLimit = 10_000
    /// Numbers of series and definitions within a segment.
    static let numberLimit: UInt64 = 1 << 31

    /// `segment-0000000001.nds`
    static func name(_ number: UInt32) -> String {
        let digits = String(number)
        return "segment-" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".nds"
    }

    /// The number in a file's name; `nil` for a name that is none of a segment's.
    static func number(ofName name: String) -> UInt32? {
        guard name.hasPrefix("segment-"), name.hasSuffix(".nds"), name.utf8.count == 22 else { return nil }
        guard let number = UInt32(name.dropFirst(8).dropLast(4)), number > 0, Self.name(number) == name else {
            return nil
        }
        return number
    }
}

/// The first 32 bytes of a segment.
struct SegmentHeader: Sendable, Equatable {
    var version = SegmentFormat.version
    /// Whose: 0 for the first tier, the tier's number, or what else its owner chose. A store takes no other's files.
    var purpose: UInt16
    var number: UInt32
    /// Unix seconds.
    var created: Int64
    /// Seconds between two rows of a block, in units of its chart's update every.
    var stepFactor: UInt32

    var bytes: [UInt8] {
        var bytes = SegmentFormat.magic
        bytes.put(version)
        bytes.put(purpose)
        bytes.put(number)
        bytes.put(UInt64(bitPattern: created))
        bytes.put(stepFactor)
        bytes.put(Checksum.of(bytes))
        return bytes
    }

    /// What the first bytes of a file say.
    enum Reading: Equatable {
        case good(SegmentHeader)
        /// Well-formed, of a version that is not known here.
        case newer(UInt16)
        /// It cannot be trusted; whether anything in the file is a segment's, its records say.
        case damaged
    }

    static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes.count >= SegmentFormat.headerLength else { return .damaged }
        return bytes.withUnsafeBytes { all in
            let all = UnsafeRawBufferPointer(rebasing: all[..<SegmentFormat.headerLength])
            var reader = ByteReader(all)
            guard let magic = reader.take(8), magic.elementsEqual(SegmentFormat.magic),
                let version: UInt16 = reader.number(), let purpose: UInt16 = reader.number(),
                let number: UInt32 = reader.number(), let created: UInt64 = reader.number(),
                let factor: UInt32 = reader.number(), let sum: UInt32 = reader.number(),
                sum == Checksum.of(UnsafeRawBufferPointer(rebasing: all[..<28]))
            else { return .damaged }
            guard version == SegmentFormat.version else { return .newer(version) }
            guard number > 0, factor > 0, factor <= 1 << 16 else { return .damaged }
            return .good(
                SegmentHeader(
                    version: version,
                    purpose: purpose,
                    number: number,
                    created: Int64(bitPattern: created),
                    stepFactor: factor
                )
            )
        }
    }
}
