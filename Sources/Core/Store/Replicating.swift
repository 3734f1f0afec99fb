import Basics

/// How far the filling of a host's gaps is, on one connection. Unix seconds.
public struct ReplicationProgress: Sendable, Equatable {
    /// Charts that wait for an answer, and those that are done.
    public var chartsLeft = 0
    public var chartsDone = 0
    /// From when to when something is filled; `nil` before anything was asked for.
    public var from: Int64?
    public var to: Int64?
    /// Seconds of charts that were asked for and that have been answered.
    public var secondsWanted: Int64 = 0
    public var secondsDone: Int64 = 0

    public init() {}

    /// 0–100.
    public var percent: Double {
        if chartsLeft == 0 { return 100 }
        if secondsWanted > 0 { return min(100, 100 * Double(max(0, secondsDone)) / Double(secondsWanted)) }
        return 100 * Double(chartsDone) / Double(chartsDone + chartsLeft)
    }
}

/// What a session asks of its sender's database, and what is open of it.
struct Replicating {
    /// One chart's request that was not answered to the end.
    struct Exchange {
        var request: ReplicationRequest
        /// How far the child has answered, and how far it has to.
        var reached: Int64
        var target: Int64
        /// Seconds between points by the chart's definition.
        var defined: Int64
        /// µs of the monotonic clock.
        var askedAt: Int64
        /// Answers in a row that brought nothing.
        var stalls = 0
        /// Answers that caught the child between two states, and the chart's clock after the last of them.
        var torn = 0
        var tornAt: Int64 = 0
    }

    /// More answers in a row that bring nothing are refused: the child would go on for ever.
    static let stallsMax = 20
    /// More invalid times than this are counted only.
    static let invalidReported = 8
    static let endlessReported = 8
    /// So often a chart is asked for again whose answer caught its child in the middle of a collection.
    static let tornMax = 3

    var exchanges: [ChartRef: Exchange] = [:]
    var progress = ReplicationProgress()
    /// What is to be written to the child.
    var commands: [UInt8] = []

    // What RBEGIN opened.
    var chart: ChartRef?
    var slot: Int32 = -1
    /// Seconds between points by the chart's definition.
    var defined: Int64 = 0
    /// Of the point whose values come; 0: values are ignored.
    var time: Int64 = 0
    /// What the answer says of its chart's clock is ahead of its newest point.
    var isTorn = false

    var invalid = 0
    var endless = 0
    var isClockBelievable = true
    var hasReportedClock = false
    /// Seconds by which the sender's clock is ahead of this machine's.
    var clockOffset: Int64?

    mutating func close() {
        chart = nil
        slot = -1
        time = 0
        isTorn = false
    }
}
