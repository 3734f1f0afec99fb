import Basics
import System

/// The entries of a journal's chunk (docs/store.md): definitions of charts, and rows of points.
enum JournalEntry {
    static let definition: UInt8 = 1
    /// Rows that begin anew.
    static let rows: UInt8 = 2
    /// Rows behind the ones that the journal has of the chart.
    static let moreRows: UInt8 = 3
}

/// A journal's file: a header, then chunks with a length and a checksum. The first chunk that is not whole ends it.
enum JournalFormat {
    static let magic: UInt64 = 0x314c_4e4a_5344_4e00
    static let headerSize = 16
    static let version: UInt32 = 1
    static let chunkHead = 8
    /// Bytes of a chunk; a longer one is no chunk.
    static let chunkLimit = 256 << 20

    static func name(_ number: UInt32) -> String {
        let digits = String(number)
        return "journal-" + String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits + ".ndj"
    }

    static func number(ofName name: String) -> UInt32? {
        guard name.hasPrefix("journal-"), name.hasSuffix(".ndj") else { return nil }
        return UInt32(name.dropFirst(8).dropLast(4))
    }

    static func header(_ number: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.put(magic)
        bytes.put(version)
        bytes.put(number)
        return bytes
    }

    /// - Returns: the version, or `nil` for what is no journal.
    static func version(of header: [UInt8]) -> UInt32? {
        header.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            guard let found: UInt64 = reader.number(), found == magic, let version: UInt32 = reader.number() else {
                return nil
            }
            return version
        }
    }

    /// A chunk as it is written.
    static func chunk(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + chunkHead)
        bytes.put(UInt32(truncatingIfNeeded: payload.count))
        bytes.put(Checksum.of(payload))
        return bytes + payload
    }
}

/// The rows of one drain, as the journal's chunk has them.
///
/// Points that are those of the row before cost a bit; others four bytes. So a row is written as fast as it can be copied.
struct JournalChunk {
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    mutating func define(_ number: UInt32, _ host: GUID, _ hostname: String, _ definition: SeriesDefinition) {
        bytes.append(JournalEntry.definition)
        bytes.put(varint: number)
        bytes.put(host)
        bytes.put(hostname)
        var body: [UInt8] = []
        definition.put(to: &body)
        bytes.put(varint: body.count)
        bytes.append(contentsOf: body)
    }

    /// Rows of a chart at `time` and after it count no more: entries of no rows.
    mutating func cut(_ number: UInt32, from time: Int64) {
        bytes.append(JournalEntry.rows)
        bytes.put(varint: number)
        bytes.put(varint: max(0, time))
        bytes.put(varint: 0)
    }

    /// - Parameters:
    ///   - rows: `count` rows of `width` codes.
    ///   - firstTime: Unix seconds of the first of them.
    ///   - continues: the journal has the row before them, which stands in front of `rows`.
    mutating func add(
        _ number: UInt32,
        _ rows: UnsafePointer<UInt32>,
        width: Int,
        count: Int,
        firstTime: Int64,
        continues: Bool
    ) {
        bytes.append(continues ? JournalEntry.moreRows : JournalEntry.rows)
        bytes.put(varint: number)
        bytes.put(varint: firstTime)
        bytes.put(varint: count)
        let mapBytes = (width + 7) / 8
        let start = bytes.count
        var used = start
        bytes.append(contentsOf: repeatElement(0, count: count * (mapBytes + 4 * width)))
        bytes.withUnsafeMutableBytes { buffer in
            for row in 0..<count {
                let own = rows + row * width
                let before: UnsafePointer<UInt32>? = row > 0 || continues ? own - width : nil
                let map = used
                used += mapBytes
                for column in 0..<width where own[column] != before?[column] ?? StorageNumber.exists {
                    buffer[map + column >> 3] |= 1 << UInt8(column & 7)
                    buffer.storeBytes(of: own[column].littleEndian, toByteOffset: used, as: UInt32.self)
                    used += 4
                }
            }
        }
        bytes.removeLast(bytes.count - used)
    }
}

/// Reads chunks. Whatever is in them, it ends and does no harm.
struct JournalReader {
    /// Called for every row, in order: definition, time and codes; without codes where rows from that time on count no more.
    typealias Row = (_ chart: UInt32, _ time: Int64, _ codes: [UInt32]) -> Void

    struct Chart {
        var host: GUID
        var hostname: String
        var definition: SeriesDefinition
        /// Another one for each definition: dimensions may be the same number, and others.
        var serial: Int
        fileprivate var newest: [UInt32] = []
    }

    private(set) var charts: [UInt32: Chart] = [:]
    private var definitions = 0
    /// Rows of a chart in one entry.
    private static let rowLimit = 1 << 20

    /// - Returns: `false` where the chunk says what no journal says; what came before it counts.
    mutating func read(_ payload: [UInt8], _ row: Row) -> Bool {
        payload.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            while !reader.isAtEnd {
                guard let kind: UInt8 = reader.number() else { return false }
                switch kind {
                case JournalEntry.definition: guard readDefinition(&reader) else { return false }
                case JournalEntry.rows, JournalEntry.moreRows:
                    guard readRows(&reader, continues: kind == JournalEntry.moreRows, row) else { return false }
                default: return false
                }
            }
            return true
        }
    }

    private mutating func readDefinition(_ reader: inout ByteReader) -> Bool {
        guard let number = reader.varint(upTo: UInt64(UInt32.max)), let host = reader.guid(),
            let hostname = reader.text(), let length = reader.int(upTo: JournalFormat.chunkLimit),
            let body = reader.take(length)
        else { return false }
        var inner = ByteReader(body)
        guard let definition = SeriesDefinition.read(&inner) else { return false }
        definitions += 1
        charts[UInt32(number)] = Chart(host: host, hostname: hostname, definition: definition, serial: definitions)
        return true
    }

    private mutating func readRows(_ reader: inout ByteReader, continues: Bool, _ row: Row) -> Bool {
        guard let number = reader.varint(upTo: UInt64(UInt32.max)).map({ UInt32($0) }), let chart = charts[number],
            let first = reader.varint(upTo: UInt64(HostDatabase.endOfSeconds)),
            let count = reader.int(upTo: Self.rowLimit)
        else { return false }
        let width = chart.definition.dimensions.count
        let every = Int64(chart.definition.chart.updateEvery)
        var codes =
            continues && chart.newest.count == width
            ? chart.newest : Array(repeating: StorageNumber.exists, count: width)
        if count == 0 { row(number, Int64(first), []) }
        for index in 0..<count {
            guard let map = reader.take((width + 7) / 8) else { return false }
            for column in 0..<width where map[column >> 3] & 1 << UInt8(column & 7) != 0 {
                guard let code: UInt32 = reader.number() else { return false }
                codes[column] = code
            }
            row(number, Int64(first) &+ Int64(index) &* every, codes)
        }
        charts[number]?.newest = codes
        return true
    }
}
