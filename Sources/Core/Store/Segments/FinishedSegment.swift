import Basics
import System

/// A segment that is not written any more: what is known of it without reading its blocks.
struct FinishedSegment: Sendable {
    let number: UInt32
    /// Of the file.
    let name: String
    /// Bytes of the file.
    let size: Int
    /// Where its blocks end.
    let end: Int
    /// Where the index begins in the file; the whole index where the file has none that is good.
    let index: IndexPlace
    /// Sorted by GUID.
    let hosts: [IndexedHost]
    let removals: [SegmentContents.Removal]
    let span: TimeSpan?
    let blocks: Int
    /// Bytes of the file that are no blocks.
    let overhead: Int

    enum IndexPlace: Sendable {
        case file(Int)
        case memory([UInt8])
    }

    func host(_ guid: GUID) -> IndexedHost? {
        var low = 0
        var high = hosts.count
        while low < high {
            let middle = (low + high) / 2
            if hosts[middle].guid < guid { low = middle + 1 } else { high = middle }
        }
        return low < hosts.count && hosts[low].guid == guid ? hosts[low] : nil
    }
}

extension FinishedSegment {
    /// One that was scanned, because it has no index that is good.
    init(_ scan: SegmentScan, number: UInt32, name: String, size: Int) {
        let made = SegmentIndex(of: scan.contents)
        self.init(
            number: number,
            name: name,
            size: size,
            end: scan.end,
            index: .memory(Array(made.bytes[..<made.tableOffset])),
            hosts: made.table.hosts,
            removals: made.table.removals,
            span: scan.contents.span,
            blocks: scan.contents.blocks,
            overhead: scan.contents.definitionBytes
        )
    }

    init(_ trailer: SegmentTrailer, _ table: HostTable, number: UInt32, name: String, size: Int) {
        self.init(
            number: number,
            name: name,
            size: size,
            end: Int(trailer.recordOffset),
            index: .file(Int(trailer.indexOffset)),
            hosts: table.hosts,
            removals: table.removals,
            span: trailer.last < trailer.first ? nil : TimeSpan(first: trailer.first, last: trailer.last),
            blocks: Int(trailer.blocks),
            overhead: Int(trailer.definitionBytes) + size - Int(trailer.recordOffset)
        )
    }
}

/// What a file with a segment's name turns out to be. Looking changes nothing.
enum SegmentLoading {
    /// Its trailer and table of hosts are good.
    case finished(FinishedSegment, names: [GUID: String])
    /// It has no index that is good: either it was not finished, or it is damaged.
    case scanned(SegmentScan, number: UInt32, header: SegmentHeader?)
    /// Made by somebody else: a later version, another store, or no segment at all.
    case foreign(reason: String)
    /// A segment that had only just begun when its writer died: nothing is in it.
    case unborn

    /// - Parameters:
    ///   - named: the number in the file's name.
    ///   - purpose: whose segments are expected; `nil` takes all.
    static func load(
        _ file: any StorageFile,
        name: String,
        named: UInt32,
        purpose: UInt16?,
        stepFactor: UInt32?
    ) throws(SystemError) -> SegmentLoading {
        let size = try file.size()
        guard size <= SegmentFormat.fileLimit else { return .foreign(reason: "it is longer than any segment") }
        let beginning = try file.bytes(at: 0, count: min(size, SegmentFormat.headerLength))
        var header: SegmentHeader?
        switch SegmentHeader.read(beginning) {
        case .good(let read):
            if let purpose, read.purpose != purpose { return .foreign(reason: "it belongs to another store") }
            if let stepFactor, read.stepFactor != stepFactor {
                return .foreign(reason: "its points are \(read.stepFactor) times wider, not \(stepFactor)")
            }
            header = read
        case .newer(let version): return .foreign(reason: "its version is \(version)")
        case .damaged:
            if size < SegmentFormat.headerLength {
                return isBeginning(beginning) ? .unborn : .foreign(reason: noSegment)
            }
        }
        let number = header?.number ?? named
        let factor = header?.stepFactor ?? stepFactor ?? 1
        if header != nil, let (segment, names) = try finished(file, size: size, number: number, name: name) {
            return .finished(segment, names: names)
        }
        var scanner = SegmentScanner(file, segment: number, size: size)
        let scan = try scanner.scan(factor: factor)
        if header == nil, scan.records == 0 { return .foreign(reason: noSegment) }
        return .scanned(scan, number: number, header: header)
    }

    private static let noSegment = "it is no segment"

    /// Whether so far a header was being written.
    private static func isBeginning(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 == 0 } || bytes.prefix(8).elementsEqual(SegmentFormat.magic.prefix(bytes.count))
    }

    private static func finished(
        _ file: any StorageFile,
        size: Int,
        number: UInt32,
        name: String
    ) throws(SystemError) -> (FinishedSegment, [GUID: String])? {
        let offset = size - SegmentFormat.trailerLength
        guard offset > SegmentFormat.headerLength else { return nil }
        let last = try file.bytes(at: offset, count: SegmentFormat.trailerLength)
        guard let trailer = SegmentTrailer.read(last, segment: number, offset: offset) else { return nil }
        let tableOffset = Int(trailer.indexOffset) + Int(trailer.tableOffset)
        let bytes = try file.bytes(at: tableOffset, count: Int(trailer.indexLength - trailer.tableOffset))
        guard Checksum.of(bytes) == trailer.tableSum,
            let table = HostTable.read(bytes, limit: Int(trailer.tableOffset))
        else { return nil }
        return (FinishedSegment(trailer, table, number: number, name: name, size: size), table.names)
    }
}
