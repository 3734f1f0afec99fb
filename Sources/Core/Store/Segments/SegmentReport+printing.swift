public import Basics
import Diagnostics
import System

extension SegmentReport {
    /// For people: a line about all of it, a table of segments, a table of hosts.
    public var text: String {
        let segments = files.count { $0.state != .foreign }
        var text = "\(escapedForLog(directory)): \(counted(segments, "segment")), \(bytes) bytes, "
        text += "\(counted(hosts.count, "host")), " + (isDamaged ? "DAMAGED" : "no damage found") + "\n"
        if !files.isEmpty {
            let head = ["SEGMENT", "STATE", "VERSION", "BYTES", "HOSTS", "SERIES", "BLOCKS", "FROM", "TO"]
            text += table([head] + files.map(\.cells), right: 2...6)
        }
        for file in files { text += file.remarks }
        if !hosts.isEmpty {
            let head = ["HOST", "GUID", "SERIES", "BLOCKS", "SAMPLES", "BYTES", "FROM", "TO"]
            text += table([head] + hosts.map(\.cells), right: 2...5)
        }
        return text
    }

    /// The same for scripts, as one object.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("directory", directory)
            json.member("damaged", isDamaged)
            json.member("bytes", bytes)
            json.write(span)
            json.key("segments")
            json.array(files) { $1.write(to: &$0) }
            json.key("hosts")
            json.array(hosts) { $1.write(to: &$0) }
        }
    }
}

extension SegmentReport.File {
    fileprivate var cells: [String] {
        let isKnown = state != .foreign
        return [
            escapedForLog(name), state.rawValue, version.map { String($0) } ?? "-", String(bytes),
            isKnown ? String(hosts) : "-", isKnown ? String(series) : "-", isKnown ? String(blocks) : "-",
            span.map { date($0.first) } ?? "-", span.map { date($0.last) } ?? "-",
        ]
    }

    fileprivate var remarks: String {
        var text = ""
        let name = escapedForLog(name)
        if let reason { text += "    \(name): \(escapedForLog(reason))\n" }
        for damage in damages.prefix(10) {
            text += "    \(name): damaged at \(damage.offset), \(counted(damage.bytes, "byte"))\n"
        }
        if damages.count > 10 { text += "    \(name): and \(damages.count - 10) more\n" }
        if tail > 0, damages.isEmpty { text += "    \(name): ends with \(counted(tail, "byte")) of a record\n" }
        return text
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("number", number)
            json.member("version", version)
            json.member("state", state.rawValue)
            json.member("reason", reason)
            json.member("bytes", bytes)
            json.member("records", records)
            json.member("hosts", hosts)
            json.member("series", series)
            json.member("blocks", blocks)
            json.member("index_good", indexIsGood)
            json.member("tail_bytes", tail)
            json.write(span)
            json.key("damages")
            json.array(damages) { json, damage in
                json.object {
                    $0.member("offset", damage.offset)
                    $0.member("bytes", damage.bytes)
                }
            }
        }
    }
}

extension SegmentReport.Host {
    fileprivate var cells: [String] {
        [
            escapedForLog(hostname.isEmpty ? "-" : hostname), guid.description, String(series), String(blocks),
            String(samples), String(bytes), span.map { date($0.first) } ?? "-", span.map { date($0.last) } ?? "-",
        ]
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("hostname", hostname)
            json.member("machine_guid", guid.description)
            json.member("series", series)
            json.member("blocks", blocks)
            json.member("samples", samples)
            json.member("bytes", bytes)
            json.write(span)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ span: TimeSpan?) {
        member("first", span?.first)
        member("last", span?.last)
    }
}

private func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

/// Columns two spaces apart; those of numbers end in line.
private func table(_ rows: [[String]], right: ClosedRange<Int>) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for row in rows {
        var line = "  "
        for (column, cell) in row.enumerated() {
            let space = String(repeating: " ", count: widths[column] - cell.count)
            line += (right.contains(column) ? space + cell : cell + space) + "  "
        }
        while line.last == " " { line.removeLast() }
        text += line + "\n"
    }
    return text
}

/// In local time, as the logs.
private func date(_ seconds: Int64) -> String { LogDate.text(seconds * microsecondsPerSecond) }
