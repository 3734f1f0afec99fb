import CLZ4

/// Plain text → compressed frames (streaming protocol §6).
///
/// One encoder serves one connection: its blocks refer back to earlier ones. The text is copied into a ring, because LZ4
/// needs the last 64 KiB where they were; that is far cheaper than saving them after each small frame.
public struct FrameEncoder: ~Copyable {
    /// Where a message that doesn't fit a frame may be cut.
    public enum Cut: Sendable {
        /// For peers with BINARY.
        case anywhere
        /// For all others: they look at frames line by line.
        case atLineEnds
    }

    /// A line that no frame can carry to a peer without BINARY: the connection must be reopened without compression
    /// (streaming protocol §6.2, 1.34–1.36).
    public struct LineTooLong: Error, Equatable {
        /// Bytes of the message it belongs to.
        public let messageCount: Int
    }

    public let cut: Cut
    private let stream: UnsafeMutablePointer<LZ4_stream_t>
    private let ring: UnsafeMutablePointer<UInt8>
    private let block: UnsafeMutablePointer<UInt8>
    private var position = 0

    /// `nil` where there is no memory for it.
    public init?(cut: Cut) {
        guard let stream = LZ4_createStream() else { return nil }
        self.stream = stream
        self.cut = cut
        ring = .allocate(capacity: FrameEncoder.ringSize)
        block = .allocate(capacity: Frame.longestSentBlock)
    }

    deinit {
        LZ4_freeStream(stream)
        ring.deallocate()
        block.deallocate()
    }

    /// Appends the frames of one message: one if it fits, which all but large definitions do.
    ///
    /// - Throws: ``LineTooLong``; nothing has been appended then, and the encoder can't be used any more.
    public mutating func encode(_ message: UnsafeRawBufferPointer, into frames: inout [UInt8]) throws {
        let before = frames.count
        var rest = message
        while rest.count > 0 {
            let count = pieceCount(rest)
            guard count <= Frame.longestText, compress(rest.baseAddress.unsafelyUnwrapped, count, into: &frames) else {
                frames.removeLast(frames.count - before)
                throw LineTooLong(messageCount: message.count)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private static let ringSize = Frame.history + Frame.longestText
}

extension FrameEncoder {
    /// How much of the text goes into the next frame.
    private func pieceCount(_ text: UnsafeRawBufferPointer) -> Int {
        guard text.count > Frame.longestSentText else { return text.count }
        guard cut == .atLineEnds else { return Frame.longestSentText }
        if let last = text[..<Frame.longestSentText].lastIndex(of: newline) { return last + 1 }
        return (text.firstIndex(of: newline) ?? text.count - 1) + 1
    }

    /// `false` where the block would be too long for the peer; only a line near the limit that hardly compresses can be.
    private mutating func compress(_ text: UnsafeRawPointer, _ count: Int, into frames: inout [UInt8]) -> Bool {
        if position + count > FrameEncoder.ringSize { position = 0 }
        let source = ring + position
        UnsafeMutableRawPointer(source).copyMemory(from: text, byteCount: count)
        let length = LZ4_compress_fast_continue(
            stream,
            UnsafeRawPointer(source).assumingMemoryBound(to: CChar.self),
            UnsafeMutableRawPointer(block).assumingMemoryBound(to: CChar.self),
            Int32(count),
            Int32(Frame.longestSentBlock),
            1
        )
        guard length > 0 else { return false }
        position += count
        let header = Frame.header(length: Int(length))
        withUnsafeBytes(of: header) { frames.append(contentsOf: $0) }
        frames.append(contentsOf: UnsafeBufferPointer(start: block, count: Int(length)))
        return true
    }
}
