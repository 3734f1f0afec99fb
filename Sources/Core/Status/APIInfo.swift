/// What a node says of itself and of the hosts it mirrors (`/api/v1/info`, web API §8.1): what a screen needs of it.
public struct APIInfo: Sendable, Equatable, Decodable {
    public struct Mirrored: Sendable, Equatable, Decodable {
        public var guid: String
        public var hostname: String
        /// While it is connected, or the node's own.
        public var reachable: Bool
        public var hops: Int?
    }

    public struct Alarms: Sendable, Equatable, Decodable {
        public var normal: Int
        public var warning: Int
        public var critical: Int
    }

    /// Of the host that was asked about.
    public var version: String
    /// Its machine GUID.
    public var guid: String
    public var mirrored: [Mirrored]
    public var alarms: Alarms?
    public var os: String?
    public var memoryMode: String?
    public var charts: Int?
    public var metrics: Int?

    enum CodingKeys: String, CodingKey {
        case version, alarms
        case guid = "uid"
        case mirrored = "mirrored_hosts_status"
        case os = "os_name"
        case memoryMode = "memory-mode"
        case charts = "charts-count"
        case metrics = "metrics-count"
    }

    /// - Throws: ``StatusReadError/malformed(_:)``.
    public init(json: [UInt8]) throws(StatusReadError) {
        self = try decoded(json)
    }
}

extension APICharts.Chart {
    /// - Parameter json: an answer of `/api/v1/chart`.
    /// - Throws: ``StatusReadError/malformed(_:)``.
    public init(json: [UInt8]) throws(StatusReadError) {
        self = try decoded(json)
    }
}
