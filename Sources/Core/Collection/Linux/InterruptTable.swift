import Basics

/// The lines of /proc/interrupts or /proc/softirqs: an id, a number for each processor, and for interrupts what they
/// belong to.
final class InterruptTable {
    struct Line {
        /// `24`, `LOC`.
        var id: [UInt8]
        /// `Ged_24`; the id where the line has no number for an id.
        var name: String
        var total: Int64 = 0
    }

    /// Lines beyond this are left out.
    static let lineLimit = 4096
    static let processorLimit = 8192

    /// Processors in the head line.
    private(set) var processors = 0
    private(set) var lines: [Line] = []
    /// `processors` numbers for each line.
    private var counts: [Int64] = []

    func count(line: Int, processor: Int) -> Int64 { counts[line * processors + processor] }

    /// - Returns: false where there is no head line, and nothing changed.
    func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var cursor = ByteCursor(bytes)
        var columns = 0
        while !cursor.isAtLineEnd {
            guard cursor.word().hasPrefix("CPU") else { return false }
            columns += 1
        }
        guard columns > 0, columns <= Self.processorLimit else { return false }
        if columns != processors {
            processors = columns
            lines = []
            counts = []
        }
        var line = 0
        while cursor.nextLine(), line < Self.lineLimit {
            let id = cursor.word(separator: UInt8(ascii: ":"))
            guard !id.isEmpty else { continue }
            cursor.skip(UInt8(ascii: ":"))
            parseLine(line, id, &cursor)
            line += 1
        }
        if line < lines.count {
            lines.removeLast(lines.count - line)
            counts.removeLast(counts.count - line * processors)
        }
        return true
    }

    private func parseLine(_ line: Int, _ id: Word, _ cursor: inout ByteCursor) {
        if line == lines.count {
            lines.append(Line(id: [], name: ""))
            counts.append(contentsOf: repeatElement(0, count: processors))
        }
        var total: Int64 = 0
        for processor in 0..<processors {
            // Lines such as ERR have one number for all processors.
            let value = cursor.isAtLineEnd ? 0 : cursor.number()
            counts[line * processors + processor] = value
            total &+= value
        }
        lines[line].total = total
        guard lines[line].id.count != id.count || !lines[line].id.elementsEqual(id.bytes) else { return }
        lines[line].id = Array(id.bytes)
        lines[line].name = Self.name(of: id, &cursor)
    }

    /// Numbers get the last word of what they belong to in front; the other ids speak for themselves.
    private static func name(of id: Word, _ cursor: inout ByteCursor) -> String {
        guard let first = id.bytes.first, first &- 48 <= 9 else { return id.string }
        var last: Word?
        while !cursor.isAtLineEnd {
            let word = cursor.word(separator: UInt8(ascii: ":"))
            if !word.isEmpty { last = word }
        }
        return last.map { "\($0.string)_\(id.string)" } ?? id.string
    }
}
