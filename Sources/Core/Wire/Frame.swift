public import Diagnostics

/// The four bytes before a compressed block, and how much may be in it (streaming protocol §6).
///
///     0xFA · 1LLLLLLL · 1HHHHHHH · 0x0A        length = L + 128 H, without these four
public enum Frame {
    /// No line starts with this byte, which is how frames and plain lines are told apart.
    @inlinable public static var mark: UInt8 { 0xfa }
    public static let headerLength = 4
    /// What fits into the 14 bits of a header.
    public static let longestBlock = 16_383
    /// The longest plain text that any generation puts into a frame.
    public static let longestText = 16_384
    /// What 2.11 accepts, compressed: nothing longer is ever sent.
    public static let longestSentBlock = 16_255
    /// The longest plain text whose compressed form fits ``longestSentBlock`` whatever it contains.
    public static let longestSentText = 16_175
    /// How far back a block may refer.
    static let history = 65_536

    /// The length that a header tells; `nil` where it is none. Length 0 is none.
    static func length(_ header: UnsafePointer<UInt8>) -> Int? {
        guard header[0] == mark, header[1] & 0x80 != 0, header[2] & 0x80 != 0, header[3] == newline else { return nil }
        let length = Int(header[1] & 0x7f) | Int(header[2] & 0x7f) << 7
        return length == 0 ? nil : length
    }

    static func header(length: Int) -> (UInt8, UInt8, UInt8, UInt8) {
        (
            mark, 0x80 | UInt8(truncatingIfNeeded: length & 0x7f), 0x80 | UInt8(truncatingIfNeeded: length >> 7 & 0x7f),
            newline
        )
    }
}

/// What can be wrong with a frame. Each ends the connection: without the history nothing after it can be read.
public enum FrameError: Error, Sendable, Equatable {
    /// `0xFA` stands where a frame may start, but these four bytes are no header.
    case noHeader(UInt8, UInt8, UInt8, UInt8)
    /// The block ends within a literal or a match.
    case truncatedBlock
    /// A match reaches back beyond the first byte of the stream, or nowhere.
    case offsetBeyondHistory(offset: Int, history: Int)
    /// More plain text than any peer may put into a frame.
    case textTooLong(count: Int)
    /// LZ4 refuses the block for another reason.
    case damagedBlock
}

extension FrameError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noHeader(let one, let two, let three, let four):
            [one, two, three, four].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        case .truncatedBlock: "the block ends too early"
        case .offsetBeyondHistory(let offset, let history): "it refers \(offset) bytes back, where only \(history) were"
        case .textTooLong(let count): "it holds \(count) bytes of text"
        case .damagedBlock: "the block is damaged"
        }
    }
}

extension FrameError {
    /// The log line that says it; its other values are the receiver's.
    public var condition: Condition {
        switch self {
        case .noHeader: .frameWithoutHeader
        case .textTooLong: .frameTooLong
        case .truncatedBlock, .offsetBeyondHistory, .damagedBlock: .frameDamaged
        }
    }

    /// The values of ``condition`` that only the frame knows.
    public var values: [String: String] {
        switch self {
        case .noHeader: ["bytes": description]
        case .textTooLong(let count): ["size": String(count), "limit": String(Frame.longestText)]
        case .truncatedBlock, .offsetBeyondHistory, .damagedBlock: ["reason": description]
        }
    }
}
