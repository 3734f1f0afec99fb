internal import NIOCore

/// What is still to be sent of an answer: its head and its body, a slice at a time.
///
/// A long answer as one buffer would be there twice as long as its client reads.
struct AnswerBytes: Sendable {
    /// Bytes of a slice.
    static let atOnce = 256 << 10

    private let head: [UInt8]
    private let body: [UInt8]
    /// Bytes that are on their way already.
    private var sent: Int

    init(head: [UInt8], body: [UInt8], sent: Int = 0) {
        self.head = head
        self.body = body
        self.sent = sent
    }

    var isEmpty: Bool { sent == head.count + body.count }

    mutating func takeNext(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        let end = min(head.count + body.count, sent + Self.atOnce)
        var slice = allocator.buffer(capacity: end - sent)
        if sent < head.count { slice.writeBytes(head[sent..<min(head.count, end)]) }
        if end > head.count {
            body.withUnsafeBytes { body in
                let rest = body[max(0, sent - head.count)..<(end - head.count)]
                _ = slice.writeBytes(UnsafeRawBufferPointer(rebasing: rest))
            }
        }
        sent = end
        return slice
    }
}
