/// An answer as one client gets it: whole, compressed, its head alone, or nothing because the client has it already (web API §1).
struct HTTPDelivery: Sendable {
    /// How the client knows where the body ends.
    enum Framing: Sendable, Equatable {
        /// There is none, or the end of the connection says it, as the original has it for empty bodies.
        case none
        case length(Int)
        case chunked
    }

    /// With its final status.
    let response: HTTPResponse
    let framing: Framing
    let isCompressed: Bool
    /// What follows the head.
    let body: [UInt8]
    /// What follows instead.
    let pieces: HTTPPieceReader?
    /// Whether the connection can stay: the client knows when the answer is over.
    let hasEnd: Bool
    /// Bytes of the body, as they are sent and as they were made; those of pieces as they were made.
    let sent: Int
    let whole: Int

    /// Shorter bodies stay as they are: with its head, such an answer is one packet either way.
    static let leastCompressed = 256
    /// Longer ones stay too: they could not be announced to zlib, and nobody asks for them.
    static let mostCompressed = 1 << 30

    /// - Parameter client: what it asked, and what it can read.
    init(_ response: HTTPResponse, to client: HTTPTurn) {
        var response = response
        let isHead = client.request?.method == .head
        response.tag = Self.tag(of: response, client.request)
        let length = response.length
        if Self.isKnown(response, to: client.request) {
            response.status = 304
            response.body = []
            response.pieces = nil
            self.init(response, framing: .none, hasEnd: true, whole: 0)
        } else if isHead {
            // As long as the plain body: to compress it only for its length would be work for nothing.
            response.body = []
            response.pieces = nil
            self.init(response, framing: length > 0 ? .length(length) : .none, hasEnd: true, whole: 0)
        } else if let gzip = client.compression(of: response), let pieces = response.pieces,
            let stream = GzipStream(gzip)
        {
            let reader = HTTPPieceReader(pieces, stream)
            self.init(response, framing: .chunked, isCompressed: true, pieces: reader, hasEnd: true, whole: length)
        } else if let pieces = response.pieces {
            self.init(response, framing: .length(length), pieces: HTTPPieceReader(pieces), hasEnd: true, whole: length)
        } else if let gzip = client.compression(of: response), let bytes = response.bytes(compressedBy: gzip) {
            self.init(
                response,
                framing: .length(bytes.count),
                isCompressed: true,
                body: bytes,
                hasEnd: true,
                whole: length
            )
        } else {
            let framing = length > 0 ? Framing.length(length) : .none
            self.init(response, framing: framing, body: response.body, hasEnd: length > 0, whole: length)
        }
    }

    private init(
        _ response: HTTPResponse,
        framing: Framing,
        isCompressed: Bool = false,
        body: [UInt8] = [],
        pieces: HTTPPieceReader? = nil,
        hasEnd: Bool,
        whole: Int
    ) {
        self.response = response
        self.framing = framing
        self.isCompressed = isCompressed
        self.body = body
        self.pieces = pieces
        self.hasEnd = hasEnd
        self.whole = whole
        sent = pieces == nil ? body.count : whole
    }

    // MARK: Whether the client has it

    /// What the answer is known by. Answers that change with every question are known by nothing.
    private static func tag(of response: HTTPResponse, _ request: HTTPRequest?) -> String? {
        guard response.status == 200, response.isCacheable, let request,
            request.method == .get || request.method == .head
        else { return nil }
        return response.tag ?? (response.body.isEmpty ? nil : Fingerprint.of(response.body))
    }

    /// RFC 9110 §13.1: the tags decide where the client sends some, else the time, as it was given to it.
    private static func isKnown(_ response: HTTPResponse, to request: HTTPRequest?) -> Bool {
        guard response.status == 200, response.isCacheable, let request,
            request.method == .get || request.method == .head
        else { return false }
        let tags = request.fields.all("If-None-Match")
        if !tags.isEmpty {
            guard let tag = response.tag else { return false }
            return tags.contains { list in
                list.split(separator: ",").contains { word in
                    let word = word.trimmingBlanks
                    return word == "*" || (word.hasPrefix("W/") ? word.dropFirst(2) : word) == "\"\(tag)\""
                }
            }
        }
        guard let modified = response.modified, let since = request.fields["If-Modified-Since"] else { return false }
        return since == httpDate(modified)
    }
}

extension HTTPResponse {
    /// Whether compressing makes it shorter: pictures and fonts are compressed already.
    var isCompressible: Bool {
        let type = contentType.prefix { $0 != ";" }
        return type.hasPrefix("text/")
            || ["application/json", "application/x-javascript", "image/svg+xml"].contains(type)
    }

    fileprivate func bytes(compressedBy settings: GzipSettings) -> [UInt8]? {
        compressed.map { $0.bytes(of: body, settings) } ?? GzipStream.compress(body, settings)
    }
}

extension Substring {
    /// Without blanks and tabs at its ends.
    var trimmingBlanks: Substring {
        var text = self
        while let first = text.utf8.first, first == 0x20 || first == 9 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 9 { text = text.dropLast() }
        return text
    }
}
