/// What a proxy without database knows of a chart's replication: the child has the past, the parent wants it, and the proxy
/// passes on what they say to each other (streaming protocol §10; ARCHITECTURE, "Relayed replication").
///
/// A child answers requests in their order, also while it streams. So the answers to what was asked for by a connection that
/// is gone can be counted, and left out of the next one.
struct RelayedChart: Sendable, Equatable {
    /// The chart's.
    let id: [UInt8]
    /// What the child has, as it said with the chart's definition: Unix seconds by its clock, 0 for nothing.
    private(set) var first: Int64 = 0
    private(set) var last: Int64 = 0
    /// Seconds by which the child's clock is ahead of this machine's.
    private(set) var clockOffset: Int64 = 0
    /// The child has been told to go on, and does.
    private(set) var isStreaming = true
    /// Requests that the child has not answered yet, and how many of them nobody waits for any more.
    private var asked = 0
    private var stale = 0

    init(id: String) { self.id = Array(id.utf8) }

    /// The child has defined the chart, and waits to be asked.
    ///
    /// - Parameters:
    ///   - clock: the child's, Unix seconds; 0 where it did not say.
    ///   - now: this machine's, Unix seconds.
    mutating func defined(first: Int64, last: Int64, clock: Int64, now: Int64) {
        self.first = first
        self.last = last
        clockOffset = clock > 0 ? clock &- now : 0
        isStreaming = false
    }

    /// The child is asked for something.
    ///
    /// - Parameter isWanted: somebody upstream waits for the answer.
    mutating func asks(isWanted: Bool) {
        asked &+= 1
        if !isWanted { stale = asked }
    }

    /// Whether the lines of an answer go on.
    var answersGoOn: Bool { asked > 0 && stale == 0 }

    /// The last line of an answer has come.
    ///
    /// - Returns: whether it goes on.
    mutating func answered(startsStreaming: Bool) -> Bool {
        let goesOn = answersGoOn
        asked = max(0, asked &- 1)
        stale = max(0, stale &- 1)
        if startsStreaming { isStreaming = true }
        return goesOn
    }

    /// Nobody upstream waits for anything any more.
    mutating func upstreamClosed() { stale = asked }

    /// The child neither streams nor has anything to answer: it must be asked, or it stays silent for ever.
    var waits: Bool { !isStreaming && asked == 0 }

    /// What the child has by now: also what it has streamed since.
    ///
    /// - Parameter collected: Unix seconds of the newest collection by this machine's clock.
    func past(collected: Int64) -> (first: Int64, last: Int64) {
        guard isStreaming, first > 0 else { return (first, last) }
        return (first, max(last, collected))
    }
}
