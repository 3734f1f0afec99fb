#if canImport(Glibc)
import Glibc
#endif

/// What became of the bytes of a connection.
public enum StreamResult: Sendable, Equatable {
    /// All taken; more may come.
    case more
    /// The sink ended the session. Nothing further is parsed.
    case stopped
    /// A line longer than the limit. Nothing further is parsed.
    case lineTooLong
    /// A frame that can't be read. Nothing further is parsed.
    case invalidFrame(FrameError)
}

/// The bytes of a connection → commands: tells compressed frames from plain lines at every border and hands both to one
/// ``LineParser`` (streaming protocol §6).
///
/// Borders are the start, the end of a frame and the end of a plain line. So peers that agreed on compression and then
/// don't use it, peers that mix, and frames that end within a line are all understood.
public struct StreamDecoder: ~Copyable {
    @usableFromInline var parser: LineParser
    @usableFromInline var frames = FrameDecoder()
    @usableFromInline let mayCarryFrames: Bool
    @usableFromInline var isInsidePlainLine = false
    @usableFromInline var ended = StreamResult.more
    /// The beginning of the line that the stream stands in; `nil` between lines.
    public func partialLine(limit: Int) -> String? { parser.partialLine(limit: limit) }
    /// Bytes as they came.
    public var wireBytes: Int { received }
    /// Bytes as they were parsed.
    public var plainBytes: Int { parsed }
    @usableFromInline var received = 0
    @usableFromInline var parsed = 0

    /// - Parameters:
    ///   - mayCarryFrames: ``Capabilities/mayCarryFrames`` of the session; without it all is plain text.
    ///   - lineLimit: see ``LineLimit``.
    public init(mayCarryFrames: Bool, lineLimit: Int = LineLimit.accepted) {
        self.mayCarryFrames = mayCarryFrames
        parser = LineParser(limit: lineLimit)
    }

    /// Whether the stream stands within a frame or a line: what is cut off when the connection ends now.
    public var isInsideMessage: Bool { frames.pendingCount > 0 || parser.hasPartialLine }

    @inlinable
    public mutating func feed<Sink: CommandSink & ~Copyable>(
        _ bytes: UnsafeRawBufferPointer,
        to sink: inout Sink
    ) -> StreamResult {
        received &+= bytes.count
        guard mayCarryFrames else { return parse(bytes, &sink) }
        var rest = bytes
        while ended == .more, rest.count > 0 {
            let piece: UnsafeRawBufferPointer
            if frames.pendingCount > 0 || (!isInsidePlainLine && rest[0] == Frame.mark) {
                switch frames.take(&rest) {
                case .needsMore: return .more
                case .text(let text): piece = text
                case .invalid(let error):
                    ended = .invalidFrame(error)
                    return ended
                }
            } else {
                piece = takePlain(&rest)
            }
            ended = parse(piece, &sink)
        }
        return ended
    }

    @inlinable
    mutating func parse<Sink: CommandSink & ~Copyable>(
        _ bytes: UnsafeRawBufferPointer,
        _ sink: inout Sink
    ) -> StreamResult {
        parsed &+= bytes.count
        return switch parser.feed(bytes, to: &sink) {
        case .more: .more
        case .stopped: .stopped
        case .lineTooLong: .lineTooLong
        }
    }

    /// Plain text up to the next frame: the mark counts only at the start of a line.
    @usableFromInline
    mutating func takePlain(_ rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let bytes = rest
        var end = bytes.count
        var from = 1
        while from < bytes.count,
            let found = memchr(bytes.baseAddress.unsafelyUnwrapped + from, Int32(Frame.mark), bytes.count - from)
        {
            let index = UnsafeRawPointer(found) - bytes.baseAddress.unsafelyUnwrapped
            if bytes[index - 1] == newline {
                end = index
                break
            }
            from = index + 1
        }
        rest = UnsafeRawBufferPointer(rebasing: bytes[end...])
        isInsidePlainLine = bytes[end - 1] != newline
        return UnsafeRawBufferPointer(rebasing: bytes[..<end])
    }
}
