/// What a parent says after its reply, line by line.
struct ParentLines {
    /// Bytes of a line that are kept: enough to know it by.
    static let bytesMax = 200

    private var line: [UInt8] = []

    mutating func take(_ bytes: UnsafeRawBufferPointer, _ body: (String) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                body(String(decoding: line, as: UTF8.self))
                line = []
            } else if line.count < Self.bytesMax {
                line.append(byte)
            }
        }
    }
}
