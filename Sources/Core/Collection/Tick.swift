/// One round of collecting.
struct Tick {
    /// Microseconds since 1970, now.
    let now: Int64
    /// The whole second that the round belongs to.
    let second: Int64
    /// Seconds between two rounds.
    let updateEvery: Int
    /// Where files are read into. What one module read is gone when the next one reads.
    let buffer: ReadBuffer
}

/// Something that is done more rarely than every round: due at whole multiples of its seconds.
struct Every: Sendable {
    let seconds: Int64
    private var last: Int64?

    init(seconds: Int) { self.seconds = Int64(max(1, seconds)) }

    /// Whether it is due, and then not again before the next multiple. The very first time it is.
    mutating func isDue(_ tick: Tick) -> Bool {
        let now = tick.second / seconds
        guard now != last else { return false }
        last = now
        return true
    }
}
