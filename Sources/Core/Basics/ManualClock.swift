import Synchronization

/// A clock that stands still until it is told to go on: for tests and simulations.
public final class ManualClock: Clock {
    private let times: Mutex<(now: Int64, monotonic: Int64)>

    /// - Parameter seconds: Unix seconds to start at.
    public init(seconds: Int64 = 1_700_000_000) {
        times = Mutex((seconds * microsecondsPerSecond, microsecondsPerSecond))
    }

    public func now() -> Int64 { times.withLock { $0.now } }
    public func monotonic() -> Int64 { times.withLock { $0.monotonic } }

    /// Lets time pass on both clocks.
    public func advance(microseconds: Int64) {
        times.withLock {
            $0.now += microseconds
            $0.monotonic += microseconds
        }
    }

    public func advance(seconds: Int64) { advance(microseconds: seconds * microsecondsPerSecond) }

    /// Sets the wall clock alone, as NTP or an operator does.
    public func set(seconds: Int64) { times.withLock { $0.now = seconds * microsecondsPerSecond } }
}
