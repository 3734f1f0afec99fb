import Wire

/// What a parent says after its reply, line by line, however it is cut.
struct ParentLines {
    /// Bytes of a line: what 1.37 bears, too (streaming protocol §7).
    static let bytesMax = LineLimit.parent137 - 1

    private var line: [UInt8] = []
    private var isTooLong = false

    /// - Parameter body: gets each line without its end, and whether it was cut because it was too long.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ body: (_ line: [UInt8], _ isTooLong: Bool) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            body(line, isTooLong)
            line.removeAll(keepingCapacity: line.capacity <= 1024)
            isTooLong = false
            rest = rest[(end + 1)...]
        }
        keep(rest)
    }

    private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>) {
        let room = ParentLines.bytesMax - line.count
        line.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { isTooLong = true }
    }
}
