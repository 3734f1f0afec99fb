internal import NIOCore
import Synchronization

/// When a thousand children come at once: who is let in waits for a turn, a few in each round of the event loop, so that all
/// others hear at once that they are not, and nobody's first words wait behind a thousand beginnings.
///
/// One for each event loop, and only used there.
final class Turns {
    /// Connections that begin in one round.
    static let inOneRound = 8
    /// Between two rounds: as good as nothing, but what is there to be read comes before the next one.
    static let pause = TimeAmount.microseconds(20)

    private let eventLoop: any EventLoop
    private var begun = 0
    private var isScheduled = false
    private var waiting = CircularBuffer<StreamConnection>()

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Whether a connection may begin at once; otherwise ``queue(_:)`` follows.
    func hasRoom() -> Bool {
        guard waiting.isEmpty, begun < Self.inOneRound else { return false }
        begun += 1
        schedule()
        return true
    }

    func queue(_ connection: StreamConnection) {
        waiting.append(connection)
        schedule()
    }

    private func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { self.round() }
    }

    /// Those of a server's event loops.
    final class Table: Sendable {
        private let known = Mutex<[ObjectIdentifier: NIOLoopBound<Turns>]>([:])

        /// - Parameter eventLoop: the one that calls.
        func turns(_ eventLoop: any EventLoop) -> Turns {
            known.withLock { known in
                if let bound = known[ObjectIdentifier(eventLoop)] { return bound }
                let bound = NIOLoopBound(Turns(eventLoop), eventLoop: eventLoop)
                known[ObjectIdentifier(eventLoop)] = bound
                return bound
            }.value
        }
    }

    private func round() {
        isScheduled = false
        begun = 0
        while begun < Self.inOneRound, let next = waiting.popFirst() {
            // Whoever has gone meanwhile has had its turn.
            if next.takeTurn() { begun += 1 }
        }
        if begun > 0 { schedule() }
    }
}
