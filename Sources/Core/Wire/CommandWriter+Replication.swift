/// What a child says to let its parent catch up (streaming protocol §10). Times are Unix seconds unless said otherwise.
extension CommandWriter {
    /// CHART_DEFINITION_END: from when to when the chart has points, both 0 without any, and the child's clock.
    public static func chartDefinitionEnd(first: Int64, last: Int64, now: Int64, to bytes: inout [UInt8]) {
        append("CHART_DEFINITION_END ", to: &bytes)
        appendNumber(first, end: 0x20, to: &bytes)
        appendNumber(last, end: 0x20, to: &bytes)
        appendNumber(now, end: newline, to: &bytes)
    }

    /// RBEGIN with the chart's id: an answer begins.
    public static func replayBegin(_ chart: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        append("RBEGIN ", to: &bytes)
        appendQuoted(chart, to: &bytes)
        append("\n", to: &bytes)
    }

    /// RBEGIN of one point: of the answer's chart, which is not named again.
    public static func replayPoint(start: Int64, end: Int64, now: Int64, to bytes: inout [UInt8]) {
        append("RBEGIN '' ", to: &bytes)
        appendNumber(start, end: 0x20, to: &bytes)
        appendNumber(end, end: 0x20, to: &bytes)
        appendNumber(now, end: newline, to: &bytes)
    }

    /// `RSET "id" `: what never changes of a dimension's RSET, to be kept.
    public static func replaySetPrefix(_ dimension: String) -> [UInt8] {
        var bytes = Array("RSET ".utf8)
        appendQuoted(dimension, to: &bytes)
        bytes.append(0x20)
        return bytes
    }

    /// RSET of a point that is not there, after its prefix: in the words of 1.37, which every parent knows.
    public static func replayGap(to bytes: inout [UInt8]) {
        append("nan \"\"\n", to: &bytes)
    }

    /// RSET's value with seven decimals, after its prefix: `digits`·10^`exponent`.
    ///
    /// - Parameter exponent: -7 or more: then no digit is lost.
    public static func replayValue(
        digits: UInt32,
        exponent: Int,
        isNegative: Bool,
        isReset: Bool,
        to bytes: inout [UInt8]
    ) {
        if isNegative, digits > 0 { bytes.append(UInt8(ascii: "-")) }
        if exponent >= 0 {
            // Some values are longer than any integer.
            appendDigits(UInt64(digits), leaving: 0, to: &bytes)
            if digits > 0 { for _ in 0..<exponent { bytes.append(0x30) } }
            append(".0000000", to: &bytes)
        } else {
            var scaled = UInt64(digits)
            for _ in 0..<max(0, 7 + exponent) { scaled &*= 10 }
            appendDigits(scaled, leaving: 7, to: &bytes)
        }
        append(isReset ? " \"R\"\n" : " \"\"\n", to: &bytes)
    }

    /// RDSTATE: from where a dimension's next value continues.
    ///
    /// What was calculated has as many decimals as it needs, seven or more, so that the parent's next value is the child's
    /// own: rounded twice, one of some hundred would end in another digit. 1.37.1 reads them all.
    ///
    /// - Parameters:
    ///   - at: when it was collected last, µs since 1970.
    ///   - collected: the number as it was collected.
    ///   - calculated: what is left over of an incremental one, the value of others.
    ///   - stored: its newest point.
    public static func replayState(
        _ dimension: String,
        at: Int64,
        collected: Int64,
        calculated: Double,
        stored: Double,
        to bytes: inout [UInt8]
    ) {
        append("RDSTATE ", to: &bytes)
        appendQuoted(dimension, to: &bytes)
        append(" ", to: &bytes)
        appendNumber(at, end: 0x20, to: &bytes)
        appendNumber(collected, end: 0x20, to: &bytes)
        appendAllDecimals(calculated.isFinite ? calculated : 0, to: &bytes)
        append(" ", to: &bytes)
        appendSevenDecimals(stored.isFinite ? stored : 0, to: &bytes)
        append("\n", to: &bytes)
    }

    /// RSSTATE: the chart's clock and its newest point, both µs since 1970.
    public static func replayClock(lastCollected: Int64, lastUpdated: Int64, to bytes: inout [UInt8]) {
        append("RSSTATE ", to: &bytes)
        appendNumber(lastCollected, end: 0x20, to: &bytes)
        appendNumber(lastUpdated, end: newline, to: &bytes)
    }

    /// What REND says: the answer to `after` and `before` is complete.
    public struct ReplayEnd: Sendable, Equatable {
        public var updateEvery: Int64
        /// From when to when the chart has points.
        public var first: Int64
        public var last: Int64
        /// Live data follows; else the parent has to ask again.
        public var startsStreaming: Bool
        public var after: Int64
        public var before: Int64

        public init(
            updateEvery: Int64,
            first: Int64,
            last: Int64,
            startsStreaming: Bool,
            after: Int64,
            before: Int64
        ) {
            self.updateEvery = updateEvery
            self.first = first
            self.last = last
            self.startsStreaming = startsStreaming
            self.after = after
            self.before = before
        }
    }

    /// REND with the child's clock.
    public static func replayEnd(_ end: ReplayEnd, now: Int64, to bytes: inout [UInt8]) {
        append("REND ", to: &bytes)
        appendNumber(end.updateEvery, end: 0x20, to: &bytes)
        appendNumber(end.first, end: 0x20, to: &bytes)
        appendNumber(end.last, end: 0x20, to: &bytes)
        append(end.startsStreaming ? "true " : "false ", to: &bytes)
        appendNumber(end.after, end: 0x20, to: &bytes)
        appendNumber(end.before, end: 0x20, to: &bytes)
        appendNumber(now, end: newline, to: &bytes)
    }

    /// A number with `decimals` of its digits behind a point; none without decimals.
    private static func appendDigits(_ number: UInt64, leaving decimals: Int, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
            var index = 24
            var rest = number
            var left = decimals
            repeat {
                index &-= 1
                buffer[index] = UInt8(truncatingIfNeeded: rest % 10) | 0x30
                rest /= 10
                left &-= 1
                if left == 0 {
                    index &-= 1
                    buffer[index] = UInt8(ascii: ".")
                }
            } while rest > 0 || left >= 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[index...]))
        }
    }
}
