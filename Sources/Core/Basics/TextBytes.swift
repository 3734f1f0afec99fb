/// Text that is put together as bytes, piece by piece: without strings in between, which answers have no use for.
extension [UInt8] {
    @inlinable
    public mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable
    public mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    @inlinable
    public mutating func append(character: Unicode.Scalar) { append(UInt8(ascii: character)) }

    @inlinable
    public mutating func append(number: some BinaryInteger) { appendDigits(Int64(clamping: number), to: &self) }
}
