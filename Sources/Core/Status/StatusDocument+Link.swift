/// What a sender is doing.
public enum LinkState: String, Sendable, Decodable, CaseIterable {
    case idle
    case resolving
    case connecting
    case tls
    case handshake
    case replicating
    case live
    /// Until the next attempt.
    case waiting
    /// A word of a newer version.
    case unknown

    public init(from decoder: any Decoder) throws {
        self = Self(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .unknown
    }
}

extension StatusDocument {
    /// A sender of this node: one host on its way to one parent.
    public struct Link: Sendable, Equatable, Decodable {
        public var hostGUID: String
        /// The destination in use, or the one tried last.
        public var destination: String?
        public var state: LinkState
        public var retryAt: Double?
        /// Attempts since the last success.
        public var attempts: Int?
        public var lastError: LinkError?
        public var compression: String?
        public var capabilities: [String] = []
        public var outBytesPerSecond: Double?
        public var bufferBytes: Int?
        public var bufferMaxBytes: Int?
        public var droppedSamples: Int?
        /// Charts whose live data waits until the parent has their past; `nil` where there is no connection.
        public var chartsLeft: Int?
        /// Points that were sent because the parent had missed them, since the sender started.
        public var replayedPoints: Int?
        public var tls: TLS?
        /// The whole destination list.
        public var candidates: [Candidate] = []
        public var dropped: [String: Int]?

        public init(hostGUID: String, state: LinkState) {
            self.hostGUID = hostGUID
            self.state = state
        }

        enum CodingKeys: String, CodingKey {
            case destination, state, attempts, compression, capabilities, tls, candidates, dropped
            case hostGUID = "host_guid"
            case retryAt = "retry_at"
            case lastError = "last_error"
            case outBytesPerSecond = "out_bps"
            case bufferBytes = "buffer_bytes"
            case bufferMaxBytes = "buffer_max_bytes"
            case droppedSamples = "dropped_samples"
            case chartsLeft = "charts_left"
            case replayedPoints = "replayed_points"
        }
    }

    /// Why a sender's last attempt or connection ended.
    public struct LinkError: Sendable, Equatable, Decodable {
        public var at: Double
        public var code: String
        public var text: String
        /// The first bytes of the far end, escaped.
        public var evidence: String?
        /// What to do about it in this very case, lines to copy.
        public var fix: [String] = []

        public init(at: Double, code: String, text: String, evidence: String? = nil) {
            self.at = at
            self.code = code
            self.text = text
            self.evidence = evidence
        }
    }

    /// One destination of the list.
    public struct Candidate: Sendable, Equatable, Decodable {
        public var destination: String
        public var state: String?
        public var skippedUntilAt: Double?
        public var code: String?

        public init(destination: String) {
            self.destination = destination
        }

        enum CodingKeys: String, CodingKey {
            case destination, state, code
            case skippedUntilAt = "skipped_until_at"
        }
    }
}
