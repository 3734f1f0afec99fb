/// The little of Protocol Buffers' encoding that remote write needs: fields of three kinds, nested messages.
///
/// https://protobuf.dev/programming-guides/encoding/
struct Protobuf {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
    }

    init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// A string. An empty one is what a missing one is, so it is not written.
    mutating func field(_ number: UInt64, _ text: String) {
        guard !text.isEmpty else { return }
        tag(number, .delimited)
        varint(UInt64(text.utf8.count))
        bytes += text.utf8
    }

    /// An `int64`: negative numbers take ten bytes.
    mutating func field(_ number: UInt64, _ value: Int64) {
        guard value != 0 else { return }
        tag(number, .varint)
        varint(UInt64(bitPattern: value))
    }

    mutating func field(_ number: UInt64, _ value: Double) {
        // Not the same as 0: -0.0 has bits.
        guard value.bitPattern != 0 else { return }
        tag(number, .fixed64)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    /// A message, or anything else whose bytes are there already.
    mutating func field(_ number: UInt64, _ message: [UInt8]) {
        tag(number, .delimited)
        varint(UInt64(message.count))
        bytes += message
    }

    mutating func field(_ number: UInt64, _ body: (inout Protobuf) -> Void) {
        var message = Protobuf()
        body(&message)
        field(number, message.bytes)
    }

    private mutating func tag(_ number: UInt64, _ type: WireType) { varint(number << 3 | type.rawValue) }

    private mutating func varint(_ value: UInt64) { appendVarint(value, to: &bytes) }
}

/// Seven bits a byte, the lowest first; the highest bit of a byte says that more follow.
func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    bytes.append(UInt8(rest))
}
