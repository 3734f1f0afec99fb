// Lines of JSON and the quoted values of `key=value` lines, as logs hold them.

/// The texts of one flat object; numbers and words as they are written, nested values left out. `nil` unless the line is
/// such an object and has a message.
func jsonFields(_ text: [UInt8]) -> [String: String]? {
    guard text.first == UInt8(ascii: "{") else { return nil }
    var fields: [String: String] = [:]
    var index = 1
    while true {
        skipBlanks(text, &index)
        guard index < text.count else { return nil }
        if text[index] == UInt8(ascii: "}") { break }
        if text[index] == UInt8(ascii: ",") {
            index += 1
            continue
        }
        guard text[index] == UInt8(ascii: "\"") else { return nil }
        let name = String(decoding: quotedText(text, &index), as: UTF8.self)
        skipBlanks(text, &index)
        guard index < text.count, text[index] == UInt8(ascii: ":") else { return nil }
        index += 1
        skipBlanks(text, &index)
        guard index < text.count else { return nil }
        if text[index] == UInt8(ascii: "\"") {
            fields[name] = String(decoding: quotedText(text, &index), as: UTF8.self)
        } else {
            let start = index
            skipValue(text, &index)
            let value = text[start..<index]
            if name == "MESSAGE", let bytes = numbers(value) {
                fields[name] = String(decoding: bytes, as: UTF8.self)
            } else if index > start, text[start] != UInt8(ascii: "{"), text[start] != UInt8(ascii: "["),
                !value.elementsEqual("null".utf8)
            {
                fields[name] = String(decoding: text[start..<index], as: UTF8.self)
            }
        }
    }
    // The names of this program, of journals and of others that log so.
    fields["msg"] = fields["msg"] ?? fields["message"] ?? fields["MESSAGE"]
    for (name, theirs) in journalNames {
        if fields[name] == nil, let value = theirs.lazy.compactMap({ fields[$0] }).first { fields[name] = value }
    }
    return fields["msg"] == nil ? nil : fields
}

/// Our names for what the journal has: the fields of systemd's and of Netdata's.
private let journalNames: [(String, [String])] = [
    ("time", ["_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"]), ("level", ["PRIORITY"]),
    ("comm", ["SYSLOG_IDENTIFIER", "_COMM"]), ("thread", ["THREAD_TAG", "ND_THREAD_TAG"]), ("errno", ["ERRNO"]),
    ("node", ["ND_NIDL_NODE"]), ("src_ip", ["ND_SRC_IP"]),
]

/// The bytes of a message that is no text: `[27,91,49]`, as journalctl writes it.
private func numbers(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") else { return nil }
    var bytes: [UInt8] = []
    for word in text.dropFirst().dropLast().split(separator: UInt8(ascii: ",")) {
        guard let byte = UInt8(String(decoding: word.filter { $0 != 0x20 }, as: UTF8.self)) else { return nil }
        bytes.append(byte)
    }
    return bytes
}

/// What stands between two quotes, without its escapes.
///
/// - Parameter index: the opening quote; afterwards what follows the closing one.
func quotedText(_ text: [UInt8], _ index: inout Int) -> [UInt8] {
    var value: [UInt8] = []
    index += 1
    while index < text.count, text[index] != UInt8(ascii: "\"") {
        if text[index] == UInt8(ascii: "\\"), index + 1 < text.count {
            index += 1
            unescape(text, &index, into: &value)
        } else {
            value.append(text[index])
            index += 1
        }
    }
    index = min(index + 1, text.count)
    return value
}

/// One escape of JSON; of a letter that is none the letter itself, as logs of 2.x mean it.
private func unescape(_ text: [UInt8], _ index: inout Int, into value: inout [UInt8]) {
    let letter = text[index]
    index += 1
    switch letter {
    case UInt8(ascii: "n"): value.append(0x0a)
    case UInt8(ascii: "r"): value.append(0x0d)
    case UInt8(ascii: "t"): value.append(0x09)
    case UInt8(ascii: "b"): value.append(0x08)
    case UInt8(ascii: "f"): value.append(0x0c)
    case UInt8(ascii: "u"):
        guard var code = hexadecimal(text, index) else { return value.append(letter) }
        index += 4
        // Two surrogates make one character; one alone makes none.
        if code & 0xfc00 == 0xd800, index + 1 < text.count, text[index] == UInt8(ascii: "\\"),
            text[index + 1] == UInt8(ascii: "u"), let low = hexadecimal(text, index + 2), low & 0xfc00 == 0xdc00
        {
            code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
            index += 6
        }
        value += String(Unicode.Scalar(code) ?? "\u{fffd}").utf8
    default: value.append(letter)
    }
}

private func hexadecimal(_ text: [UInt8], _ start: Int) -> UInt32? {
    guard start + 4 <= text.count else { return nil }
    let digits = text[start..<start + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
}

private func skipBlanks(_ text: [UInt8], _ index: inout Int) {
    while index < text.count, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
}

/// A number or a word, or a nested value with everything in it.
private func skipValue(_ text: [UInt8], _ index: inout Int) {
    var depth = 0
    while index < text.count {
        switch text[index] {
        case UInt8(ascii: "\""):
            _ = quotedText(text, &index)
            continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 0 { return }
            depth -= 1
        case UInt8(ascii: ","), 0x20: if depth == 0 { return }
        default: break
        }
        index += 1
    }
}
