/// URL encoding as the streaming request and the web API use it (streaming protocol §2).
public enum PercentEncoding {
    /// Letters, digits and `-_.~` stay; a space becomes `+`; all else `%` and two lower-case digits.
    public static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                encoded.append(byte)
            case 0x20: encoded.append(UInt8(ascii: "+"))
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Decodes `%xx` and `+`. An incomplete or bad escape stays as it is written; `%00` is dropped together with
    /// what a C string would not have: nothing else, so no byte can hide behind it.
    @inlinable
    public static func decode(_ bytes: some Sequence<UInt8>) -> [UInt8] { decode(Array(bytes)) }

    /// The same.
    public static func decode(_ input: [UInt8]) -> [UInt8] {
        guard input.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return input }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(input.count)
        var index = 0
        while index < input.count {
            let byte = input[index]
            if byte == UInt8(ascii: "%"), index + 2 < input.count, let high = hexadecimalDigit(input[index + 1]),
                let low = hexadecimalDigit(input[index + 2])
            {
                if high << 4 | low != 0 { decoded.append(high << 4 | low) }
                index += 3
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return decoded
    }

    public static func decode(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        return String(decoding: decode(Array(text.utf8)), as: UTF8.self)
    }
}
