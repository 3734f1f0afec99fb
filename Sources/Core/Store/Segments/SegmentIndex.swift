import Basics
import System

/// What is kept in memory of a host in a finished segment: 48 bytes.
struct IndexedHost: Sendable {
    var guid: GUID
    /// Unix seconds.
    var first: Int64
    var last: Int64
    /// Its directory in the index.
    var offset: UInt32
    var length: UInt32
    var sum: UInt32
    /// Of its block records.
    var bytes: UInt32

    var span: TimeSpan { TimeSpan(first: first, last: last) }
}

/// The index of a finished segment: per host a directory (series, and their blocks), then the table of hosts.
struct SegmentIndex: Sendable {
    /// All of it as it stands in the file.
    var bytes: [UInt8] = []
    /// Where the table of hosts begins in ``bytes``.
    var tableOffset = 0
    var table = HostTable()

    var tableBytes: ArraySlice<UInt8> { bytes[tableOffset...] }

    init(of contents: SegmentContents) {
        for (guid, part) in contents.hosts.sorted(by: { $0.key < $1.key }) {
            // A host may be named without having blocks.
            let span = part.span ?? TimeSpan(first: 0, last: -1)
            let start = bytes.count
            SegmentDirectory.put(contents.series(of: guid), factor: contents.stepFactor, to: &bytes)
            table.hosts.append(
                IndexedHost(
                    guid: guid,
                    first: span.first,
                    last: span.last,
                    offset: UInt32(start),
                    length: UInt32(bytes.count - start),
                    sum: bytes[start...].withUnsafeBytes { Checksum.of($0) },
                    bytes: UInt32(part.bytes)
                )
            )
            table.names[guid] = part.name
        }
        table.removals = contents.removals
        tableOffset = bytes.count
        table.put(to: &bytes)
    }
}

/// The hosts of a segment.
struct HostTable: Sendable {
    /// Sorted by GUID.
    var hosts: [IndexedHost] = []
    var names: [GUID: String] = [:]
    var removals: [SegmentContents.Removal] = []

    func put(to bytes: inout [UInt8]) {
        bytes.put(varint: hosts.count)
        for host in hosts {
            bytes.put(host.guid)
            bytes.put(host.first)
            bytes.put(host.last)
            bytes.put(host.offset)
            bytes.put(host.length)
            bytes.put(host.sum)
            bytes.put(host.bytes)
            bytes.put(names[host.guid] ?? "")
        }
        bytes.put(varint: removals.count)
        for removal in removals {
            bytes.put(removal.host)
            bytes.put(removal.offset)
        }
    }

    /// - Parameter limit: where the directories end.
    static func read(_ bytes: [UInt8], limit: Int) -> HostTable? {
        bytes.withUnsafeBytes { all in
            var reader = ByteReader(all)
            var table = HostTable()
            guard let count = reader.int(upTo: all.count / 49) else { return nil }
            table.hosts.reserveCapacity(count)
            for _ in 0..<count {
                guard let guid = reader.guid(), let first: Int64 = reader.number(), let last: Int64 = reader.number(),
                    let offset: UInt32 = reader.number(), let length: UInt32 = reader.number(),
                    let sum: UInt32 = reader.number(), let size: UInt32 = reader.number(), let name = reader.text(),
                    Int(offset) + Int(length) <= limit, first >= 0, last <= SegmentFormat.timeLimit,
                    table.hosts.last.map({ $0.guid < guid }) ?? true
                else { return nil }
                table.hosts.append(
                    IndexedHost(
                        guid: guid,
                        first: first,
                        last: last,
                        offset: offset,
                        length: length,
                        sum: sum,
                        bytes: size
                    )
                )
                if !name.isEmpty { table.names[guid] = name }
            }
            guard let removals = reader.int(upTo: all.count / 20) else { return nil }
            for _ in 0..<removals {
                guard let host = reader.guid(), let offset: UInt32 = reader.number() else { return nil }
                table.removals.append(SegmentContents.Removal(host: host, offset: offset))
            }
            return reader.isAtEnd ? table : nil
        }
    }
}

/// A host's directory: its series in a segment with their blocks.
enum SegmentDirectory {
    static func put(_ series: [IndexedSeries], factor: Int64, to bytes: inout [UInt8]) {
        bytes.put(varint: series.count)
        for one in series {
            var rest: [UInt8] = []
            rest.put(varint: one.updateEvery)
            rest.put(varint: one.number)
            rest.put(varint: one.definition)
            rest.put(varint: one.blocks.count)
            var offset: UInt32 = 0
            var time: Int64 = 0
            for block in one.blocks {
                rest.put(varint: block.offset - offset)
                rest.put(varint: block.length)
                rest.put(signed: block.firstTime - time)
                rest.put(varint: block.rows)
                offset = block.offset
                time = block.firstTime + Int64(block.rows) * Int64(one.updateEvery) * factor
            }
            bytes.put(one.hash)
            bytes.put(varint: rest.count)
            bytes += rest
        }
    }

    /// - Parameters:
    ///   - hash: only the series with it; `nil`: all.
    ///   - end: where the segment's blocks end.
    /// - Returns: `nil` where it is no directory.
    static func read(_ bytes: [UInt8], hash wanted: UInt64? = nil, factor: Int64, end: Int) -> [IndexedSeries]? {
        bytes.withUnsafeBytes { all in
            var reader = ByteReader(all)
            guard let count = reader.int(upTo: all.count) else { return nil }
            var list: [IndexedSeries] = []
            for _ in 0..<count {
                guard let hash: UInt64 = reader.number(), let length = reader.int(upTo: reader.rest),
                    let rest = reader.take(length)
                else { return nil }
                if let wanted, hash != wanted { continue }
                guard let series = read(rest, hash, factor, end) else { return nil }
                list.append(series)
            }
            return reader.isAtEnd ? list : nil
        }
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer,
        _ hash: UInt64,
        _ factor: Int64,
        _ end: Int
    ) -> IndexedSeries? {
        var reader = ByteReader(bytes)
        guard let updateEvery = reader.int(upTo: Int(SegmentFormat.updateEveryLimit)), updateEvery > 0,
            let number = reader.varint(upTo: SegmentFormat.numberLimit), let definition = reader.int(upTo: end),
            let count = reader.int(upTo: reader.rest / 4)
        else { return nil }
        var series = IndexedSeries(
            hash: hash,
            updateEvery: updateEvery,
            number: UInt32(number),
            definition: UInt32(definition)
        )
        series.blocks.reserveCapacity(count)
        let step = Int64(updateEvery) * factor
        var offset = 0
        var expected: Int64 = 0
        for _ in 0..<count {
            guard let further = reader.int(upTo: end), let length = reader.int(upTo: end),
                let difference = reader.signed(), let rows = reader.int(upTo: SegmentFormat.rowLimit), rows > 0,
                further > 0, offset + further + length <= end
            else { return nil }
            let (time, overflow) = expected.addingReportingOverflow(difference)
            guard !overflow, time > 0, time <= SegmentFormat.timeLimit else { return nil }
            let place = BlockPlace(
                offset: UInt32(offset + further),
                length: UInt32(length),
                rows: UInt32(rows),
                firstTime: time
            )
            guard place.lastTime(step: step) <= SegmentFormat.timeLimit else { return nil }
            series.blocks.append(place)
            offset += further
            expected = time + Int64(rows) * step
        }
        return reader.isAtEnd ? series : nil
    }
}

/// The last 64 bytes of a finished segment.
struct SegmentTrailer: Sendable, Equatable {
    /// Where the index's record begins, and so where the blocks end.
    var recordOffset: UInt32
    /// Where the index itself begins.
    var indexOffset: UInt32
    /// Bytes of the index.
    var indexLength: UInt32
    /// Where in the index the table of hosts begins.
    var tableOffset: UInt32
    /// Checksum of the table of hosts.
    var tableSum: UInt32
    var blocks: UInt32
    /// Bytes of all records but blocks and index.
    var definitionBytes: UInt32
    /// Unix seconds; ``last`` before ``first`` where there are no blocks.
    var first: Int64
    var last: Int64

    func bytes(segment: UInt32, offset: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [recordOffset, indexOffset, indexLength, tableOffset, tableSum, blocks, definitionBytes] {
            bytes.put(number)
        }
        bytes.put(first)
        bytes.put(last)
        bytes.put(UInt32(0))
        bytes.put(UInt32(0))
        bytes.put(Self.sum(of: bytes, segment, offset))
        return bytes + SegmentFormat.endMagic
    }

    /// - Parameter offset: where in the file these bytes are, which is 64 before its end.
    static func read(_ bytes: [UInt8], segment: UInt32, offset: Int) -> SegmentTrailer? {
        guard bytes.count == SegmentFormat.trailerLength, bytes.suffix(8).elementsEqual(SegmentFormat.endMagic)
        else { return nil }
        let sum = Self.sum(of: Array(bytes[..<52]), segment, offset)
        let trailer = bytes.withUnsafeBytes { all -> SegmentTrailer? in
            var reader = ByteReader(all)
            guard let recordOffset: UInt32 = reader.number(), let indexOffset: UInt32 = reader.number(),
                let indexLength: UInt32 = reader.number(), let tableOffset: UInt32 = reader.number(),
                let tableSum: UInt32 = reader.number(), let blocks: UInt32 = reader.number(),
                let definitionBytes: UInt32 = reader.number(), let first: Int64 = reader.number(),
                let last: Int64 = reader.number(), reader.take(8) != nil, let stored: UInt32 = reader.number(),
                stored == sum
            else { return nil }
            return SegmentTrailer(
                recordOffset: recordOffset,
                indexOffset: indexOffset,
                indexLength: indexLength,
                tableOffset: tableOffset,
                tableSum: tableSum,
                blocks: blocks,
                definitionBytes: definitionBytes,
                first: first,
                last: last
            )
        }
        guard let trailer, trailer.recordOffset >= SegmentFormat.headerLength,
            trailer.indexOffset > trailer.recordOffset, trailer.tableOffset <= trailer.indexLength,
            Int(trailer.indexOffset) + Int(trailer.indexLength) == offset
        else { return nil }
        return trailer
    }

    private static func sum(of bytes: [UInt8], _ segment: UInt32, _ offset: Int) -> UInt32 {
        var checksum = Checksum()
        checksum.add(segment)
        checksum.add(UInt32(truncatingIfNeeded: offset))
        checksum.add(bytes)
        return checksum.value
    }
}
