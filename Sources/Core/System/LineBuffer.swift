/// Cuts what arrives in pieces into lines, and no line is longer than it may be.
struct LineBuffer {
    /// Bytes of a line that are kept; the rest of a longer one is skipped.
    static let lineLimit = 64 << 10

    private var partial: [UInt8] = []
    private var skipsRest = false

    /// - Parameter line: called with each complete line, without its end.
    mutating func take(_ bytes: ArraySlice<UInt8>, _ line: (ArraySlice<UInt8>) -> Void) {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 10) {
            append(bytes[start..<end])
            if !skipsRest || !partial.isEmpty { line(partial[...]) }
            partial.removeAll(keepingCapacity: true)
            skipsRest = false
            start = end + 1
        }
        append(bytes[start...])
    }

    /// Hands over the last line although its end has not come: for the end of the input.
    mutating func finish(_ line: (ArraySlice<UInt8>) -> Void) {
        if !partial.isEmpty { line(partial[...]) }
        forget()
    }

    /// The next bytes belong to something else.
    /// - Parameter inTheMiddle: they begin inside a line, and what is left of that is no line.
    mutating func forget(inTheMiddle: Bool = false) {
        partial = []
        skipsRest = inTheMiddle
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !skipsRest else { return }
        let room = Self.lineLimit - partial.count
        partial += bytes.prefix(room)
        if bytes.count > room { skipsRest = true }
    }
}
