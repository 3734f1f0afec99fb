/// Reads one answer of HTTP/1.x as it comes, in pieces of any size: with `Content-Length`, chunked (RFC 9112 §7.1), or up to the
/// end of the connection. Of the body only the beginning is kept.
struct ReplyReader {
    enum Step: Equatable {
        case needsMore
        case done(HTTPReply)
        /// Why this is no answer.
        case malformed(String)
    }

    /// Bytes of a head at most, of all heads that come before the answer (1xx) together.
    static let headLimit = 16 << 10
    /// Bytes of a body that are kept.
    static let keptBytes = 1 << 10
    /// Bytes of a body that are waited for. A longer one is cut, and the connection with it.
    static let bodyLimit = 1 << 20
    /// Bytes of a line that says how long a chunk is.
    static let chunkLineLimit = 256

    private static let start = Array("HTTP/1.".utf8)

    private enum State {
        case head
        /// So many bytes more.
        case body(Int)
        case untilEnd
        case chunkLine
        case chunk(Int)
        /// The line end behind a chunk.
        case chunkEnd
        case trailers
    }

    private var state = State.head
    private var line: [UInt8] = []
    private var lines: [[UInt8]] = []
    private var headBytes = 0
    private var status = 0
    private var reason = ""
    private var keepsAlive = false
    private var kept: [UInt8] = []
    private var bodyBytes = 0

    /// Whether nothing has come yet.
    var isEmpty: Bool { headBytes == 0 }

    private var isHead: Bool {
        switch state {
        case .head, .trailers: true
        default: false
        }
    }

    /// Takes what came.
    mutating func read(_ bytes: [UInt8]) -> Step {
        var index = 0
        let step = read(bytes, &index)
        // More than one answer to one question: nobody knows what the rest belongs to.
        guard case .done(var reply) = step, index < bytes.count else { return step }
        reply.keepsAlive = false
        return .done(reply)
    }

    private mutating func read(_ bytes: [UInt8], _ index: inout Int) -> Step {
        while index < bytes.count {
            switch state {
            case .body(let count):
                let taken = take(bytes[index...], count)
                index += taken
                state = .body(count - taken)
                if taken == count || bodyBytes > Self.bodyLimit { return done() }
            case .chunk(let count):
                let taken = take(bytes[index...], count)
                index += taken
                state = taken == count ? .chunkEnd : .chunk(count - taken)
                if bodyBytes > Self.bodyLimit { return done() }
            case .untilEnd:
                index += take(bytes[index...], .max)
                if bodyBytes > Self.bodyLimit { return done() }
            case .head, .chunkLine, .chunkEnd, .trailers:
                guard bytes[index] == UInt8(ascii: "\n") else {
                    line.append(bytes[index])
                    index += 1
                    if let reason = tooLong() { return .malformed(reason) }
                    continue
                }
                index += 1
                headBytes += isHead ? 1 : 0
                guard headBytes <= Self.headLimit else { return .malformed("too long a head") }
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                let whole = line
                line = []
                if let step = take(line: whole) { return step }
            }
        }
        return .needsMore
    }

    /// Nothing more comes.
    mutating func end() -> Step {
        if case .untilEnd = state { return done() }
        return .malformed(isEmpty ? "the connection was closed" : "half an answer")
    }

    private mutating func tooLong() -> String? {
        switch state {
        case .chunkLine: return line.count > Self.chunkLineLimit ? "a chunk without a length" : nil
        case .chunkEnd: return line.count > 1 ? "a chunk that is longer than it says" : nil
        default:
            headBytes += 1
            // The first line says what this is: whoever waits for more of something else waits in vain.
            if case .head = state, lines.isEmpty, !line.starts(with: Self.start), !Self.start.starts(with: line) {
                return line[0] == 0x15 ? "this is no HTTP: it speaks TLS" : "this is no HTTP"
            }
            return headBytes > Self.headLimit ? "too long a head" : nil
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, _ count: Int) -> Int {
        let taken = min(count, bytes.count)
        bodyBytes += taken
        if kept.count < Self.keptBytes { kept += bytes.prefix(min(taken, Self.keptBytes - kept.count)) }
        return taken
    }

    /// - Returns: `nil` where more has to come.
    private mutating func take(line: [UInt8]) -> Step? {
        switch state {
        case .head where line.isEmpty: return finishHead()
        case .head:
            lines.append(line)
            return nil
        case .chunkLine:
            let text = String(decoding: line.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            let digits = text.filter { $0 != " " && $0 != "\t" }
            guard digits.allSatisfy(\.isHexDigit), let count = Int(digits, radix: 16) else {
                return .malformed("a chunk without a length")
            }
            state = count == 0 ? .trailers : .chunk(count)
            return nil
        case .chunkEnd:
            guard line.isEmpty else { return .malformed("a chunk that is longer than it says") }
            state = .chunkLine
            return nil
        case .trailers: return line.isEmpty ? done() : nil
        case .body, .chunk, .untilEnd: return nil
        }
    }

    private mutating func finishHead() -> Step? {
        let texts = lines.map { String(decoding: $0, as: UTF8.self) }
        lines = []
        guard let first = texts.first else { return .malformed("this is no HTTP") }
        let words = first.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100 else {
            return .malformed("this is no HTTP")
        }
        // "Go on" is no answer yet.
        if status < 200 { return nil }
        self.status = status
        reason = words.count > 2 ? words[2] : ""
        var length: Int?
        var isChunked = false
        var isCoded = false
        keepsAlive = words[0] != "HTTP/1.0"
        for text in texts.dropFirst() {
            guard let colon = text.firstIndex(of: ":") else { return .malformed("a line in the head that is none") }
            let value = text[text.index(after: colon)...].lowercased().filter { $0 != " " && $0 != "\t" }
            switch text[..<colon].lowercased() {
            case "content-length":
                guard let number = Int(value), number >= 0, length == nil || length == number else {
                    return .malformed("an impossible length")
                }
                length = number
            case "transfer-encoding":
                isCoded = true
                isChunked = value.hasSuffix("chunked")
            case "connection":
                let options = value.split(separator: ",")
                if options.contains("close") { keepsAlive = false }
                if options.contains("keep-alive") { keepsAlive = true }
            default: break
            }
        }
        if status == 204 || status == 304 { return done() }
        if isChunked {
            state = .chunkLine
        } else if let length, !isCoded {
            if length == 0 { return done() }
            state = .body(length)
        } else {
            keepsAlive = false
            state = .untilEnd
        }
        return nil
    }

    private func done() -> Step {
        var isWhole = bodyBytes <= Self.bodyLimit
        if case .untilEnd = state { isWhole = false }
        return .done(HTTPReply(status: status, reason: reason, body: kept, keepsAlive: keepsAlive && isWhole))
    }
}
