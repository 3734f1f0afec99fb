public import Basics

extension CommandWriter {
    /// An RSET of somebody else's, as it goes on.
    public static func replaySet(_ dimension: Word, _ value: Word, _ flags: Word, to bytes: inout [UInt8]) {
        append("RSET ", to: &bytes)
        appendQuoted(dimension.bytes, to: &bytes)
        bytes.append(0x20)
        bytes.append(contentsOf: value.bytes)
        bytes.append(0x20)
        appendQuoted(flags.bytes, to: &bytes)
        bytes.append(newline)
    }
}

/// What a parent says to its child. Never compressed, one line each (streaming protocol §8.9).
extension CommandWriter {
    /// Asks for the points of a chart with `after < time ≤ before`, Unix seconds; both 0 ask for none (streaming
    /// protocol §10).
    ///
    /// - Parameter startsStreaming: live data of the chart may follow the answer.
    public static func replayChart(
        _ chart: Word,
        startsStreaming: Bool,
        after: Int64,
        before: Int64,
        to bytes: inout [UInt8]
    ) {
        bytes += "REPLAY_CHART ".utf8
        appendQuoted(chart.bytes, to: &bytes)
        bytes += (startsStreaming ? " \"true\" " : " \"false\" ").utf8
        appendNumber(after, end: 0x20, to: &bytes)
        appendNumber(before, end: newline, to: &bytes)
    }
}
