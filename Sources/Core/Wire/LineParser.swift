#if canImport(Glibc)
import Glibc
#endif

/// What became of the bytes that were fed.
public enum ParseResult: Sendable, Equatable {
    /// All taken; more may come.
    case more
    /// The sink ended the session. Nothing further is parsed.
    case stopped
    /// A line longer than the limit. Nothing further is parsed.
    case lineTooLong
}

/// Joins pieces of a stream into lines and parses them straight into a ``CommandSink`` (streaming protocol §7).
///
/// Lines are parsed where they lie; only the incomplete last one is kept. The result does not depend on how the stream
/// was cut.
public struct LineParser: ~Copyable {
    /// The longest accepted line, its newline included.
    public let limit: Int
    @usableFromInline var ended = ParseResult.more
    @usableFromInline var words = Words()
    @usableFromInline var tail: UnsafeMutablePointer<UInt8>?
    @usableFromInline var tailCount = 0
    private var tailCapacity = 0

    public init(limit: Int = LineLimit.accepted) {
        precondition(limit > 0, "a line has at least its newline")
        self.limit = limit
    }

    deinit {
        tail?.deallocate()
    }

    /// Whether the stream stands in the middle of a line.
    public var hasPartialLine: Bool { tailCount > 0 }

    /// The beginning of the line that the stream stands in; `nil` between lines.
    public func partialLine(limit: Int) -> String? {
        guard let tail, tailCount > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: tail, count: Swift.min(tailCount, limit)), as: UTF8.self)
    }

    /// Parses all complete lines into `sink` and keeps the rest.
    @inlinable
    public mutating func feed<Sink: CommandSink & ~Copyable>(
        _ bytes: UnsafeRawBufferPointer,
        to sink: inout Sink
    ) -> ParseResult {
        guard ended == .more, let base = bytes.baseAddress else { return ended }
        var start = base.assumingMemoryBound(to: UInt8.self)
        let end = start + bytes.count
        if tailCount > 0 {
            guard let rest = completeTail(from: start, to: end), let line = tail else { return ended }
            guard parseLines(line, line + tailCount, &words, &sink) else { return stop() }
            releaseTail()
            start = rest
        }
        while start < end {
            guard let last = LineParser.lastNewline(start, Swift.min(end - start, limit)) else {
                keep(from: start, to: end)
                return ended
            }
            guard parseLines(start, last + 1, &words, &sink) else { return stop() }
            start = last + 1
        }
        return .more
    }
}

extension LineParser {
    @usableFromInline
    mutating func stop() -> ParseResult {
        ended = .stopped
        return ended
    }

    /// The last newline among the first `count` bytes. Looking no further than the line limit makes every line before it
    /// short enough without a look at each.
    @usableFromInline
    static func lastNewline(_ start: UnsafePointer<UInt8>, _ count: Int) -> UnsafePointer<UInt8>? {
        var cursor = start + count
        while cursor > start {
            cursor -= 1
            if cursor[0] == newline { return cursor }
        }
        return nil
    }

    /// Appends up to and including the first newline to the kept piece. `nil`: there is none yet, or the line is too long.
    @usableFromInline
    mutating func completeTail(
        from start: UnsafePointer<UInt8>,
        to end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8>? {
        guard start < end, let found = memchr(start, Int32(newline), end - start) else {
            keep(from: start, to: end)
            return nil
        }
        let rest = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
        guard tailCount + (rest - start) <= limit else {
            ended = .lineTooLong
            return nil
        }
        append(start, rest - start)
        return rest
    }

    /// Keeps a piece that has no newline.
    @usableFromInline
    mutating func keep(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) {
        guard tailCount + (end - start) < limit else {
            ended = .lineTooLong
            return
        }
        append(start, end - start)
    }

    private mutating func append(_ start: UnsafePointer<UInt8>, _ count: Int) {
        let needed = tailCount + count
        if needed > tailCapacity {
            let capacity = Swift.max(needed, tailCapacity * 2, 256)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            if let tail {
                larger.update(from: tail, count: tailCount)
                tail.deallocate()
            }
            tail = larger
            tailCapacity = capacity
        }
        if let tail, count > 0 { (tail + tailCount).update(from: start, count: count) }
        tailCount = needed
    }

    /// The kept line is parsed. Memory beyond what usual lines need is given back, since there may be thousands of peers.
    @usableFromInline
    mutating func releaseTail() {
        tailCount = 0
        guard tailCapacity > 4096 else { return }
        tail?.deallocate()
        tail = nil
        tailCapacity = 0
    }
}
