/// Where the time comes from. Passed in everywhere, so that a test drives hours in milliseconds.
public protocol Clock: Sendable {
    /// Microseconds since 1970-01-01 00:00 UTC, as the machine believes.
    func now() -> Int64
    /// Microseconds of a clock that is never set: for timeouts and rates.
    func monotonic() -> Int64
}

/// Microseconds in a second.
public let microsecondsPerSecond: Int64 = 1_000_000
