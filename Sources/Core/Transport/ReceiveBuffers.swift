internal import NIOCore
import Synchronization

/// Where streams are read into: a few buffers that all connections use in turn.
///
/// A connection's own one would be 64 KiB of memory, which its definitions or its replication touch once and its seconds, a few
/// KiB each, hardly ever again.
enum ReceiveBuffers {
    /// Bytes of one read.
    static let size = 65_536
    /// Threads that read at the same time are not more than this; what more there are is allocated and freed.
    private static let most = 8

    private static let free = Mutex<[ByteBuffer]>([])

    /// An empty one that nobody else has.
    static func take(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        let found = free.withLock { free -> ByteBuffer? in
            while var buffer = free.popLast() {
                // Somebody may have kept what came in it.
                if buffer.modifyIfUniquelyOwned({ $0.clear() }) != nil { return buffer }
            }
            return nil
        }
        return found ?? allocator.buffer(capacity: size)
    }

    /// What came in a buffer is read. Buffers of other sizes are none of these.
    static func giveBack(_ buffer: ByteBuffer) {
        guard buffer.storageCapacity == size else { return }
        free.withLock { if $0.count < most { $0.append(buffer) } }
    }
}

/// Gives a channel one of the ``ReceiveBuffers`` for each read.
///
/// A channel keeps the buffers that it was given first, as many as it may read in a row, and uses them again where it is told how
/// large they are to be. So it has to be told nothing, to read once in a row, and to have read before; of one that has not a buffer
/// of its own remains.
struct ReceiveBufferAllocator: RecvByteBufferAllocator {
    static let readsInARow: UInt = 1

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { ReceiveBuffers.take(allocator) }
    func nextBufferSize() -> Int? { nil }
    /// As if the next one might be larger: the one before is not used again then.
    mutating func record(actualReadBytes: Int) -> Bool { true }
}
