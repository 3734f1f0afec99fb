internal import NIOCore
internal import NIOPosix
import Synchronization

/// Connections on their way from the ``Door`` to one event loop, which begins some in each of its rounds.
final class Arrivals: Sendable {
    /// A connection that nobody reads yet.
    struct Arrival: Sendable {
        let descriptor: Int32
        let entry: Entry
    }

    private struct State {
        var waiting = CircularBuffer<Arrival>()
        var isScheduled = false
    }

    private let eventLoop: any EventLoop
    private let context: ServerContext
    private let state = Mutex(State())

    init(_ eventLoop: any EventLoop, _ context: ServerContext) {
        self.eventLoop = eventLoop
        self.context = context
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
        for arrival in some { begin(arrival) }
        // Not a task of this round: what is there to be read comes first.
        if isMore { eventLoop.assumeIsolated().scheduleTask(in: Turns.pause) { self.round() } }
    }

    private func begin(_ arrival: Arrival) {
        let context = context
        let entry = arrival.entry
        ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
                    try entry.begin(on: channel, context)
                }
            }
            .withConnectedSocket(arrival.descriptor)
            // A connection that breaks already is closed, which its client hears.
            .whenFailure { _ in }
    }
}
