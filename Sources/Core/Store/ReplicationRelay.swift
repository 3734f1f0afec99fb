public import Basics

/// Whoever passes a host's replication on instead of filling gaps itself: a proxy without database (streaming protocol §10,
/// ARCHITECTURE "Relayed replication").
///
/// All calls come from the host's writer and under the host's lock: be short, and don't call the host back.
public protocol ReplicationRelay: AnyObject, Sendable {
    /// The child has defined a chart and waits to be asked for its past.
    ///
    /// - Parameters:
    ///   - past: what the child says it has.
    ///   - clock: the child's, Unix seconds; 0 where it did not say.
    ///   - now: this machine's, µs since 1970.
    func defined(_ chart: ChartRef, _ snapshot: ChartSnapshot, past: ReplicablePast, clock: Int64, now: Int64)

    /// A line of the child's answer, without its end.
    func answered(_ chart: ChartRef, _ line: Word)

    /// An RSET of the child's answer.
    func answered(_ chart: ChartRef, _ dimension: Word, _ value: Word, _ flags: Word)

    /// The last line of the child's answer, without its end.
    ///
    /// - Parameter startsStreaming: the child goes on live.
    func answerEnded(_ chart: ChartRef, _ line: Word, startsStreaming: Bool)
}
