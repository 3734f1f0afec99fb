extension FrameError {
    /// Why LZ4 refused a block: walks through its sequences without decoding. Only called after a refusal.
    ///
    /// - Parameters:
    ///   - history: how many plain bytes came before this block, at most 64 KiB of which can be referred to.
    static func diagnose(_ block: UnsafeRawBufferPointer, history: Int) -> FrameError {
        var position = 0
        var text = 0
        while position < block.count {
            let token = block[position]
            position += 1
            guard let literals = length(token >> 4, block, &position), block.count - position >= literals else {
                return .truncatedBlock
            }
            position += literals
            text += literals
            if position == block.count { return text > Frame.longestText ? .textTooLong(count: text) : .damagedBlock }
            guard block.count - position >= 2 else { return .truncatedBlock }
            let offset = Int(block[position]) | Int(block[position + 1]) << 8
            position += 2
            guard offset > 0, offset <= history + text else {
                return .offsetBeyondHistory(offset: offset, history: history + text)
            }
            guard let match = length(token & 15, block, &position) else { return .truncatedBlock }
            text += match + 4
        }
        return .truncatedBlock
    }

    /// Four bits, and for 15 as many bytes as say 255 and one more.
    private static func length(_ nibble: UInt8, _ block: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        var length = Int(nibble)
        guard nibble == 15 else { return length }
        while position < block.count {
            let more = block[position]
            position += 1
            length += Int(more)
            if more != 255 { return length }
        }
        return nil
    }
}
