internal import NIOCore

/// Collects a request's head until its empty line. Every byte is looked at once, however small the pieces are.
struct HeadBuffer {
    /// What is there so far; the head once it is complete, with what followed it.
    private(set) var bytes: ByteBuffer?
    private var searched = 0
    private var judged = 0
    private var isSpoilt = false

    var count: Int { bytes?.readableBytes ?? 0 }

    mutating func append(_ piece: ByteBuffer) {
        if bytes == nil || bytes!.readableBytes == 0 {
            // A copy: to keep the piece would keep the whole receive buffer of this loop alive.
            bytes = ByteBuffer(bytes: piece.readableBytesView)
            searched = 0
            judged = 0
            isSpoilt = false
        } else {
            bytes!.writeBytes(piece.readableBytesView)
        }
    }

    /// Takes the head up to and with its empty line; `nil` while there is none.
    mutating func takeHead() -> ByteBuffer? {
        guard let end = bytes?.withUnsafeReadableBytes({ Self.end(of: $0, from: searched) }) else {
            searched = max(0, count - 3)
            return nil
        }
        searched = 0
        judged = 0
        isSpoilt = false
        return bytes!.readSlice(length: end)
    }

    /// Whether no head that is understood can come of what is there: a line feed without a carriage return in front of it, or a
    /// NUL. Who ends lines so would wait for its answer in vain.
    var isHopeless: Bool {
        mutating get {
            guard !isSpoilt, let bytes else { return isSpoilt }
            let view = bytes.readableBytesView
            let start = view.startIndex
            for offset in judged..<view.count {
                let byte = view[start + offset]
                guard byte == 10 || byte == 0 else { continue }
                if byte == 0 || offset == 0 || view[start + offset - 1] != 13 {
                    isSpoilt = true
                    break
                }
            }
            judged = view.count
            return isSpoilt
        }
    }

    /// Takes everything that is there.
    mutating func takeAll() -> ByteBuffer? {
        defer {
            bytes = nil
            searched = 0
        }
        return count > 0 ? bytes : nil
    }

    /// The offset after the first empty line.
    static func end(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard bytes.count >= 4 else { return nil }
        var index = start + 3
        while index < bytes.count {
            // Look at the last byte of the four first: most often it says how far to skip.
            switch bytes[index] {
            case 10:
                if bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 { return index + 1 }
                index += 2
            case 13: index += 1
            default: index += 4
            }
        }
        return nil
    }
}
