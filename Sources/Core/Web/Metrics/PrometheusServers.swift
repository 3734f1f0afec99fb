import Basics
import Synchronization

/// When each Prometheus server was here last, for each host: what it gets is since then (exporting §7).
final class PrometheusServers: Sendable {
    /// Servers × hosts that are remembered; beyond it, who has been away longest is new again.
    static let limit = 10_000
    /// Characters of a server's name that count.
    static let longestName = 200

    private struct Visit: Hashable {
        var server: String
        var host: GUID
    }

    private let visits = Mutex<[Visit: Int64]>([:])

    /// Remembers a visit.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: when it was here before; `nil` for the first time.
    func visit(_ server: String, host: GUID, now: Int64) -> Int64? {
        visits.withLock { visits in
            let visit = Visit(server: server, host: host)
            let before = visits.updateValue(now, forKey: visit)
            if visits.count > Self.limit, let oldest = visits.min(by: { $0.value < $1.value }) {
                visits[oldest.key] = nil
            }
            return before
        }
    }
}
