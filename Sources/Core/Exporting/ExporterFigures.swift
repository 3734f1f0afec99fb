import Glibc

/// What one connector did in one of its periods, for the node's own charts (exporting §5). Published when its batch was sent, or
/// could not be.
public struct ExporterFigures: Sendable, Equatable {
    public var name = ""
    /// Seconds of a period.
    public var updateEvery = 10
    /// How many periods there were; one that is no other than before brings nothing new.
    public var period = 0
    /// Metrics that came, were lost, were sent.
    public var metrics = Count()
    /// The same in bytes.
    public var bytes = Count()
    /// Bytes of answers.
    public var received = 0
    /// Pieces that were written.
    public var writes = 0
    /// Pieces that were given up.
    public var discards = 0
    /// Connections that were made.
    public var connections = 0
    /// Attempts that came to nothing.
    public var failures = 0
    /// Answers that were read.
    public var reads = 0
    /// Microseconds of processor time of its thread since it runs.
    public var userTime = 0
    public var systemTime = 0

    public init() {}

    public struct Count: Sendable, Equatable {
        public var buffered = 0
        public var lost = 0
        public var sent = 0

        public init() {}
    }
}

/// Microseconds of processor time of the calling thread since it runs: `user` and `system`; empty where the kernel does not say.
func threadTime() -> [Int] {
    var use = rusage()
    // `RUSAGE_THREAD`, which is a macro.
    guard getrusage(1, &use) == 0 else { return [] }
    return [use.ru_utime, use.ru_stime].map { Int($0.tv_sec) * 1_000_000 + Int($0.tv_usec) }
}
