internal import CLinux
import Glibc

/// The machine's two clocks, in microseconds. Node makes it the `Clock` that everything else is given.
public struct SystemClock: Sendable {
    public init() {}

    /// Microseconds since 1970-01-01 00:00 UTC, as the machine believes.
    public func now() -> Int64 { read(CLOCK_REALTIME) }

    /// Microseconds of a clock that is never set, and that goes on while the machine sleeps.
    public func monotonic() -> Int64 { read(CLOCK_BOOTTIME) }

    private func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
