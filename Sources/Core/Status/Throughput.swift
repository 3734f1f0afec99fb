/// Counts what comes in per second of a clock that is never set, and says how fast it was.
///
/// Pure: the caller passes the time. Costs a division and three additions per read; the rings are allocated once.
public struct Throughput: Sendable, Equatable {
    /// Seconds a rate is averaged over.
    public static let windowSeconds = 5

    /// Bytes on the wire since the connection was made.
    public private(set) var wireBytes: Int64 = 0
    /// The same after decompression.
    public private(set) var rawBytes: Int64 = 0
    public private(set) var samples: Int64 = 0

    /// The second that is being counted, −1 before the first count.
    private var second: Int64 = -1
    /// The first second that was counted.
    private var firstSecond: Int64 = 0
    /// One slot per second, index = second modulo the count. One slot more than is shown: that of the second that
    /// isn't over yet.
    private var wire = [Int64](repeating: 0, count: StatusLimits.historySeconds + 1)
    private var raw = [Int64](repeating: 0, count: Throughput.windowSeconds + 1)
    private var points = [Int64](repeating: 0, count: Throughput.windowSeconds + 1)

    public init() {}

    /// Adds what one read brought.
    ///
    /// - Parameter monotonic: microseconds of ``Clock/monotonic()``.
    public mutating func add(wireBytes: Int, rawBytes: Int, samples: Int, monotonic: Int64) {
        advance(to: monotonic)
        self.wireBytes &+= Int64(wireBytes)
        self.rawBytes &+= Int64(rawBytes)
        self.samples &+= Int64(samples)
        wire[slot(second, wire.count)] &+= Int64(wireBytes)
        raw[slot(second, raw.count)] &+= Int64(rawBytes)
        points[slot(second, points.count)] &+= Int64(samples)
    }

    /// What the last five full seconds averaged to; of fewer, if it was not counted for as long.
    public func rates(monotonic: Int64) -> Rates {
        var copy = self
        copy.advance(to: monotonic)
        guard copy.second >= 0 else { return Rates() }
        let seconds = min(Int64(Self.windowSeconds), copy.second &- copy.firstSecond)
        guard seconds > 0 else { return Rates() }
        func mean(_ ring: [Int64]) -> Double {
            var sum: Int64 = 0
            for past in 1...seconds { sum &+= ring[slot(copy.second &- past, ring.count)] }
            return Double(sum) / Double(seconds)
        }
        return Rates(wire: mean(copy.wire), raw: mean(copy.raw), samples: mean(copy.points))
    }

    /// Bytes on the wire in each of the last 60 full seconds, oldest first.
    public func history(monotonic: Int64) -> [Int] {
        var copy = self
        copy.advance(to: monotonic)
        guard copy.second >= 0 else { return [Int](repeating: 0, count: StatusLimits.historySeconds) }
        return (1...StatusLimits.historySeconds).reversed().map { past in
            Int(copy.wire[slot(copy.second &- Int64(past), copy.wire.count)])
        }
    }

    /// Starts the totals of a new connection; the rates go on, so that a reconnect does not erase the picture.
    public mutating func startConnection() {
        wireBytes = 0
        rawBytes = 0
        samples = 0
    }

    /// Empties the slots of the seconds in which nothing came.
    private mutating func advance(to monotonic: Int64) {
        let now = monotonic / 1_000_000
        guard second >= 0 else {
            second = now
            firstSecond = now
            return
        }
        guard now > second else { return }
        for skipped in 1...min(now &- second, Int64(wire.count)) {
            let cleared = now &- skipped &+ 1
            wire[slot(cleared, wire.count)] = 0
            if skipped <= raw.count {
                raw[slot(cleared, raw.count)] = 0
                points[slot(cleared, points.count)] = 0
            }
        }
        second = now
    }

    private func slot(_ second: Int64, _ count: Int) -> Int {
        // Double modulo: the clock may start below the window, and a negative remainder would be an index.
        let remainder = Int(second % Int64(count))
        return remainder < 0 ? remainder + count : remainder
    }

    /// Per second, averaged.
    public struct Rates: Sendable, Equatable {
        public var wire = 0.0
        public var raw = 0.0
        public var samples = 0.0

        public init(wire: Double = 0, raw: Double = 0, samples: Double = 0) {
            self.wire = wire
            self.raw = raw
            self.samples = samples
        }

        /// Raw divided by wire; `nil` while nothing comes.
        public var ratio: Double? { wire > 0 ? raw / wire : nil }
    }
}
