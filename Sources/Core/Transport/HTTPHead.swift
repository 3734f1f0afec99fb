/// The head of an HTTP request taken apart.
///
/// Our own small reader, because what the original's clients send is not always HTTP: spaces in the URL, which ends at
/// ` HTTP/`, and exact refusals. It is stricter where leniency hides things, because what is in front may read them in another
/// way: no folded lines, no control characters, no blank before a colon, no body, one `Host`, a path and nothing else as target,
/// and a version that there is.
struct HTTPHead {
    let method: HTTPRequest.Method
    let target: String
    let fields: HTTPFields
    /// Whether the client knows chunks, as those of HTTP/1.1 do.
    let takesChunks: Bool

    /// Header lines of a request; beyond it the request is not understood.
    static let fieldsLimit = 100

    /// Where something can be changed, and so posted.
    private static let managed = "/api/v1/manage/"

    /// - Parameter head: with its final empty line.
    init?(_ head: some Collection<UInt8>) {
        // Lines end in CR LF; what is left of either within a line is a control character, and refused.
        guard head.count >= 4 else { return nil }
        var lines = Self.lines(Array(head.dropLast(4)))[...]
        guard let first = lines.popFirst(), let (method, target, minor) = Self.request(first) else { return nil }
        var fields = HTTPFields()
        for line in lines {
            guard fields.count < Self.fieldsLimit, let (name, value) = Self.field(line) else { return nil }
            // A body nobody reads would be taken for the next request by us, and for this one's by whatever is in front.
            let lower = name.lowercased()
            if lower == "transfer-encoding" || lower == "content-length" && value != "0" { return nil }
            // Of two, each reader may believe another.
            if Self.single.contains(lower), fields.contains(lower) { return nil }
            fields.append(name, value)
        }
        self.method = method
        self.target = target
        self.fields = fields
        takesChunks = minor > 0
    }

    private static let single: Set<String> = ["host", "content-length"]

    /// Whether the client asked for the connection to stay.
    var wantsKeepAlive: Bool { fields.value(of: "Connection", contains: "keep-alive") }

    /// - Returns: method, target, and what follows `HTTP/1.`.
    private static func request(_ line: ArraySlice<UInt8>) -> (HTTPRequest.Method, String, UInt8)? {
        let method: HTTPRequest.Method
        let rest: ArraySlice<UInt8>
        if line.starts(with: "GET ".utf8) {
            (method, rest) = (.get, line.dropFirst(4))
        } else if line.starts(with: "HEAD ".utf8) {
            (method, rest) = (.head, line.dropFirst(5))
        } else if line.starts(with: "OPTIONS ".utf8) {
            (method, rest) = (.options, line.dropFirst(8))
        } else if line.starts(with: "POST ".utf8) {
            (method, rest) = (.post, line.dropFirst(5))
        } else {
            return nil
        }
        // As the original has it: who posts elsewhere is not understood.
        if method == .post, !rest.starts(with: Self.managed.utf8) { return nil }
        guard let end = rest.indices.first(where: { rest[$0...].starts(with: " HTTP/".utf8) }), end > rest.startIndex
        else { return nil }
        let target = rest[..<end]
        guard target.first == UInt8(ascii: "/") || method == .options && target.elementsEqual([UInt8(ascii: "*")]),
            let minor = minorVersion(rest[end...])
        else { return nil }
        return (method, String(decoding: target, as: UTF8.self), minor)
    }

    /// Of ` HTTP/1.1` the last number.
    private static func minorVersion(_ word: ArraySlice<UInt8>) -> UInt8? {
        guard word.count == 9, word.starts(with: " HTTP/1.".utf8), let last = word.last,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last)
        else { return nil }
        return last - UInt8(ascii: "0")
    }

    private static func field(_ line: ArraySlice<UInt8>) -> (String, String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        var value = line[(colon + 1)...]
        while let first = value.first, isBlank(first) { value.removeFirst() }
        while let last = value.last, isBlank(last) { value.removeLast() }
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// The lines, or none if a control character is in them.
    private static func lines(_ head: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        var index = 0
        while index < head.count {
            if head[index] == 13, index + 1 < head.count, head[index + 1] == 10 {
                lines.append(head[start..<index])
                index += 2
                start = index
            } else if head[index] < 0x20 && head[index] != 9 || head[index] == 0x7f {
                return []
            } else {
                index += 1
            }
        }
        lines.append(head[start...])
        return lines
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }
}
