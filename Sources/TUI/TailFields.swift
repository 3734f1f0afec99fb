internal import Basics
internal import Diagnostics

/// A recognised line as one JSON object.
func tailJSON(_ line: TailLine) -> String {
    let recognised = line.recognised
    var json = JSONWriter()
    json.object { json in
        json.member("time", recognised.line.time)
        json.member("at", line.moment.map { universalDate($0) })
        json.member("level", recognised.line.level?.rawValue)
        json.member("severity", recognised.severity.rawValue)
        json.member("code", recognised.condition?.code)
        json.member("host", recognised.host)
        json.member("side", recognised.side?.rawValue)
        json.member("address", recognised.address)
        json.member("thread", recognised.line.thread)
        json.member("message", recognised.line.message)
        json.key("values")
        json.object { json in
            for (name, value) in recognised.values.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
        }
        if recognised.severity > .info {
            json.member("means", recognised.condition?.sentence)
            json.member("fix", recognised.fix)
        }
        json.member("errno", recognised.line.errno)
        if let source = line.source { json.member("file", source) }
        json.member("raw", String(decoding: line.raw, as: UTF8.self))
    }
    return json.string + "\n"
}

/// A recognised line as `name=value`, in the names of 2.x and of our own log: `tail` reads it again.
func tailFields(_ line: TailLine) -> String {
    let recognised = line.recognised
    let fields: [(String, String?)] = [
        ("time", line.moment.map { universalDate($0) } ?? recognised.line.time),
        ("level", recognised.severity.rawValue), ("code", recognised.condition?.code), ("node", recognised.host),
        ("side", recognised.side?.rawValue), ("src_ip", recognised.address), ("thread", recognised.line.thread),
        ("errno", recognised.line.errno), ("file", line.source), ("msg", recognised.line.message),
    ]
    return fields.compactMap { name, value in value.map { name + "=" + quotedIfNeeded($0) } }.joined(separator: " ")
        + "\n"
}

private func quotedIfNeeded(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
        $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
    }
    if isPlain, !text.isEmpty { return text }
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    appendJSONText(text, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    return String(decoding: bytes, as: UTF8.self)
}
