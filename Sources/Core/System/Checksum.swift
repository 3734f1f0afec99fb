internal import CLinux

/// CRC-32C, by the processor's instruction where it has one: some 10 GB/s, and 1 GB/s without.
public struct Checksum: Sendable, Equatable {
    /// The checksum of all that was added.
    public private(set) var value: UInt32

    /// - Parameter value: that of the bytes before, to go on from there.
    public init(after value: UInt32 = 0) { self.value = value }

    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        value = nd_crc32c(value, bytes.baseAddress, bytes.count)
    }

    /// Adds four bytes, the lowest first.
    public mutating func add(_ number: UInt32) {
        withUnsafeBytes(of: number.littleEndian) { add($0) }
    }

    public mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        nd_crc32c(0, bytes.baseAddress, bytes.count)
    }

    public static func of(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { of($0) } }

    /// The same without the instruction.
    static func byTable(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { nd_crc32c_table(0, $0.baseAddress, $0.count) }
    }
}
