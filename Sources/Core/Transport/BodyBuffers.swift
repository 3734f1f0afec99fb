import Synchronization

/// Memory for long bodies that are made again and again, such as the scrapes of all hosts: one buffer, which the next of them
/// gets when the one before is sent.
///
/// Buffers of that size the C library asks the kernel for and gives back each time; that the kernel clears their pages would be
/// a quarter of what a scrape costs.
public final class BodyBuffers: Sendable {
    /// Shorter bodies come from memory that the C library keeps.
    static let shortest = 256 << 10
    /// Longer ones are not kept: few nodes are so large, and none should hold so much for whoever asks once.
    static let longest = 8 << 20

    private let kept = Mutex<[UInt8]?>(nil)

    public init() {}

    /// An empty buffer with room for so many bytes.
    public func take(capacity: Int) -> [UInt8] {
        var buffer = capacity < Self.shortest ? [] : kept.withLock { $0.take() } ?? []
        // Of one that somebody still reads nothing is kept but its size.
        buffer.removeAll(keepingCapacity: true)
        buffer.reserveCapacity(capacity)
        return buffer
    }

    fileprivate func giveBack(_ buffer: [UInt8]) {
        guard (Self.shortest...Self.longest).contains(buffer.capacity) else { return }
        kept.withLock { $0 = buffer }
    }

    /// A body that is given back when nobody holds the loan any more: when its answer is sent.
    public final class Loan: Sendable {
        private let buffers: BodyBuffers
        private let buffer: [UInt8]

        public init(of buffer: [UInt8], from buffers: BodyBuffers) {
            self.buffer = buffer
            self.buffers = buffers
        }

        deinit { buffers.giveBack(buffer) }
    }
}
