public import Basics
public import System

/// The charts that are in a store's journal: those of a node that runs, or that was killed, before their first segment.
public struct JournaledCharts {
    public struct Chart: Sendable, Equatable {
        public var host: GUID
        public var hostname: String
        public var definition: SeriesDefinition
    }

    /// Each as it was last, by host and id.
    public private(set) var charts: [Chart] = []

    /// Reads what can be read and changes nothing. A node may write there meanwhile.
    /// - Parameter directory: the store's.
    public init(in directory: String, files: any StorageFiles = SystemFiles()) {
        let names = (try? files.names(in: directory)) ?? []
        var found: [GUID: [String: Chart]] = [:]
        let journals = names.compactMap { name in JournalFormat.number(ofName: name).map { ($0, name) } }
        for (_, name) in journals.sorted(by: { $0.0 < $1.0 }) {
            for chart in (try? Self.read(directory + "/" + name, files)) ?? [] {
                found[chart.host, default: [:]][chart.definition.chart.id] = chart
            }
        }
        charts = found.values.flatMap(\.values).sorted {
            ($0.host, $0.definition.chart.id) < ($1.host, $1.definition.chart.id)
        }
    }

    private static func read(_ path: String, _ files: any StorageFiles) throws(SystemError) -> [Chart] {
        let file = try files.open(path, .read)
        let size = min(try file.size(), JournalReplay.fileLimit)
        guard JournalFormat.version(of: try file.bytes(at: 0, count: JournalFormat.headerSize)) == JournalFormat.version
        else { return [] }
        var reader = JournalReader()
        _ = try JournalFormat.chunks(of: file, size: size) { reader.read($0) { _, _, _ in } }
        return reader.charts.sorted { $0.value.serial < $1.value.serial }.map { _, chart in
            Chart(host: chart.host, hostname: chart.hostname, definition: chart.definition)
        }
    }
}

extension JournalFormat {
    /// Reads the chunks of a file up to the first that is not whole: more cannot have been promised.
    ///
    /// - Parameter body: gets each one's payload, and says whether it made sense.
    /// - Returns: where the last good one ends.
    static func chunks(
        of file: any StorageFile,
        size: Int,
        _ body: ([UInt8]) -> Bool
    ) throws(SystemError) -> Int {
        var offset = headerSize
        while offset + chunkHead <= size {
            let head = try file.bytes(at: offset, count: chunkHead)
            guard head.count == chunkHead else { break }
            let (length, checksum) = head.withUnsafeBytes { bytes in
                (
                    Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))),
                    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                )
            }
            guard length <= size - offset - chunkHead else { break }
            let payload = try file.bytes(at: offset + chunkHead, count: length)
            guard payload.count == length, Checksum.of(payload) == checksum, body(payload) else { break }
            offset += chunkHead + length
        }
        return offset
    }
}
