import Config

/// Puts the values of a batch into the parts that it is sent in: one for lines, one for each HTTP request.
struct BatchWriter {
    /// Values of one request at most: receivers bound how large a request may be.
    static let metricsOfARequest = 10_000
    /// Series of one remote write request at most: the same, and Prometheus takes one request as one transaction.
    static let seriesOfARequest = 5_000
    /// Bytes of one request, before compression, from which on no value is added to it.
    static let bytesOfARequest = 8 << 20

    private enum Envelope {
        case none
        /// `[` … `]` with commas between.
        case array
        case snappy
    }

    private let envelope: Envelope
    private let limit: Int
    private var parts: [Batch.Part] = []
    private var open: [UInt8] = []
    private var metrics = 0
    private var finishedBytes = 0

    init(_ connector: ExportingSettings.Connector) {
        switch (connector.format, connector.delivery.isHTTP) {
        case (.remoteWrite, _): (envelope, limit) = (.snappy, Self.seriesOfARequest)
        case (.graphite, true): (envelope, limit) = (.none, Self.metricsOfARequest)
        case (_, true): (envelope, limit) = (.array, Self.metricsOfARequest)
        case (_, false): (envelope, limit) = (.none, .max)
        }
        isObjectLine = connector.format == .json && envelope == .none
        bytesLimit = connector.delivery.isHTTP ? Self.bytesOfARequest : .max
    }

    /// JSON objects that stand a line each.
    private let isObjectLine: Bool
    private let bytesLimit: Int

    /// Bytes so far.
    var bytes: Int { finishedBytes + open.count }

    /// Adds one value.
    /// - Parameter body: appends it.
    mutating func append(_ body: (inout [UInt8]) -> Void) {
        if envelope == .array { open += (metrics == 0 ? "[\n" : ",\n").utf8 }
        body(&open)
        if isObjectLine { open.append(UInt8(ascii: "\n")) }
        metrics += 1
        if metrics >= limit || open.count >= bytesLimit { close() }
    }

    /// Adds several values in one piece, as many as `body` says that it has appended; not for arrays.
    mutating func appendMany(_ body: (inout [UInt8]) -> Int) {
        metrics += body(&open)
        if metrics >= limit || open.count >= bytesLimit { close() }
    }

    /// The parts, when no more values come.
    mutating func finish() -> [Batch.Part] {
        close()
        return parts
    }

    private mutating func close() {
        guard metrics > 0 else { return }
        if envelope == .array { open += "\n]\n".utf8 }
        let bytes = envelope == .snappy ? Snappy.compress(open) : open
        parts.append(Batch.Part(bytes: bytes, metrics: metrics))
        finishedBytes += bytes.count
        open.removeAll(keepingCapacity: envelope == .snappy)
        metrics = 0
    }
}
