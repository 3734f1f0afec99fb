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

    private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    /// - Parameter head: with its final empty line.
    init?(_ head: some Collection<UInt8>) {
        let read = head.withContiguousStorageIfAvailable { HTTPHead(bytes: $0) }
        guard let read = read ?? Array(head).withUnsafeBufferPointer({ HTTPHead(bytes: $0) }) else { return nil }
        self = read
    }

    private init?(bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count >= 4 else { return nil }
        var rest = bytes.dropLast(4)
        guard let first = Self.takeLine(&rest), let (method, target, minor) = Self.request(first) else { return nil }
        var fields = HTTPFields()
        while rest.startIndex < rest.endIndex {
            guard fields.count < Self.fieldsLimit, let line = Self.takeLine(&rest), let (name, value) = Self.field(line)
            else { return nil }
            // A body nobody reads would be taken for the next request by us, and for this one's by whatever is in front.
            if HTTPFields.same(name, "transfer-encoding") { return nil }
            let isLength = HTTPFields.same(name, "content-length")
            if isLength, value != "0" { return nil }
            // Of two, each reader may believe another.
            if isLength || HTTPFields.same(name, "host"), fields.contains(name) { return nil }
            fields.append(name, value)
        }
        self.method = method
        self.target = target
        self.fields = fields
        takesChunks = minor > 0
    }

    /// Whether the client asked for the connection to stay.
    var wantsKeepAlive: Bool { fields.value(of: "Connection", contains: "keep-alive") }

    /// A line without its end, CR LF; what is left of either within a line is a control character, and refused.
    private static func takeLine(_ rest: inout Bytes) -> Bytes? {
        var index = rest.startIndex
        while index < rest.endIndex {
            let byte = rest[index]
            if byte == 13, index + 1 < rest.endIndex, rest[index + 1] == 10 {
                defer { rest = rest[(index + 2)...] }
                // An empty line at the end would be lost with the rest.
                return index + 2 < rest.endIndex ? rest[..<index] : nil
            }
            if byte < 0x20 && byte != 9 || byte == 0x7f { return nil }
            index += 1
        }
        defer { rest = rest[rest.endIndex...] }
        return rest
    }

    /// - Returns: method, target, and what follows `HTTP/1.`.
    private static func request(_ line: Bytes) -> (HTTPRequest.Method, String, UInt8)? {
        let method: HTTPRequest.Method
        let rest: Bytes
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
        guard let end = endOfTarget(rest), end > rest.startIndex else { return nil }
        let target = rest[..<end]
        guard target.first == UInt8(ascii: "/") || method == .options && target.elementsEqual([UInt8(ascii: "*")]),
            let minor = minorVersion(rest[end...])
        else { return nil }
        return (method, String(decoding: target, as: UTF8.self), minor)
    }

    private static func endOfTarget(_ rest: Bytes) -> Int? {
        rest.indices.first { rest[$0] == 0x20 && rest[$0...].starts(with: " HTTP/".utf8) }
    }

    /// Of ` HTTP/1.1` the last number.
    private static func minorVersion(_ word: Bytes) -> UInt8? {
        guard word.count == 9, word.starts(with: " HTTP/1.".utf8), let last = word.last,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last)
        else { return nil }
        return last - UInt8(ascii: "0")
    }

    private static func field(_ line: Bytes) -> (String, String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        var value = line[(colon + 1)...]
        while let first = value.first, isBlank(first) { value.removeFirst() }
        while let last = value.last, isBlank(last) { value.removeLast() }
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }
}
