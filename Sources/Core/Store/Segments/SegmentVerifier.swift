import Basics
import Glibc
public import System

/// Reads every record of a store's directory and changes nothing. A node may write there meanwhile.
public struct SegmentVerifier {
    private let directory: String
    private let files: any StorageFiles
    private var hosts: [GUID: HostSum] = [:]
    private var names: [GUID: String] = [:]

    private struct HostSum {
        var series: Set<SeriesKey> = []
        var charts: [String: SeriesDefinition] = [:]
        var report: SegmentReport.Host
    }

    public init(_ directory: String, files: any StorageFiles = SystemFiles()) {
        self.directory = directory
        self.files = files
    }

    /// - Throws: when the directory cannot be read. What is wrong with a file stands in the report.
    public consuming func verify() throws(SystemError) -> SegmentReport {
        var report = SegmentReport(directory: directory)
        let names = try files.names(in: directory)
        let numbers = names.compactMap { SegmentFormat.number(ofName: $0) }
        for name in names {
            guard let file = verify(name, isLast: SegmentFormat.number(ofName: name) == numbers.max()) else { continue }
            report.files.append(file)
        }
        report.files.sort { ($0.number ?? .max, $0.name) < ($1.number ?? .max, $1.name) }
        report.hosts = hosts.values.map { sum in
            var host = sum.report
            host.hostname = self.names[host.guid] ?? ""
            host.series = sum.series.count
            host.charts = sum.charts.values.sorted { $0.chart.id < $1.chart.id }
            return host
        }
        report.hosts.sort { ($0.hostname, $0.guid) < ($1.hostname, $1.guid) }
        return report
    }

    /// - Returns: `nil` for a file that was deleted meanwhile.
    private mutating func verify(_ name: String, isLast: Bool) -> SegmentReport.File? {
        var report = SegmentReport.File(name: name)
        report.number = SegmentFormat.number(ofName: name)
        guard let named = report.number else {
            guard let size = try? files.size(of: path(name)) else { return nil }
            report.bytes = size
            report.state = .foreign
            report.reason = name.contains(".set-aside") ? "it was set aside" : "it is no segment"
            return report
        }
        do throws(SystemError) {
            try verify(files.open(path(name), .read), named, isLast: isLast, &report)
        } catch {
            guard error.number != ENOENT else { return nil }
            report.state = .damaged
            report.reason = error.description
        }
        return report
    }

    private func path(_ name: String) -> String { directory + "/" + name }

    private mutating func verify(
        _ file: any StorageFile,
        _ named: UInt32,
        isLast: Bool,
        _ report: inout SegmentReport.File
    ) throws(SystemError) {
        let size = try file.size()
        report.bytes = size
        guard size <= SegmentFormat.fileLimit else { return report.isForeign(because: "it is longer than any segment") }
        let beginning = try file.bytes(at: 0, count: min(size, SegmentFormat.headerLength))
        var header: SegmentHeader?
        switch SegmentHeader.read(beginning) {
        case .good(let good): header = good
        case .newer(let version): return report.isForeign(because: "its version is \(version)")
        case .damaged: if size < SegmentFormat.headerLength, isLast { return }
        }
        report.version = header.map { Int($0.version) }
        let number = header?.number ?? named
        report.number = number
        let scan = try scan(file, number, size, factor: header?.stepFactor ?? 1)
        if header == nil, scan.records == 0 { return report.isForeign(because: "it is no segment") }
        if header == nil { report.damages.append(.init(offset: 0, bytes: SegmentFormat.headerLength)) }
        report.damages += scan.damages.map { .init(offset: $0.lowerBound, bytes: $0.count) }
        report.records = scan.records
        report.hosts = scan.contents.hosts.count { $0.value.blocks > 0 }
        report.series = scan.contents.series.count
        report.blocks = scan.contents.blocks
        report.span = scan.contents.span
        if let index = scan.index {
            let isGood = try hasGoodIndex(file, scan, number, index: index, size: size)
            report.indexIsGood = isGood
            if !isGood { report.damages.append(.init(offset: index, bytes: size - index)) }
        } else {
            report.tail = scan.tail
            // Only what is written last may end in the middle.
            if scan.tail > 0, !isLast { report.damages.append(.init(offset: scan.end, bytes: scan.tail)) }
        }
        report.state = !report.damages.isEmpty ? .damaged : scan.index == nil ? .open : .finished
    }

    /// Whether index and trailer are what the records make.
    private func hasGoodIndex(
        _ file: any StorageFile,
        _ scan: SegmentScan,
        _ number: UInt32,
        index: Int,
        size: Int
    ) throws(SystemError) -> Bool {
        // With damaged records the index knows more than they.
        let offset = size - SegmentFormat.trailerLength
        guard offset > index, scan.end == offset else { return false }
        let last = try file.bytes(at: offset, count: SegmentFormat.trailerLength)
        guard let trailer = SegmentTrailer.read(last, segment: number, offset: offset),
            Int(trailer.recordOffset) == index
        else { return false }
        guard scan.damages.isEmpty else { return true }
        let bytes = try file.bytes(at: Int(trailer.indexOffset), count: Int(trailer.indexLength))
        let made = SegmentIndex(of: scan.contents)
        return bytes == made.bytes && Int(trailer.tableOffset) == made.tableOffset
            && trailer.tableSum == made.tableBytes.withUnsafeBytes { Checksum.of($0) }
    }

    /// Counts what each host has.
    private mutating func scan(
        _ file: any StorageFile,
        _ number: UInt32,
        _ size: Int,
        factor: UInt32
    ) throws(SystemError) -> SegmentScan {
        var definitions: [UInt32: SeriesDefinition] = [:]
        var series: [UInt32: (key: SeriesKey, definition: SeriesDefinition)] = [:]
        var hosts = hosts
        var names = names
        var scanner = SegmentScanner(file, segment: number, size: size)
        let scan = try scanner.scan(factor: factor) { record, _, length in
            switch record {
            case .host(let guid, let name): names[guid] = name
            case .definition(let number, let definition): definitions[number] = definition
            case .series(let record):
                guard let definition = definitions[record.definition] else { return }
                series[record.number] = (definition.key(of: record.host), definition)
            case .block(let head):
                guard let (key, definition) = series[head.series] else { return }
                let step = Int64(key.updateEvery) * Int64(factor)
                let own = TimeSpan(first: head.firstTime, last: head.firstTime + Int64(head.rows - 1) * step)
                var sum =
                    hosts.removeValue(forKey: key.host)
                    ?? HostSum(report: SegmentReport.Host(guid: key.host, hostname: ""))
                sum.series.insert(key)
                sum.charts[key.chart] = definition
                sum.report.blocks += 1
                sum.report.samples += head.rows * definition.dimensions.count
                sum.report.bytes += length
                sum.report.span = sum.report.span?.including(own) ?? own
                hosts[key.host] = sum
            case .removal(let guid): hosts[guid] = nil
            case .index: break
            }
        }
        self.hosts = hosts
        self.names = names
        return scan
    }
}

extension SegmentReport.File {
    fileprivate mutating func isForeign(because reason: String) {
        state = .foreign
        self.reason = reason
    }
}
