/// An answer as a client reads it: a status line, header lines, and as many bytes as `Content-Length` says.
struct HTTPReply {
    enum State {
        /// More bytes are needed.
        case incomplete
        case malformed(String)
        case complete(HTTPClient.Response, keepAlive: Bool)
    }

    private var head: (status: Int, fields: HTTPFields, length: Int?, end: Int)?

    /// Looks at everything that has come so far; the head is read only once.
    /// - Parameter atEnd: no more will come.
    mutating func state(_ bytes: [UInt8], atEnd: Bool) -> State {
        if head == nil {
            guard let end = Self.endOfHead(bytes) else {
                return atEnd ? .malformed(bytes.isEmpty ? "the connection was closed" : "half an answer") : .incomplete
            }
            guard let parsed = Self.parse(bytes[..<end]) else { return .malformed("this is no HTTP") }
            if parsed.fields.contains("Transfer-Encoding") { return .malformed("a transfer encoding nobody asked for") }
            head = (parsed.status, parsed.fields, parsed.fields["Content-Length"].flatMap { Int($0) }, end)
        }
        let head = head!
        guard let length = head.length else {
            guard atEnd else { return .incomplete }
            return .complete(response(bytes[head.end...]), keepAlive: false)
        }
        guard length >= 0 else { return .malformed("a negative length") }
        guard bytes.count - head.end >= length else { return atEnd ? .malformed("half an answer") : .incomplete }
        return .complete(
            response(bytes[head.end..<(head.end + length)]),
            keepAlive: !atEnd && head.fields.value(of: "Connection", contains: "keep-alive")
        )
    }

    private func response(_ body: ArraySlice<UInt8>) -> HTTPClient.Response {
        HTTPClient.Response(status: head!.status, fields: head!.fields, body: Array(body))
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast(3).first { index in
            bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10
        }.map { $0 + 4 }
    }

    private static func parse(_ head: ArraySlice<UInt8>) -> (status: Int, fields: HTTPFields)? {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first?.split(separator: " ", maxSplits: 2), first.count >= 2,
            first[0].hasPrefix("HTTP/1."), let status = Int(first[1])
        else { return nil }
        var fields = HTTPFields()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...]
            fields.append(String(line[..<colon]), String(value.drop { $0 == " " }))
        }
        return (status, fields)
    }
}
