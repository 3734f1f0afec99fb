/// Snappy's block format read as its description says it
/// (https://github.com/google/snappy/blob/main/format_description.txt); `nil` for what is none.
func unsnappied(_ bytes: [UInt8]) -> [UInt8]? {
    var input = bytes[...]
    guard let length = takeVarint(&input) else { return nil }
    var output: [UInt8] = []
    func take(_ count: Int) -> [UInt8]? {
        guard input.count >= count else { return nil }
        defer { input = input.dropFirst(count) }
        return Array(input.prefix(count))
    }
    while let tag = input.popFirst() {
        var length = Int(tag >> 2) + 1
        let offset: Int
        switch tag & 3 {
        case 0:
            if length > 60 {
                guard let more = take(length - 60) else { return nil }
                length = more.reversed().reduce(0) { $0 << 8 | Int($1) } + 1
            }
            guard let literal = take(length) else { return nil }
            output += literal
            continue
        case 1:
            length = Int(tag >> 2 & 7) + 4
            guard let low = take(1) else { return nil }
            offset = Int(tag >> 5) << 8 | Int(low[0])
        default:
            guard let more = take(tag & 3 == 2 ? 2 : 4) else { return nil }
            offset = more.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard offset > 0, offset <= output.count else { return nil }
        for _ in 0..<length { output.append(output[output.count - offset]) }
    }
    return output.count == Int(length) ? output : nil
}

/// One series of a `WriteRequest` with its only sample.
struct DecodedSeries: Equatable, CustomStringConvertible {
    var labels: [String] = []
    var value = 0.0
    var milliseconds: Int64 = 0

    var description: String { "{\(labels.joined(separator: ","))} \(value) \(milliseconds)" }
}

/// Field numbers and contents of a message; `nil` for what is none. Numbers are eight bytes.
func decodedFields(_ bytes: [UInt8]) -> [(number: UInt64, content: [UInt8])]? {
    var input = bytes[...]
    var fields: [(UInt64, [UInt8])] = []
    while !input.isEmpty {
        guard let tag = takeVarint(&input) else { return nil }
        switch tag & 7 {
        case 0:
            guard let value = takeVarint(&input) else { return nil }
            fields.append((tag >> 3, (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }))
        case 1:
            guard input.count >= 8 else { return nil }
            fields.append((tag >> 3, Array(input.prefix(8))))
            input = input.dropFirst(8)
        case 2:
            guard let length = takeVarint(&input), input.count >= length else { return nil }
            fields.append((tag >> 3, Array(input.prefix(Int(length)))))
            input = input.dropFirst(Int(length))
        default: return nil
        }
    }
    return fields
}

/// The series of a `WriteRequest` before compression.
func decodedSeries(_ request: [UInt8]) -> [DecodedSeries]? {
    decodedFields(request)?.map { _, series in
        var decoded = DecodedSeries()
        for (number, content) in decodedFields(series) ?? [] {
            let inner = decodedFields(content) ?? []
            func bits(_ number: UInt64) -> UInt64 {
                inner.first { $0.number == number }?.content.reversed().reduce(0) { $0 << 8 | UInt64($1) } ?? 0
            }
            func text(_ number: UInt64) -> String {
                String(decoding: inner.first { $0.number == number }?.content ?? [], as: UTF8.self)
            }
            if number == 1 {
                decoded.labels.append("\(text(1))=\(text(2))")
            } else {
                decoded.value = Double(bitPattern: bits(1))
                decoded.milliseconds = Int64(bitPattern: bits(2))
            }
        }
        return decoded
    }
}

private func takeVarint(_ input: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
        guard let byte = input.popFirst() else { return nil }
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
    }
    return nil
}
