/// An answer of the web API. What every answer carries is added when it is sent (web API §1).
public struct HTTPResponse: Sendable {
    public var status: Int
    public var contentType: String
    public var body: [UInt8]
    /// Keeps the memory of ``body`` for the next one, once this is sent.
    public var loan: BodyBuffers.Loan?
    /// A long body in place of ``body``, which is empty then.
    public var pieces: HTTPPieces?
    /// `Cache-Control: public`; only counts with status 200.
    public var isCacheable: Bool
    /// Unix seconds for `Date` and `Last-Modified`, the modification time of a file; `nil` is now.
    public var modified: Int64?
    /// What a cacheable answer is known by to whoever has it already, letters and digits; `nil` is made of the body.
    public var tag: String?
    /// Of a body that is sent more than once, where its compressed form is kept.
    public var compressed: CompressedForm?
    /// Unix seconds for `Expires`; `nil` is the rule: a day when cacheable, else one collection.
    public var expires: Int64?
    /// The endpoint's own header lines: `Content-Disposition`, `Location`, `Refresh`.
    public var fields: [(name: String, value: String)]
    /// Whether it is a file of the web directory: the access log calls it `FILECOPY`.
    public var isFile: Bool

    public init(
        status: Int = 200,
        contentType: String = HTTPResponse.plainText,
        body: [UInt8],
        isCacheable: Bool = false,
        modified: Int64? = nil,
        expires: Int64? = nil,
        fields: [(name: String, value: String)] = [],
        isFile: Bool = false
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.isCacheable = isCacheable
        self.modified = modified
        self.expires = expires
        self.fields = fields
        self.isFile = isFile
    }

    /// Bytes of the body, however it is given.
    public var length: Int { pieces?.count ?? body.count }

    public static let plainText = "text/plain; charset=utf-8"
    public static let html = "text/html; charset=utf-8"
    public static let json = "application/json; charset=utf-8"

    /// A short text: errors, mostly.
    public static func text(_ status: Int, _ text: String, contentType: String = plainText) -> HTTPResponse {
        HTTPResponse(status: status, contentType: contentType, body: Array(text.utf8))
    }

    /// 403, for a client without the right to what it asked for (web API §1, "ACL").
    public static let forbidden = text(403, "You are not allowed to access this resource.")

    /// 400, for what is no request that is answered here.
    static let notUnderstood = text(400, "I don't understand you...\r\n")

    /// The reason phrases of the original; clients show them.
    public var reason: String {
        switch status {
        case 200: "OK"
        case 301: "Moved Permanently"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Redirection"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 412: "Preconditions Failed"
        case 500...: "Server Error"
        default: "Bad Request"
        }
    }
}

/// Answers a request. Pure but for what it reads under short locks.
public typealias HTTPService = @Sendable (HTTPRequest) -> HTTPResponse

/// Where a request goes.
public struct Route: Sendable {
    /// Whether it may take more than 5 ms or block: then it runs on the pool, else on the event loop.
    public let isHeavy: Bool
    public let service: HTTPService

    public init(isHeavy: Bool = false, _ service: @escaping HTTPService) {
        self.isHeavy = isHeavy
        self.service = service
    }
}

/// Finds the route of a request; called on the event loop.
public typealias Router = @Sendable (HTTPRequest) -> Route
