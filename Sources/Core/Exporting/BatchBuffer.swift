/// The batches that wait for a destination, oldest first: a few, and not too many bytes. The oldest goes first (exporting §5).
struct BatchBuffer: Sendable {
    private(set) var batches: [Batch] = []
    private(set) var bytes = 0
    private let limit: Int
    private let byteLimit: Int

    /// Bytes of all waiting batches of one connector at most.
    static let byteLimit = 128 << 20

    init(limit: Int, byteLimit: Int = BatchBuffer.byteLimit) {
        self.limit = max(1, limit)
        self.byteLimit = byteLimit
    }

    /// Metrics that wait.
    var metrics: Int { batches.reduce(0) { $0 + $1.metrics } }

    /// - Returns: metrics that were lost to make room.
    mutating func append(_ batch: Batch) -> Int {
        batches.append(batch)
        bytes += batch.bytes.count
        return makeRoom()
    }

    mutating func takeFirst() -> Batch? {
        guard let first = batches.first else { return nil }
        batches.removeFirst()
        bytes -= first.bytes.count
        return first
    }

    /// Puts back what could not be sent, as the oldest that it is.
    /// - Returns: metrics that were lost to make room.
    mutating func putBack(_ batch: Batch) -> Int {
        batches.insert(batch, at: 0)
        bytes += batch.bytes.count
        return makeRoom()
    }

    /// The newest batch stays, whatever its size.
    private mutating func makeRoom() -> Int {
        var lost = 0
        while batches.count > limit || bytes > byteLimit, batches.count > 1, let oldest = takeFirst() {
            lost += oldest.metrics
        }
        return lost
    }
}
