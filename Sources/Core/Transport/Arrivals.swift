internal import NIOCore
import Synchronization

/// Connections on their way from the ``Door`` to one event loop, which begins some in each of its rounds.
final class Arrivals: Sendable {
    /// A connection that nobody reads yet.
    struct Arrival: Sendable {
        let descriptor: Int32
        let entry: Entry
        /// A whole request of HTTP that nothing follows, if that is what it has said; ``BriefVisits`` may answer it.
        var request: [UInt8]?
    }

    private struct State {
        var waiting = CircularBuffer<Arrival>()
        var isScheduled = false
    }

    private let eventLoop: any EventLoop
    private let context: ServerContext
    private let visits: BriefVisits
    private let state = Mutex(State())

    init(_ eventLoop: any EventLoop, _ context: ServerContext) {
        self.eventLoop = eventLoop
        self.context = context
        visits = BriefVisits(eventLoop, context)
    }

    /// Those that have not begun.
    var count: Int { state.withLock { $0.waiting.count } }

    func add(_ arrival: Arrival) {
        let isFirst = state.withLock { state in
            state.waiting.append(arrival)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { eventLoop.execute { self.round() } }
    }

    private func round() {
        let (some, isMore) = state.withLock { state in
            let some = Array(state.waiting.prefix(Server.acceptedAtOnce))
            state.waiting.removeFirst(some.count)
            state.isScheduled = !state.waiting.isEmpty
            return (some, state.isScheduled)
        }
        visits.tidy()
        for arrival in some { begin(arrival) }
        // Not a task of this round: what is there to be read comes first.
        if isMore { eventLoop.assumeIsolated().scheduleTask(in: Turns.pause) { self.round() } }
    }

    private func begin(_ arrival: Arrival) {
        if let request = arrival.request, visits.serve(arrival, request) { return }
        let context = context
        arrival.begin(on: eventLoop) { channel in try arrival.entry.begin(on: channel, context) }
    }
}
