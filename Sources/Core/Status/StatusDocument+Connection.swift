extension StatusDocument {
    /// What was negotiated with a child, and who decided it.
    public struct Connection: Sendable, Equatable, Decodable {
        /// The number of an old protocol version (streaming protocol §5.1); `nil` with capabilities.
        public var version: Int?
        /// Names as in the streaming protocol §5.2.
        public var capabilities: [String] = []
        /// `none`, `lz4`, …: what is in force.
        public var compression: String?
        /// Why it is `none`: `child disabled`, `parent disabled [KEY] stream.conf:12`, …
        public var compressionReason: String?
        /// Raw bytes divided by bytes on the wire, over the last five seconds.
        public var ratioNow: Double?
        /// The same since the connection was made.
        public var ratioTotal: Double?
        public var tls: TLS?
        /// The API key, masked: see ``maskedKey(_:)``.
        public var key: String?
        /// The place in the configuration that let it in: `stream.conf:41`.
        public var decidedBy: String?

        public init() {}

        enum CodingKeys: String, CodingKey {
            case version, capabilities, compression, tls, key
            case compressionReason = "compression_reason"
            case ratioNow = "ratio_now"
            case ratioTotal = "ratio_total"
            case decidedBy = "decided_by"
        }
    }

    /// The TLS session of a connection.
    public struct TLS: Sendable, Equatable, Decodable {
        public var version: String
        public var cipher: String?
        public var verified: Bool?
        public var subject: String?
        public var notAfterAt: Double?
        /// What is wrong with the other side's certificate and is let pass, or soon will be.
        public var warnings: [Warning] = []

        public struct Warning: Sendable, Equatable, Decodable {
            public var code: String
            public var text: String

            public init(code: String, text: String) {
                self.code = code
                self.text = text
            }
        }

        public init(version: String) {
            self.version = version
        }

        enum CodingKeys: String, CodingKey {
            case version, cipher, verified, subject, warnings
            case notAfterAt = "not_after_at"
        }
    }
}

/// An API key as it may be shown: `…` and its last four characters.
public func maskedKey(_ key: String) -> String {
    "…" + key.suffix(4)
}

/// The values of a condition with API keys as they may be shown.
public func maskingKeys(_ values: [String: String]) -> [String: String] {
    guard let key = values["key"], !key.isEmpty else { return values }
    return values.merging(["key": maskedKey(key)]) { $1 }
}
