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
    /// The connectors that send to other databases.
    public var exporters: [Exporter] = []
    /// `user`, `system` of the thread that makes their batches, microseconds since it runs; empty before that.
    public var exportingTime: [Int64] = []

    public init() {}

    /// What a connector did in its last period (exporting §5), in the order of the dimensions of its charts.
    public struct Exporter: Sendable {
        /// As in exporting.conf.
        public var name: String
        /// Seconds of a period.
        public var updateEvery: Int
        /// Counts periods: one that is the same as before brings nothing new.
        public var period: Int
        /// `buffered`, `lost`, `sent`.
        public var metrics: [Int64]
        /// `buffered`, `lost`, `sent`, `received`.
        public var bytes: [Int64]
        /// `write`, `discard`, `reconnect`, `failure`, `read`.
        public var operations: [Int64]
        /// `user`, `system`: microseconds of its thread since it runs.
        public var processorTime: [Int64]

        public init(
            name: String,
            updateEvery: Int,
            period: Int,
            metrics: [Int64],
            bytes: [Int64],
            operations: [Int64],
            processorTime: [Int64]
        ) {
            self.name = name
            self.updateEvery = updateEvery
            self.period = period
            self.metrics = metrics
            self.bytes = bytes
            self.operations = operations
            self.processorTime = processorTime
        }
    }
}
