import Basics
import System

/// A record whose checksum is right and whose payload means something.
enum ScannedRecord {
    case host(GUID, String)
    case definition(UInt32, SeriesDefinition)
    case series(SeriesRecord)
    case block(BlockHead)
    case removal(GUID)
    /// Bytes of the index.
    case index(offset: Int, length: Int)

    static func read(_ kind: RecordKind, _ payload: UnsafeRawBufferPointer, at offset: Int) -> ScannedRecord? {
        var reader = ByteReader(payload)
        switch kind {
        case .host:
            guard let guid = reader.guid(), let name = reader.text(), reader.isAtEnd else { return nil }
            return .host(guid, name)
        case .definition:
            guard let number = reader.varint(upTo: SegmentFormat.numberLimit),
                let definition = SeriesDefinition.read(&reader)
            else { return nil }
            return .definition(UInt32(number), definition)
        case .series: return SeriesRecord.read(payload).map { .series($0) }
        case .block: return BlockHead.read(&reader).map { .block($0) }
        case .removal:
            guard let guid = reader.guid(), reader.isAtEnd else { return nil }
            return .removal(guid)
        case .index: return .index(offset: offset, length: payload.count)
        }
    }
}

/// What a scan found.
struct SegmentScan: Sendable {
    var contents: SegmentContents
    /// The number of good records.
    var records = 0
    /// Where the last good record ends.
    var end = SegmentFormat.headerLength
    /// Bytes between good records that are none.
    var damages: [Range<Int>] = []
    /// Bytes after the last good record.
    var tail = 0
    /// Where its index's record begins, if it has one that is good.
    var index: Int?
    /// The highest numbers in use.
    var lastSeries: UInt32?
    var lastDefinition: UInt32?

    /// Whether more series and definitions can have numbers.
    var hasNumbers: Bool { max(lastSeries ?? 0, lastDefinition ?? 0) < SegmentFormat.numberLimit / 2 }
}

/// Reads a segment record by record from its beginning, and after a damaged one goes on at the next that is good.
struct SegmentScanner {
    private let window: ScanWindow
    private let segment: UInt32
    private let size: Int
    /// Bytes that may still be summed in vain: a file made for it could cost a time that grows with its square.
    private var patience: Int

    init(_ file: any StorageFile, segment: UInt32, size: Int) {
        window = ScanWindow(file, size: size)
        self.segment = segment
        self.size = size
        patience = 4 * size + (1 << 20)
    }

    /// - Parameter each: is given each good record with the place and the length of the whole record, and says whether it
    ///   fits to those before.
    mutating func scan(
        factor: UInt32,
        _ each: (ScannedRecord, Int, Int) -> Void = { _, _, _ in }
    ) throws(SystemError) -> SegmentScan {
        var scan = SegmentScan(contents: SegmentContents(stepFactor: factor))
        var offset = SegmentFormat.headerLength
        var damage: Int?
        while offset < size, patience > 0, scan.index == nil {
            guard let (record, length) = try record(at: offset), scan.take(record, at: offset, length) else {
                if damage == nil { damage = offset }
                offset = try next(after: offset)
                continue
            }
            each(record, offset, length)
            if let start = damage { scan.damages.append(start..<offset) }
            damage = nil
            offset += length
            scan.end = offset
        }
        scan.tail = size - scan.end
        return scan
    }

    private mutating func record(at offset: Int) throws(SystemError) -> (ScannedRecord, Int)? {
        guard let head = try head(at: offset), offset + head.total <= size else { return nil }
        let bytes = try window.bytes(at: offset, count: head.total)
        guard bytes.count == head.total else { return nil }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[head.size...])
        guard head.matches(payload) else {
            patience -= head.total
            return nil
        }
        guard let record = ScannedRecord.read(head.kind, payload, at: offset + head.size) else { return nil }
        return (record, head.total)
    }

    private func head(at offset: Int) throws(SystemError) -> RecordHead? {
        let bytes = try window.bytes(at: offset, count: min(RecordHead.limit, size - offset))
        return RecordHead.read(bytes, segment: segment, offset: offset)
    }

    /// Where to look for a record after one that is damaged: behind it if its head is good and another one follows, so that
    /// nothing in its payload is taken for a record; else at the next byte that may begin one.
    private func next(after offset: Int) throws(SystemError) -> Int {
        if let head = try head(at: offset) {
            let end = offset + head.total
            if end == size { return end }
            if end < size, try self.head(at: end) != nil { return end }
        }
        var next = offset + 1
        while next < size {
            let bytes = try window.bytes(at: next, count: min(4096, size - next))
            guard !bytes.isEmpty else { return size }
            if let index = bytes.firstIndex(where: { RecordKind(rawValue: $0) != nil }) { return next + index }
            next += bytes.count
        }
        return size
    }
}

extension SegmentScan {
    /// - Returns: whether the record fits to those before it.
    fileprivate mutating func take(_ record: ScannedRecord, at offset: Int, _ length: Int) -> Bool {
        switch record {
        case .host(let guid, let name): contents.addHost(guid, name, bytes: length)
        case .definition(let number, let definition):
            guard contents.addDefinition(number, definition, offset: offset, bytes: length) else { return false }
            lastDefinition = max(lastDefinition ?? 0, number)
        case .series(let series):
            guard contents.addSeries(series, bytes: length) else { return false }
            lastSeries = max(lastSeries ?? 0, series.number)
        case .block(let head): guard contents.addBlock(head, offset: offset, bytes: length) else { return false }
        case .removal(let guid): contents.addRemoval(guid, offset: offset, bytes: length)
        case .index: index = offset
        }
        records += 1
        return true
    }
}

/// A part of a file in memory that moves along.
private final class ScanWindow {
    private let file: any StorageFile
    private let size: Int
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private var start = 0
    private var count = 0

    init(_ file: any StorageFile, size: Int) {
        self.file = file
        self.size = size
    }

    deinit { buffer.deallocate() }

    /// - Returns: the bytes, valid until the next call; fewer where the file is shorter than it was.
    func bytes(at offset: Int, count wanted: Int) throws(SystemError) -> UnsafeRawBufferPointer {
        if offset < start || offset + wanted > start + count { try fill(at: offset, wanted) }
        let available = max(0, min(wanted, start + count - offset))
        return UnsafeRawBufferPointer(rebasing: buffer[offset - start..<offset - start + available])
    }

    private func fill(at offset: Int, _ wanted: Int) throws(SystemError) {
        if wanted > buffer.count {
            buffer.deallocate()
            buffer = .allocate(byteCount: wanted, alignment: 16)
        }
        start = offset
        count = 0
        let length = min(buffer.count, max(wanted, size - offset))
        count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<length]), at: offset)
    }
}
