import CLZ4

#if canImport(Glibc)
import Glibc
#endif

/// Compressed frames → plain text (streaming protocol §6).
///
/// Blocks depend on each other: up to 64 KiB of plain text back may be referred to. They are decoded one behind the other
/// into a ring that is just large enough to keep that history intact, and the text is read where it lies.
public struct FrameDecoder: ~Copyable {
    /// What became of some bytes.
    @usableFromInline
    enum Step {
        /// All taken, the frame is not complete yet.
        case needsMore
        /// The text of one frame, valid until the next call.
        case text(UnsafeRawBufferPointer)
        case invalid(FrameError)
    }

    /// An incomplete frame, header included.
    private var pending: UnsafeMutablePointer<UInt8>?
    private var pendingCapacity = 0
    @usableFromInline private(set) var pendingCount = 0
    private var ring: UnsafeMutablePointer<UInt8>?
    private var position = 0
    private var decoded = 0
    private var stream: UnsafeMutablePointer<LZ4_streamDecode_t>?

    public init() {}

    deinit {
        pending?.deallocate()
        free(ring)
        LZ4_freeStreamDecode(stream)
    }

    /// Takes one frame, or the rest of one, from the front of `bytes`. The first byte of a frame must be ``Frame/mark``.
    @usableFromInline
    mutating func take(_ bytes: inout UnsafeRawBufferPointer) -> Step {
        if pendingCount > 0 { return complete(&bytes) }
        guard bytes.count >= Frame.headerLength else { return keep(&bytes, upTo: Frame.headerLength) }
        let start = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
        guard let length = Frame.length(start) else { return .invalid(noHeader(start)) }
        guard bytes.count - Frame.headerLength >= length else {
            return keep(&bytes, upTo: Frame.headerLength + length)
        }
        bytes = UnsafeRawBufferPointer(rebasing: bytes[(Frame.headerLength + length)...])
        return decode(start + Frame.headerLength, length)
    }

    /// How many bytes the ring has: the least LZ4 asks for blocks of this size.
    private static let ringSize = Frame.history + 14 + Frame.longestText
}

extension FrameDecoder {
    private mutating func complete(_ bytes: inout UnsafeRawBufferPointer) -> Step {
        if pendingCount < Frame.headerLength {
            _ = keep(&bytes, upTo: Frame.headerLength)
            guard pendingCount == Frame.headerLength else { return .needsMore }
        }
        guard let header = pending else { return .needsMore }
        guard let length = Frame.length(header) else { return .invalid(noHeader(header)) }
        _ = keep(&bytes, upTo: Frame.headerLength + length)
        guard pendingCount == Frame.headerLength + length, let frame = pending else { return .needsMore }
        pendingCount = 0
        return decode(frame + Frame.headerLength, length)
    }

    /// Moves bytes from the front of `bytes` behind those kept until there are `target`.
    private mutating func keep(_ bytes: inout UnsafeRawBufferPointer, upTo target: Int) -> Step {
        if target > pendingCapacity {
            let capacity = Swift.max(target, 512)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            if let pending {
                larger.update(from: pending, count: pendingCount)
                pending.deallocate()
            }
            pending = larger
            pendingCapacity = capacity
        }
        let count = Swift.min(target - pendingCount, bytes.count)
        if count > 0, let pending, let source = bytes.baseAddress {
            UnsafeMutableRawPointer(pending + pendingCount).copyMemory(from: source, byteCount: count)
            pendingCount += count
            bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
        }
        return .needsMore
    }

    private mutating func decode(_ block: UnsafePointer<UInt8>, _ length: Int) -> Step {
        guard let ring = ring ?? makeRing() else { return .invalid(.damagedBlock) }
        if position + Frame.longestText > FrameDecoder.ringSize { position = 0 }
        let text = ring + position
        let count = LZ4_decompress_safe_continue(
            stream,
            UnsafeRawPointer(block).assumingMemoryBound(to: CChar.self),
            UnsafeMutableRawPointer(text).assumingMemoryBound(to: CChar.self),
            Int32(length),
            Int32(Frame.longestText)
        )
        guard count >= 0 else {
            let block = UnsafeRawBufferPointer(start: block, count: length)
            return .invalid(FrameError.diagnose(block, history: Swift.min(decoded, Frame.history)))
        }
        position += Int(count)
        decoded = Swift.min(decoded + Int(count), Frame.history)
        return .text(UnsafeRawBufferPointer(start: text, count: Int(count)))
    }

    /// Made with the first frame, since most connections may carry frames and many never do. Zeroed, because LZ4 lets a
    /// match refer to bytes that are not written yet: they must not be another connection's.
    private mutating func makeRing() -> UnsafeMutablePointer<UInt8>? {
        if stream == nil { stream = LZ4_createStreamDecode() }
        guard stream != nil else { return nil }
        ring = calloc(FrameDecoder.ringSize, 1)?.assumingMemoryBound(to: UInt8.self)
        return ring
    }

    private func noHeader(_ bytes: UnsafePointer<UInt8>) -> FrameError {
        .noHeader(bytes[0], bytes[1], bytes[2], bytes[3])
    }
}
