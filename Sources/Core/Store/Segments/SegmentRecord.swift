import Basics
import System

/// What a record is.
enum RecordKind: UInt8, CaseIterable {
    /// A host's GUID and what it is called.
    case host = 0xA1
    /// A chart and its dimensions; hosts with the same chart share one.
    case definition = 0xA2
    /// A host's chart: which host, which definition.
    case series = 0xA3
    case block = 0xA4
    /// What there is of a host before this is not shown any more.
    case removal = 0xA5
    /// The end of a finished segment, before the trailer.
    case index = 0xA6
}

/// The head of a record: kind, length, a check of these two, and the checksum of all.
///
/// The checksums begin with the segment's number and the record's place, so that a record counts nowhere else.
struct RecordHead: Equatable {
    var kind: RecordKind
    /// Bytes of the payload.
    var length: Int
    /// Bytes of the head itself.
    var size: Int
    /// Checksum of everything before the payload, to go on from.
    private var start: Checksum
    private var sum: UInt32

    /// The longest head.
    static let limit = 12

    /// Bytes of the record.
    var total: Int { size + length }

    /// Reads a head at the beginning of `bytes`, which are those at `offset` of the segment.
    static func read(_ bytes: UnsafeRawBufferPointer, segment: UInt32, offset: Int) -> RecordHead? {
        var reader = ByteReader(bytes)
        guard let byte: UInt8 = reader.number(), let kind = RecordKind(rawValue: byte),
            let length = reader.int(upTo: SegmentFormat.recordLimit)
        else { return nil }
        let start = seed(segment, offset, UnsafeRawBufferPointer(rebasing: bytes[..<reader.position]))
        guard let check: UInt16 = reader.number(), check == short(start), let sum: UInt32 = reader.number() else {
            return nil
        }
        return RecordHead(kind: kind, length: length, size: reader.position, start: start, sum: sum)
    }

    func matches(_ payload: UnsafeRawBufferPointer) -> Bool {
        var checksum = start
        checksum.add(payload)
        return checksum.value == sum
    }

    /// Appends a whole record that will stand at `offset`.
    static func put(
        _ kind: RecordKind,
        _ parts: [UInt8],
        _ more: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        segment: UInt32,
        offset: Int,
        to bytes: inout [UInt8]
    ) {
        var head: [UInt8] = [kind.rawValue]
        head.put(varint: parts.count + more.count)
        var checksum = head.withUnsafeBytes { seed(segment, offset, $0) }
        head.put(short(checksum))
        checksum.add(parts)
        checksum.add(more)
        head.put(checksum.value)
        bytes += head
        bytes += parts
        bytes.append(contentsOf: more)
    }

    private static func seed(_ segment: UInt32, _ offset: Int, _ head: UnsafeRawBufferPointer) -> Checksum {
        var checksum = Checksum()
        checksum.add(segment)
        checksum.add(UInt32(truncatingIfNeeded: offset))
        checksum.add(head)
        return checksum
    }

    private static func short(_ checksum: Checksum) -> UInt16 {
        UInt16(truncatingIfNeeded: checksum.value ^ checksum.value >> 16)
    }
}

/// What stands before a block's payload.
struct BlockHead: Equatable {
    /// Number of the series in this segment.
    var series: UInt32
    /// Unix seconds of the first row.
    var firstTime: Int64
    var rows: Int

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.put(varint: series)
        bytes.put(varint: firstTime)
        bytes.put(varint: rows)
        return bytes
    }

    static func read(_ reader: inout ByteReader) -> BlockHead? {
        guard let series = reader.varint(upTo: SegmentFormat.numberLimit),
            let time = reader.varint(upTo: UInt64(SegmentFormat.timeLimit)), time > 0,
            let rows = reader.int(upTo: SegmentFormat.rowLimit), rows > 0
        else { return nil }
        return BlockHead(series: UInt32(series), firstTime: Int64(time), rows: rows)
    }
}

/// A chart of a host in a segment: number, host, definition.
struct SeriesRecord: Equatable {
    var number: UInt32
    var host: GUID
    var definition: UInt32

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.put(varint: number)
        bytes.put(host)
        bytes.put(varint: definition)
        return bytes
    }

    static func read(_ payload: UnsafeRawBufferPointer) -> SeriesRecord? {
        var reader = ByteReader(payload)
        guard let number = reader.varint(upTo: SegmentFormat.numberLimit), let host = reader.guid(),
            let definition = reader.varint(upTo: SegmentFormat.numberLimit), reader.isAtEnd
        else { return nil }
        return SeriesRecord(number: UInt32(number), host: host, definition: UInt32(definition))
    }
}
