import Store
import Wire

/// What a parent has asked for and has not got yet: first come, first served, so that charts take turns, because a parent
/// asks for the next step of a chart only when it has the one before.
struct ReplayQueue {
    /// Requests that wait: one per chart, and no host has more charts than this.
    static let requestsMax = StoreLimits.standard.chartsPerHost
    /// Bytes of a chart's id: a longer one is none of ours.
    static let idBytesMax = StoreLimits.standard.idBytes
    /// As long as so little waits to be sent, a small buffer is no reason to pause: the connection tells only when it
    /// is down to that.
    static let lowBytes = 32_768

    private var requests: [[UInt8]: ReplayRequest] = [:]
    private var order: [[UInt8]] = []
    private var head = 0
    private var postponed: [ReplayRequest] = []
    private(set) var isThrottled = false

    var count: Int { requests.count + postponed.count }
    var isEmpty: Bool { requests.isEmpty }

    /// A second request for the same chart takes the place of the first.
    ///
    /// - Returns: `false` where there is no room or the id is no chart's.
    mutating func add(_ request: ReplayRequest) -> Bool {
        guard request.chart.count <= ReplayQueue.idBytesMax else { return false }
        postponed.removeAll { $0.chart == request.chart }
        if requests[request.chart] == nil {
            guard count < ReplayQueue.requestsMax else { return false }
            order.append(request.chart)
        }
        requests[request.chart] = request
        return true
    }

    mutating func next() -> ReplayRequest? {
        guard head < order.count else { return nil }
        let chart = order[head]
        head += 1
        if head == order.count {
            order.removeAll(keepingCapacity: order.capacity <= 1024)
            head = 0
        } else if head >= 1024, head * 2 > order.count {
            order.removeFirst(head)
            head = 0
        }
        return requests.removeValue(forKey: chart)
    }

    /// It cannot be answered yet: not before ``resumePostponed()``.
    mutating func postpone(_ request: ReplayRequest) { postponed.append(request) }

    mutating func resumePostponed() {
        guard !postponed.isEmpty else { return }
        for request in postponed where requests[request.chart] == nil {
            order.append(request.chart)
            requests[request.chart] = request
        }
        postponed = []
    }

    /// Whether the buffer has room for an answer: no more from half full on, again below a tenth (streaming protocol §10).
    ///
    /// - Parameters:
    ///   - waiting: bytes that were not sent yet.
    ///   - limit: `buffer size bytes`.
    mutating func hasRoom(waiting: Int, limit: Int) -> Bool {
        if isThrottled {
            isThrottled = waiting >= max(limit / 10, min(ReplayQueue.lowBytes, limit / 2))
        } else {
            isThrottled = waiting > limit / 2
        }
        return !isThrottled
    }
}
