/// Where each host's sender is dialling, as earlier lines of a log said: some of the original's lines about TLS don't say it
/// again, and what to do about them begins with it.
public struct SenderMemory: Sendable {
    private var destinations: [String: String] = [:]
    /// Hosts that are remembered; then it begins anew.
    private static let limit = 10_000

    public init() {}

    /// Learns from a line, or adds what is known to it.
    public mutating func complete(_ recognised: inout RecognisedLine) {
        guard let host = recognised.host else { return }
        if let destination = recognised.values["destination"] {
            if destinations.count >= Self.limit { destinations = [:] }
            destinations[host] = destination
        } else if recognised.line.thread?.hasPrefix("STREAM_SENDER") == true {
            recognised.values["destination"] = destinations[host]
        }
    }
}
