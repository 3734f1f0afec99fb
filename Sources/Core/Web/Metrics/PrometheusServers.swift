import Basics
import Synchronization

/// When each Prometheus server was here, for each host: what it gets is since its last visit (exporting §7).
final class PrometheusServers: Sendable {
    /// Servers × hosts that are remembered; beyond it, who has been away longest is new again.
    static let limit = 10_000
    /// Visits of one that are remembered: so often a chart's newest point is told alike, until there is another.
    static let remembered = 16
    /// Characters of a server's name that count.
    static let longestName = 200

    private struct Visit: Hashable {
        var server: String
        var host: GUID
    }

    private let visits = Mutex<[Visit: [Int64]]>([:])

    /// Remembers a visit.
    ///
    /// - Parameters:
    ///   - now: Unix seconds.
    ///   - window: seconds that a first visit looks back, as if it had been here then.
    /// - Returns: when it was here before, ascending, one at least; and whether it was not.
    func visit(_ server: String, host: GUID, now: Int64, window: Int) -> (visits: [Int64], isFirst: Bool) {
        visits.withLock { visits in
            let visit = Visit(server: server, host: host)
            let known = visits[visit]
            let before = known ?? [now - Int64(window)]
            visits[visit] = before.suffix(Self.remembered - 1) + [now]
            if visits.count > Self.limit, let oldest = visits.min(by: { ($0.value.last ?? 0) < ($1.value.last ?? 0) }) {
                visits[oldest.key] = nil
            }
            return (before, known == nil)
        }
    }
}
