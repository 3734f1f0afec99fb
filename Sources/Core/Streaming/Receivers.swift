import Basics
import Synchronization
import Transport

/// Who streams here right now: at most one connection for each machine GUID (streaming protocol §3, row 13).
final class Receivers: Sendable {
    /// A connection that has been silent for so long is taken for dead when another one comes.
    static let deadAfterSeconds: Int64 = 30

    /// One connection's claim on a GUID.
    final class Claim: Sendable {
        let connection: StreamReference
        /// When bytes came last, microseconds of the clock that is never set.
        private let lastBytes: Atomic<Int64>

        init(_ connection: StreamReference, monotonic: Int64) {
            self.connection = connection
            lastBytes = Atomic(monotonic)
        }

        /// Microseconds of the clock that is never set.
        var lastReceived: Int64 { lastBytes.load(ordering: .relaxed) }
        func received(monotonic: Int64) { lastBytes.store(monotonic, ordering: .relaxed) }
        func age(monotonic: Int64) -> Int64 {
            max(0, monotonic &- lastBytes.load(ordering: .relaxed)) / microsecondsPerSecond
        }
    }

    enum Verdict {
        case granted
        /// The one before is dead, has lost its claim, and must be closed.
        case replaced(Claim, ageSeconds: Int64)
        case refused(by: Claim, ageSeconds: Int64)
    }

    private let claims = Mutex<[GUID: Claim]>([:])

    /// Takes the GUID for a connection, unless a living one has it. Of many at once exactly one gets it.
    func claim(_ machine: GUID, _ claim: Claim, monotonic: Int64) -> Verdict {
        claims.withLock { claims in
            guard let before = claims[machine] else {
                claims[machine] = claim
                return .granted
            }
            let age = before.age(monotonic: monotonic)
            guard age > Self.deadAfterSeconds else { return .refused(by: before, ageSeconds: age) }
            claims[machine] = claim
            return .replaced(before, ageSeconds: age)
        }
    }

    /// Gives the GUID back.
    /// - Returns: whether the connection still had it.
    func release(_ machine: GUID, _ claim: Claim) -> Bool {
        claims.withLock { claims in
            guard claims[machine] === claim else { return false }
            claims[machine] = nil
            return true
        }
    }

    var count: Int { claims.withLock { $0.count } }

    /// Whether the GUID streams here now.
    func contains(_ machine: GUID) -> Bool { claims.withLock { $0[machine] != nil } }

    /// Whether another connection would be refused the GUID.
    func holds(_ machine: GUID, monotonic: Int64) -> Bool {
        claims.withLock { $0[machine].map { $0.age(monotonic: monotonic) <= Self.deadAfterSeconds } ?? false }
    }

    /// Closes everything, at the end.
    func closeAll() {
        for claim in claims.withLock({ Array($0.values) }) { claim.connection.run { $0.close() } }
    }
}
