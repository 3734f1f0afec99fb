import Basics
import Glibc

/// A file of line pairs: `Tcp: NAME NAME …`, then `Tcp: NUMBER NUMBER …`, as /proc/net/snmp and /proc/net/netstat have it.
///
/// The names are looked up when they change, which is nearly never; otherwise a column's place is known.
final class ColumnedFile {
    /// Columns beyond this are left out.
    static let columnLimit = 4096

    private struct Group {
        /// The line of names, byte for byte.
        var head: [UInt8]
        /// The place of each column in the table; -1 for one that isn't wanted.
        var places: [Int16]
    }

    private let table: FieldTable
    private var groups: [Group] = []

    /// The fields' names in the table are `GROUP.NAME`.
    init(_ table: FieldTable) {
        self.table = table
    }

    func parse(_ bytes: UnsafeBufferPointer<UInt8>) {
        var cursor = ByteCursor(bytes)
        var index = 0
        while !cursor.isAtEnd {
            let head = cursor.restOfLine()
            guard cursor.nextLine() else { return }
            learn(head, index)
            takeNumbers(groups[index].places, &cursor)
            cursor.nextLine()
            index += 1
        }
    }

    private func takeNumbers(_ places: [Int16], _ cursor: inout ByteCursor) {
        _ = cursor.word()
        for place in places {
            let value = cursor.word()
            guard !value.isEmpty else { return }
            guard place >= 0 else { continue }
            table.values[Int(place)] = value.decimal
            table.present[Int(place)] = true
        }
    }

    private func learn(_ head: Word, _ index: Int) {
        if index < groups.count {
            let isSame = groups[index].head.withUnsafeBufferPointer {
                $0.count == head.count && (head.isEmpty || memcmp($0.baseAddress!, head.start, head.count) == 0)
            }
            if isSame { return }
            groups.removeLast(groups.count - index)
        }
        var cursor = ByteCursor(head.bytes)
        let name = cursor.word(separator: UInt8(ascii: ":")).string
        var places: [Int16] = []
        if cursor.position < head.start + head.count, cursor.position[0] == UInt8(ascii: ":") { _ = cursor.word() }
        while !cursor.isAtLineEnd, places.count < Self.columnLimit {
            places.append(Int16(table.index(of: name + "." + cursor.word().string) ?? -1))
        }
        groups.append(Group(head: Array(head.bytes), places: places))
    }
}
