import Basics

/// REPLAY_CHART: what a parent asks of a chart's past (streaming protocol §8.9, §10).
public struct ReplayRequest: Sendable, Equatable {
    /// The id as it came.
    public var chart: [UInt8]
    /// The parent has everything then, so live data may follow.
    public var startsStreaming: Bool
    /// Points that end after this, Unix seconds …
    public var after: Int64
    /// … and at this time or before it.
    public var before: Int64

    public init(chart: [UInt8], startsStreaming: Bool, after: Int64, before: Int64) {
        self.chart = chart
        self.startsStreaming = startsStreaming
        self.after = after
        self.before = before
    }
}

/// A line that a parent sends to its child, as far as this node knows it.
public enum ParentCommand: Sendable, Equatable {
    case replay(ReplayRequest)
    /// REPLAY_CHART without a chart, or with words that are none of its own.
    case malformedReplay
    case unknown
    case blank

    /// - Parameter line: without its end.
    public init(_ line: [UInt8]) {
        var words = Words()
        let whole = line + [newline]
        self = whole.withUnsafeBufferPointer { line in
            _ = words.split(line.baseAddress!)
            if words.isBlank { return .blank }
            guard Keyword(words.keyword) == .replayChart else { return .unknown }
            return ReplayRequest(words).map { .replay($0) } ?? .malformedReplay
        }
    }
}

extension ReplayRequest {
    init?(_ words: borrowing Words) {
        guard words.count == 4, !words[0].isEmpty, let after = words[2].seconds, let before = words[3].seconds else {
            return nil
        }
        if words[1] == "true" {
            startsStreaming = true
        } else if words[1] == "false" {
            startsStreaming = false
        } else {
            return nil
        }
        chart = Array(words[0].bytes)
        self.after = after
        self.before = before
    }
}

extension Word {
    /// Decimal digits and nothing else, as many as a time may have.
    fileprivate var seconds: Int64? {
        guard !isEmpty, count <= 18, bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return plainNumber
    }
}
