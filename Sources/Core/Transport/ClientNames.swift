internal import Basics
import Synchronization
internal import System

/// The names of clients' addresses, where a list asks for them: looked up on threads of their own, which are there as long as
/// somebody waits, and kept for a while.
///
/// Not on the pool: a name server that does not answer for seconds would keep queries waiting.
final class ClientNames: Sendable {
    /// Seconds that a name counts, and that its absence does.
    static let knownSeconds: Int64 = 600
    static let unknownSeconds: Int64 = 60
    /// Addresses that are remembered; then the oldest half goes.
    static let rememberedLimit = 4096
    /// Clients that wait for a name.
    static let waitingLimit = 256
    /// Names that are looked up at a time.
    static let threads = 4

    private struct Known {
        let name: String?
        /// Microseconds of the clock that is never set.
        let until: Int64
    }

    private struct State {
        var known: [String: Known] = [:]
        /// By address, in no order; what is done when the name is known.
        var waiting: [String: [@Sendable () -> Void]] = [:]
        var waitingCount = 0
        /// Addresses nobody looks up yet.
        var queue: [String] = []
        var running = 0
    }

    private let state = Mutex(State())
    private let clock: any Clock
    private let resolve: @Sendable (String) -> String?

    private let rememberedLimit: Int

    /// - Parameter resolve: address to name; may block.
    init(
        clock: any Clock,
        rememberedLimit: Int = ClientNames.rememberedLimit,
        resolve: @escaping @Sendable (String) -> String?
    ) {
        self.clock = clock
        self.rememberedLimit = rememberedLimit
        self.resolve = resolve
    }

    /// The name, where it was asked for and there is one.
    func name(of address: String) -> String? { find(address)?.name }

    /// Whether it has been found out whether there is one.
    func knows(_ address: String) -> Bool { find(address) != nil }

    private func find(_ address: String) -> Known? {
        state.withLock { state in
            guard let known = state.known[address], known.until > clock.monotonic() else { return nil }
            return known
        }
    }

    /// Finds out.
    /// - Parameter then: runs on another thread when it is known.
    /// - Returns: false where too many wait already; then nothing happens.
    func ask(_ address: String, _ then: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, startsThread) = state.withLock { state -> (Bool, Bool) in
            guard state.waitingCount < Self.waitingLimit else { return (false, false) }
            state.waitingCount += 1
            if state.waiting[address] == nil { state.queue.append(address) }
            state.waiting[address, default: []].append(then)
            guard state.running < Self.threads, !state.queue.isEmpty else { return (true, false) }
            state.running += 1
            return (true, true)
        }
        if startsThread { Threads.start(name: "NAMES") { self.work() } }
        return isTaken
    }

    private func work() {
        while let address = next() {
            let name = resolve(address)
            for then in remember(address, name) { then() }
        }
    }

    private func next() -> String? {
        state.withLock { state in
            guard !state.queue.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.queue.removeFirst()
        }
    }

    private func remember(_ address: String, _ name: String?) -> [@Sendable () -> Void] {
        let now = clock.monotonic()
        let seconds = name == nil ? Self.unknownSeconds : Self.knownSeconds
        return state.withLock { state in
            if state.known.count >= rememberedLimit {
                let middle = state.known.values.map(\.until).sorted()[state.known.count / 2]
                state.known = state.known.filter { $0.value.until > middle }
            }
            state.known[address] = Known(name: name, until: now + seconds * microsecondsPerSecond)
            let then = state.waiting.removeValue(forKey: address) ?? []
            state.waitingCount -= then.count
            return then
        }
    }
}
