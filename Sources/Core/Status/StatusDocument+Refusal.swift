extension StatusDocument {
    /// Requests that were refused, grouped by code, key, source address and hostname.
    public struct Refusal: Sendable, Equatable, Decodable {
        public var code: String
        public var text: String
        public var hostname: String?
        public var guid: String?
        /// Masked: see ``maskedKey(_:)``.
        public var key: String?
        public var address: String?
        public var tries: Int
        public var firstAt: Double
        public var lastAt: Double
        public var decidedBy: String?
        /// The configured key that resembles the refused one most.
        public var nearestKey: String?
        /// Lines to copy.
        public var fix: [String] = []

        public init(code: String, text: String, at: Double) {
            self.code = code
            self.text = text
            tries = 1
            firstAt = at
            lastAt = at
        }

        enum CodingKeys: String, CodingKey {
            case code, text, hostname, guid, key, address, tries, fix
            case firstAt = "first_at"
            case lastAt = "last_at"
            case decidedBy = "decided_by"
            case nearestKey = "nearest_key"
        }
    }

    /// Something that happened.
    public struct Event: Sendable, Equatable, Decodable {
        public var at: Double
        public var code: String
        /// `info`, `warning` or `error`.
        public var severity: String
        public var hostGUID: String?
        public var text: String

        public init(at: Double, code: String, severity: String, hostGUID: String?, text: String) {
            self.at = at
            self.code = code
            self.severity = severity
            self.hostGUID = hostGUID
            self.text = text
        }

        enum CodingKeys: String, CodingKey {
            case at, code, severity, text
            case hostGUID = "host_guid"
        }
    }

    /// A connector to another database.
    public struct Exporter: Sendable, Equatable, Decodable {
        public var name: String
        public var type: String
        public var destination: String?
        public var state: String?
        public var sent: Int?
        public var failed: Int?
        public var buffered: Int?
        public var lastError: String?

        public init(name: String, type: String) {
            self.name = name
            self.type = type
        }

        enum CodingKeys: String, CodingKey {
            case name, type, destination, state, sent, failed, buffered
            case lastError = "last_error"
        }
    }
}
