import TUI

/// The last lines that were chosen, until it is known that they are the last.
struct HeldLines {
    private let limit: Int
    private var ring: [TailLine] = []
    private var oldest = 0

    init(_ limit: Int) { self.limit = limit }

    mutating func add(_ line: TailLine) {
        guard limit > 0 else { return }
        if ring.count < limit {
            ring.append(line)
        } else {
            ring[oldest] = line
            oldest = (oldest + 1) % limit
        }
    }

    var lines: [TailLine] { Array(ring[oldest...] + ring[..<oldest]) }
}
