import Basics

/// A file with a head line and a line of hexadecimal counters for each processor, summed up: /proc/net/stat/*.
struct HexadecimalTable {
    /// Columns beyond this are left out.
    static let columnLimit = 64

    private let sums = UnsafeBuffer(count: HexadecimalTable.columnLimit)
    /// The first column, which is the same in each line: the number of entries that all processors share.
    private(set) var entries: Int64 = 0

    /// The sum of a column over all processors.
    subscript(column: Int) -> Int64 { sums.start[column] }

    mutating func parse(_ bytes: UnsafeBufferPointer<UInt8>) {
        sums.start.update(repeating: 0, count: Self.columnLimit)
        entries = 0
        var cursor = ByteCursor(bytes)
        while cursor.nextLine() {
            var column = 0
            while column < Self.columnLimit, !cursor.isAtLineEnd {
                let value = cursor.hexadecimal()
                if column == 0 { entries = value }
                sums.start[column] &+= value
                column += 1
            }
        }
    }
}

/// Numbers that stay where they are.
private final class UnsafeBuffer {
    let start: UnsafeMutablePointer<Int64>

    init(count: Int) {
        start = .allocate(capacity: count)
        start.initialize(repeating: 0, count: count)
    }

    deinit { start.deallocate() }
}
