/// A body that is too long to be held as a whole: it is read piece by piece, on the pool, while it is sent. One piece is in
/// memory at a time.
public struct HTTPPieces: Sendable {
    /// Bytes of one piece.
    public static let size = 256 << 10

    /// Bytes in all.
    public let count: Int
    /// Bytes from an offset on. Fewer than were asked for, or `nil`: it has come to less than was announced, and only the end
    /// of the connection can say so.
    public let read: @Sendable (_ offset: Int, _ count: Int) -> [UInt8]?

    public init(count: Int, read: @escaping @Sendable (_ offset: Int, _ count: Int) -> [UInt8]?) {
        self.count = count
        self.read = read
    }
}

/// Reads a body's pieces one after the other, as they go over the wire.
///
/// - Note: Used by one thread at a time: the next piece is asked for when the one before is gone.
final class HTTPPieceReader: @unchecked Sendable {
    private let pieces: HTTPPieces
    /// What compresses them; then each is a chunk, because nobody knows how long they become.
    private let gzip: GzipStream?
    private var offset = 0
    private var isOver = false

    /// - Parameter gzip: `nil` sends them as they are.
    init(_ pieces: HTTPPieces, _ gzip: GzipStream? = nil) {
        self.pieces = pieces
        self.gzip = gzip
    }

    /// - Returns: what is sent next; empty at the end, `nil` where it cannot be had.
    func next() -> [UInt8]? {
        while !isOver {
            let count = min(HTTPPieces.size, pieces.count - offset)
            guard let piece = pieces.read(offset, count), piece.count == count else { return nil }
            offset += count
            isOver = offset == pieces.count
            guard let gzip else { return piece }
            // An empty chunk would be the last one.
            let chunk = Self.chunk(gzip.add(piece, isLast: isOver))
            if isOver { return chunk + Self.lastChunk }
            if !chunk.isEmpty { return chunk }
        }
        return []
    }

    private static let lastChunk = Array("0\r\n\r\n".utf8)

    private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        bytes.isEmpty ? [] : Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10]
    }
}
