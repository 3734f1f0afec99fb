/// Times that are missing of charts of one host, as they were found while data was stored. Unix seconds.
public struct Holes: Sendable, Equatable {
    /// The time in which no chart has anything: the newest second that is there before, the oldest one after. A chart with
    /// longer steps has points that reach into it, so it counts only where there is no finer one.
    public var after: Int64
    public var before: Int64
    /// The longest time in which one chart has nothing.
    public var longestAfter: Int64
    public var longestBefore: Int64
    /// Seconds between the points of the charts that say so: the finest ones.
    public var every: Int64
    /// How many were found.
    public var count = 1

    public init(after: Int64, before: Int64, every: Int64 = 1) {
        self.after = after
        self.before = before
        self.every = every
        longestAfter = after
        longestBefore = before
    }

    /// Takes others as of the same event.
    public mutating func merge(_ other: Holes) {
        if other.every < every {
            (after, before, every) = (other.after, other.before, other.every)
        } else if other.every == every {
            after = max(after, other.after)
            before = min(before, other.before)
        }
        if other.longestBefore &- other.longestAfter > longestBefore &- longestAfter {
            longestAfter = other.longestAfter
            longestBefore = other.longestBefore
        }
        count += other.count
    }
}

extension HostDatabase {
    /// A chart has nothing between two seconds that it has.
    @inline(never)
    mutating func noteHole(after: Int64, before: Int64, every: Int64) {
        guard before &- after > every, after &+ max(10, 2 &* every) >= holesMatterFrom else { return }
        let hole = Holes(after: after, before: before, every: every)
        if holes == nil { holes = hole } else { holes?.merge(hole) }
    }

    /// What was found missing since the last call.
    mutating func takeHoles() -> Holes? {
        guard let found = holes else { return nil }
        holes = nil
        return found
    }
}
