/// What the node says about itself for its own charts (collectors §6, "netdata's own"). Counters count since it started.
public struct NodeFigures: Sendable {
    /// Connections of the web server now.
    public var clients: Int64 = 0
    public var requests: Int64 = 0
    public var bytesReceived: Int64 = 0
    public var bytesSent: Int64 = 0
    /// Microseconds per request since the figures were taken before; `nil` where there was no request.
    public var responseAverage: Int64?
    public var responseMaximum: Int64?
    /// How much smaller compression made the answers, thousandths of a percent.
    public var compressionSavings: Int64 = 0
    public var dataQueries: Int64 = 0
    public var pointsRead: Int64 = 0
    public var pointsStored: Int64 = 0

    public init() {}
}
