import Basics
import Collection
import Synchronization
import Transport

/// What the node counts of its own web server, for its own charts.
final class WebCounters: Sendable {
    private let requests = Atomic(0)
    private let sent = Atomic(0)
    private let dataQueries = Atomic(0)
    /// Since the figures were taken before.
    private let recent = Mutex((count: Int64(0), microseconds: Int64(0), longest: Int64(0)))

    /// The same service, counted.
    func counting(_ router: @escaping Router, clock: any Clock) -> Router {
        { request in
            let route = router(request)
            let isQuery = request.path.hasSuffix("/data")
            return Route(isHeavy: route.isHeavy) { request in
                let start = clock.monotonic()
                let response = route.service(request)
                self.count(bytes: response.length, microseconds: clock.monotonic() - start, isQuery: isQuery)
                return response
            }
        }
    }

    private func count(bytes: Int, microseconds: Int64, isQuery: Bool) {
        requests.wrappingAdd(1, ordering: .relaxed)
        sent.wrappingAdd(bytes, ordering: .relaxed)
        if isQuery { dataQueries.wrappingAdd(1, ordering: .relaxed) }
        recent.withLock {
            $0 = ($0.count + 1, $0.microseconds + microseconds, max($0.longest, microseconds))
        }
    }

    /// Fills in what the collectors of the node's own charts ask for.
    func fill(_ figures: inout NodeFigures) {
        figures.requests = Int64(requests.load(ordering: .relaxed))
        figures.bytesSent = Int64(sent.load(ordering: .relaxed))
        figures.dataQueries = Int64(dataQueries.load(ordering: .relaxed))
        let recent = recent.withLock { recent in
            defer { recent = (0, 0, 0) }
            return recent
        }
        guard recent.count > 0 else { return }
        figures.responseAverage = recent.microseconds / recent.count
        figures.responseMaximum = recent.longest
    }
}
