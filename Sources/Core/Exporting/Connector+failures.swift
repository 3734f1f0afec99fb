import Basics
import Config
import Diagnostics
import Synchronization

/// What goes wrong: counted always, and told when it is news.
extension Connector {
    /// What was said already: the same thing again at every batch is no news.
    struct Told {
        var failure = ""
        /// Where the connection of the last line about one led to.
        var destination = ""
        var isNewConnection = true
        /// A refusal's status, and when it was told.
        var refusal: (status: Int, at: Int64)?
    }

    /// Microseconds in which a refusal with the same status is told once.
    static let quietTime: Int64 = 600_000_000

    func fail(_ failure: LinkFailure, _ told: inout Told, _ destination: Destination?) {
        let reason = failure.reason
        state.withLock { state in
            state.lastError = reason
            state.current.failures += 1
            state.phase = .waiting
        }
        // An answer, though it is none that one wants, has come over a connection that stands.
        if case .answered = failure {} else { told.isNewConnection = true }
        guard reason != told.failure else { return }
        told.failure = reason
        report(failure, destination)
    }

    func refuse(_ part: Batch.Part, _ reply: HTTPReply, _ told: inout Told, _ destination: Destination?) {
        state.withLock { state in
            state.lastError = LinkFailure.answered(reply).reason
            state.current.failures += 1
        }
        count(lostMetrics: part.metrics, bytes: part.bytes.count, discards: 1, isFull: false)
        let now = clock.monotonic()
        if let refusal = told.refusal, refusal.status == reply.status, now - refusal.at < Self.quietTime { return }
        told.refusal = (reply.status, now)
        report(
            .exportingRefused,
            [
                "destination": destination?.description ?? "", "status": String(reply.status), "words": reply.words,
                "count": String(part.metrics),
            ]
        )
    }

    func count(lost: [Batch]) {
        guard !lost.isEmpty else { return }
        let metrics = lost.reduce(0) { $0 + $1.metrics }
        count(lostMetrics: metrics, bytes: lost.reduce(0) { $0 + $1.bytes }, discards: lost.count, isFull: true)
    }

    /// - Parameter isFull: whether it is the buffer that has no room; everything else has been told.
    func count(lostMetrics: Int, bytes: Int, discards: Int, isFull: Bool) {
        state.withLock { state in
            state.lost += lostMetrics
            state.current.metrics.lost += lostMetrics
            state.current.bytes.lost += bytes
            state.current.discards += discards
        }
        if isFull { report(.exportingDropped, ["count": String(lostMetrics)]) }
    }
}
