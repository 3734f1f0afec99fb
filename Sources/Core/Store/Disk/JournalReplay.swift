import Basics
import System

/// The rows that a journal has, series by series: what is left of them when a node was killed.
struct JournalReplay {
    struct Series {
        var hostname: String
        var definition: SeriesDefinition
        /// Unix seconds of the first row.
        fileprivate(set) var firstTime: Int64
        /// ``JournalReader/Chart/serial``, of the file with this number.
        fileprivate var serial: Int
        fileprivate var file: Int
        /// Row by row, one code per dimension.
        fileprivate(set) var codes: [UInt32] = []

        var width: Int { definition.dimensions.count }
        var rows: Int { width == 0 ? 0 : codes.count / width }
        var step: Int64 { Int64(definition.chart.updateEvery) }
        fileprivate var nextTime: Int64 { firstTime &+ Int64(rows) &* step }
    }

    /// In the order in which they are to be written.
    private(set) var series: [(key: SeriesKey, series: Series)] = []
    private var places: [SeriesKey: [Int]] = [:]
    private var file = 0
    /// Chunks that were not whole, or made no sense.
    private(set) var brokenFiles: [String] = []

    /// Gaps up to this are rows; longer ones begin another block.
    private static let longestGap: Int64 = 64
    /// Bytes of a file that is read.
    static let fileLimit = 2 << 30

    /// Reads a file up to the first chunk that is not whole: more cannot have been promised.
    /// - Returns: `false` for a file of another version, or none of ours.
    mutating func read(_ path: String, _ files: any StorageFiles) throws(SystemError) -> Bool {
        self.file += 1
        let file = try files.open(path, .read)
        let size = min(try file.size(), Self.fileLimit)
        guard JournalFormat.version(of: try file.bytes(at: 0, count: JournalFormat.headerSize)) == JournalFormat.version
        else { return size < JournalFormat.headerSize }
        var reader = JournalReader()
        let end = try JournalFormat.chunks(of: file, size: size) { payload in
            var rows: [(UInt32, Int64, [UInt32])] = []
            let isWhole = reader.read(payload) { rows.append(($0, $1, $2)) }
            for (number, time, codes) in rows {
                if let chart = reader.charts[number] { add(chart, time, codes) }
            }
            return isWhole
        }
        if end < size { brokenFiles.append(path) }
        return true
    }

    private mutating func add(_ chart: JournalReader.Chart, _ time: Int64, _ codes: [UInt32]) {
        let key = chart.definition.key(of: chart.host)
        guard key.updateEvery > 0, time > 0 else { return }
        // Written again: a newer definition, or a clock that went back.
        for place in places[key] ?? [] { series[place].series.cut(from: time) }
        guard !codes.isEmpty, codes.count == chart.definition.dimensions.count else { return }
        if let place = places[key]?.last, series[place].series.serial == chart.serial,
            series[place].series.file == file,
            series[place].series.append(codes, at: time, longestGap: Self.longestGap)
        {
            return
        }
        places[key, default: []].append(series.count)
        let new = Series(
            hostname: chart.hostname,
            definition: chart.definition,
            firstTime: time,
            serial: chart.serial,
            file: file,
            codes: codes
        )
        series.append((key, new))
    }
}

extension JournalReplay.Series {
    /// Rows from a time on count no more.
    fileprivate mutating func cut(from time: Int64) {
        guard width > 0, time < nextTime else { return }
        let kept = time <= firstTime ? 0 : Int((time &- firstTime &+ step &- 1) / step)
        codes.removeLast(codes.count - kept * width)
    }

    /// - Returns: `false` where the row belongs to another block.
    fileprivate mutating func append(_ row: [UInt32], at time: Int64, longestGap: Int64) -> Bool {
        let missing = (time &- nextTime) / step
        guard (time &- firstTime) % step == 0, missing >= 0, missing <= longestGap else { return false }
        codes.append(contentsOf: repeatElement(StorageNumber.empty, count: Int(missing) * width))
        codes += row
        return true
    }

    /// What is not on the disk yet, in blocks.
    func blocks(after written: Int64) -> [(firstTime: Int64, rows: Int, payload: [UInt8])] {
        guard width > 0 else { return [] }
        var first = written < firstTime ? 0 : Int((written &- firstTime) / step) + 1
        var blocks: [(firstTime: Int64, rows: Int, payload: [UInt8])] = []
        while first < rows {
            let count = min(HostDatabase.rowsPerDiskBlock, rows - first)
            let payload = codes.withUnsafeBufferPointer { codes in
                BlockEncoder(codes.baseAddress! + first * width, width: width, count: count).encode()
            }
            blocks.append((firstTime &+ Int64(first) &* step, count, payload))
            first += count
        }
        return blocks
    }
}
