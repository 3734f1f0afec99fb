import Basics
public import Config
import Diagnostics
public import Wire

/// The states of one sender, and what it does next. Knows no socket, no clock and no dice: it is told.
///
/// Times are microseconds of ``Clock/monotonic()``. The rules are those of streaming protocol §4.1 and §11: destinations in
/// their order, each left alone for a while after it refused; a connection that broke is opened again at once, unless it
/// had hardly lived. Nothing is ever given up: who was denied an hour ago is asked again.
///
/// Every attempt begins with the first destination of the list that is not left alone. A connection that lives stays where
/// it is, also when a better destination comes back: to move would be a gap, and a parent that comes and goes would make
/// one each time. Who wants to move restarts the parent of the moment.
public struct SenderMachine: Sendable {
    public enum State: Sendable, Equatable {
        /// Nothing was collected yet, so there is nothing to send.
        case idle
        case connecting(candidate: Int)
        /// The socket is open, TLS has begun.
        case encrypting(candidate: Int)
        /// The request was sent.
        case handshake(candidate: Int)
        case live(candidate: Int, Session, since: Int64)
        /// Until the next attempt.
        case waiting(until: Int64)
        case stopped
    }

    /// What the owner must do.
    public enum Action: Sendable, Equatable {
        case nothing
        /// Dial this one.
        case connect(candidate: Int)
        /// Call ``wake(now:)`` then.
        case wait(until: Int64)
    }

    /// One destination of the list, and what became of it.
    public struct Candidate: Sendable, Equatable {
        public let destination: Destination
        public var skippedUntil: Int64 = 0
        /// The condition's code of the last failure.
        public var code: String?
        /// Whether that was TLS's.
        var failedEncrypting = false
        /// When a connection to it ended that had lived.
        var lostAt: Int64?
    }

    /// A parent that goes away still takes connections that nobody answers, and does not see at once that the one before has
    /// ended: for so many seconds after it did, that is no refusal.
    public static let afterlifeSeconds: Int64 = 60

    public private(set) var state = State.idle
    public private(set) var candidates: [Candidate]
    /// Attempts since the last success.
    public private(set) var attempts = 0
    private let reconnectDelay: Int64
    private let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - reconnectDelaySeconds: `[stream] reconnect delay seconds`.
    ///   - random: for the jitter of what a refused destination is left alone for.
    public init(
        destinations: [Destination],
        reconnectDelaySeconds: Int64,
        random: @escaping @Sendable () -> UInt64
    ) {
        candidates = destinations.map { Candidate(destination: $0) }
        reconnectDelay = max(1, min(reconnectDelaySeconds, 86_400)) * microsecondsPerSecond
        self.random = random
    }

    /// Something was collected: the time to connect has come.
    public mutating func begin(now: Int64) -> Action {
        guard state == .idle else { return .nothing }
        return next(now: now)
    }

    /// The waiting time is over.
    public mutating func wake(now: Int64) -> Action {
        guard case .waiting(let until) = state else { return .nothing }
        return until <= now ? next(now: now) : .wait(until: until)
    }

    /// The operator wants a retry now (SIGUSR1): nothing is left alone any longer, and no time is waited for. What is under
    /// way, an attempt or a connection, goes on; should the attempt fail, the first of the list is next.
    public mutating func retryNow(now: Int64) -> Action {
        for index in candidates.indices { candidates[index].skippedUntil = 0 }
        guard case .waiting = state else { return .nothing }
        return next(now: now)
    }

    /// The socket is open; the connection is encrypted before anything else.
    public mutating func encrypts() {
        guard case .connecting(let candidate) = state else { return }
        state = .encrypting(candidate: candidate)
    }

    /// The connection is there and the request on its way.
    public mutating func connected() {
        guard let candidate = dialled else { return }
        state = .handshake(candidate: candidate)
    }

    /// The candidate that is dialled.
    private var dialled: Int? {
        switch state {
        case .connecting(let candidate), .encrypting(let candidate): candidate
        case .idle, .handshake, .live, .waiting, .stopped: nil
        }
    }

    /// Nobody listens there, or not for us.
    public mutating func couldNotConnect(code: String, now: Int64) -> Action {
        guard let candidate = dialled else { return .nothing }
        return postpone(candidate, for: reconnectDelay, code: code, now: now)
    }

    /// The parent has accepted.
    public mutating func accepted(_ session: Session, now: Int64) {
        guard case .handshake(let candidate) = state else { return }
        state = .live(candidate: candidate, session, since: now)
        candidates[candidate].code = nil
        candidates[candidate].failedEncrypting = false
        attempts = 0
    }

    /// The parent has not accepted, or the connection could not be encrypted.
    /// - Parameters:
    ///   - code: of the condition that says more than the failure's own.
    ///   - isWordless: the far end has ended a connection that was to be encrypted without a word of TLS.
    public mutating func refused(
        _ failure: ConnectFailure,
        code: String? = nil,
        isWordless: Bool = false,
        now: Int64
    ) -> Action {
        guard let candidate, !isLive else { return .nothing }
        let mayPass = isWordless || [.noReply, .requestNotSent, .already].contains(failure)
        if mayPass, let lostAt = candidates[candidate].lostAt,
            now &- lostAt < Self.afterlifeSeconds &* microsecondsPerSecond
        {
            return postpone(candidate, for: reconnectDelay, code: code ?? failure.condition.code, now: now)
        }
        candidates[candidate].failedEncrypting = [.notEncrypted, .certificateNotValid].contains(failure)
        let longest = Int64(failure.longestDelay)
        let shortest = Int64(ConnectFailure.shortestDelay)
        let spread = UInt64(max(0, longest - shortest) * microsecondsPerSecond)
        let delay = shortest * microsecondsPerSecond + Int64(random() % (spread + 1))
        return postpone(candidate, for: delay, code: code ?? failure.condition.code, now: now)
    }

    /// An established connection has ended.
    public mutating func lost(code: String, now: Int64) -> Action {
        guard case .live(let candidate, _, let since) = state else { return .nothing }
        // A parent that lets us in and throws us out again must not be asked in a circle.
        guard now &- since < reconnectDelay else {
            candidates[candidate].code = code
            candidates[candidate].lostAt = now
            return next(now: now)
        }
        return postpone(candidate, for: reconnectDelay, code: code, now: now)
    }

    /// The compressor gave up: the same parent is dialled again, at once and without compression.
    public mutating func restart() -> Action {
        guard case .live(let candidate, _, _) = state else { return .nothing }
        return connect(candidate)
    }

    public mutating func stop() { state = .stopped }

    /// What certificates are judged by has been read anew: those that could not be encrypted to are not left alone any
    /// longer.
    public mutating func retryEncrypted(now: Int64) -> Action {
        let failed = candidates.indices.filter { candidates[$0].failedEncrypting }
        for index in failed { candidates[index].skippedUntil = 0 }
        guard case .waiting = state, !failed.isEmpty else { return .nothing }
        return next(now: now)
    }

    private var isLive: Bool {
        if case .live = state { true } else { false }
    }

    /// The destination in use, or the one tried last.
    public var current: Destination? { (candidate ?? lastTried).map { candidates[$0].destination } }

    /// The place in the list of the destination in use.
    public var candidate: Int? {
        switch state {
        case .connecting(let candidate), .encrypting(let candidate), .handshake(let candidate),
            .live(let candidate, _, _):
            candidate
        case .idle, .waiting, .stopped: nil
        }
    }

    private var lastTried: Int?

    private mutating func postpone(_ candidate: Int, for delay: Int64, code: String, now: Int64) -> Action {
        candidates[candidate].skippedUntil = now &+ delay
        candidates[candidate].code = code
        return next(now: now)
    }

    private mutating func next(now: Int64) -> Action {
        guard let candidate = candidates.firstIndex(where: { $0.skippedUntil <= now }) else {
            let until = candidates.map(\.skippedUntil).min() ?? now &+ reconnectDelay
            state = .waiting(until: until)
            return .wait(until: until)
        }
        return connect(candidate)
    }

    private mutating func connect(_ candidate: Int) -> Action {
        attempts &+= 1
        lastTried = candidate
        state = .connecting(candidate: candidate)
        return .connect(candidate: candidate)
    }
}
