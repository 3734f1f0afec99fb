import CZlib

/// What a client makes of a compressed body; `nil` for what is none, or not all of it.
func gunzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    let size = UInt32(part.count)
    let result = input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        while true {
            let result = part.withUnsafeMutableBufferPointer { part in
                stream.next_out = part.baseAddress
                stream.avail_out = size
                return inflate(&stream, Z_NO_FLUSH)
            }
            output += part[..<Int(size - stream.avail_out)]
            if result != Z_OK || stream.avail_in == 0 && stream.avail_out != 0 { return result }
        }
    }
    return result == Z_STREAM_END && stream.avail_in == 0 ? output : nil
}

/// The body of a chunked answer; `nil` where it does not end as it should.
func unchunked(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var rest = bytes
    var body: [UInt8] = []
    while let end = rest.firstIndex(of: 13), let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) {
        let start = end + 2
        guard rest.endIndex >= start + size + 2 else { return nil }
        if size == 0 { return rest.endIndex == start + 2 ? body : nil }
        body += rest[start..<(start + size)]
        rest = rest[(start + size + 2)...]
    }
    return nil
}
