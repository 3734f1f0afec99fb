/// The batches that wait for a destination, oldest first: a few, and not too many bytes. The oldest goes first (exporting §5).
struct BatchBuffer: Sendable {
    private(set) var batches: [Batch] = []
    private(set) var bytes = 0
    private let limit: Int
    private let byteLimit: Int
    /// Whether somebody takes away what is too much, so that only the bytes are bounded here.
    private let isElastic: Bool

    /// Bytes of all waiting batches of one connector at most.
    static let byteLimit = 128 << 20

    /// - Parameters:
    ///   - limit: batches, at least one.
    ///   - isElastic: whether ``takeOverflow()`` is called soon after each ``append(_:)``.
    init(limit: Int, byteLimit: Int = BatchBuffer.byteLimit, isElastic: Bool = false) {
        self.limit = max(1, limit)
        self.byteLimit = byteLimit
        self.isElastic = isElastic
    }

    /// Metrics that wait.
    var metrics: Int { batches.reduce(0) { $0 + $1.metrics } }

    /// - Returns: what was thrown out to make room.
    mutating func append(_ batch: Batch) -> [Batch] {
        batches.append(batch)
        bytes += batch.bytes
        return makeRoom()
    }

    mutating func takeFirst() -> Batch? {
        guard let first = batches.first else { return nil }
        batches.removeFirst()
        bytes -= first.bytes
        return first
    }

    /// Puts back what could not be sent, as the oldest that it is.
    /// - Returns: what was thrown out to make room.
    mutating func putBack(_ batch: Batch) -> [Batch] {
        batches.insert(batch, at: 0)
        bytes += batch.bytes
        return makeRoom()
    }

    /// The oldest batch, where there are more than should be: with half of the bytes there is room for those that come while it
    /// is taken away.
    mutating func takeOverflow() -> Batch? {
        batches.count > limit || bytes > byteLimit / 2 ? takeFirst() : nil
    }

    /// All of them.
    mutating func takeAll() -> [Batch] {
        defer { (batches, bytes) = ([], 0) }
        return batches
    }

    /// The newest batch stays, whatever its size.
    private mutating func makeRoom() -> [Batch] {
        var lost: [Batch] = []
        while batches.count > 1, bytes > byteLimit || !isElastic && batches.count > limit, let oldest = takeFirst() {
            lost.append(oldest)
        }
        return lost
    }
}
